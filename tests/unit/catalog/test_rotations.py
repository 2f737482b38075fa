from datetime import UTC, datetime, timedelta
from pathlib import Path

from rewound.catalog import Dump, TimeSource
from rewound.catalog.rotations import find_ends_of_days, has_slot

DAY = datetime(2024, 6, 18, tzinfo=UTC)


def dump(world, *, taken_at=DAY, size_bytes=1, day_only=True):
    name = f"{world}_{taken_at:%Y%m%d}.sql.gz"
    return Dump(world, taken_at, Path(name), size_bytes, TimeSource.NAME, day_only)


def read(dumps, ended_after=timedelta(hours=13)):
    return {
        path.name.partition("_")[0]: ended.taken_at
        for path, ended in find_ends_of_days(
            dumps, lambda path: None if ended_after is None else DAY + ended_after
        ).items()
    }


def test_only_names_with_a_slot_and_what_is_beside_them_are_read():
    dumps = [dump("eu-host1"), dump("eu-host1-pre"), dump("eu-host2"), dump("shop")]
    assert read(dumps) == dict.fromkeys(["eu-host1", "eu-host1-pre"], DAY + timedelta(hours=13))


def test_worlds_with_a_history_or_a_time_of_day_are_not_read():
    history = [dump("shop-old", taken_at=DAY - timedelta(days=day)) for day in (0, 1)]
    assert read([*history, dump("api-new", day_only=False)]) == {}


def test_a_closing_line_of_another_day_tells_nothing():
    assert read([dump("host1-pre")], timedelta(days=3)) == {}
    assert read([dump("host1-pre")], None) == {}


def test_large_compressed_dumps_are_not_read_for_it():
    assert read([dump("host1-pre"), dump("host1-post", size_bytes=1 << 30)]).keys() == {"host1-pre"}


def test_what_sounds_like_a_moment_is_a_slot():
    assert all(map(has_slot, ["host1-pre", "host1-v1.2.3", "a_host1", "host1-day3", "host1-2d"]))
    assert not any(map(has_slot, ["host1", "eu-1", "world-01", "shop-berlin", "w25", "10.0.0.12"]))
