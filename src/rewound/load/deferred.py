"""Statements that wait for the end of the dump: triggers, and views without their tables.

A trigger made before the rows that it would fire for changes them again, and a view whose
table comes later cannot be made yet. Each is kept with the session that it was written
for, because MySQL stores parts of that with the object, and is executed in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rewound.dump.rules import table as rules
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import RuleUse, Verdict
from rewound.dump.text.statement import Kind
from rewound.errors import MysqlError
from rewound.load.counters import LoadCounters
from rewound.load.executor import Executor
from rewound.load.objects import TableKey, table_keys
from rewound.load.session import SessionSettings, enter, read_session
from rewound.load.stand_in_tables import StandInTables

MISSING_OBJECT_ERRORS = frozenset({1049, 1054, 1146, 1305, 1356})
"""Schema, column, table, routine, what an inner view needs.

Source: MySQL 9.7 server error reference; each was tried on 9.7.4 with CREATE VIEW.
"""


@dataclass(frozen=True, slots=True)
class _Deferred:
    """A verdict, and what puts the session where it was at its turn."""

    verdict: Verdict
    session: SessionSettings


class DeferredStatements:
    """Guards what waits. Views go first when the end has come, then triggers."""

    def __init__(self, executor: Executor, counters: LoadCounters) -> None:
        self._executor = executor
        self._tally = counters
        self._triggers: list[_Deferred] = []
        self._views: list[_Deferred] = []

    def execute(self, verdict: Verdict) -> None:
        """Execute a verdict, now or, if it has to wait, in `execute_deferred`.

        Raises:
            StatementRefused, LoadError, HostError: as the executor does.
        """
        match verdict.kind:
            case Kind.CREATE_TRIGGER if verdict.sql:
                self._executor.execute(replace(verdict, sql=verdict.sql[:-1]))
                self._hold(self._triggers, verdict, rules.TRIGGER_LAST)
            case Kind.CREATE_VIEW if verdict.sql:
                self._drop(verdict)
                self._execute_view(verdict)
            case _:
                if not self._drop(verdict):
                    self._executor.execute(verdict)

    def execute_deferred(self) -> None:
        """Execute what has waited, in the session that each was written for.

        Raises:
            LoadError, HostError: the server refused a trigger.
        """
        # A dump may end with tables locked; others could not be named then.
        self._executor.connection.execute("UNLOCK TABLES")
        self._execute_views()
        for held in self._triggers:
            self._enter(held)
            self._executor.execute(held.verdict)

    def _execute_view(self, verdict: Verdict) -> None:
        try:
            self._executor.try_to_execute(verdict)
        except MysqlError as error:
            if error.number not in MISSING_OBJECT_ERRORS:
                raise self._executor.explain(verdict, error) from error
            self._hold(self._views, verdict, rules.VIEW_LATER)

    def _execute_views(self) -> None:
        """Execute the views in rounds, until a round finds none that can be made."""
        left = self._views
        count = -1
        while left and len(left) != count:
            count = len(left)
            left = [held for held in left if self._fails(held)]
        if left:
            self._keep_broken_views(left)

    def _keep_broken_views(self, left: list[_Deferred]) -> None:
        """Make views although something is missing that they show, the innermost first."""
        with StandInTables(self._executor.connection) as stand_ins:
            while left:
                names = [table_keys(held.verdict)[0] for held in left]
                later = [held for held in left if not self._keep_broken(held, stand_ins, names)]
                # Views that wait for each other are nothing that a server can have had.
                left, names = (later, names) if len(later) < len(left) else (left[1:], [])

    def _fails(self, held: _Deferred) -> bool:
        self._enter(held)
        try:
            self._executor.try_to_execute(held.verdict)
        except MysqlError as error:
            if error.number not in MISSING_OBJECT_ERRORS:
                raise self._executor.explain(held.verdict, error) from error
            return True
        return False

    def _keep_broken(
        self, held: _Deferred, stand_ins: StandInTables, waiting: Sequence[TableKey]
    ) -> bool:
        """Settle one view; False where it needs one of those that wait."""

        def create() -> None:
            self._enter(held)
            self._executor.try_to_execute(held.verdict)

        verdict = held.verdict
        attempt = stand_ins.make_room_for(create, waiting)
        if attempt.waits:
            return False
        rule = rules.VIEW_BROKEN if attempt.made else rules.VIEW_LOST
        use = RuleUse(rule, f"{verdict.statement.name}: {attempt.reason}")
        self._tally.add_use(use, verdict.line)
        return True

    def _hold(self, where: list[_Deferred], verdict: Verdict, rule: Rule) -> None:
        self._tally.add_use(RuleUse(rule, str(verdict.statement.name)), verdict.line)
        session = read_session(self._executor.connection, verdict.schema)
        where.append(_Deferred(replace(verdict, sql=verdict.sql[-1:]), session))

    def _drop(self, verdict: Verdict) -> bool:
        """Forget what a statement drops or replaces; True where nothing is left to drop."""
        keys = table_keys(verdict)
        match verdict.kind:
            case Kind.DROP_TRIGGER:
                kept = [held for held in self._triggers if table_keys(held.verdict)[0] not in keys]
                dropped = len(kept) < len(self._triggers)
                self._triggers = kept
                return dropped
            case Kind.DROP_TABLE:
                self._triggers = [
                    held for held in self._triggers if table_keys(held.verdict)[-1] not in keys
                ]
            case Kind.DROP_VIEW | Kind.CREATE_VIEW:
                self._views = [
                    held for held in self._views if table_keys(held.verdict)[0] not in keys
                ]
            case Kind.DROP_DATABASE if verdict.statement.name is not None:
                schema = verdict.statement.name.name
                self._triggers = [
                    h for h in self._triggers if table_keys(h.verdict)[0][0] != schema
                ]
                self._views = [h for h in self._views if table_keys(h.verdict)[0][0] != schema]
        return False

    def _enter(self, held: _Deferred) -> None:
        enter(self._executor.connection, held.session)
