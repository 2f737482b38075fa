"""Compressed formats: recognised by their first bytes, decompressed with proof of the end.

Each stream raises EOFError if the data ends inside a member, `CorruptData` if it is damaged or
followed by something else, and `NeedsMemory` if it requires more memory than allowed. Several
members in a row, and zeros after the last one, are valid.
"""

import bz2
import io
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import lz4.frame
import zstandard
from isal import igzip_lib

_BUFFER_BYTES = 1 << 20
# With slices and texts of this length, gzip is decompressed at 450 to 510 MB/s of text on one core;
# with texts as long as a whole slice, at 340. Other formats show no difference.
_SLICE_BYTES = 1 << 19
# A file begins with slices of this length, and each is at most as long as what came before: so the
# text of a slice is limited by what is known of the file.
_FIRST_SLICE_BYTES = 1 << 14
_LONGEST_TEXT_BYTES = 1 << 19
# The memory for a slice of a hostile zstd file is bounded by its length only: 1 KiB takes at most
# 45 MB, but a few kB in an ordinary dump.
_ZSTD_SLICE_BYTES = 1 << 10
_LONGEST_GZIP_HEADER_BYTES = 1 << 18
# xz -9 needs 65 MiB. The limit of the zstd program for a stream is a window of 128 MiB.
_XZ_MEMORY_BYTES = 512 << 20

_IgzipError = cast(type[Exception], igzip_lib.error)


class CorruptData(Exception):
    """The compressed data is damaged, or something else follows it."""


class WrongChecksum(CorruptData):
    """The text is not the one that was compressed; where it differs is unknown."""


class NeedsMemory(Exception):
    """The compressed data requires more memory than a dump may use."""


class TextStream(Protocol):
    """The decompressed data, in pieces of any length; an empty piece marks the end."""

    @property
    def bytes_used(self) -> int:
        """How many bytes of the file the pieces so far are of, and at most one slice more."""

    def read(self, size: int, /) -> bytes | None:
        """Return the next piece; `size` is a hint."""


class _Decompressor(Protocol):
    """The interface that the decompressors of all formats share."""

    @property
    def eof(self) -> bool:
        """Whether the member's end was reached."""

    @property
    def unused_data(self) -> bytes:
        """The bytes after that end."""

    @property
    def needs_input(self) -> bool:
        """Whether it can return nothing more without more data."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return more data decompressed, at most `max_length` bytes."""


@dataclass(frozen=True, slots=True)
class Compression:
    """One format of compressed files."""

    name: str
    """The name in messages."""
    suffix: str
    """The extension of such files."""
    magic: bytes
    """The first bytes of every member."""
    new_member: Callable[[], _Decompressor]
    """Return a decompressor for one member."""
    slice_bytes: int = _SLICE_BYTES
    """How much of the file is decompressed at a time."""

    def open(self, file: io.RawIOBase) -> TextStream:
        """Return the decompressed stream of a file that begins with `magic`."""
        return _Members(file, self)


class _GzipMember:
    """A gzip member; the length and the CRC of its text are checked at its end.

    Its header is passed to the library in one piece: isal 1.9.1 reports some headers as damaged
    that arrive in two, among them those with a checksum of their own.
    """

    def __init__(self) -> None:
        self._member = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        self._start: bytes | None = b""

    @property
    def eof(self) -> bool:
        """Whether the member's end was reached."""
        return self._member.eof

    @property
    def unused_data(self) -> bytes:
        """The bytes after that end."""
        return self._member.unused_data

    @property
    def needs_input(self) -> bool:
        """Whether it can return nothing more without more data."""
        return self._start is not None or self._member.needs_input

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return more data decompressed, at most `max_length` bytes."""
        if self._start is not None:
            data = self._start + data
            if not _holds_gzip_header(data):
                if len(data) > _LONGEST_GZIP_HEADER_BYTES:
                    raise CorruptData("the header is not terminated")
                self._start = data
                return b""
            self._start = None
        return self._member.decompress(data, max_length)


def _holds_gzip_header(data: bytes) -> bool:
    """Tell whether the header of a member is complete.

    Source: RFC 1952, section 2.3.
    """
    if len(data) < 10:
        return False
    flags, end = data[3], 10
    if flags & 4:  # an extra field
        end += 2 + int.from_bytes(data[10:12], "little")
    for flag in (8, 16):  # the file's name, a comment
        if flags & flag:
            end = data.find(b"\0", end) + 1
            if end == 0:
                return False
    if flags & 2:  # a checksum of the header
        end += 2
    return len(data) >= end


class _ZstdMember:
    """A zstd frame; its library decompresses a whole slice at once."""

    needs_input = True

    def __init__(self) -> None:
        self._frame = zstandard.ZstdDecompressor().decompressobj()

    @property
    def eof(self) -> bool:
        """Whether the frame's end was reached."""
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        """The bytes after that end."""
        return self._frame.unused_data

    def decompress(self, data: bytes, _max_length: int, /) -> bytes:
        """Return what the next data decompresses to."""
        return self._frame.decompress(data)


class _Members:
    """The text of a file's members, one after the other."""

    def __init__(self, file: io.RawIOBase, compression: Compression) -> None:
        self._file = io.BufferedReader(file, _BUFFER_BYTES)
        self._compression = compression
        self._member: _Decompressor | None = None
        self._pending = b""
        self._taken = 0

    @property
    def bytes_used(self) -> int:
        """How many bytes of the file the pieces so far are of, and at most one slice more."""
        return self._taken - len(self._pending)

    def read(self, _size: int, /) -> bytes:
        """Return the next piece of text."""
        while (data := self._next_data()) is not None:
            if self._member is None:
                data = self._enter_member(data)
                if not data:
                    continue
            if text := self._decompress(data):
                return text
        if self._member is not None:
            raise EOFError
        return b""

    def _next_data(self) -> bytes | None:
        """Return the data to decompress next; empty if the member has more output first."""
        if self._member is not None and not self._member.needs_input:
            return b""
        size = min(self._compression.slice_bytes, max(_FIRST_SLICE_BYTES, self._taken))
        data = self._pending or self._take(size)
        self._pending = b""
        return data or None

    def _take(self, size: int) -> bytes:
        data = self._file.read(size)
        self._taken += len(data)
        return data

    def _enter_member(self, data: bytes) -> bytes:
        """Begin a member and return its data; empty if only padding was read so far."""
        magic = self._compression.magic
        data = data.lstrip(b"\0")
        if data and len(data) < len(magic):
            data += self._take(len(magic) - len(data))
        if data:
            if not data.startswith(magic):
                if magic.startswith(data):
                    raise EOFError
                raise CorruptData("other data follows the compressed data")
            self._member = self._compression.new_member()
        return data

    def _decompress(self, data: bytes) -> bytes:
        assert self._member is not None  # noqa: S101 - entered just before
        try:
            text = self._member.decompress(data, _LONGEST_TEXT_BYTES)
        except (_IgzipError, lzma.LZMAError, zstandard.ZstdError, OSError, RuntimeError) as error:
            if "memory" in str(error).lower():  # nothing else tells these errors apart
                raise NeedsMemory(str(error)) from error
            if "checksum" in str(error).lower() or "crc" in str(error).lower():
                raise WrongChecksum("its checksum does not match") from error
            raise CorruptData("it cannot be decompressed") from error
        if self._member.eof:
            self._pending = self._member.unused_data or b""  # lz4 has None
            self._member = None
        return text


def _new_xz_member() -> _Decompressor:
    return lzma.LZMADecompressor(memlimit=_XZ_MEMORY_BYTES)


COMPRESSIONS = (
    Compression("gzip", ".gz", b"\x1f\x8b", _GzipMember),
    Compression("zstd", ".zst", b"\x28\xb5\x2f\xfd", _ZstdMember, _ZSTD_SLICE_BYTES),
    Compression("xz", ".xz", b"\xfd7zXZ\x00", _new_xz_member),
    Compression("bzip2", ".bz2", b"BZh", bz2.BZ2Decompressor),
    Compression("lz4", ".lz4", b"\x04\x22\x4d\x18", lz4.frame.LZ4FrameDecompressor),
)
"""All formats that can be read."""


def find_compression(start: bytes) -> Compression | None:
    """Return the format of a file by its first bytes; None if it is not compressed."""
    return next((c for c in COMPRESSIONS if start.startswith(c.magic)), None)
