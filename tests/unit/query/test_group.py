from rewound.mysql.columns import Row
from rewound.query.column_union import ABSENT
from rewound.query.group import group_errors, group_rows, list_once


def answer(*values: bytes | None) -> list[Row]:
    return [(value,) for value in values]


def test_worlds_that_answer_alike_are_one_group_the_largest_first():
    rows = {"a": answer(b"1"), "b": answer(b"2"), "c": answer(b"2"), "d": answer(b"2", b"1")}
    groups = group_rows(rows)
    assert [group.worlds for group in groups] == [("b", "c"), ("a",), ("d",)]
    assert groups[0].rows == ((b"2",),)
    assert group_rows({}) == []


def test_null_and_the_empty_text_are_different_answers():
    assert len(group_rows({"a": answer(None), "b": answer(b""), "c": answer(b"NULL")})) == 3


def test_a_world_without_the_column_answers_differently_from_one_with_an_empty_text():
    rows = {"a": answer(b""), "b": answer(ABSENT)}
    assert len(group_rows(rows)) == 2
    assert len(list_once(rows)) == 2


def test_an_error_is_said_once_with_its_worlds():
    failed = {"a": "no table", "b": "broke", "c": "broke"}
    assert group_errors(failed) == [(("b", "c"), "broke"), (("a",), "no table")]


def test_each_row_is_listed_once_with_the_worlds_that_have_it():
    ban, guild, item = (b"ban",), (b"guild",), (b"item",)
    rows = {"a": [ban, item], "b": [ban, guild, item], "c": [ban, item, item]}
    assert list_once(rows) == [
        (("a", "b", "c"), ban),
        (("b",), guild),
        (("a", "b", "c"), item),
    ]
    assert list_once({}) == []


def test_answers_in_another_order_are_different():
    assert len(group_rows({"a": answer(b"1", b"2"), "b": answer(b"2", b"1")})) == 2
