"""The contents of a server after a load: the half of the ledger that is not from the dump."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS
from rewound.dump.text.quoting import quote_name
from rewound.errors import MysqlError
from rewound.figures import show_count
from rewound.load.ledger import ForeignKeys
from rewound.load.objects import ObjectKey, TableKey, object_key, quote_table
from rewound.mysql.client import Connection

MERGE_ENGINE = "MRG_MYISAM"
"""The engine of tables that show the rows of others and have none of their own."""
_TABLES = (
    "SELECT table_schema, table_name, engine, auto_increment FROM information_schema.tables"
    " WHERE table_type = 'BASE TABLE'"
)
_OBJECTS = (
    "SELECT 'view', table_schema, table_name, table_comment LIKE '%references invalid%'"
    " FROM information_schema.tables WHERE table_type = 'VIEW'"
    " UNION ALL SELECT 'trigger', trigger_schema, trigger_name, 0 FROM information_schema.triggers"
    " UNION ALL SELECT LOWER(routine_type), routine_schema, routine_name, 0"
    " FROM information_schema.routines"
    " UNION ALL SELECT 'event', event_schema, event_name, 0 FROM information_schema.events"
)
_HAS_LIBRARIES = (
    "SELECT 1 FROM information_schema.tables"
    " WHERE table_schema = 'information_schema' AND table_name = 'LIBRARIES'"
)
_LIBRARIES = (
    " UNION ALL SELECT 'library', library_schema, library_name, 0 FROM information_schema.libraries"
)
"""Added by MySQL 9.2."""
_KEY_COLUMNS = (
    "SELECT constraint_schema, constraint_name, table_name, column_name,"
    " referenced_table_schema, referenced_table_name, referenced_column_name"
    " FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL"
    " ORDER BY constraint_schema, table_name, constraint_name, ordinal_position"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a server."""

    version: str
    schemas: tuple[str, ...]
    """All except the server's own."""
    row_counts: Mapping[TableKey, int]
    """COUNT(*) of every table; 0 for MERGE tables, which show the rows of others."""
    broken_merges: Mapping[TableKey, str]
    """The MERGE tables that cannot be read, and why."""
    auto_increments: Mapping[TableKey, int]
    """The next AUTO_INCREMENT of every table that has one."""
    objects: Mapping[ObjectKey, bool]
    """Views, triggers, procedures, functions and events, and whether each is a broken view."""
    foreign_keys: ForeignKeys

    @property
    def tables_and_views(self) -> list[TableKey]:
        """The names of all tables and views."""
        views = [(schema, name) for kind, schema, name in self.objects if kind == "view"]
        return [*self.row_counts, *views]


def look_at_server(connection: Connection, *, check_foreign_keys: bool) -> Found:
    """Ask a server for everything that the ledger compares with the dump."""
    # Otherwise the server answers with an AUTO_INCREMENT that may be a day old.
    connection.execute_sql("SET SESSION information_schema_stats_expiry = 0")
    tables: dict[TableKey, object] = {}
    merges: list[TableKey] = []
    for schema, table, engine, auto_increment in connection.query(_TABLES).rows:
        if _is_system(str(schema)):
            continue
        key = (str(schema), str(table))
        if engine == MERGE_ENGINE:
            merges.append(key)
        else:
            tables[key] = auto_increment
    counts = {key: _count_rows(connection, key) for key in tables}
    return Found(
        version=connection.names("SELECT VERSION()")[0],
        schemas=find_schemas(connection),
        row_counts=counts | dict.fromkeys(merges, 0),
        broken_merges=_find_broken_merges(connection, merges),
        auto_increments={
            key: int(str(next_)) for key, next_ in tables.items() if next_ is not None
        },
        objects={
            object_key(str(kind), str(schema), str(name)): bool(is_broken)
            for kind, schema, name, is_broken in connection.query(_find_objects(connection)).rows
        },
        foreign_keys=_look_at_foreign_keys(connection, check=check_foreign_keys),
    )


def find_schemas(connection: Connection) -> tuple[str, ...]:
    """Return the names of all schemas but the server's own."""
    names = connection.names("SELECT schema_name FROM information_schema.schemata")
    return tuple(sorted(name for name in names if not _is_system(name)))


def count_rows(connection: Connection) -> dict[TableKey, int]:
    """Return COUNT(*) of every table that has rows of its own."""
    keys = [
        (str(schema), str(table))
        for schema, table, engine, _ in connection.query(_TABLES).rows
        if not _is_system(str(schema)) and engine != MERGE_ENGINE
    ]
    return {key: _count_rows(connection, key) for key in keys}


def _find_objects(connection: Connection) -> str:
    """Return the query for all stored objects that this server can have."""
    has_libraries = connection.query(_HAS_LIBRARIES).rows
    return _OBJECTS + _LIBRARIES if has_libraries else _OBJECTS


def _is_system(schema: str) -> bool:
    return schema.lower() in SYSTEM_SCHEMAS


def _count_rows(connection: Connection, key: TableKey) -> int:
    return int(connection.names(b"SELECT COUNT(*) FROM " + quote_table(key))[0])


def _find_broken_merges(connection: Connection, merges: Sequence[TableKey]) -> dict[TableKey, str]:
    """Return the MERGE tables whose underlying tables are missing or not MyISAM."""
    broken = {}
    for key in merges:
        try:
            _count_rows(connection, key)
        except MysqlError as error:
            broken[key] = error.text
    return broken


def _look_at_foreign_keys(connection: Connection, *, check: bool) -> ForeignKeys:
    """Count the foreign keys and, on request, the rows that violate each.

    MySQL's rule for keys of several columns (MATCH SIMPLE): a row with a NULL in one of them does
    not violate the key.
    """
    keys: dict[tuple[str, str, str], list[tuple[str, ...]]] = {}
    for row in connection.query(_KEY_COLUMNS).rows:
        schema, name, table, *columns = map(str, row)
        if not _is_system(schema):
            keys.setdefault((schema, table, name), []).append(tuple(columns))
    if not check:
        return ForeignKeys(count=len(keys))
    broken = []
    for (schema, table, name), columns_of_key in keys.items():
        problem = _find_broken_key(connection, (schema, table), columns_of_key)
        if problem:
            broken.append(f"{name} of table {schema}.{table}: {problem}")
    return ForeignKeys(count=len(keys), is_checked=True, broken=tuple(broken))


def _find_broken_key(
    connection: Connection, child: TableKey, columns: list[tuple[str, ...]]
) -> str | None:
    _, schema, table, _ = columns[0]
    pairs = [(quote_name(own), quote_name(other)) for own, _, _, other in columns]
    equal = b" AND ".join(b"p.%b = c.%b" % (other, own) for own, other in pairs)
    present = b" AND ".join(b"c.%b IS NOT NULL" % own for own, _ in pairs)
    sql = b"SELECT COUNT(*) FROM %b c WHERE %b AND NOT EXISTS (SELECT 1 FROM %b p WHERE %b)"
    try:
        count = int(
            connection.names(
                sql % (quote_table(child), present, quote_table((schema, table)), equal)
            )[0]
        )
    except MysqlError as error:
        return f"rows of {schema}.{table} cannot be looked up: {error.text}"
    return f"{show_count(count, 'row')} without a match in {schema}.{table}" if count else None
