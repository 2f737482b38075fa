"""Starting one server again on the data that its world has, and checking what it holds.

Used by `restart`, after a stop, and by the doorkeeper, which wakes worlds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rewound.command import own_identity
from rewound.engine.boot import SOCKET
from rewound.engine.cloning import DATA, is_based_on_source, was_closed
from rewound.engine.protocol import Engine, Server
from rewound.errors import FleetError, HostError, LoadError, RewoundError
from rewound.fleet.asleep import find_boot, forget_unbooted, is_unbooted, note_boot
from rewound.fleet.change_signs import look
from rewound.fleet.changes import find_changes
from rewound.fleet.fleet_context import FleetContext
from rewound.fleet.world import World
from rewound.load.served import find_losses
from rewound.mysql.client import Connection


@dataclass(frozen=True, slots=True)
class Resumed:
    """A server that runs again."""

    server: Server
    was_killed: bool
    """It did not end cleanly before: the last second of its changes may be missing."""


def resume_world(context: FleetContext, world: World, *, may_run: bool = True) -> Resumed:
    """Start a world's server on the data that is there, and check it if nobody changed it.

    Unless it is known that none runs on it, one that does is ended first.

    Raises:
        FleetError: the host went down without stopping it, or its baseline is gone.
        LoadError: it lost something of what was proven; its server is ended.
        HostError: it does not start.
    """
    folder = context.folder.world_folder(world.name)
    was_killed = not was_closed(folder)
    _require_same_boot(world, folder, was_killed=was_killed)
    with _source(context, world, folder) as source:
        if may_run:
            context.engine.end_all(folder)  # what a command left that was killed
        note_boot(folder, own_identity().boot_id)
        server = _start(context, world, folder, source)
    forget_unbooted(folder)
    try:
        _require_whole(context, world, server)
    except RewoundError:
        _end(context.engine, server)
        raise
    return Resumed(server, was_killed)


def _end(engine: Engine, server: Server) -> None:
    try:
        engine.stop(server)
    except HostError:
        engine.end_all(server.socket.parent)


def _require_same_boot(world: World, folder: Path, *, was_killed: bool) -> None:
    boot = find_boot(folder)
    if boot is None and world.server is not None:
        boot = world.server.identity.boot_id
    if was_killed and boot != own_identity().boot_id:
        raise FleetError(
            "cannot be started: the host went down without stopping its server, and its files"
            " may not be whole",
            hint=f"rewound reset restores what it held first: rewound reset {world.name}",
        )


@contextmanager
def _source(context: FleetContext, world: World, folder: Path) -> Iterator[Path | None]:
    """Give the data directory that the world's own is based on, where it is on any.

    A server that never ran on its data also has its passwords to get.
    """
    key = world.baseline
    if key is None or not (is_based_on_source(folder) or is_unbooted(folder)):
        yield None
        return
    if not is_based_on_source(folder):
        yield context.baselines.data(key)
        return
    with context.acquire_baseline(world, key) as baseline:
        if baseline is None:
            raise context.no_baseline(world, "started")
        yield context.baselines.data(key)


def _start(context: FleetContext, world: World, folder: Path, source: Path | None) -> Server:
    socket = folder / SOCKET
    for leftover in (socket, socket.with_name(f"{SOCKET}.lock")):
        leftover.unlink(missing_ok=True)
    return context.engine.start(context.spec(world, data_from=source, resumes=True))


def _require_whole(context: FleetContext, world: World, server: Server) -> None:
    """Check a world that nobody changed against its ledger; end one that lost something."""
    root = context.root_of(server)
    original = context.folder.find_original(world.name)
    data = context.folder.world_folder(world.name) / DATA
    if original is None:
        return
    if changes := find_changes(original, look(data, root)):
        # What the new server does not remember: see `look_as_reader`.
        if original.earlier != changes.names:
            context.folder.write_original(world.name, replace(original, earlier=changes.names))
        return
    with Connection(root) as connection:
        ledger = context.folder.read_ledger(world.name)
        losses = find_losses(connection, ledger, counts_rows=False)
    if losses:
        raise LoadError(
            f"is not what it was before its server stopped: {'; '.join(losses)}",
            hint=f"rewound reset {world.name} restores what it held first",
        )
