from pathlib import Path

from rewound.mysql.endpoint import Endpoint
from rewound.query.fanout import fan_out


def test_a_world_that_cannot_be_reached_is_an_outcome(tmp_path: Path):
    endpoints = {
        name: Endpoint(tmp_path / name, "127.0.0.1", 1, "reader", "secret") for name in ("b", "a")
    }
    first, outcomes = fan_out(endpoints, ["SELECT 1", "SELECT 2"], schemas={})
    assert first == outcomes
    assert list(outcomes) == ["b", "a"]
    for name, outcome in outcomes.items():
        assert outcome.result is None
        assert outcome.error == (
            f"MySQL error 2002: cannot connect to {tmp_path / name}: No such file or directory"
        )


def test_a_failure_nobody_thought_of_is_an_outcome_as_well(tmp_path: Path):
    endpoint = Endpoint(tmp_path / ("x" * 200), "127.0.0.1", 1, "reader", "secret")
    [outcomes] = fan_out({"a": endpoint}, ["SELECT 1"], schemas={})
    assert "too long" in str(outcomes["a"].error)


def test_no_worlds_are_no_outcomes():
    assert fan_out({}, ["SELECT 1"], schemas={}) == [{}]
