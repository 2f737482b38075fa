"""Starting a fleet's servers again: with all changes, or reset to their baselines."""

from dataclasses import replace

from rewound import settings
from rewound.command import own_identity
from rewound.engine.cloning import CloneMethod
from rewound.engine.process.process_watch import ProcessWatch
from rewound.errors import FleetError
from rewound.fleet.fleet_context import FleetContext, open_context
from rewound.fleet.live_status import read_current
from rewound.fleet.record import FleetRecord
from rewound.fleet.reset import Resetting, reset_worlds
from rewound.fleet.restart import Starting, start_worlds
from rewound.fleet.restore_context import Observer
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import (
    RESTORED,
    World,
    WorldState,
    add_command,
    explain_unready,
    fleet_flag,
    say_state,
)
from rewound.operations.engines import get_engine
from rewound.operations.host import open_baselines
from rewound.operations.restoring import workers
from rewound.operations.sleeping import await_doors, ensure_doorkeeper
from rewound.worlds.folding import name_worlds
from rewound.worlds.selecting import select_worlds


def start(fleet: str, worlds: str | None = None, *, observer: Observer) -> Starting:
    """Start the servers of worlds that are stopped, by default all; changes are kept.

    Worlds whose servers run are left alone.

    Raises:
        FleetError: there is no such fleet, another command is working on it, or a world that
            is named has nothing to start.
        UsageError: it has no such worlds.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    with folder.locked():
        record = read_current(folder, ProcessWatch())
        chosen = [record.worlds[name] for name in select_worlds(record.worlds, worlds)]
        for world in chosen:
            if worlds is not None and world.state not in RESTORED:
                raise FleetError(
                    f"world {world.name} of fleet {fleet} {say_state(world.state)}, not stopped",
                    hint="rewound up SOURCE --add restores it, rewound reset takes it back",
                )
        has_new_keeper = ensure_doorkeeper(folder, record)
        if has_new_keeper:
            await_doors(folder, record, _find_restored(record))
            record = read_current(folder, ProcessWatch())
            chosen = [record.worlds[world.name] for world in chosen]
        stopped = [world for world in chosen if world.state is WorldState.STOPPED]
        if not stopped:
            return Starting((), {}, has_new_doorkeeper=has_new_keeper)
        context = _open(folder, record, observer, clone=None)
        started = start_worlds(context, stopped, workers=workers())
        return replace(started, has_new_doorkeeper=has_new_keeper)


def reset(
    fleet: str,
    worlds: str | None = None,
    *,
    clone: CloneMethod | None = None,
    observer: Observer,
) -> Resetting:
    """Take worlds back to the moment of their last restore or seek; port and passwords stay.

    Raises:
        FleetError: there is no such fleet, another command is working on it, or none of
            the worlds has a baseline.
        UsageError: it has no such worlds.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    with folder.locked():
        record = read_current(folder, ProcessWatch())
        chosen = [record.worlds[name] for name in select_worlds(record.worlds, worlds)]
        if not any(world.baseline for world in chosen):
            hint, why = f"restore it again: rewound down{fleet_flag(fleet)}, then rewound up", ""
            failed = [world.name for world in chosen if world.state is WorldState.FAILED]
            if failed:
                hint = f"once the cause is fixed: {add_command(record.source, fleet, failed)}"
                why = f": {name_worlds(failed)} failed"
            for world in chosen:
                if world.state is WorldState.INTERRUPTED:
                    _, hint = explain_unready(world, fleet)
            raise FleetError(
                f"no baseline to reset {', '.join(world.name for world in chosen)} of fleet"
                f" {fleet} to{why}",
                hint=hint,
            )
        record = replace(record, maker=own_identity())
        ensure_doorkeeper(folder, record)
        context = _open(folder, record, observer, clone=clone)
        done = reset_worlds(context, chosen, workers=workers())
        if record.sleeping is not None:
            await_doors(folder, record, [record.worlds[name] for name in done.done])
        return done


def _find_restored(record: FleetRecord) -> list[World]:
    return [world for world in record.worlds.values() if world.state in RESTORED]


def _open(
    folder: FleetFolder, record: FleetRecord, observer: Observer, *, clone: CloneMethod | None
) -> FleetContext:
    engine = get_engine(record.engine, record.name, clone=clone)
    baselines = open_baselines(folder.path)
    engine.prepare(folder.path, baselines.folder)
    return open_context(folder, record, engine, baselines, observer)
