from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.catalog import Dump, TimeSource
from rewound.catalog.doubts import find_ids_like_dates


def ask(closings, *, size_bytes=1):
    dumps = [
        Dump(
            "tenant",
            datetime.fromisoformat(day).replace(tzinfo=UTC),
            Path(f"tenant_{day}.sql.gz"),
            size_bytes,
            TimeSource.NAME,
            day_only=True,
        )
        for day in closings
    ]
    times = {
        f"tenant_{day}.sql.gz": datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
        for day, text in closings.items()
    }
    return [each.worlds for each in find_ids_like_dates(dumps, lambda path: times[path.name])]


IDS = {"2024-06-11": "2024-06-18 03:00", "2024-06-12": "2024-06-18 03:01"}


@pytest.mark.parametrize(
    ("closings", "is_asked"),
    [
        (IDS, True),
        ({**IDS, "2024-06-18": "2024-06-18 03:02"}, True),
        ({"2024-06-11": "2024-06-18 03:00"}, False),
        ({"2024-06-11": "2024-06-11 03:00", "2024-06-12": "2024-06-12 03:00"}, False),
        ({"2024-06-11": "2023-06-11 03:00", "2024-06-12": "2023-06-12 03:00"}, False),
        ({"2024-06-17": "2024-06-18 21:20", "2024-06-18": "2024-06-18 21:15"}, False),
        (
            {
                "2024-06-11": "2024-06-13 03:00",
                "2024-06-12": "2024-06-13 03:01",
                "2024-06-13": "2024-06-13 03:02",
            },
            True,
        ),
        ({"2024-06-11": "2024-06-12 03:00", "2024-06-12": "2024-06-12 09:00"}, False),
        # The day before the month: 5, 6 and 7 June.
        (
            {
                "2024-05-06": "2024-06-05 03:00",
                "2024-06-06": "2024-06-06 03:00",
                "2024-07-06": "2024-06-07 03:00",
            },
            True,
        ),
        ({"2024-06-11": None, "2024-06-12": None}, False),
    ],
)
def test_dates_that_closing_lines_deny_are_asked_for(closings, is_asked):
    assert ask(closings) == ([frozenset({"tenant"})] if is_asked else [])


def test_large_compressed_dumps_are_not_read_for_it():
    assert ask(IDS, size_bytes=1 << 30) == []
