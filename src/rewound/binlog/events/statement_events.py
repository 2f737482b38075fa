"""The events before a statement that is logged as such: what it would find in its session.

Source: MySQL 9.7, libs/mysql/binlog/event/statement_events.h; tried on 9.7.4.
"""

import struct
from dataclasses import dataclass

from rewound.binlog.events.malformed import MalformedEvent, too_short

_LAST_INSERT_ID, _INSERT_ID = 1, 2
_unpack_intvar = struct.Struct("<BQ").unpack_from
_unpack_seeds = struct.Struct("<QQ").unpack_from
_unpack_value = struct.Struct("<BII").unpack_from
_RESULTS = {0: "string", 1: "real", 2: "integer", 4: "decimal"}
_UNSIGNED_FLAG = 1


@dataclass(frozen=True, slots=True)
class IntVar:
    """The value of LAST_INSERT_ID() or of the next AUTO_INCREMENT."""

    variable: str
    """`last_insert_id` or `insert_id`."""
    value: int
    """Its value."""


@dataclass(frozen=True, slots=True)
class UserVar:
    """The value of a user variable."""

    name: bytes
    """Without its @."""
    value: bytes | None
    """As it is in the event; of a string its bytes. None of NULL."""
    result: str
    """`string`, `real`, `integer` or `decimal`."""
    collation: int
    """The number of its collation."""
    is_unsigned: bool
    """Of an integer."""


def read_intvar(body: bytes) -> IntVar:
    """Read an INTVAR event.

    Raises:
        MalformedEvent: it is not one.
    """
    with too_short("the INTVAR event"):
        kind, value = _unpack_intvar(body)
    if kind not in (_LAST_INSERT_ID, _INSERT_ID):
        raise MalformedEvent(f"the INTVAR event is of unknown type {kind}")
    return IntVar("insert_id" if kind == _INSERT_ID else "last_insert_id", value)


def read_rand(body: bytes) -> tuple[int, int]:
    """Return the two seeds of RAND() in a RAND event.

    Raises:
        MalformedEvent: it is not one.
    """
    with too_short("the RAND event"):
        first, second = _unpack_seeds(body)
    return first, second


def read_user_var(body: bytes) -> UserVar:
    """Read a USER_VAR event.

    Raises:
        MalformedEvent: it is not one.
    """
    with too_short("the USER_VAR event"):
        name_end = 4 + int.from_bytes(body[:4], "little")
        name, is_null = body[4:name_end], body[name_end]
        if is_null:
            return UserVar(name, None, "string", 0, is_unsigned=False)
        kind, collation, size = _unpack_value(body, name_end + 1)
        value_at = name_end + 10
        value = body[value_at : value_at + size]
        if len(value) != size:
            raise IndexError(size)
    if kind not in _RESULTS:
        raise MalformedEvent(f"the USER_VAR event has a value of unknown type {kind}")
    flags = body[value_at + size :]
    is_unsigned = bool(flags and flags[0] & _UNSIGNED_FLAG)
    return UserVar(name, value, _RESULTS[kind], collation, is_unsigned)


def read_rows_query(body: bytes) -> bytes:
    """Return the statement in a ROWS_QUERY event, after a byte of its length that is too short."""
    return body[1:]


def read_incident(body: bytes) -> str:
    """Return what an INCIDENT event tells.

    Raises:
        MalformedEvent: it is not one.
    """
    with too_short("the INCIDENT event"):
        size = body[2]
    return body[3 : 3 + size].decode("utf-8", "replace")


def read_xid(body: bytes) -> int:
    """Return the number in an XID event.

    Raises:
        MalformedEvent: it is not one.
    """
    if len(body) < 8:
        raise MalformedEvent("the XID event is too short")
    return int.from_bytes(body[:8], "little")


def name_xid(gtrid: bytes, bqual: bytes, format_id: int) -> bytes:
    """Return the name of an XA transaction as SQL."""
    return b"X'%s',X'%s',%d" % (gtrid.hex().encode(), bqual.hex().encode(), format_id)


@dataclass(frozen=True, slots=True)
class XaPrepare:
    """The first phase of an XA transaction, or its only one."""

    format_id: int
    """The third part of the transaction's name."""
    gtrid: bytes
    """The first part of the transaction's name."""
    bqual: bytes
    """The second part of the transaction's name."""
    is_one_phase: bool
    """Whether it is committed at once (XA COMMIT … ONE PHASE)."""

    @property
    def xid(self) -> bytes:
        """The name as `XA COMMIT` takes it."""
        return name_xid(self.gtrid, self.bqual, self.format_id)


def read_xa_prepare(body: bytes) -> XaPrepare:
    """Read an XA_PREPARE event.

    Raises:
        MalformedEvent: it is not one.
    """
    with too_short("the XA_PREPARE event"):
        is_one_phase, format_id, gtrid, bqual = struct.unpack_from("<BIII", body)
    if len(body) < 13 + gtrid + bqual:
        raise MalformedEvent("the XA_PREPARE event is too short")
    names = body[13 : 13 + gtrid + bqual]
    return XaPrepare(format_id, names[:gtrid], names[gtrid:], bool(is_one_phase))
