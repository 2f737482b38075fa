"""Restoring worlds of a fleet that is up: the others are left alone."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rewound.catalog import ChosenDump
from rewound.command import own_identity
from rewound.engine.protocol import Engine
from rewound.fleet.bring_up import BringUp, bring_up
from rewound.fleet.doors import door_locked
from rewound.fleet.live_status import to_record
from rewound.fleet.plan import WorldPlan
from rewound.fleet.record import FleetRecord
from rewound.fleet.restore_context import Observer, RestoreContext, discard_world
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import FOR_ADDING, World, WorldState
from rewound.load.ledger import Ledger
from rewound.mysql.accounts import ACCOUNTS
from rewound.operations.host import open_baselines
from rewound.operations.restoring import UpOptions, new_worlds, plan_restore, workers
from rewound.operations.sleeping import ensure_doorkeeper, with_open_doors
from rewound.replay.world_logs import WorldLogs


def prepare_in_place(
    folder: FleetFolder,
    record: FleetRecord,
    options: UpOptions,
    engine: Engine,
    *,
    chosen: Sequence[ChosenDump] = (),
    planned: Sequence[WorldPlan] = (),
    logs: Mapping[str, WorldLogs] | None = None,
) -> tuple[list[WorldPlan], RestoreContext]:
    """Return plans of the dumps chosen, and how they and the worlds planned already are restored.

    Passwords are the fleet's, and no server gets more memory than the fleet's others have.
    """
    baselines = open_baselines(folder.path)
    plans, context = plan_restore(
        chosen,
        besides=planned,
        folder=folder,
        options=options,
        engine_choice=record.engine,
        passwords={account: folder.read_password(account) for account in ACCOUNTS},
        baselines=baselines,
        logs=logs,
    )
    pool_bytes = min(context.buffer_pool_bytes, record.buffer_pool_bytes)
    context = replace(context, buffer_pool_bytes=pool_bytes, cancelled=threading.Event())
    engine.prepare(folder.path, baselines.folder)
    return plans, context


def restore_in_place(
    folder: FleetFolder,
    record: FleetRecord,
    plans: Sequence[WorldPlan],
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
) -> BringUp:
    """Restore worlds, in the place of what there is of them.

    If this ends early, those that were ready before are interrupted. These, and those that fail
    now, keep the baseline and the ledger that they had: a reset takes them back.
    """
    ensure_doorkeeper(folder, record)
    record = to_record(record)
    worlds = {**record.worlds, **new_worlds(plans)}
    started = replace(
        record,
        maker=own_identity(),
        worlds={name: worlds[name] for name in sorted(worlds)},
    )
    known = [record.worlds[plan.name] for plan in plans if plan.name in record.worlds]
    ledgers = {
        world.name: folder.read_ledger(world.name)
        for world in known
        if world.schemas and folder.has_ledger(world.name)
    }
    # Recorded first: nobody may start or wake what is half deleted.
    folder.write(started)
    try:
        _discard(folder, plans, engine)
        brought = bring_up(
            folder,
            started,
            plans,
            context=context,
            engine=engine,
            observer=observer,
            workers=workers(),
            is_whole_fleet=False,
        )
        return with_open_doors(folder, _keep_ways_back(folder, brought, known, ledgers))
    except BaseException:
        _discard(folder, plans, engine)
        for name, ledger in ledgers.items():
            folder.write_ledger(name, ledger)
        lost = {
            world.name: replace(world, state=WorldState.INTERRUPTED, server=None)
            for world in known
            if world.state not in FOR_ADDING
        }
        folder.write(replace(record, worlds={**record.worlds, **lost}))
        raise


def _keep_ways_back(
    folder: FleetFolder, brought: BringUp, known: Sequence[World], ledgers: Mapping[str, Ledger]
) -> BringUp:
    """Record of worlds that have failed where a reset takes them back to."""
    worlds = dict(brought.record.worlds)
    for world in known:
        now = worlds[world.name]
        if now.state is WorldState.FAILED and world.name in ledgers:
            worlds[world.name] = replace(world, state=now.state, reason=now.reason, server=None)
            folder.write_ledger(world.name, ledgers[world.name])
    if worlds == brought.record.worlds:
        return brought
    record = replace(brought.record, worlds=worlds)
    folder.write(record)
    return replace(brought, record=record)


def _discard(folder: FleetFolder, plans: Sequence[WorldPlan], engine: Engine) -> None:
    for plan in plans:
        with door_locked(folder.path, plan.port):
            for place in (plan.folder, plan.second_folder):
                if place.exists():
                    discard_world(place, engine)
