from datetime import UTC, date, datetime

import pytest

from rewound.catalog.naming.spans import Span, read_month

WEEK = Span("2024-W25", "week", date(2024, 6, 17))


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [(WEEK, "2024-06-16", "2024-07-01"), (read_month("2024-06"), "2024-05-31", "2024-07-04")],
)
def test_a_span_holds_its_days_and_those_that_jobs_name_by_it(span, first, last):
    def holds(day, hour):
        return span.holds(datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=UTC))

    assert holds(first, "00:00")
    assert holds(last, "23:59")
    before = date.fromisoformat(first).toordinal() - 1
    after = date.fromisoformat(last).toordinal() + 1
    assert not holds(date.fromordinal(before), "23:59")
    assert not holds(date.fromordinal(after), "00:00")


def test_a_month_is_read_with_and_without_its_separator():
    assert read_month("202406").start == read_month("2024-06").start == date(2024, 6, 1)
