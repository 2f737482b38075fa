"""Resetting worlds to their baselines: same port, same passwords, original content.

A world's data is deleted only once its baseline is available. A reset that is killed in the
middle shows the world as interrupted, and can be repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rewound.errors import FleetError, MysqlError, RewoundError
from rewound.figures import show_count
from rewound.files.mounts import remove_tree
from rewound.fleet.connections import list_connections
from rewound.fleet.doors import door_locked
from rewound.fleet.fleet_context import FleetContext
from rewound.fleet.record_writer import interruptible, run_side_by_side
from rewound.fleet.restore_context import discard_world, make_world_folder
from rewound.fleet.serving import ServedClone, serve_clone
from rewound.fleet.world import (
    FOR_ADDING,
    World,
    WorldState,
    add_command,
    explain_unready,
    fleet_flag,
)
from rewound.load.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Resetting:
    """The result of resetting worlds."""

    done: Mapping[str, tuple[str, ...]]
    """The worlds that are ready again, and whose connections to each were ended."""
    failures: Mapping[str, RewoundError]
    """The others, and why."""


@dataclass(frozen=True, slots=True)
class _Resetter:
    """Resets one world at a time."""

    context: FleetContext

    def reset(self, world: World) -> tuple[str, ...] | RewoundError:
        """Reset one world; return whose connections were ended, or why it failed."""
        context = self.context
        fleet = context.folder.name
        if world.baseline is None and world.state in FOR_ADDING:
            return FleetError(
                f"cannot be reset: it {explain_unready(world, fleet)[0]}",
                hint="once the cause is fixed, restore it:"
                f" {add_command(context.record.source, fleet, [world.name])}",
            )
        if world.baseline is None:
            return FleetError(
                "cannot be reset: no baseline was saved",
                hint=f"restore the fleet again: rewound down{fleet_flag(fleet)}, then rewound up",
            )
        with (
            interruptible(context.cancelled, f"resetting world {world.name}"),
            context.acquire_baseline(world, world.baseline) as baseline,
            door_locked(context.folder.path, world.port),
        ):
            if baseline is None:
                return context.no_baseline(world, "reset")
            ended = self._list_connections(world)
            fresh = replace(world, state=WorldState.STARTING, server=None, reason=None)
            context.record_writer.update(fresh)
            context.observer.world_changed(world.name, WorldState.STARTING)
            try:
                served = self._start_anew(world, world.baseline, baseline.ledger)
            except RewoundError as error:
                if context.cancelled.is_set():
                    raise
                discard_world(context.folder.world_folder(world.name), context.engine)
                failed = replace(fresh, state=WorldState.FAILED, reason=error.in_one_line)
                context.record_writer.update(failed)
                context.observer.world_changed(world.name, WorldState.FAILED, error.in_one_line)
                return error
            context.folder.write_original(world.name, served.original)
            # Before the door is unlocked: its doorkeeper reads it there.
            context.record_writer.update(
                replace(fresh, state=WorldState.READY, server=served.server)
            )
        context.observer.world_changed(world.name, WorldState.READY, show_count(world.rows, "row"))
        return ended

    def _start_anew(self, world: World, key: str, ledger: Ledger) -> ServedClone:
        engine, baselines = self.context.engine, self.context.baselines
        folder = self.context.folder.world_folder(world.name)
        engine.end_all(folder)
        remove_tree(folder)
        make_world_folder(folder)
        spec = self.context.spec(world, data_from=baselines.data(key))
        may_sleep = self.context.record.sleeping is not None
        return serve_clone(engine, spec, ledger, baselines, key=key, may_sleep=may_sleep)

    def _list_connections(self, world: World) -> tuple[str, ...]:
        server, state = world.server, world.state
        if (
            server is None
            or state is WorldState.ASLEEP
            or not self.context.engine.is_running(server)
        ):
            return ()
        try:
            return list_connections(self.context.root_of(server))
        except MysqlError:
            return ()  # a server in such a state is reset all the same


def reset_worlds(context: FleetContext, worlds: Sequence[World], *, workers: int) -> Resetting:
    """Take worlds back to their baselines; one that fails does not stop the others."""
    resetter = _Resetter(context)

    def stop() -> None:
        context.cancelled.set()
        for name, world in context.record.worlds.items():
            if world.state is WorldState.STARTING:
                context.engine.end_all(context.folder.world_folder(name))

    jobs = {world.name: partial(resetter.reset, world) for world in worlds}
    outcomes = run_side_by_side(jobs, workers=workers, stop=stop)
    failures = {name: each for name, each in outcomes.items() if isinstance(each, RewoundError)}
    done = {name: each for name, each in outcomes.items() if not isinstance(each, RewoundError)}
    return Resetting(done, failures)
