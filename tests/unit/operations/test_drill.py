"""Which dumps a drill restores at a time."""

from datetime import UTC, datetime
from pathlib import Path

from rewound.catalog import ChosenDump, Dump
from rewound.catalog.dump import TimeSource
from rewound.operations.drill import plan_batches

TIME = datetime(2026, 3, 2, tzinfo=UTC)


def chosen(world: str, size_bytes: int) -> ChosenDump:
    path = Path(f"/b/{world}-{size_bytes}.sql")
    dump = Dump(
        location=path,
        world=world,
        taken_at=TIME,
        size_bytes=size_bytes,
        time_source=TimeSource.NAME,
    )
    return ChosenDump(dump=dump, skipped_newer=(), older=(), age=None)


def shape(batches: list[list[ChosenDump]]) -> list[list[tuple[str, int]]]:
    return [[(each.dump.world, each.dump.size_bytes) for each in batch] for batch in batches]


def test_plan_batches_puts_no_world_twice_into_one():
    dumps = [chosen("a", 1), chosen("a", 2), chosen("a", 3), chosen("b", 4)]
    batches = shape(plan_batches(dumps, size=9))
    assert batches == [[("b", 4), ("a", 3)], [("a", 2)], [("a", 1)]]


def test_plan_batches_keeps_to_the_size_and_starts_with_the_largest():
    batches = shape(plan_batches([chosen(str(n), n) for n in range(5)], size=2))
    assert batches == [[("4", 4), ("3", 3)], [("2", 2), ("1", 1)], [("0", 0)]]
    assert plan_batches([], size=2) == []
