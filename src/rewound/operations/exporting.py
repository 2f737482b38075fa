"""Exporting a fleet: a folder with its worlds that another host runs with Docker Compose.

The worlds are copied from their baselines, so the fleet is not touched, and changes after its
restore are not exported. `fleet.export_folder` writes the folder.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rewound import settings
from rewound.engine.choice import EngineChoice, EngineKind
from rewound.engine.docker.compose import (
    COMPOSE_FILE,
    ENV_FILE,
    PASSWORDS_FILE,
    USUAL_BUFFER_POOL_BYTES,
    WORLDS_FOLDER,
    ComposePlan,
    ComposeService,
    plan_services,
    require_image_name,
    write_compose_file,
    write_env_file,
)
from rewound.engine.docker.container import choose_user
from rewound.engine.server_options import ServerSettings, plan_memory_bytes
from rewound.errors import FleetError
from rewound.fleet.baseline import Baseline
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.export_folder import ExportFolder, find_place, new_export
from rewound.fleet.world import RESTORED, World, WorldState, fleet_flag, say_state
from rewound.mysql.accounts import ACCOUNTS, DEV, READER, ROOT, new_password, password_statement
from rewound.mysql.version import parse_version
from rewound.operations import fleets
from rewound.worlds.folding import name_worlds
from rewound.worlds.selecting import select_worlds

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
    place = find_place(folder)
    record = fleets.status(options.fleet)
    worlds = [record.worlds[name] for name in select_worlds(record.worlds, options.worlds)]
    keys = _get_baselines(options.fleet, worlds)
    image = options.image or _choose_image(record.engine)
    require_image_name(image)
    services = plan_services([world.name for world in worlds], first_port=options.first_port)
    owner = choose_user(uid=os.getuid(), gid=os.getgid(), daemon_is_rootless=False)
    limit_bytes = record.engine.memory_limit_bytes
    buffer_pool_bytes = record.buffer_pool_bytes if limit_bytes else USUAL_BUFFER_POOL_BYTES
    plan = ComposePlan(
        fleet=options.fleet,
        services=services,
        image=image,
        user=owner.inside,
        buffer_pool_bytes=buffer_pool_bytes,
        memory_bytes=limit_bytes or plan_memory_bytes(buffer_pool_bytes),
        settings={
            world.name: ServerSettings(record.time_zone, world.lower_case_table_names)
            for world in worlds
        },
    )
    baselines = BaselineCache(settings.cache_dir())
    with ExitStack() as stack:
        acquired = _borrow(options.fleet, keys, baselines, stack, narrate)
        export = stack.enter_context(new_export(place, owner))
        sizes = {world: baseline.size_bytes for world, baseline in acquired.items()}
        export.require_space(sizes, source=baselines.folder)
        for service, world in zip(services, worlds, strict=True):
            if world.state is WorldState.STOPPED:
                narrate(f"world {world.name} is stopped; it is exported as it was restored")
            source = baselines.data(keys[world.name])
            export.add_world(source, Path(WORLDS_FOLDER) / service.name)
        _write_texts(plan, export)
        export.keep()
    return Exported(place, image, services, {world.name: world.schemas for world in worlds})


def _get_baselines(fleet: str, worlds: Sequence[World]) -> dict[str, str]:
    """Return the key of every world's baseline.

    Raises:
        FleetError: worlds are not restored, or have none.
    """
    if unfit := [w for w in worlds if w.state not in RESTORED]:
        told = ", ".join(f"{world.name} {say_state(world.state)}" for world in unfit)
        raise FleetError(
            f"not all worlds of fleet {fleet} are ready: {told}",
            hint="leave them out with --worlds, or reset those that have a baseline:"
            f" rewound reset{fleet_flag(fleet)}",
        )
    if without := [world.name for world in worlds if world.baseline is None]:
        raise _no_baseline(
            fleet,
            f"fleet {fleet} has no baseline of {name_worlds(without)}, and only baselines are"
            " exported",
        )
    return {world.name: world.baseline for world in worlds if world.baseline is not None}


def _no_baseline(fleet: str, message: str) -> FleetError:
    return FleetError(
        message,
        hint="restore the fleet again, with baselines:"
        f" rewound down{fleet_flag(fleet)}, then rewound up; or leave these worlds out with"
        " --worlds",
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
    acquired, gone = {}, []
    for world, key in keys.items():

        def note(text: str, world: str = world) -> None:
            narrate(f"world {world}: {text}")

        baseline = stack.enter_context(baselines.acquire(key, note=note))
        if baseline is None:
            gone.append(world)
        else:
            acquired[world] = baseline
    if gone:
        raise _no_baseline(
            fleet,
            f"the baseline of {name_worlds(gone)} of fleet {fleet} no longer exists, and only"
            " baselines are exported",
        )
    return acquired


def _write_texts(plan: ComposePlan, export: ExportFolder) -> None:
    passwords = {account: new_password() for account in ACCOUNTS}
    told = {account: passwords[account] for account in _TOLD}
    export.write(COMPOSE_FILE, write_compose_file(plan))
    export.write(ENV_FILE, write_env_file(plan, told))
    export.write(PASSWORDS_FILE, f"{password_statement(passwords)};\n", is_servers=True)
