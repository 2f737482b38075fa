"""Making one world: server, accounts, load, proof, grants, baseline, in this order.

Where the dump has a baseline, the world starts from it instead. A world that does not get
to the end leaves nothing: its server is ended and its folder removed before the error goes
on.
"""

import logging
import time
from dataclasses import replace
from pathlib import Path

from rewound.catalog import Dump
from rewound.dump.judge import quote_name
from rewound.engine.options import LOADING_STATEMENTS, SERVING_STATEMENTS
from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.errors import (
    DumpError,
    HostError,
    Interrupted,
    LoadError,
    MysqlError,
    RewoundError,
    ServerNotReady,
)
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.making import Observer, Recipe, Restored, discard_world, start_spec
from rewound.fleet.plan import WorldPlan
from rewound.fleet.room import Room
from rewound.fleet.world import WorldState
from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.loader import load_dump
from rewound.mysql.accounts import (
    LOADER,
    ROOT,
    account_statements,
    grant_statements,
)
from rewound.mysql.client import Connection

_log = logging.getLogger(__name__)


def restore_world(plan: WorldPlan, recipe: Recipe, engine: Engine, observer: Observer) -> Restored:
    """Make one world from its chosen dump, or from an older one where that is allowed.

    Raises:
        DumpError, LoadError: no dump of it could be restored.
        HostError: the server could not be started.
        Interrupted: the user wants to stop.
    """
    *newer, last = plan.dumps
    for dump in newer:
        try:
            return _restore_dump(dump, plan, recipe, engine, observer)
        except (DumpError, LoadError) as error:
            observer.world_note(plan.name, f"{error.message}; taking the next older dump")
    return _restore_dump(last, plan, recipe, engine, observer)


def _restore_dump(
    dump: Dump, plan: WorldPlan, recipe: Recipe, engine: Engine, observer: Observer
) -> Restored:
    if recipe.cancelled.is_set():
        raise Interrupted(f"making world {plan.name} was interrupted")
    try:
        if recipe.baselines is not None:
            restored = _start_from_baseline(
                dump, plan, recipe, engine, observer, baselines=recipe.baselines
            )
            if restored is not None:
                return restored
        return _load(dump, plan, recipe, engine, observer)
    except BaseException:
        discard_world(plan.folder, engine)
        raise


def _start_from_baseline(
    dump: Dump,
    plan: WorldPlan,
    recipe: Recipe,
    engine: Engine,
    observer: Observer,
    *,
    baselines: BaselineCache,
) -> Restored | None:
    """Make a world from the baseline of its dump; return None where there is none to use."""
    if dump.size_bytes not in baselines.dump_sizes():
        return None
    key = recipe.origin(baselines.hashes.get_sha256(dump.path)).key

    def note(text: str) -> None:
        observer.world_note(plan.name, text)

    with baselines.lent(key, note=note) as baseline:
        if baseline is None:
            return None
        observer.world_changed(plan.name, WorldState.STARTING, dump.path.name)
        plan.folder.mkdir(mode=0o700)
        try:
            server = engine.start(_spec(plan, recipe, data_from=baselines.data(key)))
        except ServerNotReady as error:
            if recipe.cancelled.is_set():
                raise
            note(f"its baseline does not start and is discarded: {error.message}")
            discard_world(plan.folder, engine)
        else:
            _log.info("%s: ready from baseline %s", plan.name, key)
            facts = replace(baseline.ledger.dump, path=dump.path)
            ledger = replace(baseline.ledger, dump=facts)
            return Restored(dump, server, ledger, baseline=key, from_baseline=True)
    baselines.remove(key)
    return None


def _load(
    dump: Dump, plan: WorldPlan, recipe: Recipe, engine: Engine, observer: Observer
) -> Restored:
    if recipe.cancelled.is_set():
        raise Interrupted(f"making world {plan.name} was interrupted")
    observer.world_changed(plan.name, WorldState.STARTING, dump.path.name)
    plan.folder.mkdir(mode=0o700)
    server = engine.start(_spec(plan, recipe, data_from=None))
    if recipe.baselines is None:
        return Restored(dump, server, _fill(server, dump, plan, recipe, engine, observer))
    identity, read_from_ns = recipe.baselines.hashes.identify(dump.path), time.time_ns()
    ledger = _fill(server, dump, plan, recipe, engine, observer)
    recipe.baselines.hashes.remember(identity, ledger.dump.sha256, read_from_ns=read_from_ns)
    return _leave_baseline(
        Restored(dump, server, ledger), plan, recipe, engine, observer, baselines=recipe.baselines
    )


def _leave_baseline(
    loaded: Restored,
    plan: WorldPlan,
    recipe: Recipe,
    engine: Engine,
    observer: Observer,
    *,
    baselines: BaselineCache,
) -> Restored:
    """Keep the data of a proven world as its baseline, and start its server again."""
    engine.stop(loaded.server)
    origin = recipe.origin(loaded.ledger.dump.sha256)

    def note(text: str) -> None:
        observer.world_note(plan.name, text)

    try:
        with baselines.making() as making:
            engine.give_data(plan.folder, making / "data")
            baselines.keep(making, origin, loaded.ledger)
    except HostError as error:
        if recipe.cancelled.is_set():
            raise
        note(f"has no baseline to be reset to: {error.message}")
        return replace(loaded, server=engine.start(_spec(plan, recipe, data_from=None)))
    with baselines.lent(origin.key, note=note) as kept:
        # Without it, the data that it was made from is still there and will do.
        key = None if kept is None else origin.key
        data_from = None if key is None else baselines.data(key)
        server = engine.start(_spec(plan, recipe, data_from=data_from))
    return replace(loaded, server=server, baseline=key)


def _spec(plan: WorldPlan, recipe: Recipe, *, data_from: Path | None) -> ServerSpec:
    return start_spec(
        plan.name,
        fleet=recipe.fleet,
        folder=plan.folder,
        port=plan.port,
        buffer_pool_bytes=recipe.buffer_pool_bytes,
        passwords=recipe.passwords,
        data_from=data_from,
    )


def _fill(
    server: Server,
    dump: Dump,
    plan: WorldPlan,
    recipe: Recipe,
    engine: Engine,
    observer: Observer,
) -> Ledger:
    """Load, prove and open a running server's world; say so where its server ends in between."""
    try:
        return _load_and_prove(server, dump, plan, recipe, observer)
    except RewoundError as error:
        if recipe.cancelled.is_set() or _answers(server, recipe):
            raise
        raise engine.explain_end(server) from error


def _load_and_prove(
    server: Server, dump: Dump, plan: WorldPlan, recipe: Recipe, observer: Observer
) -> Ledger:
    observer.world_changed(plan.name, WorldState.LOADING, dump.path.name)
    _execute_as_root(server, recipe, [*account_statements(recipe.passwords), *LOADING_STATEMENTS])

    room = Room(plan.folder)

    def report_progress(bytes_read: int, table: str) -> None:
        room.require()
        observer.world_loading(plan.name, bytes_read, table)

    ledger = load_dump(
        server.endpoint(LOADER, recipe.passwords[LOADER]),
        dump.path,
        options=recipe.load,
        progress=report_progress,
        cancelled=recipe.cancelled,
        cores=recipe.cores,
    )
    if imbalances := find_imbalances(ledger):
        raise LoadError(f"{dump.path}: the ledger does not balance: {'; '.join(imbalances)}")
    quoted = [quote_name(schema).decode("utf-8", "surrogateescape") for schema in ledger.schemas]
    _execute_as_root(server, recipe, [*SERVING_STATEMENTS, *grant_statements(quoted)])
    _log.info("%s: proven with %d rows", plan.name, ledger.rows)
    return ledger


def _answers(server: Server, recipe: Recipe) -> bool:
    """Tell whether a server is still there to be asked."""
    try:
        _execute_as_root(server, recipe, [])
    except MysqlError:
        return False
    return True


def _execute_as_root(server: Server, recipe: Recipe, statements: list[str]) -> None:
    with Connection(server.endpoint(ROOT, recipe.passwords[ROOT])) as connection:
        for statement in statements:
            connection.execute(statement)
