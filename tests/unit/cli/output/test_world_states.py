from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rewound.cli.output.world_states import describe_older
from rewound.fleet.world import World, WorldState

NIGHT = datetime(2026, 3, 3, 21, 15, 8, tzinfo=UTC)


def ready(name: str, before: timedelta = timedelta(), *passed_over: Path) -> World:
    return World(
        name,
        WorldState.READY,
        Path(f"{name}.sql"),
        NIGHT - before,
        4000,
        schemas=("game",),
        passed_over=passed_over,
    )


@pytest.mark.parametrize(
    ("before", "gap"),
    [
        (timedelta(hours=14), "14 hours"),
        (timedelta(hours=23, minutes=58), "a day"),
        (timedelta(days=9), "9 days"),
    ],
)
def test_a_world_without_a_newer_dump_is_explained(before: timedelta, gap: str):
    [told] = describe_older([ready("a"), ready("b", before), ready("c")])
    assert told == (
        f"world b's newest dump when it was restored was that of {NIGHT - before:%Y-%m-%d %H:%M:%S}"
        f", {gap} before the newest of the others"
    )


def test_a_world_that_fell_back_names_what_failed_and_the_others_nothing():
    worlds = [ready("a"), ready("b", timedelta(days=1), Path("new.sql"))]
    [told] = describe_older(worlds)
    assert told == "world b holds an older dump, b.sql: new.sql failed (--fallback)"
    assert list(describe_older([])) == []
    assert list(describe_older(worlds, {"a"})) == []
