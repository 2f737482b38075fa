"""What a MySQL server has to be given of a transaction: its events, each with its checksum.

Payloads are decompressed, MariaDB's events rewritten as MySQL's. Events that only a log needs are
left out: GTIDs, comments, the numbers of XA transactions and commits stay to be read by the
caller, from `LoggedTransaction.iter_events`.
"""

from collections.abc import Iterator

from rewound.binlog.events.checksums import CHECKSUM_BYTES
from rewound.binlog.events.header import LogEvent, add_checksum
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.mariadb import to_mysql
from rewound.binlog.events.table_map import TableName
from rewound.binlog.log_bytes import copy_again
from rewound.binlog.rows.row_counts import ChangedRows, LoggedRowCounter, TableMaps
from rewound.binlog.transaction import LoggedTransaction
from rewound.errors import BinlogError


def iter_replay_events(transaction: LoggedTransaction) -> Iterator[LogEvent]:
    """Yield the events of a transaction as MySQL writes them, all with checksums.

    `LogFile.format.replay_event` goes before the first of a file.

    Raises:
        BinlogError: an event is damaged, or the file has changed.
    """
    for event in transaction.iter_events():
        try:
            yield add_checksum(to_mysql(event))
        except MalformedEvent as error:
            raise refuse_event(transaction, event, error) from error


def count_rows(
    transaction: LoggedTransaction, maps: TableMaps | None = None
) -> dict[TableName, ChangedRows]:
    """Return how many rows of which tables a transaction inserts, updates and deletes.

    Rows that a ROLLBACK TO SAVEPOINT takes back are counted too. Give the same `maps` with each
    transaction of a file: counting takes a third of the time then.

    Raises:
        BinlogError: an event is damaged, or the file has changed.
    """
    counter = LoggedRowCounter(maps or TableMaps())
    if transaction.held is not None and not transaction.has_payload:
        left = iter(transaction.held)
        try:
            counter.take_all(left, CHECKSUM_BYTES if transaction.has_checksums else 0)
        except MalformedEvent as error:
            taken = transaction.held[: -1 - len(list(left))]
            position = transaction.start + sum(map(len, taken))
            raise _refuse(transaction, error, position) from error
        return counter.counts
    for event in transaction.iter_events():
        try:
            counter.take(event.data, len(event.data) - CHECKSUM_BYTES * event.has_checksum)
        except MalformedEvent as error:
            raise refuse_event(transaction, event, error) from error
    return counter.counts


def refuse_transaction(transaction: LoggedTransaction, error: MalformedEvent) -> BinlogError:
    """Return the error of a transaction with an event that is not what its type requires."""
    return _refuse(transaction, error, transaction.start)


def refuse_event(
    transaction: LoggedTransaction, event: LogEvent, error: MalformedEvent
) -> BinlogError:
    """Return the error of an event of a transaction that is not what its type requires."""
    return _refuse(transaction, error, event.position)


def _refuse(transaction: LoggedTransaction, error: MalformedEvent, position: int) -> BinlogError:
    log = transaction.log
    return BinlogError(log, str(error), position=position, hint=copy_again(log))
