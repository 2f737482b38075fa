"""Doorkeepers of fleets whose worlds sleep, killed with SIGKILL: nothing is lost, nothing stays.

A try is one fleet, whose doorkeeper is killed again and again while somebody asks: at a random
moment, or at one of its steps. After each kill `rewound start` has to bring all worlds back.
"""

import json
import time
from collections.abc import Callable, Mapping
from random import Random

import psutil
import pytest

from rewound import command
from rewound.fleet.expiry import FOLDER_OPTION
from tests.endurance.conftest import SEED, Figures, Undisturbed
from tests.endurance.crash_fleet import CONTENT, CRASH_PROMISE, WORLDS, CrashFleet
from tests.waiting import wait_until

_KILLS = 4
_LONGEST_S = 3.0
_STEP_TIMEOUT_S = 60.0
_POLL_S = 0.001
_STATES = {"ready", "asleep", "stopped"}


@pytest.fixture
def sleeper(fleet: CrashFleet) -> CrashFleet:
    """A fleet whose worlds sleep as soon as nobody asks."""
    fleet.up = (*fleet.up, "--sleep-after", "1s")
    return fleet


def count_stops(fleet: CrashFleet) -> int:
    """Return how often servers of the fleet were asked to end."""
    logs = fleet.folder.glob("worlds/*/mysqld.log")
    return sum(log.read_text().count("Received SHUTDOWN") for log in logs)


def list_awake(fleet: CrashFleet) -> list[str]:
    """Return the worlds that the doorkeeper says are awake."""
    return list(json.loads((fleet.folder / "doors.json").read_text())["awake"])


STEPS: Mapping[str, Callable[[CrashFleet, int], bool]] = {
    "a server starts": lambda fleet, _: any(fleet.folder.glob("worlds/*/boot.sql")),
    "a server is noted as awake": lambda fleet, _: list_awake(fleet) != [],
    "a server is asked to end": lambda fleet, stops: count_stops(fleet) > stops,
    "all worlds sleep": lambda fleet, stops: (
        count_stops(fleet) > stops and not any(fleet.find_servers(world) for world in WORLDS)
    ),
}
"""When to kill, by the fleet and the stops before."""


@pytest.mark.tries(40, short=1)
def test_a_doorkeeper_that_is_killed_at_random(
    sleeper: CrashFleet, undisturbed: Undisturbed, figures: Figures, number: int
):
    chance = Random(f"{SEED}-doorkeeper-{number}")
    sleeper.run(*sleeper.up)
    for _ in range(_KILLS):
        with figures.trying(CRASH_PROMISE, "doorkeeper killed at a random moment") as tried:
            asking = sleeper.start("query", CONTENT)
            time.sleep(chance.uniform(0, _LONGEST_S))
            kill_keeper(sleeper)
            tried.faults += 1
            asking.communicate(timeout=_STEP_TIMEOUT_S)
            require_back(sleeper, undisturbed)
    sleeper.require_down()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.tries(10, short=1)
def test_a_doorkeeper_that_is_killed_at_a_step(
    sleeper: CrashFleet, undisturbed: Undisturbed, figures: Figures, step: str, number: int
):
    sleeper.run(*sleeper.up)
    wait_until(lambda: set(sleeper.states().values()) == {"asleep"}, timeout_s=_STEP_TIMEOUT_S)
    with figures.trying(CRASH_PROMISE, "doorkeeper killed at each of its steps") as tried:
        stops = count_stops(sleeper)
        asking = sleeper.start("query", CONTENT)
        wait_until(lambda: STEPS[step](sleeper, stops), timeout_s=_STEP_TIMEOUT_S, poll_s=_POLL_S)
        kill_keeper(sleeper)
        tried.faults += 1
        asking.communicate(timeout=_STEP_TIMEOUT_S)
        require_back(sleeper, undisturbed)
        sleeper.require_down()


def kill_keeper(fleet: CrashFleet) -> None:
    """Kill the doorkeeper of a fleet, and nothing else."""
    found = {
        identity.pid: identity
        for identity in command.find_daemons(f"{FOLDER_OPTION}{fleet.folder}")
    }
    # A server that it is about to start has its arguments until it becomes mysqld.
    [identity] = (
        identity for pid, identity in found.items() if psutil.Process(pid).ppid() not in found
    )
    psutil.Process(identity.pid).kill()
    command.kill(identity)


def require_back(fleet: CrashFleet, undisturbed: Undisturbed) -> None:
    """Require that states are true without a doorkeeper, and that `start` brings all back."""
    assert set(fleet.states().values()) <= _STATES - {"asleep"}
    fleet.run("start")
    assert set(fleet.states().values()) <= _STATES - {"stopped"}
    asked = fleet.run("query", CONTENT, "--format", "csv", codes={0, 1, 4})
    assert asked.code == 0, asked.stderr
    assert fleet.content() == undisturbed.content
