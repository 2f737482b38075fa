from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rewound.catalog import Dump, TimeSource
from rewound.operations.log_selection import find_contradiction
from rewound.replay.replay_plan import ReplayPlan

STANDS_AT = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


def make_dump(taken_at, *, day_only=False):
    return Dump("host1", taken_at, Path("host1.sql"), 1, TimeSource.NAME, day_only)


def make_plan(*, after_s=-10, before_s=10):
    def us(offset_s):
        return None if offset_s is None else int((STANDS_AT.timestamp() + offset_s) * 1_000_000)

    return ReplayPlan(
        target="",
        parts=(),
        start_by="",
        transactions=0,
        first=None,
        last=None,
        first_left_out=None,
        as_of_us=None,
        notes=(),
        not_proved=(),
        stands_after_us=us(after_s),
        stands_before_us=us(before_s),
    )


@pytest.mark.parametrize(
    ("off", "zone", "words"),
    [
        (timedelta(0), TOKYO, None),
        (timedelta(minutes=-20), TOKYO, None),  # named when a run of dumps began
        (timedelta(hours=-2, minutes=-17), TOKYO, None),  # by no zone
        (timedelta(hours=-9), TOKYO, "9 h later"),
        (timedelta(hours=-9, minutes=-2), TOKYO, "9 h 2 min later"),
        (timedelta(hours=-9), UTC, None),  # no zone was chosen
        (timedelta(hours=-9), ZoneInfo("UTC"), None),
        (timedelta(hours=5), ZoneInfo("America/New_York"), "5 h earlier"),
        (timedelta(hours=-5, minutes=-30), ZoneInfo("Asia/Kolkata"), "5 h 30 min later"),
        (timedelta(days=-2), UTC, "48 h later"),
    ],
)
def test_a_place_in_the_logs_contradicts_a_time_that_is_off_by_a_zone(off, zone, words):
    found = find_contradiction(make_dump(STANDS_AT + off), make_plan(), zone)
    if words is None:
        assert found is None
    else:
        assert found is not None
        assert words in found
        assert (f"read in {zone} (--timezone)" in found) == (zone is not UTC)


def test_a_place_that_is_open_or_a_time_without_a_clock_contradicts_nothing():
    named = make_dump(STANDS_AT + timedelta(hours=9))
    assert find_contradiction(named, make_plan(before_s=None), TOKYO) is None
    assert find_contradiction(named, make_plan(after_s=None), TOKYO) is None
    early = make_dump(STANDS_AT - timedelta(hours=9), day_only=True)
    assert find_contradiction(early, make_plan(), TOKYO) is None
    # The last transaction before a dump may be long ago; then it may be off by many zones.
    named = make_dump(STANDS_AT - timedelta(hours=9))
    assert find_contradiction(named, make_plan(after_s=-1_000), TOKYO) is not None
    assert find_contradiction(named, make_plan(before_s=None), TOKYO) is not None
    soon = make_dump(STANDS_AT - timedelta(minutes=40))
    assert find_contradiction(soon, make_plan(after_s=-1_600, before_s=None), TOKYO) is None
    # A zone of an hour, of which the log shows 41 minutes.
    hour_off, quiet = make_dump(STANDS_AT - timedelta(hours=1)), make_plan(after_s=-1_140)
    assert "41 min later" in str(find_contradiction(hour_off, quiet, ZoneInfo("Europe/Berlin")))
    assert find_contradiction(soon, quiet, TOKYO) is None  # no zone is off by 40 minutes
    idle = make_plan(after_s=-86_400)
    assert find_contradiction(make_dump(STANDS_AT - timedelta(hours=9)), idle, TOKYO) is None
