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
from rewound.binlog.rows.row_counts import ChangedRows, FoundRows, LoggedRowCounter, TableMaps
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
    transaction: LoggedTransaction,
    maps: TableMaps | None = None,
    found: list[FoundRows] | None = None,
) -> dict[TableName, ChangedRows]:
    """Return how many rows of which tables a transaction inserts, updates and deletes.

    Rows that a ROLLBACK TO SAVEPOINT takes back are counted too. Give the same `maps` with each
    transaction of a file: counting takes a third of the time then. Row events are added to
    `found`, if it is given.

    Raises:
        BinlogError: an event is damaged, or the file has changed.
    """
    counter = LoggedRowCounter(maps or TableMaps(), found)
    take = counter.take
    overhead = CHECKSUM_BYTES if transaction.has_checksums else 0
    position = transaction.start
    try:
        if transaction.held is not None and not transaction.has_payload:
            for data in transaction.held:
                take(data, len(data) - overhead)
                position += len(data)
        else:
            for event in transaction.iter_events():
                position = event.position
                data = event.data
                take(data, len(data) - (CHECKSUM_BYTES if event.has_checksum else 0))
    except MalformedEvent as error:
        raise BinlogError(
            transaction.log, str(error), position=position, hint=copy_again(transaction.log)
        ) from error
    return counter.counts


def refuse_event(
    transaction: LoggedTransaction, event: LogEvent, error: MalformedEvent
) -> BinlogError:
    """Return the error of an event of a transaction that is not what its type requires."""
    return BinlogError(
        transaction.log, str(error), position=event.position, hint=copy_again(transaction.log)
    )
