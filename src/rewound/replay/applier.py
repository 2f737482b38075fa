"""Applying transactions to a server: rows as they are logged, definitions as they are judged.

Rows go as `BINLOG` statements over one session, those of many transactions in one commit;
definitions go over another, whose variables the log states for each, so that neither affects the
other. What is executed is decided by `log_judge`.
"""

from rewound.binlog.events.checksums import CHECKSUM_BYTES
from rewound.binlog.events.header import HEADER_BYTES
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.query import decompress, find_load_text, find_text
from rewound.binlog.events.statement_events import read_incident
from rewound.binlog.replay_events import count_rows
from rewound.binlog.rows.row_counts import TableMaps
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import excerpt
from rewound.errors import HostError, MysqlError, ReplayError
from rewound.load.log_receipt import HandlerCounts
from rewound.load.objects import StatedObjects
from rewound.mysql.client import Connection
from rewound.replay import log_rules
from rewound.replay.applied import Applied
from rewound.replay.definitions import Definitions
from rewound.replay.image_check import ImageCheck
from rewound.replay.log_judge import LogJudge
from rewound.replay.logged_statements import changes_rows
from rewound.replay.one_by_one import EventApplier
from rewound.replay.refusals import explain_difference, explain_refusal
from rewound.replay.row_balance import RowBalance
from rewound.replay.row_batches import RowBatches, binlog_statement
from rewound.replay.scratch_tables import RowDiffers
from rewound.replay.statement_replay import StatementReplay

_SENT_AS_THEY_ARE = frozenset(
    {EventKind.TABLE_MAP, EventKind.WRITE_ROWS, EventKind.UPDATE_ROWS, EventKind.DELETE_ROWS}
    | {EventKind.PARTIAL_UPDATE_ROWS}
)
_PASSED_OVER = frozenset(
    {EventKind.GTID, EventKind.ANONYMOUS_GTID, EventKind.GTID_TAGGED, EventKind.XID}
    | {EventKind.ROWS_QUERY, EventKind.IGNORABLE}
)
_AROUND_ROWS = frozenset({b"BEGIN", b"COMMIT"})


class Applier:
    """Applies the transactions of one server's logs, in their order."""

    def __init__(
        self,
        rows: Connection,
        definitions: Connection,
        judge: LogJudge,
        balance: RowBalance,
        objects: StatedObjects,
        images: ImageCheck,
    ) -> None:
        """Take two sessions of the loader, which may do nothing outside of ordinary schemas."""
        self.applied = Applied()
        self._rows = rows
        self._judge = judge
        self._balance = balance
        self._images = images
        self._statements = StatementReplay(rows, definitions, judge, balance, self.applied)
        self._definitions = Definitions(
            definitions, judge, balance, objects, self.applied, self._forget
        )
        self._events = EventApplier(
            rows, self._definitions, balance, self.applied, images, self._statements
        )
        self._batches = RowBatches()
        self._waiting: list[LoggedTransaction] = []
        """The transactions in the batch."""
        self._maps = TableMaps()

    def begin_file(self, format_event: bytes) -> None:
        """Tell the server how the events of the next file are written."""
        self.flush()
        self._rows.execute_sql(binlog_statement(format_event))
        self._maps = TableMaps()

    def apply(self, transaction: LoggedTransaction) -> None:
        """Apply one transaction; its rows may wait in a batch.

        Raises:
            ReplayError: it holds what cannot be replayed, or the server refuses it.
            BinlogError: an event is damaged.
        """
        _require_replayable(transaction, replays_statements=self._judge.replays_statements)
        self.applied.transactions += 1
        if (events := self._find_plain_rows(transaction)) is not None:
            found = self._images.new_found()
            counts = count_rows(transaction, self._maps, found)
            self.applied.add_rows(counts.values())
            self._balance.add_rows(counts)
            if not self._images.take(found):
                self.flush()
                self._images.take(found, is_alone=True)
            self._batches.add_whole(events)
            self._waiting.append(transaction)
            if self._batches.is_full:
                self.flush()
            return
        self.flush()
        try:
            self._events.apply(transaction, self._maps)
        except MysqlError as error:
            raise explain_refusal(transaction, error) from error
        except RowDiffers as difference:
            raise self._explain_difference(transaction, difference) from difference

    def flush(self) -> None:
        """Apply and commit what waits.

        Raises:
            ReplayError: the server refuses it.
        """
        if not self._waiting:
            return
        try:
            self._commit(self._batches)
        except (MysqlError, RowDiffers) as error:
            if (refusal := self._find_refused(error)) is not None:
                raise refusal from error
        self._waiting.clear()

    def finish(self) -> None:
        """Apply what waits, and leave out the XA transactions that are undecided."""
        self.flush()
        self._events.roll_back_prepared()
        self._images.finish()

    @property
    def written(self) -> HandlerCounts:
        """What the server has counted in the session of rows that is in no row event."""
        return self._images.written + self._statements.written

    def _forget(self) -> None:
        """Forget what a definition may have changed."""
        self._images.forget()
        self._statements.forget()

    def _commit(self, batches: RowBatches) -> None:
        self._rows.execute_sql(b"BEGIN")
        self._images.compare()
        for statement in batches.take():
            self._rows.execute_sql(statement)
        self._rows.execute_sql(b"COMMIT")

    def _find_refused(self, error: MysqlError | RowDiffers) -> ReplayError | HostError | None:
        """Find out which of the transactions in a batch is refused: apply each alone.

        None: none is. What a foreign key changes in the server may be what an image says of a row.
        """
        try:
            self._rows.execute_sql(b"ROLLBACK")
            self._images.forget()
            self._batches = RowBatches()
            for transaction in self._waiting:
                found = self._images.new_found()
                count_rows(transaction, self._maps, found)
                self._images.take(found, is_alone=True)
                batch = RowBatches()
                batch.add_whole(self._find_plain_rows(transaction) or [])
                try:
                    self._commit(batch)
                except MysqlError as own_error:
                    return explain_refusal(transaction, own_error)
                except RowDiffers as difference:
                    return self._explain_difference(transaction, difference)
        except MysqlError as own_error:
            error = own_error  # the server is gone
        if isinstance(error, RowDiffers):
            return None
        return explain_refusal(self._waiting[0], error, others=len(self._waiting) - 1)

    def _explain_difference(
        self, transaction: LoggedTransaction, difference: RowDiffers
    ) -> ReplayError:
        has_statements = self._statements.written != HandlerCounts()
        return explain_difference(transaction, str(difference), has_statements=has_statements)

    def _find_plain_rows(self, transaction: LoggedTransaction) -> list[bytes] | None:
        """Return a transaction's events if they can go to the server as they are in the log.

        That is: nothing but rows, of tables that are all replayed, in MySQL's own form.
        """
        is_plain = (
            transaction.kind is TransactionKind.ROWS
            and transaction.held is not None
            and transaction.has_checksums
            and all(map(self._judge.has_rows_of, transaction.tables))
        )
        if not is_plain or transaction.held is None:
            return None
        events = []
        for data in transaction.held:
            kind = data[4]
            if kind in _SENT_AS_THEY_ARE:
                if kind == EventKind.TABLE_MAP:
                    body = data[HEADER_BYTES:-CHECKSUM_BYTES]
                    self._definitions.require_columns(body, transaction)
                events.append(data)
            elif kind == EventKind.QUERY:
                if find_text(data, has_checksum=True) not in _AROUND_ROWS:
                    return None  # a savepoint
            elif kind not in _PASSED_OVER:
                return None
        return events


def _require_replayable(transaction: LoggedTransaction, *, replays_statements: bool) -> None:
    """Refuse what a log does not have as rows.

    Raises:
        ReplayError: the transaction has such changes.
    """
    rule: Rule | None = None
    if transaction.kind is TransactionKind.INCIDENT:
        rule = log_rules.LOG_INCIDENT
    elif transaction.kind is TransactionKind.STATEMENT and not replays_statements:
        is_change = changes_rows(_find_statement(transaction))
        rule = log_rules.STATEMENT_REPLAYED if is_change else log_rules.LOG_STATEMENT
    elif transaction.is_rolled_back:
        rule = log_rules.LOG_ROLLED_BACK
    if rule is None:
        return
    at = transaction.start if transaction.statement_at is None else transaction.statement_at
    raise ReplayError(
        f"{transaction.log.name} at {at:,}: refused by rule {rule.name}: {rule.why}",
        hint=rule.remedy,
        quoted=_quote_statement(transaction),
    )


def _quote_statement(transaction: LoggedTransaction) -> str:
    for event in transaction.iter_events():
        if event.kind == EventKind.INCIDENT:
            return read_incident(event.body)
    return excerpt(_find_statement(transaction))


def _find_statement(transaction: LoggedTransaction) -> bytes:
    """Return the first of a transaction's statements that is more than BEGIN."""
    for event in transaction.iter_events():
        if event.kind in (EventKind.QUERY, EventKind.MARIADB_QUERY_COMPRESSED):
            text = find_text(event.data, has_checksum=event.has_checksum)
            if event.kind == EventKind.MARIADB_QUERY_COMPRESSED:
                text = decompress(text)
            if text not in _AROUND_ROWS:
                return text
        elif event.kind == EventKind.EXECUTE_LOAD_QUERY:
            return find_load_text(event.data, has_checksum=event.has_checksum)
    return b""
