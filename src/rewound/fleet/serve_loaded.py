"""From a server that is loaded and proven to a world that is served, and its baseline.

If the files of a server are at rest, they are copied while it runs, and it goes on to serve.
Otherwise, or if a copy costs more than a start, it is stopped, and another server serves the
world, on a clone of the baseline, which may consist of these same files; its rows are counted
again (ADR 18).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from rewound.catalog import Dump
from rewound.engine.at_rest import can_rest, find_rest, settle
from rewound.engine.cloning import DATA
from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.errors import HostError, LoadError
from rewound.fleet.baseline import Origin
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.change_signs import list_table_files, read_original
from rewound.fleet.changes import Original
from rewound.fleet.plan import WorldPlan
from rewound.fleet.restore_context import Observer, RestoreContext, Restored, discard_world
from rewound.fleet.serving import connect, explained, serve
from rewound.load.ledger import Ledger
from rewound.mysql.accounts import password_statement
from rewound.mysql.client import Connection

_TRIES = 3
"""A thread of the server may write statistics at any time; hardly ever twice."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedWorld:
    """A world that is loaded, proven and settled, and whose server runs."""

    dump: Dump
    spec: ServerSpec
    """Its server's."""
    server: Server
    ledger: Ledger
    replayed: tuple[str, ...] = ()
    """What tells the part of the logs that was replayed after its dump."""


def serve_loaded(
    loaded: LoadedWorld,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
) -> Restored:
    """Keep the data of a loaded world as its baseline where baselines are wanted, and serve it.

    Raises:
        LoadError: what is served in the end is less than what was proven.
        HostError: the server ended, or does not start again.
    """
    origin = context.origin(loaded.ledger.dump.sha256, loaded.spec.settings, loaded.replayed)
    serving = _Serving(loaded, origin, context, engine, partial(observer.world_note, plan.name))
    running = serving.go_on()
    if running is not None:
        return running
    engine.stop(loaded.server)
    if context.baselines is None:
        return serving.start_on_own_data()
    return serving.start_on_baseline(context.baselines)


class _Disturbed(Exception):
    """The server wrote to its files, by a thread of its own."""


@dataclass(frozen=True, slots=True)
class _Serving:
    """What all ways to serve a loaded world need."""

    loaded: LoadedWorld
    origin: Origin
    context: RestoreContext
    engine: Engine
    note: Callable[[str], None]
    """Told what the user should know."""

    def go_on(self) -> Restored | None:
        """Serve by the server that was loaded; None where it has to be stopped first."""
        server, spec = self.loaded.server, self.loaded.spec
        with explained(self.engine, server, spec), connect(server, spec) as connection:
            if not can_rest(connection):
                return None
            for _ in range(_TRIES):
                try:
                    return self._serve_at_rest(connection)
                except _Disturbed:
                    _log.debug("%s was written to before it was copied", spec.name)
                    settle(connection)
        return None

    def _serve_at_rest(self, connection: Connection) -> Restored | None:
        rest = find_rest(connection)

        def require_rest() -> None:
            if rest is None or find_rest(connection) != rest:
                raise _Disturbed

        require_rest()

        folder, baselines, key = self.loaded.spec.folder, self.context.baselines, None
        if baselines is not None:
            try:
                with baselines.making() as making:
                    if not self.engine.copy_data(folder, making / DATA):
                        return None
                    require_rest()
                    baselines.keep(making, self.origin, self.loaded.ledger)
                key = self.origin.key
            except HostError as error:
                self._tell_no_baseline(error)
        tables = list_table_files(folder / DATA)
        original = read_original(connection, tables, was_loaded=True)
        require_rest()
        return self._restored(self.loaded.spec, self.loaded.server, original, key)

    def start_on_own_data(self) -> Restored:
        """Serve a stopped world by another server, on the same data."""
        spec = self.loaded.spec
        served = serve(self.engine, spec, self.loaded.ledger, counts_rows=True)
        return self._restored(spec, served.server, served.original)

    def start_on_baseline(self, baselines: BaselineCache) -> Restored:
        """Keep the data of a stopped world as its baseline, start a server on it, count again."""
        loaded, key = self.loaded, self.origin.key
        try:
            with baselines.making() as making:
                self.engine.export_data(loaded.spec.folder, making / DATA)
                baselines.keep(making, self.origin, loaded.ledger)
        except HostError as error:
            self._tell_no_baseline(error)
            return self.start_on_own_data()
        try:
            with baselines.acquire(key, note=self.note) as kept:
                if kept is None:  # the data that it was made from is still there and will do
                    return self.start_on_own_data()
                spec = replace(
                    loaded.spec,
                    data_from=baselines.data(key),
                    boot_statements=(password_statement(self.context.passwords),),
                )
                served = serve(self.engine, spec, loaded.ledger, counts_rows=True)
                baselines.mark_counted(key, served.original)
        except LoadError:
            discard_world(loaded.spec.folder, self.engine)  # its data may be that of the baseline
            baselines.remove(key)
            raise
        return self._restored(spec, served.server, served.original, key)

    def _tell_no_baseline(self, error: HostError) -> None:
        """Go on without a baseline, unless the user interrupted the command.

        Raises:
            HostError: it was interrupted.
        """
        if self.context.cancelled.is_set():
            raise error
        self.note(f"has no baseline to reset to: {error.message}")

    def _restored(
        self, spec: ServerSpec, server: Server, original: Original, key: str | None = None
    ) -> Restored:
        dump, ledger = self.loaded.dump, self.loaded.ledger
        return Restored(dump, server, original, ledger, spec.settings, baseline=key)
