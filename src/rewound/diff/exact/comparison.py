"""Whether two servers hold identical data: compares a load with its witness.

A diff shows what changed between two worlds, whose definitions may differ; this checks whether two
loads of one dump are identical, bit by bit, and stops at the first difference. Rows of tables
without a key are counted by their content, because no dump states their order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rewound.diff.exact.columns import pair_exactly
from rewound.diff.exact.verbatim_definitions import Definition, ObjectName, read_definitions
from rewound.diff.rows.canonical_form import ColumnPair
from rewound.diff.rows.comparison_session import Cancellation, ComparisonSession
from rewound.diff.rows.keys import ChosenKey, find_key
from rewound.diff.rows.plan import RowOptions, TablePlan, compare_table
from rewound.diff.rows.row_changes import Cell, Row, RowChange
from rewound.diff.schema.definitions import Key, TableDefinition
from rewound.diff.schema.reading import find_schema
from rewound.diff.sql_text import quote_name
from rewound.mysql.endpoint import Endpoint

_LONGEST_SHOWN = 120


@dataclass(frozen=True, slots=True)
class ExactComparison:
    """The result of comparing two servers."""

    difference: str | None
    """The first thing that differs, for people; None if nothing does."""
    tables: int = 0
    """How many were compared, to this point."""
    rows: int = 0
    definitions: int = 0


Names = tuple[str, str]
"""What the two servers are called where they differ."""


class _Differs(Exception):
    """A row differs, so that no more rows need to be compared."""


def compare_exactly(
    endpoints: tuple[Endpoint, Endpoint],
    names: Names,
    *,
    looking_at: Callable[[str], None] = lambda _table: None,
    cancellation: Cancellation | None = None,
) -> ExactComparison:
    """Compare all databases of two servers, as accounts that see everything.

    Raises:
        Interrupted: `cancellation` was used.
        MysqlError: a server failed to answer.
    """
    cancellation = cancellation or Cancellation()
    with ComparisonSession(endpoints[0]) as first, ComparisonSession(endpoints[1]) as second:
        for side in (first, second):
            cancellation.add(side)
        found = read_definitions(first.connection), read_definitions(second.connection)
        difference = find_difference(*found, names)
        if difference is not None:
            return ExactComparison(difference, definitions=len(found[0]))
        tables = rows = 0
        for schema in [name.schema for name in found[0] if name.kind == "DATABASE"]:
            described = find_schema(first.connection, schema)
            for name, table in sorted(described.tables.items() if described else ()):
                looking_at(name)
                cancellation.check()
                difference, same = _compare_table((first, second), schema, table, names)
                tables, rows = tables + 1, rows + same
                if difference is not None:
                    return ExactComparison(difference, tables, rows, len(found[0]))
    return ExactComparison(None, tables, rows, len(found[0]))


def find_difference(
    first: Mapping[ObjectName, Definition], second: Mapping[ObjectName, Definition], names: Names
) -> str | None:
    """Return the first definition that is not the same on both sides. Pure."""
    for name in sorted(first.keys() | second.keys()):
        if name not in second:
            return f"{name} is in {names[0]} only"
        if name not in first:
            return f"{name} is in {names[1]} only"
        for label in {**first[name], **second[name]}:
            values = first[name].get(label), second[name].get(label)
            if values[0] != values[1]:
                old, new = (_excerpt(value, values) for value in values)
                return f"{label} of {name}: {old} in {names[0]}, {new} in {names[1]}"
    return None


def _compare_table(
    both: tuple[ComparisonSession, ComparisonSession],
    schema: str,
    table: TableDefinition,
    names: Names,
) -> tuple[str | None, int]:
    """Return the first difference of a table's rows, and how many are the same if none is."""
    full_name = f"{quote_name(schema)}.{quote_name(table.name)}"
    columns = {column.name: pair_exactly(column) for column in table.columns}
    plan = _plan(full_name, columns.values(), find_key(table, table, usable=columns.keys()))
    difference, same = _compare_rows(both, plan, names)
    if difference is not None:
        return f"table {schema}.{table.name}, {difference}", same
    for key in _list_computed_keys(table):
        # Without a condition on its columns, a forced key that has them all is read instead.
        name = f"{full_name} FORCE INDEX ({quote_name(key.name)})"
        plan = _plan(name, [columns[str(part.column)] for part in key.parts], None)
        difference, _ = _compare_rows(both, plan, names)
        if difference is not None:
            return f"key {key.name} of table {schema}.{table.name}, {difference}", same
    return None, same


def _list_computed_keys(table: TableDefinition) -> list[Key]:
    """Return the keys that store the values of virtual columns as they were at insertion.

    Reading the rows computes these columns again.
    """
    virtual = {column.name for column in table.columns if "VIRTUAL" in column.extra}
    return [
        key
        for key in table.keys
        if key.type == "BTREE"
        and key.is_visible
        and not any(part.expression or part.prefix_length for part in key.parts)
        and not virtual.isdisjoint(part.column for part in key.parts)
    ]


def _compare_rows(
    both: tuple[ComparisonSession, ComparisonSession], plan: TablePlan, names: Names
) -> tuple[str | None, int]:
    found: list[str] = []

    def stop(change: RowChange) -> None:
        found.append(_describe(plan, change, names))
        raise _Differs

    try:
        diff = compare_table(both, plan, RowOptions(), stop)
    except _Differs:
        return found[0], 0
    return None, diff.same


def _plan(table: str, columns: Iterable[ColumnPair], key: ChosenKey | None) -> TablePlan:
    return TablePlan(before=table, after=table, columns=tuple(columns), left_out=(), key=key)


def _describe(plan: TablePlan, change: RowChange, names: Names) -> str:
    columns = [column.name for column in plan.columns]
    row = change.before or change.after or ()
    if plan.key_names:
        place = f"row {_show_row(plan.key_names, change.key)}"
    else:
        place = f"row {_show_row(columns, row)}"
    if change.before is not None and change.after is not None:
        changed = change.changed[0]
        old, new = _show(change.before[changed]), _show(change.after[changed])
        return f"{place}, column {columns[changed]}: {old} in {names[0]}, {new} in {names[1]}"
    side = names[0] if change.after is None else names[1]
    times = f" {change.times:,} times more" if not plan.key_names else " only"
    return f"{place}: in {side}{times}"


def _show_row(columns: Sequence[str], row: Row) -> str:
    return ", ".join(f"{name} = {_show(cell)}" for name, cell in zip(columns, row, strict=True))


def _show(cell: Cell) -> str:
    """Return a value for people, with everything escaped that a terminal would take amiss."""
    if cell is None:
        return "NULL"
    if isinstance(cell, str):
        return _shorten(cell if cell.isprintable() else ascii(cell))
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return _shorten(f"0x{cell.hex().upper()}")
    return _shorten(f"'{text}'" if text.isprintable() else ascii(text))


def _excerpt(value: str | None, values: tuple[str | None, str | None]) -> str:
    """Return the part of a long text from shortly before where the two differ on."""
    if value is None:
        return "nothing"
    same = 0
    for one, other in zip(values[0] or "", values[1] or "", strict=False):
        if one != other:
            break
        same += 1
    start = max(0, same - _LONGEST_SHOWN // 3)
    return _show(("…" if start else "") + value[start:])


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
