"""What becomes of pairs of rows."""

import pytest

from rewound.diff.rows.canonical_form import CanonicalForm, ColumnPair, ColumnSql
from rewound.diff.rows.row_changes import RowChange, RowCounter
from rewound.diff.schema.comparison import Change

SQL = ColumnSql("a", "a")
COLUMNS = [
    ColumnPair("id", CanonicalForm.INTEGER, SQL, SQL),
    ColumnPair("x", CanonicalForm.FLOAT, SQL, SQL),
]


def counter(changes: list[RowChange], *, float_tolerance: float | None = None) -> RowCounter:
    return RowCounter(COLUMNS, (0,), changes.append, float_tolerance=float_tolerance)


def test_pairs_are_counted_and_changes_handed_on():
    changes: list[RowChange] = []
    counts = counter(changes)
    counts.add_pair(("1", "2"), ("1", "2"))
    counts.add_pair(("2", "2"), ("2", None))
    counts.add_pair(("3", "2"), None)
    counts.add_pair(None, ("4", "2"))
    counts.add_times(None, ("5", "2"), 3)
    assert (counts.same, counts.changed, counts.removed, counts.added) == (1, 1, 1, 4)
    assert changes == [
        RowChange(Change.CHANGED, ("2",), ("2", "2"), ("2", None), (1,)),
        RowChange(Change.REMOVED, ("3",), ("3", "2"), None),
        RowChange(Change.ADDED, ("4",), None, ("4", "2")),
        RowChange(Change.ADDED, ("5",), None, ("5", "2"), times=3),
    ]


@pytest.mark.parametrize(
    ("before", "after", "tolerance", "is_changed"),
    [
        ("1", "1.25", None, True),
        ("1", "1.25", 0.25, False),
        ("1.25", "1", 0.25, False),
        ("1", "1.25", 0.2, True),
        (None, "0", 1.0, True),
        ("0", None, 1.0, True),
    ],
)
def test_floats_within_the_tolerance_are_the_same(
    before: str | None, after: str | None, tolerance: float | None, is_changed: bool
):
    counts = counter([], float_tolerance=tolerance)
    counts.add_pair(("1", before), ("1", after))
    assert counts.changed == is_changed


def test_what_names_a_row_is_not_compared():
    changes: list[RowChange] = []
    counts = counter(changes)
    counts.add_pair(("1", "2", "Zoe"), ("1", "2", "Zoë"))
    counts.add_pair(("2", "2", "Bob"), ("2", "3", "Rob"))
    counts.add_pair(("3", "2", "Eve"), None)
    assert (counts.same, counts.changed, counts.removed) == (1, 1, 1)
    assert changes == [
        RowChange(Change.CHANGED, ("2",), ("2", "2"), ("2", "3"), (1,), label=("Rob",)),
        RowChange(Change.REMOVED, ("3",), ("3", "2"), None, label=("Eve",)),
    ]


def test_other_columns_have_no_tolerance():
    counts = counter([], float_tolerance=10)
    counts.add_pair(("1", "1"), ("2", "1"))
    assert counts.changed == 1
