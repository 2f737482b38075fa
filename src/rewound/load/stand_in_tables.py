"""Creating views whose tables are missing, as the dumped server had them.

MySQL does not create a view of a missing table, but it keeps a view whose table is dropped. So the
missing tables, which the server's errors name, are created empty and dropped again.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rewound.dump.text.quoting import quote_name
from rewound.errors import MysqlError
from rewound.load.objects import TableKey
from rewound.mysql.client import Connection

_MISSING_SCHEMA = re.compile(r"Unknown database '(.+)'$", re.DOTALL)
_MISSING_TABLE = re.compile(r"Table '([^']+?)\.([^']+)' doesn't exist$")
_MISSING_COLUMN = re.compile(r"Unknown column '(?:[^']*\.)?([^'.]+)' in '")
_MOST_STEPS = 500
_PLACEHOLDER = b"rewound_stand_in"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of trying to create one broken view."""

    made: bool
    reason: str
    """What is missing, if the view was created; otherwise the server's last error."""
    waits: bool = False
    """The view needs another view that is still to be created."""


class StandInTables:
    """Creates stand-in schemas, tables and columns, and drops them on exit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._schemas: list[bytes] = []
        self._tables: list[bytes] = []

    def create_with_stand_ins(
        self, create: Callable[[], None], waiting: Sequence[TableKey]
    ) -> Attempt:
        """Call `create` until it succeeds or its error names nothing that can be replaced.

        The views that are `waiting` to be created are not replaced.
        """
        first: MysqlError | None = None
        own: list[bytes] = []
        for _ in range(_MOST_STEPS):
            try:
                create()
            except MysqlError as error:
                first = first or error
                match = _MISSING_TABLE.search(error.text)
                if match and (match[1], match[2]) in waiting:
                    return Attempt(made=False, reason=error.text, waits=True)
                if not self._answer(error, own):
                    return Attempt(made=False, reason=error.text)
            else:
                return Attempt(made=True, reason="" if first is None else first.text)
        return Attempt(made=False, reason="too much is missing")

    def _answer(self, error: MysqlError, own: list[bytes]) -> bool:
        """Create what an error reports missing; `own` are the tables created for the same view."""
        try:
            self._connection.execute_sql("SET NAMES utf8mb4")
            if match := _MISSING_SCHEMA.search(error.text):
                schema = quote_name(match[1])
                self._connection.execute_sql(b"CREATE DATABASE " + schema)
                self._schemas.append(schema)
            elif match := _MISSING_TABLE.search(error.text):
                table = quote_name(match[1]) + b"." + quote_name(match[2])
                self._connection.execute_sql(b"CREATE TABLE %b (%b INT)" % (table, _PLACEHOLDER))
                self._tables.append(table)
                own.append(table)
            elif own and (match := _MISSING_COLUMN.search(error.text)):
                for table in own:
                    self._connection.execute_sql(
                        b"ALTER TABLE %b ADD COLUMN %b TEXT" % (table, quote_name(match[1]))
                    )
            else:
                return False
        except MysqlError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.execute_sql("SET NAMES utf8mb4")
        for table in self._tables:
            self._connection.execute_sql(b"DROP TABLE " + table)
        for schema in self._schemas:
            self._connection.execute_sql(b"DROP DATABASE " + schema)
