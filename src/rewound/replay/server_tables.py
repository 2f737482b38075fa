"""What the server that is replayed into says of its tables and collations."""

from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS_SQL
from rewound.errors import MysqlError
from rewound.load.log_receipt import HandlerCounts
from rewound.load.objects import TableKey, quote_table
from rewound.mysql.client import Connection
from rewound.replay.columns import TableColumn
from rewound.replay.image_queries import ComparedColumn, ImagedTable
from rewound.replay.programs import Program

_COLUMNS = (
    "SELECT c.column_name, LOWER(c.data_type), LOWER(c.column_type), c.column_type,"
    " c.is_nullable = 'YES', c.character_set_name, c.character_octet_length,"
    " c.numeric_precision, c.numeric_scale, c.datetime_precision"
    " FROM information_schema.columns c"
    " WHERE c.table_schema = _utf8mb4 0x{schema} AND c.table_name = _utf8mb4 0x{table}"
    " ORDER BY c.ordinal_position"
)
_COMPARED_COLUMNS = (
    "SELECT c.column_name, LOWER(c.data_type), c.generation_expression <> '',"
    " c.is_nullable = 'YES' FROM information_schema.columns c"
    " WHERE c.table_schema = _utf8mb4 0x{schema} AND c.table_name = _utf8mb4 0x{table}"
    " ORDER BY c.ordinal_position"
)
_UNIQUE_KEYS = (
    "SELECT s.index_name, s.column_name FROM information_schema.statistics s"
    " WHERE s.table_schema = _utf8mb4 0x{schema} AND s.table_name = _utf8mb4 0x{table}"
    " AND NOT s.non_unique ORDER BY s.index_name <> 'PRIMARY', s.index_name, s.seq_in_index"
)
_TABLES_WITH_KEY = (
    "SELECT DISTINCT k.table_schema, k.table_name FROM ("
    "SELECT s.table_schema, s.table_name FROM information_schema.statistics s"
    f" WHERE NOT s.non_unique AND s.table_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
    " GROUP BY s.table_schema, s.table_name, s.index_name"
    " HAVING SUM(s.nullable = 'YES' OR s.column_name IS NULL) = 0) k"
)
_COMPUTED = (
    "SELECT DISTINCT table_schema, table_name FROM information_schema.columns"
    f" WHERE generation_expression <> '' AND table_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
)
_CASCADES = (
    "SELECT constraint_schema, table_name FROM information_schema.referential_constraints"
    " WHERE (delete_rule IN ('CASCADE', 'SET NULL') OR update_rule IN ('CASCADE', 'SET NULL'))"
    f" AND constraint_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
)
_CASCADING_PARENTS = (
    "SELECT unique_constraint_schema, referenced_table_name"
    " FROM information_schema.referential_constraints"
    " WHERE delete_rule IN ('CASCADE', 'SET NULL') OR update_rule IN ('CASCADE', 'SET NULL')"
)
_PROGRAMS = (
    "SELECT LOWER(routine_type), routine_schema, routine_name, routine_definition, sql_mode, '', ''"
    f" FROM information_schema.routines WHERE routine_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
    " UNION ALL SELECT 'trigger', trigger_schema, trigger_name, action_statement, sql_mode,"
    " event_object_table, event_manipulation"
    f" FROM information_schema.triggers WHERE trigger_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
    " UNION ALL SELECT 'view', table_schema, table_name, NULLIF(view_definition, ''), '', '', ''"
    f" FROM information_schema.views WHERE table_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
)
_HANDLERS = "SHOW SESSION STATUS WHERE Variable_name IN ({names})"
_NO_SUCH_TABLE = frozenset({1146, 1049, 1356})
_HANDLER_NAMES = ("Handler_write", "Handler_update", "Handler_delete")


def read_columns(connection: Connection, key: TableKey) -> list[TableColumn]:
    """Return the columns of a table, in order; none if there is no such table."""
    schema, table = (name.encode("utf-8", "surrogateescape").hex() for name in key)
    rows = connection.query(_COLUMNS.format(schema=schema, table=table)).rows
    return [
        TableColumn(
            name=str(name),
            data_type=_text(data_type),
            column_type=_text(written if _text(data_type) in ("enum", "set") else column_type),
            is_nullable=bool(nullable),
            charset=None if charset is None else _text(charset),
            bytes=_number(octets),
            digits=(int(str(digits)), int(str(decimals)))
            if digits is not None and decimals is not None
            else None,
            fraction=_number(fraction),
        )
        for (
            name,
            data_type,
            column_type,
            written,
            nullable,
            charset,
            octets,
            digits,
            decimals,
            fraction,
        ) in rows
    ]


def read_imaged_table(connection: Connection, key: TableKey) -> ImagedTable:
    """Return how the rows of a table are compared."""
    schema, table = (name.encode("utf-8", "surrogateescape").hex() for name in key)
    rows = connection.query(_COMPARED_COLUMNS.format(schema=schema, table=table)).rows
    columns = tuple(
        ComparedColumn(str(name), _text(data_type), bool(is_generated))
        for name, data_type, is_generated, _ in rows
    )
    places = {str(row[0]): place for place, row in enumerate(rows)}
    nullable = {str(name) for name, _, _, is_nullable in rows if is_nullable}
    keys: dict[str, list[str | None]] = {}
    for index, name in connection.query(_UNIQUE_KEYS.format(schema=schema, table=table)).rows:
        parts = keys.setdefault(str(index), [])
        parts.append(None if name is None else str(name))
    for index, parts in keys.items():
        names = [name for name in parts if name is not None and name not in nullable]
        if len(names) == len(parts):
            return ImagedTable(key, columns, tuple(places[name] for name in names), index)
    return ImagedTable(key, columns, (), "")


def find_tables_with_key(connection: Connection) -> set[TableKey]:
    """Return the tables that have a key by which no two rows are alike."""
    rows = connection.query(_TABLES_WITH_KEY).rows
    return {(str(schema), str(table)) for schema, table in rows}


def find_tables_with_generated_columns(connection: Connection) -> set[TableKey]:
    """Return the tables some of whose values the server computes."""
    return {(str(schema), str(table)) for schema, table in connection.query(_COMPUTED).rows}


def read_collations(connection: Connection) -> dict[int, tuple[str, str]]:
    """Return each collation of a server by its number, with its character set."""
    rows = connection.query(
        "SELECT id, collation_name, character_set_name FROM information_schema.collations"
    ).rows
    return {int(str(number)): (str(name), str(charset)) for number, name, charset in rows}


def find_tables_with_cascades(connection: Connection) -> set[TableKey]:
    """Return the tables whose rows a foreign key changes or removes by itself."""
    return {(str(schema), str(table)) for schema, table in connection.query(_CASCADES).rows}


def find_cascading_parents(connection: Connection) -> set[TableKey]:
    """Return the tables whose changes a foreign key passes on to others."""
    rows = connection.query(_CASCADING_PARENTS).rows
    return {(str(schema), str(table)) for schema, table in rows}


def read_triggers(connection: Connection) -> dict[TableKey, TableKey]:
    """Return the table of each trigger, by the trigger's schema and name."""
    rows = connection.query(
        "SELECT trigger_schema, trigger_name, event_object_schema, event_object_table"
        " FROM information_schema.triggers"
    ).rows
    return {
        (str(schema), str(name)): (str(table_schema), str(table))
        for schema, name, table_schema, table in rows
    }


def read_programs(connection: Connection) -> list[Program]:
    """Return all functions, procedures, views and triggers outside of the system schemas."""
    return [
        Program(*(None if value is None else _text(value) for value in row))  # type: ignore[arg-type]
        for row in connection.query(_PROGRAMS).rows
    ]


def count_table(connection: Connection, key: TableKey) -> int | None:
    """Return COUNT(*); None if there is no such table."""
    try:
        return int(connection.names(b"SELECT COUNT(*) FROM " + quote_table(key))[0])
    except MysqlError as error:
        if error.number in _NO_SUCH_TABLE:
            return None
        raise


def read_handlers(connection: Connection) -> HandlerCounts:
    """Return how many rows this session has written, changed and removed."""
    names = ", ".join(f"'{name}'" for name in _HANDLER_NAMES)
    rows = connection.query(_HANDLERS.format(names=names)).rows
    values = {str(name): int(str(value)) for name, value in rows}
    return HandlerCounts(*(values[name] for name in _HANDLER_NAMES))


def _text(value: object) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))
