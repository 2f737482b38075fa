"""Moments to kill a command at: its steps, as they show in the fleet's folder from outside."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from subprocess import Popen

from tests.endurance.crash_fleet import WORLDS, CrashFleet

_COMMAND_TIMEOUT_S = 180.0
_POLL_S = 0.0005


@dataclass(frozen=True, slots=True)
class Moment:
    """When a command is to be killed."""

    name: str
    has_come: Callable[[float], bool]
    """Asked again and again, with the seconds since the command was started."""


def kill_at(process: Popen[str], moment: Moment) -> float | None:
    """Kill a command, and nothing else, at a moment.

    Where it has ended before, return after how many seconds.
    """
    started = time.monotonic()
    while process.poll() is None and not moment.has_come(time.monotonic() - started):
        time.sleep(_POLL_S)
        assert time.monotonic() - started < _COMMAND_TIMEOUT_S
    seconds = time.monotonic() - started
    process.kill()
    process.communicate()
    return None if process.returncode < 0 else seconds


def count_baselines(fleet: CrashFleet) -> int:
    """Return how many whole baselines there are."""
    return len(list(fleet.baselines.glob("?*/baseline.json")))


def after(seconds: float) -> Moment:
    """Return the moment so long after the start."""
    return Moment(f"after {seconds:.3f} s", lambda passed: passed >= seconds)


def at_step(name: str, has_come: Callable[[CrashFleet], bool], fleet: CrashFleet) -> Moment:
    """Return the moment when a fleet is seen to be at a step."""
    return Moment(f"when {name}", lambda _passed: has_come(fleet))


def soon_after(
    name: str, has_come: Callable[[CrashFleet], bool], fleet: CrashFleet, *, seconds: float
) -> Moment:
    """Return the moment so long after a fleet is seen to be at a step."""
    seen: list[float] = []

    def is_over(passed: float) -> bool:
        if not seen and has_come(fleet):
            seen.append(passed)
        return bool(seen) and passed >= seen[0] + seconds

    return Moment(f"{seconds:.3f} s after {name}", is_over)


UP_STEPS: Mapping[str, Callable[[CrashFleet], bool]] = {
    "a world loads": lambda fleet: '"loading"' in fleet.record,
    "a baseline is being made": lambda fleet: any(fleet.baselines.glob("making-*")),
    "a world is ready": lambda fleet: '"ready"' in fleet.record,
    "the folder is made": lambda fleet: fleet.folder.exists(),
    "the fleet is recorded": lambda fleet: '"starting"' in fleet.record,
    "a server starts": lambda fleet: any(fleet.folder.glob("worlds/*/boot.sql")),
    "a server stops for its baseline": lambda fleet: any(
        "Received SHUTDOWN" in log.read_text() for log in fleet.folder.glob("worlds/*/mysqld.log")
    ),
    "a baseline is made": lambda fleet: any(fleet.baselines.glob("?*/baseline.json")),
    "all worlds are ready": lambda fleet: fleet.record.count('"ready"') == len(WORLDS),
}
REPLAY_STEPS: Mapping[str, Callable[[CrashFleet], bool]] = {
    "the dump is kept as a baseline": lambda fleet: count_baselines(fleet) > 0,
    "a world loads": lambda fleet: '"loading"' in fleet.record,
    "a moment is made a baseline": lambda fleet: (
        count_baselines(fleet) > 1 and any(fleet.baselines.glob("making-*"))
    ),
    "a moment is kept": lambda fleet: count_baselines(fleet) > len(WORLDS),
    "a world is ready": lambda fleet: '"ready"' in fleet.record,
}
"""Of an `up` with logs."""
SEEK_STEPS: Mapping[str, Callable[[CrashFleet], bool]] = {
    "a world's folder is deleted": lambda fleet: not (fleet.folder / "worlds/a").exists(),
    "a world's data is deleted": lambda fleet: not (fleet.folder / "worlds/a/data/game").exists(),
    "a world is given up": lambda fleet: '"starting"' in fleet.record,
    "a world is under way": lambda fleet: '"loading"' in fleet.record,
    "a moment is made a baseline": lambda fleet: any(fleet.baselines.glob("making-*")),
    "a world has arrived": lambda fleet: '"ready"' in fleet.record and '"loading"' in fleet.record,
}
RESET_STEPS: Mapping[str, Callable[[CrashFleet], bool]] = {
    "a world is given up": lambda fleet: '"starting"' in fleet.record,
    "its folder is deleted": lambda fleet: not (fleet.folder / "worlds/a").exists(),
    "a server starts anew": lambda fleet: any(fleet.folder.glob("worlds/*/boot.sql")),
}
DOWN_STEPS: Mapping[str, Callable[[CrashFleet], bool]] = {
    "the folder is out of sight": lambda fleet: not fleet.folder.exists(),
    "the servers are ended": lambda fleet: fleet.record != "" and not fleet.has_servers(),
}
