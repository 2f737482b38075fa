"""Executing changes that a log has as statements, in the session that applies rows.

What they change is in no event, so the server's counts of their rows are kept apart: the receipt
names the tables that they may have changed, and does not prove these.
"""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.query import read_query
from rewound.binlog.transaction import LoggedTransaction
from rewound.dump.rules.verdict import excerpt
from rewound.load.log_receipt import HandlerCounts
from rewound.load.objects import TableKey
from rewound.mysql.client import Connection
from rewound.replay.applied import Applied
from rewound.replay.log_judge import LogJudge
from rewound.replay.refusals import refuse_by_rule
from rewound.replay.row_balance import RowBalance
from rewound.replay.server_tables import read_handlers, read_programs, read_triggers

_LONGEST_S = 3_600.0
"""A trigger or a routine of a hostile log may never end."""
_AS_BEFORE = (
    b"SET NAMES utf8mb4",
    b"SET SESSION sql_mode = DEFAULT, time_zone = DEFAULT, auto_increment_increment = DEFAULT,"
    b" auto_increment_offset = DEFAULT, lc_time_names = DEFAULT, foreign_key_checks = DEFAULT,"
    b" unique_checks = DEFAULT, timestamp = DEFAULT, collation_server = DEFAULT",
)


@dataclass(frozen=True, slots=True)
class _Programs:
    """What may run inside of a statement, and change other tables than it names."""

    tables: Set[TableKey]
    """Those with triggers."""
    names: Set[str]
    """Of functions and views, in lower case."""


class StatementReplay:
    """Executes the statements of one server's logs."""

    def __init__(
        self,
        rows: Connection,
        definitions: Connection,
        judge: LogJudge,
        balance: RowBalance,
        applied: Applied,
    ) -> None:
        """Take the session that applies rows, and one whose counts do not matter."""
        self._rows = rows
        self._definitions = definitions
        self._judge = judge
        self._balance = balance
        self._applied = applied
        self._programs: _Programs | None = None
        self.written = HandlerCounts()
        """What the server has counted of all statements, in all tables."""

    def forget(self) -> None:
        """Forget triggers and routines: a statement may have changed them."""
        self._programs = None

    def execute(
        self, event: LogEvent, preparations: Sequence[LogEvent], transaction: LoggedTransaction
    ) -> None:
        """Judge the statement of a QUERY event, and execute it.

        Raises:
            ReplayError: a rule refuses it.
            MysqlError: the server does.
            MalformedEvent: it is none, or its session cannot be made.
        """
        query = read_query(event)
        place = f"{transaction.log.name}:{event.position}"
        change = self._judge.judge_change(
            query, preparations, at_s=event.at_s, position=event.position
        )
        for verdict in change.verdicts:
            for use in verdict.uses:
                self._applied.add_use(use, place)
            if (refusal := verdict.refusal) is not None:
                raise refuse_by_rule(
                    place, refusal.rule, refusal.detail, quoted=excerpt(query.text)
                )
        with self._counted(), self._rows.limit_answers(_LONGEST_S):
            for verdict in change.verdicts:
                for sql in verdict.sql:
                    self._rows.execute_sql(sql)
        for sql in _AS_BEFORE:
            self._rows.execute_sql(sql)
        self._balance.add_change(self._find_tables(change.names))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        before = read_handlers(self._rows)
        yield
        self.written += read_handlers(self._rows) - before

    def _find_tables(self, names: Set[str]) -> Set[TableKey]:
        """Return the tables whose rows a statement with these names may have changed."""
        tables = self._balance.tables
        named = {key for key in tables if key[1].lower() in names}
        if self._programs is None:
            tables_with_triggers = read_triggers(self._definitions).values()
            self._programs = _Programs({*tables_with_triggers}, read_programs(self._definitions))
        if named & self._programs.tables or names & self._programs.names:
            return tables
        return named
