import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.catalog import TIME_SHAPES
from rewound.catalog.naming.times import TIME_REGEX, iter_times, read_time

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2024, 6, 18, 21, 15, 8, tzinfo=UTC)
SHAPES = pytest.mark.parametrize("shape", TIME_SHAPES, ids=lambda shape: shape.format)


def read(text, timezone=UTC):
    """Read the first time in a text."""
    match = re.search(TIME_REGEX, text)
    assert match is not None
    return read_time(match[0], timezone)


def write(moment, shape):
    if shape.format == "%s":
        return str(int(moment.timestamp()))
    return moment.strftime(shape.format.replace("%f", "123"))


def told_by(moment, shape):
    """Return the moment without what the shape does not tell."""
    if "%f" in shape.format:
        return moment.replace(microsecond=123000)
    if shape.format == "%s" or "%S" in shape.format:
        return moment
    if "%M" in shape.format:
        return moment.replace(second=0)
    if "%H" in shape.format:
        return moment.replace(minute=0, second=0)
    return moment.replace(hour=0, minute=0, second=0)


@SHAPES
def test_the_example_of_each_shape_is_read(shape):
    reading = read(shape.example)
    assert reading.taken_at == told_by(MOMENT, shape)
    assert (reading.open_days == 0) == shape.has_clock


@SHAPES
@given(moment=st.integers(10**9, 2 * 10**9 - 1).map(lambda s: datetime.fromtimestamp(s, UTC)))
def test_what_a_shape_writes_is_read_back(shape, moment):
    assert read(f"host1_{write(moment, shape)}_x").taken_at == told_by(moment, shape)


@pytest.mark.parametrize(
    ("text", "taken_at"),
    [
        ("20240618T211508Z", MOMENT),
        ("20240618T211508+0200", MOMENT.replace(hour=19)),
        ("2024-06-18T21-15-08-05:30", datetime(2024, 6, 19, 2, 45, 8, tzinfo=UTC)),
        ("2024-06-18_211508_UTC", MOMENT),
        ("2024-06-18_21-15-08GMT", MOMENT),
        ("2024-06-18_21-15-08_UTC+2", MOMENT.replace(hour=19)),
        ("2024-06-18 21-15-08 -0500", datetime(2024, 6, 19, 2, 15, 8, tzinfo=UTC)),
        ("2024-06-18_21-15-08_CET", MOMENT.replace(hour=20)),
        ("2024-06-18_21-15-08_CEST", MOMENT.replace(hour=19)),
        ("Tue_Jun_18_21-15-08_JST_2024", MOMENT.replace(hour=12)),
        ("20240618_211508", MOMENT.replace(hour=19)),
        ("1718745308", MOMENT),
        ("1718745308000", MOMENT),
        ("1718745308000000000", MOMENT),
        ("1718745308.123", MOMENT.replace(microsecond=123000)),
        ("2024-06-18", datetime(2024, 6, 17, 22, tzinfo=UTC)),
        ("2024-01-18_2115", datetime(2024, 1, 18, 20, 15, tzinfo=UTC)),
        # The first of the two 02:30 when summer time ends.
        ("2024-10-27_0230", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_zone_in_the_name_wins_over_the_given_zone(text, taken_at):
    assert read(text, BERLIN).taken_at == taken_at


def test_a_zone_of_several_meanings_is_one_of_the_given_zone_or_noted():
    text = "2024-11-03_01-30-00_EST"  # an hour after 01:30 EDT
    assert read(text).taken_at == datetime(2024, 11, 3, 1, 30, tzinfo=UTC)
    assert read(text).uncertain_zone == "EST"
    reading = read(text, ZoneInfo("America/New_York"))
    assert reading.taken_at == datetime(2024, 11, 3, 6, 30, tzinfo=UTC)
    assert reading.uncertain_zone is None
    with pytest.raises(ValueError, match="is not in EST"):
        read(text, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "20240230",
        "2024-13-01",
        "20241332",
        "120240618",
        "202406189",
        "1899-01-01",
        "240618",
        "2115",
        "2024-W54",
        "host1-mar1-24",
        "2023-366",
    ],
)
def test_digits_that_are_not_a_valid_date_are_not_a_time(text):
    assert list(iter_times(text, UTC)) == []


def test_an_impossible_clock_is_not_part_of_the_time():
    [time] = iter_times("2024-06-18_2560", UTC)
    assert time.reading.open_days == 1
    assert time.end == len("2024-06-18")
