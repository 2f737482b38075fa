"""Taking a world back to an earlier moment: the transactions since, turned around, and proven.

The proof is that of a replay: rows in the events = rows that the server counted, and for each
table the rows before - inserted + deleted = COUNT(*) after. A row that is not as the log left it
is found out where the server looks rows up by all columns; elsewhere it finds them by their key,
as in a replay without `--verify-images`: `_send` is where after-images could be compared.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from rewound.binlog.events.table_map import TableName
from rewound.binlog.log_file import LogFile
from rewound.binlog.rows.inverse import NotInvertible
from rewound.binlog.rows.row_counts import ChangedRows
from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS
from rewound.errors import Interrupted, MysqlError, ReplayError
from rewound.load.ledger import Ledger
from rewound.load.log_receipt import (
    HandlerCounts,
    LoggedRows,
    LogReceipt,
    TakenBack,
    is_same,
)
from rewound.load.options import LoadOptions
from rewound.load.proof import look_at_server
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.replay.refusals import explain_refusal
from rewound.replay.replay_plan import LogPart, ReplayPlan
from rewound.replay.replaying import Progress, describe_point, merge_tables
from rewound.replay.row_balance import RowBalance
from rewound.replay.row_batches import RowBatches, binlog_statement
from rewound.replay.server_tables import find_cascading_parents, read_handlers
from rewound.replay.undoing import LogPiece, Undone, find_pieces, iter_undone
from rewound.replay.way_back import WayBack

_COUNTERS = (
    "the next AUTO_INCREMENT numbers: counters are those of the later moment that was taken back,"
    " because logs do not have the earlier ones; new rows may get higher numbers"
)


def go_back(
    endpoint: Endpoint,
    way: WayBack,
    plan: ReplayPlan,
    ledger: Ledger,
    *,
    options: LoadOptions,
    cancelled: threading.Event,
    progress: Progress = lambda _log, _share: None,
) -> Ledger:
    """Take back what lies on the way, and return the ledger of the plan's moment, proven.

    `endpoint` is the loader's, which needs REPLICATION_APPLIER. `ledger` is that of the moment the
    way begins at, and nothing has changed since.

    Raises:
        ReplayError: it cannot be turned around, the server refuses it, or the proof fails. The
            world is at no moment then.
        BinlogError: a log is damaged, or was changed since it was planned.
        HostError: the server has no space for the rows.
        Interrupted: `cancelled` was set.
    """
    counts = {(each.schema, each.table): each.counted or 0 for each in ledger.tables}
    balance = RowBalance(counts)
    with Connection(endpoint) as connection:
        before = read_handlers(connection)
        taker = _Taker(connection, balance, options)
        try:
            taker.take_back(way, cancelled, progress)
        except NotInvertible as error:
            raise ReplayError(str(error)) from error
        counted = read_handlers(connection) - before
    if not is_same(taker.sent, counted):
        raise ReplayError("the server counted other rows than were sent to it")
    with Connection(endpoint) as connection:
        found = look_at_server(connection, check_foreign_keys=options.check_foreign_keys)
    tables = balance.compare(found.row_counts, lambda _key: False)
    for rows in tables:
        if rows.counted != rows.before + rows.inserted - rows.deleted:
            raise ReplayError(f"table {rows.schema}.{rows.table} has other rows than expected")
    receipt = ledger.receipt
    assert receipt is not None  # noqa: S101 - a way back begins at a replayed moment
    return replace(
        ledger,
        ended_at=datetime.now(UTC),
        tables=merge_tables(ledger, found, tables, balance.tables),
        foreign_keys=replace(found.foreign_keys, lost=ledger.foreign_keys.lost),
        receipt=_take_off(
            receipt,
            plan,
            tables,
            taker.sent,
            counted,
            way.transactions,
            has_counters=any((r.schema, r.table) in found.auto_increments for r in tables),
        ),
        deep=None,
    )


class _Taker:
    """Sends transactions turned around to a server, many of them in one commit."""

    def __init__(self, connection: Connection, balance: RowBalance, options: LoadOptions) -> None:
        self.sent = HandlerCounts()
        """Rows in the events that were sent."""
        self._connection = connection
        self._balance = balance
        self._filter = options.dump_filter
        self._batches = RowBatches()
        self._last: Undone | None = None
        """What was added to the batch last."""

    def take_back(self, way: WayBack, cancelled: threading.Event, progress: Progress) -> None:
        """Take back all of a way.

        Raises:
            NotInvertible: it cannot be turned around; nothing was sent if that is seen at once.
        """
        parents = {
            (schema.lower(), table.lower())
            for schema, table in find_cascading_parents(self._connection)
        }
        pieces, count = find_pieces(way.parts, parents=parents)
        if count != way.transactions:
            raise ReplayError(
                f"{count:,} transactions were read on the way, {way.transactions:,} were planned"
            )
        done = 0
        of: LogPart | None = None
        for piece in reversed(pieces):
            if piece.part is not of:
                of = piece.part
                self._begin_file(piece)
            for undone in iter_undone(piece):
                if cancelled.is_set():
                    raise Interrupted(f"taking back {piece.part.path} was interrupted")
                self._take(undone)
            done += piece.end - piece.start
            progress(piece.part.survey.name, done / way.size_bytes)
        self._commit()

    def _begin_file(self, piece: LogPiece) -> None:
        self._commit()
        with LogFile(piece.part.path) as log:
            self._connection.execute_sql(binlog_statement(log.format.replay_event))

    def _take(self, undone: Undone) -> None:
        for table in undone.rows:
            if table.schema.lower() in SYSTEM_SCHEMAS or not self._filter.has_table(*table):
                raise NotInvertible(f"{undone.transaction.place}: {table} is not replayed")
        inverse = {name: _turn(rows) for name, rows in undone.rows.items()}
        self._balance.add_rows(inverse)
        for rows in inverse.values():
            self.sent += HandlerCounts(rows.inserted, rows.updated, rows.deleted)
        self._send(undone)

    def _send(self, undone: Undone) -> None:
        try:
            if self._last is None:
                self._connection.execute_sql(b"BEGIN")
            self._last = undone
            for event in undone.events:
                for statement in self._batches.add(event):
                    self._connection.execute_sql(statement)
        except MysqlError as error:
            raise explain_refusal(undone.transaction, error) from error
        if self._batches.is_full:
            self._commit()

    def _commit(self) -> None:
        if self._last is None:
            return
        try:
            for statement in self._batches.take():
                self._connection.execute_sql(statement)
            self._connection.execute_sql(b"COMMIT")
        except MysqlError as error:
            raise explain_refusal(self._last.transaction, error) from error
        self._last = None


def _turn(rows: ChangedRows) -> ChangedRows:
    return ChangedRows(rows.deleted, rows.updated, rows.inserted)


def _take_off(
    receipt: LogReceipt,
    plan: ReplayPlan,
    tables: tuple[LoggedRows, ...],
    sent: HandlerCounts,
    counted: HandlerCounts,
    transactions: int,
    *,
    has_counters: bool,
) -> LogReceipt:
    """Return the receipt of the plan's moment out of that of the later one."""
    assert receipt.last is not None  # noqa: S101 - the later moment has more transactions
    rows = _exchange(sent)
    unproved = (_COUNTERS,) if has_counters else ()
    return replace(
        receipt,
        transactions=plan.transactions,
        first=describe_point(plan.first),
        last=describe_point(plan.last),
        tables=_take_off_tables(receipt, tables),
        read=receipt.read - rows,
        server=receipt.server - _exchange(counted),
        not_proved=tuple(dict.fromkeys([*receipt.not_proved, *unproved])),
        taken_back=(*receipt.taken_back, TakenBack(receipt.last, transactions, rows)),
    )


def _take_off_tables(receipt: LogReceipt, tables: tuple[LoggedRows, ...]) -> tuple[LoggedRows, ...]:
    undone: Mapping[TableName, LoggedRows] = {
        TableName(rows.schema, rows.table): rows for rows in tables
    }
    left = []
    for rows in receipt.tables:
        back = undone.get(TableName(rows.schema, rows.table))
        if back is None:
            left.append(rows)
            continue
        less = replace(
            rows,
            inserted=rows.inserted - back.deleted,
            updated=rows.updated - back.updated,
            deleted=rows.deleted - back.inserted,
            counted=back.counted,
        )
        others = less.by_definitions, less.by_cascades, less.by_statements
        if any((less.inserted, less.updated, less.deleted, *others)) or less.has_statements:
            left.append(less)
    return tuple(left)


def _exchange(counts: HandlerCounts) -> HandlerCounts:
    return HandlerCounts(counts.deleted, counts.updated, counts.inserted)
