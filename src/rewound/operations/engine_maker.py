"""Making the engine of a new fleet, from what the user wants and what this host has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rewound import settings
from rewound.catalog import Dump
from rewound.engine.choice import EngineChoice, EngineKind
from rewound.engine.cloning import CloneMethod
from rewound.engine.docker.address import find_address
from rewound.engine.install.installation import Installation, list_installations
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import Engine
from rewound.errors import DumpError, HostError, UsageError
from rewound.operations.dump_selection import read_server_version
from rewound.operations.engine_request import AUTO, MATCH, EngineRequest
from rewound.operations.engines import require_address
from rewound.operations.host import DEFAULT_IMAGE, get_server
from rewound.operations.up_observer import UpObserver


@dataclass(frozen=True, slots=True)
class EngineMaker:
    """Makes the engine of a new fleet."""

    request: EngineRequest
    clone: CloneMethod | None
    observer: UpObserver

    def make(self, dumps: Sequence[Dump]) -> tuple[Engine, EngineChoice]:
        """Return the engine that is wanted; for `auto` the first that this host has.

        Raises:
            UsageError: the options do not go together, or do not fit the dumps.
            HostError: there is none, and none can be had.
        """
        request = self.request
        request.require_sense()
        release = _find_release(dumps) if request.server == MATCH else None
        if request.is_for_docker:
            return self._make_docker(release)
        if request.engine == EngineKind.PROCESS.value or request.server not in (AUTO, MATCH):
            return self._make_process(release)
        if any(_is_of(release, each) for each in list_installations(settings.cache_dir())):
            return self._make_process(release)
        if release is not None:
            return self._make_docker(release)
        if find_address() is not None:
            try:
                return self._make_docker(None)
            except HostError as error:
                self.observer.narrate(f"Docker is not used: {error.message}")
        return self._make_process(None)

    def _make_process(self, release: str | None) -> tuple[Engine, EngineChoice]:
        if release is None:
            installation = get_server(self.request.server, self.observer.narrate)
        else:
            installation = _get_of_release(release)
        engine = ProcessEngine(installation, settings.cache_dir(), wanted=self.clone)
        name = installation.name
        return engine, EngineChoice(EngineKind.PROCESS, name, name, str(installation.version))

    def _make_docker(self, release: str | None) -> tuple[Engine, EngineChoice]:
        from rewound.engine.docker.daemon import Daemon
        from rewound.engine.docker.docker_engine import DockerEngine, current_user
        from rewound.engine.docker.images import ensure_image

        daemon = Daemon(require_address())
        name = self.request.image or (DEFAULT_IMAGE if release is None else f"mysql:{release}")

        if daemon.find_image_id(name) is None:
            self.observer.narrate(f"image {name} is not on this host; pulling it")
        image = ensure_image(
            daemon,
            name,
            settings.cache_dir(),
            user=current_user(daemon),
            pulling=self.observer.image_pulled,
        )
        engine = DockerEngine(
            daemon,
            image,
            settings.cache_dir(),
            wanted=self.clone,
            memory_limit_bytes=self.request.memory_limit_bytes,
        )
        return engine, EngineChoice(
            kind=EngineKind.DOCKER,
            mysql=image.name,
            build=image.id,
            version=str(image.version),
            address=daemon.address,
            memory_limit_bytes=self.request.memory_limit_bytes,
        )


def _find_release(dumps: Sequence[Dump]) -> str:
    """Return the release of MySQL that all dumps were made of, such as `8.4`."""
    releases: dict[str, Dump] = {}
    unreadable: DumpError | None = None
    for dump in dumps:
        try:
            stated = read_server_version(dump.files.parts[0].location)
        except DumpError as error:
            unreadable = error  # its world will fail alone
            continue
        found = re.match(r"(\d+\.\d+)\.\d+", stated or "")
        if found is None or "mariadb" in (stated or "").lower():
            raise UsageError(
                f"{dump.location} does not name the MySQL version that it comes from"
                + (f": it says {stated}" if stated else ""),
                hint="choose a server instead of --server match",
            )
        releases.setdefault(found[1], dump)
    if unreadable is not None and not releases:
        raise unreadable
    if len(releases) > 1:
        told = "; ".join(f"{dump.world} has {release}" for release, dump in releases.items())
        raise UsageError(
            f"the dumps come from different releases of MySQL: {told}",
            hint="create one fleet per release, with --worlds and --fleet",
        )
    return next(iter(releases))


def _is_of(release: str | None, installation: Installation) -> bool:
    version = installation.version
    return release is None or release == f"{version.major}.{version.minor}"


def _get_of_release(release: str) -> Installation:
    servers = list_installations(settings.cache_dir())
    for installation in servers:
        if _is_of(release, installation):
            return installation
    names = ", ".join(f"{each.name} ({each.version})" for each in servers) or "none"
    raise HostError(
        f"no server on this host is MySQL {release}, the release of the dumps; found: {names}",
        hint="remove --server match, or use --engine docker",
    )
