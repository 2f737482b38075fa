"""The types of events, by their number in the header.

Sources: MySQL 9.7, libs/mysql/binlog/event/binlog_event.h; MariaDB 10.11, sql/log_event.h.
"""

from enum import IntEnum


class EventKind(IntEnum):
    """The types that this reader knows; any other number stays a plain int."""

    QUERY = 2
    STOP = 3
    ROTATE = 4
    INTVAR = 5
    APPEND_BLOCK = 9
    DELETE_FILE = 11
    RAND = 13
    USER_VAR = 14
    FORMAT = 15
    XID = 16
    BEGIN_LOAD_QUERY = 17
    EXECUTE_LOAD_QUERY = 18
    TABLE_MAP = 19
    WRITE_ROWS_V1 = 23
    UPDATE_ROWS_V1 = 24
    DELETE_ROWS_V1 = 25
    INCIDENT = 26
    HEARTBEAT = 27
    IGNORABLE = 28
    ROWS_QUERY = 29
    WRITE_ROWS = 30
    UPDATE_ROWS = 31
    DELETE_ROWS = 32
    GTID = 33
    ANONYMOUS_GTID = 34
    PREVIOUS_GTIDS = 35
    TRANSACTION_CONTEXT = 36
    VIEW_CHANGE = 37
    XA_PREPARE = 38
    PARTIAL_UPDATE_ROWS = 39
    TRANSACTION_PAYLOAD = 40
    HEARTBEAT_V2 = 41
    GTID_TAGGED = 42
    MARIADB_ANNOTATE_ROWS = 160
    MARIADB_CHECKPOINT = 161
    MARIADB_GTID = 162
    MARIADB_GTID_LIST = 163
    MARIADB_START_ENCRYPTION = 164
    MARIADB_QUERY_COMPRESSED = 165
    MARIADB_WRITE_ROWS_COMPRESSED_V1 = 166
    MARIADB_UPDATE_ROWS_COMPRESSED_V1 = 167
    MARIADB_DELETE_ROWS_COMPRESSED_V1 = 168
    MARIADB_WRITE_ROWS_COMPRESSED = 169
    MARIADB_UPDATE_ROWS_COMPRESSED = 170
    MARIADB_DELETE_ROWS_COMPRESSED = 171


INSERT_KINDS = frozenset({23, 30, 166, 169})
UPDATE_KINDS = frozenset({24, 31, 39, 167, 170})
DELETE_KINDS = frozenset({25, 32, 168, 171})
ROW_KINDS = INSERT_KINDS | UPDATE_KINDS | DELETE_KINDS
"""Events that hold rows, of every version."""

V1_ROW_KINDS = frozenset({23, 24, 25, 166, 167, 168})
"""Row events without the extra data that version 2 has before its columns."""

COMPRESSED_ROW_KINDS = frozenset({166, 167, 168, 169, 170, 171})
"""MariaDB's row events with compressed rows."""

GTID_KINDS = frozenset({33, 34, 42, 162})
"""Events that begin a transaction."""

BETWEEN_KINDS = frozenset({3, 4, 15, 27, 35, 41, 161, 163})
"""Events that belong to the file, never to a transaction."""

_SPELLED = {
    EventKind.MARIADB_QUERY_COMPRESSED: "QUERY_COMPRESSED",
    EventKind.MARIADB_CHECKPOINT: "BINLOG_CHECKPOINT",
}


def name_kind(kind: int) -> str:
    """Return the name of a type for messages."""
    try:
        known = EventKind(kind)
    except ValueError:
        return f"of unknown type {kind}"
    return _SPELLED.get(known, known.name.removeprefix("MARIADB_"))
