"""The TABLE_MAP event: which table the row events behind it are about, and its columns.

Source: MySQL 9.7, libs/mysql/binlog/event/rows_event.h (`Table_map_event`); tried on 9.7.4 with
binlog_row_metadata MINIMAL and FULL, and on MariaDB 10.11.19.
"""

from typing import NamedTuple

from rewound.binlog.events.malformed import MalformedEvent, too_short


class TableName(NamedTuple):
    """The name of a table."""

    schema: str
    table: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"


def read_table_name(names: bytes) -> tuple[TableName, int]:
    """Return the table, and where its columns begin; `names` is the body from its names on.

    Raises:
        MalformedEvent: the names are cut off.
    """
    with too_short("the TABLE_MAP event"):
        schema_end = 1 + names[0]
        table_at = schema_end + 2
        table_end = table_at + names[schema_end + 1]
        if names[schema_end] or names[table_end]:
            raise MalformedEvent("the names in the TABLE_MAP event do not end with zeros")
    schema, table = names[1:schema_end], names[table_at:table_end]
    return TableName(_decode(schema), _decode(table)), table_end + 1


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
