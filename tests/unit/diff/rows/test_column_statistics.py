from datetime import timedelta
from decimal import Decimal

from rewound.diff.rows.canonical_form import CanonicalForm, ColumnPair, ColumnSql
from rewound.diff.rows.column_statistics import ColumnDelta, ColumnStatistics
from rewound.diff.rows.row_changes import Cell, RowChange
from rewound.diff.schema.comparison import Change

SQL = ColumnSql("a", "a")


def measure(
    form: CanonicalForm, *pairs: tuple[Cell, Cell], temporal: str | None = None
) -> ColumnDelta:
    measuring = ColumnStatistics([ColumnPair("a", form, SQL, SQL, temporal)])
    for before, after in pairs:
        measuring.take(RowChange(Change.CHANGED, (), (before,), (after,), (0,)))
    [found] = measuring.measures()
    return found


def test_numbers_are_summed_exactly_and_null_apart():
    found = measure(
        CanonicalForm.DECIMAL, ("0.1", "0.3"), ("5", "2.5"), (None, "1"), ("1", None), ("7", None)
    )
    assert (found.changed, found.from_null, found.to_null, found.rows) == (2, 1, 2, 5)
    numbers = found.numbers
    assert numbers is not None
    assert (numbers.sum, numbers.mean) == (Decimal("-2.3"), Decimal("-1.15"))
    assert (numbers.min, numbers.max) == (Decimal("-2.5"), Decimal("0.2"))
    assert (numbers.rose, numbers.fell, numbers.share_rose) == (1, 1, 0.5)


def test_what_rose_and_what_fell_is_counted_apart():
    found = measure(CanonicalForm.INTEGER, ("1", "2"), ("1", "3"), ("5", "4"))
    assert found.numbers is not None
    assert (found.numbers.rose, found.numbers.fell) == (2, 1)
    assert found.numbers.share_rose == 2 / 3


def test_floats_change_from_before_to_after():
    found = measure(CanonicalForm.FLOAT, ("1.5", "1"), ("2", "4"), ("1", "0.5"))
    assert found.numbers is not None
    assert (found.numbers.sum, found.numbers.min, found.numbers.max) == (1.0, -0.5, 2.0)
    assert (found.numbers.rose, found.numbers.fell) == (1, 2)


def test_sums_keep_all_digits_of_the_largest_decimals():
    found = measure(CanonicalForm.DECIMAL, ("0." + "0" * 29 + "1", "9" * 35))
    assert found.numbers is not None
    assert found.numbers.sum == Decimal("9" * 34 + "8." + "9" * 30)


def test_moments_have_a_range_of_shifts():
    found = measure(
        CanonicalForm.TEMPORAL,
        ("2026-03-02 21:15:00", "2026-03-02 21:15:01.5"),
        ("2026-03-02 00:00:00", "2026-03-01 00:00:00"),
        ("0000-00-00 00:00:00", "2026-03-01 00:00:00"),
        temporal="moment",
    )
    times = found.times
    assert times is not None
    assert (times.min, times.max) == (timedelta(days=-1), timedelta(seconds=1.5))
    assert (times.later, times.earlier, times.unreadable) == (1, 1, 1)


def test_times_beyond_a_day_and_below_zero_shift_too():
    found = measure(CanonicalForm.TEMPORAL, ("-838:59:59", "100:00:00"), temporal="time")
    assert found.times is not None
    assert found.times.max == timedelta(hours=938, minutes=59, seconds=59)


def test_rows_that_one_side_alone_has_are_no_changes_of_columns():
    measuring = ColumnStatistics([ColumnPair("a", CanonicalForm.INTEGER, SQL, SQL)])
    measuring.take(RowChange(Change.ADDED, (), None, ("1",)))
    measuring.take(RowChange(Change.REMOVED, (), ("1",), None))
    assert measuring.measures() == ()
