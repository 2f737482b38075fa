from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.catalog import Dump, TimeSource
from rewound.catalog.serial_worlds import find_case_twins, find_serial_worlds, find_set_aside


def dump(world, text, source=TimeSource.CLOSING_LINE):
    taken_at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Dump(world, taken_at, Path(f"{world}.sql"), 1, source)


def serial(**days):
    return {
        frozenset(each.worlds)
        for each in find_serial_worlds(
            dump(world, f"2024-06-{day:02} 03:00:30") for world, day in days.items()
        )
    }


@pytest.mark.parametrize(
    "worlds",
    [
        ("host1-1", "host1-2", "host1-3"),
        ("host1_slot0", "host1_slot1", "host1_slot2"),
        ("001-host1", "002-host1", "003-host1"),
        ("host1-3f2504e", "host1-6ba7b81", "host1-7d44484"),
        ("host1-b7-x7k2p", "host1-b8-8bq4z", "host1-b9-p3m1q"),
    ],
)
def test_three_worlds_that_differ_in_a_number_or_token_and_the_day_are_suspect(worlds):
    days = {world: 10 + day for day, world in enumerate(worlds)}
    assert serial(**days) == {frozenset(worlds)}
    assert serial(**dict.fromkeys(worlds, 10)) == set()


def test_two_worlds_are_suspect_only_beside_two_of_the_same_words():
    assert serial(host1_A=10, host1_B=11) == set()
    assert serial(host1_A=10, host1_B=11, host2_A=10, host2_B=11) == {
        frozenset({"host1_A", "host1_B"}),
        frozenset({"host2_A", "host2_B"}),
    }
    assert serial(host1_A=10, host1_B=11, host2_A=10, host2_B=12) == set()


def test_the_name_that_the_dumps_share_is_found():
    (found,) = find_serial_worlds(
        dump(f"host1_slot{number}", f"2024-06-{10 + number} 03:00:30") for number in range(3)
    )
    assert set(found.bases.values()) == {"host1"}


@pytest.mark.parametrize(
    "aside", ["shop-old", "old_shop", "shop.prev", "shop-copy", "copy_of_shop"]
)
def test_a_world_named_as_an_older_dump_of_another_is_suspect(aside):
    asked = find_set_aside([dump("shop", "2024-06-18 03:00"), dump(aside, "2024-06-11 03:00")])
    assert [each.worlds for each in asked] == [frozenset({aside})]


def test_worlds_of_one_run_are_not_suspect_but_equal_closing_lines_are():
    shop = dump("shop", "2024-06-18 03:00")
    assert not find_set_aside([shop, dump("shop-old", "2024-06-18 03:02")])
    assert find_set_aside([shop, dump("shop-old", "2024-06-18 03:00")])
    assert find_set_aside([shop, dump("shop-new", "2024-06-18 04:00")])
    named = [dump(world, "2024-06-18", TimeSource.NAME) for world in ("shop", "shop-old")]
    assert not find_set_aside(named)
    assert not find_set_aside([dump("shop-old", "2024-06-11 03:00")])


def test_names_that_differ_in_case_alone_are_suspect():
    named = [dump(world, "2024-06-18 03:00") for world in ("Host1", "host1", "host2")]
    (asked,) = find_case_twins(named)
    assert asked.worlds == {"Host1", "host1"}
    assert not find_case_twins(named[1:])
