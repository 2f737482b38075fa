"""Which statements go to the workers, and which wait for them.

The dump's own session executes everything but the rows of large tables. A statement that
could meet rows still on their way, because it is for their table, a database or foreign
keys, waits until they are there; all others overtake them.
"""

import re
from collections.abc import Callable

from rewound.dump.load_data.fields import RowReader
from rewound.dump.load_data.row_patterns import Fitness
from rewound.dump.load_data.table_metadata import TableForm
from rewound.dump.rules import table as rules
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import RuleUse, Verdict
from rewound.dump.settings.session import Session
from rewound.dump.text.statement import Kind
from rewound.load.counters import LoadCounters
from rewound.load.deferred import DeferredStatements
from rewound.load.objects import TableKey, table_key, table_keys
from rewound.load.rows import Batch
from rewound.load.session import SessionSettings, read_session
from rewound.load.table_reading import read_table_form
from rewound.load.workers import LoadWorkers
from rewound.mysql.client import Connection

LARGE_TABLE_BYTES = 1 << 17
"""A table whose INSERTs have more text than this goes to the workers. Below it the questions
to the server (some 5 ms) cost more than they save."""

_MOVES_NO_ROWS = frozenset(
    {Kind.EMPTY, Kind.SET, Kind.USE, Kind.CREATE_DATABASE, Kind.TRANSACTION}
    | {Kind.CREATE_PROCEDURE, Kind.CREATE_FUNCTION, Kind.CREATE_EVENT, Kind.CREATE_TRIGGER}
    | {Kind.DROP_PROCEDURE, Kind.DROP_FUNCTION, Kind.DROP_EVENT, Kind.DROP_TRIGGER}
)
_FOR_TABLES = frozenset(
    {Kind.CREATE_TABLE, Kind.ALTER_TABLE, Kind.DROP_TABLE, Kind.TRUNCATE, Kind.CREATE_INDEX}
    | {Kind.CREATE_VIEW, Kind.DROP_VIEW, Kind.DELETE, Kind.INSERT, Kind.REPLACE}
)
# What is written otherwise is for the server to read: it may be damaged.
_LOCK = re.compile(rb"LOCK TABLES (?:`[^`]+`\.)?`[^`]+` (?:WRITE|READ)|UNLOCK TABLES")
_KEYS_SWITCH = re.compile(
    rb"(?:/\*!\d{5} )?ALTER TABLE (?:`[^`]+`\.)?`[^`]+` (?:DISABLE|ENABLE) KEYS(?: \*/)?"
)


class Dispatcher:
    """Guards what is known of the tables that rows were sent to."""

    def __init__(
        self,
        statements: DeferredStatements,
        workers: LoadWorkers,
        counters: LoadCounters,
        *,
        connection: Connection,
        asking: Connection,
        session: Callable[[], Session],
        server_version: int,
        large_table_bytes: int = LARGE_TABLE_BYTES,
    ) -> None:
        """Take the dump's own `connection`, and `asking`, which only looks at tables."""
        self._statements = statements
        self._lanes = workers
        self._tally = counters
        self._connection = connection
        self._asking = asking
        self._session = session
        self._server_version = server_version
        self._large_table_bytes = large_table_bytes
        self._sent_bytes: dict[TableKey, int] = {}
        self._forms: dict[TableKey, TableForm | None] = {}
        self._readers: dict[tuple[TableKey, bytes, str, str, bool], RowReader] = {}
        self._settings: tuple[str | None, SessionSettings] | None = None
        self._may_hold_locks = False

    def execute(self, verdict: Verdict) -> None:
        """Execute a verdict, now or in a worker.

        Raises:
            StatementRefused, LoadError, HostError: this statement, or one on its way.
        """
        if verdict.refusal is None:
            rule = _find_shortcut(verdict)
            # Of a table that is not there the server says so: the dump may be damaged.
            if rule is not None and self._tally.has_tables(table_keys(verdict)):
                detail = str(verdict.statement.name or verdict.kind.value)
                self._tally.add_use(RuleUse(rule, detail), verdict.line)
                return
            if verdict.kind is Kind.INSERT and self._send(verdict):
                return
            self._wait(verdict)
        self._statements.execute(verdict)
        if verdict.kind is Kind.LOCK:
            self._connection.execute("UNLOCK TABLES")
        self._may_hold_locks = True
        if verdict.kind in (Kind.SET, Kind.USE):
            self._settings = None

    def _send(self, verdict: Verdict) -> bool:
        """Give the rows of a large table to the workers; False where they cannot go there."""
        key = table_key(verdict)
        if key is None or verdict.sql != (verdict.statement.text,):
            return False
        size_bytes = self._sent_bytes.get(key, 0) + len(verdict.statement.text)
        self._sent_bytes[key] = size_bytes
        if size_bytes < self._large_table_bytes:
            return False
        form = self._get_form(key)
        if form is None:
            return False
        settings = self._get_settings(verdict.schema)
        if form.has_foreign_keys and _checks_foreign_keys(settings):
            return False
        read = self._get_reader(key, form, verdict).read(verdict.statement)
        if read.fitness is Fitness.VERBATIM:
            return False
        if self._may_hold_locks:
            # In a dump with transactions, a worker would wait for the end of this one.
            self._connection.execute("COMMIT")
            self._may_hold_locks = False
        batch = Batch(verdict, read.fields, settings)
        self._lanes.add(key, batch, keeps_order=not form.has_primary_key)
        return True

    def _wait(self, verdict: Verdict) -> None:
        """Wait for the rows that a statement could meet."""
        if verdict.kind in _MOVES_NO_ROWS:
            return
        keys = table_keys(verdict)
        if verdict.kind not in _FOR_TABLES:
            self._lanes.wait_for()
            self._forget(list(self._forms))
        elif verdict.kind in (Kind.INSERT, Kind.REPLACE):
            checks = _checks_foreign_keys(self._get_settings(verdict.schema))
            self._lanes.wait_for(None if checks else keys)
        else:
            self._lanes.wait_for(keys)
            self._forget(keys)

    def _forget(self, keys: list[TableKey]) -> None:
        self._lanes.forget(keys)
        for key in keys:
            self._sent_bytes.pop(key, None)
            self._forms.pop(key, None)
        self._readers = {k: reader for k, reader in self._readers.items() if k[0] not in keys}

    def _get_form(self, key: TableKey) -> TableForm | None:
        if key not in self._forms:
            self._forms[key] = read_table_form(self._asking, key)
        return self._forms[key]

    def _get_reader(self, key: TableKey, form: TableForm, verdict: Verdict) -> RowReader:
        session = self._session()
        head = verdict.statement.text[: verdict.statement.rows_start]
        place = (key, head, session.sql_mode, session.character_set, session.sends_zero)
        if place not in self._readers:
            self._readers[place] = RowReader(key, form, head, session, self._server_version)
        return self._readers[place]

    def _get_settings(self, schema: str | None) -> SessionSettings:
        """Return what a worker has to set before it sends rows of the dump's session."""
        if self._settings is None or self._settings[0] != schema:
            self._settings = (schema, read_session(self._connection, schema))
        return self._settings[1]


def _find_shortcut(verdict: Verdict) -> Rule | None:
    """Return the rule by which a statement needs not be executed where workers load."""
    text = verdict.statement.text
    if verdict.kind in (Kind.LOCK, Kind.UNLOCK) and _LOCK.fullmatch(text):
        return rules.LOCK_NOT_TAKEN
    if verdict.kind is Kind.ALTER_TABLE and _KEYS_SWITCH.fullmatch(text):
        return rules.KEYS_NOT_SWITCHED
    return None


def _checks_foreign_keys(settings: SessionSettings) -> bool:
    return "foreign_key_checks = 1" in str(settings[-1])
