"""Sending verdicts to a server, and counting its results and warnings."""

from collections.abc import Callable

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from rewound.dump.file.part_lines import PartLines
from rewound.dump.rules.verdict import Verdict, excerpt
from rewound.errors import (
    FREE_DISK,
    FREE_MEMORY,
    HostError,
    LoadError,
    MysqlError,
    StatementRefused,
)
from rewound.load.counters import VALUE_CUT_SHORT, LoadCounters
from rewound.load.next_steps import find_next_step, leave_table_out
from rewound.load.objects import TableKey, table_keys
from rewound.load.session_settings import read_session
from rewound.load.stated_values import StatedValueCheck
from rewound.mysql.client import Connection, Execution, ServerWarning

_DEADLOCK = 1213
_STRICT = frozenset({"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "TRADITIONAL"})
_MOST_ATTEMPTS = 50
_LONGEST_PAUSE_S = 0.2


class Executor:
    """Executes the verdicts of one dump in one session."""

    def __init__(
        self,
        connection: Connection,
        counters: LoadCounters,
        lines: PartLines,
        *,
        stated_values: StatedValueCheck | None = None,
    ) -> None:
        """Take the check of values that rows state for generated columns."""
        self.connection = connection
        self.counters = counters
        self._lines = lines
        self._stated_values = stated_values

    def execute_verdict(self, verdict: Verdict) -> None:
        """Send what a verdict says.

        Raises:
            StatementRefused: a rule refuses the statement; nothing was sent.
            LoadError: the server refused it.
            HostError: the server has no space for the rows.
        """
        self.require_allowed(verdict)
        try:
            self.try_to_execute(verdict)
        except MysqlError as error:
            raise self.explain(verdict, error) from error

    def try_to_execute(self, verdict: Verdict) -> None:
        """Send what a verdict says, as above, but let the server's errors through.

        Raises:
            MysqlError: the server refused it.
        """
        for sql in verdict.sql:
            execution, warnings = self._send(sql, verdict)
            if execution.warning_count:
                self.counters.add_warnings(verdict, warnings, expected=execution.warning_count)
            if sql is verdict.sql[-1]:
                self.counters.add_execution(verdict, execution)
        if verdict.stated is not None and self._stated_values is not None:
            settings = read_session(self.connection, verdict.schema).statements
            table = table_keys(verdict)[0]
            for use in self._stated_values.find_differences(table, verdict.stated, settings):
                self.counters.add_use(use, verdict.line)

    def _send(self, sql: bytes, verdict: Verdict) -> tuple[Execution, list[ServerWarning]]:
        """Send one statement; if an ENUM in it may be empty, send it again without strict mode.

        The server warns about any other value that it then changes, and that fails the world.
        """
        try:
            return self._execute(sql)
        except MysqlError as error:
            if error.number != VALUE_CUT_SHORT or verdict.enums is None:
                raise
            # The failed attempt used up numbers, and LAST_INSERT_ID() would return another one.
            if not verdict.enums.may_repeat(verdict.statement):
                raise
        [[mode]] = self.connection.query("SELECT @@SESSION.sql_mode").rows
        strict = mode.decode() if isinstance(mode, bytes) else str(mode)
        loose = ",".join(word for word in strict.split(",") if word not in _STRICT)
        self.connection.execute_sql(f"SET SESSION sql_mode = '{loose}'")
        try:
            return self._execute(sql)
        finally:
            self.connection.execute_sql(f"SET SESSION sql_mode = '{strict}'")

    def _execute(self, sql: bytes) -> tuple[Execution, list[ServerWarning]]:
        execution = self.execute_past_deadlocks(sql)
        return execution, self.connection.warnings() if execution.warning_count else []

    def execute_past_deadlocks(self, sql: bytes) -> Execution:
        """Send one statement; repeat it after a deadlock with another connection.

        Two definitions of tables that a foreign key joins can cause a deadlock; the server rolls
        one of them back completely. Rolled-back rows, however, would be missing in the ledger.

        Raises:
            MysqlError: the server refused it.
        """
        return past_deadlocks(lambda: self.connection.execute_sql(sql))

    def require_allowed(self, verdict: Verdict) -> None:
        """Raise StatementRefused for a verdict that refuses its statement."""
        if (refusal := verdict.refusal) is not None:
            location, line = self._lines.locate(verdict.line)
            raise StatementRefused(
                location,
                line=line,
                rule=refusal.rule.name,
                why=refusal.detail or refusal.rule.why,
                excerpt=excerpt(verdict.statement.text),
                remedy=refusal.rule.remedy,
            )

    def explain_table(
        self, table: TableKey, doing: str, error: MysqlError
    ) -> LoadError | HostError:
        """Return what an error means that the server raised during an operation on a table."""
        text = f"{self._lines.dump}, table {table[0]}.{table[1]}, {doing}: {error.message}"
        return _as_error(text, error)

    def explain(self, verdict: Verdict, error: MysqlError) -> LoadError | HostError:
        """Return what the server's error means for the load."""
        text = f"{self._lines.describe(verdict.line)}: {error.message}"
        shown = excerpt(verdict.statement.text)
        return _as_error(text, error, quoted=shown, hint=find_next_step(verdict, error))

    def explain_endless(self, verdict: Verdict, timeout_s: float) -> LoadError:
        """Return the error of a statement whose triggers did not finish in time."""
        return LoadError(
            f"{self._lines.describe(verdict.line)}: the triggers of {verdict.statement.name}"
            f" did not finish within {timeout_s:.0f} s",
            hint=leave_table_out(verdict),
            quoted=excerpt(verdict.statement.text),
        )


def past_deadlocks(execute: Callable[[], Execution]) -> Execution:
    """Execute something that is rolled back completely in a deadlock, until it is in none."""
    retrying = Retrying(
        retry=retry_if_exception(_is_deadlock),
        stop=stop_after_attempt(_MOST_ATTEMPTS),
        wait=wait_random(0, _LONGEST_PAUSE_S),
        reraise=True,
    )
    return retrying(execute)


def _is_deadlock(error: BaseException) -> bool:
    return isinstance(error, MysqlError) and error.number == _DEADLOCK


def _as_error(
    text: str, error: MysqlError, *, quoted: str = "", hint: str | None = None
) -> LoadError | HostError:
    if error.is_out_of_space:
        return HostError(text, hint=FREE_DISK, quoted=quoted)
    if error.is_out_of_memory:
        return HostError(text, hint=FREE_MEMORY, quoted=quoted)
    return LoadError(text, hint=hint, quoted=quoted)
