"""The records of a zip archive: what stands before each member, and the directory at the end.

Pure. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.
"""

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from rewound.dump.file.archive.walking import ArchiveRefused
from rewound.dump.file.compression import CorruptData

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
DESCRIPTOR, END_64, LOCATOR_64 = b"PK\x07\x08", b"PK\x06\x06", b"PK\x06\x07"
LOCAL_FORMAT = struct.Struct("<4s5H3L2H")
CENTRAL_FORMAT = struct.Struct("<4s6H3L5H2L")
END_FORMAT = struct.Struct("<4s4H2LH")
END_64_FORMAT = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64_FORMAT = struct.Struct("<4sLQL")
MOST_DIRECTORY_BYTES = 64 << 20

_IS_ENCRYPTED, _HAS_DESCRIPTOR, _IS_PATCH, _IS_STRONG, _IS_UTF8 = 1, 8, 32, 64, 2048
_MASKED = 8192
COMPARED_FLAGS = _IS_ENCRYPTED | _IS_UTF8
_IN_EXTRA = 0xFFFFFFFF
_UNIX = (3, 19)
_METHODS = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    14: "LZMA",
    95: "xz",
    98: "PPMd",
    99: "AES encryption",
}


@dataclass(frozen=True, slots=True)
class ZipMember:
    """What a header states about a member; the local and the central one must agree."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed_bytes: int
    size_bytes: int
    offset: int
    """Where its local header is."""
    is_64: bool = False
    """Whether its sizes have 8 bytes."""
    is_link: bool = False

    @property
    def name(self) -> str:
        """Its name, as the archive has it."""
        try:
            return self.raw_name.decode("utf-8" if self.flags & _IS_UTF8 else "cp437")
        except UnicodeDecodeError as error:
            raise CorruptData("a name in the zip archive is not UTF-8") from error

    @property
    def has_descriptor(self) -> bool:
        """Whether its checksum and sizes follow its data."""
        return bool(self.flags & _HAS_DESCRIPTOR)

    @property
    def is_length_known(self) -> bool:
        """Whether the header says where its data ends."""
        return not self.has_descriptor or self.packed_bytes > 0

    @property
    def is_folder(self) -> bool:
        """Whether it is only the name of a folder."""
        return self.raw_name.endswith(b"/")

    @property
    def problem(self) -> str | None:
        """Why it cannot be read; None if it can."""
        if self.flags & (_IS_ENCRYPTED | _IS_STRONG | _MASKED) or self.method == 99:
            return "is encrypted by zip itself"
        if self.flags & _IS_PATCH:
            return "is a patch of another file"
        if self.method not in (0, 8, 12, 93):
            method = _METHODS.get(self.method, "unknown")
            return f"is compressed by method {self.method} ({method}), which is not supported"
        return None


def parse_local(fixed: bytes, name: bytes, extra: bytes, offset: int) -> ZipMember:
    """Return what the header before a member states.

    Raises:
        CorruptData: it contradicts itself.
    """
    _, _, flags, method, _, _, crc, packed, size, _, _ = LOCAL_FORMAT.unpack(fixed)
    wide = _find_extra(extra, 1)
    if wide is not None:
        (size, packed), _ = _widen(wide, (size, packed), 0)
    return ZipMember(name, flags, method, crc, packed, size, offset, wide is not None)


def parse_central(fixed: bytes, name: bytes, extra: bytes) -> ZipMember:
    """Return what the directory at the end states about a member.

    Raises:
        CorruptData: it contradicts itself.
        ArchiveRefused: the member is in another part of the archive.
    """
    _, by, _, flags, method, _, _, crc, packed, size, _, _, _, disk, _, attributes, offset = (
        CENTRAL_FORMAT.unpack(fixed)
    )
    wide = _find_extra(extra, 1)
    if wide is not None:
        (size, packed, offset), _ = _widen(wide, (size, packed, offset), 0)
    if disk not in (0, 0xFFFF):
        raise ArchiveRefused("is one of several parts of a zip archive")
    is_link = by >> 8 in _UNIX and stat.S_ISLNK(attributes >> 16)
    return ZipMember(name, flags, method, crc, packed, size, offset, wide is not None, is_link)


def lengths_of_central(fixed: bytes) -> tuple[int, int, int]:
    """Return how long the name, the extra fields and the comment are that follow."""
    fields = CENTRAL_FORMAT.unpack(fixed)
    return fields[10], fields[11], fields[12]


def lengths_of_local(fixed: bytes) -> tuple[int, int]:
    """Return how long the name and the extra fields are that follow."""
    fields = LOCAL_FORMAT.unpack(fixed)
    return fields[9], fields[10]


def iter_central(directory: bytes) -> Iterator[ZipMember]:
    """Yield what a whole directory states.

    Raises:
        CorruptData: it is damaged.
    """
    position = 0
    while position < len(directory):
        fixed = directory[position : position + CENTRAL_FORMAT.size]
        if len(fixed) < CENTRAL_FORMAT.size or not fixed.startswith(CENTRAL):
            raise CorruptData("the list of files in the zip archive is damaged")
        name_end = position + CENTRAL_FORMAT.size + lengths_of_central(fixed)[0]
        extra_end = name_end + lengths_of_central(fixed)[1]
        name = directory[position + CENTRAL_FORMAT.size : name_end]
        yield parse_central(fixed, name, directory[name_end:extra_end])
        position = extra_end + lengths_of_central(fixed)[2]
    if position != len(directory):
        raise CorruptData("the list of files in the zip archive is damaged")


def find_directory(end: bytes, size_bytes: int) -> tuple[int, int, int]:
    """Return where the directory begins, how long it is, and how many members it lists.

    `end` is the end of the archive, whose whole size is given.

    Raises:
        CorruptData: there is none, or it is not where it is said to be.
        ArchiveRefused: it is longer than any, or in another part of the archive.
    """
    place = end.rfind(END)
    while place >= 0:
        fields = END_FORMAT.unpack(
            end[place : place + END_FORMAT.size].ljust(END_FORMAT.size, b"\0")
        )
        if place + END_FORMAT.size + fields[7] == len(end):
            break
        place = end.rfind(END, 0, place)
    if place < 0:
        raise EOFError
    _, disk, first_disk, here, count, length, start, _ = fields
    before = size_bytes - len(end) + place
    locator = end[max(0, place - LOCATOR_64_FORMAT.size) : place]
    if locator.startswith(LOCATOR_64):
        wide_end = end[: place - LOCATOR_64_FORMAT.size]
        wide = wide_end[wide_end.rfind(END_64) :][: END_64_FORMAT.size]
        if len(wide) < END_64_FORMAT.size or not wide.startswith(END_64):
            raise CorruptData("the end of the zip archive is damaged")
        _, _, _, _, disk, first_disk, here, count, length, start = END_64_FORMAT.unpack(wide)
        before = size_bytes - len(end) + wide_end.rfind(END_64)
    if disk or first_disk or here != count:
        raise ArchiveRefused("is one of several parts of a zip archive")
    if length > MOST_DIRECTORY_BYTES:
        raise ArchiveRefused(f"has a list of files of {length:,} bytes")
    if start + length != before:
        raise CorruptData("the list of files in the zip archive is not where it should be")
    return start, length, count


def _find_extra(extra: bytes, wanted: int) -> bytes | None:
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == wanted:
            return extra[position + 4 : position + 4 + length]
        position += 4 + length
    return None


def _widen(wide: bytes, fields: tuple[int, ...], position: int) -> tuple[tuple[int, ...], int]:
    """Replace the fields that have no room in 4 bytes by those of 8."""
    widened = []
    for field in fields:
        if field == _IN_EXTRA:
            if position + 8 > len(wide):
                raise CorruptData("a header of the zip archive lacks a size")
            field = int.from_bytes(wide[position : position + 8], "little")
            position += 8
        widened.append(field)
    return tuple(widened), position
