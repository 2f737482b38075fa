"""Which changed rows are kept, and by how much their numbers changed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.diff.rows.canonical_form import CanonicalForm, ColumnPair, ColumnSql
from rewound.diff.rows.deltas import find_deltas, subtract
from rewound.diff.rows.labels import choose_labels
from rewound.diff.rows.row_changes import RowChange
from rewound.diff.rows.samples import RowSample, SampleOrder
from rewound.diff.schema.comparison import Change

SQL = ColumnSql("a", "a")


def column(name: str, form: CanonicalForm) -> ColumnPair:
    return ColumnPair(name, form, SQL, SQL)


COLUMNS = [
    column("id", CanonicalForm.INTEGER),
    column("score", CanonicalForm.DECIMAL),
    column("name", CanonicalForm.TEXT),
]


def change(number: int, delta: int) -> RowChange:
    row = (str(number), "10", "x")
    return RowChange(Change.CHANGED, row[:1], row, (row[0], str(10 + delta), "x"), (1,))


ADDED = RowChange(Change.ADDED, ("9",), None, ("9", "1", "x"))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (SampleOrder.FOUND, [0, 1, 2]),
        (SampleOrder.RISE, [3, 0, 2]),
        (SampleOrder.FALL, [1, 4, 2]),
        (SampleOrder.SIZE, [1, 3, 0]),
    ],
)
def test_the_rows_that_come_first_are_kept(order: SampleOrder, expected: list[int]):
    sample = RowSample(3, order)
    for number, delta in enumerate((5, -9, 1, 8, -2)):
        sample.take(change(number, delta), COLUMNS)
    assert [int(row.key[0] or "") for row in sample.rows()] == expected


def test_rows_without_a_number_come_last():
    sample = RowSample(2, SampleOrder.RISE)
    for each in (ADDED, change(1, -50), change(2, -60)):
        sample.take(each, COLUMNS)
    assert [row.key for row in sample.rows()] == [("1",), ("2",)]
    short = RowSample(9, SampleOrder.RISE)
    for each in (ADDED, change(1, -50)):
        short.take(each, COLUMNS)
    assert [row.key for row in short.rows()] == [("1",), ("9",)]


@given(st.lists(st.integers(-5, 5), max_size=30), st.integers(0, 10))
def test_the_largest_are_as_in_a_sorted_list(deltas: list[int], most: int):
    sample = RowSample(most, SampleOrder.RISE)
    for number, delta in enumerate(deltas):
        sample.take(change(number, delta), COLUMNS)
    ranked = sorted(range(len(deltas)), key=lambda number: -deltas[number])
    assert [int(row.key[0] or "") for row in sample.rows()] == ranked[:most]


@pytest.mark.parametrize(
    ("before", "after", "delta"),
    [
        ("1", "3", Decimal(2)),
        (b"0.30", b"0.1", Decimal("-0.20")),
        ("1e300", "2e300", Decimal("1e300")),
        ("0.1", "0.3", Decimal("0.2")),
        ("1" * 35 + "." + "1" * 30, "1" * 35 + "." + "1" * 29 + "2", Decimal("1e-30")),
        (None, "1", None),
        ("1", None, None),
    ],
)
def test_no_digit_of_a_delta_is_lost(
    before: str | bytes | None, after: str | bytes | None, delta: Decimal | None
):
    assert subtract(before, after) == delta


def test_only_numbers_that_changed_have_a_delta():
    row = RowChange(Change.CHANGED, ("1",), ("1", "2", "7"), ("1", "5", "9"), (1, 2))
    assert find_deltas(row, COLUMNS) == {1: Decimal(3)}
    assert find_deltas(ADDED, COLUMNS) == {}


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (["id", "player_name", "title"], "player_name"),
        (["title", "Name"], "Name"),
        (["surname", "filename"], None),
        (["note", "item_label"], "item_label"),
        ([], None),
    ],
)
def test_the_column_that_looks_like_a_name_is_found(names: list[str], label: str | None):
    columns = [column(name, CanonicalForm.TEXT) for name in names]
    chosen = choose_labels([column("code", CanonicalForm.INTEGER), *columns], None)
    assert [each.name for each in chosen] == ([] if label is None else [label])
    assert choose_labels(columns, ()) == []
    assert choose_labels(columns, ("*",)) == columns
