"""Statements that wait, mostly for the end of the dump: triggers, and views without their tables.

A trigger could be created in its place only once all rows of its table are loaded. Instead, it
waits for a statement that it could fire for, or that could refer to it; then all waiting triggers
are created. In a dump of several files it fires for no rows of another file, and waits for the end.
A view whose table comes later cannot be created yet. Each waits together with the session settings
it was written for, because MySQL stores some of them with the object, and is executed in a session
with these settings.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rewound.dump.rules import table as rules
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import RuleUse, Verdict
from rewound.dump.text.statement import Kind
from rewound.errors import Interrupted, LoadError, MysqlError
from rewound.load.counters import LoadCounters
from rewound.load.executor import Executor
from rewound.load.lost_objects import STORED_OBJECTS, execute_object, lose
from rewound.load.objects import TableKey, table_keys
from rewound.load.refused_foreign_keys import DEFINES_TABLES, TableExecutor
from rewound.load.session_settings import (
    Statements,
    enter,
    read_collation,
    read_session,
    set_collation,
)
from rewound.load.stand_in_tables import StandInTables

MISSING_OBJECT_ERRORS = frozenset({1049, 1054, 1146, 1305, 1356})
"""Schema, column, table, routine, or what an inner view requires.

Source: MySQL 9.7 server error reference; each was tried on 9.7.4 with CREATE VIEW.
"""


_EVENTS: Mapping[Kind, frozenset[str]] = {
    Kind.INSERT: frozenset({"INSERT"}),
    Kind.REPLACE: frozenset({"INSERT", "DELETE"}),
    Kind.DELETE: frozenset({"DELETE"}),
    # It fires none, but triggers follow a renamed table and read its columns.
    Kind.ALTER_TABLE: frozenset({"INSERT", "UPDATE", "DELETE"}),
}
_REMOVES_TRIGGERS = frozenset(
    {Kind.DROP_TRIGGER, Kind.DROP_TABLE, Kind.DROP_DATABASE, Kind.ALTER_TABLE}
)
_MADE = (
    "SELECT event_object_schema, event_object_table, event_manipulation"
    " FROM information_schema.triggers"
)
_Event = tuple[TableKey, str]
"""A table, and what happens to its rows: INSERT, UPDATE or DELETE."""


@dataclass(frozen=True, slots=True)
class _Deferred:
    """A verdict, and the statements that give a session the settings that the dump's had then."""

    verdict: Verdict
    session: Statements
    collation: str
    """The default collation of its database then, which MySQL stores with a trigger."""
    part: int
    """Which of the dump's files it is from."""


class DeferredStatements:
    """Guards the statements that wait. At the end, views are executed first, then triggers."""

    def __init__(
        self,
        executor: Executor,
        own: Executor,
        counters: LoadCounters,
        tables: TableExecutor,
        *,
        defers_triggers: bool,
        trigger_timeout_s: float,
        cancelled: threading.Event,
    ) -> None:
        """Take the executor of the dump's session; deferred statements run in `own`."""
        self._defers_triggers = defers_triggers
        self._trigger_timeout_s = trigger_timeout_s
        self._executor = executor
        self._own = own
        self._counters = counters
        self._tables = tables
        self._cancelled = cancelled
        self._triggers: list[_Deferred] = []
        self._views: list[_Deferred] = []
        self._part = 0
        """Which of the dump's files is executed."""
        self._awaited: frozenset[_Event] = frozenset()
        """What the waiting triggers would fire for."""
        self._made: frozenset[_Event] = frozenset()
        """What the triggers in the server fire for."""

    def meets_triggers(self, verdict: Verdict) -> bool:
        """Tell whether triggers could fire for a statement or change its effect."""
        if verdict.kind not in _EVENTS or not (self._awaited or self._made):
            return False
        keys = table_keys(verdict)
        # A name that is no table of the dump may be a view of one that has triggers.
        if not self._counters.has_tables(keys):
            return True
        events = _EVENTS[verdict.kind]
        if verdict.statement.updates_rows:
            events |= {"UPDATE"}
        met = {(key, event) for key in keys for event in events}
        return not (met.isdisjoint(self._awaited) and met.isdisjoint(self._made))

    def execute_or_defer(self, verdict: Verdict) -> None:
        """Execute a verdict, now or, if it has to wait, later.

        A statement that triggers could fire for must find all rows of earlier statements stored.

        Raises:
            StatementRefused, LoadError, HostError: as the executor does.
        """
        if any(use.rule is rules.PART_FOLLOWS for use in verdict.uses):
            self._part += 1
            self._note_awaited()
        fires = self._prepare_triggers(verdict)
        is_deferred = verdict.kind is Kind.CREATE_TRIGGER and self._defers_triggers
        match verdict.kind:
            case Kind.CREATE_TRIGGER if verdict.sql and is_deferred:
                self._executor.execute_verdict(replace(verdict, sql=verdict.sql[:-1]))
                # CREATE TRIGGER commits as well.
                self._executor.connection.execute_sql("COMMIT")
                self._defer(self._triggers, verdict, rules.TRIGGER_LAST)
                self._note_awaited()
            case Kind.CREATE_VIEW if verdict.sql:
                self._drop(verdict)
                self._execute_view(verdict)
            case kind if kind in STORED_OBJECTS and verdict.sql:
                execute_object(self._executor, verdict)
            case kind if kind in DEFINES_TABLES:
                self._tables.define_table(verdict)
            case _ if fires:
                self._execute_fired(verdict)
            case _:
                if not self._drop(verdict):
                    self._executor.execute_verdict(verdict)
        if verdict.kind in _REMOVES_TRIGGERS and self._awaited:
            self._note_awaited()
        if (verdict.kind is Kind.CREATE_TRIGGER and not is_deferred) or (
            self._made and verdict.kind in _REMOVES_TRIGGERS
        ):
            self._made = self._read_made()

    def _prepare_triggers(self, verdict: Verdict) -> bool:
        """Create the triggers that a statement concerns, and tell whether it fires them."""
        if not verdict.sql or not self.meets_triggers(verdict):
            return False
        self._make_triggers([each for each in self._triggers if each.part == self._part])
        fires = verdict.kind is not Kind.ALTER_TABLE
        if fires:
            self._counters.note_fired(verdict)
        return fires

    def _execute_fired(self, verdict: Verdict) -> None:
        """Execute a statement that fires triggers, which may never end."""
        session_id = self._executor.connection.session_id
        try:
            with self._executor.connection.limit_answers(self._trigger_timeout_s):
                self._executor.execute_verdict(verdict)
        except LoadError as error:
            if not (isinstance(error.__cause__, MysqlError) and error.__cause__.is_timeout):
                raise
            self._own.connection.execute_sql(f"KILL {session_id}")
            raise self._executor.explain_endless(verdict, self._trigger_timeout_s) from error

    def execute_deferred(self) -> None:
        """Execute what has waited, each statement with the session settings it was written for.

        Raises:
            LoadError, HostError: the server refused a trigger.
        """
        # A dump may end with tables locked, or in a transaction; see rule transaction-open.
        self._executor.connection.execute_sql("UNLOCK TABLES")
        self._executor.connection.execute_sql("COMMIT")
        self._execute_views()
        self._make_triggers(self._triggers)

    def _make_triggers(self, triggers: Sequence[_Deferred]) -> None:
        """Create waiting triggers, in their order."""
        if not triggers:
            return
        # Another session creates them, and would wait for the end of this transaction.
        self._executor.connection.execute_sql("COMMIT")
        for deferred in triggers:
            self._make_trigger(deferred)
        self._triggers = [deferred for deferred in self._triggers if deferred not in triggers]
        self._note_awaited()
        self._made = self._read_made()

    def _make_trigger(self, deferred: _Deferred) -> None:
        schema = table_keys(deferred.verdict)[0][0]
        collation = read_collation(self._own.connection, schema)
        if collation != deferred.collation:
            set_collation(self._own.connection, schema, deferred.collation)
        self._enter(deferred)
        execute_object(self._own, deferred.verdict)
        if collation != deferred.collation:
            set_collation(self._own.connection, schema, collation)

    def _note_awaited(self) -> None:
        self._awaited = frozenset(
            (table_keys(each.verdict)[-1], each.verdict.mentions.event)
            for each in self._triggers
            if each.part == self._part
        )

    def _read_made(self) -> frozenset[_Event]:
        self._own.connection.execute_sql("SET NAMES utf8mb4")
        rows = self._own.connection.query(_MADE).rows
        return frozenset(((str(schema), str(table)), str(event)) for schema, table, event in rows)

    def _execute_view(self, verdict: Verdict) -> None:
        try:
            self._executor.try_to_execute(verdict)
        except MysqlError as error:
            if error.number not in MISSING_OBJECT_ERRORS:
                lose(self._executor, verdict, error)
            else:
                self._defer(self._views, verdict, rules.VIEW_LATER)

    def _execute_views(self) -> None:
        """Execute the views in rounds, until a round creates none."""
        left = self._views
        count = -1
        while left and len(left) != count:
            count = len(left)
            left = [deferred for deferred in left if self._fails(deferred)]
        if left:
            self._keep_broken_views(left)

    def _keep_broken_views(self, left: list[_Deferred]) -> None:
        """Create views that select from something missing, the innermost first."""
        with StandInTables(self._own.connection) as stand_ins:
            while left:
                names = [table_keys(deferred.verdict)[0] for deferred in left]
                later = [
                    deferred
                    for deferred in left
                    if not self._keep_broken(deferred, stand_ins, names)
                ]
                # A server cannot hold views that depend on each other in a circle.
                left, names = (later, names) if len(later) < len(left) else (left[1:], [])

    def _fails(self, deferred: _Deferred) -> bool:
        self._enter(deferred)
        try:
            self._own.try_to_execute(deferred.verdict)
        except MysqlError as error:
            if error.number not in MISSING_OBJECT_ERRORS:
                lose(self._own, deferred.verdict, error)
                return False
            return True
        return False

    def _keep_broken(
        self, deferred: _Deferred, stand_ins: StandInTables, waiting: Sequence[TableKey]
    ) -> bool:
        """Settle one view; return False if it needs one that still waits."""

        def create() -> None:
            self._enter(deferred)
            self._own.try_to_execute(deferred.verdict)

        verdict = deferred.verdict
        attempt = stand_ins.create_with_stand_ins(create, waiting)
        if attempt.waits:
            return False
        if attempt.made:
            use = RuleUse(rules.VIEW_BROKEN, f"{verdict.statement.name}: {attempt.reason}")
            self._counters.add_use(use, verdict.line)
        else:
            self._counters.lose_object(verdict, attempt.reason)
        return True

    def _defer(self, where: list[_Deferred], verdict: Verdict, rule: Rule) -> None:
        self._counters.add_use(RuleUse(rule, str(verdict.statement.name)), verdict.line)
        session = read_session(self._executor.connection, verdict.schema).statements
        collation = read_collation(self._own.connection, table_keys(verdict)[0][0])
        where.append(
            _Deferred(replace(verdict, sql=verdict.sql[-1:]), session, collation, self._part)
        )

    def _drop(self, verdict: Verdict) -> bool:
        """Forget what a statement drops or replaces; return True if nothing is left to drop."""
        keys = table_keys(verdict)
        match verdict.kind:
            case Kind.DROP_TRIGGER:
                kept = [
                    deferred
                    for deferred in self._triggers
                    if table_keys(deferred.verdict)[0] not in keys
                ]
                dropped = len(kept) < len(self._triggers)
                self._triggers = kept
                return dropped
            case Kind.DROP_TABLE:
                self._triggers = [
                    deferred
                    for deferred in self._triggers
                    if table_keys(deferred.verdict)[-1] not in keys
                ]
            case Kind.DROP_VIEW | Kind.CREATE_VIEW:
                self._views = [
                    deferred
                    for deferred in self._views
                    if table_keys(deferred.verdict)[0] not in keys
                ]
            case Kind.DROP_DATABASE if verdict.statement.name is not None:
                schema = verdict.statement.name.name
                self._triggers = [
                    deferred
                    for deferred in self._triggers
                    if table_keys(deferred.verdict)[0][0] != schema
                ]
                self._views = [
                    deferred
                    for deferred in self._views
                    if table_keys(deferred.verdict)[0][0] != schema
                ]
        return False

    def _enter(self, deferred: _Deferred) -> None:
        if self._cancelled.is_set():
            raise Interrupted("loading was interrupted")
        enter(self._own.connection, deferred.session)
