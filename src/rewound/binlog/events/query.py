"""The QUERY event: a statement as text, and the session in which it ran.

Source: MySQL 9.7, libs/mysql/binlog/event/statement_events.h; tried on 9.7.4.
"""

import struct
import zlib
from dataclasses import dataclass, field

from rewound.binlog.events.header import LARGEST_EVENT_BYTES, LogEvent
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.session_state import SessionState, read_session

_unpack = struct.Struct("<IIBHH").unpack_from
_FIXED_BYTES = 13


@dataclass(frozen=True, slots=True)
class Query:
    """What a QUERY event says."""

    text: bytes
    """The statement, in the character set of the session's client."""
    schema: str
    """The default schema; empty if there was none."""
    thread_id: int
    """Of the session; names temporary tables apart."""
    error: int
    """The error with which the statement ended; 0 if with none."""
    session: SessionState = field(default_factory=SessionState)
    """The variables."""
    took_s: int = 0
    """How long it took on its server, in seconds."""


def find_text(data: bytes, *, has_checksum: bool) -> bytes:
    """Return the statement in all bytes of a QUERY event, without reading the rest.

    Raises:
        MalformedEvent: it is too short.
    """
    with too_short("the QUERY event"):
        _, _, schema_bytes, _, status_bytes = _unpack(data, 19)
    start = 19 + _FIXED_BYTES + status_bytes + schema_bytes + 1
    end = len(data) - 4 if has_checksum else len(data)
    if start > end:
        raise MalformedEvent("the QUERY event is too short")
    return data[start:end]


def find_load_text(data: bytes, *, has_checksum: bool) -> bytes:
    """Return the statement in all bytes of an EXECUTE_LOAD_QUERY event: LOAD DATA as it was given.

    Raises:
        MalformedEvent: it is too short.
    """
    file_at = 19 + _FIXED_BYTES  # the file's number, where its name is, what to do with duplicates
    return find_text(data[:file_at] + data[file_at + 13 :], has_checksum=has_checksum)


def read_query(event: LogEvent) -> Query:
    """Read a QUERY event, MariaDB's compressed ones too.

    Raises:
        MalformedEvent: it is not one.
    """
    body = event.body
    with too_short("the QUERY event"):
        thread_id, took_s, schema_bytes, error, status_bytes = _unpack(body, 0)
    schema_at = _FIXED_BYTES + status_bytes
    text_at = schema_at + schema_bytes + 1
    if text_at > len(body):
        raise MalformedEvent("the QUERY event is too short")
    text = body[text_at:]
    if event.kind == EventKind.MARIADB_QUERY_COMPRESSED:
        text = decompress(text)
    return Query(
        text,
        body[schema_at : text_at - 1].decode("utf-8", "surrogateescape"),
        thread_id,
        error,
        read_session(body[_FIXED_BYTES:schema_at]),
        took_s,
    )


def decompress(data: bytes) -> bytes:
    """Return what MariaDB has compressed: a byte, the length in big-endian, zlib.

    Source: MariaDB 10.11, sql/log_event.cc (`query_event_uncompress`); tried on 10.11.19.

    Raises:
        MalformedEvent: it is damaged, or longer than any event.
    """
    if not data or data[0] >> 4 & 7:
        raise MalformedEvent("compressed by an unknown method")
    size_bytes = data[0] & 7
    length = int.from_bytes(data[1 : 1 + size_bytes], "big")
    if length > LARGEST_EVENT_BYTES:
        raise MalformedEvent(f"would be {length:,} bytes decompressed, more than any event")
    member = zlib.decompressobj()
    try:
        plain = member.decompress(data[1 + size_bytes :], length + 1)
    except zlib.error as error:
        raise MalformedEvent(f"its compressed data is damaged: {error}") from error
    if len(plain) != length or not member.eof:
        raise MalformedEvent(f"is not {length:,} bytes decompressed, as it states")
    return plain
