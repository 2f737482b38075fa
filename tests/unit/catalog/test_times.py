from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.catalog import TIME_SHAPES
from rewound.catalog.times import iter_times

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2024, 6, 18, 21, 15, 8, tzinfo=UTC)
SHAPES = pytest.mark.parametrize("shape", TIME_SHAPES, ids=lambda shape: shape.format)


def write(moment, shape):
    return str(int(moment.timestamp())) if shape.format == "%s" else moment.strftime(shape.format)


def told_by(moment, shape):
    """Return the moment without what the shape does not tell."""
    if shape.format == "%s" or "%S" in shape.format:
        return moment
    if "%M" in shape.format:
        return moment.replace(second=0)
    if "%H" in shape.format:
        return moment.replace(minute=0, second=0)
    return moment.replace(hour=0, minute=0, second=0)


@SHAPES
def test_the_example_of_each_shape_is_read(shape):
    [time] = iter_times(shape.example, UTC)
    assert time.taken_at == told_by(MOMENT, shape)
    assert time.has_clock == shape.has_clock


@SHAPES
@given(moment=st.integers(10**9, 2 * 10**9 - 1).map(lambda s: datetime.fromtimestamp(s, UTC)))
def test_what_a_shape_writes_is_read_back(shape, moment):
    [time] = iter_times(f"host1_{write(moment, shape)}_x", UTC)
    assert time.taken_at == told_by(moment, shape)


@pytest.mark.parametrize(
    ("text", "taken_at"),
    [
        ("20240618T211508Z", MOMENT),
        ("20240618T211508+0200", MOMENT.replace(hour=19)),
        ("2024-06-18T21-15-08-05:30", datetime(2024, 6, 19, 2, 45, 8, tzinfo=UTC)),
        ("2024-06-18_211508_UTC", MOMENT),
        ("2024-06-18_21-15-08GMT", MOMENT),
        ("20240618_211508", MOMENT.replace(hour=19)),
        ("1718745308", MOMENT),
        ("2024-06-18", datetime(2024, 6, 17, 22, tzinfo=UTC)),
        ("2024-01-18_2115", datetime(2024, 1, 18, 20, 15, tzinfo=UTC)),
        # The first of the two 02:30 when summer time ends.
        ("2024-10-27_0230", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_zone_in_the_name_wins_over_the_given_zone(text, taken_at):
    [time] = iter_times(text, BERLIN)
    assert time.taken_at == taken_at


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
    ],
)
def test_digits_that_are_no_valid_date_are_no_time(text):
    assert list(iter_times(text, UTC)) == []


def test_an_impossible_clock_is_not_part_of_the_time():
    [time] = iter_times("2024-06-18_2560", UTC)
    assert not time.has_clock
    assert time.end == len("2024-06-18")
