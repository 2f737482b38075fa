"""Making one world: server, accounts, load, proof, grants, baseline, in this order.

If the dump has a baseline, the world starts from it instead. On request, the world that is served
in the end is compared with a second load. A world that fails leaves nothing behind: its server is
ended and its folder removed before the error propagates.
"""

import logging
import time
from dataclasses import replace
from functools import partial

from rewound.catalog import Dump
from rewound.engine.host.ports import pick_ports
from rewound.engine.protocol import Engine, Server
from rewound.engine.server_options import ServerSettings
from rewound.errors import (
    BinlogError,
    DumpError,
    DumpTooNew,
    Interrupted,
    LoadError,
    PortTaken,
    ReplayError,
    ServerNotReady,
    TableNamesFolded,
)
from rewound.fleet.advance import advance
from rewound.fleet.content_start import naming_older, recall_start, search_start
from rewound.fleet.plan import WorldPlan
from rewound.fleet.populate import populate
from rewound.fleet.restore_context import (
    KeptMoments,
    Observer,
    RestoreContext,
    Restored,
    discard_world,
    make_world_folder,
    world_spec,
)
from rewound.fleet.retreat import retreat
from rewound.fleet.second_load import compare_with_second_load
from rewound.fleet.serve_loaded import LoadedWorld, serve_loaded
from rewound.fleet.serving import serve_clone
from rewound.fleet.world import WorldState
from rewound.load.ledger import Ledger
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.replaying import for_target, require_unchanged

_MORE_PORTS = 3
"""How often another port is tried."""
_log = logging.getLogger(__name__)


def restore_world(
    plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    """Create one world from its chosen dump, or from an older one if that is allowed.

    Raises:
        DumpError, LoadError, ReplayError, BinlogError: no dump of it could be restored.
        HostError: the server could not be started.
        Interrupted: the user wants to stop.
    """
    # The doorkeeper of worlds that sleep has their ports already.
    for _ in range(_MORE_PORTS if plan.any_port and not context.may_sleep else 0):
        try:
            return _restore_world(plan, context, engine, observer)
        except PortTaken as error:
            plan = replace(plan, port=pick_ports(1, base=None)[0])
            observer.world_note(plan.name, f"{error.message}; trying port {plan.port}")
    return _restore_world(plan, context, engine, observer)


def _restore_world(
    plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    try:
        return _restore_first_that_works(plan, context, engine, observer)
    except DumpTooNew as error:
        if not plan.older:
            raise
        older, *others = plan.older
        note = f"{plan.dump.location.name}: {error.message}; taking {older.location.name}"
        observer.world_note(plan.name, note)
        plan = replace(plan, dumps=(older,), older=tuple(others))
        return _restore_world(plan, context, engine, observer)


def _restore_first_that_works(
    plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    *newer, last = plan.dumps
    passed_over: tuple[str, ...] = ()
    for dump in newer:
        try:
            restored = _restore_dump(dump, plan, context, engine, observer)
            return replace(restored, passed_over=passed_over)
        except (DumpError, LoadError, ReplayError, BinlogError) as error:
            observer.world_note(plan.name, f"{error.message}; trying the next older dump")
            passed_over = (*passed_over, str(dump.location))
    restored = _restore_dump(last, plan, context, engine, observer)
    return replace(restored, passed_over=passed_over)


def _restore_dump(
    dump: Dump, plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    if context.cancelled.is_set():
        raise Interrupted(f"restoring world {plan.name} was interrupted")
    observer.dump_tried(plan.name, dump)
    logs = plan.logs
    try:
        if logs is None:
            return _restore_own_moment(dump, plan, context, engine, observer)
        # An earlier moment may be restored first: the nearest kept one, or else the dump's own.
        way = replace(context, rows_in=None, goes_on=True)
        restored = None
        kept = context.find_replayed(dump)
        if logs.must_search(dump.files) and not recall_start(dump, logs, kept):
            restored = _restore_own_moment(dump, plan, way, engine, observer)
        with naming_older(plan):
            if restored is not None:
                search_start(restored, logs, plan, context, observer)
            replay_plan = logs.plan(dump.files)
        identity = replay_plan.identity
        if restored is None and context.witness is None:  # which takes a dump's own moment
            there = _find_baseline(dump, plan, context, engine, observer, identity)
            if there is not None:
                ledger = for_target(there.ledger, replay_plan)
                require_unchanged(replay_plan, identity)
                return replace(there, ledger=ledger)
            there = retreat(
                plan,
                way,
                engine,
                observer,
                replay_plan,
                kept,
                identity=identity,
                start_from=partial(_find_baseline, dump, plan, way, engine, observer),
            )
            if there is not None:
                return there
            restored = _find_nearest(dump, plan, way, engine, observer, replay_plan, kept)
        if restored is None:
            restored = _restore_own_moment(dump, plan, way, engine, observer)
        return advance(restored, replay_plan, plan, way, engine, observer, identity=identity)
    except BaseException:
        discard_world(plan.folder, engine)
        raise


def _restore_own_moment(
    dump: Dump, plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    """Make a world as its dump has it."""
    restored = _find_baseline(dump, plan, context, engine, observer)
    if restored is None:
        restored = _load_as_needed(dump, plan, context, engine, observer)
    if context.witness is not None and restored.ledger.deep is None:
        restored = compare_with_second_load(
            restored, plan, context, engine, observer, witness=context.witness
        )
    return restored


def _find_nearest(
    dump: Dump,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    replay_plan: ReplayPlan,
    kept: KeptMoments,
) -> Restored | None:
    """Make a world from the baseline of the last moment on the way, if there is one."""
    for settings, receipts in kept.items():
        if (replayed := replay_plan.find_nearest(receipts)) is not None:
            return _start_from_baseline(
                dump, plan, context, engine, observer, replayed, settings=settings
            )
    return None


def _find_baseline(
    dump: Dump,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    replayed: tuple[str, ...] = (),
) -> Restored | None:
    """Make a world from a baseline, of a server of either kind; return None if there is none."""
    if context.baselines is None:
        return None
    for settings in (context.settings(0), context.settings(1)):
        restored = _start_from_baseline(
            dump, plan, context, engine, observer, replayed, settings=settings
        )
        if restored is not None:
            return restored
    return None


def _load_as_needed(
    dump: Dump, plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> Restored:
    """Load a dump into a server that tells names of tables apart by case, or else into one not."""
    try:
        return _load(dump, plan, context, engine, observer, settings=context.settings(0))
    except TableNamesFolded as error:
        note = f"restored again, on a server with lower_case_table_names=1: {error.message}"
        observer.world_note(plan.name, note)
        discard_world(plan.folder, engine)
    return _load(dump, plan, context, engine, observer, settings=context.settings(1))


def _start_from_baseline(
    dump: Dump,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    replayed: tuple[str, ...],
    *,
    settings: ServerSettings,
) -> Restored | None:
    """Make a world from the baseline of its dump; return None if there is none to use."""
    baselines = context.baselines
    if baselines is None or dump.size_bytes not in baselines.dump_sizes():
        return None
    sha256 = baselines.hashes.get_sha256(dump.files, cancelled=context.cancelled)
    key = context.origin(sha256, settings, replayed).key

    def note(text: str) -> None:
        observer.world_note(plan.name, text)

    with baselines.acquire(key, note=note) as baseline:
        if baseline is None:
            return None
        observer.world_changed(plan.name, WorldState.STARTING, dump.location.name)
        make_world_folder(plan.folder)
        spec = world_spec(plan, context, settings, data_from=baselines.data(key))
        is_deep = context.witness is None or baseline.ledger.deep is not None
        try:
            served = serve_clone(
                engine,
                spec,
                baseline.ledger,
                baselines,
                key=key,
                may_sleep=context.leaves_asleep and is_deep,
            )
        except (ServerNotReady, LoadError) as error:
            if context.cancelled.is_set():
                raise
            if isinstance(error, ServerNotReady):
                note(f"its baseline did not start and has been discarded: {error.message}")
            else:
                note(f"its baseline lost data and has been discarded: {error.message}")
            discard_world(plan.folder, engine)
        else:
            _log.info("%s: ready from baseline %s", plan.name, key)
            facts = replace(baseline.ledger.dump, path=str(dump.location))
            ledger = replace(baseline.ledger, dump=facts)
            return Restored(
                dump,
                served.server,
                served.original,
                ledger,
                settings,
                baseline=key,
                from_baseline=True,
            )
    baselines.remove(key)
    return None


def _load(
    dump: Dump,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    *,
    settings: ServerSettings,
) -> Restored:
    if context.cancelled.is_set():
        raise Interrupted(f"restoring world {plan.name} was interrupted")
    observer.world_changed(plan.name, WorldState.STARTING, dump.location.name)
    make_world_folder(plan.folder)
    spec = world_spec(plan, context, settings, data_from=None)
    server = engine.start(spec)
    if context.baselines is None:
        ledger = _populate(server, dump, plan, context, engine, observer)
    else:
        hashes = context.baselines.hashes
        identity, read_from_ns = hashes.identify(dump.files), time.time_ns()
        ledger = _populate(server, dump, plan, context, engine, observer)
        hashes.remember(identity, dump.files, ledger.dump.sha256, read_from_ns=read_from_ns)
    loaded = LoadedWorld(dump, spec, server, ledger)
    return serve_loaded(loaded, plan, context, engine, observer)


def _populate(
    server: Server,
    dump: Dump,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
) -> Ledger:
    observer.world_changed(plan.name, WorldState.LOADING, dump.location.name)

    def report_progress(bytes_read: int, table: str) -> None:
        observer.world_loading(plan.name, bytes_read, table)

    return populate(
        server,
        dump.files,
        context,
        engine,
        world=plan.name,
        progress=report_progress,
        note=lambda text: observer.world_note(plan.name, text),
    )
