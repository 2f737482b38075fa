"""From a time to a transaction, by jumping from one to the next.

Since MySQL 8.0.2 the first event of a transaction states its length and when it was committed:
only these events are read, and only their checksums checked. Other logs are read whole.
The order is the log's, never the clock's: the end of a replay is a place in the log.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from rewound.binlog.events.checksums import CHECKSUM_BYTES, INTACT_CRC, crc32
from rewound.binlog.events.gtid import read_start
from rewound.binlog.events.header import HEADER_BYTES
from rewound.binlog.events.kinds import BETWEEN_KINDS, GTID_KINDS, EventKind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.gtids import Gtid, format_uuid
from rewound.binlog.log_bytes import copy_again
from rewound.binlog.log_file import MAGIC, CutOff, LogFile
from rewound.binlog.transactions import TransactionReader
from rewound.errors import BinlogError

_NEAR_BYTES, _FAR_BYTES, _EVENT_BYTES = 8 << 10, 256, 128
_LONGEST_GTID_EVENT_BYTES = 1 << 12
# Type, length, end, UUID, number, whether clocks follow, time and the first byte of the length.
_unpack_usual = struct.Struct("<4xB4xII2xx16sQB16xQ").unpack_from
_SIZE_AT = 69
_TIME_MASK, _ORIGINAL_FOLLOWS, _HAS_CLOCKS = (1 << 56) - 1, 1 << 55, 2
_LARGEST_NUMBER = (1 << 63) - 1
_LARGEST_BYTE, _THREE_BYTES = 250, 253
_GTID = int(EventKind.GTID)
_USUAL_KINDS = frozenset({_GTID, int(EventKind.ANONYMOUS_GTID)})
_unpack_header = struct.Struct("<4xB4xII").unpack_from


class CommitPoint(NamedTuple):
    """One transaction's place and time."""

    start: int
    """Where it begins."""
    end: int
    """Where what follows it begins."""
    gtid: Gtid | None
    """None of an anonymous one."""
    committed_us: int
    """When it was committed on the server of the log, in µs since 1970."""
    originally_committed_us: int
    """When it was committed on the server that was first to do so, in µs since 1970."""
    has_exact_time: bool
    """As in `transaction.LoggedTransaction`."""


def iter_commit_points(log: LogFile) -> Iterator[CommitPoint]:
    """Yield every transaction of a file, in order.

    Raises:
        BinlogError: the first event of one is damaged, or the file ends inside one.
    """
    window = _Window(log)
    position = log.first_position
    point: CommitPoint | None = None  # given out once something was seen at its end
    while True:
        next_point = window.read_usual(position)
        header = (0, 0) if next_point is not None else window.read_header(position)
        if header is None:
            break
        if point is not None:
            yield point
        point = next_point
        if point is not None:
            position = point.end
            continue
        kind, length = header
        if kind in BETWEEN_KINDS:
            position += length
            continue
        if kind in GTID_KINDS:
            point = window.read_point(position, length)
        if point is None:
            yield from _iter_read(log, position)
            return
        position = point.end
    if point is not None:
        if log.content.ends_before(position):
            raise BinlogError(
                log.path,
                "the file ends inside the transaction that begins here (copied while in use?)",
                position=point.start,
                hint=copy_again(log.path),
            )
        yield point


class _Window:
    """A few bytes of a file, from the event that was last asked for on.

    Between far events little is read, between near ones a few kB at a time.
    """

    def __init__(self, log: LogFile) -> None:
        self._log = log
        self._fetch = log.content.fetch
        self._checksum_bytes = CHECKSUM_BYTES if log.format.has_checksums else 0
        self._buffer = b""
        self._base = log.first_position

    def read_usual(self, position: int) -> CommitPoint | None:
        """Return the transaction that begins here with the GTID event of 8.0.2 and newer.

        None: there is another event, or the file ends soon.
        """
        offset = self._move_to(position)
        buffer = self._buffer
        if offset + _EVENT_BYTES > len(buffer):
            return None
        kind, length, end, uuid, number, clocks, times = _unpack_usual(buffer, offset)
        time_us, size = times & _TIME_MASK, times >> 56
        if kind not in _USUAL_KINDS or clocks != _HAS_CLOCKS or time_us >= _ORIGINAL_FOLLOWS:
            return None
        if size > _LARGEST_BYTE:
            if size > _THREE_BYTES:
                return None
            size_at = offset + _SIZE_AT
            size = int.from_bytes(buffer[size_at : size_at + size - _LARGEST_BYTE], "little")
        event_end = offset + length
        if (
            end != (position + length) & 0xFFFFFFFF
            or size <= length
            or not (0 < number <= _LARGEST_NUMBER or kind != _GTID)
            or not _SIZE_AT + 4 <= length <= _EVENT_BYTES
            or (self._checksum_bytes and crc32(buffer[offset:event_end]) != INTACT_CRC)
        ):
            return None  # the error is read_header's or read_point's
        gtid = Gtid(format_uuid(uuid), number) if kind == _GTID else None
        return CommitPoint(position, position + size, gtid, time_us, time_us, True)

    def read_header(self, position: int) -> tuple[int, int] | None:
        """Return type and length of the event at a position; None at the end of the file."""
        offset = self._move_to(position)
        left = len(self._buffer) - offset
        if left < HEADER_BYTES:
            if left:
                raise self._log.refuse_cut(CutOff(position))
            return None
        kind, length, end = _unpack_header(self._buffer, offset)
        if end != (position + length) & 0xFFFFFFFF or length < HEADER_BYTES:
            raise self._log.refuse_no_event(position)
        return kind, length

    def _move_to(self, position: int) -> int:
        """Return where in the window a position is, if an ordinary event follows it."""
        offset = position - self._base
        if offset + _EVENT_BYTES <= len(self._buffer):
            return offset
        window = _FAR_BYTES if offset > _NEAR_BYTES else _NEAR_BYTES
        self._buffer = self._fetch(position, HEADER_BYTES, window)
        self._base = position
        return 0

    def read_point(self, position: int, length: int) -> CommitPoint | None:
        """Return the transaction that begins here; None if it does not state where it ends."""
        offset = position - self._base
        data = self._buffer[offset : offset + length]
        if len(data) < length:
            data = self._read_long(position, length)
        if self._checksum_bytes and crc32(data) != INTACT_CRC:
            raise self._log.refuse_checksum(position, data[4])
        body = data[HEADER_BYTES : length - self._checksum_bytes]
        try:
            begin = read_start(data[4], body, int.from_bytes(data[5:9], "little"))
        except MalformedEvent as error:
            raise self._log.refuse_malformed(position, error) from error
        if begin.length is None or begin.committed_us is None:
            return None
        if begin.length <= length:
            impossible = MalformedEvent("the transaction would end inside its first event")
            raise self._log.refuse_malformed(position, impossible)
        return CommitPoint(
            position,
            position + begin.length,
            begin.gtid,
            begin.committed_us,
            begin.originally_committed_us or begin.committed_us,
            True,
        )

    def _read_long(self, position: int, length: int) -> bytes:
        """Return an event that is longer than the window."""
        if length > _LONGEST_GTID_EVENT_BYTES:
            raise self._log.refuse_no_event(position)
        data = self._fetch(position, length, length)
        if len(data) < length:
            raise self._log.refuse_cut(CutOff(position))
        return data


def _iter_read(log: LogFile, start: int) -> Iterator[CommitPoint]:
    """Yield the transactions from `start` by reading all of their events."""
    for read in TransactionReader(log).iter_transactions(start):
        yield CommitPoint(
            read.start,
            read.end,
            read.gtid,
            read.committed_us,
            read.originally_committed_us,
            read.has_exact_time,
        )


def find_first_after(log: LogFile, time_us: int, *, or_at: bool = False) -> CommitPoint | None:
    """Return the first transaction, in the log's order, committed after a time.

    `time_us` is in µs since 1970; with `or_at` one that was committed just then counts too. Of a
    log that knows whole seconds only, the time is that second's start.

    Raises:
        BinlogError: as `iter_commit_points`.
    """
    earliest = time_us if or_at else time_us + 1
    return next((p for p in iter_commit_points(log) if p.committed_us >= earliest), None)


def require_start(log: LogFile, position: int) -> int:
    """Return where to read from if all before a position is left out, which is mostly just there.

    That is where a transaction begins, or an event of the file itself, or the file's end.

    Raises:
        BinlogError: the position is none of these; the message names those around it.
    """
    if position in (0, len(MAGIC)):
        return log.first_position
    last_end = log.first_position
    for point in iter_commit_points(log):
        if point.start == position:
            return position
        if point.start > position:
            break
        if point.end > position:
            raise BinlogError(
                log.path,
                f"is not the start of a transaction: {position} is inside the one from"
                f" {point.start} to {point.end}",
                hint="give one of these two positions",
            )
        last_end = point.end
    try:
        for data in log.iter_event_bytes(last_end):
            if last_end >= position:
                break
            last_end += len(data)
    except CutOff as cut:
        raise log.refuse_cut(cut) from cut
    if last_end != position:
        raise BinlogError(
            log.path,
            f"is not the start of a transaction: no event begins at {position}; "
            + (
                f"the next one begins at {last_end}"
                if last_end > position
                else f"the file ends at {last_end}"
            ),
            hint="compare the position, and the name of the file, with where they come from",
        )
    return position
