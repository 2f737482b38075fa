from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rewound.catalog import ChosenDump, Dump, TimeSource
from rewound.errors import HostError
from rewound.fleet.plan import (
    find_disagreement,
    largest_first,
    plan_worlds,
    require_space,
    require_space_for_copies,
    useful_pool_bytes,
)

TAKEN_AT = datetime(2024, 6, 18, 21, 15, tzinfo=UTC)
MIB = 1 << 20


def make_dump(
    world: str, *, size_bytes: int = 1, suffix: str = ".sql", day_only: bool = False, age: int = 0
) -> Dump:
    taken_at = TAKEN_AT - timedelta(days=age)
    return Dump(
        world=world,
        taken_at=taken_at,
        location=Path(f"/backups/{world}_{taken_at:%Y%m%d}{suffix}"),
        size_bytes=size_bytes,
        time_source=TimeSource.NAME,
        day_only=day_only,
    )


def choose(dump: Dump, *older: Dump) -> ChosenDump:
    return ChosenDump(dump, skipped_newer=(), older=older, age=None)


def plan(*dumps: Dump):
    return plan_worlds(
        [choose(dump) for dump in dumps],
        ports=range(4000, 4000 + len(dumps)),
        worlds=Path("/w"),
        fallback=False,
    )


def test_plan_worlds_gives_each_its_port_and_folder():
    [one, two] = plan(make_dump("a"), make_dump("b"))
    assert (one.name, one.port, one.folder) == ("a", 4000, Path("/w/a"))
    assert (two.name, two.port, two.folder) == ("b", 4001, Path("/w/b"))
    assert one.dumps == (one.dump,)


@pytest.mark.parametrize("fallback", [True, False])
def test_plan_worlds_keeps_older_dumps_only_to_fall_back_to(fallback: bool):
    newest, older = make_dump("a"), make_dump("a", age=1)
    [only] = plan_worlds(
        [choose(newest, older)], ports=[4000], worlds=Path("/w"), fallback=fallback
    )
    assert only.dumps == ((newest, older) if fallback else (newest,))
    assert only.dump == newest


def test_a_pool_holds_the_largest_world_twice_and_has_64_mib_at_least():
    small, large = (
        make_dump("a", size_bytes=1000),
        make_dump("b", size_bytes=10 << 20, suffix=".sql.gz"),
    )
    assert useful_pool_bytes([]) == useful_pool_bytes([small]) == 64 << 20
    assert useful_pool_bytes([small, large]) == 240 << 20


def test_plan_worlds_takes_a_missing_port_for_a_programming_mistake():
    with pytest.raises(ValueError, match="shorter"):
        plan_worlds([choose(make_dump("a"))], ports=[], worlds=Path("/w"), fallback=False)


def test_largest_first_keeps_the_order_of_equal_ones():
    plans = plan(
        make_dump("a", size_bytes=5), make_dump("b", size_bytes=9), make_dump("c", size_bytes=5)
    )
    assert [each.name for each in largest_first(plans)] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("suffix", "needed_mib"), [(".sql", 310), (".gz", 1360), (".zst", 1360), (".xz", 1660)]
)
def test_require_space_expects_more_of_a_packed_dump(suffix: str, needed_mib: int):
    dumps = [make_dump("a", size_bytes=100 * MIB, suffix=suffix)]
    require_space(dumps, free_bytes=needed_mib * MIB, folder=Path("/disk"))
    with pytest.raises(HostError, match=f"1 worlds need about {needed_mib:,} MiB") as caught:
        require_space(dumps, free_bytes=needed_mib * MIB - 1, folder=Path("/disk"))
    assert "are free in /disk" in str(caught.value)
    assert "REWOUND_STATE_DIR" in str(caught.value.hint)


def test_require_space_expects_little_of_a_dump_that_has_a_baseline():
    dumps = [make_dump("a", size_bytes=100 * MIB), make_dump("b", size_bytes=7)]
    require_space(
        dumps, free_bytes=321 * MIB, folder=Path("/disk"), sizes_with_baseline={100 * MIB}
    )
    with pytest.raises(HostError, match="2 worlds need about 470 MiB"):
        require_space(dumps, free_bytes=321 * MIB, folder=Path("/disk"), sizes_with_baseline={8})


def test_require_space_for_copies_counts_all_of_them():
    sizes = {"host1": 100 * MIB, "host2": 50 * MIB}
    require_space_for_copies(sizes, free_bytes=150 * MIB, folder=Path("/disk"))
    with pytest.raises(HostError, match=r"copies of worlds host\[1-2\] need 150 MiB") as caught:
        require_space_for_copies(sizes, free_bytes=150 * MIB - 1, folder=Path("/disk"))
    assert "are free in /disk" in str(caught.value)
    assert "--worlds" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("hours", "day_only", "is_doubtful"),
    [
        (0, False, False),
        (14, False, False),  # the widest zone
        (20, False, False),  # and a dump that took 6 hours
        (21, False, True),
        (-20, False, False),
        (-21, False, True),
        (44, True, False),
        (45, True, True),
        (-20, True, False),
        (-21, True, True),  # a day leaves open what comes after its start
    ],
)
def test_find_disagreement_allows_for_zones_and_long_dumps(
    hours: int, day_only: bool, is_doubtful: bool
):
    dump = make_dump("a", day_only=day_only)
    text = find_disagreement(dump, TAKEN_AT + timedelta(hours=hours))
    assert (text is not None) == is_doubtful


def test_find_disagreement_names_both_times_and_says_which_was_trusted():
    assert find_disagreement(make_dump("a"), TAKEN_AT + timedelta(days=1)) == (
        "a_20240618.sql is named 2024-06-18 21:15:00 but ends with"
        " 'Dump completed on 2024-06-19 21:15:00'; the time in the name was used"
    )


def test_find_disagreement_needs_a_closing_time():
    assert find_disagreement(make_dump("a"), None) is None
