"""Restoring worlds of a fleet that is up: the others are left alone."""

from collections.abc import Sequence
from dataclasses import replace

from rewound.command import own_identity
from rewound.engine.protocol import Engine
from rewound.fleet.bring_up import BringUp, bring_up
from rewound.fleet.doors import door_locked
from rewound.fleet.live_status import to_record
from rewound.fleet.plan import WorldPlan
from rewound.fleet.record import FleetRecord
from rewound.fleet.restore_context import Observer, RestoreContext, discard_world
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import FOR_ADDING, WorldState
from rewound.operations.restoring import new_worlds, workers
from rewound.operations.sleeping import ensure_doorkeeper, with_open_doors


def restore_in_place(
    folder: FleetFolder,
    record: FleetRecord,
    plans: Sequence[WorldPlan],
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
) -> BringUp:
    """Restore worlds, in the place of what there is of them.

    If this ends early, those that were ready before are interrupted.
    """
    ensure_doorkeeper(folder, record)
    record = to_record(record)
    worlds = {**record.worlds, **new_worlds(plans)}
    try:
        _discard(folder, plans, engine)
        brought = bring_up(
            folder,
            replace(
                record,
                maker=own_identity(),
                worlds={name: worlds[name] for name in sorted(worlds)},
            ),
            plans,
            context=context,
            engine=engine,
            observer=observer,
            workers=workers(),
            is_whole_fleet=False,
        )
        return with_open_doors(folder, brought)
    except BaseException:
        _discard(folder, plans, engine)
        known = {plan.name: record.worlds.get(plan.name) for plan in plans}
        lost = {
            name: replace(world, state=WorldState.INTERRUPTED, server=None)
            for name, world in known.items()
            if world is not None and world.state not in FOR_ADDING
        }
        folder.write(replace(record, worlds={**record.worlds, **lost}))
        raise


def _discard(folder: FleetFolder, plans: Sequence[WorldPlan], engine: Engine) -> None:
    for plan in plans:
        with door_locked(folder.path, plan.port):
            for place in (plan.folder, plan.second_folder):
                if place.exists():
                    discard_world(place, engine)
