"""Resetting worlds to their baselines: same port, same passwords, original content.

A world's data is deleted only once its baseline is available. A reset that is killed in the
middle shows the world as interrupted, and can be repeated.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rewound.command import own_identity
from rewound.engine.protocol import Engine, Server
from rewound.engine.server_options import ServerSettings
from rewound.errors import FleetError, Interrupted, MysqlError, RewoundError
from rewound.files.mounts import remove_tree
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.connections import list_connections
from rewound.fleet.record_writer import RecordWriter, run_side_by_side
from rewound.fleet.restore_context import Observer, discard_world, make_world_folder, start_spec
from rewound.fleet.serving import Served, serve
from rewound.fleet.state import FleetFolder, FleetRecord
from rewound.fleet.world import World, WorldState
from rewound.load.ledger import Ledger
from rewound.mysql.accounts import ACCOUNTS, ROOT


@dataclass(frozen=True, slots=True)
class Resetting:
    """The result of resetting worlds."""

    done: Mapping[str, tuple[str, ...]]
    """The worlds that are ready again, and whose connections to each were ended."""
    failures: Mapping[str, RewoundError]
    """The others, and why."""


class _Resetter:
    """Guards what the jobs of one reset share."""

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

    def reset(self, world: World, observer: Observer) -> tuple[str, ...] | RewoundError:
        """Reset one world; return whose connections were ended, or why it failed."""
        if self.cancelled.is_set():
            raise Interrupted(f"resetting world {world.name} was interrupted")
        if world.baseline is None:
            return _no_baseline(self._folder.name, "no baseline was saved")

        def note(text: str) -> None:
            observer.world_note(world.name, text)

        with self._baselines.acquire(world.baseline, note=note) as baseline:
            if baseline is None:
                return _no_baseline(self._folder.name, "its baseline no longer exists")
            ended = self._list_connections(world.server)
            fresh = replace(world, state=WorldState.STARTING, server=None, reason=None)
            self._record_writer.update(fresh)
            observer.world_changed(world.name, WorldState.STARTING)
            try:
                served = self._start_anew(world, world.baseline, baseline.ledger)
            except RewoundError as error:
                if self.cancelled.is_set():
                    raise Interrupted(f"resetting world {world.name} was interrupted") from error
                discard_world(self._folder.world_folder(world.name), self._engine)
                failed = replace(fresh, state=WorldState.FAILED, reason=error.in_one_line)
                self._record_writer.update(failed)
                observer.world_changed(world.name, WorldState.FAILED, error.in_one_line)
                return error
        self._folder.write_original(world.name, served.original)
        self._record_writer.update(replace(fresh, state=WorldState.READY, server=served.server))
        observer.world_changed(world.name, WorldState.READY, f"{world.rows:,} rows")
        return ended

    def _start_anew(self, world: World, key: str, ledger: Ledger) -> Served:
        folder = self._folder.world_folder(world.name)
        self._engine.end_all(folder)
        remove_tree(folder)
        make_world_folder(folder)
        spec = start_spec(
            world.name,
            fleet=self._folder.name,
            folder=folder,
            port=world.port,
            buffer_pool_bytes=self._record_writer.record.buffer_pool_bytes,
            settings=ServerSettings(
                self._record_writer.record.time_zone, world.lower_case_table_names
            ),
            passwords=self._passwords,
            data_from=self._baselines.data(key),
        )
        is_counted = self._baselines.is_counted(key)
        served = serve(self._engine, spec, ledger, counts_rows=not is_counted)
        self._baselines.mark_counted(key)
        return served

    def _list_connections(self, server: Server | None) -> tuple[str, ...]:
        if server is None or not self._engine.is_running(server):
            return ()
        try:
            return list_connections(server.endpoint(ROOT, self._passwords[ROOT]))
        except MysqlError:
            return ()  # a server in such a state is reset all the same


def reset_worlds(
    folder: FleetFolder,
    record: FleetRecord,
    worlds: Sequence[World],
    *,
    engine: Engine,
    baselines: BaselineCache,
    observer: Observer,
    workers: int,
) -> Resetting:
    """Take worlds back to their baselines; one that fails does not stop the others."""
    record_writer = RecordWriter(folder, replace(record, maker=own_identity()))
    resetter = _Resetter(folder, record_writer, engine, baselines=baselines)

    def stop() -> None:
        resetter.cancelled.set()
        for name, world in record_writer.record.worlds.items():
            if world.state is WorldState.STARTING:
                engine.end_all(folder.world_folder(name))

    jobs = {world.name: partial(resetter.reset, world, observer) for world in worlds}
    outcomes = run_side_by_side(jobs, workers=workers, stop=stop)
    failures = {name: each for name, each in outcomes.items() if isinstance(each, RewoundError)}
    done = {name: each for name, each in outcomes.items() if not isinstance(each, RewoundError)}
    return Resetting(done, failures)


def _no_baseline(fleet: str, what: str) -> FleetError:
    return FleetError(
        f"cannot be reset: {what}",
        hint=f"restore the fleet again: rewound down --fleet {fleet}, then rewound up",
    )
