from dataclasses import replace
from decimal import Decimal

import pytest

from rewound.diff.report.query_diff import (
    CellChange,
    CommonColumns,
    compare_rows,
    describe_lone,
    find_common_columns,
    find_lacking,
    find_places,
    take,
    write_bytes_out,
)
from rewound.diff.schema.comparison import Change
from rewound.errors import RewoundError, UsageError
from rewound.mysql.columns import Column, ColumnType, Row

KIND = Column("kind", ColumnType.TEXT)
COUNT = Column("n", ColumnType.INTEGER, 64)
COLUMNS = [KIND, COUNT]


def compare(before: list[Row], after: list[Row], places: list[int]) -> list[CellChange]:
    return list(compare_rows(before, after, COLUMNS, places))


def test_rows_are_matched_by_their_key():
    before: list[Row] = [(b"match", b"7"), (b"quest", None), (b"gone", b"1")]
    after: list[Row] = [(b"new", b"2"), (b"quest", b"3"), (b"match", b"9")]
    assert compare(before, after, [0]) == [
        CellChange(Change.CHANGED, (b"match",), "n", b"7", b"9", Decimal(2)),
        CellChange(Change.CHANGED, (b"quest",), "n", None, b"3", None),
        CellChange(Change.REMOVED, (b"gone",), None, None, None, row=(b"gone", b"1")),
        CellChange(Change.ADDED, (b"new",), None, None, None, row=(b"new", b"2")),
    ]
    assert compare(before, list(reversed(before)), [0]) == []


def test_a_single_row_needs_no_key():
    [change] = compare([(b"a", b"1")], [(b"a", b"2")], [])
    assert change == CellChange(Change.CHANGED, (), "n", b"1", b"2", Decimal(1))


def test_rows_that_the_key_does_not_tell_apart_are_counted():
    row: Row = (b"a", b"1")
    changes = compare([row, row], [row, row, row, (b"b", b"1")], [0])
    assert [(change.change, change.key, change.row) for change in changes] == [
        (Change.ADDED, (b"a",), row),
        (Change.ADDED, (b"b",), (b"b", b"1")),
    ]


def test_bytes_are_written_as_digits():
    columns = [Column("b", ColumnType.BINARY), Column("f", ColumnType.BIT, 8), KIND, COUNT]
    row = write_bytes_out((b"\x00\xff", b"\x05", b"\xc3\xa9", None), columns)
    assert row == (b"0x00FF", b"5", b"\xc3\xa9", None)


ROWS: list[Row] = [(b"a", b"1"), (b"b", b"2")]
ID = replace(COUNT, is_of_key=True)


@pytest.mark.parametrize(
    ("columns", "key", "rows", "places"),
    [
        ([KIND, COUNT], None, ROWS, [0]),
        ([COUNT, KIND], None, ROWS, [1]),
        ([COUNT, COUNT], None, ROWS, [0]),
        ([KIND, KIND], None, ROWS, [0]),
        ([KIND, COUNT], None, ROWS[:1], []),
        ([KIND, COUNT], "N", ROWS[:1], [1]),
        ([KIND, COUNT], "n, kind", ROWS, [1, 0]),
        ([KIND, ID], None, ROWS, [1]),
        ([KIND, ID], None, [(b"a", b"1"), (b"b", b"1")], [0]),  # a part of its key
        ([KIND, ID], None, [(b"a", b"1"), (b"b", b"1"), (b"b", b"2")], [0, 1]),
        ([KIND, ID], None, [ROWS[0], ROWS[0]], [0]),  # nothing identifies them
    ],
)
def test_the_key_is_what_is_named_or_identifies_the_rows(
    columns: list[Column], key: str | None, rows: list[Row], places: list[int]
):
    assert find_places(columns, key, [rows, ROWS[:1]]) == places


def test_a_key_that_is_not_there_is_a_usage_error():
    with pytest.raises(UsageError, match="the answer has no column nope"):
        find_places(COLUMNS, "nope", [ROWS])


def test_columns_that_both_sides_have_are_compared_and_the_others_named():
    title = Column("title", ColumnType.TEXT)
    assert describe_lone(find_common_columns(COLUMNS, COLUMNS)) == ""
    found = find_common_columns(COLUMNS, [COUNT, title])
    assert found == CommonColumns((COUNT,), (1,), (0,), ("kind",), ("title",))
    assert describe_lone(found) == "kind only before; title only after"
    assert take([(b"a", b"1")], found.before) == take([(b"1", b"x")], found.after) == [(b"1",)]
    swapped = find_common_columns(COLUMNS, COLUMNS[::-1])
    assert (swapped.columns, swapped.before, swapped.after) == ((KIND, COUNT), (0, 1), (1, 0))
    with pytest.raises(RewoundError, match="no column in common: kind only before; title only aft"):
        find_common_columns([KIND], [title])


def test_worlds_that_lack_columns_on_one_side_alone_are_not_compared():
    before = {"w1": ("title",), "w2": ("title",)}
    after = {"w1": ("title",), "w3": ("rank", "title")}
    assert find_lacking(before, after) == {
        "w2": "the columns differ: no title before",
        "w3": "the columns differ: no rank, title after",
    }
