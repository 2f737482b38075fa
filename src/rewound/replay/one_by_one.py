"""A transaction applied event by event: with savepoints, XA statements and definitions in it."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from rewound.binlog.events.checksums import CHECKSUM_BYTES
from rewound.binlog.events.gtid import TransactionStart, read_start
from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.kinds import ROW_KINDS, EventKind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.query import read_query
from rewound.binlog.events.statement_events import read_xa_prepare
from rewound.binlog.events.table_map import TableName
from rewound.binlog.replay_events import iter_replay_events, refuse_event
from rewound.binlog.rows.left_out import leave_out_tables
from rewound.binlog.rows.row_counts import ChangedRows, LoggedRowCounter, TableMaps
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.dump.rules.verdict import RuleUse
from rewound.mysql.client import Connection
from rewound.replay.applied import Applied
from rewound.replay.definitions import Definitions
from rewound.replay.image_check import ImageCheck
from rewound.replay.log_rules import LOG_STATEMENT, XA_UNDECIDED
from rewound.replay.logged_statements import LOADS_FILE, PREPARATIONS
from rewound.replay.refusals import refuse_by_rule
from rewound.replay.row_balance import RowBalance
from rewound.replay.row_batches import RowBatches
from rewound.replay.statement_replay import StatementReplay

_SAVEPOINT = re.compile(rb"(SAVEPOINT|ROLLBACK TO|RELEASE SAVEPOINT) (.+)", re.DOTALL)
_XA = re.compile(
    rb"XA (START|BEGIN|END|COMMIT|ROLLBACK) (X'[0-9a-f]*',X'[0-9a-f]*',\d+)( ONE PHASE)?",
    re.IGNORECASE,
)
_Counts = dict[TableName, ChangedRows]


@dataclass(slots=True)
class _Tools:
    """What all transactions are applied with."""

    rows: Connection
    definitions: Definitions
    balance: RowBalance
    applied: Applied
    images: ImageCheck
    statements: StatementReplay
    prepared: dict[bytes, tuple[str, _Counts]] = field(default_factory=dict)
    """XA transactions that are prepared: where, and what they change."""


class EventApplier:
    """Applies transactions whose events cannot go to the server as they are."""

    def __init__(
        self,
        rows: Connection,
        definitions: Definitions,
        balance: RowBalance,
        applied: Applied,
        images: ImageCheck,
        statements: StatementReplay,
    ) -> None:
        """Take the session that applies rows; nothing may be open in it."""
        self._tools = _Tools(rows, definitions, balance, applied, images, statements)

    def apply(
        self, transaction: LoggedTransaction, maps: TableMaps, left_out: Set[TableName]
    ) -> None:
        """Apply one transaction without the tables that are `left_out`, and commit it.

        Raises:
            ReplayError: a statement in it is refused.
            MysqlError: the server refuses it.
            BinlogError: an event is damaged.
        """
        run = _EventByEvent(self._tools, transaction, maps)
        events = iter_replay_events(transaction)
        if left_out:
            events = leave_out_tables(events, left_out.__contains__)
        for event in events:
            try:
                run.take(event)
            except MalformedEvent as error:
                raise refuse_event(transaction, event, error) from error
        run.finish()

    def roll_back_prepared(self) -> None:
        """Leave out the XA transactions that are neither committed nor rolled back."""
        tools = self._tools
        for xid, (place, _) in tools.prepared.items():
            tools.rows.execute_sql(b"XA ROLLBACK " + xid)
            tools.applied.add_use(RuleUse(XA_UNDECIDED, xid.decode("ascii")), place)
        tools.prepared.clear()


class _EventByEvent:
    """One transaction on its way."""

    def __init__(self, tools: _Tools, transaction: LoggedTransaction, maps: TableMaps) -> None:
        self._tools = tools
        self._transaction = transaction
        self._found = tools.images.new_found()
        self._counter = LoggedRowCounter(maps, self._found)
        self._taken_back: _Counts = {}
        """Rows that were sent and that a ROLLBACK TO SAVEPOINT took back."""
        self._batches = RowBatches()
        self._is_open = self._is_begun = False
        self._is_standalone = False
        """Whether it is a statement without BEGIN and COMMIT."""
        self._preparations: list[LogEvent] = []
        """The events before a statement that is logged as such."""
        self._is_announcement = False
        self._savepoints: dict[bytes, _Counts] = {}
        """What the transaction had changed at each."""

    def take(self, event: LogEvent) -> None:
        """Apply the next event."""
        kind = event.kind
        if kind == EventKind.TABLE_MAP or kind in ROW_KINDS:
            if kind == EventKind.TABLE_MAP:
                self._tools.definitions.require_columns(event.body, self._transaction)
            self._counter.take(event.data, len(event.data) - CHECKSUM_BYTES)
            self._open()
            for statement in self._batches.add(event):
                self._apply(statement)
        elif kind == EventKind.QUERY:
            self._take_query(event)
        elif kind == EventKind.XID:
            self._commit()
        elif kind == EventKind.MARIADB_GTID:
            self._begin(read_start(kind, event.body, event.server_id))
        elif kind == EventKind.XA_PREPARE:
            self._prepare(event)
        elif kind in PREPARATIONS:
            self._preparations.append(event)
        elif kind in LOADS_FILE:
            use = RuleUse(LOG_STATEMENT, "it is LOAD DATA")
            raise refuse_by_rule(self._transaction.place, use)

    def finish(self) -> None:
        """Count what was sent."""
        if self._is_standalone:
            self._commit()
        self._tools.applied.add_rows(self._counter.counts.values())

    def _begin(self, start: TransactionStart) -> None:
        """Do what MariaDB logs in the first event, and MySQL in further ones."""
        self._is_announcement = start.is_announcement
        self._is_begun = start.has_begun
        if start.xid is not None:
            self._tools.rows.execute_sql(b"XA START " + start.xid)
            self._is_open = True

    def _take_query(self, event: LogEvent) -> None:
        text = read_query(event).text
        if text == b"COMMIT":
            self._commit()
        elif match := _SAVEPOINT.fullmatch(text):
            self._take_savepoint(match, text)
        elif match := _XA.fullmatch(text):
            self._take_xa(match, text)
        elif text == b"BEGIN" or self._is_announcement:
            self._is_begun = True
        elif self._transaction.kind is TransactionKind.STATEMENT:
            self._execute(event)
        else:
            self._tools.definitions.execute(event, self._transaction)

    def _execute(self, event: LogEvent) -> None:
        """Execute a change that is logged as a statement."""
        self._send()
        if not self._is_open:
            self._is_standalone = not self._is_begun
            self._open()
        self._tools.statements.execute(event, self._preparations, self._transaction)
        self._preparations.clear()
        self._tools.images.forget()

    def _take_savepoint(self, match: re.Match[bytes], text: bytes) -> None:
        verb, name = match.groups()
        self._open()
        self._send()
        self._tools.rows.execute_sql(text)
        if verb == b"SAVEPOINT":
            self._savepoints[name] = self._find_changed()
        elif verb == b"ROLLBACK TO":
            if name not in self._savepoints:
                raise MalformedEvent(f"there is no savepoint {name.decode(errors='replace')}")
            self._taken_back = _subtract(self._counter.counts, self._savepoints[name])
            self._tools.images.forget()

    def _take_xa(self, match: re.Match[bytes], text: bytes) -> None:
        tools, verb, xid = self._tools, match[1].upper(), match[2]
        self._send()
        tools.rows.execute_sql(text)
        if verb in (b"START", b"BEGIN"):
            self._is_open = True
        elif verb == b"COMMIT":
            _, counts = tools.prepared.pop(xid, ("", self._find_changed()))
            tools.balance.add_rows(counts)
        elif verb == b"ROLLBACK":
            tools.prepared.pop(xid, None)
            tools.images.forget()

    def _prepare(self, event: LogEvent) -> None:
        tools, prepare = self._tools, read_xa_prepare(event.body)
        self._send()
        if prepare.is_one_phase:
            tools.rows.execute_sql(b"XA COMMIT " + prepare.xid + b" ONE PHASE")
            tools.balance.add_rows(self._find_changed())
        else:
            tools.rows.execute_sql(b"XA PREPARE " + prepare.xid)
            tools.prepared[prepare.xid] = (self._transaction.place, self._find_changed())

    def _commit(self) -> None:
        if self._is_open:
            self._send()
            self._tools.rows.execute_sql(b"COMMIT")
            self._is_open = self._is_standalone = False
        self._tools.balance.add_rows(self._find_changed())

    def _open(self) -> None:
        if not self._is_open:
            self._tools.rows.execute_sql(b"BEGIN")
            self._is_open = True

    def _send(self) -> None:
        for statement in self._batches.take():
            self._apply(statement)

    def _apply(self, statement: bytes) -> None:
        self._tools.images.take(self._found, is_alone=True)
        if self._found is not None:
            self._found.clear()
        self._tools.images.compare()
        self._tools.rows.execute_sql(statement)

    def _find_changed(self) -> _Counts:
        """Return the rows that the transaction has changed so far, if it were to commit."""
        return _subtract(self._counter.counts, self._taken_back)


def _subtract(
    counts: Mapping[TableName, ChangedRows], less: Mapping[TableName, ChangedRows]
) -> _Counts:
    none = ChangedRows()
    return {
        name: ChangedRows(
            rows.inserted - less.get(name, none).inserted,
            rows.updated - less.get(name, none).updated,
            rows.deleted - less.get(name, none).deleted,
        )
        for name, rows in counts.items()
    }
