"""From a server that is loaded and proven to a world that is served, and its baseline.

If the files of a server are at rest, they are copied while it runs, and it goes on to serve.
Otherwise, or if a copy costs more than a start, it is stopped, and another server serves the
world, on a clone of the baseline, which may consist of these same files; its rows are counted
again (ADR 18).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from rewound.catalog import Dump
from rewound.engine.at_rest import find_rest, settle
from rewound.engine.cloning import DATA
from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.errors import HostError, LoadError
from rewound.fleet.baseline import Origin
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.change_signs import list_table_files, read_original
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
    origin = context.origin(loaded.ledger.dump.sha256, loaded.spec.settings)

    def note(text: str) -> None:
        observer.world_note(plan.name, text)

    running = _serve_running(loaded, origin, context, engine, note)
    if running is not None:
        return running
    engine.stop(loaded.server)
    if context.baselines is None:
        return _serve_again(loaded, engine)
    return _leave_baseline(loaded, origin, plan, context, engine, note, context.baselines)


def _serve_running(
    loaded: LoadedWorld,
    origin: Origin,
    context: RestoreContext,
    engine: Engine,
    note: Callable[[str], None],
) -> Restored | None:
    """Serve a world by the server that was loaded; None where it has to be stopped first."""
    server, spec = loaded.server, loaded.spec
    with explained(engine, server, spec), connect(server, spec) as connection:
        for _ in range(_TRIES):
            try:
                return _serve_at_rest(loaded, origin, context, engine, note, connection)
            except _Disturbed:
                _log.debug("%s was written to while it was copied", spec.name)
                settle(connection)
    return None


def _serve_at_rest(
    loaded: LoadedWorld,
    origin: Origin,
    context: RestoreContext,
    engine: Engine,
    note: Callable[[str], None],
    connection: Connection,
) -> Restored | None:
    rest = find_rest(connection)
    if rest is None:
        _log.debug("%s did not come to rest", loaded.spec.name)
        return None

    def require_rest() -> None:
        if find_rest(connection) != rest:
            raise _Disturbed

    folder, key = loaded.spec.folder, None
    if context.baselines is not None:
        try:
            with context.baselines.making() as making:
                if not engine.copy_data(folder, making / DATA):
                    return None
                require_rest()
                context.baselines.keep(making, origin, loaded.ledger)
            key = origin.key
        except HostError as error:
            if context.cancelled.is_set():
                raise
            note(_no_baseline(error))
    original = read_original(connection, list_table_files(folder / DATA), was_loaded=True)
    require_rest()
    settings = loaded.spec.settings
    return Restored(loaded.dump, loaded.server, original, loaded.ledger, settings, baseline=key)


class _Disturbed(Exception):
    """The server wrote to its files, by a thread of its own."""


def _serve_again(loaded: LoadedWorld, engine: Engine) -> Restored:
    """Serve a world whose server is stopped by another one, on the same data."""
    served = serve(engine, loaded.spec, loaded.ledger, counts_rows=True)
    return Restored(
        loaded.dump, served.server, served.original, loaded.ledger, loaded.spec.settings
    )


def _leave_baseline(
    loaded: LoadedWorld,
    origin: Origin,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    note: Callable[[str], None],
    baselines: BaselineCache,
) -> Restored:
    """Keep the data of a stopped world as its baseline, start its server, and count again."""
    key = origin.key
    try:
        with baselines.making() as making:
            engine.export_data(plan.folder, making / DATA)
            baselines.keep(making, origin, loaded.ledger)
    except HostError as error:
        if context.cancelled.is_set():
            raise
        note(_no_baseline(error))
        return _serve_again(loaded, engine)
    try:
        with baselines.acquire(key, note=note) as kept:
            if kept is None:  # the data that it was made from is still there and will do
                return _serve_again(loaded, engine)
            spec = replace(
                loaded.spec,
                data_from=baselines.data(key),
                boot_statements=(password_statement(context.passwords),),
            )
            served = serve(engine, spec, loaded.ledger, counts_rows=True)
            baselines.mark_counted(key)
    except LoadError:
        discard_world(plan.folder, engine)  # its data may be that of the baseline
        baselines.remove(key)
        raise
    return Restored(
        loaded.dump, served.server, served.original, loaded.ledger, spec.settings, baseline=key
    )


def _no_baseline(error: HostError) -> str:
    return f"has no baseline to reset to: {error.message}"
