"""The answers of several worlds as one table: names in front, columns of all, outcomes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest

from rewound.errors import RewoundError
from rewound.mysql.columns import Column, ColumnType, Row
from rewound.query.column_union import ABSENT
from rewound.query.merged_result import MergedResult
from rewound.query.outcome import Outcome

Answers = Mapping[str, tuple[tuple[Column, ...], list[Row]]]
NAME, SCORE = Column("name", ColumnType.TEXT), Column("score", ColumnType.INTEGER, 32)


@dataclass
class FakeStream:
    """Answers that have all arrived."""

    answers: Answers
    is_further: bool = False

    @property
    def world_count(self) -> int:
        return len(self.answers)

    def columns(self) -> Mapping[str, tuple[Column, ...]]:
        return {world: columns for world, (columns, _) in self.answers.items()}

    def iter_rows(self) -> Iterator[tuple[str, list[Row]]]:
        yield from ((world, rows) for world, (_, rows) in self.answers.items())

    def outcomes(self) -> dict[str, Outcome]:
        return {
            world: Outcome(columns, len(rows)) for world, (columns, rows) in self.answers.items()
        }


def merge(answers: Answers, **settings: Any) -> MergedResult:
    return MergedResult(cast(Any, FakeStream(answers)), **settings)


ALIKE: Answers = {
    "a": ((NAME, SCORE), [(b"x", b"1"), (b"y", None)]),
    "b": ((NAME, SCORE), [(b"z", b"3")]),
}
LACKING: Answers = {"a": ((NAME, SCORE), [(b"x", b"1")]), "b": ((NAME,), [(b"z",)])}


def test_each_row_begins_with_the_name_of_its_world():
    merged = merge(ALIKE)
    assert [column.name for column in merged.columns] == ["world", "name", "score"]
    assert (merged.origin_count, merged.world_count, merged.has_rows) == (1, 2, True)
    assert list(merged.iter_rows()) == [
        [(b"a", b"x", b"1"), (b"a", b"y", None)],
        [(b"b", b"z", b"3")],
    ]


def test_the_parts_of_a_name_are_columns_of_their_own():
    merged = merge(
        {"before/a/b": ((NAME,), [(b"x",)])},
        origin=("fleet", "world"),
    )
    assert [column.name for column in merged.columns] == ["fleet", "world", "name"]
    assert list(merged.iter_rows()) == [[(b"before", b"a/b", b"x")]]


@pytest.mark.parametrize("absent", [None, ABSENT])
def test_a_column_that_a_world_lacks_is_empty_there(absent: bytes | None):
    rows = [row for run in merge(LACKING).iter_rows(absent) for row in run]
    assert rows == [(b"a", b"x", b"1"), (b"b", b"z", absent)]


def test_a_world_whose_answer_has_no_columns_fails_and_shows_no_rows():
    merged = merge({**ALIKE, "c": ((), [])})
    assert {row[0] for run in merged.iter_rows() for row in run} == {b"a", b"b"}
    summary = merged.summary()
    assert summary.answered == ("a", "b")
    assert set(summary.failed) == {"c"}


def test_worlds_that_agree_are_not_refused():
    merge(ALIKE).require_agreement()


def test_worlds_that_differ_in_their_columns_are_named():
    with pytest.raises(RewoundError, match="world b has no score") as refused:
        merge(LACKING).require_agreement()
    assert refused.value.hint == "without --strict, differing columns are merged"
    others: Answers = {"c": ((NAME,), []), "d": LACKING["a"], "e": LACKING["a"]}
    with pytest.raises(RewoundError, match=r"worlds b,c differ from the others; world b has no"):
        merge({**LACKING, **others}).require_agreement()


def test_without_any_answer_there_are_no_columns_but_those_of_the_origin():
    merged = merge({})
    assert [column.name for column in merged.columns] == ["world"]
    assert not merged.has_rows
