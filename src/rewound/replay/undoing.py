"""Transactions turned around, the last one first, with bounded memory.

A log is read forward only: one reading finds where its transactions are, and whether all of them
can be turned around; then pieces of it are read, the last piece first.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.kinds import ROW_KINDS
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.table_map import TableName
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import count_rows, iter_replay_events, refuse_event
from rewound.binlog.rows.inverse import NotInvertible, invert
from rewound.binlog.rows.row_counts import ChangedRows
from rewound.binlog.rows.row_event import is_partial, read_row_event
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.binlog.transactions import TransactionReader
from rewound.replay.replay_plan import LogPart

_PIECE_BYTES = 8 << 20
"""Of log that is read and turned around at a time."""
_MOST_EVENT_BYTES = 64 << 20
"""Of one transaction, decompressed: all of it is held in memory."""


class LogPiece(NamedTuple):
    """Some transactions of a file, one after the other."""

    part: LogPart
    start: int
    """Where the first begins."""
    end: int
    """Where the last ends."""


@dataclass(frozen=True, slots=True)
class Undone:
    """One transaction turned around."""

    transaction: LoggedTransaction
    events: Sequence[LogEvent]
    """What undoes it."""
    rows: dict[TableName, ChangedRows]
    """Its rows, as the log has them."""


def find_pieces(
    parts: Sequence[LogPart], *, parents: Collection[tuple[str, str]]
) -> tuple[list[LogPiece], int]:
    """Return the transactions in pieces, in the order of the log, and how many they are.

    `parents` are the tables, by schema and name in lower case, whose changes foreign keys pass on.

    Raises:
        NotInvertible: one of them cannot be turned around; the text says which.
        BinlogError: a log is damaged.
    """
    pieces: list[LogPiece] = []
    count = 0
    for part in parts:
        start = None
        for transaction in _iter_transactions(part, part.start, part.end):
            _require_invertible(transaction, part, parents)
            count += 1
            start = transaction.start if start is None else start
            if transaction.end - start >= _PIECE_BYTES or transaction.end >= part.end:
                pieces.append(LogPiece(part, start, transaction.end))
                start = None
            last_end = transaction.end
        if start is not None:
            pieces.append(LogPiece(part, start, last_end))
    return pieces, count


def iter_undone(piece: LogPiece) -> Iterator[Undone]:
    """Yield the transactions of a piece turned around, the last one first.

    Raises:
        NotInvertible: one of them cannot be turned around.
        BinlogError: the log is damaged, or has changed.
    """
    undone = [
        Undone(transaction, _invert(transaction), count_rows(transaction))
        for transaction in _iter_transactions(piece.part, piece.start, piece.end)
    ]
    yield from reversed(undone)


def _iter_transactions(part: LogPart, start: int, end: int) -> Iterator[LoggedTransaction]:
    with LogFile(part.path) as log:
        yield from TransactionReader(log).iter_span(start, end)


def _invert(transaction: LoggedTransaction) -> list[LogEvent]:
    try:
        return invert(iter_replay_events(transaction))
    except MalformedEvent as error:
        first = next(transaction.iter_logged_events())
        raise refuse_event(transaction, first, error) from error
    except NotInvertible as error:
        raise NotInvertible(f"{transaction.place}: {error}") from error


def _require_invertible(
    transaction: LoggedTransaction, part: LogPart, parents: Collection[tuple[str, str]]
) -> None:
    """Refuse what can be seen without turning it around.

    Raises:
        NotInvertible: the transaction is not one of nothing but rows with all columns.
        BinlogError: it is damaged.
    """
    place = transaction.place
    if part.survey.format.is_mariadb:
        raise NotInvertible(f"{place}: the log is of MariaDB")
    if transaction.kind is not TransactionKind.ROWS or transaction.is_rolled_back:
        raise NotInvertible(f"{place}: it has changes that are not rows")
    for table in transaction.tables:
        if (table.schema.lower(), table.table.lower()) in parents:
            raise NotInvertible(
                f"{place}: it changes {table}, and with it, by foreign keys (CASCADE, SET NULL),"
                " rows of other tables, which the log does not have"
            )
    size_bytes = 0
    for event in transaction.iter_events():
        size_bytes += len(event.data)
        if size_bytes > _MOST_EVENT_BYTES:
            raise NotInvertible(f"{place}: it is too large")
        if event.kind in ROW_KINDS:
            try:
                is_full = not is_partial(event.kind) and read_row_event(event, event.body).is_full
            except MalformedEvent as error:
                raise refuse_event(transaction, event, error) from error
            if not is_full:
                raise NotInvertible(f"{place}: the log does not have all columns of its rows")
