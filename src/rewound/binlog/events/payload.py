"""The TRANSACTION_PAYLOAD event: the events of one transaction, compressed as one.

Source: MySQL 9.7, libs/mysql/binlog/event/trx_payload_event_codecs.h; tried on 9.7.4. The
events in it have no checksums, and their positions mean nothing.
"""

import struct
from collections.abc import Iterator

import zstandard

from rewound.binlog.events.header import HEADER_BYTES, LARGEST_EVENT_BYTES
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.packed import read_packed

_END, _SIZE, _COMPRESSION, _PLAIN_SIZE = range(4)
_ZSTD, _NONE = 0, 255
# At most 45 MB of text, as in `dump.file.compression`.
_SLICE_BYTES = 1 << 10
_unpack_length = struct.Struct("<9xI").unpack_from


def iter_payload(body: bytes) -> Iterator[bytes]:
    """Yield the events in a payload, decompressed piece by piece.

    Raises:
        MalformedEvent: it is damaged, or compressed in an unknown way.
    """
    pieces: list[bytes] = []
    size, needed = 0, HEADER_BYTES
    for piece in _iter_plain(body):
        pieces.append(piece)
        size += len(piece)
        if size < needed:  # a long event: joined once
            continue
        buffer = b"".join(pieces)
        at = 0
        needed = HEADER_BYTES
        while size - at >= HEADER_BYTES:
            (length,) = _unpack_length(buffer, at)
            if not HEADER_BYTES <= length <= LARGEST_EVENT_BYTES:
                raise MalformedEvent("an event in the payload has an impossible length")
            if at + length > size:
                needed = length
                break
            yield buffer[at : at + length]
            at += length
        pieces = [buffer[at:]]
        size -= at
    if size:
        raise MalformedEvent("the payload ends inside an event")


def _iter_plain(body: bytes) -> Iterator[bytes]:
    compression, size, plain_size, at = _read_fields(body)
    data = body[at : at + size]
    if len(data) != size:
        raise MalformedEvent(f"the payload has {len(data):,} bytes instead of {size:,}")
    if compression == _NONE:
        yield data
        return
    if compression != _ZSTD:
        raise MalformedEvent(f"the payload is compressed in the unknown way {compression}")
    frame = zstandard.ZstdDecompressor().decompressobj()
    count = 0
    pieces: list[bytes] = []
    pending = 0
    try:
        for start in range(0, len(data), _SLICE_BYTES):
            if frame.eof:
                raise MalformedEvent("other data follows the compressed payload")
            piece = frame.decompress(data[start : start + _SLICE_BYTES])
            count += len(piece)
            if count > plain_size:
                break
            pending += len(piece)
            pieces.append(piece)
            if pending > _PIECE_BYTES:
                yield b"".join(pieces)
                pieces, pending = [], 0
    except zstandard.ZstdError as error:
        raise MalformedEvent(f"the compressed payload is damaged: {error}") from error
    yield b"".join(pieces)
    if not frame.eof or frame.unused_data or count != plain_size:
        raise MalformedEvent(
            f"the payload has {count:,} bytes decompressed instead of {plain_size:,}"
        )


_PIECE_BYTES = 1 << 20


def _read_fields(body: bytes) -> tuple[int, int, int, int]:
    """Return the compression, both sizes, and where the data begins."""
    compression, size, plain_size, at = _NONE, 0, 0, 0
    with too_short("the TRANSACTION_PAYLOAD event"):
        while True:
            field, at = read_packed(body, at)
            if field == _END:
                return compression, size, plain_size, at
            length, at = read_packed(body, at)
            if field in (_SIZE, _COMPRESSION, _PLAIN_SIZE):
                value, _ = read_packed(body, at)
                if field == _SIZE:
                    size = value
                elif field == _COMPRESSION:
                    compression = value
                else:
                    plain_size = value
            at += length
