"""One connection that fills tables: drop secondary indexes, load rows, build the indexes.

Rows that can be sent as fields are sent in a transaction of their own. If the server then reports
anything but every row stored unchanged, they are rolled back and sent as the dump's INSERT, whose
errors and warnings count. So the fast way never decides anything.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rewound.dump.load_data.fields import FieldRows
from rewound.dump.rules.table import INDEXES_DEFERRED, ROWS_AS_FIELDS
from rewound.dump.rules.verdict import RuleUse, Verdict
from rewound.errors import LoadError, MysqlError
from rewound.load.counters import concerns_computed
from rewound.load.executor import Executor, past_deadlocks
from rewound.load.objects import TableKey, quote_table
from rewound.load.secondary_indexes import (
    IndexDeferral,
    alter_table,
    plan_index_deferral,
    without_auto_increment,
)
from rewound.load.session_settings import Statements, enter
from rewound.mysql.client import Connection, Execution

_log = logging.getLogger(__name__)

_OF_THE_NAME_ALONE = frozenset({1287, 3719})
"""Warnings of MySQL 9.7 for a statement that names the character set `utf8` or `utf8mb3`."""
DEFINING: Statements = (
    "SET NAMES utf8mb4",
    # The definition is the server's own, so everything in it is allowed.
    "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', foreign_key_checks = 0",
    # Three keys of 2.1 million rows, in CPU-seconds: 7.6 with 16 MiB, 7.8 with 4, 8.2 with 64,
    # 10 with 256, 12 with 1024, whose sorts leave the processor's cache.
    "SET SESSION innodb_ddl_buffer_size = 16777216",
)
"""The session settings for dropping and rebuilding keys."""


@dataclass(frozen=True, slots=True)
class TextFields:
    """Rows of a text file, which no INSERT states."""

    sql: bytes
    """The LOAD DATA statement."""
    text: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one INSERT, or of a text file, on their way to a worker."""

    verdict: Verdict
    """The INSERT, sent verbatim if its rows cannot go as fields."""
    fields: FieldRows | TextFields | None
    """Its rows as fields, if both mean the same."""
    session: Statements
    """Statements that give a session the settings that the dump's had at this point."""

    @property
    def size_bytes(self) -> int:
        """The size of its text."""
        return len(self.verdict.statement.text)


@dataclass(frozen=True, slots=True)
class DeferredIndexes:
    """A table whose secondary keys were dropped."""

    plan: IndexDeferral
    definition: str
    """The output of SHOW CREATE TABLE before that."""


class RowLoader:
    """Fills tables over one connection. Use it as a context manager."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._connection = executor.connection
        self._entered: Statements = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def abort(self) -> None:
        """Interrupt the current statement, from another thread."""
        self._connection.abort()

    def drop_secondary_indexes(self, table: TableKey, line: int) -> DeferredIndexes | None:
        """Drop the keys of an empty or small table that can wait; None if there are none."""
        self._enter(DEFINING)
        definition = _show_create(self._connection, table)
        plan = plan_index_deferral(definition)
        if plan is None:
            return None
        try:
            self._executor.execute_past_deadlocks(alter_table(quote_table(table), plan.drops))
        except MysqlError as error:
            # For example 1553: a foreign key of another table needs one of them.
            _log.debug("the keys of %s.%s stay: %s", *table, error.message)
            return None
        keys = f"{len(plan.adds)} of {table[0]}.{table[1]}"
        self._executor.counters.add_use(RuleUse(INDEXES_DEFERRED, keys), line)
        return DeferredIndexes(plan, definition)

    def rebuild_secondary_indexes(self, table: TableKey, away: DeferredIndexes) -> None:
        """Create the dropped keys again.

        Raises:
            LoadError: the server refuses one, as it would have refused a row earlier, or the
                table's definition is not the same as before.
        """
        self._enter(DEFINING)
        try:
            self._executor.execute_past_deadlocks(alter_table(quote_table(table), away.plan.adds))
            definition = _show_create(self._connection, table)
        except MysqlError as error:
            raise self._executor.explain_table(table, "building its keys", error) from error
        if without_auto_increment(definition) != without_auto_increment(away.definition):
            raise LoadError(
                f"the keys of table {table[0]}.{table[1]} were restored in another order",
                hint="this is a bug in Rewound: please report it; --load plain avoids it",
            )

    def load(self, table: TableKey, batch: Batch) -> None:
        """Insert rows into a table.

        Raises:
            LoadError, HostError: the server refused them.
        """
        self._enter(batch.session)
        verdict = batch.verdict
        if isinstance(batch.fields, TextFields):
            self._load_text(batch.fields, verdict)
            return
        if batch.fields is not None and (done := self._load_fields(batch.fields, verdict)):
            self._executor.counters.add_execution(verdict, done)
            self._executor.counters.add_use(
                RuleUse(ROWS_AS_FIELDS, f"{table[0]}.{table[1]}"), verdict.line
            )
            return
        self._executor.execute_verdict(verdict)

    def _load_text(self, fields: TextFields, verdict: Verdict) -> None:
        """Store rows of a text file; what the server says about them counts."""
        try:
            done = past_deadlocks(lambda: self._connection.load_rows(fields.sql, fields.text))
            warnings = self._connection.warnings() if done.warning_count else []
        except MysqlError as error:
            raise self._executor.explain(verdict, error) from error
        counters = self._executor.counters
        if done.warning_count:
            counters.add_warnings(verdict, warnings, expected=done.warning_count)
        counters.add_execution(verdict, done)

    def _load_fields(self, fields: FieldRows, verdict: Verdict) -> Execution | None:
        """Send rows as fields; None unless every row was stored unchanged."""
        try:
            self._connection.execute_sql("BEGIN")
            done = self._connection.load_rows(fields.sql, fields.text)
            rows = verdict.statement.rows
            is_smooth = (done.records, done.affected_rows, done.duplicates) == (rows, rows, 0)
            if is_smooth and self._has_no_warnings(done.warning_count, verdict):
                self._connection.execute_sql("COMMIT")
                return done
            reason = f"{done.warning_count} warnings"
        except MysqlError as error:
            reason = error.message
        _log.debug("rows at line %d go verbatim: %s", verdict.line, reason)
        with suppress(MysqlError):
            self._connection.execute_sql("ROLLBACK")
        return None

    def _has_no_warnings(self, count: int, verdict: Verdict) -> bool:
        """Tell whether no warning of the server is about a stated value.

        Warnings about the name of the character set and about computed values do not count.
        """
        if not count:
            return True
        warnings = self._connection.warnings()
        return len(warnings) == count and all(
            warning.number in _OF_THE_NAME_ALONE or concerns_computed(warning, verdict.computed)
            for warning in warnings
        )

    def _enter(self, session: Statements) -> None:
        if session != self._entered:
            self._entered = ()
            enter(self._connection, session)
            self._entered = session


def _show_create(connection: Connection, table: TableKey) -> str:
    return str(connection.query(b"SHOW CREATE TABLE " + quote_table(table)).rows[0][1])
