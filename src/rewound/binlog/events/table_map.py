"""The TABLE_MAP event: which table the following row events are about, and its columns.

Source: MySQL 9.7, libs/mysql/binlog/event/rows_event.h (`Table_map_event`); tried on 9.7.4 with
binlog_row_metadata MINIMAL and FULL, and on MariaDB 10.11.19. Without metadata (MySQL 5.7 and
older) it is not known which numbers are unsigned.
"""

from dataclasses import dataclass
from typing import NamedTuple

from rewound.binlog.events import column_types as types
from rewound.binlog.events.column_metadata import LoggedMetadata, read_metadata
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.packed import read_packed

NAMES_AT = 8
"""Where the names begin in the body: after the table's number and the flags."""


class TableName(NamedTuple):
    """The name of a table."""

    schema: str
    table: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"


@dataclass(frozen=True, slots=True)
class LoggedColumn:
    """One column, as its values are written in row images."""

    kind: int
    """Its type, see `column_types`."""
    size: int
    """Of a value, in bytes; 0 if each states its own."""
    prefix_bytes: int
    """How many bytes state the length of a value; 0 if all have `size`."""
    detail: int
    """Digits of fractions of a second; digits << 8 | decimals of a DECIMAL; the length in bytes of
    CHAR and BINARY; else 0."""
    is_nullable: bool
    """Whether NULL is allowed."""
    is_unsigned: bool | None
    """Of a number; None where the log does not state it."""
    collation: int | None
    """The number of a text's collation, 63 of bytes; None where the log does not state it."""
    name: str | None
    """With binlog_row_metadata=FULL."""
    words: tuple[bytes, ...] | None
    """The values of an ENUM or a SET, with binlog_row_metadata=FULL."""


@dataclass(frozen=True, slots=True)
class TableMap:
    """The definition of a table, as far as a log has it."""

    table_id: int
    """What row events call it; changes with each DDL."""
    name: TableName
    """The table."""
    columns: tuple[LoggedColumn, ...]
    """In the order of the table's definition, generated ones among them."""
    primary_key: tuple[int, ...] | None
    """Places of its columns, with binlog_row_metadata=FULL."""


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


def read_table_id(body: bytes) -> int:
    """Return the table's number out of a TABLE_MAP or a row event."""
    return int.from_bytes(body[:6], "little")


def read_table_map(body: bytes) -> TableMap:
    """Read a TABLE_MAP event's body.

    Raises:
        MalformedEvent: it is not one, or has columns of unknown types.
    """
    names = body[NAMES_AT:]
    name, at = read_table_name(names)
    with too_short("the TABLE_MAP event"):
        count, at = read_packed(names, at)
        kinds = names[at : at + count]
        at += count
        size, at = read_packed(names, at)
        end = at + size
        null_bytes = (count + 7) // 8
        if len(kinds) != count or end + null_bytes > len(names):
            raise IndexError(end)
        layouts = types.read_layouts(kinds, names[at:end])
        nullable = int.from_bytes(names[end : end + null_bytes], "little")
        kinds = bytes(layout.kind for layout in layouts)
        metadata = read_metadata(names[end + null_bytes :], kinds)
    columns = tuple(
        _make_column(place, layout, metadata, is_nullable=bool(nullable >> place & 1))
        for place, layout in enumerate(layouts)
    )
    return TableMap(read_table_id(body), name, columns, metadata.primary_key)


def _make_column(
    place: int, layout: types.ValueLayout, metadata: LoggedMetadata, *, is_nullable: bool
) -> LoggedColumn:
    return LoggedColumn(
        layout.kind,
        layout.size,
        layout.prefix_bytes,
        layout.detail,
        is_nullable,
        metadata.unsigned.get(place),
        metadata.collations.get(place),
        metadata.names[place] if metadata.names else None,
        metadata.words.get(place),
    )


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
