"""Worlds that fell back to an older dump, and get the newer one once it can be restored.

The newer dump is first restored beside the world: if it still fails, the world is unaffected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rewound.catalog import ChosenDump
from rewound.engine.host.ports import pick_ports
from rewound.engine.protocol import Engine
from rewound.errors import Interrupted, RewoundError
from rewound.fleet.plan import WorldPlan
from rewound.fleet.record import FleetRecord
from rewound.fleet.record_writer import interruptible, run_side_by_side
from rewound.fleet.restore import restore_world
from rewound.fleet.restore_context import Observer, RestoreContext, discard_world
from rewound.fleet.world import FOR_ADDING, World, WorldState, fleet_flag
from rewound.operations.changed import find_changed
from rewound.operations.up_observer import UpObserver


def plan_renewals(
    chosen: Sequence[ChosenDump], worlds: Mapping[str, World], *, folder: Path
) -> list[WorldPlan]:
    """Return the worlds that fell back, of which newer dumps than theirs are chosen. Pure."""
    plans = []
    for each in chosen:
        world = worlds.get(each.dump.world)
        if world is None or not world.passed_over or world.state in FOR_ADDING:
            continue
        dumps = (each.dump, *each.older)
        newer = tuple(dump for dump in dumps if dump.taken_at > world.taken_at)
        if newer:
            plans.append(WorldPlan(world.name, newer, world.port, folder / world.name))
    return plans


def keep_changed(
    plans: Sequence[WorldPlan], record: FleetRecord, observer: UpObserver
) -> list[WorldPlan]:
    """Return the plans of worlds that nobody changed; say of the others that they stay."""
    changed = find_changed(record.name, {plan.name: record.worlds[plan.name] for plan in plans})
    for name in changed:
        observer.narrate(
            f"world {name} was changed after its restore, so it keeps its older dump;"
            f" rewound reset{fleet_flag(record.name)} {name} undoes the changes, then --add takes"
            " the newer dump"
        )
    return [plan for plan in plans if plan.name not in changed]


def prove(
    plans: Sequence[WorldPlan],
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    *,
    workers: int,
) -> tuple[list[WorldPlan], dict[str, RewoundError]]:
    """Return the plans whose dumps can be restored, and why the others still cannot, by world.

    The worlds themselves are left alone. If this ends early, nothing is left behind.
    """

    def stop() -> None:
        context.cancelled.set()
        for plan in plans:
            engine.end_all(plan.second_folder)

    jobs = {plan.name: partial(_prove, plan, context, engine, observer) for plan in plans}
    errors = run_side_by_side(jobs, workers=workers, stop=stop)
    proven = [plan for plan in plans if errors[plan.name] is None]
    return proven, {name: error for name, error in errors.items() if error is not None}


def _prove(
    plan: WorldPlan, context: RestoreContext, engine: Engine, observer: Observer
) -> RewoundError | None:
    """Return why the newer dump of a world still cannot be restored; None if it can."""
    beside = replace(plan, folder=plan.second_folder, port=pick_ports(1, base=None)[0])
    discard_world(beside.folder, engine)  # what is left of a command that was killed
    try:
        with interruptible(context.cancelled, f"restoring world {plan.name}"):
            restore_world(beside, replace(context, witness=None), engine, observer)
    except Interrupted:
        raise
    except RewoundError as error:
        observer.world_note(plan.name, f"its newer dump still fails: {error.message}")
        observer.world_changed(plan.name, WorldState.READY, "with its older dump, as before")
        return error
    finally:
        discard_world(beside.folder, engine)
    return None
