"""A zip archive as a stream, from its first member to its end.

Members follow each other without gaps, so none can overlap another; at the end the directory must
list exactly those that were passed, at the same places and with the same sizes and checksums.
What it lists alone, or what stands in the archive and is not listed, is refused.
"""

import bz2
import struct
import zlib
from dataclasses import replace
from typing import Protocol, cast

import zstandard
from isal import igzip_lib

from rewound.dump.file.archive.walking import (
    PIECE_BYTES,
    ArchivedFile,
    ArchiveRefused,
    MemberCount,
    check_name,
)
from rewound.dump.file.archive.zip_records import (
    CENTRAL,
    CENTRAL_FORMAT,
    COMPARED_FLAGS,
    DESCRIPTOR,
    END,
    END_64,
    END_64_FORMAT,
    END_FORMAT,
    LOCAL,
    LOCAL_FORMAT,
    LOCATOR_64,
    LOCATOR_64_FORMAT,
    MOST_DIRECTORY_BYTES,
    ZipMember,
    lengths_of_central,
    lengths_of_local,
    parse_central,
    parse_local,
)
from rewound.dump.file.compression import CorruptData
from rewound.dump.file.feed import Feed

_LONGEST_TEXT_BYTES = 1 << 19
_INPUT_BYTES = 1 << 16
_ZSTD_INPUT_BYTES = 1 << 10
_LARGEST_32 = 0xFFFFFFFF
_ERRORS = (cast(type[Exception], igzip_lib.error), zstandard.ZstdError, OSError)


def is_zip(start: bytes) -> bool:
    """Recognise a zip archive by its first bytes."""
    return start.startswith((LOCAL, END, DESCRIPTOR))


class _Unpacker(Protocol):
    """What turns a member's data into its content."""

    @property
    def eof(self) -> bool:
        """Whether its end was reached."""

    @property
    def unused_data(self) -> bytes:
        """The bytes after that end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Return more content."""


class ZipWalk:
    """Goes through the files of a zip archive."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._passed: dict[int, ZipMember] = {}
        self._header_bytes = 0
        self._count = MemberCount()
        self._links: set[str] = set()
        self._member: ZipMember | None = None
        self._unpacker: _Unpacker | None = None
        self._packed = 0
        self._size = 0
        self._crc = 0

    def next_entry(self) -> ArchivedFile | None:
        """Return the next file; None at the end, when all was proven to be whole."""
        while True:
            while self.read():
                pass
            offset = self._feed.position
            signature = self._feed.peek(4)
            if signature == LOCAL:
                member = self._enter(offset)
                if not member.is_folder:
                    comes_later = member.has_descriptor and not member.size_bytes
                    size = None if comes_later else member.size_bytes
                    return ArchivedFile(check_name(member.name), size, member.problem)
            else:
                self._read_directory(offset)
                return None

    def read(self) -> bytes:
        """Return the next piece of this file; none at its end, where its checksum is proven."""
        member = self._member
        while member is not None:
            if member.problem is not None:
                piece = self._read_packed(member)
                at_end = not piece
                piece = b""
            elif self._unpacker is None:
                piece = self._read_packed(member)
                at_end = not piece
            else:
                piece, at_end = self._unpack(member, self._unpacker)
            self._size += len(piece)
            self._crc = zlib.crc32(piece, self._crc)
            if at_end:
                self._member = None
                self._leave(member)
            if piece or at_end:
                return piece
        return b""

    def is_file(self, name: str) -> bool:
        """Tell, at the end, whether a name turned out to be that of a file after all."""
        return name not in self._links

    def _enter(self, offset: int) -> ZipMember:
        fixed = self._feed.read_exactly(LOCAL_FORMAT.size)
        name_bytes, extra_bytes = lengths_of_local(fixed)
        name = self._feed.read_exactly(name_bytes)
        member = parse_local(fixed, name, self._feed.read_exactly(extra_bytes), offset)
        self._count.add()
        self._add_header(name_bytes + extra_bytes)
        if not member.is_length_known and (member.problem or member.method == 0):
            raise ArchiveRefused(
                f"has a file that cannot be read from a stream: {member.name!a}"
                f" {member.problem or 'is not compressed, and its size follows it'}",
                hint="unpack it, and give the folder",
            )
        self._member, self._unpacker = member, None if member.problem else _unpacker(member.method)
        self._packed = self._size = self._crc = 0
        return member

    def _read_packed(self, member: ZipMember) -> bytes:
        """Return more of a member's data as it lies there; none at its end."""
        limit = _ZSTD_INPUT_BYTES if member.method == 93 else _INPUT_BYTES
        if member.is_length_known:
            limit = min(limit, member.packed_bytes - self._packed)
            if not limit:
                return b""
        piece = self._feed.read_piece(min(limit, PIECE_BYTES))
        if not piece:
            raise EOFError
        self._packed += len(piece)
        return piece

    def _unpack(self, member: ZipMember, unpacker: _Unpacker) -> tuple[bytes, bool]:
        """Return more of a member's content, and whether that was all."""
        data = b""
        if getattr(unpacker, "needs_input", True):
            data = self._read_packed(member)
            if not data:
                raise CorruptData(f"{member.name!a} does not end where it should")
        try:
            piece = unpacker.decompress(data, _LONGEST_TEXT_BYTES)
        except _ERRORS as error:
            raise CorruptData(f"{member.name!a} cannot be decompressed") from error
        if unpacker.eof and unpacker.unused_data:
            self._feed.put_back(unpacker.unused_data)
            self._packed -= len(unpacker.unused_data)
        return piece, unpacker.eof

    def _leave(self, member: ZipMember) -> None:
        """Compare what a member was with what is stated about it."""
        if member.problem is not None:
            found = member
        else:
            found = replace(member, crc=self._crc, packed_bytes=self._packed, size_bytes=self._size)
        if member.has_descriptor:
            stated = self._read_descriptor(member)
            if member.problem is not None:
                found = replace(member, crc=stated[0], size_bytes=stated[2])
            if stated != (found.crc, found.packed_bytes, found.size_bytes):
                raise CorruptData(f"the checksum of {member.name!a} does not match")
        elif found != member:
            raise CorruptData(f"the checksum of {member.name!a} does not match")
        self._passed[member.offset] = found

    def _read_descriptor(self, member: ZipMember) -> tuple[int, int, int]:
        """Return the checksum and the sizes that follow a member's data."""
        if self._feed.peek(4) == DESCRIPTOR:
            self._feed.read_exactly(4)
        is_wide = member.is_64 or max(self._size, self._packed) > _LARGEST_32
        layout = struct.Struct("<LQQ" if is_wide else "<LLL")
        crc, packed, size = layout.unpack(self._feed.read_exactly(layout.size))
        return crc, packed, size

    def _read_directory(self, start: int) -> None:
        """Require that the directory lists what was passed, and that nothing follows it."""
        count = len(self._passed)
        while self._feed.peek(4) == CENTRAL:
            fixed = self._feed.read_exactly(CENTRAL_FORMAT.size)
            name_bytes, extra_bytes, comment_bytes = lengths_of_central(fixed)
            name = self._feed.read_exactly(name_bytes)
            stated = parse_central(fixed, name, self._feed.read_exactly(extra_bytes))
            self._feed.read_exactly(comment_bytes)
            self._add_header(name_bytes + extra_bytes + comment_bytes)
            if not _agree(self._passed.pop(stated.offset, None), stated):
                raise CorruptData(
                    f"the list of files in the zip archive contradicts it about {stated.name!a}"
                )
            if stated.is_link:
                self._links.add(stated.name)
        if self._passed:
            missing = next(iter(self._passed.values())).name
            raise CorruptData(f"the list of files in the zip archive lacks {missing!a}")
        self._read_end(start, self._feed.position - start, count)

    def _read_end(self, start: int, length: int, count: int) -> None:
        wide: tuple[int, ...] | None = None
        if self._feed.peek(4) == END_64:
            fields = END_64_FORMAT.unpack(self._feed.read_exactly(END_64_FORMAT.size))
            further = fields[1] + 12 - END_64_FORMAT.size
            if not 0 <= further <= _INPUT_BYTES:
                raise CorruptData("the end of the zip archive is damaged")
            self._feed.read_exactly(further)
            wide = fields[6:]
            if not self._feed.read_exactly(LOCATOR_64_FORMAT.size).startswith(LOCATOR_64):
                raise CorruptData("the end of the zip archive is damaged")
        if len(signature := self._feed.peek(4)) < 4:
            raise EOFError
        if signature == DESCRIPTOR:
            raise ArchiveRefused("is one of several parts of a zip archive")
        if signature != END:
            raise CorruptData("other data stands between the files of the zip archive")
        _, _, _, here, total, stated, place, comment = END_FORMAT.unpack(
            self._feed.read_exactly(END_FORMAT.size)
        )
        if not _matches((here, total, stated, place), (count, count, length, start), wide):
            raise CorruptData("the end of the zip archive contradicts its list of files")
        self._feed.read_exactly(comment)
        if self._feed.peek(1):
            raise CorruptData("other data follows the archive")

    def _add_header(self, count: int) -> None:
        self._header_bytes += count
        if self._header_bytes > 2 * MOST_DIRECTORY_BYTES:
            raise ArchiveRefused(f"has headers of {self._header_bytes:,} bytes")


def _unpacker(method: int) -> _Unpacker | None:
    """Return what unpacks a method; None for what is stored as it is."""
    unpacker: _Unpacker
    match method:
        case 8:
            unpacker = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)
        case 12:
            unpacker = bz2.BZ2Decompressor()
        case 93:
            unpacker = _ZstdUnpacker()
        case _:
            return None
    return unpacker


class _ZstdUnpacker:
    """A zstd frame; its library decompresses a whole slice at once."""

    def __init__(self) -> None:
        self._frame = zstandard.ZstdDecompressor().decompressobj()

    @property
    def eof(self) -> bool:
        """Whether its end was reached."""
        return self._frame.eof

    @property
    def unused_data(self) -> bytes:
        """The bytes after that end."""
        return self._frame.unused_data

    def decompress(self, data: bytes, _max_length: int, /) -> bytes:
        """Return more content."""
        return self._frame.decompress(data)


def _agree(passed: ZipMember | None, stated: ZipMember) -> bool:
    """Tell whether the directory says what was found."""
    return passed is not None and (
        (passed.raw_name, passed.method, passed.crc, passed.packed_bytes, passed.size_bytes)
        == (stated.raw_name, stated.method, stated.crc, stated.packed_bytes, stated.size_bytes)
        and passed.flags & COMPARED_FLAGS == stated.flags & COMPARED_FLAGS
    )


def _matches(stated: tuple[int, ...], found: tuple[int, ...], wide: tuple[int, ...] | None) -> bool:
    """Tell whether the end states what was found; what does not fit is stated in its wide form."""
    limits = (0xFFFF, 0xFFFF, _LARGEST_32, _LARGEST_32)
    if wide is not None and wide != found:
        return False
    return all(
        known == said or (wide is not None and said == limit)
        for said, known, limit in zip(stated, found, limits, strict=True)
    )
