"""Makes binary logs byte by byte, independently of what reads them."""

import struct
from pathlib import Path
from zlib import crc32

from rewound.binlog.events.packed import write_packed

UUID = "37f1aaa8-ebe6-11f1-b156-02fc00000001"
NOW_S = 1_795_951_048
NOW_US = NOW_S * 1_000_000

FORMAT, QUERY, STOP, ROTATE, XID, TABLE_MAP = 15, 2, 3, 4, 16, 19
GTID, ANONYMOUS_GTID, PREVIOUS_GTIDS, GTID_TAGGED, PAYLOAD = 33, 34, 35, 42, 40
WRITE_ROWS, UPDATE_ROWS, DELETE_ROWS = 30, 31, 32


def make_event(
    kind: int,
    body: bytes,
    *,
    position: int = 0,
    has_checksum: bool = True,
    at_s: int = NOW_S,
    server_id: int = 1,
    flags: int = 0,
) -> bytes:
    """Return an event that begins at `position`."""
    length = 19 + len(body) + (4 if has_checksum else 0)
    header = struct.pack("<IBIIIH", at_s, kind, server_id, length, position + length, flags)
    event = header + body
    return event + crc32(event).to_bytes(4, "little") if has_checksum else event


class MadeLog:
    """A log that grows by events."""

    def __init__(
        self, version: str = "9.7.4", *, has_checksums: bool = True, flags: int = 0
    ) -> None:
        self.data = b"\xfebin"
        self.has_checksums = has_checksums
        lengths = bytes(42)
        body = struct.pack("<H50sIB", 4, version.encode(), 0, 19) + lengths
        body += bytes([1 if has_checksums else 0])
        closed = make_event(FORMAT, body, position=4, flags=flags & ~1)
        self.data += closed[:17] + struct.pack("<H", flags) + closed[19:]

    @property
    def position(self) -> int:
        return len(self.data)

    def add(self, kind: int, body: bytes, **options: int) -> int:
        """Add an event; return where it begins."""
        start = self.position
        self.data += make_event(
            kind, body, position=start, has_checksum=self.has_checksums, **options
        )
        return start

    def write(self, folder: Path, name: str = "binlog.000001") -> Path:
        path = folder / name
        path.write_bytes(self.data)
        return path

    def add_transaction(
        self,
        *events: tuple[int, bytes],
        number: int = 1,
        committed_us: int = NOW_US,
        kind: int = GTID,
    ) -> int:
        """Add a GTID event and what belongs to it; return where it begins."""
        start = self.position
        gtid_bytes = 19 + len(gtid_body(number=number, committed_us=committed_us, length=1 << 16))
        overhead = 4 if self.has_checksums else 0
        length = gtid_bytes + overhead
        length += sum(19 + len(body) + overhead for _, body in events)
        self.add(kind, gtid_body(number=number, committed_us=committed_us, length=length))
        for kind, body in events:
            self.add(kind, body)
        return start


def gtid_body(
    *,
    number: int = 1,
    committed_us: int = NOW_US,
    originally_us: int | None = None,
    length: int | None = None,
) -> bytes:
    """Return the body of MySQL 8's GTID event; the length takes four bytes."""
    body = b"\0" + bytes.fromhex(UUID.replace("-", "")) + struct.pack("<QBQQ", number, 2, 0, 1)
    if originally_us is None:
        body += committed_us.to_bytes(7, "little")
    else:
        body += (committed_us | 1 << 55).to_bytes(7, "little") + originally_us.to_bytes(7, "little")
    if length is not None:
        body += b"\xfd" + length.to_bytes(3, "little") + struct.pack("<I", 90704)
    return body


def query_body(text: bytes, schema: bytes = b"game", status: bytes = b"") -> bytes:
    return struct.pack("<IIBHH", 7, 0, len(schema), 0, len(status)) + status + schema + b"\0" + text


def table_map_body(table_id: int, schema: bytes, table: bytes, columns: bytes = b"\x03") -> bytes:
    """Return a table map of columns that need no metadata (INT)."""
    names = bytes([len(schema)]) + schema + b"\0" + bytes([len(table)]) + table + b"\0"
    nulls = bytes((len(columns) + 7) // 8)
    return (
        table_id.to_bytes(6, "little")
        + b"\x01\0"
        + names
        + bytes([len(columns)])
        + columns
        + b"\0"
        + nulls
    )


def rows_body(
    table_id: int, rows: bytes, *, columns: int = 1, images: int = 1, flags: int = 1
) -> bytes:
    """Return a row event of version 2 with all columns in its images."""
    present = ((1 << columns) - 1).to_bytes((columns + 7) // 8, "little")
    return (
        table_id.to_bytes(6, "little")
        + flags.to_bytes(2, "little")
        + b"\x02\0"
        + bytes([columns])
        + present * images
        + rows
    )


def payload_body(compression: int, data: bytes, plain_bytes: int) -> bytes:
    """Return the body of a payload of these bytes."""
    fields = [
        (2, write_packed(compression)),
        (3, write_packed(plain_bytes)),
        (1, write_packed(len(data))),
    ]
    return b"".join(bytes([f, len(value)]) + value for f, value in fields) + b"\0" + data


BEGIN = (QUERY, query_body(b"BEGIN"))
COMMIT = (XID, struct.pack("<Q", 11))
INSERT_1 = (
    (TABLE_MAP, table_map_body(101, b"game", b"plain")),
    (WRITE_ROWS, rows_body(101, b"\0" + struct.pack("<i", 1))),
)
