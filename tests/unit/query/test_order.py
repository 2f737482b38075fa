import pytest

from rewound.errors import UsageError
from rewound.mysql.columns import Column, ColumnType, Row
from rewound.query.order import sort_rows

COLUMNS = [
    Column("world", ColumnType.TEXT),
    Column("points", ColumnType.DECIMAL, precision=10, scale=2),
    Column("took", ColumnType.TIME),
]
ROWS: list[Row] = [
    (b"b", b"9.00", b"10:00:00"),
    (b"A", b"10.00", b"-01:00:00"),
    (b"c", None, None),
    (b"a", b"10.00", b"100:00:00"),
]


@pytest.mark.parametrize(
    ("wanted", "worlds"),
    [
        ("points", "c b A a"),
        ("-points", "A a b c"),
        ("took", "c A b a"),
        ("world", "A a b c"),
        ("-world", "c b a A"),
        ("-points,-world", "a A b c"),
        (" points , took ", "c b A a"),
    ],
)
def test_numbers_by_size_texts_by_letters_null_first(wanted: str, worlds: str):
    assert [(row[0] or b"").decode() for row in sort_rows(ROWS, COLUMNS, wanted)] == worlds.split()


def test_a_column_that_is_not_there_is_a_usage_error():
    with pytest.raises(UsageError, match="the result has no column score"):
        sort_rows(ROWS, COLUMNS, "score")


@pytest.mark.parametrize(
    ("kind", "ordered"),
    [
        (ColumnType.DATE, "0000-00-00 0000-01-01 0001-01-01 2024-02-00 2024-02-31 9999-12-31"),
        (ColumnType.DATETIME, "0000-00-00T00:00:00 0000-01-01T00:00:00.5 9999-12-31T23:59:59"),
        (ColumnType.DATETIME, "2024-01-01T00:00:00 2024-01-01T00:00:00.50 2024-01-01T00:00:01.0"),
        (
            ColumnType.TIME,
            "-838:59:59 -00:00:01.5 -00:00:01 00:00:00 00:00:00.1 25:00:00 100:00:00",
        ),
        (ColumnType.YEAR, "0000 1901 2155"),
        (ColumnType.INTEGER, "-9223372036854775808 00000042 18446744073709551615"),
        (ColumnType.FLOAT, "-3.4028235e38 -0 4.9e-324 0.1 1e15"),
        (ColumnType.DECIMAL, "-0.000000000000000000000000000001 0 99999999999999999999999999999.9"),
        (ColumnType.BIT, "\x01 \x00\x02 \x01\x00"),
        (ColumnType.DATE, "-infinity 2024-01-01 infinity"),
    ],
)
def test_every_value_of_mysql_can_be_sorted_by(kind: ColumnType, ordered: str):
    values = [text.replace("T", " ").encode("latin-1") for text in ordered.split(" ")]
    rows: list[Row] = [(value,) for value in reversed(values)]
    assert sort_rows([(None,), *rows], [Column("it", kind)], "it") == [
        (None,),
        *((value,) for value in values),
    ]
    assert sort_rows(rows, [Column("it", kind)], "-it") == rows
