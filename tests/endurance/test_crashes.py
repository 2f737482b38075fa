"""Commands killed with SIGKILL: what is left tells the truth, and nothing stays behind.

A try is one fleet whose `up`, `reset` and `down` are each killed, at a random moment of the
time that they take undisturbed, or at one of their steps. `REWOUND_TEST_SEED` says at which
random moments.
"""

import logging
from collections.abc import Sequence
from itertools import cycle, islice
from random import Random

import pytest

from tests.endurance.conftest import SEED, Figures, Undisturbed, get_effort
from tests.endurance.crash_fleet import CRASH_PROMISE, CrashFleet
from tests.endurance.crash_moments import (
    DOWN_STEPS,
    RESET_STEPS,
    UP_STEPS,
    Moment,
    after,
    at_step,
    kill_at,
    soon_after,
)

_log = logging.getLogger(__name__)

COMMANDS = ("up", "reset", "down")
_LONGEST_KEYS_S = 0.5


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "steps" in metafunc.fixturenames:
        count = get_effort(metafunc.config).of(3 * len(UP_STEPS), short=1)
        triples = zip(cycle(UP_STEPS), cycle(RESET_STEPS), cycle(DOWN_STEPS), strict=False)
        metafunc.parametrize("steps", list(islice(triples, count)), ids=", ".join)


@pytest.mark.tries(75, short=1)
def test_a_fleet_whose_commands_are_killed_at_random(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, number: int
):
    moments = choose_moments(undisturbed, number)
    kill_each_command(fleet, undisturbed, figures, moments, attempt="at a random moment")


@pytest.mark.tries(30, short=0)
def test_a_fleet_of_containers_whose_commands_are_killed_at_random(
    container_fleet: CrashFleet,
    undisturbed_containers: Undisturbed,
    figures: Figures,
    number: int,
):
    moments = choose_moments(undisturbed_containers, number)
    attempt = "at a random moment, with containers"
    kill_each_command(container_fleet, undisturbed_containers, figures, moments, attempt=attempt)


def test_a_fleet_whose_commands_are_killed_at_a_step(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, steps: tuple[str, str, str]
):
    moments = [
        at_step(name, each[name], fleet)
        for name, each in zip(steps, (UP_STEPS, RESET_STEPS, DOWN_STEPS), strict=True)
    ]
    kill_each_command(fleet, undisturbed, figures, moments, attempt="at each of its steps")


@pytest.mark.tries(30, short=1)
def test_a_fleet_that_can_be_read_early_is_killed(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, number: int
):
    rng = Random(f"{SEED}-keys-{number}")
    seconds = rng.uniform(0, _LONGEST_KEYS_S) if number % 2 else 0.0
    moment = soon_after("keys are to come", has_keys_to_come, fleet, seconds=seconds)
    up = *fleet.up, "--keys", "later"
    with figures.trying(CRASH_PROMISE, "`rewound up --keys later` killed before its keys") as tried:
        is_killed = kill_at(fleet.start(*up), moment) is None
        states = fleet.require_truth(undisturbed.content)
        tried.faults += is_killed and set(states.values()) != {"ready"}
        fleet.require_down()
        fleet.run(*up)
        fleet.require_whole(undisturbed.content)
        fleet.require_down()


def has_keys_to_come(fleet: CrashFleet) -> bool:
    """Tell whether a world of a fleet can be read whose keys are not there yet."""
    return '"ready, keys to come"' in fleet.record


def choose_moments(undisturbed: Undisturbed, number: int) -> list[Moment]:
    """Return a random moment for each command."""
    rng = Random(f"{SEED}-{number}")
    return [after(rng.uniform(0, undisturbed.seconds[name])) for name in COMMANDS]


def kill_each_command(
    fleet: CrashFleet,
    undisturbed: Undisturbed,
    figures: Figures,
    moments: Sequence[Moment],
    *,
    attempt: str,
) -> None:
    """Kill `up`, then `reset`, then `down`; require after each what has to hold."""
    for command, moment in zip(COMMANDS, moments, strict=True):
        _log.warning("%s is killed %s", command, moment.name)
    whole = undisturbed.content
    up, reset, down = moments

    def kill(name: str, *arguments: object, at: Moment) -> bool:
        """Kill a command; where it was faster than expected, expect that from now on."""
        seconds = kill_at(fleet.start(name, *arguments), at)
        if seconds is not None:
            undisturbed.seconds[name] = min(seconds, undisturbed.seconds[name])
        return seconds is None

    with figures.trying(CRASH_PROMISE, f"`rewound up` killed {attempt}") as tried:
        tried.faults += kill(*fleet.up, at=up)
        fleet.require_truth(whole)
        if fleet.folder.exists():
            refused = fleet.run(*fleet.up, codes={1})
            assert "fleet default already exists" in refused.stderr
            fleet.require_down()
        fleet.require_up(whole)
    with figures.trying(CRASH_PROMISE, f"`rewound reset` killed {attempt}") as tried:
        spoiled = fleet.spoil()
        tried.faults += kill("reset", at=reset)
        fleet.require_truth(whole, spoiled)
        fleet.run("reset")
        fleet.require_whole(whole)
    with figures.trying(CRASH_PROMISE, f"`rewound down` killed {attempt}") as tried:
        tried.faults += kill("down", at=down)
        fleet.require_truth(whole)
        fleet.require_down()
