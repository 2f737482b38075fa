"""Streaming rows of many servers, in an event loop: the only module that imports asyncmy.

For large results: rows are bytes as the server sent them, read in batches, and the server has to
wait while they are not consumed. `mysql.client` is for everything else.
"""

import asyncio
import logging
import math
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncmy
from asyncmy import errors
from asyncmy.cursors import SSCursor
from asyncmy.protocol import FieldDescriptorPacket

from rewound.errors import MysqlError
from rewound.mysql.accounts import READER
from rewound.mysql.columns import Column, Row, read_column
from rewound.mysql.endpoint import WAKE_TIMEOUT_S, Endpoint
from rewound.mysql.prepared import PreparedStatement, is_rounded
from rewound.mysql.server_url import ServerUrl, Tls
from rewound.mysql.unix_socket import reachable

CONNECTION_LOST = 2013
"""The driver's error when the server disconnects in the middle of an answer."""
_UNKNOWN = 2000
_BROKEN = frozenset({0, _UNKNOWN, 2006, CONNECTION_LOST})
# It logs the server's notes, which `Session.warnings` leaves out.
logging.getLogger("asyncmy").setLevel(logging.ERROR)

_BEFORE_FIRST_WORD = r"(?>\s|\(|--\s.*\n|#.*\n|/\*[^!+](?s:.*?)\*/)*"
_CAN_BE_PREPARED = re.compile(_BEFORE_FIRST_WORD + r"(?:SELECT|WITH|TABLE|VALUES)\b", re.IGNORECASE)
"""A statement with one result, recognised by its first word."""
_EXPLAINS = re.compile(_BEFORE_FIRST_WORD + r"(?:EXPLAIN|DESCRIBE|DESC)\b", re.IGNORECASE)
_TIMES_UP = "SHOW SESSION STATUS LIKE 'Max_execution_time_exceeded'"
_CONNECTION_ERROR = 2002
_BAD_HANDSHAKE = 1043
_NOBODY_LISTENS = frozenset({2002, 2003})
_DOOR_PATIENCE_S = 5.0
_DOOR_POLL_S = 0.05
_NEEDS_ENCRYPTION = 2061
"""A plug-in for logging in that does without needs a library; the client's own number."""
"""The error of a server that cannot encrypt and is asked to; tried on 9.7.4."""
_CONNECT_TIMEOUT_S = 10.0
_WRITE_PATIENCE_S = 7 * 86_400
"""How long a server waits for us to read rows; at its default of 60 s, it disconnects a user who
reads page by page.
"""


class StreamSession:
    """One session on one server; one statement at a time."""

    def __init__(self, driver: Any, *, is_read_only: bool) -> None:
        self._driver = driver
        self._is_read_only = is_read_only
        self._cursor: Any = None
        self._prepared: PreparedStatement | None = None
        self._rounded: tuple[str, ...] = ()
        self._row_limit: int | None = None
        self._times_up = 0

    @classmethod
    async def open(
        cls,
        endpoint: Endpoint | ServerUrl,
        *,
        schema: str | None = None,
        is_read_only: bool = False,
    ) -> "StreamSession":
        """Log in: to a world over its unix socket, to another server as its URL says.

        With `is_read_only`, every statement of the session runs in a read-only transaction; so does
        every statement of `reader`.

        Raises:
            MysqlError: the server refuses the login, or does not answer.
        """
        address = endpoint.address if isinstance(endpoint, ServerUrl) else endpoint.socket
        may_sleep = isinstance(endpoint, Endpoint) and endpoint.may_sleep
        timeout_s = WAKE_TIMEOUT_S if may_sleep else _CONNECT_TIMEOUT_S
        try:
            async with asyncio.timeout(timeout_s):
                driver = await _connect(endpoint, schema)
        except errors.MySQLError as error:
            raise _translate(error) from error
        except TimeoutError as error:
            raise MysqlError(
                _CONNECTION_ERROR,
                f"the server at {address} did not answer in {timeout_s:g} s",
            ) from error
        except OSError as error:  # of the socket's folder
            raise MysqlError(
                _CONNECTION_ERROR, f"cannot connect to {address}: {error.strerror or error}"
            ) from error
        is_reader = isinstance(endpoint, Endpoint) and endpoint.user == READER
        return cls(driver, is_read_only=is_read_only or is_reader)

    @property
    def id(self) -> int:
        """The server's number of this session, for KILL."""
        return int(self._driver.thread_id())

    @property
    def affected_rows(self) -> int:
        """How many rows the last statement changed, if it returned none."""
        return max(int(self._cursor.rowcount), 0)

    async def prepare(self, *, timeout_s: float | None, variables: Mapping[str, str]) -> None:
        """Set how long the session's SELECTs may take, and give user variables their texts."""
        settings = [f"SESSION net_write_timeout = {_WRITE_PATIENCE_S}"]
        if timeout_s is not None:
            settings.append(f"SESSION max_execution_time = {math.ceil(timeout_s * 1000)}")
        for name, value in variables.items():
            if not name.isidentifier() or not name.isascii():
                raise ValueError(f"no name of a variable: {name!r}")
            character_set = _find_narrowest(value)
            settings.append(
                f"@{name} = CONVERT({self._driver.escape(value)} USING {character_set})"
            )
        # SET NAMES gives the session the server's own collation for utf8mb4, as the client does.
        await self.execute_sql("SET NAMES utf8mb4")
        await self.execute_sql("SET " + ", ".join(settings))

    async def ask(self, sql: str, *, row_limit: int | None = None) -> tuple[Column, ...]:
        """Start a user's statement, read-only if the session is; FLOATs are exact where possible.

        The server is asked for no more rows than `row_limit`. EXPLAIN explains the statement
        without that limit, which would otherwise appear in the plan.

        A function that a view of the dump calls could end the session's read-only mode for the next
        statement, but not that of the current transaction.

        Raises:
            MysqlError: the server refuses it, or the connection broke.
        """
        await self._limit_rows(None if _EXPLAINS.match(sql) else row_limit)
        if self._is_read_only:
            await self.execute_sql("START TRANSACTION READ ONLY")
        if _CAN_BE_PREPARED.match(sql) and ":=" not in sql:
            columns = await self._execute_exactly(sql.encode("utf-8", "surrogateescape"))
            if columns:
                return columns
        columns = await self.execute_sql(sql)
        fields = self._cursor._result.fields if columns else ()
        self._rounded = tuple(field.name for field in fields if is_rounded(field))
        return columns

    async def _limit_rows(self, limit: int | None) -> None:
        if limit != self._row_limit:
            await self.execute_sql(
                f"SET SESSION sql_select_limit = {'DEFAULT' if limit is None else limit}"
            )
            self._row_limit = limit

    async def _execute_exactly(self, sql: bytes) -> tuple[Column, ...]:
        """Start a statement by the binary protocol if its result has FLOATs; else do nothing.

        Preparing costs one round trip, and reads no row.
        """
        try:
            prepared = await PreparedStatement.prepare(
                self._driver, sql, field_packet=FieldDescriptorPacket
            )
        except errors.MySQLError as error:
            if _translate(error).number in _BROKEN:
                raise _translate(error) from error
            return ()  # the statement itself will say why
        try:
            if prepared.has_gaps or not any(map(is_rounded, prepared.fields)):
                await prepared.close()
                return ()
            await prepared.run()
        except errors.MySQLError as error:
            raise _translate(error) from error
        self._prepared, self._rounded = prepared, ()
        return _read_columns(prepared.fields)

    async def execute_sql(self, sql: str) -> tuple[Column, ...]:
        """Start a statement and return the columns of its result; none if it has no rows.

        Raises:
            MysqlError: the server refuses it, or the connection broke.
        """
        self._cursor, self._prepared = self._driver.cursor(SSCursor), None
        try:
            await self._cursor.execute(sql.encode("utf-8", "surrogateescape"))
        except errors.MySQLError as error:
            raise _translate(error) from error
        return _read_columns(self._cursor._result.fields if self._cursor.description else ())

    async def fetch(self, most: int) -> list[Row]:
        """Return the next rows of the result; fewer than `most` only at its end.

        Raises:
            MysqlError: the server failed in the middle, or the connection broke.
        """
        try:
            if self._prepared is not None:
                return await self._prepared.fetch(most)
            rows: list[Row] = await self._cursor.fetchmany(most)
        except errors.MySQLError as error:
            raise _translate(error) from error
        return rows

    async def next_answer(self) -> tuple[Column, ...]:
        """Start the statement's next result with rows, as a CALL may have; none after the last.

        Raises:
            MysqlError: the statement failed there, or the connection broke.
        """
        if self._prepared is not None:
            return ()
        try:
            while await self._cursor.nextset():
                if self._cursor.description:
                    return _read_columns(self._cursor._result.fields)
        except errors.MySQLError as error:
            raise _translate(error) from error
        return ()

    async def was_cut_short(self) -> bool:
        """Tell whether the last SELECT exceeded its time, even if it returned a result.

        SLEEP and BENCHMARK report no error: they return 1 and 0, and the statement continues. Ask
        once after each statement that may have been cut short; no privilege is required.

        Source: MySQL 9.7 manual, "SLEEP()" and "Max_execution_time_exceeded"; tried on 9.7.4.
        """
        await self.execute_sql(_TIMES_UP)
        rows = await self.fetch(2)  # none from a server that does not count them
        before, self._times_up = self._times_up, int(rows[0][1] or 0) if rows else 0
        return self._times_up > before

    async def warnings(self, most: int) -> tuple[str, ...]:
        """Return the warnings about the last result, each text once.

        These are the server's warnings without its notes, and the columns that were rounded.
        """
        rounded = tuple(
            f"column {name} is a FLOAT, shown with 6 digits (CAST({name} AS DOUBLE) shows all)"
            for name in self._rounded
        )
        answer = self._prepared or self._cursor._result
        if not answer.warning_count:
            return rounded
        await self.execute_sql(f"SHOW WARNINGS LIMIT {most}")
        rows = await self.fetch(most + 1)
        texts = [
            f"MySQL {level.decode().lower()} {number.decode()}: {text.decode('utf-8', 'replace')}"
            for level, number, text in rows
            if level not in (None, b"Note") and number is not None and text is not None
        ]
        return (*rounded, *dict.fromkeys(texts))

    def hold_back(self) -> None:
        """Stop reading from the server until `go_on`.

        By default, the driver buffers whatever the server sends.
        """
        if self._driver._transport is not None and not self._driver._transport.is_closing():
            self._driver._transport.pause_reading()

    def go_on(self) -> None:
        """Read what the server sends again."""
        if self._driver._transport is not None and not self._driver._transport.is_closing():
            self._driver._transport.resume_reading()

    def close(self) -> None:
        """Disconnect, whatever is running; the server notices when it next sends rows."""
        transport = self._driver._transport
        self._driver.close()
        if transport is not None:
            transport.abort()  # an encrypted one would wait for the server's farewell


async def _connect(endpoint: Endpoint | ServerUrl, schema: str | None) -> Any:
    """Log in; encrypt the connection to an unknown server if it can."""
    if isinstance(endpoint, Endpoint):
        return await _connect_to_world(endpoint, schema)
    if endpoint.socket is not None:
        with reachable(Path(endpoint.socket)) as socket:
            return await _log_in(endpoint, schema, unix_socket=socket)
    place = {"host": endpoint.host, "port": endpoint.port}
    if endpoint.tls is Tls.DISABLED:
        return await _log_in(endpoint, schema, **place)
    # Like the client's own --ssl-mode=REQUIRED: nobody can tell whose certificate it is.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        return await _log_in(endpoint, schema, ssl=context, **place)
    except errors.MySQLError as error:
        is_refused = error.args and error.args[0] in (*_BROKEN, _BAD_HANDSHAKE)
        if endpoint.tls is Tls.REQUIRED or not is_refused:
            raise
    return await _log_in(endpoint, schema, **place)


async def _connect_to_world(endpoint: Endpoint, schema: str | None) -> Any:
    """Log in; if the world may sleep, nobody may listen for a moment, where a doorkeeper begins."""
    deadline = time.monotonic() + (_DOOR_PATIENCE_S if endpoint.may_sleep else 0)
    while True:
        try:
            with reachable(endpoint.socket) as socket:
                return await _log_in(endpoint, schema, unix_socket=socket)
        except errors.MySQLError as error:
            is_nobody_there = bool(error.args) and error.args[0] in _NOBODY_LISTENS
            if not is_nobody_there or time.monotonic() > deadline:
                raise
        await asyncio.sleep(_DOOR_POLL_S)


async def _log_in(endpoint: Endpoint | ServerUrl, schema: str | None, **place: Any) -> Any:
    try:
        return await _open(endpoint, schema, **place)
    except RuntimeError as error:  # the driver's, of a library that it would need
        raise errors.OperationalError(_NEEDS_ENCRYPTION, str(error)) from error


async def _open(endpoint: Endpoint | ServerUrl, schema: str | None, **place: Any) -> Any:
    return await asyncmy.connect(
        user=endpoint.user,
        password=endpoint.password or "",
        database=schema,
        charset="utf8mb4",
        use_unicode=False,
        autocommit=True,
        conv={},
        connect_timeout=_CONNECT_TIMEOUT_S,
        **place,
    )


def _read_columns(fields: Sequence[Any]) -> tuple[Column, ...]:
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


def _translate(error: errors.MySQLError) -> MysqlError:
    arguments: tuple[object, ...] = error.args
    number = arguments[0] if arguments and isinstance(arguments[0], int) else _UNKNOWN
    text = str(arguments[1]) if len(arguments) > 1 else str(error)
    return MysqlError(number, text or "the connection broke")


def _find_narrowest(text: str) -> str:
    """Return the character set with which the fewest others are on equal terms.

    A variable is compared by the column's collation only where the column's character set is
    the wider one; two collations of one set are an "illegal mix" (error 1267).
    """
    if text.isascii():
        return "ascii"
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return "utf8mb3" if max(text) <= "\uffff" else "utf8mb4"
    return "latin1"
