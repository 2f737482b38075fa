from dataclasses import replace

import pytest

from rewound.mysql.columns import Column, ColumnType
from rewound.query.result_columns import choose_result_columns, find_common

T = ColumnType
NAME = Column("name", T.TEXT)
COUNT = Column("n", T.INTEGER, 32)
WIDE = Column("n", T.INTEGER, 64)


TITLE = Column("title", T.TEXT)


def test_the_order_of_the_columns_is_that_of_most_worlds():
    result = choose_result_columns({"a": (COUNT, NAME), "b": (NAME, COUNT), "c": (NAME, COUNT)})
    assert result.columns == (NAME, COUNT)
    assert result.places == {"a": (1, 0)}
    assert (result.misfits, result.lacking) == ({}, {})


def test_columns_that_some_worlds_lack_stand_after_their_left_and_are_named():
    result = choose_result_columns(
        {"a": (NAME, COUNT), "b": (NAME, TITLE, COUNT), "c": (NAME, COUNT), "d": (COUNT,)}
    )
    absent = [replace(column, may_be_absent=True) for column in (NAME, TITLE)]
    assert result.columns == (*absent, COUNT)
    assert result.lacking == {"a": ("title",), "c": ("title",), "d": ("name", "title")}
    assert result.places == {"a": (0, None, 1), "c": (0, None, 1), "d": (None, None, 0)}


def test_names_that_differ_in_case_alone_are_one_column():
    result = choose_result_columns({"a": (COUNT,), "b": (replace(WIDE, name="N"),)})
    assert (result.columns, result.lacking) == ((WIDE,), {})
    assert result.drifted == {"b": "N is BIGINT, elsewhere INT"}


def test_a_world_without_columns_where_others_have_some_is_a_misfit():
    result = choose_result_columns({"a": (COUNT,), "b": (), "c": (COUNT,)})
    assert (result.columns, result.misfits) == ((COUNT,), {"b": "returned no columns"})
    result = choose_result_columns({"a": (COUNT,), "b": (), "c": ()})
    assert result.columns == ()
    assert result.misfits == {"a": "returned columns, other worlds none: n"}


def test_a_world_of_another_type_is_named_and_the_type_holds_all():
    result = choose_result_columns({"a": (NAME, COUNT), "b": (NAME, COUNT), "c": (NAME, WIDE)})
    assert result.columns == (NAME, WIDE)
    assert result.drifted == {"c": "n is BIGINT, elsewhere INT"}
    assert result.misfits == {}


def test_names_that_come_twice_become_different_without_regard_to_case():
    columns = tuple(Column(name, T.TEXT) for name in ("id", "ID", "world", "id_2"))
    result = choose_result_columns({"a": columns})
    assert [column.name for column in result.columns] == ["id", "ID_2", "world_2", "id_2_2"]
    assert result.renamed == {"ID_2": "ID", "world_2": "world", "id_2_2": "id_2"}


def test_statements_without_rows_have_no_result_columns():
    assert choose_result_columns({"a": (), "b": ()}).columns == ()


def integer(bits: int, *, is_unsigned: bool = False) -> Column:
    return Column("n", T.INTEGER, bits, is_unsigned)


def decimal(precision: int, scale: int) -> Column:
    return Column("n", T.DECIMAL, precision=precision, scale=scale)


@pytest.mark.parametrize(
    ("columns", "common"),
    [
        ([integer(8), integer(32)], integer(32)),
        ([integer(32), integer(32, is_unsigned=True)], integer(64)),
        ([integer(64), integer(64, is_unsigned=True)], decimal(20, 0)),
        (
            [integer(64, is_unsigned=True), integer(8, is_unsigned=True)],
            integer(64, is_unsigned=True),
        ),
        ([decimal(10, 2), decimal(8, 4)], decimal(12, 4)),
        ([integer(32), decimal(10, 2)], decimal(22, 2)),
        ([Column("n", T.FLOAT, 32), Column("n", T.FLOAT, 64)], Column("n", T.FLOAT, 64)),
        ([integer(32), Column("n", T.FLOAT, 64)], Column("n", T.TEXT)),
        ([Column("n", T.DATE), Column("n", T.DATETIME)], Column("n", T.TEXT)),
        ([Column("n", T.TEXT), Column("n", T.BINARY)], Column("n", T.BINARY)),
        (
            [Column("n", T.DATETIME), Column("n", T.DATETIME, scale=6)],
            Column("n", T.DATETIME, scale=6),
        ),
    ],
)
def test_the_common_type_holds_the_values_of_both(columns: list[Column], common: Column):
    assert find_common(columns) == common
    assert find_common(columns[::-1]) == common
