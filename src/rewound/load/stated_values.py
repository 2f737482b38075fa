"""Comparing the values that rows state for generated columns with those that the server computes.

The rows are inserted verbatim into a second table in which all columns are ordinary; the generated
columns are then added to it under other names, and the server compares. It is emptied after each
statement, so it never holds more than one statement's rows.
"""

import re
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

from rewound.dump.rules.table import GENERATED_DIFFERS
from rewound.dump.rules.verdict import RuleUse, StatedValues, one_line
from rewound.dump.text.quoting import quote_name
from rewound.errors import MysqlError
from rewound.figures import show_count
from rewound.load.objects import TableKey, quote_table
from rewound.load.session_settings import Statements, enter
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

_BESIDE = "rewound stated values"
_COMPUTED = "rewound computed value"
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COLUMNS = (
    "SELECT column_name, column_type, collation_name, generation_expression"
    " FROM information_schema.columns"
    " WHERE table_schema = _utf8mb4 0x{} AND table_name = _utf8mb4 0x{}"
)


class _StatedColumn(NamedTuple):
    """One column, as the server describes it."""

    type: str
    """With its character set."""
    expression: str
    """Empty for an ordinary column."""


class StatedValueCheck:
    """Compares over a connection of its own. Use it as a context manager."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._opened: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._opened is not None:
            self._opened.close()

    def find_differences(
        self, table: TableKey, stated: StatedValues, settings: Statements
    ) -> list[RuleUse]:
        """Return one use of the rule for each column that the server computes differently.

        `settings` are those of the dump's session, in which the rows are read.
        """
        connection = self._opened = self._opened or Connection(self._endpoint)
        beside = (table[0], _BESIDE)
        try:
            enter(connection, _DEFINING)
            columns = _read_columns(connection, table)
            connection.execute_sql(_create_table(beside, stated, columns))
            enter(connection, settings)
            connection.execute_sql(b"INSERT INTO %b VALUES %b" % (quote_table(beside), stated.rows))
            enter(connection, _DEFINING)
            return [
                RuleUse(GENERATED_DIFFERS, f"{table[0]}.{table[1]}: {name}: {difference}")
                for name in stated.generated
                if (difference := _compare(connection, beside, name, columns[name]))
            ]
        except MysqlError as error:
            detail = f"{table[0]}.{table[1]}: cannot be compared: {error.message}"
            return [RuleUse(GENERATED_DIFFERS, detail)]
        finally:
            connection.execute_sql(b"DROP TABLE IF EXISTS " + quote_table(beside))


_DEFINING: Statements = (
    "SET NAMES utf8mb4",
    "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', lock_wait_timeout = 60",
)


def _read_columns(connection: Connection, table: TableKey) -> dict[str, _StatedColumn]:
    """Return the columns of a table by their names in lower case.

    SHOW CREATE TABLE would wait for the dump's own session, which may have it locked.
    """
    names = [part.encode("utf-8", "surrogateescape").hex() for part in table]
    return {
        str(name).lower(): _StatedColumn(
            str(kind) if collation is None else f"{kind!s} COLLATE {collation!s}",
            # Escaped once more than in SHOW CREATE TABLE.
            _ESCAPED.sub(r"\1", str(expression)),
        )
        for name, kind, collation, expression in connection.query(_COLUMNS.format(*names)).rows
    }


def _create_table(
    beside: TableKey, stated: StatedValues, columns: Mapping[str, _StatedColumn]
) -> bytes:
    definitions = [
        quote_name(name) + b" " + _encode(columns[name].type) + b" NULL" for name in stated.columns
    ]
    return b"CREATE TABLE %b (%b)" % (quote_table(beside), b", ".join(definitions))


def _compare(
    connection: Connection, beside: TableKey, name: str, column: _StatedColumn
) -> str | None:
    """Return the first difference between a stated column and the computed one, if any."""
    table, stated = quote_table(beside), quote_name(name)
    computed = quote_name(_COMPUTED)
    kind, expression = _encode(column.type), _encode(column.expression)
    connection.execute_sql(
        b"ALTER TABLE %b ADD COLUMN %b %b GENERATED ALWAYS AS (%b) VIRTUAL"
        % (table, computed, kind, expression)
    )
    different = b"NOT (CAST(%b AS BINARY) <=> CAST(%b AS BINARY))" % (stated, computed)
    [[count]] = connection.query(b"SELECT COUNT(*) FROM %b WHERE %b" % (table, different)).rows
    if not count:
        connection.execute_sql(b"ALTER TABLE %b DROP COLUMN %b" % (table, computed))
        return None
    sql = b"SELECT LEFT(%b, 40), LEFT(%b, 40) FROM %b WHERE %b LIMIT 1"
    [[there, here]] = connection.query(sql % (stated, computed, table, different)).rows
    connection.execute_sql(b"ALTER TABLE %b DROP COLUMN %b" % (table, computed))
    rows = show_count(int(str(count)), "row")
    return f"the dump has {_show(there)}, but the server computes {_show(here)} ({rows})"


def _show(value: object) -> str:
    if value is None:
        return "NULL"
    return one_line(value if isinstance(value, bytes) else _encode(str(value)))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
