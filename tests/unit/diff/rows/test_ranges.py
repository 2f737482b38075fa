"""Ranges of keys as conditions, and how a table is cut into them."""

import pytest

from rewound.diff.rows.keys import ChosenKey
from rewound.diff.rows.ranges import IntegerSteps, KeyRange, key_condition, range_condition
from tests.unit.diff.sample_tables import INT, TEXT, choose, column, key, table


def chosen(*kinds: dict[str, object]) -> ChosenKey:
    names = "ab"[: len(kinds)]
    columns = [column(name, kind) for name, kind in zip(names, kinds, strict=True)]
    found = choose(table(columns, key("PRIMARY", *names)))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kinds", "keys", "condition"),
    [
        ([INT], KeyRange(), None),
        ([INT], KeyRange(("4",), ("9",)), "`a` BETWEEN 5 AND 9"),
        ([INT], KeyRange(("4",)), "`a` > 4"),
        ([INT], KeyRange(None, ("9",)), "`a` <= 9"),
        (
            [TEXT],
            KeyRange(("61",), ("62",)),
            "`a` > _utf8mb4 X'61' COLLATE utf8mb4_0900_ai_ci"
            " AND `a` <= _utf8mb4 X'62' COLLATE utf8mb4_0900_ai_ci",
        ),
        ([INT, INT], KeyRange(("1", "2")), "(`a` > 1 OR (`a` = 1 AND `b` > 2))"),
        ([INT, INT], KeyRange(None, ("1", "2")), "(`a` < 1 OR (`a` = 1 AND `b` <= 2))"),
    ],
)
def test_a_range_excludes_its_start_and_includes_its_end(
    kinds: list[dict[str, object]], keys: KeyRange, condition: str | None
):
    assert range_condition(chosen(*kinds), keys) == condition


def test_both_parts_of_a_range_make_the_whole():
    first, second = KeyRange(("1",), ("9",)).split(("5",))
    assert (first, second) == (KeyRange(("1",), ("5",)), KeyRange(("5",), ("9",)))


def test_keys_are_listed_with_in():
    assert key_condition(chosen(INT), [("1",), ("2",)], token_sqls=["`a`"]) == "`a` IN (1,2)"
    pairs = key_condition(chosen(INT, INT), [("1", "2"), ("3", "4")], token_sqls=["`a`", "`b`"])
    assert pairs == "(`a`,`b`) IN ((1,2),(3,4))"


def test_words_of_an_enum_in_a_key_of_several_are_compared_by_their_number():
    columns = [column("a"), column("b", TEXT, type="enum('x')", base="enum")]
    found = choose(table(columns, key("PRIMARY", "a", "b")))
    assert found is not None
    sql = key_condition(found, [("1", "1")], token_sqls=["`a`", "(`b` + 0)"])
    assert sql == "(`a`,(`b` + 0)) IN ((1,1))"


@pytest.mark.parametrize(
    ("first", "last", "rows"), [(1, 1, 10), (1, 10, 3), (-5, 5, 4), (0, 10**6, 7)]
)
def test_steps_cover_every_number_once(first: int, last: int, rows: int):
    steps = IntegerSteps(first, last, rows=rows)
    end = first - 1
    while (taken := steps.take()) is not None:
        assert taken.behind is not None
        assert taken.up_to is not None
        assert int(taken.behind[0]) == end
        assert int(taken.up_to[0]) > end
        end = int(taken.up_to[0])
        steps.learn(0)
    assert end == last


def test_steps_grow_over_gaps_and_shrink_where_rows_are_dense():
    def width(found: int) -> int:
        steps = IntegerSteps(1, 10**9, rows=100)
        steps.take()
        steps.learn(found)
        taken = steps.take()
        assert taken is not None
        assert taken.behind is not None
        assert taken.up_to is not None
        return int(taken.up_to[0]) - int(taken.behind[0])

    assert [width(found) for found in (0, 20, 100, 300)] == [1600, 200, 100, 50]
