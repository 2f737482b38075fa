"""Applying transactions to a server: rows as they are logged, definitions as they are judged.

Rows go as `BINLOG` statements over one session, those of many transactions in one commit;
definitions go over another, whose variables the log states for each, so that neither affects the
other. What is executed is decided by `log_judge`.
"""

from functools import lru_cache

from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.query import decompress, find_load_text, find_text
from rewound.binlog.events.statement_events import read_incident
from rewound.binlog.events.table_map import TableName
from rewound.binlog.replay_events import refuse_transaction
from rewound.binlog.rows.row_counts import LoggedRowCounter, TableMaps
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.dump.rules.verdict import RuleUse, excerpt
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
from rewound.replay.plain_rows import AROUND_ROWS, find_plain_rows
from rewound.replay.refusals import explain_difference, explain_refusal, refuse_by_rule
from rewound.replay.row_balance import RowBalance
from rewound.replay.row_batches import BATCH_BYTES, RowBatches, binlog_statement
from rewound.replay.scratch_tables import RowDiffers
from rewound.replay.statement_replay import StatementReplay

_MOST_KNOWN_TABLES = 10_000
_QUERIES = frozenset({EventKind.QUERY, EventKind.MARIADB_QUERY_COMPRESSED})
_MOST_MERGED_BYTES = 4 * BATCH_BYTES
"""A longer transaction fills batches of its own, and would take ten times its size of memory."""


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
        self._waiting: list[tuple[LoggedTransaction, list[bytes]]] = []
        """The transactions in the batch, each with its events."""
        self._maps = TableMaps()
        self._found = images.new_found()
        self._counter = LoggedRowCounter(self._maps, self._found)
        """Of the rows in the batch."""
        self._find_left_out = lru_cache(_MOST_KNOWN_TABLES)(self._select_left_out)

    def begin_file(self, format_event: bytes) -> None:
        """Tell the server how the events of the next file are written."""
        self.flush()
        self._rows.execute_sql(binlog_statement(format_event))
        self._maps = TableMaps()
        self._counter = LoggedRowCounter(self._maps, self._found)

    def apply(self, transaction: LoggedTransaction) -> None:
        """Apply one transaction; its rows may wait in a batch.

        Raises:
            ReplayError: it holds what cannot be replayed, or the server refuses it.
            BinlogError: an event is damaged.
        """
        _require_replayable(transaction, self._judge)
        self.applied.transactions += 1
        left_out = self._find_left_out(transaction.tables)
        for table in sorted(left_out):
            self.applied.add_use(self._judge.name_rule(table), transaction.place)
        if self._merge(transaction, left_out):
            return
        self.flush()
        try:
            self._events.apply(transaction, self._maps, left_out)
        except MysqlError as error:
            raise explain_refusal(transaction, error, inexact=self.applied.inexact) from error
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
        self.applied.add_rows(self._counter.counts.values())
        self._balance.add_rows(self._counter.counts)
        self._counter = LoggedRowCounter(self._maps, self._found)
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

    def _merge(self, transaction: LoggedTransaction, left_out: frozenset[TableName]) -> bool:
        """Add a transaction to the batch if it is nothing but rows; tell whether it is."""
        try:
            events = find_plain_rows(transaction, left_out)
            if events is None or sum(map(len, events)) > _MOST_MERGED_BYTES:
                return False
            self._definitions.require_tables(transaction, left_out)
            self._counter.take_all(events)
            if not self._images.take(self._found):
                self.flush()
                self._images.take(self._found, is_alone=True)
        except MalformedEvent as error:
            raise refuse_transaction(transaction, error) from error
        finally:
            if self._found is not None:
                self._found.clear()
        self._batches.add_whole(events)
        self._waiting.append((transaction, events))
        if self._batches.is_full:
            self.flush()
        return True

    def _select_left_out(self, tables: tuple[TableName, ...]) -> frozenset[TableName]:
        """Return those whose rows are not replayed."""
        return frozenset(table for table in tables if not self._judge.has_rows_of(table))

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
            for transaction, events in self._waiting:
                found = self._images.new_found()
                LoggedRowCounter(self._maps, found).take_all(events)
                self._images.take(found, is_alone=True)
                batch = RowBatches()
                batch.add_whole(events)
                try:
                    self._commit(batch)
                except MysqlError as own_error:
                    return explain_refusal(transaction, own_error, inexact=self.applied.inexact)
                except RowDiffers as difference:
                    return self._explain_difference(transaction, difference)
        except MysqlError as own_error:
            error = own_error  # the server is gone
        if isinstance(error, RowDiffers):
            return None
        first, others = self._waiting[0][0], len(self._waiting) - 1
        return explain_refusal(first, error, others=others, inexact=self.applied.inexact)

    def _explain_difference(
        self, transaction: LoggedTransaction, difference: RowDiffers
    ) -> ReplayError:
        has_statements = self._statements.written != HandlerCounts()
        return explain_difference(
            transaction, difference.fault, str(difference), has_statements=has_statements
        )


def _require_replayable(transaction: LoggedTransaction, judge: LogJudge) -> None:
    """Refuse what a log does not have as rows.

    Raises:
        ReplayError: the transaction has such changes.
    """
    use: RuleUse | None = None
    if transaction.kind is TransactionKind.INCIDENT:
        use = RuleUse(log_rules.LOG_INCIDENT)
    elif transaction.kind is TransactionKind.STATEMENT and not judge.replays_statements:
        use = _find_change_rule(transaction, judge)
    elif transaction.is_rolled_back:
        use = RuleUse(log_rules.LOG_ROLLED_BACK)
    if use is None:
        return
    raise refuse_by_rule(transaction.begin, use, quoted=_quote_statement(transaction))


def _find_change_rule(transaction: LoggedTransaction, judge: LogJudge) -> RuleUse:
    """Return the rule that refuses a change: one that a user can allow only if that helps."""
    if not changes_rows(_find_statement(transaction)):
        return RuleUse(log_rules.LOG_STATEMENT)
    for event in transaction.iter_events():
        if event.kind not in _QUERIES or event.position < (transaction.statement_at or 0):
            continue
        try:
            refusal = judge.find_change_refusal(event)
        except MalformedEvent as error:
            raise refuse_transaction(transaction, error) from error
        return refusal or RuleUse(log_rules.STATEMENT_REPLAYED)
    return RuleUse(log_rules.LOG_STATEMENT)


def _quote_statement(transaction: LoggedTransaction) -> str:
    for event in transaction.iter_events():
        if event.kind == EventKind.INCIDENT:
            return read_incident(event.body)
    return excerpt(_find_statement(transaction))


def _find_statement(transaction: LoggedTransaction) -> bytes:
    """Return the first of a transaction's statements that is more than BEGIN."""
    for event in transaction.iter_events():
        if event.kind in _QUERIES:
            text = find_text(event.data, has_checksum=event.has_checksum)
            if event.kind == EventKind.MARIADB_QUERY_COMPRESSED:
                text = decompress(text)
            if text not in AROUND_ROWS:
                return text
        elif event.kind == EventKind.EXECUTE_LOAD_QUERY:
            return find_load_text(event.data, has_checksum=event.has_checksum)
    return b""
