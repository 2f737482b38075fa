"""Sets of GTIDs at the start of a file: PREVIOUS_GTIDS and MariaDB's GTID_LIST.

Sources: MySQL 9.7, sql/rpl_gtid_set.cc (`Gtid_set::encode`); MariaDB 10.11, sql/log_event.h.
"""

import struct

from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.packed import read_varint
from rewound.binlog.gtids import Gtid, GtidSet, format_uuid

_TAGGED = 1
_unpack_u64 = struct.Struct("<Q").unpack_from
_unpack_run = struct.Struct("<QQ").unpack_from
_unpack_u32 = struct.Struct("<I").unpack_from
_unpack_position = struct.Struct("<IIQ").unpack_from
_COUNT_OF_POSITIONS = (1 << 28) - 1


def read_previous_gtids(body: bytes) -> GtidSet:
    """Read PREVIOUS_GTIDS: all transactions before this file, as far as its server has known.

    Raises:
        MalformedEvent: the body is not one of such an event.
    """
    gtids = GtidSet()
    with too_short("PREVIOUS_GTIDS"):
        (count,) = _unpack_u64(body, 0)
        has_tags = body[7] == _TAGGED
        if has_tags:
            count = (count >> 8) & ((1 << 48) - 1)
        at = 8
        for _ in range(count):
            source, at = _read_source(body, at, has_tags=has_tags)
            (runs,) = _unpack_u64(body, at)
            at += 8
            for _ in range(runs):
                first, end = _unpack_run(body, at)
                at += 16
                _add(gtids, source, first, end - 1)
    if at != len(body):
        raise MalformedEvent("PREVIOUS_GTIDS is longer than its sets")
    return gtids


def _read_source(body: bytes, at: int, *, has_tags: bool) -> tuple[str, int]:
    source = format_uuid(body[at : at + 16])
    at += 16
    if has_tags:
        size, at = read_varint(body, at)
        tag = body[at : at + size].decode("ascii", "replace")
        at += size
        source = f"{source}:{tag}" if tag else source
    return source, at


def _add(gtids: GtidSet, source: str, first: int, last: int) -> None:
    try:
        gtids.add_interval(source, first, last)
    except ValueError as error:
        raise MalformedEvent(f"PREVIOUS_GTIDS: {error}") from error


def read_gtid_list(body: bytes) -> tuple[Gtid, ...]:
    """Read MariaDB's GTID_LIST: the last transaction of each domain and server before this file.

    Raises:
        MalformedEvent: the body is not one of such an event.
    """
    with too_short("GTID_LIST"):
        (count,) = _unpack_u32(body, 0)
        count &= _COUNT_OF_POSITIONS
        if 4 + 16 * count > len(body):
            raise IndexError(count)
        positions = (_unpack_position(body, 4 + 16 * n) for n in range(count))
        return tuple(Gtid(f"{domain}-{server}", number) for domain, server, number in positions)
