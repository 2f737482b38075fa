"""One event: its header taken apart, its bytes kept as they are in the log."""

import struct
from typing import NamedTuple

from rewound.binlog.events.checksums import CHECKSUM_BYTES, with_checksum

HEADER_BYTES = 19
_KIND_AT, _LENGTH_AT = 4, 9
LARGEST_EVENT_BYTES = (1 << 30) + (1 << 20)
"""No event is longer: max_allowed_packet is at most 1 GiB, and a header comes on top."""

IN_USE_FLAG = 1
"""Of a FORMAT event: the server has not closed the file."""
RELAY_LOG_FLAG = 0x40
"""Of the own events of a relay log."""

unpack_header = struct.Struct("<IBIIIH").unpack_from
"""Seconds, type, server id, length, end position, flags."""


class LogEvent(NamedTuple):
    """One event as it is in a log."""

    data: bytes
    """All of it: header, body and, where the log has checksums, 4 bytes of CRC32."""
    position: int
    """Where it begins in the log; of an event in a payload: where the payload begins."""
    kind: int
    """Its type, see `kinds.EventKind`."""
    at_s: int
    """When its statement began, in seconds since 1970."""
    server_id: int
    """Of the server that first wrote it."""
    flags: int
    """The bits of the header."""
    has_checksum: bool
    """Whether the last 4 bytes of `data` are its CRC32."""

    @property
    def body(self) -> bytes:
        """What is between the header and the checksum."""
        end = len(self.data) - (CHECKSUM_BYTES if self.has_checksum else 0)
        return self.data[HEADER_BYTES:end]

    @property
    def end(self) -> int:
        """Where the next event begins, of an event that is not in a payload."""
        return self.position + len(self.data)


def take_event(data: bytes, position: int, *, has_checksum: bool) -> LogEvent:
    """Return the event that these bytes are; they are at least as long as a header."""
    at_s, kind, server_id, _, _, flags = unpack_header(data)
    return LogEvent(data, position, kind, at_s, server_id, flags, has_checksum)


def rebuild(event: LogEvent, kind: int, body: bytes) -> LogEvent:
    """Return an event of another type and body, its length and its checksum anew.

    The position and the end that its header states stay those of the event in the log.
    """
    old = event.data
    data = old[:_KIND_AT] + bytes([kind]) + old[_KIND_AT + 1 : HEADER_BYTES] + body
    if event.has_checksum:
        data = with_checksum(data)
    else:
        data = data[:_LENGTH_AT] + len(data).to_bytes(4, "little") + data[_LENGTH_AT + 4 :]
    return take_event(data, event.position, has_checksum=event.has_checksum)


def add_checksum(event: LogEvent) -> LogEvent:
    """Return an event with a checksum: itself, or one that is 4 bytes longer."""
    if event.has_checksum:
        return event
    return take_event(with_checksum(event.data), event.position, has_checksum=True)
