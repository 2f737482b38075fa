"""Tables whose foreign keys the server rejects: restored without them, or with checks off.

A key between columns that do not match is rejected when the second of its two tables is
created, which may be the referenced one; then the key of the first table is dropped again.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from rewound.dump.definitions.foreign_keys import plan_foreign_key_removal
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse, Verdict, apply_edits
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.quoting import quote_name
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import read_tokens
from rewound.errors import MysqlError
from rewound.load.executor import Executor
from rewound.load.objects import TableKey, quote_table, table_keys
from rewound.mysql.client import Connection

_REFUSED_KEYS = frozenset({1215, 1239, 1822, 1825, 1830, 3104, 3733, 3734, 3780, 3781, 6125})
"""Types that differ, no index or column in the other table, impossible actions.

Source: MySQL 9.7 server error reference; all but 1215, 1825 and 3781 were tried on 9.7.4.
"""
_NO_PARENT = 1824
_KEY_NAME = re.compile(r"(?:constraint|oreign key|definition for) '(?:[^'/]+/)?([^'/]+)'")
_MOST_KEYS = 1000
_FIND_CHILDREN = (
    "SELECT HEX(CONVERT(constraint_schema USING utf8mb4)),"
    " HEX(CONVERT(table_name USING utf8mb4))"
    " FROM information_schema.referential_constraints"
    " WHERE constraint_name = CONVERT(0x%s USING utf8mb4)"
    " AND referenced_table_name = CONVERT(0x%s USING utf8mb4)"
)


class TableExecutor:
    """Executes statements that define tables, without the foreign keys that the server refuses."""

    def __init__(
        self,
        executor: Executor,
        *,
        connect: Callable[[], Connection],
        session: Callable[[], DumpSession],
        server_version: int,
    ) -> None:
        """Take the dump's own executor, and a function that opens another session on its server."""
        self._executor = executor
        self._connect = connect
        self._session = session
        self._server_version = server_version

    def define_table(self, verdict: Verdict) -> None:
        """Execute a CREATE or ALTER TABLE.

        Raises:
            StatementRefused, LoadError, HostError: as the executor does.
        """
        self._executor.require_allowed(verdict)
        for _ in range(_MOST_KEYS):
            try:
                self._executor.try_to_execute(verdict)
            except MysqlError as error:
                mended = self._mend(verdict, error)
                if mended is None:
                    raise self._executor.explain(verdict, error) from error
                verdict = mended
            else:
                return
        self._executor.execute_verdict(verdict)

    def _mend(self, verdict: Verdict, error: MysqlError) -> Verdict | None:
        """Return what to execute instead of a statement; None if nothing helps."""
        if error.number == _NO_PARENT:
            return verdict if self._stop_checking(verdict) else None
        name = _KEY_NAME.search(error.text)
        if error.number not in _REFUSED_KEYS or name is None or not verdict.sql:
            return None
        table = table_keys(verdict)[0]
        shorter = self._without(verdict, table[1], name[1])
        if shorter is None:
            child = self._drop_from_child(table, name[1])
            if child is None:
                return None
            self._note(verdict, child, name[1], error)
            return verdict
        self._note(verdict, table, name[1], error)
        return shorter

    def _stop_checking(self, verdict: Verdict) -> bool:
        """Turn foreign key checks off, if they are on, until the dump changes the setting."""
        connection = self._executor.connection
        if str(connection.query("SELECT @@SESSION.foreign_key_checks").rows[0][0]) != "1":
            return False
        connection.execute_sql("SET SESSION foreign_key_checks = 0")
        use = RuleUse(rules.PARENT_LATER, str(verdict.statement.name))
        self._executor.counters.add_use(use, verdict.line)
        return True

    def _without(self, verdict: Verdict, table: str, key: str) -> Verdict | None:
        """Return the verdict without the named foreign key; None if it has none of that name."""
        mode, sql = self._session().mode, verdict.sql[-1]
        tokens = read_tokens(sql, mode, self._server_version)
        edits = plan_foreign_key_removal(tokens, verdict.kind, mode, table=table, key=key)
        if not edits:
            return None
        left = apply_edits(sql, edits)
        return replace(verdict, sql=(*verdict.sql[:-1], *([left] if left.strip() else [])))

    def _drop_from_child(self, parent: TableKey, key: str) -> TableKey | None:
        """Drop a foreign key from its table; None unless exactly one table has it."""
        texts = (text.encode("utf-8", "surrogateescape").hex() for text in (key, parent[1]))
        with self._connect() as connection:
            found = connection.query(_FIND_CHILDREN % tuple(texts)).rows
            if len(found) != 1:
                return None
            schema, table = (bytes.fromhex(str(name)).decode() for name in found[0])
            connection.execute_sql("SET SESSION foreign_key_checks = 0")
            child = (schema, table)
            connection.execute_sql(
                b"ALTER TABLE " + quote_table(child) + b" DROP FOREIGN KEY " + quote_name(key)
            )
        return child

    def _note(self, verdict: Verdict, table: TableKey, key: str, error: MysqlError) -> None:
        text = f"{key} of table {table[0]}.{table[1]}: {error.message}"
        self._executor.counters.lose_foreign_key(text, verdict.line)


DEFINES_TABLES = frozenset({Kind.CREATE_TABLE, Kind.ALTER_TABLE})
"""The kinds that `TableExecutor` executes."""
