from datetime import UTC, datetime

import pytest

from rewound.catalog.runs import (
    are_daily,
    are_hourly,
    are_of_one_run,
    are_of_runs,
    fall_by_runs,
)


def times(*texts):
    return [datetime.fromisoformat(f"2024-06-{text}").replace(tzinfo=UTC) for text in texts]


@pytest.mark.parametrize(
    ("moments", "is_one_run", "is_of_runs", "is_hourly", "is_daily"),
    [
        (times("18 03:00:30", "18 03:15:30"), True, False, False, False),
        (times("18 03:00:30", "18 03:15:31"), False, False, False, False),
        (times("18 04:03:30", "18 03:00:30"), False, True, True, False),
        (times("18 04:03:31", "18 03:00:30"), False, False, False, False),
        (times("18 03:57:29", "18 03:00:30"), False, False, False, False),
        (times("17 03:00:30", "18 03:30:30"), False, True, False, True),
        (times("17 03:00:30", "18 03:30:31"), False, True, False, False),
        (times("16 03:00:30", "17 15:41:30"), False, True, False, False),
        (times("17 03:00:30", "17 22:30:30"), False, False, False, False),
        (times("17 03:00:30", "18 03:00:30", "18 03:01:30"), False, False, False, False),
        (times("16 03:00:30", "17 03:00:30", "19 03:00:30"), False, True, True, True),
        (times("18 03:00:30"), True, False, False, False),
    ],
)
def test_gaps_between_dumps_tell_their_runs(moments, is_one_run, is_of_runs, is_hourly, is_daily):
    assert are_of_one_run(moments) is is_one_run
    assert are_of_runs(moments) is is_of_runs
    assert are_hourly(moments) is is_hourly
    assert are_daily(moments) is is_daily


def test_a_rotation_falls_run_by_run():
    assert fall_by_runs(times("18 15:00:30", "18 14:00:30", "17 14:00:30"))
    assert not fall_by_runs(times("18 14:00:30", "18 15:00:30"))
    assert not fall_by_runs(times("18 15:00:30", "18 14:40:30"))
