"""Compressed formats: told by their first bytes, decompressed with proof of the end.

Each stream raises EOFError where the data ends inside a member and `CorruptData` where it
is damaged or followed by something else. Several members behind each other, and zeros
behind the last one, are as good as one.
"""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast

import zstandard
from isal import igzip, isal_zlib

_BUFFER_BYTES = 1 << 20
# What a slice of a hostile zstd file can become in memory is bounded by its length only:
# 1 KiB are at most 45 MB, an ordinary dump's a few kB.
_SLICE_BYTES = 1 << 10
_LONGEST_TEXT_BYTES = 1 << 20

_IsalError = cast(type[Exception], isal_zlib.error)


class CorruptData(Exception):
    """The compressed data is damaged, or something else follows it."""


class TextStream(Protocol):
    """What is decompressed, in pieces of any length; an empty one is the end."""

    def read(self, size: int, /) -> bytes | None:
        """Return the next piece; `size` is a wish."""


@dataclass(frozen=True, slots=True)
class Compression:
    """One format of compressed files."""

    name: str
    """As messages call it."""
    suffix: str
    """At the end of the names of such files."""
    magic: bytes
    """The first bytes of every member."""
    open: Callable[[io.RawIOBase], TextStream]
    """Return the decompressed stream of a file that begins with `magic`."""


class _Decompressor(Protocol):
    """The interface that the decompressors of one member have in common."""

    @property
    def eof(self) -> bool:
        """Whether the member's end was reached."""

    @property
    def unused_data(self) -> bytes:
        """What came behind that end."""

    @property
    def needs_input(self) -> bool:
        """Whether it has nothing left to give without more data."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return what some more data becomes, as far as `max_length` lets it."""


class _ZstdMember:
    """A zstd frame; its library gives all that a slice becomes at once."""

    needs_input = True

    def __init__(self) -> None:
        self._frame = zstandard.ZstdDecompressor().decompressobj()

    @property
    def eof(self) -> bool:
        """Whether the frame's end was reached."""
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        """What came behind that end."""
        return self._frame.unused_data

    def decompress(self, data: bytes, _max_length: int, /) -> bytes:
        """Return what some more data becomes."""
        return self._frame.decompress(data)


class _Members:
    """The text of a file's members, one after the other."""

    def __init__(
        self, file: io.RawIOBase, magic: bytes, new_decompressor: Callable[[], _Decompressor]
    ) -> None:
        self._file = io.BufferedReader(file, _BUFFER_BYTES)
        self._magic = magic
        self._new_decompressor = new_decompressor
        self._member: _Decompressor | None = None
        self._pending = b""

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
        """Return what to decompress next; nothing new where the member has more to give."""
        if self._member is not None and not self._member.needs_input:
            return b""
        data, self._pending = self._pending or self._read_slice(), b""
        return data or None

    def _read_slice(self) -> bytes:
        return self._file.read(_SLICE_BYTES)

    def _enter_member(self, data: bytes) -> bytes:
        """Begin a member and return its data; nothing where there is only padding so far."""
        data = data.lstrip(b"\0")
        if data and len(data) < len(self._magic):
            data += self._read_slice()
        if data:
            if not data.startswith(self._magic):
                raise CorruptData("something else follows the compressed data")
            self._member = self._new_decompressor()
        return data

    def _decompress(self, data: bytes) -> bytes:
        assert self._member is not None  # noqa: S101 - entered just before
        try:
            text = self._member.decompress(data, _LONGEST_TEXT_BYTES)
        except (lzma.LZMAError, zstandard.ZstdError, OSError) as error:
            raise CorruptData(str(error)) from error
        if self._member.eof:
            self._pending = self._member.unused_data
            self._member = None
        return text


class _Gzip:
    """The text of a gzip file; its own reader knows members and padding."""

    def __init__(self, file: io.RawIOBase) -> None:
        buffered = cast(BinaryIO, io.BufferedReader(file, _BUFFER_BYTES))
        # isal ships no types for its file class; it has GzipFile's interface.
        self._file = cast(TextStream, igzip.IGzipFile(fileobj=buffered))  # type: ignore[no-untyped-call]  # see above

    def read(self, size: int, /) -> bytes | None:
        """Return the next piece of text."""
        try:
            return self._file.read(size)
        except (gzip.BadGzipFile, _IsalError) as error:
            raise CorruptData(str(error)) from error


def _members_of(
    magic: bytes, new_decompressor: Callable[[], _Decompressor]
) -> Callable[[io.RawIOBase], TextStream]:
    return lambda file: _Members(file, magic, new_decompressor)


_ZSTD, _XZ, _BZIP2 = b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00", b"BZh"

COMPRESSIONS = (
    Compression("gzip", ".gz", b"\x1f\x8b", _Gzip),
    Compression(
        "zstd",
        ".zst",
        _ZSTD,
        _members_of(_ZSTD, _ZstdMember),
    ),
    Compression("xz", ".xz", _XZ, _members_of(_XZ, lzma.LZMADecompressor)),
    Compression("bzip2", ".bz2", _BZIP2, _members_of(_BZIP2, bz2.BZ2Decompressor)),
)
"""All formats that can be read."""


def find_compression(start: bytes) -> Compression | None:
    """Return the format of a file by its first bytes, or None for anything else."""
    return next((c for c in COMPRESSIONS if start.startswith(c.magic)), None)
