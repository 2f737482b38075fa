"""One world: its record, and the state that follows from it. Pure."""

import enum
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from rewound.engine.protocol import Server
from rewound.worlds.folding import fold_worlds

_SAME_ROUND = timedelta(hours=12)
"""Dumps that are no further apart were taken in one round of all hosts, most likely."""


DEFAULT_FLEET = "default"
"""The fleet that commands mean where none is named."""


class WorldState(enum.Enum):
    """Where a world is between nothing and ready."""

    STARTING = "starting"
    LOADING = "loading"
    KEYS_TO_COME = "ready, keys to come"
    """All rows are loaded and counted, and `reader` may read them; the rest is not proven yet."""
    READY = "ready"
    """Loaded, its ledger balanced, its server running."""
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The `up` or `reset` that was making it ended before it was ready."""
    ASLEEP = "asleep"
    """It was ready; its doorkeeper starts its server for whoever connects."""
    STOPPED = "stopped"
    """It was ready, and its server no longer runs."""


USABLE = (WorldState.READY, WorldState.ASLEEP)
"""The states of worlds that all their accounts can use."""
READABLE = (*USABLE, WorldState.KEYS_TO_COME)
"""The states of worlds that `reader` can ask."""
RESTORED = (*USABLE, WorldState.STOPPED)
"""The states of worlds whose data is there."""
MAKING = (WorldState.STARTING, WorldState.LOADING, WorldState.KEYS_TO_COME)
"""The states of worlds that a command is making."""
FOR_ADDING = (WorldState.FAILED, WorldState.INTERRUPTED)
"""The states of worlds that `up --add` restores."""


@dataclass(frozen=True, slots=True)
class World:
    """What the fleet's record says of one world."""

    name: str
    state: WorldState
    """As last recorded; `current_state` checks it."""
    dump: str
    """Where the dump is that it holds or was to hold."""
    taken_at: datetime
    """When that dump was taken, by its name."""
    port: int
    server: Server | None = None
    """Its server, once it has answered."""
    schemas: tuple[str, ...] = ()
    """The restored databases, once it is ready."""
    rows: int = 0
    """Rows in all of its tables, once it is ready."""
    dump_filter: str | None = None
    """The options that selected a part of its dump; None if all of it was loaded."""
    baseline: str | None = None
    """The key of the baseline that a reset returns to."""
    lower_case_table_names: int = 0
    """What its server is started with, once it is ready."""
    reason: str | None = None
    """Why it failed."""
    moment: datetime | None = None
    """The moment that binary logs led to; None if it is the dump's own."""
    moment_asked: str | None = None
    """That moment as it was asked for, such as `before transaction 3e11fa47-…:23`."""
    last_transaction: str | None = None
    """The last transaction of the logs that it has, as GTID or FILE:POS; None if none."""
    passed_over: tuple[str, ...] = ()
    """Newer dumps of it that could not be restored."""

    @property
    def dump_name(self) -> str:
        """The last part of that."""
        return PurePosixPath(self.dump).name

    @property
    def as_of(self) -> datetime:
        """The moment that it holds, as far as that is known."""
        return self.moment or self.taken_at


def fleet_flag(fleet: str) -> str:
    """Return what a command about a fleet needs after its name: nothing for the default fleet.

    >>> fleet_flag("before")
    ' --fleet before'
    """
    return "" if fleet == DEFAULT_FLEET else f" --fleet {fleet}"


def add_command(source: object, fleet: str, worlds: Iterable[str]) -> str:
    """Return the command that restores failed worlds of a fleet, with the fleet's other options."""
    flag = [] if fleet == DEFAULT_FLEET else ["--fleet", fleet]
    argv = ["rewound", "up", str(source), "--add", *flag, "--worlds", fold_worlds(worlds)]
    return shlex.join(argv)


def of_fleet(fleet: str) -> str:
    """Return what a sentence about worlds says of their fleet: nothing of the default fleet."""
    return "" if fleet == DEFAULT_FLEET else f" of fleet {fleet}"


def find_older(worlds: Iterable[World]) -> frozenset[str]:
    """Return the worlds that hold an older dump than the others do."""
    ready = [world for world in worlds if world.schemas]
    newest = max((world.as_of for world in ready), default=None)
    return frozenset(
        world.name
        for world in ready
        if world.passed_over or (newest and newest - world.as_of > _SAME_ROUND)
    )


def current_state(
    world: World, *, server_runs: bool, maker_runs: bool, has_keeper: bool = False
) -> WorldState:
    """Return the state that a world is really in; `has_keeper` if a doorkeeper would wake it.

    A record that says ready counts only while that same server runs; one that says starting or
    loading, or that keys are to come, only while the command that creates the world runs.
    """
    if world.state is WorldState.READY and not server_runs:
        return WorldState.ASLEEP if has_keeper else WorldState.STOPPED
    if world.state in MAKING and not maker_runs:
        return WorldState.INTERRUPTED
    return world.state


def say_state(state: WorldState) -> str:
    """Return what goes on a sentence about a world in this state: `has failed`, `is stopped`."""
    match state:
        case WorldState.FAILED:
            return "has failed"
        case WorldState.INTERRUPTED:
            return "was interrupted"
        case WorldState.KEYS_TO_COME:
            return "can only be read until its keys are built"
        case _:
            return f"is {state.value}"


def refer_to_remedy(state: WorldState, fleet: str) -> str:
    """Return what goes on `say_state` where many worlds are told of in one line.

    >>> refer_to_remedy(WorldState.STOPPED, "before")
    '; to start again: rewound start --fleet before'
    """
    match state:
        case WorldState.STOPPED:
            return f"; to start again: rewound start{fleet_flag(fleet)}"
        case WorldState.FAILED:
            return f"; rewound status{fleet_flag(fleet)} shows why"
        case WorldState.INTERRUPTED:
            return f"; rewound status{fleet_flag(fleet)} shows what repairs it"
        case _:
            return ""


def explain_unready(world: World, fleet: str) -> tuple[str, str]:
    """Return what is the matter with a world that is not ready, and the next thing to do."""
    flag = fleet_flag(fleet)
    reset = f"rewound reset{flag} {world.name} brings it back as it was restored"
    match world.state:
        case WorldState.STOPPED:
            return "is stopped", f"rewound start{flag} {world.name} starts it again; {reset}"
        case WorldState.INTERRUPTED:
            add = (
                f"rewound up SOURCE --add{flag} restores it again; with binary logs, rewound"
                f" seek{flag} TIME {world.name} takes it to a moment"
            )
            return "was interrupted while it was restored", reset if world.baseline else add
        case WorldState.STARTING | WorldState.LOADING:
            return f"is still {world.state.value}", f"rewound status{flag} shows how far it is"
        case WorldState.KEYS_TO_COME:
            return say_state(world.state), f"rewound status{flag} shows when it is ready"
        case _:
            reason = f": {world.reason}" if world.reason else ""
            return (
                f"{say_state(world.state)}{reason}",
                f"rewound status{flag} shows what repairs it",
            )
