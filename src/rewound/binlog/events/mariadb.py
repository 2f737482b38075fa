"""MariaDB's events as MySQL's, so that a MySQL server can apply them.

Row events of version 1 get the extra data of version 2, compressed ones are decompressed.
Sources: MariaDB 10.11, sql/log_event.h and log_event.cc (`row_log_event_uncompress`); tried: what
10.11.19 logged was applied by MySQL 9.7.4, with equal tables.
"""

from rewound.binlog.events.header import LogEvent, rebuild
from rewound.binlog.events.kinds import (
    COMPRESSED_ROW_KINDS,
    UPDATE_KINDS,
    V1_ROW_KINDS,
    EventKind,
)
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.packed import read_packed
from rewound.binlog.events.query import decompress

_PLAIN_KINDS = {166: 23, 167: 24, 168: 25, 169: 30, 170: 31, 171: 32}
_V1_TO_V2 = 7
REWRITTEN_KINDS = V1_ROW_KINDS | COMPRESSED_ROW_KINDS | {EventKind.MARIADB_QUERY_COMPRESSED}
"""Events that MySQL does not write."""
_NO_EXTRA = b"\x02\0"
_IDS_BYTES = 8  # the table's number and the flags


def to_mysql(event: LogEvent) -> LogEvent:
    """Return a row event or a QUERY event as MySQL writes it; others as they are.

    Raises:
        MalformedEvent: it is damaged.
    """
    if event.kind not in REWRITTEN_KINDS:
        return event
    if event.kind == EventKind.MARIADB_QUERY_COMPRESSED:
        return _decompress_query(event)
    event = decompress_rows(event)
    if event.kind in V1_ROW_KINDS:
        body = event.body
        return rebuild(
            event, event.kind + _V1_TO_V2, body[:_IDS_BYTES] + _NO_EXTRA + body[_IDS_BYTES:]
        )
    return event


def decompress_rows(event: LogEvent) -> LogEvent:
    """Return a compressed row event decompressed; others as they are.

    Raises:
        MalformedEvent: it is damaged.
    """
    if event.kind not in COMPRESSED_ROW_KINDS:
        return event
    body = event.body
    with too_short("the compressed row event"):
        at = _IDS_BYTES
        if event.kind not in V1_ROW_KINDS:
            at += body[at] | body[at + 1] << 8
        width, at = read_packed(body, at)
        at += (width + 7) // 8 * (2 if event.kind in UPDATE_KINDS else 1)
        if at > len(body):
            raise IndexError(at)
    return rebuild(event, _PLAIN_KINDS[event.kind], body[:at] + decompress(body[at:]))


def _decompress_query(event: LogEvent) -> LogEvent:
    body = event.body
    with too_short("the QUERY event"):
        schema_bytes, status_bytes = body[8], body[11] | body[12] << 8
    text_at = 13 + status_bytes + schema_bytes + 1
    if text_at > len(body):
        raise MalformedEvent("the QUERY event is too short")
    return rebuild(event, EventKind.QUERY, body[:text_at] + decompress(body[text_at:]))
