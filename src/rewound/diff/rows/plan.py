"""What changed in the rows of one table that both sides have."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rewound.diff.patterns import fits_column
from rewound.diff.rows.by_hash import compare_by_hash
from rewound.diff.rows.by_key import KeyComparison, Sizes
from rewound.diff.rows.canonical_form import ColumnPair, pair_columns
from rewound.diff.rows.comparison_session import ComparisonSession
from rewound.diff.rows.keys import ChosenKey, find_key
from rewound.diff.rows.labels import choose_labels
from rewound.diff.rows.row_changes import Emit, LeftOut, RowCounter, TableDiff
from rewound.diff.rows.statements import write_sides
from rewound.diff.schema.definitions import TableDefinition
from rewound.diff.sql_text import quote_name


@dataclass(frozen=True, slots=True)
class RowOptions:
    """How rows are compared."""

    columns: Sequence[str] | None = None
    """Patterns (`*`, `?`) of the columns to compare; the key's are compared in any case."""
    ignore_columns: Sequence[str] = ()
    """Patterns of columns that are ignored."""
    label_columns: Sequence[str] | None = ()
    """Patterns of columns that name a row; they are read of each row that changed, and compared
    only if `columns` has them too. None for the one that looks like a name."""
    where: str | None = None
    """A condition in SQL; on both sides only rows that it holds for are compared."""
    float_tolerance: float | None = None
    """FLOAT and DOUBLE are the same if they differ by no more than this; by default, all
    bits count. They do in tables without a key, where rows are matched by their content."""
    is_exhaustive: bool = False
    """Whether to compare the content of every row, not hashes of it."""
    sizes: Sizes = field(default_factory=Sizes)


@dataclass(frozen=True, slots=True)
class TablePlan:
    """How the rows of one table are compared."""

    before: str
    """The table's name with its schema, as SQL."""
    after: str
    columns: tuple[ColumnPair, ...]
    """In the order of the rows' values."""
    left_out: tuple[LeftOut, ...]
    key: ChosenKey | None
    labels: tuple[ColumnPair, ...] = ()
    """Columns that name a row; their values follow the compared ones."""

    @property
    def key_names(self) -> tuple[str, ...]:
        """The names of the key's columns; none without a key."""
        return () if self.key is None else tuple(column.name for column in self.key.columns)


def plan_table(
    before: TableDefinition,
    after: TableDefinition,
    *,
    schemas: tuple[str, str],
    options: RowOptions,
) -> TablePlan:
    """Return which columns of a table are compared, and by which key.

    `schemas` are the names of the schemas that it is in on each side.
    """
    pairs, left_out = _pair_columns(before, after, options)
    key = find_key(before, after, usable={pair.name for pair in pairs})
    compared = _restrict(pairs, key, options)
    names = {pair.name for pair in compared}
    labels = () if key is None else choose_labels(pairs, options.label_columns)
    left_out += [LeftOut(pair.name, "not asked for") for pair in pairs if pair.name not in names]
    return TablePlan(
        before=f"{quote_name(schemas[0])}.{quote_name(before.name)}",
        after=f"{quote_name(schemas[1])}.{quote_name(after.name)}",
        columns=tuple(compared),
        labels=tuple(labels),
        left_out=tuple(left_out),
        key=key,
    )


def compare_table(
    sides: tuple[ComparisonSession, ComparisonSession],
    plan: TablePlan,
    options: RowOptions,
    emit: Emit,
) -> TableDiff:
    """Compare the rows of a table on two sides, and pass on each change.

    Changes come in the order of the key; in tables without one, or if the sides sort their keys
    differently, in an arbitrary order.

    Raises:
        MysqlError: a server failed to answer.
    """
    names = [column.name for column in plan.columns]
    counter = RowCounter(
        columns=plan.columns,
        key_places=tuple(names.index(name) for name in plan.key_names),
        emit=emit,
        float_tolerance=options.float_tolerance if plan.key else None,
    )
    sqls = write_sides(
        plan.before,
        plan.after,
        columns=plan.columns,
        labels=plan.labels,
        key=plan.key,
        where=options.where,
    )
    if plan.key is not None and plan.key.is_ordered:
        KeyComparison(
            sides,
            sqls,
            key=plan.key,
            counter=counter,
            sizes=options.sizes,
            is_exhaustive=options.is_exhaustive,
        ).run()
    else:
        compare_by_hash(sides, sqls, counter=counter, is_exhaustive=options.is_exhaustive)
    return TableDiff(
        added=counter.added,
        removed=counter.removed,
        changed=counter.changed,
        same=counter.same,
        columns=plan.columns,
        left_out=plan.left_out,
        key=plan.key_names,
        labels=tuple(column.name for column in plan.labels),
    )


def _pair_columns(
    before: TableDefinition, after: TableDefinition, options: RowOptions
) -> tuple[list[ColumnPair], list[LeftOut]]:
    """Return the columns that can be compared, in the order before, and those left out."""
    new = {column.name.lower(): column for column in after.columns}
    old = {column.name.lower() for column in before.columns}
    pairs, left_out = [], []
    for column in before.columns:
        other = new.get(column.name.lower())
        if fits_column(options.ignore_columns, column.name):
            left_out.append(LeftOut(column.name, "ignored"))
        elif other is None:
            left_out.append(LeftOut(column.name, "only before"))
        else:
            pairs.append(pair_columns(column, other))
    for column in after.columns:
        if column.name.lower() not in old:
            ignored = fits_column(options.ignore_columns, column.name)
            left_out.append(LeftOut(column.name, "ignored" if ignored else "only after"))
    return pairs, left_out


def _restrict(
    pairs: Sequence[ColumnPair], key: ChosenKey | None, options: RowOptions
) -> list[ColumnPair]:
    if options.columns is None:
        return list(pairs)
    names = set() if key is None else {column.name for column in key.columns}
    return [pair for pair in pairs if pair.name in names or fits_column(options.columns, pair.name)]
