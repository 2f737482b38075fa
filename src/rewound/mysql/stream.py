"""Rows of many servers as they come, in an event loop: nobody else imports asyncmy.

For large answers: rows are bytes as the server sent them, read in runs, and the server is
held back while nobody takes them. `mysql.client` is for everything else.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncmy
from asyncmy import errors
from asyncmy.cursors import SSCursor

from rewound.errors import MysqlError
from rewound.mysql.columns import Column, Row, read_column
from rewound.mysql.endpoint import Endpoint

CONNECTION_LOST = 2013
"""What a driver says when the server went away in the middle of an answer."""
_UNKNOWN = 2000
_CONNECTION_ERROR = 2002
_CONNECT_TIMEOUT_S = 10.0
_WRITE_PATIENCE_S = 7 * 86_400
"""How long a server waits for us to take rows; at its default of 60 s, it hangs up on a user
who reads page by page."""


class Session:
    """One session on one server; one statement at a time."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._cursor: Any = None

    @classmethod
    async def open(cls, endpoint: Endpoint, *, schema: str | None = None) -> "Session":
        """Log in over the unix socket.

        Raises:
            MysqlError: the server does not let us in, or does not answer.
        """
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                driver = await asyncmy.connect(
                    unix_socket=str(endpoint.socket),
                    user=endpoint.user,
                    password=endpoint.password,
                    database=schema,
                    charset="utf8mb4",
                    use_unicode=False,
                    autocommit=True,
                    conv={},
                    connect_timeout=_CONNECT_TIMEOUT_S,
                )
        except errors.MySQLError as error:
            raise _translate(error) from error
        except TimeoutError as error:
            raise MysqlError(
                _CONNECTION_ERROR,
                f"the server at {endpoint.socket} did not answer in {_CONNECT_TIMEOUT_S:g} s",
            ) from error
        return cls(driver)

    @property
    def id(self) -> int:
        """The server's number of this session, for KILL."""
        return int(self._driver.thread_id())

    @property
    def affected_rows(self) -> int:
        """How many rows the last statement changed, if it has none to show."""
        return max(int(self._cursor.rowcount), 0)

    async def prepare(
        self, *, timeout_s: float | None, row_limit: int | None, variables: Mapping[str, str]
    ) -> None:
        """Set the limits of the session's SELECTs, and user variables to texts."""
        settings = [f"SESSION net_write_timeout = {_WRITE_PATIENCE_S}"]
        if timeout_s is not None:
            settings.append(f"SESSION max_execution_time = {max(1, round(timeout_s * 1000))}")
        if row_limit is not None:
            settings.append(f"SESSION sql_select_limit = {row_limit}")
        for name, value in variables.items():
            if not name.isidentifier() or not name.isascii():
                raise ValueError(f"no name of a variable: {name!r}")
            settings.append(f"@{name} = {self._driver.escape(value)}")
        # NAMES gives the session the server's own collation for utf8mb4, as the client does.
        await self.execute("SET NAMES utf8mb4")
        await self.execute("SET " + ", ".join(settings))

    async def execute(self, sql: str) -> tuple[Column, ...]:
        """Begin a statement and return the columns of its answer; none if it has no rows.

        Raises:
            MysqlError: the server refuses it, or the connection broke.
        """
        self._cursor = self._driver.cursor(SSCursor)
        try:
            await self._cursor.execute(sql.encode("utf-8", "surrogateescape"))
        except errors.MySQLError as error:
            raise _translate(error) from error
        fields = self._cursor._result.fields if self._cursor.description else ()
        return tuple(
            read_column(
                field.name,
                code=field.type_code,
                character_set=field.charsetnr,
                flags=field.flags,
                length=field.length,
                scale=field.scale,
            )
            for field in fields
        )

    async def fetch(self, most: int) -> list[Row]:
        """Return the next rows of the answer; fewer than `most` only at its end.

        Raises:
            MysqlError: the server gave up in the middle, or the connection broke.
        """
        try:
            rows: list[Row] = await self._cursor.fetchmany(most)
        except errors.MySQLError as error:
            raise _translate(error) from error
        return rows

    async def has_another_answer(self) -> bool:
        """Tell whether the statement has one more, as a CALL has."""
        try:
            return bool(await self._cursor.nextset()) and bool(self._cursor.description)
        except errors.MySQLError as error:
            raise _translate(error) from error

    async def warnings(self, most: int) -> tuple[str, ...]:
        """Return what the server warns of after the last statement, each text once.

        Notes are left out.
        """
        if not self._cursor._result.warning_count:
            return ()
        await self.execute(f"SHOW WARNINGS LIMIT {most}")
        rows = await self.fetch(most + 1)
        texts = [
            f"MySQL {level.decode().lower()} {number.decode()}: {text.decode('utf-8', 'replace')}"
            for level, number, text in rows
            if level not in (None, b"Note") and number is not None and text is not None
        ]
        return tuple(dict.fromkeys(texts))

    def hold_back(self) -> None:
        """Take no more of the server until `go_on`.

        Left to itself, the driver buffers whatever the server sends.
        """
        if self._driver._transport is not None and not self._driver._transport.is_closing():
            self._driver._transport.pause_reading()

    def go_on(self) -> None:
        """Take what the server sends again."""
        if self._driver._transport is not None and not self._driver._transport.is_closing():
            self._driver._transport.resume_reading()

    def close(self) -> None:
        """Hang up, whatever is under way; the server notices when it next sends rows."""
        self._driver.close()


def _translate(error: errors.MySQLError) -> MysqlError:
    arguments: tuple[object, ...] = error.args
    number = arguments[0] if arguments and isinstance(arguments[0], int) else _UNKNOWN
    text = str(arguments[1]) if len(arguments) > 1 else str(error)
    return MysqlError(number, text or "the connection broke")
