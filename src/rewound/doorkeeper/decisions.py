"""Which worlds a doorkeeper wakes next, and which it puts to sleep. Pure."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

_PATIENCE_S = 60.0
"""Who has waited for so long is refused if all worlds that may be awake stay in use."""


class Stage(enum.Enum):
    """What a world is doing."""

    ASLEEP = "asleep"
    WAKING = "waking"
    AWAKE = "awake"
    FALLING_ASLEEP = "falling asleep"
    HELD = "held"
    """A command starts or ends its server."""
    CLOSED = "closed"
    """It is not woken any more until a command has started it."""


@dataclass(frozen=True, slots=True)
class DoorView:
    """What is known of one world."""

    name: str
    stage: Stage
    wanted_since: float | None = None
    """When the first of those who wait for it connected."""
    is_in_use: bool = False
    """A connection is passed on to its server."""
    used_at: float = 0.0
    """When somebody was seen to be connected last."""
    not_before: float = 0.0
    """Until then it is not put to sleep: it was tried, and somebody was connected."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many worlds may be what at a time."""

    after_s: float
    """A world that was not used for so long is put to sleep."""
    most_awake: int
    most_starting: int
    most_stopping: int


@dataclass(frozen=True, slots=True)
class Steps:
    """What is to be done now."""

    wake: tuple[str, ...] = ()
    sleep: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    """The worlds whose visitors are sent away: no other world goes to sleep for them."""


def plan_steps(doors: Sequence[DoorView], limits: Limits, *, now: float) -> Steps:
    """Return which worlds to wake and which to put to sleep; those that sleep may be left out.

    Whoever came first is served first. If more are wanted than may be awake, those go to sleep
    early that were not used for longest.
    """
    stages = [door.stage for door in doors]
    starting, stopping = stages.count(Stage.WAKING), stages.count(Stage.FALLING_ASLEEP)
    up = stages.count(Stage.AWAKE) + starting + stopping
    wanted = sorted(
        (door.wanted_since, door.name)
        for door in doors
        if door.stage is Stage.ASLEEP and door.wanted_since is not None
    )
    count = max(0, min(len(wanted), limits.most_starting - starting, limits.most_awake - up))
    wake = [name for _, name in wanted[:count]]
    waiting = wanted[count:]

    sleepers = _find_sleepers(doors, now=now)
    idle = [door for door in sleepers if door.used_at + limits.after_s <= now]
    surplus = up + count + min(len(waiting), limits.most_starting) - limits.most_awake - stopping
    sleep = sleepers[: max(len(idle), surplus)][: max(0, limits.most_stopping - stopping)]

    is_stuck = not (wake or sleep or starting or stopping)
    refuse = [name for since, name in waiting if is_stuck and since + _PATIENCE_S <= now]
    return Steps(tuple(wake), tuple(door.name for door in sleep), tuple(refuse))


def _find_sleepers(doors: Sequence[DoorView], *, now: float) -> list[DoorView]:
    """Return the worlds that can be put to sleep, the one first that was not used for longest."""
    return sorted(
        (
            door
            for door in doors
            if door.stage is Stage.AWAKE
            and not door.is_in_use
            and door.wanted_since is None
            and door.not_before <= now
        ),
        key=lambda door: (door.used_at, door.name),
    )
