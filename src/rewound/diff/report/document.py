"""A comparison as plain values, as json and the HTML report have them. Pure.

Both have the same numbers. Users rely on the names of the fields.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import msgspec

from rewound.diff.many import FleetComparison
from rewound.diff.report.arrangement import arrange
from rewound.diff.report.finding_report import FindingReport, report_finding
from rewound.diff.report.findings import FEWEST_ROWS, FEWEST_WORLDS, Judgement
from rewound.diff.report.provenance import Provenance
from rewound.diff.rows.column_statistics import ColumnDelta
from rewound.diff.rows.deltas import find_deltas
from rewound.diff.rows.row_changes import Cell, Row, RowChange, TableDiff
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
    label: dict[str, str | None] = field(default_factory=dict)
    """The values that name it, by their columns."""
    deltas: dict[str, Decimal] = field(default_factory=dict)
    """Of the numbers among the columns that differ: after less before."""


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
    """Some changed rows, in the requested number and order."""
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
class Report:
    """What changed between two sides."""

    before: str
    after: str
    worlds: list[WorldReport]
    only_before: list[str]
    only_after: list[str]
    findings: list[FindingReport]
    """What stands out: definitions, then the most striking; what `is_further` after all others."""
    findings_note: str | None
    """Why nothing can stand out, if that is so."""
    unjudged: list[str] = field(default_factory=list)
    """Tables that changed, but have too few rows to judge whether a world stands out."""
    changed_since: list[str] = field(default_factory=list)
    """In words, which worlds were changed after their restore, and what of them."""
    provenance: Provenance | None = None
    """Where the two sides come from, and how they were compared."""
    same_dumps: list[str] = field(default_factory=list)
    """Worlds with the same dump on both sides, in which nothing differs; they are not judged."""


def make_report(
    comparison: FleetComparison,
    judgement: Judgement,
    command: str,
    *,
    table_options: Sequence[str] = (),
    provenance: Provenance | None = None,
) -> Report:
    """Return a comparison as a report; `command` is the command that repeats it.

    `table_options` are arguments that such a command takes only if it names a table.
    """
    first, further = arrange(judgement.findings)
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
        [
            *(report_finding(finding, command, table_options) for finding in first),
            *(report_finding(each, command, table_options, is_further=True) for each in further),
        ],
        _explain_silence(comparison, judgement),
        [".".join(table) for table in judgement.unjudged],
        list(comparison.changed_since),
        provenance,
        list(comparison.same_dumps),
    )


def _explain_silence(comparison: FleetComparison, judgement: Judgement) -> str | None:
    """Return why no world can stand out, if none can."""
    if len(comparison.judged) < FEWEST_WORLDS:
        which = " whose dumps differ" if comparison.same_dumps else ""
        return f"finding what stands out requires {FEWEST_WORLDS} worlds or more{which}"
    changed = {
        name
        for world in comparison.worlds.values()
        for name, outcome in world.tables.items()
        if outcome.diff is not None and not outcome.diff.is_equal
    }
    if changed and changed == set(judgement.unjudged) and not judgement.findings:
        return (
            f"too few rows to judge: what changed has fewer than {FEWEST_ROWS} rows in most worlds"
        )
    return None


def count_compared(world: WorldReport) -> int:
    """Return how many rows of a world were compared, on both sides together."""
    return sum(table.added + table.removed + table.changed + table.same for table in world.tables)


def lacks_every_comparison(report: Report) -> bool:
    """Tell whether there are tables, none of them could be compared, and no definition changed."""
    tables = [table for world in report.worlds for table in world.tables]
    is_defined_alike = not any(world.definitions for world in report.worlds)
    return bool(tables) and is_defined_alike and all(table.error for table in tables)


def encode_report(report: Report) -> bytes:
    """Return a report as json; decimals are numbers with all of their digits."""
    encoded = msgspec.json.Encoder(decimal_format="number").encode(report)
    return msgspec.json.format(encoded, indent=2) + b"\n"


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
    return TableReport(
        *name,
        key=list(diff.key),
        added=diff.added,
        removed=diff.removed,
        changed=diff.changed,
        same=diff.same,
        columns=[_report_column(measure) for measure in outcome.measures],
        left_out={each.name: each.reason for each in diff.left_out},
        rows=[_report_row(change, diff) for change in samples],
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


def _report_row(change: RowChange, diff: TableDiff) -> RowReport:
    columns = [column.name for column in diff.columns]
    deltas = find_deltas(change, diff.columns)
    return RowReport(
        change.change.value,
        [show_value(value) for value in change.key],
        _by_name(columns, change.before),
        _by_name(columns, change.after),
        [columns[place] for place in change.changed],
        change.times,
        dict(zip(diff.labels, map(show_value, change.label), strict=True)),
        {columns[place]: delta for place, delta in deltas.items()},
    )


def _by_name(columns: Sequence[str], row: Row | None) -> dict[str, str | None] | None:
    if row is None:
        return None
    values: Mapping[str, Cell] = dict(zip(columns, row, strict=True))
    return {name: show_value(value) for name, value in values.items()}


def show_value(value: Cell) -> str | None:
    """Return a value as text; bytes in base64."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
