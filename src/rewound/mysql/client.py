"""Statements for one server, in a thread: the only module that imports PyMySQL.

Connections use the unix socket, take bytes or text, and return plain values. Every exception of the
driver leaves here as `MysqlError`. One statement per call: the protocol's multi-statement mode
stays off, so text after a statement is a syntax error.
"""

import contextlib
import re
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import pymysql
import pymysql.cursors
from pymysql.constants import CLIENT, COMMAND, CR, FIELD_TYPE
from pymysql.protocol import OKPacketWrapper

from rewound.errors import MysqlError
from rewound.mysql.endpoint import WAKE_TIMEOUT_S, Endpoint
from rewound.mysql.unix_socket import reachable

Value = int | float | Decimal | str | bytes | None
"""A value as MySQL returned it. Temporal values, ENUM, SET and JSON remain the server's text,
because Python's types hold neither zero dates nor times beyond 24 hours.
"""

TextRow = tuple[str | bytes | None, ...]
"""A row whose values are the server's text, or bytes if the column holds bytes."""


@dataclass(frozen=True, slots=True)
class ResultSet:
    """The rows that a statement returned."""

    columns: tuple[str, ...]
    """Their names."""
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Execution:
    """The server's reply to a statement without rows."""

    affected_rows: int
    """MySQL's own count; REPLACE counts a replaced row twice."""
    records: int | None
    """For INSERT and REPLACE of several rows: how many rows the server received."""
    duplicates: int | None
    """For INSERT and REPLACE of several rows: how many of them met a row with the same key. For
    LOAD DATA: how many rows it skipped or replaced.
    """
    warning_count: int


@dataclass(frozen=True, slots=True)
class ServerWarning:
    """One line of SHOW WARNINGS."""

    level: str
    """Note, Warning or Error."""
    number: int
    text: str


_DECODERS: Any = {
    **dict.fromkeys(
        (
            FIELD_TYPE.TINY,
            FIELD_TYPE.SHORT,
            FIELD_TYPE.LONG,
            FIELD_TYPE.INT24,
            FIELD_TYPE.LONGLONG,
            FIELD_TYPE.YEAR,
        ),
        int,
    ),
    **dict.fromkeys((FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL), Decimal),
    **dict.fromkeys((FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE), float),
}
_ROW_COUNTS = re.compile(rb"Records: (\d+)  Duplicates: (\d+)")
_LOAD_COUNTS = re.compile(rb"Records: (\d+)  Deleted: (\d+)  Skipped: (\d+)")
_PACKET_BYTES = 1 << 18


class Connection:
    """One session on one server. Use it as a context manager."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        schema: str | None = None,
        connect_timeout_s: float = 10.0,
        answer_timeout_s: float | None = None,
        loads_rows: bool = False,
    ) -> None:
        """Log in; `load_rows` requires `loads_rows`."""
        if endpoint.may_sleep:
            connect_timeout_s = max(connect_timeout_s, WAKE_TIMEOUT_S)
        # The published types of this driver know neither raw results nor `conv`.
        driver = pymysql.connect(
            user=endpoint.user,
            password=endpoint.password,
            database=schema,
            charset="utf8mb4",
            conv=_DECODERS,
            autocommit=True,
            read_timeout=answer_timeout_s,
            write_timeout=answer_timeout_s,
            client_flag=CLIENT.MULTI_RESULTS | (CLIENT.LOCAL_FILES if loads_rows else 0),
            ssl_disabled=True,
            defer_connect=True,
        )
        self._driver = cast(Any, driver)
        # The driver does the same for a socket that it opened: passwords may be sent over it.
        self._driver._secure = True
        try:
            self._driver.connect(_open_socket(endpoint.socket, connect_timeout_s))
        except pymysql.err.MySQLError as error:
            raise _translate(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the session; a broken session is not an error."""
        if self._driver.open:
            try:
                self._driver.close()
            except pymysql.err.MySQLError:
                self._driver._force_close()

    def abort(self) -> None:
        """Break the session, from any thread: a running statement fails at once."""
        if self._driver.open:
            with contextlib.suppress(OSError):
                self._driver._sock.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def limit_answers(self, timeout_s: float) -> Iterator[None]:
        """Limit how long each reply may take; a slower one costs the session.

        The statement keeps running on the server; the caller has to end it.
        """
        usual, self._driver._read_timeout = self._driver._read_timeout, timeout_s
        try:
            yield
        finally:
            self._driver._read_timeout = usual

    @property
    def session_id(self) -> int:
        """The server's number of this session, for KILL."""
        return int(self._driver.thread_id())

    def execute_sql(self, sql: bytes | str) -> Execution:
        """Run one statement and drop its rows, if it has any."""
        with self._driver.cursor() as cursor:
            self._run(cursor, sql)
            result = cursor._result
            match = _ROW_COUNTS.search(result.message or b"")
            return Execution(
                affected_rows=max(cursor.rowcount, 0),
                records=int(match[1]) if match else None,
                duplicates=int(match[2]) if match else None,
                warning_count=result.warning_count,
            )

    def query(self, sql: bytes | str) -> ResultSet:
        """Run one statement and return all of its rows; none if it answers without."""
        with self._driver.cursor() as cursor:
            self._run(cursor, sql)
            if cursor.description is None:
                return ResultSet((), ())
            names = tuple(str(field[0]) for field in cursor.description)
            return ResultSet(names, tuple(cursor.fetchall()))

    def load_rows(self, sql: bytes, rows: bytes) -> Execution:
        """Run a LOAD DATA LOCAL statement with these bytes instead of its file.

        Whatever file the server asks for, it gets `rows`: no file of this host is ever opened.
        """
        try:
            self._driver._execute_command(COMMAND.COM_QUERY, sql)
            if self._driver._read_packet().is_load_local_packet():
                view = memoryview(rows)
                for start in range(0, len(rows), _PACKET_BYTES):
                    self._driver.write_packet(view[start : start + _PACKET_BYTES])
                self._driver.write_packet(b"")
            answer = OKPacketWrapper(self._driver._read_packet())
        except pymysql.err.MySQLError as error:
            raise _translate(error) from error
        except OSError as error:
            raise MysqlError(CR.CR_SERVER_LOST, f"the connection broke: {error}") from error
        match = _LOAD_COUNTS.search(answer.message)
        return Execution(
            affected_rows=answer.affected_rows,
            records=int(match[1]) if match else None,
            duplicates=int(match[2]) + int(match[3]) if match else None,
            warning_count=answer.warning_count,
        )

    def warnings(self) -> list[ServerWarning]:
        """Return the output of SHOW WARNINGS for the last statement.

        It arrives in the session's own character set; what is not valid UTF-8 is replaced, as it is
        in error messages.
        """
        self._driver.use_unicode = False
        try:
            rows = self.query("SHOW WARNINGS").rows
        finally:
            self._driver.use_unicode = True
        return [
            ServerWarning(_read_loosely(level), int(str(number)), _read_loosely(text))
            for level, number, text in rows
        ]

    def texts(self, sql: bytes | str) -> list[TextRow]:
        """Run one statement and return all of its rows, unconverted."""
        with self._driver.cursor() as cursor:
            self._run_unconverted(cursor, sql)
            return list(cursor.fetchall())

    def iter_texts(self, sql: bytes | str) -> Iterator[TextRow]:
        """Run one statement now; return its rows as they arrive, unconverted.

        Read all rows before the next statement; stopping earlier closes the session.
        """
        cursor = self._driver.cursor(pymysql.cursors.SSCursor)
        self._run_unconverted(cursor, sql)
        return self._iter_rows(cursor)

    def _iter_rows(self, cursor: Any) -> Iterator[TextRow]:
        is_whole = False
        try:
            yield from cursor
            is_whole = True
        except pymysql.err.MySQLError as error:
            raise _translate(error) from error
        finally:
            if not is_whole:
                # By default, the driver would read all remaining rows.
                self.abort()
                cursor._result.unbuffered_active = False
                cursor._result.connection = cursor.connection = None

    def _run_unconverted(self, cursor: Any, sql: bytes | str) -> None:
        converters, self._driver.decoders = self._driver.decoders, {}
        try:
            self._run(cursor, sql)
        finally:
            self._driver.decoders = converters

    def names(self, sql: bytes | str) -> list[str]:
        """Return the first column of a small result, as text."""
        return [str(row[0]) for row in self.query(sql).rows]

    def _run(self, cursor: Any, sql: bytes | str) -> None:
        try:
            cursor.execute(sql)
        except pymysql.err.MySQLError as error:
            raise _translate(error) from error
        except UnicodeDecodeError as error:
            raise MysqlError(2000, f"the driver cannot read the answer: {error.reason}") from error


def _read_loosely(text: Value) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _open_socket(path: Path, timeout_s: float) -> socket.socket:
    """Connect to a unix socket; by itself, the driver leaks one that nobody answers."""
    opened = socket.socket(socket.AF_UNIX)
    try:
        opened.settimeout(timeout_s)
        with reachable(path) as short:
            opened.connect(short)
    except OSError as error:
        opened.close()
        raise MysqlError(
            CR.CR_CONNECTION_ERROR, f"cannot connect to {path}: {error.strerror or error}"
        ) from error
    return opened


def _translate(error: pymysql.err.MySQLError) -> MysqlError:
    arguments: Sequence[object] = error.args
    number = arguments[0] if arguments and isinstance(arguments[0], int) else 2000
    text = str(arguments[1]) if len(arguments) > 1 else str(error)
    return MysqlError(number, text or "the connection broke")
