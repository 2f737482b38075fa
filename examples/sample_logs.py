"""The sample's binary logs: as the server wrote them, on the game's clock.

A server states the time of each commit by the clock of its host, and `SET timestamp` does not
change that. `Logbook` keeps when each transaction was committed in the game, and `retime` puts
these times into a log, with new checksums. Statements took no time in it. Nothing else differs
from what the server wrote, and no event changes its length or its place.
"""

import struct
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pymysql.cursors import Cursor

from rewound.binlog.events.checksums import CHECKSUM_BYTES, crc32
from rewound.binlog.events.gtid import read_start
from rewound.binlog.events.header import IN_USE_FLAG, take_event
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.log_file import MAGIC

_LENGTH_AT, _FLAGS_AT = 9, 17
_COMMITTED_AT = slice(19 + 42, 19 + 49)
"""Of a GTID event: 7 bytes, in µs since 1970."""
_TOOK_AT = slice(19 + 4, 19 + 8)
"""Of a QUERY event: how long the statement took, in seconds, from `SET timestamp` on."""
_OF_THE_FILE = frozenset({EventKind.FORMAT, EventKind.PREVIOUS_GTIDS, EventKind.ROTATE})


class Logbook:
    """Guards when a world's transactions were committed and its logs begun, in the game.

    A commit comes 20 to 80 ms after its statement and after the commit before it: different
    each time, and the same in each run.
    """

    def __init__(self, first_log_at: datetime) -> None:
        self.committed_us: dict[int, int] = {}
        """By the number of a GTID, in µs since 1970."""
        self.begun_at = [first_log_at]
        """By log: when it was begun."""
        self._now_us = 0

    def wait_until(self, at: datetime) -> None:
        """Let nothing be committed before this time."""
        self._now_us = max(self._now_us, int(at.timestamp()) * 1_000_000 + at.microsecond)

    def note(self, cursor: Cursor) -> None:
        """Note what the server has committed since the last call as done by now."""
        cursor.execute("SELECT @@GLOBAL.gtid_executed")
        [[executed]] = cursor.fetchall()
        last = int(executed.replace("-", ":").rpartition(":")[2])
        for number in range(len(self.committed_us) + 1, last + 1):
            self._now_us += 20_000 + number * 7_919 % 60_000
            self.committed_us[number] = self._now_us

    def rotate(self, cursor: Cursor, *, at: datetime) -> None:
        """Close the log that the server writes, and begin the next one."""
        cursor.execute("FLUSH BINARY LOGS")
        self.begun_at.append(at)


def retime(log: Path, logbook: Logbook, *, number: int) -> bytes:
    """Return the log of this number, from 1, with the times of the logbook."""
    content = log.read_bytes()
    opened_at, *closed_at = logbook.begun_at[number - 1 : number + 1]
    retimed, at_s = bytearray(MAGIC), int(opened_at.timestamp())
    while len(retimed) < len(content):
        [length] = struct.unpack_from("<I", content, len(retimed) + _LENGTH_AT)
        event = bytearray(content[len(retimed) : len(retimed) + length])
        if event[4] == EventKind.ROTATE:
            at_s = int(closed_at[0].timestamp())
        if event[4] in _OF_THE_FILE:
            event[:4] = at_s.to_bytes(4, "little")
        elif event[4] == EventKind.GTID:
            _commit(event, logbook.committed_us)
        elif event[4] == EventKind.QUERY:
            event[_TOOK_AT] = bytes(4)
        retimed += _with_new_checksum(event)
    return bytes(retimed)


def _commit(event: bytearray, committed_us: Mapping[int, int]) -> None:
    taken = take_event(bytes(event), 0, has_checksum=True)
    start = read_start(taken.kind, taken.body, taken.server_id)
    stated = int.from_bytes(event[_COMMITTED_AT], "little")
    assert start.gtid is not None
    assert stated == start.committed_us == start.originally_committed_us
    event[_COMMITTED_AT] = committed_us[start.gtid.number].to_bytes(7, "little")


def _with_new_checksum(event: bytearray) -> bytes:
    """Return an event with its CRC32: a log that is open has that of one that is closed."""
    is_open = event[4] == EventKind.FORMAT and event[_FLAGS_AT] & IN_USE_FLAG
    event[_FLAGS_AT] ^= IN_USE_FLAG if is_open else 0
    checksum = crc32(event[:-CHECKSUM_BYTES]).to_bytes(CHECKSUM_BYTES, "little")
    event[_FLAGS_AT] ^= IN_USE_FLAG if is_open else 0
    return bytes(event[:-CHECKSUM_BYTES]) + checksum
