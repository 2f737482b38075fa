import pytest

from rewound.mysql.columns import ColumnType, read_column

T = ColumnType


@pytest.mark.parametrize(
    ("code", "character_set", "flags", "length", "scale", "sql_type", "kind"),
    [
        (3, 63, 32, 10, 0, "INT UNSIGNED", T.INTEGER),
        (8, 63, 32 | 64, 20, 0, "BIGINT UNSIGNED", T.INTEGER),
        (246, 63, 0, 12, 2, "DECIMAL(10,2)", T.DECIMAL),
        (246, 63, 0, 11, 0, "DECIMAL(10,0)", T.DECIMAL),
        (246, 63, 32, 11, 2, "DECIMAL(10,2) UNSIGNED", T.DECIMAL),
        (4, 63, 0, 12, 31, "FLOAT", T.FLOAT),
        (12, 63, 0, 26, 6, "DATETIME(6)", T.DATETIME),
        (11, 63, 0, 10, 0, "TIME", T.TIME),
        (16, 63, 32, 9, 0, "BIT(9)", T.BIT),
        (253, 255, 0, 80, 0, "TEXT", T.TEXT),
        (253, 63, 0, 80, 0, "BINARY", T.BINARY),
        (242, 63, 0, 80, 0, "BINARY", T.BINARY),
        (245, 63, 0, 80, 0, "JSON", T.JSON),
        (255, 63, 0, 80, 0, "GEOMETRY", T.GEOMETRY),
        (13, 63, 32 | 64, 4, 0, "YEAR", T.YEAR),
        (6, 63, 0, 0, 0, "BINARY", T.BINARY),
    ],
)
def test_a_column_is_named_as_in_sql(
    code: int,
    character_set: int,
    flags: int,
    length: int,
    scale: int,
    sql_type: str,
    kind: ColumnType,
):
    column = read_column(
        "c", code=code, character_set=character_set, flags=flags, length=length, scale=scale
    )
    assert (column.sql_type, column.type) == (sql_type, kind)


def test_a_column_of_a_primary_key_is_marked_and_equal_to_others():
    key, other = (
        read_column("c", code=3, character_set=63, flags=flags, length=11, scale=0)
        for flags in (1 | 2, 1)
    )
    assert (key.is_of_key, other.is_of_key) == (True, False)
    assert key == other
