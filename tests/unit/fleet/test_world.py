from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from rewound.fleet.world import (
    World,
    WorldState,
    current_state,
    explain_unready,
    find_older,
)

STATES = WorldState
CASES = {
    # (recorded, server runs, maker runs): what it is
    (STATES.STARTING, False, True): STATES.STARTING,
    (STATES.STARTING, True, True): STATES.STARTING,
    (STATES.STARTING, False, False): STATES.INTERRUPTED,
    (STATES.STARTING, True, False): STATES.INTERRUPTED,
    (STATES.LOADING, False, True): STATES.LOADING,
    (STATES.LOADING, True, True): STATES.LOADING,
    (STATES.LOADING, False, False): STATES.INTERRUPTED,
    (STATES.LOADING, True, False): STATES.INTERRUPTED,
    (STATES.KEYS_TO_COME, True, True): STATES.KEYS_TO_COME,
    (STATES.KEYS_TO_COME, False, True): STATES.KEYS_TO_COME,
    (STATES.KEYS_TO_COME, True, False): STATES.INTERRUPTED,
    (STATES.KEYS_TO_COME, False, False): STATES.INTERRUPTED,
    (STATES.READY, True, True): STATES.READY,
    (STATES.READY, True, False): STATES.READY,
    (STATES.READY, False, True): STATES.STOPPED,
    (STATES.READY, False, False): STATES.STOPPED,
    **{
        (state, *runs): state
        for state in (STATES.FAILED, STATES.INTERRUPTED, STATES.STOPPED, STATES.ASLEEP)
        for runs in product((True, False), repeat=2)
    },
}


def test_every_combination_has_its_state():
    assert set(CASES) == set(product(WorldState, (True, False), (True, False)))


@pytest.mark.parametrize(("recorded", "server_runs", "maker_runs"), CASES)
def test_current_state(recorded: WorldState, server_runs: bool, maker_runs: bool):
    world = World("a", recorded, "a.sql", datetime(2026, 3, 2, tzinfo=UTC), port=4000)
    state = current_state(world, server_runs=server_runs, maker_runs=maker_runs)
    assert state is CASES[recorded, server_runs, maker_runs]
    assert state is not WorldState.READY or (recorded is WorldState.READY and server_runs)


@pytest.mark.parametrize(("recorded", "server_runs", "maker_runs"), CASES)
def test_a_doorkeeper_changes_only_what_becomes_of_a_stopped_world(
    recorded: WorldState, server_runs: bool, maker_runs: bool
):
    world = World("a", recorded, "a.sql", datetime(2026, 3, 2, tzinfo=UTC), port=4000)
    state = current_state(world, server_runs=server_runs, maker_runs=maker_runs, has_keeper=True)
    is_asleep = recorded is STATES.READY and not server_runs
    expected = CASES[recorded, server_runs, maker_runs]
    assert state is (STATES.ASLEEP if is_asleep else expected)


def test_a_world_is_older_that_fell_back_or_is_of_an_earlier_round():
    night = datetime(2026, 3, 2, 23, 55, tzinfo=UTC)
    newer = "newer.sql"

    def ready(name: str, hours: float, *passed_over: str) -> World:
        at = night + timedelta(hours=hours)
        return World(
            name, STATES.READY, "a.sql", at, 4000, schemas=("game",), passed_over=passed_over
        )

    failed = World("z", STATES.FAILED, newer, night + timedelta(days=9), 4000)
    worlds = [ready("a", 0), ready("b", 0.5), ready("c", -24), ready("d", 0, newer), failed]
    assert find_older(worlds) == {"c", "d"}
    assert find_older([failed]) == frozenset()


@pytest.mark.parametrize(
    ("baseline", "remedy"),
    [("key", "rewound reset --fleet x a"), (None, "rewound up SOURCE --add")],
)
def test_a_world_without_a_baseline_is_not_sent_to_reset(baseline: str | None, remedy: str):
    taken_at = datetime(2026, 3, 2, tzinfo=UTC)
    world = World("a", WorldState.INTERRUPTED, "a.sql", taken_at, 3306, baseline=baseline)
    _, hint = explain_unready(world, "x")
    assert hint.startswith(remedy)
    assert ("rewound seek --fleet x TIME a" in hint) is (baseline is None)
