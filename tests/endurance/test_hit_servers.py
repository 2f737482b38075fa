"""Servers that are killed or run out of memory while `up` makes their world.

Only that world fails, with the reason, and nothing of it stays; the others are ready.
"""

import os
import resource
import signal
import time
from random import Random

import pytest

from tests.endurance.conftest import SEED, Figures, Undisturbed
from tests.endurance.crash_fleet import CRASH_PROMISE, ENDED_STATES, CrashFleet
from tests.endurance.memory_group import memory_group

_STATES = {"ready", "failed", "stopped"}


@pytest.mark.tries(24, short=1)
def test_a_mysqld_is_killed_while_its_world_is_made(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, number: int
):
    rng = Random(f"{SEED}-{number}")
    with figures.trying(CRASH_PROMISE, "mysqld of one world killed during `up`") as tried:
        process = fleet.start(*fleet.up)
        time.sleep(rng.uniform(0.2, 1) * undisturbed.seconds["up"])
        victims = fleet.find_servers("a")
        for victim in victims:
            victim.kill()
        done = fleet.finish(process)
        tried.faults += bool(victims)
        states = fleet.require_truth(undisturbed.content, states_allowed=_STATES)
        assert states["b"] == "ready"
        assert done.code == (4 if states["a"] == "failed" else 0), done.stderr
        if states["a"] == "failed":
            assert "error: world a: the MySQL server of " in done.stderr
            assert not (fleet.folder / "worlds/a").exists()
        # Else it came to its regular end before, for its baseline, or was done: see the truth.
        fleet.require_again(undisturbed.content)


@pytest.mark.tries(12, short=0)
def test_a_mysqld_gets_no_more_memory_while_its_world_is_made(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, number: int
):
    rng = Random(f"{SEED}-{number}")
    with figures.trying(CRASH_PROMISE, "memory for the servers exhausted during `up`") as tried:
        process = fleet.start(*fleet.up)
        while '"loading"' not in fleet.record and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.2) * undisturbed.seconds["up"])
        for world in ("a", "b"):
            for server in fleet.find_servers(world):
                limit = server.memory_info().vms
                resource.prlimit(server.pid, resource.RLIMIT_AS, (limit, limit))
        done = fleet.finish(process)
        tried.faults += done.code != 0
        assert done.code in {0, 3, 4}, done.stderr
        fleet.require_truth(undisturbed.content, states_allowed=_STATES)
        fleet.require_again(undisturbed.content)


@pytest.mark.tries(24, short=0)
def test_the_host_kills_for_memory_while_a_fleet_is_made(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, number: int
):
    rng = Random(f"{SEED}-{number}")
    with (
        memory_group(f"rewound-test-{os.getpid()}") as group,
        figures.trying(CRASH_PROMISE, "killed for memory by the kernel during `up`") as tried,
    ):
        process = fleet.start(*fleet.up)
        group.take(process.pid)
        time.sleep(rng.uniform(0.2, 0.9) * undisturbed.seconds["up"])
        group.limit_growth(rng.randrange(4 << 20))
        done = fleet.finish(process)
        tried.faults += done.code != 0
        assert done.code in {0, 1, 3, 4, -signal.SIGKILL}, done.stderr
        group.lift_limit()
        fleet.require_truth(undisturbed.content, states_allowed={*ENDED_STATES, "failed"})
        fleet.require_again(undisturbed.content)


@pytest.mark.tries(6, short=0)
def test_too_little_memory_for_servers_to_start(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, number: int
):
    rng = Random(f"{SEED}-{number}")
    with figures.trying(CRASH_PROMISE, "too little memory for mysqld to start") as tried:
        process = fleet.start(*fleet.up)
        limit = rng.randrange(600 << 20, 1200 << 20)
        resource.prlimit(process.pid, resource.RLIMIT_AS, (limit, limit))
        done = fleet.finish(process)
        tried.faults += done.code != 0
        fleet.require_truth(undisturbed.content, states_allowed=_STATES)
        fleet.require_again(undisturbed.content)
