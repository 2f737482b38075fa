"""The engines of fleets that exist, and whatever can see and end their servers."""

from rewound import settings
from rewound.engine.choice import EngineChoice, EngineKind
from rewound.engine.cloning import CloneMethod
from rewound.engine.docker.address import find_address
from rewound.engine.install.installation import get_installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.process.process_watch import ProcessWatch
from rewound.engine.protocol import Engine, ServerWatch
from rewound.errors import FleetError, HostError
from rewound.fleet.world import fleet_flag


def get_engine(choice: EngineChoice, fleet: str, *, clone: CloneMethod | None) -> Engine:
    """Return the engine that a fleet was made with.

    Raises:
        FleetError: its MySQL is another one now.
        HostError: it is no longer available.
    """
    again = f"restore it again: rewound down{fleet_flag(fleet)}, then rewound up"
    if choice.kind is EngineKind.PROCESS:
        installation = get_installation(choice.mysql, settings.cache_dir())
        if str(installation.version) != choice.version:
            raise FleetError(
                f"fleet {fleet} was created with MySQL {choice.version},"
                f" {installation.name} is {installation.version} now",
                hint=again,
            )
        return ProcessEngine(installation, settings.cache_dir(), wanted=clone)
    from rewound.engine.docker.daemon import Daemon
    from rewound.engine.docker.docker_engine import DockerEngine
    from rewound.engine.docker.images import Image
    from rewound.mysql.version import parse_version

    daemon = Daemon(choice.address or require_address())
    if daemon.find_image_id(choice.build) is None:
        raise FleetError(f"the image {choice.mysql} of fleet {fleet} no longer exists", hint=again)
    image = Image(choice.mysql, choice.build, parse_version(choice.version))
    return DockerEngine(
        daemon,
        image,
        settings.cache_dir(),
        wanted=clone,
        memory_limit_bytes=choice.memory_limit_bytes,
    )


def get_watches(choice: EngineChoice | None) -> list[ServerWatch]:
    """Return what has to be asked to find all servers of a fleet; None if nothing is known.

    Raises:
        HostError: the fleet has containers, and their daemon does not answer.
    """
    watches: list[ServerWatch] = [ProcessWatch()]
    address = find_address() if choice is None or choice.address is None else choice.address
    if address is None:
        return watches
    from rewound.engine.docker.daemon import Daemon
    from rewound.engine.docker.docker_watch import DockerWatch

    try:
        watches.append(DockerWatch(Daemon(address)))
    except HostError:
        # A daemon that was not used for this fleet is ignored.
        if choice is not None and choice.kind is EngineKind.DOCKER:
            raise
    return watches


def require_address() -> str:
    """Return where the Docker daemon of this host is reached.

    Raises:
        HostError: there is none.
    """
    address = find_address()
    if address is None:
        raise HostError(
            "no Docker daemon found on this host",
            hint="start it, or set DOCKER_HOST to its socket; or use --engine process",
        )
    return address
