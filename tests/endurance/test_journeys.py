"""`up` with binary logs and `seek`, killed: each world is at one moment, and says at which.

A try is one fleet that goes ahead, back, and one transaction on; each command is killed, and what
the user may do next is done.
"""

import json
import logging
import signal
import time
from collections.abc import Sequence
from itertools import cycle, islice
from random import Random

import pytest

from tests.endurance.conftest import SEED, Effort, Figures, get_effort
from tests.endurance.crash_fleet import CRASH_PROMISE, ENDED_STATES, WORLDS, CrashFleet
from tests.endurance.crash_moments import (
    REPLAY_STEPS,
    SEEK_STEPS,
    Moment,
    after,
    kill_at,
    soon_after,
)
from tests.endurance.journey import Journey, Stop, require_all_at, require_at

_log = logging.getLogger(__name__)

COMMANDS = ("up", "seek ahead", "seek back", "seek --step")
NEXT = (("start",), ("reset",), ("seek", "--step", "forward"), ("status",))
"""What a user may do after a command was killed."""
_LONGEST_AFTER_S = 1.0
_DELAYED = 0.4
"""The share of interrupts that come some time after a step."""
_STATES = {*ENDED_STATES, "failed"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "steps" in metafunc.fixturenames:
        count = get_effort(metafunc.config).of(5 * len(SEEK_STEPS), short=1)
        pairs = zip(cycle(REPLAY_STEPS), cycle(SEEK_STEPS), strict=False)
        metafunc.parametrize("steps", list(islice(enumerate(pairs), count)))


@pytest.mark.tries(30, short=0)
def test_a_fleet_whose_moves_are_killed_at_random(
    traveller: CrashFleet,
    journey: Journey,
    undisturbed_journey: dict[str, float],
    figures: Figures,
    number: int,
):
    rng = Random(f"{SEED}-journey-{number}")
    moments = [after(rng.uniform(0, undisturbed_journey[name])) for name in COMMANDS]
    kill_each_move(traveller, journey, figures, moments, number, attempt="at a random moment")


def test_a_fleet_whose_moves_are_killed_at_a_step(
    traveller: CrashFleet,
    journey: Journey,
    figures: Figures,
    effort: Effort,
    steps: tuple[int, tuple[str, str]],
):
    number, (up_step, seek_step) = steps
    rng = Random(f"{SEED}-journey-step-{number}")

    def choose(name: str, of: object) -> Moment:
        seconds = rng.uniform(0, _LONGEST_AFTER_S) if number % 2 else 0.0
        return soon_after(name, of[name], traveller, seconds=seconds)  # type: ignore[index]

    moments = [choose(up_step, REPLAY_STEPS), *(choose(seek_step, SEEK_STEPS) for _ in range(3))]
    kill_each_move(
        traveller,
        journey,
        figures,
        moments,
        number,
        attempt="at each of its steps",
        is_short=not effort.is_whole,
    )


def kill_each_move(
    fleet: CrashFleet,
    journey: Journey,
    figures: Figures,
    moments: Sequence[Moment],
    number: int,
    *,
    attempt: str,
    is_short: bool = False,
) -> None:
    """Kill `up` and three ways to `seek`; require after each what has to hold.

    In short runs only the first `seek` is killed.
    """
    for command, moment in zip(COMMANDS, moments, strict=True):
        _log.warning("%s is killed %s", command, moment.name)
    first, second, third = journey.stops
    up, ahead, back, step = moments

    if is_short:
        fleet.run(*fleet.up, *second.option)
    else:
        kill_up(fleet, second, up, figures, attempt=attempt)
    with figures.trying(CRASH_PROMISE, f"`rewound seek` ahead killed {attempt}") as tried:
        changed = second, fleet.spoil()
        tried.faults += kill_at(fleet.start("seek", *third.option), ahead) is None
        require_at(fleet, second, third, changed=changed)
        fleet.run(*NEXT[number % len(NEXT)], codes={0, 1, 2, 4})
        require_at(
            fleet, second, third, *journey.following, changed=changed, states_allowed=_STATES
        )
        fleet.run("seek", *third.option)
        require_all_at(fleet, third)
    if is_short:
        fleet.require_down()
        return
    with figures.trying(CRASH_PROMISE, f"`rewound seek` back killed {attempt}") as tried:
        tried.faults += kill_at(fleet.start("seek", *first.option), back) is None
        require_at(fleet, first, third)
        fleet.run("start", codes={0, 1, 4})
        require_at(fleet, first, third, states_allowed=_STATES)
        fleet.run("seek", *first.option)
        require_all_at(fleet, first)
    with figures.trying(CRASH_PROMISE, f"`rewound seek --step` killed {attempt}") as tried:
        tried.faults += kill_at(fleet.start("seek", "--step", "back"), step) is None
        require_at(fleet, first, journey.before[0])
        added = fleet.run(*fleet.up, "--add", codes={0, 1, 2})
        assert require_at(fleet, first, second, journey.before[0])["a"] != "failed", added.stderr
        fleet.run("seek", *first.option)
        require_all_at(fleet, first)
        fleet.require_down()


def kill_up(
    fleet: CrashFleet, goal: Stop, moment: Moment, figures: Figures, *, attempt: str
) -> None:
    """Kill `up` with logs, and repeat it."""
    with figures.trying(CRASH_PROMISE, f"`rewound up` with logs killed {attempt}") as tried:
        tried.faults += kill_at(fleet.start(*fleet.up, *goal.option), moment) is None
        require_at(fleet, goal)
        if fleet.folder.exists():
            fleet.require_down()
        fleet.run(*fleet.up, *goal.option)
        require_all_at(fleet, goal)
        assert fleet.find_half_made() == []


@pytest.mark.tries(15, short=1)
def test_a_seek_that_is_killed_while_it_takes_back(
    traveller: CrashFleet, journey: Journey, figures: Figures, number: int
):
    rng = Random(f"{SEED}-journey-back-{number}")
    first, before = journey.stops[0], journey.before[0]
    name = list(SEEK_STEPS)[3 - number % len(SEEK_STEPS)]
    seconds = rng.uniform(0, _LONGEST_AFTER_S) if number % 2 else 0.0
    moment = soon_after(name, SEEK_STEPS[name], traveller, seconds=seconds)
    traveller.run(*traveller.up, *first.option)
    with figures.trying(CRASH_PROMISE, "`rewound seek` killed while it takes back") as tried:
        tried.faults += kill_at(traveller.start("seek", "--step", "back"), moment) is None
        require_at(traveller, first, before)
        traveller.run(*NEXT[number % 2], codes={0, 1, 4})
        require_at(traveller, first, before, states_allowed=_STATES)
        traveller.run("seek", *before.option)
        require_all_at(traveller, before)
    report = json.loads(traveller.run("report", "--format", "json").stdout)
    assert [len(report[world]["receipt"]["taken_back"]) for world in WORLDS] == [1, 1]
    traveller.require_down()


@pytest.mark.tries(15, short=0)
def test_an_up_with_logs_that_is_interrupted(
    traveller: CrashFleet, journey: Journey, figures: Figures, number: int
):
    rng = Random(f"{SEED}-journey-interrupt-up-{number}")
    second = journey.stops[1]
    with figures.trying(CRASH_PROMISE, "Ctrl-C during `rewound up` with logs") as tried:
        tried.faults += interrupt(
            traveller, rng.choice(list(REPLAY_STEPS)), rng, *traveller.up, *second.option
        )
        if states := require_at(traveller, second):
            assert set(states.values()) == {"ready"}
            traveller.require_down()
        traveller.run(*traveller.up, *second.option)
        require_all_at(traveller, second)
        traveller.require_down()


@pytest.mark.tries(15, short=1)
def test_a_seek_that_is_interrupted(
    traveller: CrashFleet, journey: Journey, figures: Figures, number: int
):
    rng = Random(f"{SEED}-journey-interrupt-{number}")
    _, second, third = journey.stops
    traveller.run(*traveller.up, *second.option)
    with figures.trying(CRASH_PROMISE, "Ctrl-C during `rewound seek`") as tried:
        step = list(SEEK_STEPS)[-1 - number % len(SEEK_STEPS)]
        tried.faults += interrupt(traveller, step, rng, "seek", *third.option)
        require_at(traveller, second, third)
        traveller.run("reset")
        require_at(traveller, second, third)
        traveller.run("seek", *third.option)
        require_all_at(traveller, third)
        traveller.require_down()


def interrupt(fleet: CrashFleet, step: str, rng: Random, *arguments: object) -> bool:
    """Press Ctrl-C at a step, or some time after; tell whether it came in time."""
    seconds = rng.uniform(0, _LONGEST_AFTER_S) if rng.random() < _DELAYED else 0.0
    moment = soon_after(step, {**REPLAY_STEPS, **SEEK_STEPS}[step], fleet, seconds=seconds)
    _log.warning("%s is interrupted %s", arguments[0], moment.name)
    process = fleet.start(*arguments)
    started = time.monotonic()
    while process.poll() is None and not moment.has_come(time.monotonic() - started):
        time.sleep(0.0005)
    process.send_signal(signal.SIGINT)
    done = fleet.finish(process)
    # By the signal itself it ends where that comes when all is done and Python is being left.
    assert done.code in {0, 130, -signal.SIGINT}, done.stderr
    assert done.code != 130 or done.stderr.endswith("interrupted\n")
    return done.code == 130


@pytest.mark.tries(12, short=0)
def test_a_mysqld_is_killed_while_logs_are_replayed(
    traveller: CrashFleet, journey: Journey, figures: Figures, number: int
):
    rng = Random(f"{SEED}-journey-mysqld-{number}")
    _, second, third = journey.stops
    with figures.trying(CRASH_PROMISE, "mysqld of one world killed during a replay") as tried:
        is_seek = number % 2 == 1
        if is_seek:
            traveller.run(*traveller.up, *second.option)
            process, goal = traveller.start("seek", *third.option), third
            begins = SEEK_STEPS["a world is under way"]
        else:
            process, goal = traveller.start(*traveller.up, *second.option), second
            begins = REPLAY_STEPS["the dump is kept as a baseline"]
        while not begins(traveller) and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0.0, _LONGEST_AFTER_S))
        for victim in traveller.find_servers("a"):
            victim.kill()
        done = traveller.finish(process)
        states = require_at(traveller, goal, states_allowed={"ready", "failed", "stopped"})
        tried.faults += states["a"] == "failed"
        assert states["b"] == "ready", done.stderr
        assert done.code == (4 if states["a"] == "failed" else 0), done.stderr
        if states["a"] == "failed":
            assert "error: world a: the MySQL server of " in done.stderr
            assert not (traveller.folder / "worlds/a").exists()
        traveller.run("seek", *third.option)
        require_all_at(traveller, third)
        traveller.require_down()
