"""How many rows each table has while logs are replayed. Pure: the caller counts where needed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from rewound.binlog.events.table_map import TableName
from rewound.binlog.rows.row_counts import ChangedRows
from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.statement import Kind
from rewound.load.log_receipt import LoggedRows
from rewound.load.objects import TableKey, table_keys

CountRows = Callable[[TableKey], int | None]
"""Asks the server for COUNT(*); None if there is no such table."""
_MOVES_ROWS = frozenset({Kind.CREATE_TABLE, Kind.ALTER_TABLE, Kind.CREATE_INDEX})


@dataclass(slots=True)
class _Balance:
    before: int
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    by_definitions: int = 0
    has_statements: bool = False
    """Whether statements may have changed it whose rows the log does not have."""

    @property
    def expected(self) -> int:
        return self.before + self.inserted - self.deleted + self.by_definitions


class RowBalance:
    """The rows of every table, from what the logs say of them."""

    def __init__(self, counts: Mapping[TableKey, int]) -> None:
        """Begin with COUNT(*) of every table before the replay."""
        self._tables = {key: _Balance(count) for key, count in counts.items()}
        self._touched: set[TableKey] = set()

    @property
    def tables(self) -> frozenset[TableKey]:
        """The tables that should be there."""
        return frozenset(self._tables)

    def add_rows(self, changed: Mapping[TableName, ChangedRows]) -> None:
        """Record the rows of a transaction."""
        for name, rows in changed.items():
            balance = self._get((name.schema, name.table))
            balance.inserted += rows.inserted
            balance.updated += rows.updated
            balance.deleted += rows.deleted

    def add_change(self, keys: Iterable[TableKey]) -> None:
        """Record that a statement may have changed these tables, by rows that no event has."""
        for key in keys:
            self._get(key).has_statements = True

    def add_definition(self, verdict: Verdict, count: CountRows) -> None:
        """Record a statement without rows, after it was executed."""
        keys = table_keys(verdict)
        match verdict.kind:
            case Kind.TRUNCATE:
                self._settle(keys[:1], lambda _key: 0)
            case Kind.DROP_TABLE:
                for key in keys:
                    self._tables.pop(key, None)
            case Kind.DROP_DATABASE if verdict.statement.name is not None:
                schema = verdict.statement.name.name
                self._tables = {key: b for key, b in self._tables.items() if key[0] != schema}
            case Kind.ALTER_TABLE if (new := verdict.mentions.renamed_to) is not None:
                self._rename(keys[0], (new.schema or verdict.schema or keys[0][0], new.name))
            case Kind.ALTER_TABLE if verdict.mentions.moves_rows:
                own = keys[0]
                others = [(n.schema or own[0], n.name) for n in verdict.mentions.tables]
                self._settle([own, *others], count)
            case Kind.CREATE_TABLE:
                self._settle(keys[:1], count)

    def compare(
        self, counted: Mapping[TableKey, int], reachable: Callable[[TableKey], bool]
    ) -> tuple[LoggedRows, ...]:
        """Return what the logs did to each table that they touch, or that has other rows.

        The difference in tables that are `reachable` by foreign keys is that of their cascades.
        """
        found = []
        for key in sorted(self._tables.keys() | counted.keys()):
            balance = self._tables.get(key, _Balance(0))
            if key not in counted:
                continue  # a view, or a table whose loss the ledger names
            rows = LoggedRows(
                key[0],
                key[1],
                balance.before,
                balance.inserted,
                balance.updated,
                balance.deleted,
                balance.by_definitions,
                0,
                counted[key],
            )
            excess = counted[key] - balance.expected
            if balance.has_statements:
                rows = replace(rows, by_statements=excess, has_statements=True)
            elif excess and reachable(key):
                rows = replace(rows, by_cascades=excess)
            if key in self._touched or excess:
                found.append(rows)
        return tuple(found)

    def _get(self, key: TableKey) -> _Balance:
        self._touched.add(key)
        return self._tables.setdefault(key, _Balance(0))

    def _settle(self, keys: Iterable[TableKey], count: CountRows) -> None:
        """Take over how many rows tables have after a statement that moves rows."""
        for key in keys:
            if (now := count(key)) is not None:
                balance = self._get(key)
                balance.by_definitions += now - balance.expected

    def _rename(self, old: TableKey, new: TableKey) -> None:
        if (balance := self._tables.pop(old, None)) is not None:
            self._tables[new] = balance
            self._touched.add(new)
            self._touched.discard(old)
