"""Sending verdicts to a server, and counting what it said of them."""

from pathlib import Path

from rewound.dump.verdict import Verdict, excerpt
from rewound.errors import HostError, LoadError, MysqlError, StatementRefused
from rewound.load.objects import TableKey
from rewound.load.tally import Tally
from rewound.mysql.client import Connection

_NO_ROOM = frozenset({1021, 1114})
"""What MySQL says when the disk is full; 1114 was tried on 9.7.4 with a full tmpfs."""


class Executor:
    """Executes the verdicts of one dump in one session."""

    def __init__(self, connection: Connection, tally: Tally, dump: Path) -> None:
        self.connection = connection
        self.tally = tally
        self._dump = dump

    def execute(self, verdict: Verdict) -> None:
        """Send what a verdict says.

        Raises:
            StatementRefused: a rule refuses the statement; nothing was sent.
            LoadError: the server refused it.
            HostError: the server has no room for the rows.
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
            execution = self.connection.execute(sql)
            if execution.warning_count:
                warnings = self.connection.warnings()
                self.tally.add_warnings(verdict, warnings, expected=execution.warning_count)
            if sql is verdict.sql[-1]:
                self.tally.add_execution(verdict, execution)

    def require_allowed(self, verdict: Verdict) -> None:
        """Raise StatementRefused for a verdict that refuses its statement."""
        if (refusal := verdict.refusal) is not None:
            raise StatementRefused(
                self._dump,
                line=verdict.line,
                rule=refusal.rule.name,
                why=refusal.detail or refusal.rule.why,
                excerpt=excerpt(verdict.statement.text),
                remedy=refusal.rule.remedy,
            )

    def explain_table(
        self, table: TableKey, doing: str, error: MysqlError
    ) -> LoadError | HostError:
        """Return what the server's error means that came while something was done to a table."""
        text = f"{self._dump}, table {table[0]}.{table[1]}, {doing}: {error.message}"
        return _as_error(text, error)

    def explain(self, verdict: Verdict, error: MysqlError) -> LoadError | HostError:
        """Return what the server's error means for the load."""
        text = f"{self._dump}, line {verdict.line}: {error.message}\n    "
        text += excerpt(verdict.statement.text)
        return _as_error(text, error)


def _as_error(text: str, error: MysqlError) -> LoadError | HostError:
    if error.number in _NO_ROOM:
        return HostError(
            text,
            hint="free some disk space, or set REWOUND_STATE_DIR to another disk;"
            " a table of ENGINE=MEMORY may have reached its own limit",
        )
    return LoadError(text)
