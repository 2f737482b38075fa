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
    with pytest.raises(UsageError, match="there is no column score"):
        sort_rows(ROWS, COLUMNS, "score")
