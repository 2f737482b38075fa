"""The head of a row event: what it does, to which table, and which columns its images have.

Source: MySQL 9.7, libs/mysql/binlog/event/rows_event.h (`Rows_event`). Versions 1 (MariaDB, and
MySQL 5.5) and 2 differ in the extra data before the columns. MariaDB's compressed events have to
be decompressed first (`events.mariadb`).
"""

from typing import NamedTuple

from rewound.binlog.events.header import LogEvent, rebuild
from rewound.binlog.events.kinds import (
    COMPRESSED_ROW_KINDS,
    INSERT_KINDS,
    ROW_KINDS,
    UPDATE_KINDS,
    V1_ROW_KINDS,
    EventKind,
)
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.packed import read_packed
from rewound.binlog.events.table_map import read_table_id

STATEMENT_END_FLAG = 1
"""Of the last row event of a statement."""
DUMMY_TABLE_ID = 0xFFFFFF
"""Of an event without rows that only ends a statement."""
FLAGS_AT = 6
"""Where the flags are in the body; two bytes."""


class RowEvent(NamedTuple):
    """A row event without its rows."""

    kind: int
    """Its type, see `events.kinds`."""
    table_id: int
    """The number by which its TABLE_MAP event is found."""
    flags: int
    """The bits after the table's number."""
    width: int
    """How many columns the table has."""
    before: int | None
    """Which columns the images before the change have, one bit each; None of an insert."""
    after: int | None
    """Which columns the images after the change have, one bit each; None of a delete."""
    columns_at: int
    """Where the bits of columns begin in the body."""
    rows_at: int
    """Where the rows begin in the body."""

    @property
    def ends_statement(self) -> bool:
        """Whether no other row event of the same statement follows."""
        return bool(self.flags & STATEMENT_END_FLAG)

    @property
    def is_full(self) -> bool:
        """Whether its images have all columns (binlog_row_image=FULL)."""
        whole = (1 << self.width) - 1
        return self.before in (None, whole) and self.after in (None, whole)


def read_row_event(event: LogEvent, body: bytes) -> RowEvent:
    """Read the head of a row event with this body.

    Raises:
        MalformedEvent: it is too short, or not a row event.
    """
    kind = event.kind
    if kind not in ROW_KINDS or kind in COMPRESSED_ROW_KINDS:
        raise MalformedEvent(f"type {kind} is not a row event that can be read")
    with too_short("the row event"):
        flags = body[FLAGS_AT] | body[FLAGS_AT + 1] << 8
        at = FLAGS_AT + 2
        if kind not in V1_ROW_KINDS:
            extra = body[at] | body[at + 1] << 8
            if extra < 2:
                raise MalformedEvent("the row event has extra data of an impossible length")
            at += extra
        width, at = read_packed(body, at)
        columns_at, size = at, (width + 7) // 8
        images = 2 if kind in UPDATE_KINDS else 1
        rows_at = at + size * images
        if rows_at > len(body):
            raise IndexError(rows_at)
    whole = (1 << width) - 1  # bits without a column may be set
    first = int.from_bytes(body[at : at + size], "little") & whole
    second = int.from_bytes(body[at + size : rows_at], "little") & whole if images == 2 else None
    is_insert = kind in INSERT_KINDS
    return RowEvent(
        kind,
        read_table_id(body),
        flags,
        width,
        None if is_insert else first,
        first if is_insert else second,
        columns_at,
        rows_at,
    )


def is_partial(kind: int) -> bool:
    """Tell whether the images after the change may have parts of JSON values."""
    return kind == EventKind.PARTIAL_UPDATE_ROWS


def set_statement_end(event: LogEvent, body: bytes, *, ends_statement: bool) -> LogEvent:
    """Return a row event with this body as the last of its statement, or as another."""
    flags = body[FLAGS_AT] & ~STATEMENT_END_FLAG | (STATEMENT_END_FLAG if ends_statement else 0)
    if body[FLAGS_AT] == flags:
        return event
    return rebuild(event, event.kind, body[:FLAGS_AT] + bytes([flags]) + body[FLAGS_AT + 1 :])
