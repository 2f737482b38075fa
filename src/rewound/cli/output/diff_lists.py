"""A report of changes as lists of rows and lines of text. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rewound.cli.output.render import Cell, Figure
from rewound.diff.report.document import (
    ColumnReport,
    DefinitionReport,
    Report,
    RowReport,
    TableReport,
)
from rewound.worlds.folding import fold_worlds

List = tuple[list[str], list[list[Cell]]]
"""Names of columns, and rows."""


def count_rows(table: TableReport) -> int:
    """Return how many rows of a table differ."""
    return table.added + table.removed + table.changed


def list_counts(report: Report) -> List:
    """Return the tables of each world, with the numbers of added, removed and changed rows."""
    rows: list[list[Cell]] = [
        [world.world, t.schema, t.table, t.added, t.removed, t.changed, t.same, t.error]
        for world in report.worlds
        for t in world.tables
    ]
    rows += [
        [world.world, None, None, None, None, None, None, world.error]
        for world in report.worlds
        if world.error
    ]
    return ["world", "schema", "table", "added", "removed", "changed", "same", "error"], rows


def list_columns(report: Report, *, by: str) -> List:
    """Return how each column changed, by `world` or, summed over all worlds, by `column`."""
    numbers = ["changed", "mean", "sum", "min", "max", "rose", "fell", "from_null", "to_null"]
    if by == "world":
        return ["table", "column", "world", *numbers], [
            [table, column.column, world, *_numbers([column])]
            for (table, _), columns in _group_columns(report).items()
            for world, column in columns
        ]
    return ["table", "column", "worlds", *numbers], [
        [table, name, len(columns), *_numbers([column for _, column in columns])]
        for (table, name), columns in _group_columns(report).items()
    ]


def name_row_columns(labels: Sequence[str] = ()) -> list[str]:
    """Return the columns of the list of changed rows, including those that identify a row."""
    return ["world", "table", "key", *labels, "change", "column", "before", "after", "delta"]


def list_rows(report: Report, *, has_labels: bool) -> List:
    """Return the changed rows, with one line for each cell that differs.

    With `has_labels`, the values that identify a row follow its key.
    """
    tables = [(world.world, table) for world in report.worlds for table in world.tables]
    rows_of = [(world, table, row) for world, table in tables for row in table.rows]
    labels = dict.fromkeys(name for _, _, row in rows_of for name in row.label)
    names = list(labels) if has_labels else []
    rows: list[list[Cell]] = []
    for world, table, row in rows_of:
        key = ", ".join("NULL" if value is None else value for value in row.key)
        place: list[Cell] = [world, table.table, key or None]
        place += [row.label.get(name) for name in names]
        rows += [[*place, row.change, *cell] for cell in _iter_cells(row)]
    return name_row_columns(names), rows


def iter_definitions(report: Report) -> Iterator[str]:
    """Yield the changes in the schemas; a change in several worlds appears once."""
    worlds: dict[str, list[str]] = {}
    for world in report.worlds:
        for definition in world.definitions:
            worlds.setdefault(_describe(definition), []).append(world.world)
    for text, names in worlds.items():
        yield f"{fold_worlds(names, separator=', ')}: {text}"


def _group_columns(report: Report) -> dict[tuple[str, str], list[tuple[str, ColumnReport]]]:
    """Return each column that changed anywhere, with (world, its report)."""
    columns: dict[tuple[str, str], list[tuple[str, ColumnReport]]] = {}
    for world in report.worlds:
        for table in world.tables:
            for column in table.columns:
                columns.setdefault((table.table, column.column), []).append((world.world, column))
    return columns


def _numbers(columns: Sequence[ColumnReport]) -> list[Cell]:
    """Return the counts and sums of a column in some worlds together."""
    changed_values = sum(each.changed for each in columns)
    nulls: list[Cell] = [
        sum(each.from_null for each in columns),
        sum(each.to_null for each in columns),
    ]
    moved = [each for each in columns if each.sum is not None]
    changed = sum(each.changed for each in moved)
    if not changed:
        return [changed_values, *[None] * 6, *nulls]
    total = sum((_exact(each.sum) for each in moved), Decimal())
    return [
        changed_values,
        round(total / changed, 6),
        total,
        min(_exact(each.min) for each in moved),
        max(_exact(each.max) for each in moved),
        sum(each.rose or 0 for each in moved),
        sum(each.fell or 0 for each in moved),
        *nulls,
    ]


def _exact(number: int | float | Decimal | None) -> Decimal:
    """Return a number that can be added to any other; floats with their shortest digits."""
    return number if isinstance(number, Decimal) else Decimal(str(number or 0))


def _iter_cells(row: RowReport) -> Iterator[list[Cell]]:
    if row.before is not None and row.after is not None:
        for name in row.columns:
            before, after, delta = row.before[name], row.after[name], row.deltas.get(name)
            if delta is not None and before is not None and after is not None:
                yield [name, Figure(before), Figure(after), delta]
            else:
                yield [name, before, after, None]
        return
    values = row.before or row.after or {}
    text = ", ".join(f"{name}={'NULL' if v is None else v}" for name, v in values.items())
    if row.times > 1:
        text = f"{row.times:,} times: {text}"
    yield [None, text, None, None] if row.before is not None else [None, None, text, None]


def _describe(definition: DefinitionReport) -> str:
    owner = f"{definition.table}." if definition.table else ""
    text = f"{definition.kind} {owner}{definition.name} {definition.change}"
    differences = "; ".join(
        f"{name} {_show(before)} → {_show(after)}"
        for name, (before, after) in definition.differences.items()
    )
    return f"{text}: {differences}" if differences else text


def _show(text: str | None) -> str:
    shown = " ".join((text or "none").split())
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


_LONGEST = 60
