"""The plainest way to load: one statement after the other, in the dump's own session."""

from collections.abc import Callable

from rewound.dump.rules.verdict import Verdict
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.statement import Kind
from rewound.load.counters import LoadCounters
from rewound.load.deferred import DeferredStatements
from rewound.load.dispatch import note_unreadable_text
from rewound.load.objects import table_keys
from rewound.load.rows import RowLoader
from rewound.load.session_settings import read_session
from rewound.load.text_rows_plan import TextRowsPlan
from rewound.mysql.client import Connection


class PlainExecution:
    """Executes verdicts at once; only the rows of text files go over a connection of their own."""

    def __init__(
        self,
        statements: DeferredStatements,
        counters: LoadCounters,
        text_rows: TextRowsPlan,
        row_loader: RowLoader,
        *,
        connection: Connection,
        session: Callable[[], DumpSession],
    ) -> None:
        """Take the dump's own connection, and what its session is after the last verdict."""
        self._statements = statements
        self._counters = counters
        self._text_rows = text_rows
        self._row_loader = row_loader
        self._connection = connection
        self._session = session

    def dispatch(self, verdict: Verdict) -> None:
        """Execute a verdict.

        Raises:
            StatementRefused, LoadError, HostError: from this statement.
        """
        if verdict.kind is Kind.LOAD_DATA and verdict.sql:
            self._row_loader.load(table_keys(verdict)[0], self._text_rows.plan(verdict))
            return
        if verdict.kind is Kind.CREATE_TABLE:
            self._text_rows.note_definition(verdict, self._session().character_set)
        if verdict.kind in (Kind.INSERT, Kind.REPLACE) and verdict.sql:
            settings = read_session(self._connection, verdict.schema)
            note_unreadable_text(verdict, settings, self._counters)
        self._statements.execute_or_defer(verdict)
