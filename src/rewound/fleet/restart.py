"""Starting servers that were stopped, with all changes made in their worlds.

A server that was killed recovers from its redo log, as far as that was written: about a second may
be missing. If the host itself went down without stopping the server, its files may be from
different moments, because nothing is synced, for speed: such a world is not started.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rewound.command import own_identity
from rewound.engine.boot import SOCKET
from rewound.engine.cloning import DATA, is_based_on_source, was_closed
from rewound.engine.protocol import Server
from rewound.errors import FleetError, Interrupted, LoadError, RewoundError
from rewound.fleet.change_signs import look
from rewound.fleet.changes import find_changes
from rewound.fleet.fleet_context import FleetContext
from rewound.fleet.record_writer import interruptible, run_side_by_side
from rewound.fleet.world import World, WorldState
from rewound.load.served import find_losses
from rewound.mysql.client import Connection

_LOST = "the last second of its changes may be missing: its server was killed"


@dataclass(frozen=True, slots=True)
class Starting:
    """What came of starting servers."""

    done: tuple[str, ...]
    """The worlds that are ready again."""
    failures: Mapping[str, RewoundError]
    """The others, and why; their data is as it was."""


@dataclass(frozen=True, slots=True)
class _Starter:
    """Starts one world's server at a time."""

    context: FleetContext

    def start(self, world: World) -> RewoundError | None:
        """Start one world's server; return why that failed, if it did."""
        context = self.context
        folder = context.folder.world_folder(world.name)
        try:
            with interruptible(context.cancelled, f"starting world {world.name}"):
                context.observer.world_changed(world.name, WorldState.STARTING)
                was_killed = not was_closed(folder)
                self._require_same_boot(world, was_killed=was_killed)
                with self._source(world, folder) as source:
                    server = self._resume(world, folder, source)
                self._require_whole(world, server)
        except Interrupted:
            raise
        except RewoundError as error:
            context.observer.world_changed(world.name, WorldState.FAILED, error.in_one_line)
            return error
        context.folder.name_socket(server)
        ready = replace(world, state=WorldState.READY, server=server, reason=None)
        context.record_writer.update(ready)
        context.observer.world_changed(world.name, WorldState.READY, "with the changes it had")
        if was_killed:
            context.observer.world_note(world.name, _LOST)
        return None

    def _require_same_boot(self, world: World, *, was_killed: bool) -> None:
        boot = None if world.server is None else world.server.identity.boot_id
        if was_killed and boot != own_identity().boot_id:
            raise FleetError(
                "cannot be started: the host went down without stopping its server, and its files"
                " may not be whole",
                hint=f"rewound reset restores what it held first: rewound reset {world.name}",
            )

    @contextmanager
    def _source(self, world: World, folder: Path) -> Iterator[Path | None]:
        """Give the data directory that the world's own is based on, where it is on any."""
        key = world.baseline
        if not is_based_on_source(folder) or key is None:
            yield None
            return
        with self.context.acquire_baseline(world, key) as baseline:
            if baseline is None:
                raise self.context.no_baseline(world, "started")
            yield self.context.baselines.data(key)

    def _resume(self, world: World, folder: Path, source: Path | None) -> Server:
        engine = self.context.engine
        engine.end_all(folder)  # what a command left that was killed
        socket = folder / SOCKET
        for leftover in (socket, socket.with_name(f"{SOCKET}.lock")):
            leftover.unlink(missing_ok=True)
        return engine.start(self.context.spec(world, data_from=source, resumes=True))

    def _require_whole(self, world: World, server: Server) -> None:
        """Check a world that nobody changed against its ledger; end one that lost something."""
        context = self.context
        root = context.root_of(server)
        original = context.folder.find_original(world.name)
        data = context.folder.world_folder(world.name) / DATA
        if original is None:
            return
        if changes := find_changes(original, look(data, root)):
            # What the new server does not remember: see `look_as_reader`.
            context.folder.write_original(world.name, replace(original, earlier=changes.names))
            return
        with Connection(root) as connection:
            ledger = context.folder.read_ledger(world.name)
            losses = find_losses(connection, ledger, counts_rows=False)
        if losses:
            context.engine.end_all(server.socket.parent)
            raise LoadError(
                f"is not what it was before its server stopped: {'; '.join(losses)}",
                hint=f"rewound reset {world.name} restores what it held first",
            )


def start_worlds(context: FleetContext, worlds: Sequence[World], *, workers: int) -> Starting:
    """Start the servers of worlds that are stopped; one that fails does not stop the others."""
    starter = _Starter(context)

    def stop() -> None:
        context.cancelled.set()
        for world in worlds:
            if context.record.worlds[world.name].state is WorldState.STOPPED:
                context.engine.end_all(context.folder.world_folder(world.name))

    jobs = {world.name: partial(starter.start, world) for world in worlds}
    outcomes = run_side_by_side(jobs, workers=workers, stop=stop)
    failures = {name: each for name, each in outcomes.items() if each is not None}
    return Starting(tuple(name for name in outcomes if name not in failures), failures)
