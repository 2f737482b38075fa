from rewound.mysql.client import Column, ColumnType, ResultSet, Value
from rewound.query.outcome import Outcome, merge_outcomes

NAME = Column("name", ColumnType.TEXT)
COUNT = Column("n", ColumnType.INTEGER)


def answer(*rows: tuple[Value, ...], columns: tuple[Column, ...] = (NAME, COUNT)) -> Outcome:
    return Outcome(ResultSet(columns, rows))


def test_rows_come_in_the_order_of_the_worlds_with_the_world_in_front():
    merged = merge_outcomes({"b": answer(("x", 1), ("y", None)), "a": answer(("z", 2))})
    assert [column.name for column in merged.result.columns] == ["world", "name", "n"]
    assert merged.result.rows == (("b", "x", 1), ("b", "y", None), ("a", "z", 2))
    assert merged.answered == ("b", "a")
    assert merged.summary() == "2 ok"


def test_every_world_is_in_exactly_one_place():
    merged = merge_outcomes(
        {"a": answer(("x", 1)), "b": answer(), "c": Outcome(error="broke"), "d": Outcome()}
    )
    assert (merged.answered, merged.empty) == (("a",), ("b",))
    assert merged.failed == {"c": "broke", "d": "no answer"}
    assert merged.summary() == "1 ok, 1 empty, 2 failed"


def test_the_columns_are_those_of_the_first_world_that_answered():
    merged = merge_outcomes({"a": Outcome(error="broke"), "b": answer(("x", 1))})
    assert [column.name for column in merged.result.columns] == ["world", "name", "n"]


def test_a_world_with_other_columns_fails_rather_than_stand_under_wrong_headings():
    merged = merge_outcomes(
        {"a": answer(("x", 1)), "b": answer((1, "x"), columns=(COUNT, NAME)), "c": answer(("y", 2))}
    )
    assert merged.failed == {"b": "answered with other columns: n, name"}
    assert merged.result.rows == (("a", "x", 1), ("c", "y", 2))


def test_columns_of_one_name_may_differ_in_type():
    wide = (NAME, Column("n", ColumnType.DECIMAL))
    merged = merge_outcomes({"a": answer(("x", 1)), "b": answer(("y", 2), columns=wide)})
    assert merged.answered == ("a", "b")


def test_statements_without_rows_leave_the_world_column_alone():
    merged = merge_outcomes({"a": answer(columns=()), "b": answer(columns=())})
    assert [column.name for column in merged.result.columns] == ["world"]
    assert merged.empty == ("a", "b")


def test_nobody_asked_is_an_empty_answer():
    assert merge_outcomes({}).summary() == "0 ok"
