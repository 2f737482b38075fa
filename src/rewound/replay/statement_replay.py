"""Executing changes that a log has as statements, in the session that applies rows.

What they change is in no event, so the server's counts of their rows are kept apart: the receipt
names the tables that they may have changed, and does not prove these.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.query import Query, read_query
from rewound.binlog.transaction import LoggedTransaction
from rewound.dump.rules.verdict import RuleUse, Verdict, excerpt
from rewound.errors import MysqlError, ReplayError
from rewound.load.log_receipt import HandlerCounts
from rewound.mysql.client import Connection
from rewound.replay.applied import Applied
from rewound.replay.log_judge import LogJudge
from rewound.replay.log_rules import LOG_STATEMENT
from rewound.replay.programs import Programs
from rewound.replay.refusals import refuse_by_rule
from rewound.replay.row_balance import RowBalance
from rewound.replay.server_tables import read_handlers, read_programs

_LEAST_S, _LONGEST_S = 300.0, 3_600.0
_TIMES_AS_LONG = 10
"""How long a statement may take, by what it took on its server: a loop in a program of a hostile
log may never end, and the log may state any time."""
_AS_BEFORE = (
    b"SET NAMES utf8mb4",
    b"SET SESSION sql_mode = DEFAULT, time_zone = DEFAULT, auto_increment_increment = DEFAULT,"
    b" auto_increment_offset = DEFAULT, lc_time_names = DEFAULT, foreign_key_checks = DEFAULT,"
    b" unique_checks = DEFAULT, timestamp = DEFAULT, collation_server = DEFAULT",
)


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
        self._programs: Programs | None = None
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
        place = transaction.begin
        change = self._judge.judge_change(
            query, preparations, at_s=event.at_s, position=event.position
        )
        for verdict in change.verdicts:
            for use in verdict.uses:
                self._applied.add_use(use, place)
            if (refusal := verdict.refusal) is not None:
                raise refuse_by_rule(place, refusal, quoted=excerpt(query.text))
        programs = self._read_programs()
        run = programs.find_run(change.names)
        if (hazard := programs.find_hazard(run)) is not None:
            use = RuleUse(LOG_STATEMENT, hazard)
            raise refuse_by_rule(place, use, quoted=excerpt(query.text))
        self._execute(change.verdicts, query, place)
        tables = self._balance.tables
        named = {key for key in tables if key[1].lower() in change.names}
        self._balance.add_change(tables if run else named)

    def _execute(self, verdicts: Sequence[Verdict], query: Query, place: str) -> None:
        limit_s = find_limit(query.took_s)
        try:
            with self._counted(), self._rows.limit_answers(limit_s):
                for verdict in verdicts:
                    for sql in verdict.sql:
                        self._rows.execute_sql(sql)
        except MysqlError as error:
            if not error.is_timeout:
                raise
            self._definitions.execute_sql(f"KILL {self._rows.session_id}")
            raise ReplayError(
                f"{place}: the statement has not ended after {limit_s:,.0f} s; its server took"
                f" {query.took_s:,} s",
                hint=LOG_STATEMENT.remedy,
                quoted=excerpt(query.text),
            ) from error
        for sql in _AS_BEFORE:
            self._rows.execute_sql(sql)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        before = read_handlers(self._rows)
        yield
        self.written += read_handlers(self._rows) - before

    def _read_programs(self) -> Programs:
        if self._programs is None:
            programs = read_programs(self._definitions)
            self._programs = Programs(programs, self._judge.server_version)
        return self._programs


def find_limit(took_s: int) -> float:
    """Return how long a statement may take, in seconds, that took so long on its server."""
    return min(_LONGEST_S, _LEAST_S + _TIMES_AS_LONG * took_s)
