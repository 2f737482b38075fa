from datetime import date

import pytest

from rewound.catalog.naming.other_calendars import read_other_calendars

DAY = date(2024, 6, 18)


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        ("2567", 6, 18, DAY),
        ("67", 6, 18, DAY),
        ("1403", 3, 29, DAY),
        ("03", 3, 29, DAY),
        ("1403", 1, 1, date(2024, 3, 20)),
        ("1399", 12, 30, date(2021, 3, 20)),
        ("1404", 7, 1, date(2025, 9, 23)),
        ("113", 6, 18, DAY),
        ("1445", 12, 12, date(2024, 6, 19)),
    ],
)
def test_a_day_of_another_calendar(year, month, day, expected):
    assert expected in set(read_other_calendars(year, month, day))


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [("2567", 2, 30), ("2024", 6, 18), ("1403", 8, 31), ("1403", 13, 1), ("1200", 1, 1)],
)
def test_what_is_no_day_has_no_reading(year, month, day):
    assert not [each for each in read_other_calendars(year, month, day) if each.year > 2000]


def test_an_era_has_its_own_first_year():
    assert list(read_other_calendars("06", 6, 18, era="R")) == [DAY]
