"""Reading the columns and keys of a table from the server before rows are sent to it."""

from rewound.dump.load_data.table_metadata import ColumnMetadata, TableMetadata, ValueKind
from rewound.load.objects import TableKey
from rewound.mysql.client import Connection

_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint"), ValueKind.INTEGER),
    "decimal": ValueKind.DECIMAL,
    **dict.fromkeys(("float", "double"), ValueKind.FLOAT),
    **dict.fromkeys(
        ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"),
        ValueKind.TEXT,
    ),
    **dict.fromkeys(("date", "time", "datetime", "timestamp", "year", "json"), ValueKind.TEXT),
    **dict.fromkeys(
        ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit"),
        ValueKind.BYTES,
    ),
    **dict.fromkeys(
        ("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring"),
        ValueKind.BYTES,
    ),
    **dict.fromkeys(("multipolygon", "geomcollection"), ValueKind.BYTES),
}
"""Source: information_schema.columns.data_type of MySQL 9.7.4."""

_COLUMNS = (
    "SELECT column_name, data_type, is_nullable = 'YES', character_set_name, extra, column_key"
    " FROM information_schema.columns WHERE {table} ORDER BY ordinal_position"
)
_TABLE = (
    "SELECT engine = 'InnoDB', (SELECT COUNT(*) FROM information_schema.table_constraints c"
    " WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name"
    " AND constraint_type = 'FOREIGN KEY')"
    " FROM information_schema.tables t WHERE {table}"
)


def read_table_metadata(connection: Connection, key: TableKey) -> TableMetadata | None:
    """Read a table; None if it does not exist or its rows cannot be rolled back.

    The latter holds for all engines except InnoDB. Tables with invisible columns count as missing
    as well, because an INSERT without a column list does not state these.
    """
    # In hexadecimal, whatever is in the names.
    schema, name = (part.encode("utf-8", "surrogateescape").hex() for part in key)
    table = f"table_schema = _utf8mb4 0x{schema} AND table_name = _utf8mb4 0x{name}"
    found = connection.query(_TABLE.format(table=table)).rows
    if len(found) != 1 or not found[0][0]:
        return None
    columns = []
    auto_increment_column = None
    has_primary_key = False
    for row in connection.query(_COLUMNS.format(table=table)).rows:
        column, data_type, is_nullable, character_set, extra, column_key = row
        attributes = str(extra).upper().split()
        if "INVISIBLE" in attributes:
            return None
        if "GENERATED" in attributes:
            continue
        if "AUTO_INCREMENT" in attributes:
            auto_increment_column = str(column)
        has_primary_key = has_primary_key or column_key == "PRI"
        columns.append(
            ColumnMetadata(
                name=str(column),
                kind=_KINDS.get(str(data_type), ValueKind.OTHER),
                is_nullable=bool(is_nullable),
                character_set=None if character_set is None else str(character_set),
                is_json=data_type == "json",
            )
        )
    return TableMetadata(
        columns=tuple(columns),
        auto_increment_column=auto_increment_column,
        has_primary_key=has_primary_key,
        has_foreign_keys=bool(found[0][1]),
    )
