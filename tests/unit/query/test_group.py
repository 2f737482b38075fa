from rewound.mysql.client import Column, ColumnType, ResultSet, Value
from rewound.query.group import group_errors, group_outcomes
from rewound.query.outcome import Outcome

COUNT = Column("n", ColumnType.INTEGER)


def answer(*values: Value) -> Outcome:
    return Outcome(ResultSet((COUNT,), tuple((value,) for value in values)))


def test_worlds_that_answer_alike_are_one_group_the_largest_first():
    outcomes = {"a": answer(1), "b": answer(2), "c": answer(2), "d": answer(2, 1), "e": answer()}
    groups = group_outcomes(outcomes)
    assert [group.worlds for group in groups] == [("b", "c"), ("a",), ("d",), ("e",)]
    assert groups[0].rows == ((2,),)


def test_errors_are_outcomes_too():
    outcomes = {"a": Outcome(error="broke"), "b": answer(), "c": Outcome(error="broke")}
    assert [group.worlds for group in group_outcomes(outcomes)] == [("a", "c"), ("b",)]
    assert group_outcomes({}) == []


def test_null_and_the_empty_text_are_different_answers():
    assert len(group_outcomes({"a": answer(None), "b": answer(""), "c": answer("NULL")})) == 3


def test_an_error_is_said_once_with_its_worlds():
    failed = {"a": "no table", "b": "broke", "c": "broke"}
    assert group_errors(failed) == [(("b", "c"), "broke"), (("a",), "no table")]
