"""What became of one statement in one world, and how outcomes become one table. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewound.mysql.client import Column, ColumnType, ResultSet, Value


@dataclass(frozen=True, slots=True)
class Outcome:
    """One world's answer: rows, or an error."""

    result: ResultSet | None = None
    error: str | None = None
    is_cut: bool = False
    """There are more rows than were asked for."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The answers of all worlds as one table."""

    result: ResultSet
    """The first column is `world`."""
    answered: tuple[str, ...]
    """Worlds whose rows are in it."""
    empty: tuple[str, ...]
    """Worlds that answered without rows."""
    failed: Mapping[str, str]
    """World to its error."""
    cut: tuple[str, ...] = ()
    """Worlds that have more rows than were asked for."""

    @property
    def worlds(self) -> int:
        """How many were asked."""
        return len(self.answered) + len(self.empty) + len(self.failed)

    def summary(self) -> str:
        """Return who answered, in one line."""
        parts = [f"{len(self.answered)} ok"]
        parts += [f"{len(self.empty)} empty"] if self.empty else []
        parts += [f"{len(self.failed)} failed"] if self.failed else []
        return ", ".join(parts)


def cut_rows(result: ResultSet, limit: int | None) -> Outcome:
    """Return an outcome with so many rows at the most; one more than that tells of more."""
    if limit is None or len(result.rows) <= limit:
        return Outcome(result)
    return Outcome(ResultSet(result.columns, result.rows[:limit]), is_cut=True)


def merge_outcomes(outcomes: Mapping[str, Outcome]) -> Merged:
    """Return all rows under the columns of the first world that answered.

    A world whose columns have other names counts as failed: its rows would stand under
    the wrong headings.
    """
    columns: tuple[Column, ...] | None = None
    rows: list[tuple[Value, ...]] = []
    answered, empty, failed = [], [], {}
    for world, outcome in outcomes.items():
        if outcome.result is None:
            failed[world] = outcome.error or "no answer"
            continue
        names = [column.name for column in outcome.result.columns]
        if columns is None and names:
            columns = outcome.result.columns
        if columns is not None and names != [column.name for column in columns]:
            failed[world] = f"answered with other columns: {_list(names)}"
        elif outcome.result.rows:
            answered.append(world)
            rows += [(world, *row) for row in outcome.result.rows]
        else:
            empty.append(world)
    heading = (Column("world", ColumnType.TEXT), *(columns or ()))
    cut = tuple(world for world in answered if outcomes[world].is_cut)
    return Merged(ResultSet(heading, tuple(rows)), tuple(answered), tuple(empty), failed, cut)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
