"""What stands out: worlds whose change is unlike that of the others. Pure.

Each measure (the mean change of a column, the share of rows that it changed in, and so on) is
taken in every world, and each world is compared with the median of all. Its distance from that is
given in units of the usual spread: the median of all distances from the median (MAD), times 1.4826
so that it equals the standard deviation of a normal distribution. One or two odd worlds affect
neither median, so they cannot mask themselves. A world THRESHOLD units or more away stands out;
those on one side of the median form one finding.

The spread is never taken as smaller than

- a twentieth of the median: what differs by less is of no interest;
- what chance makes of a share among so few rows (its standard error).

Its limits: it needs at least three worlds. What went wrong in half of the worlds or more looks
normal. A table that has few rows in most worlds cannot be judged, so its worlds are not compared
with each other. Each column is judged by itself, without knowing what it means. Source: Iglewicz
and Hoaglin, "How to Detect and Handle Outliers" (1993), for MAD and the threshold. No significance
test is used: with three worlds none has any power, so treat a finding as a place to look first.
"""

import enum
import math
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rewound.diff.rows.column_statistics import ColumnDelta
from rewound.diff.schema.comparison import SchemaChange
from rewound.diff.worlds import TableName, WorldDiff

THRESHOLD = 3.5
FEWEST_WORLDS = 3
FEWEST_VALUES = 5
"""A mean of fewer values is no measure of anything by itself; it may go with others."""
FEWEST_ROWS = 20
"""Of tables with fewer rows, no two worlds can be said to have changed alike: the share of rows
that changed has a standard error of more than a tenth."""
_NORMAL = 1.4826
_LEAST_SHARE = 0.05
_MOST_SCORE = 99.0


class Measure(enum.Enum):
    """The measures that are compared between worlds."""

    MEAN_CHANGE = "mean change"
    """Of the values of a column that changed: after less before."""
    SHARE_CHANGED = "share of rows changed"
    """Of the rows before, those in which the column changed."""
    SHARE_ROSE = "share of changes upward"
    """Of the values that changed, those that are larger than before."""
    SHARE_ADDED = "share of rows added"
    """Of as many rows as there were before."""
    SHARE_REMOVED = "share of rows removed"
    DEFINITIONS = "definitions"
    """What changed in the schema; the score has no meaning."""


_SHARES_OF_ROWS = (Measure.SHARE_CHANGED, Measure.SHARE_ADDED, Measure.SHARE_REMOVED)


@dataclass(frozen=True, slots=True)
class Finding:
    """Worlds that differ from the others in one measure, all in the same direction."""

    worlds: tuple[str, ...]
    table: TableName | None
    """None if it is about the definitions of whole worlds."""
    column: str | None
    measure: Measure
    values: tuple[float, ...]
    """Of each of the worlds; for shares from 0 upward. Empty for definitions."""
    low: float
    """The lowest of the worlds that do not stand out."""
    high: float
    """The highest of them."""
    score: float
    """How many usual spreads the farthest is from the median."""
    rows: int
    """How many rows it is about."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What stands out, and what could not be judged."""

    findings: tuple[Finding, ...] = ()
    """Those about definitions, then the most striking first."""
    unjudged: tuple[TableName, ...] = ()
    """Tables that changed, but have too few rows in too many worlds; none of the findings'."""


@dataclass(frozen=True, slots=True)
class _Observed:
    """One measure in one world."""

    value: float
    chance: float
    """Its standard error."""
    rows: int
    is_enough: bool = True
    """Whether it is a measure, and not of a few values only."""


_Subject = tuple[TableName, str | None, Measure]


def judge(worlds: Mapping[str, WorldDiff]) -> Judgement:
    """Return what stands out, and the tables with too few rows to judge."""
    findings = find_outliers(worlds)
    told = {finding.table for finding in findings}
    return Judgement(
        tuple(findings), tuple(table for table in _iter_small(worlds) if table not in told)
    )


def _iter_small(worlds: Mapping[str, WorldDiff]) -> Iterator[TableName]:
    """Yield the tables that changed and have enough rows in too few worlds."""
    sizes: dict[TableName, list[int]] = {}
    changed: set[TableName] = set()
    for diff in worlds.values():
        for table, outcome in diff.tables.items():
            if outcome.diff is None:
                continue
            sizes.setdefault(table, []).append(outcome.diff.rows_before + outcome.diff.added)
            if not outcome.diff.is_equal:
                changed.add(table)
    for table, rows in sizes.items():
        if table in changed and sum(each >= FEWEST_ROWS for each in rows) < FEWEST_WORLDS:
            yield table


def find_outliers(worlds: Mapping[str, WorldDiff]) -> list[Finding]:
    """Return what stands out: definitions, then the most striking; nothing of too few worlds."""
    if len(worlds) < FEWEST_WORLDS:
        return []
    subjects: dict[_Subject, dict[str, _Observed]] = {}
    for world, diff in worlds.items():
        for subject, observed in _observe(diff):
            subjects.setdefault(subject, {})[world] = observed
    found = list(_find_other_definitions(worlds))
    small = set(_iter_small(worlds))
    for subject, observations in subjects.items():
        table, _, measure = subject
        if measure in _SHARES_OF_ROWS and table in small:
            continue
        found += _judge(subject, _complete(subject, observations, worlds))
    return sorted(
        found,
        key=lambda each: (each.measure is not Measure.DEFINITIONS, -each.score, -each.rows),
    )


def _observe(diff: WorldDiff) -> Iterator[tuple[_Subject, _Observed]]:
    for table, outcome in diff.tables.items():
        if outcome.diff is None:
            continue
        before = outcome.diff.rows_before
        for measure, count in (
            (Measure.SHARE_ADDED, outcome.diff.added),
            (Measure.SHARE_REMOVED, outcome.diff.removed),
        ):
            if count:
                yield (table, None, measure), _share(count, before)
        for column in outcome.measures:
            yield (table, column.name, Measure.SHARE_CHANGED), _share(column.rows, before)
            yield from _observe_numbers(table, column)


def _observe_numbers(table: TableName, column: ColumnDelta) -> Iterator[tuple[_Subject, _Observed]]:
    numbers = column.numbers
    if numbers is None:
        return
    is_enough = column.changed >= FEWEST_VALUES
    mean = _Observed(float(numbers.mean), 0.0, column.changed, is_enough)
    yield (table, column.name, Measure.MEAN_CHANGE), mean
    moved = numbers.rose + numbers.fell
    if moved:
        share = numbers.share_rose
        chance = math.sqrt(max(share * (1 - share), 1 / moved) / moved)
        yield (table, column.name, Measure.SHARE_ROSE), _Observed(share, chance, moved, is_enough)


def _share(count: int, of: int) -> _Observed:
    whole = max(of, 1)
    return _Observed(count / whole, math.sqrt(count) / whole, count)


def _complete(
    subject: _Subject, observed: dict[str, _Observed], worlds: Mapping[str, WorldDiff]
) -> dict[str, _Observed]:
    """Add the worlds in which nothing of the kind happened, where that is a value too."""
    table, _, measure = subject
    if measure in (Measure.MEAN_CHANGE, Measure.SHARE_ROSE):
        return observed
    nothing = _Observed(0.0, 0.0, 0)
    there = (
        world
        for world, diff in worlds.items()
        if table in diff.tables and diff.tables[table].diff is not None
    )
    return {world: observed.get(world, nothing) for world in there}


def _judge(subject: _Subject, observed: Mapping[str, _Observed]) -> Iterator[Finding]:
    values = {world: each.value for world, each in observed.items()}
    known = [each.value for each in observed.values() if each.is_enough]
    if len(known) < FEWEST_WORLDS:
        return
    median = statistics.median(known)
    spread = _NORMAL * statistics.median(abs(value - median) for value in known)
    usual = max(spread, _LEAST_SHARE * abs(median))
    scores = {world: _score(each, each.value - median, usual) for world, each in observed.items()}
    odd = [world for world, score in scores.items() if score >= THRESHOLD]
    others = [value for world, value in values.items() if world not in odd] or [median]
    for is_above in (True, False):
        group = [world for world in odd if (values[world] > median) == is_above]
        if any(observed[world].is_enough for world in group):
            yield Finding(
                tuple(group),
                *subject,
                tuple(values[world] for world in group),
                min(others),
                max(others),
                max(scores[world] for world in group if observed[world].is_enough),
                sum(observed[world].rows for world in group),
            )


def _score(observed: _Observed, distance: float, usual: float) -> float:
    """Return how many spreads a world is from the median."""
    spread = max(usual, observed.chance)
    if not distance:
        return 0.0
    return min(abs(distance) / spread, _MOST_SCORE) if spread else _MOST_SCORE


def _find_other_definitions(worlds: Mapping[str, WorldDiff]) -> Iterator[Finding]:
    """Yield the worlds whose definitions changed differently from those of most others."""
    groups: dict[tuple[SchemaChange, ...], list[str]] = {}
    for world, diff in worlds.items():
        groups.setdefault(diff.schema_changes, []).append(world)
    usual = max(groups.values(), key=len)
    if len(usual) * 2 <= len(worlds):
        return
    for names in groups.values():
        if names is not usual:
            measure = Measure.DEFINITIONS
            yield Finding(tuple(names), None, None, measure, (), 0.0, 0.0, _MOST_SCORE, 0)
