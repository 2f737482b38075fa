"""The FORMAT event at the start of a file: who wrote it, and whether its events have checksums.

Source: MySQL 9.7, libs/mysql/binlog/event/control_events.h (`Format_description_event`).
Its own checksum is made without the in-use flag, and is there even where the others have none.
"""

import re
import struct
from dataclasses import dataclass

from rewound.binlog.events.checksums import (
    CHECKSUM_BYTES,
    is_intact,
    with_flags,
)
from rewound.binlog.events.header import HEADER_BYTES, IN_USE_FLAG, RELAY_LOG_FLAG, LogEvent
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.malformed import MalformedEvent

_VERSION = 4
_CRC32 = 1
_NO_CHECKSUMS = 0
_unpack = struct.Struct("<H50sIB").unpack_from
_pack = struct.Struct("<H50sIB42s").pack
_LENGTHS_AT = 57
_BEFORE_CHECKSUMS = (5, 6, 1)
_LOGS_CASCADES = (9, 6, 0)
_MYSQL_BODY = _pack(
    _VERSION,
    b"9.7.4",
    0,
    HEADER_BYTES,
    bytes.fromhex(
        "000d0008000000000400040000006300041a08000000000000020000000a0a0a2a2a001234000a280000"
    ),
)
"""What 9.7.4 writes, without the byte about checksums: the fixed bytes of each type at the end."""


@dataclass(frozen=True, slots=True)
class LogFormat:
    """What the FORMAT event of a file says."""

    server_version: str
    """Such as `9.7.4` or `10.11.19-MariaDB-log`."""
    created_s: int
    """When the server was started, in seconds since 1970, where this is its first file; else 0."""
    written_s: int
    """When the server began the file, in seconds since 1970."""
    server_id: int
    """Of the server that wrote the file."""
    has_checksums: bool
    """Whether every event ends with a CRC32."""
    is_in_use: bool
    """Whether the file was open when it was copied, or its server crashed."""
    is_relay_log: bool
    """Whether a replica wrote it as a copy of another server's log."""
    replay_event: bytes
    """The event as `BINLOG` wants it before others: closed, and followed by checksums.

    Of a MariaDB log that of a MySQL, for events that `events.mariadb` has rewritten.
    """

    @property
    def is_mariadb(self) -> bool:
        """Whether MariaDB wrote the file."""
        return _is_mariadb(self.server_version)

    @property
    def logs_cascades(self) -> bool:
        """Whether the log has what foreign keys change: since MySQL 9.6."""
        return not self.is_mariadb and _read_version(self.server_version) >= _LOGS_CASCADES


def read_format(data: bytes) -> LogFormat:
    """Read all bytes of a FORMAT event.

    Raises:
        MalformedEvent: it is damaged, or of a version that this reader does not know.
    """
    event = LogEvent(data, 4, data[4], 0, 0, int.from_bytes(data[17:19], "little"), False)
    body = event.body
    if len(body) < _LENGTHS_AT + EventKind.DELETE_ROWS_V1:
        raise MalformedEvent("the FORMAT event is too short")
    version, name, created_s, header_bytes = _unpack(body, 0)
    if version != _VERSION or header_bytes != HEADER_BYTES:
        raise MalformedEvent(
            f"its format has version {version} and headers of {header_bytes} bytes; only"
            f" version {_VERSION} with {HEADER_BYTES} is known (MySQL 5.6 and newer)"
        )
    server_version = name.split(b"\0", 1)[0].decode("ascii", "replace")
    has_own_checksum = _is_checksum_aware(server_version)
    has_checksums = False
    if has_own_checksum:
        algorithm = body[-1 - CHECKSUM_BYTES]
        if algorithm not in (_NO_CHECKSUMS, _CRC32):
            raise MalformedEvent(f"its checksums are of unknown kind {algorithm}")
        has_checksums = algorithm == _CRC32
        closed = with_flags(data[:-CHECKSUM_BYTES], event.flags & ~IN_USE_FLAG)
        if has_checksums and not is_intact(closed[:-CHECKSUM_BYTES] + data[-CHECKSUM_BYTES:]):
            raise MalformedEvent("the FORMAT event does not match its checksum")
    end = -CHECKSUM_BYTES - 1 if has_own_checksum else len(data)
    replayed = data[:end]
    if _is_mariadb(server_version):
        replayed = data[:HEADER_BYTES] + _MYSQL_BODY
    return LogFormat(
        server_version,
        created_s,
        int.from_bytes(data[0:4], "little"),
        int.from_bytes(data[5:9], "little"),
        has_checksums,
        is_in_use=bool(event.flags & IN_USE_FLAG),
        is_relay_log=bool(event.flags & RELAY_LOG_FLAG),
        replay_event=with_flags(replayed + bytes([_CRC32]), event.flags & ~IN_USE_FLAG),
    )


def _is_mariadb(server_version: str) -> bool:
    return "mariadb" in server_version.lower()


def _is_checksum_aware(server_version: str) -> bool:
    """Tell whether events can have checksums: since MySQL 5.6.1 and MariaDB 5.3."""
    return _read_version(server_version) >= _BEFORE_CHECKSUMS


def _read_version(server_version: str) -> tuple[int, ...]:
    """Return the numbers of a version; those of a new server where it has none."""
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", server_version)
    return (99,) if numbers is None else tuple(map(int, numbers.groups()))
