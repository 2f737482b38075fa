"""The event that begins a transaction: GTID 33, ANONYMOUS 34, TAGGED 42 and MariaDB's 162.

Sources: MySQL 9.7, libs/mysql/binlog/event/control_events.h, and the notes of its
serialization library; MariaDB 10.11, sql/log_event.h. Tried on logs of 9.7.4 and 10.11.19.
MySQL 5.7 and MariaDB know no time but the header's seconds; 5.6 ends after the number.
"""

import struct
from dataclasses import dataclass

from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.packed import read_packed, read_signed_varint, read_varint
from rewound.binlog.events.statement_events import name_xid
from rewound.binlog.gtids import Gtid, format_uuid

STANDALONE_FLAG = 1
"""MariaDB: one event follows and ends the transaction."""
_GROUP_COMMIT_FLAG, _PREPARED_XA_FLAG, _COMPLETED_XA_FLAG = 2, 64, 128
_START_ALTER_FLAG, _ROLLBACK_ALTER_FLAG = 2, 8  # of the second byte of flags, since 10.8

_HAS_LOGICAL_CLOCKS = 2
_ORIGINAL_FOLLOWS = 1 << 55
_unpack_start = struct.Struct("<B16sQ").unpack_from
_unpack_mariadb = struct.Struct("<QIB").unpack_from
_unpack_xid = struct.Struct("<IBB").unpack_from
_TIMES_AT, _LENGTH_AT = 42, 49
_UUID_FIELD, _NUMBER_FIELD, _TAG_FIELD = 1, 2, 3
_COMMITTED_FIELD, _ORIGINALLY_COMMITTED_FIELD, _LENGTH_FIELD = 6, 7, 8
_SIGNED_FIELDS = frozenset({_NUMBER_FIELD, 4, 5})  # 4 and 5 are logical clocks


@dataclass(frozen=True, slots=True)
class TransactionStart:
    """What a log says where a transaction begins."""

    gtid: Gtid | None
    """None of an anonymous transaction."""
    committed_us: int | None
    """When it was committed on the server of this log, in µs since 1970; None before 8.0.1."""
    originally_committed_us: int | None
    """When it was committed on the first server, in µs since 1970; None before 8.0.1."""
    length: int | None
    """From here to the next transaction, in bytes; None before 8.0.2."""
    is_standalone: bool = False
    """MariaDB: one event follows, without a BEGIN."""
    has_begun: bool = False
    """MariaDB: what follows is inside the transaction, without a BEGIN."""
    xid: bytes | None = None
    """MariaDB: the name of the XA transaction that is prepared, as `XA START` takes it."""
    is_announcement: bool = False
    """MariaDB: an ALTER TABLE that has only begun, or was taken back; if it ends well, it follows
    again (binlog_alter_two_phase)."""


def read_start(kind: int, body: bytes, server_id: int) -> TransactionStart:
    """Read the event that begins a transaction.

    Raises:
        MalformedEvent: the body is not one of such an event.
    """
    try:
        if kind == EventKind.GTID_TAGGED:
            return _read_tagged(body)
        if kind == EventKind.MARIADB_GTID:
            return _read_mariadb(body, server_id)
        return _read_plain(kind, body)
    except (IndexError, struct.error) as error:
        raise MalformedEvent("the GTID event is too short") from error


def _read_plain(kind: int, body: bytes) -> TransactionStart:
    _, uuid, number = _unpack_start(body, 0)
    gtid = _make_gtid(format_uuid(uuid), number) if kind == EventKind.GTID else None
    if len(body) < _LENGTH_AT or body[25] != _HAS_LOGICAL_CLOCKS:
        return TransactionStart(gtid, None, None, None)
    committed_us = int.from_bytes(body[_TIMES_AT:_LENGTH_AT], "little")
    originally_committed_us, at = committed_us, _LENGTH_AT
    if committed_us & _ORIGINAL_FOLLOWS:
        committed_us ^= _ORIGINAL_FOLLOWS
        at += 7
        if len(body) < at:
            raise IndexError(at)
        originally_committed_us = int.from_bytes(body[_LENGTH_AT:at], "little")
    length = read_packed(body, at)[0] if len(body) > at else None
    return TransactionStart(gtid, committed_us, originally_committed_us, length)


def _read_tagged(body: bytes) -> TransactionStart:
    """Read the fields by their numbers; those that are not needed are passed over."""
    at = 0
    for _ in range(3):  # version, size, the last field that must be understood
        _, at = read_varint(body, at)
    uuid, tag = b"", ""
    numbers: dict[int, int] = {}
    while at < len(body):
        field, at = read_varint(body, at)
        if field == _UUID_FIELD:
            digits = []
            for _ in range(16):
                digit, at = read_varint(body, at)
                digits.append(digit & 0xFF)
            uuid = bytes(digits)
        elif field == _TAG_FIELD:
            size, at = read_varint(body, at)
            tag = body[at : at + size].decode("ascii", "replace")
            at += size
        elif field in _SIGNED_FIELDS:
            numbers[field], at = read_signed_varint(body, at)
        else:
            numbers[field], at = read_varint(body, at)
    if not uuid:
        raise MalformedEvent("the GTID event has no UUID")
    source = f"{format_uuid(uuid)}:{tag}" if tag else format_uuid(uuid)
    committed_us = numbers.get(_COMMITTED_FIELD)
    return TransactionStart(
        _make_gtid(source, numbers.get(_NUMBER_FIELD, 0)),
        committed_us,
        numbers.get(_ORIGINALLY_COMMITTED_FIELD, committed_us),
        numbers.get(_LENGTH_FIELD),
    )


def _read_mariadb(body: bytes, server_id: int) -> TransactionStart:
    number, domain, flags = _unpack_mariadb(body, 0)
    is_standalone = bool(flags & STANDALONE_FLAG)
    at = 21 if flags & _GROUP_COMMIT_FLAG else 13
    xid = None
    if flags & (_PREPARED_XA_FLAG | _COMPLETED_XA_FLAG):
        xid, at = _read_xid(body, at)
    more_flags = body[at] if at < len(body) else 0
    return TransactionStart(
        _make_gtid(f"{domain}-{server_id}", number),
        None,
        None,
        None,
        is_standalone=is_standalone,
        has_begun=not is_standalone,
        xid=xid if flags & _PREPARED_XA_FLAG else None,
        is_announcement=bool(more_flags & (_START_ALTER_FLAG | _ROLLBACK_ALTER_FLAG)),
    )


def _read_xid(body: bytes, at: int) -> tuple[bytes, int]:
    """Return the name of an XA transaction, and what follows it."""
    format_id, gtrid_bytes, bqual_bytes = _unpack_xid(body, at)
    at += 6
    gtrid = body[at : at + gtrid_bytes]
    bqual = body[at + gtrid_bytes : at + gtrid_bytes + bqual_bytes]
    if len(gtrid) + len(bqual) != gtrid_bytes + bqual_bytes:
        raise IndexError(at)
    return name_xid(gtrid, bqual, format_id), at + gtrid_bytes + bqual_bytes


def _make_gtid(source: str, number: int) -> Gtid:
    if not 0 < number < 1 << 63:
        raise MalformedEvent(f"{number} is not the number of a GTID")
    return Gtid(source, number)
