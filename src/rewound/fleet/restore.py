"""Making one world: server, accounts, load, proof, grants, baseline, in this order.

Where the dump has a baseline, the world starts from it instead. Where it is asked for, what
is served in the end is compared with a second load. A world that does not get to the end
leaves nothing: its server is ended and its folder removed before the error goes on.
"""

import logging
import time
from dataclasses import replace
from pathlib import Path

from rewound.catalog import Dump
from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.errors import DumpError, HostError, Interrupted, LoadError, ServerNotReady
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.plan import WorldPlan
from rewound.fleet.populate import fill
from rewound.fleet.restore_context import (
    Observer,
    RestoreContext,
    Restored,
    discard_world,
    make_world_folder,
    start_spec,
)
from rewound.fleet.second_load import compare_with_second_load
from rewound.fleet.world import WorldState
from rewound.load.ledger import Ledger

_log = logging.getLogger(__name__)


def restore_world(
    plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    """Make one world from its chosen dump, or from an older one where that is allowed.

    Raises:
        DumpError, LoadError: no dump of it could be restored.
        HostError: the server could not be started.
        Interrupted: the user wants to stop.
    """
    *newer, last = plan.dumps
    for dump in newer:
        try:
            return _restore_dump(dump, plan, context, engine, observer)
        except (DumpError, LoadError) as error:
            observer.world_note(plan.name, f"{error.message}; taking the next older dump")
    return _restore_dump(last, plan, context, engine, observer)


def _restore_dump(
    dump: Dump, plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    if context.cancelled.is_set():
        raise Interrupted(f"making world {plan.name} was interrupted")
    try:
        restored = None
        if context.baselines is not None:
            restored = _start_from_baseline(
                dump, plan, context, engine, observer, baselines=context.baselines
            )
        if restored is None:
            restored = _load(dump, plan, context, engine, observer)
        if context.witness is not None and restored.ledger.deep is None:
            restored = compare_with_second_load(
                restored, plan, context, engine, observer, witness=context.witness
            )
        return restored
    except BaseException:
        discard_world(plan.folder, engine)
        raise


def _start_from_baseline(
    dump: Dump,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    *,
    baselines: BaselineCache,
) -> Restored | None:
    """Make a world from the baseline of its dump; return None where there is none to use."""
    if dump.size_bytes not in baselines.dump_sizes():
        return None
    sha256 = baselines.hashes.get_sha256(dump.path, cancelled=context.cancelled)
    key = context.origin(sha256).key

    def note(text: str) -> None:
        observer.world_note(plan.name, text)

    with baselines.acquire(key, note=note) as baseline:
        if baseline is None:
            return None
        observer.world_changed(plan.name, WorldState.STARTING, dump.path.name)
        make_world_folder(plan.folder)
        try:
            server = engine.start(_spec(plan, context, data_from=baselines.data(key)))
        except ServerNotReady as error:
            if context.cancelled.is_set():
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
    dump: Dump, plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    if context.cancelled.is_set():
        raise Interrupted(f"making world {plan.name} was interrupted")
    observer.world_changed(plan.name, WorldState.STARTING, dump.path.name)
    make_world_folder(plan.folder)
    server = engine.start(_spec(plan, context, data_from=None))
    if context.baselines is None:
        return Restored(dump, server, _fill(server, dump, plan, context, engine, observer))
    identity, read_from_ns = context.baselines.hashes.identify(dump.path), time.time_ns()
    ledger = _fill(server, dump, plan, context, engine, observer)
    context.baselines.hashes.remember(identity, ledger.dump.sha256, read_from_ns=read_from_ns)
    return _leave_baseline(
        Restored(dump, server, ledger), plan, context, engine, observer, baselines=context.baselines
    )


def _leave_baseline(
    loaded: Restored,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    *,
    baselines: BaselineCache,
) -> Restored:
    """Keep the data of a proven world as its baseline, and start its server again."""
    engine.stop(loaded.server)
    origin = context.origin(loaded.ledger.dump.sha256)

    def note(text: str) -> None:
        observer.world_note(plan.name, text)

    try:
        with baselines.making() as making:
            engine.export_data(plan.folder, making / "data")
            baselines.keep(making, origin, loaded.ledger)
    except HostError as error:
        if context.cancelled.is_set():
            raise
        note(f"has no baseline to be reset to: {error.message}")
        return replace(loaded, server=engine.start(_spec(plan, context, data_from=None)))
    with baselines.acquire(origin.key, note=note) as kept:
        # Without it, the data that it was made from is still there and will do.
        key = None if kept is None else origin.key
        data_from = None if key is None else baselines.data(key)
        server = engine.start(_spec(plan, context, data_from=data_from))
    return replace(loaded, server=server, baseline=key)


def _spec(plan: WorldPlan, context: RestoreContext, *, data_from: Path | None) -> ServerSpec:
    return start_spec(
        plan.name,
        fleet=context.fleet,
        folder=plan.folder,
        port=plan.port,
        buffer_pool_bytes=context.buffer_pool_bytes,
        passwords=context.passwords,
        data_from=data_from,
    )


def _fill(
    server: Server,
    dump: Dump,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
) -> Ledger:
    observer.world_changed(plan.name, WorldState.LOADING, dump.path.name)

    def report_progress(bytes_read: int, table: str) -> None:
        observer.world_loading(plan.name, bytes_read, table)

    return fill(server, dump.path, context, engine, world=plan.name, progress=report_progress)
