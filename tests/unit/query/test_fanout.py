import asyncio
from collections.abc import Mapping
from pathlib import Path

from rewound.mysql.endpoint import Endpoint
from rewound.query.fanout import FanOut
from rewound.query.outcome import Outcome


def ask(
    endpoints: Mapping[str, Endpoint | Outcome], statements: list[str]
) -> list[dict[str, Outcome]]:
    with FanOut(endpoints, statements, schemas={}) as asked:
        return [stream.outcomes() for stream in asked]


def make_endpoint(socket: Path) -> Endpoint:
    return Endpoint(socket, "127.0.0.1", 1, "reader", "secret")


def test_a_world_that_cannot_be_reached_is_an_outcome(tmp_path: Path):
    endpoints = {name: make_endpoint(tmp_path / name) for name in ("b", "a")}
    first, outcomes = ask(endpoints, ["SELECT 1", "SELECT 2"])
    assert first == outcomes
    assert list(outcomes) == ["b", "a"]
    for outcome in outcomes.values():
        assert outcome.columns == ()
        assert "No such file or directory" in str(outcome.error)


def test_a_world_that_cannot_be_asked_keeps_its_place(tmp_path: Path):
    endpoints: dict[str, Endpoint | Outcome] = {
        "b": Outcome(error="is stopped"),
        "a": make_endpoint(tmp_path / "a"),
    }
    [outcomes] = ask(endpoints, ["SELECT 1"])
    assert list(outcomes) == ["b", "a"]
    assert outcomes["b"].error == "is stopped"


def test_a_failure_nobody_thought_of_is_an_outcome_as_well(tmp_path: Path):
    [outcomes] = ask({"a": make_endpoint(tmp_path / ("x" * 200))}, ["SELECT 1"])
    assert "too long" in str(outcomes["a"].error)


def test_no_worlds_are_no_outcomes():
    assert ask({}, ["SELECT 1"]) == [{}]


def test_leaving_before_the_answers_ends_at_once(tmp_path: Path):
    with FanOut({"a": make_endpoint(tmp_path / "a")}, ["SELECT 1"], schemas={}):
        pass


def test_it_works_where_the_caller_has_an_event_loop(tmp_path: Path):
    async def ask_within() -> int:
        return len(ask({"a": make_endpoint(tmp_path / "a")}, ["SELECT 1"]))

    assert asyncio.run(ask_within()) == 1
