"""Starting servers that were stopped, with all changes made in their worlds.

A server that was killed recovers from its redo log, as far as that was written: about a second may
be missing. If the host itself went down without stopping the server, its files may be from
different moments, because nothing is synced, for speed: such a world is not started.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rewound.errors import Interrupted, RewoundError
from rewound.fleet.doors import door_locked
from rewound.fleet.fleet_context import FleetContext
from rewound.fleet.record_writer import interruptible, run_side_by_side
from rewound.fleet.resume import resume_world
from rewound.fleet.world import World, WorldState

_LOST = "the last second of its changes may be missing: its server was killed"


@dataclass(frozen=True, slots=True)
class Starting:
    """What came of starting servers."""

    done: tuple[str, ...]
    """The worlds that are ready again."""
    failures: Mapping[str, RewoundError]
    """The others, and why; their data is as it was."""
    has_new_doorkeeper: bool = False
    """The doorkeeper of the fleet had ended, and was started again."""


@dataclass(frozen=True, slots=True)
class _Starter:
    """Starts one world's server at a time."""

    context: FleetContext

    def start(self, world: World) -> RewoundError | None:
        """Start one world's server; return why that failed, if it did."""
        context = self.context
        try:
            with (
                interruptible(context.cancelled, f"starting world {world.name}"),
                door_locked(context.folder.path, world.port),
            ):
                context.observer.world_changed(world.name, WorldState.STARTING)
                resumed = resume_world(context, world)
                ready = replace(world, state=WorldState.READY, server=resumed.server, reason=None)
                # Before the door is unlocked: its doorkeeper reads it there.
                context.record_writer.update(ready)
        except Interrupted:
            raise
        except RewoundError as error:
            context.observer.world_changed(world.name, WorldState.FAILED, error.in_one_line)
            return error
        context.folder.name_socket(resumed.server)
        context.observer.world_changed(world.name, WorldState.READY, "with the changes it had")
        if resumed.was_killed:
            context.observer.world_note(world.name, _LOST)
        return None


def start_worlds(context: FleetContext, worlds: Sequence[World], *, workers: int) -> Starting:
    """Start the servers of worlds that are stopped; one that fails does not stop the others."""
    starter, started = _Starter(context), set[str]()

    def stop() -> None:
        context.cancelled.set()
        for world in worlds:
            if world.name not in started:
                context.engine.end_all(context.folder.world_folder(world.name))

    def start(world: World) -> RewoundError | None:
        if (error := starter.start(world)) is None:
            started.add(world.name)
        return error

    jobs = {world.name: partial(start, world) for world in worlds}
    outcomes = run_side_by_side(jobs, workers=workers, stop=stop)
    failures = {name: each for name, each in outcomes.items() if each is not None}
    return Starting(tuple(name for name in outcomes if name not in failures), failures)
