"""Starting a fleet's servers again, after a reboot or a crash."""

from rewound import settings
from rewound.catalog import select_worlds
from rewound.engine.process.process_watch import ProcessWatch
from rewound.errors import FleetError
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.live_status import observe
from rewound.fleet.restart import Starting, start_worlds
from rewound.fleet.restore_context import Observer
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import WorldState, say_state
from rewound.operations.engines import get_engine
from rewound.operations.restoring import workers


def start(fleet: str, worlds: str | None = None, *, observer: Observer) -> Starting:
    """Start the servers of worlds that are stopped, by default all; what was changed stays.

    Worlds whose servers run are left alone.

    Raises:
        FleetError: there is no such fleet, another command is working on it, or a world that
            is named has nothing to start.
        UsageError: it has no such worlds.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    with folder.locked():
        record = observe(folder.read(), ProcessWatch())
        names = (
            tuple(record.worlds) if worlds is None else select_worlds(tuple(record.worlds), worlds)
        )
        chosen = [record.worlds[name] for name in names]
        for world in chosen:
            if worlds is not None and world.state not in (WorldState.STOPPED, WorldState.READY):
                raise FleetError(
                    f"world {world.name} of fleet {fleet} {say_state(world.state)}, not stopped",
                    hint="rewound up SOURCE --add restores it, rewound reset takes it back",
                )
        stopped = [world for world in chosen if world.state is WorldState.STOPPED]
        if not stopped:
            return Starting((), {})
        engine = get_engine(record.engine, fleet, clone=None)
        baselines = BaselineCache(settings.cache_dir())
        baselines.prepare()
        engine.prepare(folder.path, baselines.folder)
        return start_worlds(
            folder,
            record,
            stopped,
            engine=engine,
            baselines=baselines,
            observer=observer,
            workers=workers(),
        )
