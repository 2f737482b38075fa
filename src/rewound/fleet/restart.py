"""Starting servers that were stopped, with all that was changed in their worlds.

A server that was killed recovers by its redo log, as far as that was written: about a second may
be missing. Where the host itself went down without stopping it, its files may be of different
moments, because nothing is synced for the sake of speed: such a world is not started.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rewound.command import own_identity
from rewound.engine.boot import SOCKET
from rewound.engine.cloning import DATA, is_based_on_source, was_closed
from rewound.engine.protocol import Engine, Server
from rewound.engine.server_options import ServerSettings
from rewound.errors import FleetError, Interrupted, LoadError, RewoundError
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.change_signs import look
from rewound.fleet.changes import find_changes
from rewound.fleet.record_writer import RecordWriter, run_side_by_side
from rewound.fleet.restore_context import Observer, start_spec
from rewound.fleet.state import FleetFolder, FleetRecord
from rewound.fleet.world import World, WorldState
from rewound.load.served import find_losses
from rewound.mysql.accounts import ACCOUNTS, ROOT
from rewound.mysql.client import Connection

_LOST = "the last second of its changes may be missing: its server was killed"


@dataclass(frozen=True, slots=True)
class Starting:
    """What came of starting servers."""

    done: tuple[str, ...]
    """The worlds that are ready again."""
    failures: Mapping[str, RewoundError]
    """The others, and why; their data is as it was."""


class _Starter:
    """Guards what the jobs of one start share."""

    def __init__(
        self,
        folder: FleetFolder,
        record_writer: RecordWriter,
        engine: Engine,
        *,
        baselines: BaselineCache,
    ) -> None:
        self._folder = folder
        self._record_writer = record_writer
        self._engine = engine
        self._baselines = baselines
        self._passwords = {account: folder.read_password(account) for account in ACCOUNTS}
        self.cancelled = threading.Event()

    def start(self, world: World, observer: Observer) -> RewoundError | None:
        """Start one world's server; return why that failed, if it did."""
        if self.cancelled.is_set():
            raise Interrupted(f"starting world {world.name} was interrupted")
        folder = self._folder.world_folder(world.name)
        try:
            was_killed = not was_closed(folder)
            self._require_same_boot(world, was_killed=was_killed)
            with self._source(world, folder, observer) as source:
                server = self._resume(world, folder, source)
            self._require_whole(world, server)
        except RewoundError as error:
            if self.cancelled.is_set():
                raise Interrupted(f"starting world {world.name} was interrupted") from error
            return error
        self._folder.name_socket(server)
        ready = replace(world, state=WorldState.READY, server=server, reason=None)
        self._record_writer.update(ready)
        observer.world_changed(world.name, WorldState.READY, "with the changes it had")
        if was_killed:
            observer.world_note(world.name, _LOST)
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
    def _source(self, world: World, folder: Path, observer: Observer) -> Iterator[Path | None]:
        """Give the data directory that the world's own is based on, where it is on any."""
        if not is_based_on_source(folder) or world.baseline is None:
            yield None
            return

        def note(text: str) -> None:
            observer.world_note(world.name, text)

        with self._baselines.acquire(world.baseline, note=note) as baseline:
            if baseline is None:
                raise FleetError(
                    "cannot be started: the baseline that its data is based on no longer exists",
                    hint="restore the fleet again: rewound up SOURCE --replace",
                )
            yield self._baselines.data(world.baseline)

    def _resume(self, world: World, folder: Path, source: Path | None) -> Server:
        self._engine.end_all(folder)  # what a command left that was killed
        socket = folder / SOCKET
        for leftover in (socket, socket.with_name(f"{SOCKET}.lock")):
            leftover.unlink(missing_ok=True)
        record = self._record_writer.record
        return self._engine.start(
            start_spec(
                world.name,
                fleet=self._folder.name,
                folder=folder,
                port=world.port,
                buffer_pool_bytes=record.buffer_pool_bytes,
                settings=ServerSettings(record.time_zone, world.lower_case_table_names),
                passwords=self._passwords,
                data_from=source,
                resumes=True,
            )
        )

    def _require_whole(self, world: World, server: Server) -> None:
        """Check a world that nobody changed against its ledger; end one that lost something."""
        root = server.endpoint(ROOT, self._passwords[ROOT])
        original = self._folder.find_original(world.name)
        data = self._folder.world_folder(world.name) / DATA
        if original is None or find_changes(original, look(data, root)) is not None:
            return
        with Connection(root) as connection:
            ledger = self._folder.read_ledger(world.name)
            losses = find_losses(connection, ledger, counts_rows=False)
        if losses:
            self._engine.end_all(server.socket.parent)
            raise LoadError(
                f"is not what it was before its server stopped: {'; '.join(losses)}",
                hint=f"rewound reset {world.name} restores what it held first",
            )


def start_worlds(
    folder: FleetFolder,
    record: FleetRecord,
    worlds: Sequence[World],
    *,
    engine: Engine,
    baselines: BaselineCache,
    observer: Observer,
    workers: int,
) -> Starting:
    """Start the servers of worlds that are stopped; one that fails does not stop the others."""
    record_writer = RecordWriter(folder, record)
    starter = _Starter(folder, record_writer, engine, baselines=baselines)

    def stop() -> None:
        starter.cancelled.set()
        for world in worlds:
            if record_writer.record.worlds[world.name].state is WorldState.STOPPED:
                engine.end_all(folder.world_folder(world.name))

    jobs = {world.name: partial(starter.start, world, observer) for world in worlds}
    outcomes = run_side_by_side(jobs, workers=workers, stop=stop)
    failures = {name: each for name, each in outcomes.items() if each is not None}
    return Starting(tuple(name for name in outcomes if name not in failures), failures)
