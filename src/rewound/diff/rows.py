"""What changed in the rows of one table that both sides have."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rewound.diff.by_hash import compare_by_hash
from rewound.diff.by_key import KeyComparison, Sizes
from rewound.diff.definitions import Table
from rewound.diff.forms import ColumnPair, pair_columns
from rewound.diff.keys import ChosenKey, find_key
from rewound.diff.quoting import quote_name
from rewound.diff.row_changes import Emit, LeftOut, TableDiff, Tally
from rewound.diff.side import Side
from rewound.diff.statements import write_sides


@dataclass(frozen=True, slots=True)
class RowOptions:
    """How rows are compared."""

    columns: Sequence[str] | None = None
    """Patterns (`*`, `?`) of the columns to compare; the key's are compared in any case."""
    ignore_columns: Sequence[str] = ()
    """Patterns of columns that are treated as if they were not there."""
    where: str | None = None
    """A condition in SQL; on both sides only rows that it holds for are compared."""
    float_tolerance: float | None = None
    """FLOAT and DOUBLE are the same if they differ by no more than this; by default, all
    bits count. They do in tables without a key, where rows are matched by their content."""
    is_exhaustive: bool = False
    """Whether to compare the content of every row, not hashes of it."""
    sizes: Sizes = field(default_factory=Sizes)


def compare_table(
    sides: tuple[Side, Side],
    before: Table,
    after: Table,
    *,
    schemas: tuple[str, str],
    options: RowOptions,
    emit: Emit,
) -> TableDiff:
    """Compare the rows of a table on two sides, and hand on each change.

    `schemas` are the names of the schemas that it is in on each side. Changes come in the
    order of the key; in tables without one, in no order that means anything.

    Raises:
        MysqlError: a server failed to answer.
    """
    pairs, left_out = plan_columns(before, after, options)
    usable = {pair.name for pair in pairs}
    key = find_key(
        before, after, usable=usable, space_weights=_find_space_weights(sides[0], before)
    )
    compared = _restrict(pairs, key, options)
    left_out += [LeftOut(pair.name, "not asked for") for pair in pairs if pair not in compared]
    names = [pair.name for pair in compared]
    key_names = () if key is None else tuple(column.name for column in key.columns)
    tally = Tally(
        columns=compared,
        key_places=tuple(names.index(name) for name in key_names),
        emit=emit,
        float_tolerance=options.float_tolerance if key_names else None,
    )
    sqls = write_sides(
        f"{quote_name(schemas[0])}.{quote_name(before.name)}",
        f"{quote_name(schemas[1])}.{quote_name(after.name)}",
        columns=compared,
        key=key,
        where=options.where,
    )
    if key is not None and key.is_ordered:
        KeyComparison(
            sides,
            sqls,
            key=key,
            tally=tally,
            sizes=options.sizes,
            is_exhaustive=options.is_exhaustive,
        ).run()
    else:
        compare_by_hash(sides, sqls, tally=tally, is_exhaustive=options.is_exhaustive)
    return TableDiff(
        added=tally.added,
        removed=tally.removed,
        changed=tally.changed,
        same=tally.same,
        columns=tuple(compared),
        left_out=tuple(left_out),
        key=key_names,
    )


def plan_columns(
    before: Table, after: Table, options: RowOptions
) -> tuple[list[ColumnPair], list[LeftOut]]:
    """Return the columns that can be compared, in the order before, and those left out."""
    new = {column.name.lower(): column for column in after.columns}
    old = {column.name.lower() for column in before.columns}
    pairs, left_out = [], []
    for column in before.columns:
        other = new.get(column.name.lower())
        if _matches(column.name, options.ignore_columns):
            left_out.append(LeftOut(column.name, "ignored"))
        elif other is None:
            left_out.append(LeftOut(column.name, "only before"))
        else:
            pairs.append(pair_columns(column, other))
    for column in after.columns:
        if column.name.lower() not in old:
            ignored = _matches(column.name, options.ignore_columns)
            left_out.append(LeftOut(column.name, "ignored" if ignored else "only after"))
    return pairs, left_out


def _restrict(
    pairs: Sequence[ColumnPair], key: ChosenKey | None, options: RowOptions
) -> list[ColumnPair]:
    if options.columns is None:
        return list(pairs)
    names = set() if key is None else {column.name for column in key.columns}
    return [pair for pair in pairs if pair.name in names or _matches(pair.name, options.columns)]


def _matches(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a name is one of some patterns; MySQL's names of columns have no case."""
    return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def _find_space_weights(side: Side, table: Table) -> Mapping[str, str]:
    """Return what a blank weighs in each collation of a table that pads with blanks."""
    padding = {column.collation: column.character_set for column in table.columns if column.pads}
    weights = {}
    for collation, character_set in padding.items():
        blank = f"CONVERT(_utf8mb4 ' ' USING {character_set}) COLLATE {collation}"
        weights[str(collation)] = side.connection.names(f"SELECT HEX(WEIGHT_STRING({blank}))")[0]
    return weights
