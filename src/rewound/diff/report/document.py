"""A comparison as plain values, as json and the HTML report have them. Pure.

Every number of the one is the other's. Names of fields are part of what users build on.
"""

import base64
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import msgspec

from rewound.diff.many import FleetComparison
from rewound.diff.report.findings import FEWEST_WORLDS, Finding, Measure
from rewound.diff.rows.column_statistics import ColumnDelta
from rewound.diff.rows.row_changes import Cell, Row, RowChange
from rewound.diff.schema.comparison import SchemaChange
from rewound.diff.worlds import TableName, TableOutcome

Number = int | float | Decimal | None


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """How one column changed, in the rows that both sides have."""

    column: str
    kind: str
    """integer, decimal, float, text, json, binary or temporal."""
    changed: int
    """Values that became another; NULL is not among them."""
    from_null: int
    to_null: int
    sum: Number = None
    """Of the changes of numbers, after less before; and so on."""
    mean: Number = None
    min: Number = None
    max: Number = None
    rose: int | None = None
    fell: int | None = None
    earliest_shift_s: float | None = None
    """Of moments and times: the smallest change, in seconds; negative is earlier."""
    latest_shift_s: float | None = None


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row that changed."""

    change: str
    """added, removed or changed."""
    key: list[str | None]
    before: dict[str, str | None] | None
    """Its values by their columns, as text; bytes in base64."""
    after: dict[str, str | None] | None
    columns: list[str]
    """Of a changed row, the columns that differ."""
    times: int = 1


@dataclass(frozen=True, slots=True)
class TableReport:
    """What changed in one table of one world."""

    schema: str
    table: str
    key: list[str] = field(default_factory=list)
    """Columns by which rows were matched; none: rows were counted by their content."""
    added: int = 0
    removed: int = 0
    changed: int = 0
    same: int = 0
    columns: list[ColumnReport] = field(default_factory=list)
    """Those that changed."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Columns that were not compared, to why not."""
    rows: list[RowReport] = field(default_factory=list)
    """The first that changed, as many as were asked for."""
    error: str | None = None
    """Why its rows could not be compared."""


@dataclass(frozen=True, slots=True)
class DefinitionReport:
    """One thing of a schema that changed."""

    change: str
    """added, removed or changed."""
    kind: str
    """table, column, key, view, trigger and so on."""
    schema: str
    table: str | None
    name: str
    differences: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """Of a changed one: property to (before, after)."""


@dataclass(frozen=True, slots=True)
class WorldReport:
    """What changed in one world."""

    world: str
    definitions: list[DefinitionReport] = field(default_factory=list)
    tables: list[TableReport] = field(default_factory=list)
    """Every table that both sides have."""
    error: str | None = None
    """Why the world could not be compared."""


@dataclass(frozen=True, slots=True)
class FindingReport:
    """Something that stands out."""

    world: str
    schema: str | None
    table: str | None
    column: str | None
    measure: str
    value: float
    low: float
    """The lowest of the other worlds."""
    high: float
    score: float
    """How many usual spreads it lies from the median of all worlds."""
    text: str
    """It in words."""
    command: str
    """What shows it again."""


@dataclass(frozen=True, slots=True)
class Report:
    """What changed between two sides."""

    before: str
    after: str
    worlds: list[WorldReport]
    only_before: list[str]
    only_after: list[str]
    findings: list[FindingReport]
    """What stands out, the most striking first."""
    findings_note: str | None
    """Why nothing can stand out, if that is so."""


def make_report(comparison: FleetComparison, findings: Sequence[Finding], command: str) -> Report:
    """Return a comparison as a report; `command` is the one that made it, without options."""
    note = None
    if len(comparison.worlds) < FEWEST_WORLDS:
        note = f"finding what stands out requires {FEWEST_WORLDS} worlds or more"
    worlds = [
        WorldReport(
            name,
            [_report_definition(change) for change in diff.schema_changes],
            [
                _report_table(table, outcome, comparison.samples.get((name, table), ()))
                for table, outcome in diff.tables.items()
            ],
        )
        for name, diff in comparison.worlds.items()
    ]
    failed = [WorldReport(name, error=error) for name, error in comparison.failed.items()]
    return Report(
        comparison.before,
        comparison.after,
        worlds + failed,
        list(comparison.only_before),
        list(comparison.only_after),
        [_report_finding(finding, command) for finding in findings],
        note,
    )


def encode_report(report: Report) -> bytes:
    """Return a report as json; decimals are numbers with all of their digits."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(report)
    return msgspec.json.format(encoded, indent=2) + b"\n"


def describe(finding: Finding) -> str:
    """Return a finding in words."""
    if finding.table is None:
        return f"{finding.world}: its definitions changed differently from those of the others"
    place = ".".join([finding.table[1], *([finding.column] if finding.column else [])])
    value, low, high = (
        _show(each, finding.measure) for each in (finding.value, finding.low, finding.high)
    )
    others = low if low == high else f"{low} to {high}"
    return f"{finding.world}: {_WORDS[finding.measure].format(place, value)}; elsewhere {others}"


_WORDS = {
    Measure.MEAN_CHANGE: "where {} changed, the average change is {}",
    Measure.SHARE_CHANGED: "{} changed in {} of the rows",
    Measure.SHARE_ROSE: "where {} changed, {} of the values rose",
    Measure.SHARE_ADDED: "{} gained {} rows",
    Measure.SHARE_REMOVED: "{} lost {} of its rows",
}


def _show(value: float, measure: Measure) -> str:
    if measure is Measure.MEAN_CHANGE:
        return f"{value:+,.2f}"
    return f"{value:.1%}"


def _report_finding(finding: Finding, command: str) -> FindingReport:
    schema, table = finding.table or (None, None)
    parts = [command, "--worlds", quote_pattern(finding.world)]
    if table is not None:
        parts += ["--table", quote_pattern(f"{schema}.{table}")]
    if finding.column is not None:
        parts += ["--columns", quote_pattern(finding.column)]
    return FindingReport(
        finding.world,
        schema,
        table,
        finding.column,
        finding.measure.value,
        finding.value,
        finding.low,
        finding.high,
        finding.score,
        describe(finding),
        " ".join([*parts, "--rows 10"] if table is not None else parts),
    )


def quote_pattern(name: str) -> str:
    """Return a name out of a dump as one word for a shell, whatever it is called.

    It is copied into terminals, so what is not printable becomes the pattern `?`, which
    stands for any character.
    """
    return shlex.quote("".join(char if char.isprintable() else "?" for char in name))


def _report_definition(change: SchemaChange) -> DefinitionReport:
    return DefinitionReport(
        change.change.value,
        change.kind.value,
        change.schema,
        change.table,
        change.name,
        {each.property: (each.before, each.after) for each in change.differences},
    )


def _report_table(
    name: TableName, outcome: TableOutcome, samples: Sequence[RowChange]
) -> TableReport:
    if outcome.diff is None:
        return TableReport(*name, error=outcome.error)
    diff = outcome.diff
    columns = [column.name for column in diff.columns]
    return TableReport(
        *name,
        key=list(diff.key),
        added=diff.added,
        removed=diff.removed,
        changed=diff.changed,
        same=diff.same,
        columns=[_report_column(measure) for measure in outcome.measures],
        left_out={each.name: each.reason for each in diff.left_out},
        rows=[_report_row(change, columns) for change in samples],
    )


def _report_column(measure: ColumnDelta) -> ColumnReport:
    numbers, times = measure.numbers, measure.times
    return ColumnReport(
        measure.name,
        measure.form.value,
        measure.changed,
        measure.from_null,
        measure.to_null,
        sum=None if numbers is None else numbers.sum,
        mean=None if numbers is None else _shorten(numbers.mean),
        min=None if numbers is None else numbers.min,
        max=None if numbers is None else numbers.max,
        rose=None if numbers is None else numbers.rose,
        fell=None if numbers is None else numbers.fell,
        earliest_shift_s=None if times is None else _seconds(times.min),
        latest_shift_s=None if times is None else _seconds(times.max),
    )


def _shorten(mean: Decimal | float) -> Decimal | float:
    """Return a mean without the digits that a division leaves without end."""
    return round(mean, 6) if isinstance(mean, Decimal) else mean


def _seconds(shift: timedelta) -> float:
    return shift.total_seconds()


def _report_row(change: RowChange, columns: Sequence[str]) -> RowReport:
    return RowReport(
        change.change.value,
        [show_value(value) for value in change.key],
        _by_name(columns, change.before),
        _by_name(columns, change.after),
        [columns[place] for place in change.changed],
        change.times,
    )


def _by_name(columns: Sequence[str], row: Row | None) -> dict[str, str | None] | None:
    if row is None:
        return None
    values: Mapping[str, Cell] = dict(zip(columns, row, strict=True))
    return {name: show_value(value) for name, value in values.items()}


def show_value(value: Cell) -> str | None:
    """Return a value as text; bytes in base64."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
