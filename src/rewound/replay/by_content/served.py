"""What the server has of the dump: its tables, how their rows are found, and these rows."""

from collections.abc import Iterator, Sequence

from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS_SQL
from rewound.load.objects import TableKey, quote_table
from rewound.mysql.client import Connection
from rewound.replay.by_content.comparable import (
    Comparable,
    ComparedTable,
    RowKey,
    can_be_key,
)
from rewound.replay.columns import TableColumn
from rewound.replay.server_tables import read_columns

_KEYS_AT_ONCE = 500
_TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables"
    f" WHERE table_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
)
_KEYS = (
    "SELECT index_name, column_name, sub_part IS NULL FROM information_schema.statistics"
    " WHERE table_schema = _utf8mb4 0x{schema} AND table_name = _utf8mb4 0x{table}"
    " AND non_unique = 0 ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index"
)
_GENERATED = (
    "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = _utf8mb4 0x{schema} AND table_name = _utf8mb4 0x{table}"
    " AND generation_expression <> ''"
)
_FOREIGN_KEYS = (
    "SELECT k.column_name, r.update_rule IN ('CASCADE', 'SET NULL') OR r.delete_rule = 'SET NULL',"
    " r.delete_rule = 'CASCADE' FROM information_schema.referential_constraints r"
    " JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)"
    " WHERE r.constraint_schema = _utf8mb4 0x{schema} AND r.table_name = _utf8mb4 0x{table}"
)


class ServedRows:
    """The tables and rows of a server that has what the dump has. It changes nothing."""

    def __init__(self, connection: Connection) -> None:
        """Take a session for itself, which sees times in +00:00 from now on."""
        self._connection = connection
        connection.execute_sql("SET time_zone = '+00:00'")
        rows = connection.query(_TABLES).rows
        self.tables = frozenset((str(schema), str(table)) for schema, table in rows)
        """The tables and views."""
        self._columns: dict[TableKey, list[TableColumn]] = {}

    def read_columns(self, key: TableKey) -> list[TableColumn]:
        """Return the columns of a table, in order; none if there is no such table."""
        if key not in self._columns:
            self._columns[key] = read_columns(self._connection, key)
        return self._columns[key]

    def find_compared(self, key: TableKey) -> ComparedTable | str:
        """Return how rows of a table are compared, or why they are not."""
        columns = self.read_columns(key)
        if not columns:
            return "not in the dump"
        names = {column.name: place for place, column in enumerate(columns)}
        generated = set(self._ask(_GENERATED, key))
        found = self._find_key(key, columns, names)
        if found is None or not generated.isdisjoint(columns[place].name for place in found):
            return "no primary key, or none that rows can be compared by"
        cascades = self._connection.query(_format(_FOREIGN_KEYS, key)).rows
        changed = {str(name) for name, changes, _ in cascades if changes}
        if not changed.isdisjoint(columns[place].name for place in found):
            return "foreign keys change its key, which the logs do not have"
        left_out = generated | changed
        compared = [
            place
            for place, column in enumerate(columns)
            if place in found or not (column.name in left_out or _is_ambiguous(column))
        ]
        may_vanish = any(vanishes for _, _, vanishes in cascades)
        return ComparedTable(tuple(columns), found, tuple(compared), may_vanish)

    def iter_rows(
        self, key: TableKey, table: ComparedTable, keys: Sequence[RowKey]
    ) -> Iterator[tuple[RowKey, Sequence[Comparable] | None]]:
        """Yield each of these keys with its row; None where there is no such row."""
        name = quote_table(key)
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            rows = map(table.make_here, self._connection.texts(table.select(name, some)))
            found = {table.key_of(row): row for row in rows}
            yield from ((each, found.get(each)) for each in some)

    def _find_key(
        self, key: TableKey, columns: Sequence[TableColumn], names: dict[str, int]
    ) -> tuple[int, ...] | None:
        """Return the places of the primary key's columns, or of a unique key's without NULL."""
        parts: dict[str, list[tuple[str | None, bool]]] = {}
        rows = self._connection.query(_format(_KEYS, key)).rows
        for index, column, is_whole in rows:
            name = None if column is None else str(column)
            parts.setdefault(str(index), []).append((name, bool(is_whole)))
        for each in parts.values():
            places = [names[name] for name, is_whole in each if is_whole and name in names]
            if len(places) == len(each) and all(
                can_be_key(columns[place]) and not columns[place].is_nullable for place in places
            ):
                return tuple(places)
        return None

    def _ask(self, sql: str, key: TableKey) -> list[str]:
        return self._connection.names(_format(sql, key))


def _is_ambiguous(column: TableColumn) -> bool:
    """Tell whether a dump may have one text for two values: that of no word, and of the word ''."""
    is_of_words = column.data_type in ("enum", "set")
    return is_of_words and ("(''" in column.column_type or ",''" in column.column_type)


def _format(sql: str, key: TableKey) -> str:
    schema, table = (name.encode("utf-8", "surrogateescape").hex() for name in key)
    return sql.format(schema=schema, table=table)
