"""What changed between two worlds, or one world at two moments."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from rewound.diff.patterns import EVERY_TABLE, fits_table
from rewound.diff.rows.canonical_form import ColumnPair
from rewound.diff.rows.column_statistics import ColumnDelta, ColumnStatistics
from rewound.diff.rows.comparison_session import Cancellation, ComparisonSession
from rewound.diff.rows.plan import RowOptions, compare_table, plan_table
from rewound.diff.rows.row_changes import RowChange, TableDiff
from rewound.diff.schema.comparison import SchemaChange, compare_schemas
from rewound.diff.schema.definitions import ObjectKind, Schema, TableDefinition
from rewound.diff.schema.reading import find_schema
from rewound.errors import RewoundError
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

_log = logging.getLogger(__name__)

TableName = tuple[str, str]
"""(schema, table)."""
EmitChange = Callable[[TableName, RowChange, Sequence[ColumnPair]], None]
"""Takes each row that changed, with the table that it is in and its compared columns."""


@dataclass(frozen=True, slots=True)
class SchemaPair:
    """The schema that is compared, by its names on the two sides."""

    before: str
    """Also the name that it has in what is found."""
    after: str


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """The scope and the options of a comparison."""

    tables: Sequence[str] = EVERY_TABLE
    """Patterns (`*`, `?`) of the tables that are compared: `player`, `game.player_*`."""
    rows: RowOptions = field(default_factory=RowOptions)


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """The result of comparing one table: a difference (or none), or an error."""

    diff: TableDiff | None = None
    measures: tuple[ColumnDelta, ...] = ()
    """Of the columns that changed."""
    error: str | None = None
    """Why the rows could not be compared."""


@dataclass(frozen=True, slots=True)
class WorldDiff:
    """What changed in one world."""

    schema_changes: tuple[SchemaChange, ...]
    unseen: frozenset[ObjectKind]
    """Kinds of objects that could not be compared, as an account may not see them."""
    tables: Mapping[TableName, TableOutcome]
    """Every table that both sides have, by its name before."""


def compare_worlds(
    before: Endpoint,
    after: Endpoint,
    schemas: Sequence[SchemaPair],
    options: WorldOptions = WorldOptions(),
    *,
    emit: EmitChange | None = None,
    definitions: tuple[Endpoint, Endpoint] | None = None,
    cancellation: Cancellation | None = None,
) -> WorldDiff:
    """Compare definitions and rows of some schemas.

    `definitions` are accounts that may see triggers, routines and events, which `reader`
    may not. One table that cannot be compared does not stop the others.

    Raises:
        Interrupted: `cancellation` was used.
        MysqlError: a server cannot be reached, or does not tell its definitions.
    """
    changes: list[SchemaChange] = []
    unseen: set[ObjectKind] = set()
    pairs: list[_TablePair] = []
    sides_of_definitions = definitions or (before, after)
    with Connection(sides_of_definitions[0]) as old, Connection(sides_of_definitions[1]) as new:
        for pair in schemas:
            found = (
                find_schema(old, pair.before),
                find_schema(new, pair.after, shown_as=pair.before),
            )
            changes += [
                change
                for change in compare_schemas(*found)
                if options.tables == EVERY_TABLE
                or fits_table(options.tables, change.schema, change.table or change.name)
            ]
            unseen.update(*(schema.unseen for schema in found if schema is not None))
            pairs += _pair_tables(pair, *found, options.tables)
    return WorldDiff(
        schema_changes=tuple(changes),
        unseen=frozenset(unseen),
        tables=_compare_tables(
            (before, after), pairs, options.rows, emit, cancellation or Cancellation()
        ),
    )


@dataclass(frozen=True, slots=True)
class _TablePair:
    schemas: SchemaPair
    before: TableDefinition
    after: TableDefinition

    @property
    def name(self) -> TableName:
        return self.schemas.before, self.before.name


def _pair_tables(
    schemas: SchemaPair, before: Schema | None, after: Schema | None, patterns: Sequence[str]
) -> list[_TablePair]:
    if before is None or after is None:
        return []
    return [
        _TablePair(schemas, table, after.tables[name])
        for name, table in sorted(before.tables.items())
        if name in after.tables and fits_table(patterns, schemas.before, name)
    ]


def _compare_tables(
    endpoints: tuple[Endpoint, Endpoint],
    pairs: Sequence[_TablePair],
    options: RowOptions,
    emit: EmitChange | None,
    cancellation: Cancellation,
) -> dict[TableName, TableOutcome]:
    """Compare the rows of all tables, with new sessions after one that fails."""
    outcomes: dict[TableName, TableOutcome] = {}
    left = list(pairs)
    while left:
        with ExitStack() as stack:
            sides = (
                stack.enter_context(ComparisonSession(endpoints[0])),
                stack.enter_context(ComparisonSession(endpoints[1])),
            )
            for side in sides:
                cancellation.add(side)
            while left:
                cancellation.check()
                pair = left.pop(0)
                try:
                    outcomes[pair.name] = _compare(sides, pair, options, emit)
                except RewoundError as error:
                    cancellation.check()
                    _log.info("rows of %s.%s not compared: %s", *pair.name, error)
                    outcomes[pair.name] = TableOutcome(error=error.message)
                    for side in sides:
                        side.abort()
                    break
    return outcomes


def _compare(
    sides: tuple[ComparisonSession, ComparisonSession],
    pair: _TablePair,
    options: RowOptions,
    emit: EmitChange | None,
) -> TableOutcome:
    names = (pair.schemas.before, pair.schemas.after)
    plan = plan_table(pair.before, pair.after, schemas=names, options=options)
    statistics = ColumnStatistics(plan.columns)

    def take(change: RowChange) -> None:
        statistics.take(change)
        if emit is not None:
            emit(pair.name, change, plan.columns)

    diff = compare_table(sides, plan, options, take)
    return TableOutcome(diff, statistics.measures())
