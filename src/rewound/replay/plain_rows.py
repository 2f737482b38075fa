"""Transactions that are nothing but rows, and what of them a server is sent. Pure.

These can be merged, whether they come in a payload, are MariaDB's or have tables that are left out.
"""

from collections.abc import Iterable, Set

from rewound.binlog.events.checksums import with_checksum
from rewound.binlog.events.gtid import read_start
from rewound.binlog.events.header import take_event
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.mariadb import REWRITTEN_KINDS, to_mysql
from rewound.binlog.events.query import find_text
from rewound.binlog.events.table_map import TableName
from rewound.binlog.rows.left_out import leave_out_tables
from rewound.binlog.transaction import LoggedTransaction, TransactionKind

AROUND_ROWS = frozenset({b"BEGIN", b"COMMIT"})
"""The statements in a transaction that is nothing but rows."""
_SENT = frozenset(
    {EventKind.TABLE_MAP, EventKind.WRITE_ROWS, EventKind.UPDATE_ROWS, EventKind.DELETE_ROWS}
    | {EventKind.PARTIAL_UPDATE_ROWS}
)
_PASSED_OVER = frozenset(
    {EventKind.GTID, EventKind.ANONYMOUS_GTID, EventKind.GTID_TAGGED, EventKind.XID}
    | {EventKind.ROWS_QUERY, EventKind.IGNORABLE, EventKind.MARIADB_ANNOTATE_ROWS}
)


def find_plain_rows(
    transaction: LoggedTransaction, left_out: Set[TableName] = frozenset()
) -> list[bytes] | None:
    """Return the table maps and row events of a transaction that is nothing but rows.

    They are as MySQL writes them, with checksums, and without the tables that are `left_out`. None:
    it holds other things as well, a savepoint for example, or is too large to be kept in memory.

    Raises:
        MalformedEvent: an event is not what its type requires.
    """
    if transaction.kind is not TransactionKind.ROWS or not transaction.is_kept:
        return None
    sent: list[bytes] = []
    for data in _iter_with_checksums(transaction):
        if data[4] in _SENT:  # nearly all events
            sent.append(data)
        elif data[4] in REWRITTEN_KINDS:
            rewritten = to_mysql(take_event(data, transaction.start, has_checksum=True)).data
            if rewritten[4] in _SENT:
                sent.append(rewritten)
            elif not _is_around_rows(rewritten):
                return None
        elif data[4] not in _PASSED_OVER and not _is_around_rows(data):
            return None
    if not left_out:
        return sent
    events = (take_event(data, transaction.start, has_checksum=True) for data in sent)
    return [event.data for event in leave_out_tables(events, left_out.__contains__)]


def _iter_with_checksums(transaction: LoggedTransaction) -> Iterable[bytes]:
    """Return the events of a transaction that is kept, those of a payload in its place.

    As bytes: an object for each event takes as long as all else that is done with it.
    """
    held = transaction.held or ()
    if transaction.unpacked is None:
        return held if transaction.has_checksums else map(with_checksum, held)
    return map(with_checksum, transaction.unpacked)


def _is_around_rows(data: bytes) -> bool:
    """Tell whether an event only begins, ends or describes a transaction."""
    kind = data[4]
    if kind == EventKind.QUERY:
        return find_text(data, has_checksum=True) in AROUND_ROWS
    if kind == EventKind.MARIADB_GTID:
        event = take_event(data, 0, has_checksum=True)
        start = read_start(kind, event.body, event.server_id)
        return start.xid is None and not start.is_announcement
    return kind in _PASSED_OVER
