"""Executing the statements of a log that the judge admits, over a session of their own."""

from collections.abc import Callable, Set

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.query import read_query
from rewound.binlog.events.table_map import (
    NAMES_AT,
    TableName,
    read_table_map,
    read_table_name,
)
from rewound.binlog.transaction import LoggedTransaction
from rewound.dump.rules.verdict import RuleUse, Verdict, excerpt
from rewound.dump.text.statement import Kind
from rewound.errors import MysqlError, ReplayError
from rewound.load.objects import StatedObjects, table_keys
from rewound.mysql.client import Connection
from rewound.replay.applied import Applied
from rewound.replay.columns import find_difference
from rewound.replay.log_judge import LogJudge
from rewound.replay.log_rules import LOG_IF_EXISTS, LOG_NUMBERED_ROWS
from rewound.replay.refusals import refuse_by_rule
from rewound.replay.row_balance import RowBalance
from rewound.replay.server_tables import count_table, read_columns, read_imaged_table

_EXISTS_OR_NOT = frozenset({1060, 1061, 1091, 1146, 1176, 1826, 3822, 3821, 3940})
"""MySQL's errors for what IF EXISTS and IF NOT EXISTS are for."""
_PREPARES = frozenset({Kind.SET, Kind.USE})


class Definitions:
    """The tables of the server that is replayed into, and what changes them."""

    def __init__(
        self,
        connection: Connection,
        judge: LogJudge,
        balance: RowBalance,
        objects: StatedObjects,
        applied: Applied,
        on_change: Callable[[], None],
    ) -> None:
        """Take a session of the loader; `objects` are those that are there.

        `on_change` is called after each statement that may have changed a table.
        """
        self.judge = judge
        self._connection = connection
        self._balance = balance
        self._objects = objects
        self._applied = applied
        self._on_change = on_change
        self._compared: set[bytes] = set()
        """Table maps, from the names on, that are as the tables here."""

    def execute(self, event: LogEvent, transaction: LoggedTransaction) -> None:
        """Judge the statement of a QUERY event, and execute it.

        Raises:
            ReplayError: a rule refuses it.
            MysqlError: the server does.
            MalformedEvent: it is none, or its session cannot be made.
        """
        query = read_query(event)
        place = transaction.begin
        for verdict in self.judge.judge(query, at_s=event.at_s, position=event.position):
            for use in verdict.uses:
                self._applied.add_use(use, place)
            if (refusal := verdict.refusal) is not None:
                raise refuse_by_rule(place, refusal, quoted=excerpt(query.text))
            if self._numbers_rows(verdict):
                self._applied.add_use(RuleUse(LOG_NUMBERED_ROWS), place)
            if self._execute(verdict) and verdict.kind not in _PREPARES:
                self._follow(verdict, place)

    def _numbers_rows(self, verdict: Verdict) -> bool:
        """Tell whether a statement that is executed next gives numbers to rows without an order."""
        if verdict.kind is not Kind.ALTER_TABLE:
            return False
        if b"AUTO_INCREMENT" not in verdict.statement.text.upper():
            return False
        key = table_keys(verdict)[0]
        return not read_imaged_table(self._connection, key).key and bool(
            count_table(self._connection, key)
        )

    def _execute(self, verdict: Verdict) -> bool:
        """Execute a verdict; tell whether it did anything."""
        try:
            for sql in verdict.sql:
                self._connection.execute_sql(sql)
        except MysqlError as error:
            is_lenient = any(use.rule is LOG_IF_EXISTS for use in verdict.uses)
            if is_lenient and error.number in _EXISTS_OR_NOT:
                return False
            raise
        return bool(verdict.sql)

    def require_tables(self, transaction: LoggedTransaction, left_out: Set[TableName]) -> None:
        """Do the same with all tables of a transaction but those that are `left_out`.

        Raises:
            ReplayError: one differs, or is not here.
            MalformedEvent: a table map is none.
        """
        for names in sorted(transaction.table_maps - self._compared):
            if read_table_name(names)[0] not in left_out:
                self._require(names, transaction)

    def require_columns(self, table_map: bytes, transaction: LoggedTransaction) -> None:
        """Compare the table that the body of a TABLE_MAP event states with the one here, once.

        Raises:
            ReplayError: they differ, or the table is not here.
            MalformedEvent: it is not one.
        """
        names = table_map[NAMES_AT:]
        if names not in self._compared:
            self._require(names, transaction)

    def _require(self, names: bytes, transaction: LoggedTransaction) -> None:
        logged = read_table_map(bytes(NAMES_AT) + names)
        columns = read_columns(self._connection, (logged.name.schema, logged.name.table))
        if not columns:
            raise ReplayError(
                f"{transaction.place}: it changes rows of table {logged.name}, which is not here",
                hint="the dump may lack this table; --skip-table leaves out its rows too, and"
                " --only-schema those of other databases",
            )
        if (difference := find_difference(logged, columns, self.judge.find_charset)) is not None:
            raise ReplayError(
                f"{transaction.place}: table {logged.name} {difference}",
                hint="the logs may be of another server, or a rule has changed the definition"
                " (rewound report)",
            )
        self._applied.add_table(logged)
        self._compared.add(names)

    def _follow(self, verdict: Verdict, place: str) -> None:
        self._compared.clear()
        self._on_change()
        self._objects.follow(verdict)
        self._balance.add_definition(verdict, lambda key: count_table(self._connection, key))
        self._applied.add_definition(f"{place}: {excerpt(verdict.statement.text)}")
