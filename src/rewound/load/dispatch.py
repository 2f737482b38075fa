"""Which statements go to the workers, and which wait for them.

The dump's own session executes everything except the rows of large tables. A statement waits until
all rows are stored, unless `waiting` shows that it concerns none, or only those of a few tables.
"""

import re
from collections.abc import Callable

from rewound.dump.load_data.fields import RowReader
from rewound.dump.load_data.row_patterns import Fitness
from rewound.dump.load_data.table_metadata import TableMetadata
from rewound.dump.rules import table as rules
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import RuleUse, Verdict
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.lexical import is_text
from rewound.dump.text.statement import Kind
from rewound.load.counters import LoadCounters
from rewound.load.deferred import DeferredStatements
from rewound.load.objects import TableKey, table_key, table_keys
from rewound.load.options import LARGE_TABLE_BYTES
from rewound.load.refused_foreign_keys import DEFINES_TABLES
from rewound.load.rows import Batch
from rewound.load.session_settings import SessionSettings, read_session
from rewound.load.table_reading import read_table_metadata
from rewound.load.text_rows_plan import TextRowsPlan
from rewound.load.waiting import find_tables_to_wait_for
from rewound.load.workers import LoadWorkers
from rewound.mysql.client import Connection

_KEEPS_TABLES = frozenset({Kind.INSERT, Kind.REPLACE, Kind.CREATE_VIEW})
# Other spellings go to the server: they may come from damage.
_LOCK = re.compile(rb"LOCK TABLES (?:`[^`]+`\.)?`[^`]+` (?:WRITE|READ)|UNLOCK TABLES")
_KEYS_SWITCH = re.compile(
    rb"(?:/\*!\d{5} )?ALTER TABLE (?:`[^`]+`\.)?`[^`]+` (?:DISABLE|ENABLE) KEYS(?: \*/)?"
)
_READ_ONLY = re.compile(rb"\bTRANSACTION\b.*\bREAD\s+ONLY\b", re.IGNORECASE | re.DOTALL)


class Dispatcher:
    """Guards what is known about the tables whose rows went to workers."""

    def __init__(
        self,
        statements: DeferredStatements,
        workers: LoadWorkers,
        counters: LoadCounters,
        *,
        connection: Connection,
        metadata_connection: Connection,
        text_rows: TextRowsPlan,
        session: Callable[[], DumpSession],
        server_version: int,
        large_table_bytes: int = LARGE_TABLE_BYTES,
    ) -> None:
        """Take the dump's own connection, and a second one, which only reads definitions."""
        self._statements = statements
        self._workers = workers
        self._counters = counters
        self._connection = connection
        self._metadata_connection = metadata_connection
        self._text_rows = text_rows
        self._session = session
        self._server_version = server_version
        self._large_table_bytes = large_table_bytes
        self._sent_bytes: dict[TableKey, int] = {}
        self._metadata: dict[TableKey, TableMetadata | None] = {}
        self._readers: dict[tuple[TableKey, bytes, str, str, bool], RowReader] = {}
        self._settings: tuple[str | None, SessionSettings] | None = None
        self._may_hold_locks = False
        self._is_read_only = False
        """Whether the continuing transaction may refuse rows, which only the server decides."""

    def dispatch(self, verdict: Verdict) -> None:
        """Execute a verdict, now or in a worker.

        Raises:
            StatementRefused, LoadError, HostError: from this statement, or from one still running.
        """
        if verdict.kind is Kind.LOAD_DATA and verdict.sql:
            self._send_text(verdict)
            return
        if verdict.kind is Kind.CREATE_TABLE:
            self._text_rows.note_definition(verdict, self._session().character_set)
        if verdict.refusal is None:
            rule = _find_shortcut(verdict)
            # If the table does not exist, the server reports it: the dump may be damaged.
            if rule is not None and self._counters.has_tables(table_keys(verdict)):
                detail = str(verdict.statement.name or verdict.kind.value)
                self._counters.add_use(RuleUse(rule, detail), verdict.line)
                self._commit()
                return
            if self._statements.meets_triggers(verdict):
                self._workers.wait_for()
                self._forget_after(verdict, None)
            elif verdict.kind is Kind.INSERT and self._send(verdict):
                return
            else:
                self._wait(verdict)
            self._note_unreadable_text(verdict)
        self._statements.execute_or_defer(verdict)
        if verdict.kind is Kind.LOCK:
            self._connection.execute_sql("UNLOCK TABLES")
        self._may_hold_locks = True
        if verdict.kind in (Kind.SET, Kind.TRANSACTION):
            begins = _READ_ONLY.search(verdict.statement.text) is not None
            self._is_read_only = begins or (self._is_read_only and verdict.kind is Kind.SET)
        # A dump whose tables refer to later ones turns foreign key checks off.
        sets = verdict.kind in (Kind.SET, Kind.USE) or verdict.kind in DEFINES_TABLES
        if sets or len(verdict.sql) > 1:
            self._settings = None

    def _send(self, verdict: Verdict) -> bool:
        """Give the rows of a large table to the workers; False if they cannot go there."""
        key = table_key(verdict)
        if key is None or verdict.sql != (verdict.statement.text,):
            return False
        size_bytes = self._sent_bytes.get(key, 0) + len(verdict.statement.text)
        self._sent_bytes[key] = size_bytes
        if size_bytes < self._large_table_bytes:
            return False
        settings = self._get_settings(verdict.schema)
        fits_workers = settings.fits_workers and not self._is_read_only
        metadata = self._get_metadata(key) if fits_workers else None
        if metadata is None or (metadata.has_foreign_keys and settings.checks_foreign_keys):
            return False
        read = self._get_reader(key, metadata, verdict).read(verdict.statement)
        if read.fitness is Fitness.VERBATIM:
            return False
        # In a dump with transactions, a worker would wait for the end of this one.
        self._commit()
        # LOAD DATA converts from the client's character set directly to the column's.
        fields = None if settings.converts_text else read.fields
        batch = Batch(verdict, fields, settings.statements)
        self._note_unreadable_text(verdict)
        self._workers.add(key, batch, keeps_order=not metadata.has_primary_key)
        return True

    def _send_text(self, verdict: Verdict) -> None:
        """Give the rows of a text file to the workers."""
        [key] = table_keys(verdict)
        self._commit()
        batch = self._text_rows.plan(verdict)
        self._workers.add(key, batch, keeps_order=self._text_rows.keeps_order(key))

    def _commit(self) -> None:
        """End the transaction of the dump's session, as all statements but rows and SET do."""
        if self._may_hold_locks:
            self._connection.execute_sql("COMMIT")
            self._may_hold_locks = False

    def _wait(self, verdict: Verdict) -> None:
        """Wait for the rows that a statement could meet."""

        def checks_foreign_keys() -> bool:
            return self._get_settings(verdict.schema).checks_foreign_keys

        tables = find_tables_to_wait_for(verdict, self._counters, checks_foreign_keys)
        if tables is None or tables:
            self._workers.wait_for(tables)
            self._forget_after(verdict, tables)

    def _forget_after(self, verdict: Verdict, tables: set[TableKey] | None) -> None:
        if verdict.kind not in _KEEPS_TABLES:
            self._forget([*self._sent_bytes] if tables is None else [*tables])

    def _note_unreadable_text(self, verdict: Verdict) -> None:
        if verdict.kind in (Kind.INSERT, Kind.REPLACE):
            settings = self._get_settings(verdict.schema)
            note_unreadable_text(verdict, settings, self._counters)

    def _forget(self, keys: list[TableKey]) -> None:
        self._workers.forget(keys)
        for key in keys:
            self._sent_bytes.pop(key, None)
            self._metadata.pop(key, None)
        self._readers = {k: reader for k, reader in self._readers.items() if k[0] not in keys}

    def _get_metadata(self, key: TableKey) -> TableMetadata | None:
        if key not in self._metadata:
            self._metadata[key] = read_table_metadata(self._metadata_connection, key)
        return self._metadata[key]

    def _get_reader(self, key: TableKey, metadata: TableMetadata, verdict: Verdict) -> RowReader:
        session = self._session()
        head = verdict.statement.text[: verdict.statement.rows_start]
        place = (key, head, session.sql_mode, session.character_set, session.sends_zero)
        if place not in self._readers:
            self._readers[place] = RowReader(key, metadata, head, session, self._server_version)
        return self._readers[place]

    def _get_settings(self, schema: str | None) -> SessionSettings:
        """Return what a worker has to set before it sends rows of the dump's session."""
        if self._settings is None or self._settings[0] != schema:
            self._settings = (schema, read_session(self._connection, schema))
        return self._settings[1]


def note_unreadable_text(
    verdict: Verdict, settings: SessionSettings, counters: LoadCounters
) -> None:
    """Count text that the server cuts without a warning while it converts character sets."""
    if settings.converts_text and not is_text(verdict.statement.text, settings.character_set):
        detail = f"{verdict.statement.name}: text that is invalid in the session's character set"
        counters.add_use(RuleUse(rules.CHARACTERS_LOST, detail), verdict.line)


def _find_shortcut(verdict: Verdict) -> Rule | None:
    """Return the rule by which a statement need not be executed while workers load."""
    text = verdict.statement.text
    if verdict.kind in (Kind.LOCK, Kind.UNLOCK) and _LOCK.fullmatch(text):
        return rules.LOCK_NOT_TAKEN
    if verdict.kind is Kind.ALTER_TABLE and _KEYS_SWITCH.fullmatch(text):
        return rules.KEYS_NOT_SWITCHED
    return None
