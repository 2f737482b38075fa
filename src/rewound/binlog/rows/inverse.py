"""Row events turned around: what takes a server back to the state before a transaction.

Statements, events and rows in reverse order, inserts and deletes exchanged, the two images of an
update too. One transaction, and 400 in a row, were taken back so on 9.7.4, with equal tables.
It takes images with all columns; definitions cannot be turned around.
"""

from collections.abc import Iterable

from rewound.binlog.events.header import LogEvent, rebuild
from rewound.binlog.events.kinds import ROW_KINDS, UPDATE_KINDS, EventKind
from rewound.binlog.events.query import find_text
from rewound.binlog.rows.row_counts import TableMaps
from rewound.binlog.rows.row_event import (
    DUMMY_TABLE_ID,
    RowEvent,
    is_partial,
    read_row_event,
    set_statement_end,
)

_INVERSE = {
    EventKind.WRITE_ROWS: EventKind.DELETE_ROWS,
    EventKind.DELETE_ROWS: EventKind.WRITE_ROWS,
    EventKind.UPDATE_ROWS: EventKind.UPDATE_ROWS,
}
_PARTITION_INFO, _EXTRA_AT = 1, 8
_WITHOUT_ROWS = frozenset(
    {
        EventKind.GTID,
        EventKind.ANONYMOUS_GTID,
        EventKind.GTID_TAGGED,
        EventKind.MARIADB_GTID,
        EventKind.XID,
        EventKind.XA_PREPARE,
        EventKind.ROWS_QUERY,
        EventKind.MARIADB_ANNOTATE_ROWS,
        EventKind.IGNORABLE,
    }
)
_HARMLESS = (b"BEGIN", b"COMMIT", b"SAVEPOINT ", b"XA START ", b"XA END ")


class NotInvertible(Exception):
    """The transaction cannot be turned around; the text says why."""


def invert(events: Iterable[LogEvent]) -> list[LogEvent]:
    """Return the table maps and row events that undo those of a transaction.

    `events` are MySQL's, as `replay_events.iter_replay_events` gives them; all are held in memory.

    Raises:
        NotInvertible: it has changes that are not rows, or images without some columns.
        MalformedEvent: an event is damaged.
    """
    maps = TableMaps()
    statements: list[list[LogEvent]] = []
    own_maps: list[LogEvent] = []
    inverted: list[LogEvent] = []
    for event in events:
        if event.kind == EventKind.TABLE_MAP:
            maps.learn(event.body)
            own_maps.append(event)
        elif event.kind in ROW_KINDS:
            body = event.body
            row_event = read_row_event(event, body)
            if row_event.table_id != DUMMY_TABLE_ID:
                inverted.append(_invert_rows(event, body, row_event, maps))
            if row_event.ends_statement:
                statements.append(_end_statement(own_maps, inverted))
                own_maps, inverted = [], []
        else:
            _require_harmless(event)
    if inverted:
        raise NotInvertible("its last statement has no end")
    return [event for statement in reversed(statements) for event in statement]


def _end_statement(maps: list[LogEvent], inverted: list[LogEvent]) -> list[LogEvent]:
    """Return the events of one statement, the last of them ending it."""
    if not inverted:
        return []
    inverted.reverse()
    ended = [
        set_statement_end(event, event.body, ends_statement=event is inverted[-1])
        for event in inverted
    ]
    return [*maps, *ended]


def _invert_rows(event: LogEvent, body: bytes, row_event: RowEvent, maps: TableMaps) -> LogEvent:
    kind = _INVERSE.get(EventKind(event.kind))
    if kind is None:
        reason = "parts of JSON values" if is_partial(event.kind) else "rows of an old version"
        raise NotInvertible(f"it has {reason}, at {event.position}")
    if not row_event.is_full:
        raise NotInvertible(f"its row images lack columns (binlog_row_image), at {event.position}")
    images: list[bytes] = []
    for span in maps.get_plans(body).iter_spans(row_event, body):
        if span.before is not None:
            images.append(body[slice(*span.before)])
        if span.after is not None:
            images.append(body[slice(*span.after)])
    images.reverse()  # the rows, and the two images of each
    head = body[: row_event.rows_at]
    if kind in UPDATE_KINDS:
        head = _exchange_partitions(head)
    return rebuild(event, kind, head + b"".join(images))


def _exchange_partitions(head: bytes) -> bytes:
    """Exchange the partitions that an update takes its rows from and puts them into."""
    size = head[_EXTRA_AT] | head[_EXTRA_AT + 1] << 8
    if size < 7 or head[_EXTRA_AT + 2] != _PARTITION_INFO:
        return head
    at = _EXTRA_AT + 3
    return head[:at] + head[at + 2 : at + 4] + head[at : at + 2] + head[at + 4 :]


def _require_harmless(event: LogEvent) -> None:
    if event.kind in _WITHOUT_ROWS:
        return
    if event.kind == EventKind.QUERY:
        text = find_text(event.data, has_checksum=event.has_checksum)
        if text.startswith(_HARMLESS):
            return
    raise NotInvertible(f"it has changes that are not rows, at {event.position}")
