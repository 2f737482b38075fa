"""The session variables that a QUERY event states: a row of codes, each with its value.

Sources: MySQL 9.7, libs/mysql/binlog/event/statement_events.h; MariaDB 10.11 and 11.4,
sql/log_event.h. Tried on logs of 9.7.4 and 10.11.19. No code says how long it is, so what follows
one that is not known cannot be read.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from rewound.binlog.events.malformed import MalformedEvent, too_short

NO_FOREIGN_KEY_CHECKS = 1 << 26
"""Of `SessionState.flags`: foreign_key_checks was OFF."""
NO_UNIQUE_CHECKS = 1 << 27
"""Of `SessionState.flags`: unique_checks was OFF."""
AUTO_IS_NULL = 1 << 14
"""Of `SessionState.flags`: sql_auto_is_null was ON."""
NOT_AUTOCOMMIT = 1 << 19
"""Of `SessionState.flags`: autocommit was OFF."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """The session variables that a statement was logged with; None: not stated."""

    flags: int | None = None
    """The options; see the constants of this module."""
    sql_mode: int | None = None
    """The bits of sql_mode."""
    auto_increment: tuple[int, int] | None = None
    """auto_increment_increment and auto_increment_offset."""
    collations: tuple[int, int, int] | None = None
    """Numbers of character_set_client, collation_connection and collation_server."""
    time_zone: str | None = None
    """Such as `SYSTEM`, `+01:00` or `Europe/Berlin`."""
    catalog: str | None = None
    """Always `std`."""
    invoker: tuple[str, str] | None = None
    """User and host of the account that is the definer where none is given."""
    lc_time_names: int | None = None
    """Number of a locale."""
    schema_collation: int | None = None
    """Number of collation_database."""
    table_map_for_update: int | None = None
    """Tables of a multi-table UPDATE."""
    updated_schemas: tuple[str, ...] | None = None
    """The schemas that are changed; None too where there are more than 16."""
    microseconds: int | None = None
    """The fraction of the second in which the statement began."""
    explicit_defaults_for_timestamp: bool | None = None
    """The variable of that name."""
    xid: int | None = None
    """Number of the DDL's transaction."""
    default_collation_for_utf8mb4: int | None = None
    """Number of the collation."""
    sql_require_primary_key: bool | None = None
    """The variable of that name."""
    default_table_encryption: bool | None = None
    """The variable of that name."""
    unknown: tuple[int, ...] = ()
    """The code after which nothing could be read, if there is one."""


_Values = dict[str, object]
_Reader = Callable[[bytes, int, _Values], int]

_MORE_SCHEMAS_THAN_STATED = 254


def read_session(status: bytes) -> SessionState:
    """Read the variables of a QUERY event.

    Raises:
        MalformedEvent: a value is cut off.
    """
    values: _Values = {}
    at = 0
    with too_short("the session of the QUERY event"):
        while at < len(status):
            reader = _READERS.get(status[at])
            if reader is None:
                values["unknown"] = (status[at],)
                break
            at = reader(status, at + 1, values)
    if at > len(status):
        raise MalformedEvent("the session of the QUERY event is too short")
    return SessionState(**values)  # type: ignore[arg-type]  # each reader gives its field's type


def _number(name: str, layout: str) -> _Reader:
    numbers = struct.Struct(layout)

    def read(status: bytes, at: int, values: _Values) -> int:
        (values[name],) = numbers.unpack_from(status, at)
        return at + numbers.size

    return read


def _numbers(name: str, layout: str) -> _Reader:
    numbers = struct.Struct(layout)

    def read(status: bytes, at: int, values: _Values) -> int:
        values[name] = numbers.unpack_from(status, at)
        return at + numbers.size

    return read


def _pass_over(size: int) -> _Reader:
    def read(_status: bytes, at: int, _values: _Values) -> int:
        return at + size

    return read


def _read_flag(name: str) -> _Reader:
    def read(status: bytes, at: int, values: _Values) -> int:
        values[name] = bool(status[at])
        return at + 1

    return read


def _read_text(status: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + status[at]
    if end > len(status):
        raise IndexError(end)
    return status[at + 1 : end].decode("utf-8", "surrogateescape"), end


def _text(name: str) -> _Reader:
    def read(status: bytes, at: int, values: _Values) -> int:
        values[name], at = _read_text(status, at)
        return at

    return read


def _read_old_catalog(status: bytes, at: int, values: _Values) -> int:
    values["catalog"], at = _read_text(status, at)
    return at + 1  # a zero


def _read_invoker(status: bytes, at: int, values: _Values) -> int:
    user, at = _read_text(status, at)
    host, at = _read_text(status, at)
    values["invoker"] = (user, host)
    return at


def _read_schemas(status: bytes, at: int, values: _Values) -> int:
    count = status[at]
    at += 1
    if count == _MORE_SCHEMAS_THAN_STATED:
        return at
    names = []
    for _ in range(count):
        end = status.find(b"\0", at)
        if end < 0:
            raise IndexError(at)
        names.append(status[at:end].decode("utf-8", "surrogateescape"))
        at = end + 1
    values["updated_schemas"] = tuple(names)
    return at


def _read_microseconds(status: bytes, at: int, values: _Values) -> int:
    values["microseconds"] = int.from_bytes(status[at : at + 3], "little")
    return at + 3


def _pass_over_collations(status: bytes, at: int, _values: _Values) -> int:
    return at + 1 + 4 * status[at]


_READERS: dict[int, _Reader] = {
    0: _number("flags", "<I"),
    1: _number("sql_mode", "<Q"),
    2: _read_old_catalog,
    3: _numbers("auto_increment", "<HH"),
    4: _numbers("collations", "<HHH"),
    5: _text("time_zone"),
    6: _text("catalog"),
    7: _number("lc_time_names", "<H"),
    8: _number("schema_collation", "<H"),
    9: _number("table_map_for_update", "<Q"),
    10: _pass_over(4),  # how long the event was in the log of the first server
    11: _read_invoker,
    12: _read_schemas,
    13: _read_microseconds,
    16: _read_flag("explicit_defaults_for_timestamp"),
    17: _number("xid", "<Q"),
    18: _number("default_collation_for_utf8mb4", "<H"),
    19: _read_flag("sql_require_primary_key"),
    20: _read_flag("default_table_encryption"),
    128: _read_microseconds,  # MariaDB's codes begin here
    129: _number("xid", "<Q"),
    130: _pass_over(2),  # flags of its GTID event, again
    131: _pass_over_collations,  # character_set_collations, since 11.3
}
