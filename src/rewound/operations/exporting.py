"""Handing a fleet on: a folder with its worlds that another host runs with Docker Compose.

The worlds come out of their baselines, so the fleet is neither asked nor disturbed, and
what was changed in it since its restore is not handed on. The folder is made under another
name and renamed: it is there whole or not at all.
"""

import glob
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rewound import settings
from rewound.catalog import name_worlds, select_worlds
from rewound.engine.boot import TEMPORARY
from rewound.engine.choice import EngineChoice, EngineKind
from rewound.engine.cloning import DATA, CloneMethod, export_data, probe_method
from rewound.engine.docker.compose import (
    COMPOSE_FILE,
    ENV_FILE,
    PASSWORDS_FILE,
    WORLDS_FOLDER,
    ComposePlan,
    ComposeService,
    plan_services,
    require_image_name,
    write_compose_file,
    write_env_file,
)
from rewound.engine.docker.container import ContainerUser, choose_user
from rewound.engine.server_options import ServerSettings, plan_memory_bytes
from rewound.errors import FleetError, HostError, UsageError
from rewound.files.json_files import write_file
from rewound.files.locks import is_in_use, new_folder
from rewound.files.mounts import remove_tree
from rewound.files.writing import sync
from rewound.fleet.baseline import Baseline
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.plan import require_space_for_copies
from rewound.fleet.state import FleetRecord
from rewound.fleet.world import World, WorldState
from rewound.mysql.accounts import ACCOUNTS, DEV, READER, ROOT, new_password, password_statement
from rewound.mysql.version import parse_version
from rewound.operations import fleets

FIRST_PORT = 33061
"""The first world's port, where the user names none."""

_TOLD = (READER, DEV, ROOT)


@dataclass(frozen=True, slots=True)
class ComposeOptions:
    """What is exported, and as what."""

    fleet: str = "default"
    worlds: str | None = None
    """Which of its worlds; None for all."""
    image: str | None = None
    """The image of MySQL; None for the fleet's own, or the official one of its release."""
    first_port: int = FIRST_PORT


@dataclass(frozen=True, slots=True)
class Exported:
    """What a folder was made of."""

    folder: Path
    image: str
    services: tuple[ComposeService, ...]
    schemas: Mapping[str, tuple[str, ...]]
    """The restored databases, by world."""


def export_compose(
    folder: Path, options: ComposeOptions, *, narrate: Callable[[str], None]
) -> Exported:
    """Make a folder that runs a fleet's worlds with Docker Compose, as they were restored.

    Raises:
        UsageError: there is something at the folder's place, or the options fit nothing.
        FleetError: there is no such fleet, or one of the worlds has no baseline.
        HostError: the folder could not be written.
    """
    place = _find_place(folder)
    record = fleets.status(options.fleet)
    worlds = _choose_worlds(record, options.worlds)
    keys = _get_baselines(options.fleet, worlds)
    image = options.image or _choose_image(record.engine)
    require_image_name(image)
    services = plan_services([world.name for world in worlds], first_port=options.first_port)
    owner = choose_user(uid=os.getuid(), gid=os.getgid(), daemon_is_rootless=False)
    plan = ComposePlan(
        fleet=options.fleet,
        services=services,
        image=image,
        user=owner.inside,
        buffer_pool_bytes=record.buffer_pool_bytes,
        memory_bytes=record.engine.memory_limit_bytes
        or plan_memory_bytes(record.buffer_pool_bytes),
        settings={
            world.name: ServerSettings(record.time_zone, world.lower_case_table_names)
            for world in worlds
        },
    )
    baselines = BaselineCache(settings.cache_dir())
    with ExitStack() as stack:
        acquire = _borrow(options.fleet, keys, baselines, stack, narrate)
        making = stack.enter_context(_making(place))
        _require_space(acquire, baselines.folder, making)
        (making / WORLDS_FOLDER).mkdir(mode=0o700)
        for service, world in zip(services, worlds, strict=True):
            if world.state is WorldState.STOPPED:
                narrate(f"world {world.name} is stopped; it is exported as it was restored")
            source = baselines.data(keys[world.name])
            _copy_world(source, making / WORLDS_FOLDER / service.name, owner)
        _write_texts(plan, making, owner)
        for path in (making, *making.rglob("*")):
            sync(path)
        making.rename(place)
        sync(place.parent)
    return Exported(place, image, services, {world.name: world.schemas for world in worlds})


def _find_place(folder: Path) -> Path:
    """Return where the folder is to be, which is nowhere yet or empty."""
    place = Path(os.path.realpath(folder))
    if not place.parent.is_dir():
        raise UsageError(f"folder {place.parent} does not exist")
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise UsageError(
            f"{folder} already exists" + (" and is not empty" if place.is_dir() else ""),
            hint="choose a folder that does not exist yet",
        )
    return place


def _choose_worlds(record: FleetRecord, selection: str | None) -> list[World]:
    names: Sequence[str] = tuple(record.worlds)
    if selection is not None:
        names = select_worlds(names, selection)
    return [record.worlds[name] for name in names]


def _get_baselines(fleet: str, worlds: Sequence[World]) -> dict[str, str]:
    """Return the key of every world's baseline.

    Raises:
        FleetError: worlds are not restored, or have none.
    """
    flag = "" if fleet == "default" else f" --fleet {fleet}"
    if unfit := [w for w in worlds if w.state not in (WorldState.READY, WorldState.STOPPED)]:
        told = ", ".join(f"{world.name} is {world.state.value}" for world in unfit)
        raise FleetError(
            f"not all worlds of fleet {fleet} are ready: {told}",
            hint="leave them out with --worlds, or reset those that have a baseline:"
            f" rewound reset{flag}",
        )
    if without := [world.name for world in worlds if world.baseline is None]:
        raise _no_baseline(
            fleet,
            f"fleet {fleet} has no baseline of {name_worlds(without)}, and only baselines are"
            " exported",
        )
    return {world.name: world.baseline for world in worlds if world.baseline is not None}


def _no_baseline(fleet: str, message: str) -> FleetError:
    flag = "" if fleet == "default" else f" --fleet {fleet}"
    return FleetError(
        message,
        hint=f"restore the fleet again, with baselines: rewound down{flag}, then rewound up; or"
        " leave these worlds out with --worlds",
    )


def _choose_image(engine: EngineChoice) -> str:
    if engine.kind is EngineKind.DOCKER:
        return engine.mysql
    version = parse_version(engine.version)
    return f"mysql:{version.major}.{version.minor}"


def _borrow(
    fleet: str,
    keys: Mapping[str, str],
    baselines: BaselineCache,
    stack: ExitStack,
    narrate: Callable[[str], None],
) -> dict[str, Baseline]:
    """Return the worlds' baselines, which stay where they are while the stack does."""
    acquire, gone = {}, []
    for world, key in keys.items():

        def note(text: str, world: str = world) -> None:
            narrate(f"world {world}: {text}")

        baseline = stack.enter_context(baselines.acquire(key, note=note))
        if baseline is None:
            gone.append(world)
        else:
            acquire[world] = baseline
    if gone:
        raise _no_baseline(
            fleet,
            f"the baseline of {name_worlds(gone)} of fleet {fleet} no longer exists, and only"
            " baselines are exported",
        )
    return acquire


@contextmanager
def _making(place: Path) -> Iterator[Path]:
    """Give a folder beside a place; if it has not been renamed in the end, it goes.

    So do those of exports to the same place that were killed.
    """
    prefix = f".{place.name}.rewound-export-"
    try:
        for left in place.parent.glob(f"{glob.escape(prefix)}*"):
            if not is_in_use(left):
                remove_tree(left)
        with new_folder(place.parent, prefix) as making:
            yield making
    except OSError as error:
        raise HostError(f"cannot write {place}: {error.strerror or error}") from error


def _require_space(acquire: Mapping[str, Baseline], source: Path, making: Path) -> None:
    if probe_method(CloneMethod.REFLINK, source, making).works:
        return  # the copies share their blocks with the baselines
    require_space_for_copies(
        {world: baseline.size_bytes for world, baseline in acquire.items()},
        free_bytes=shutil.disk_usage(making).free,
        folder=making.parent,
    )


def _copy_world(source: Path, folder: Path, owner: ContainerUser) -> None:
    """Make the folder that is a server's home, without the TLS keys of this host's servers.

    Where they are missing mysqld makes its own.
    """
    folder.mkdir(mode=0o700)
    export_data(CloneMethod.COPY, source, folder / DATA)
    for key in (folder / DATA).glob("*.pem"):
        key.unlink()
    (folder / TEMPORARY).mkdir(mode=0o700)
    _own(owner, folder, *folder.rglob("*"))


def _write_texts(plan: ComposePlan, making: Path, owner: ContainerUser) -> None:
    passwords = {account: new_password() for account in ACCOUNTS}
    told = {account: passwords[account] for account in _TOLD}
    write_file(making / COMPOSE_FILE, write_compose_file(plan).encode())
    write_file(making / ENV_FILE, write_env_file(plan, told).encode())
    write_file(making / PASSWORDS_FILE, f"{password_statement(passwords)};\n".encode())
    _own(owner, making / PASSWORDS_FILE)


def _own(owner: ContainerUser, *paths: Path) -> None:
    """Give files to the one who runs the servers; who is not root has them already."""
    if os.getuid() == 0:
        for path in paths:
            os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
