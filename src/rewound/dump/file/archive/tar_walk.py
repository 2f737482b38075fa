"""A tar archive as a stream: ustar, the old V7 format, GNU and pax.

Headers are parsed by `tarfile`; its reading of whole archives keeps every member and takes pax
headers of any length into memory, so this goes from header to header itself.
"""

import logging
import re
import tarfile

from rewound.dump.file.archive.walking import (
    LONGEST_NAME_BYTES,
    PIECE_BYTES,
    ArchivedFile,
    ArchiveRefused,
    MemberCount,
    check_name,
    require_blank,
)
from rewound.dump.file.compression import CorruptData
from rewound.dump.file.feed import Feed

_log = logging.getLogger(__name__)

BLOCK_BYTES = 512
_MOST_EXTENDED_BYTES = 1 << 16
_MOST_GLOBAL_BYTES = 1 << 20
_PAX_RECORD = re.compile(rb"([0-9]{1,5}) ([^=\n]+)=")
_FILES = frozenset({tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE})
_NAMELESS = frozenset({tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE})
_OTHERS = frozenset(
    {tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE}
    | {tarfile.DIRTYPE, b"D", b"V"}
)
"""What has no data that could be a dump: links, devices, folders, GNU's labels of volumes."""
_WITHOUT_DATA = _OTHERS - {b"D"}


def is_tar(start: bytes) -> bool:
    """Recognise a tar archive by the checksum of its first header."""
    header = start[:BLOCK_BYTES]
    digits = header[148:156].strip(b" \0")
    if len(header) < BLOCK_BYTES or not re.fullmatch(rb"[0-7]{1,7}", digits):
        return False
    return int(digits, 8) == sum(header) - sum(header[148:156]) + 8 * ord(" ")


class TarWalk:
    """Goes through the files of a tar archive."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._left = 0
        """Bytes of the current member that were not read yet."""
        self._padding = 0
        self._count = MemberCount()
        self._global_bytes = 0
        self._global: dict[str, bytes] = {}
        self._has_sparse_map = False

    def next_entry(self) -> ArchivedFile | None:
        """Return the next file; None at the end, when all was proven to be whole."""
        self._skip()
        extended: dict[str, bytes] = {}
        long_name: bytes | None = None
        while (header := self._read_header()) is not None:
            self._count.add()
            if header.type == tarfile.GNUTYPE_LONGNAME:
                long_name = self._read_whole(header, LONGEST_NAME_BYTES + 1).rstrip(b"\0")
            elif header.type == tarfile.XHDTYPE:
                extended = _parse_pax(self._read_whole(header, _MOST_EXTENDED_BYTES))
            elif header.type == tarfile.XGLTYPE:
                self._read_global(header)
            elif header.type in _NAMELESS:
                self._read_whole(header, LONGEST_NAME_BYTES + 1)
            else:
                entry = self._enter(header, self._global | extended, long_name)
                if entry is not None:
                    return entry
                self._skip()
                extended, long_name = {}, None
        if extended or long_name:
            raise EOFError
        return None

    def read(self) -> bytes:
        """Return the next piece of this file; none at its end."""
        if not self._left:
            return b""
        piece = self._feed.read_piece(min(self._left, PIECE_BYTES))
        if not piece:
            raise EOFError
        self._left -= len(piece)
        return piece

    def is_file(self, name: str) -> bool:  # noqa: ARG002 - each header says what it is of
        """Tell, at the end, whether a name turned out to be that of a file after all."""
        return True

    def _skip(self) -> None:
        self._left += self._padding
        self._padding = 0
        while self.read():
            pass

    def _read_header(self) -> tarfile.TarInfo | None:
        block = self._feed.read_exactly(BLOCK_BYTES)
        if not any(block):
            while data := self._feed.read_piece():
                require_blank(data)
            return None
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except (tarfile.TarError, ValueError) as error:
            raise CorruptData("a header of the tar archive is damaged") from error
        self._has_sparse_map = block[482] != 0
        if header.size < 0:
            raise CorruptData("a header of the tar archive states a negative size")
        self._begin(0 if header.type in _WITHOUT_DATA else header.size)
        return header

    def _begin(self, size: int) -> None:
        self._left, self._padding = size, -size % BLOCK_BYTES

    def _read_whole(self, header: tarfile.TarInfo, limit: int) -> bytes:
        """Return the data of a header that is longer than one block."""
        if header.size > limit:
            raise ArchiveRefused(f"has a header of {header.size:,} bytes")
        data = self._feed.read_exactly(header.size + self._padding)[: header.size]
        self._begin(0)
        return data

    def _read_global(self, header: tarfile.TarInfo) -> None:
        self._global_bytes += header.size
        if self._global_bytes > _MOST_GLOBAL_BYTES:
            raise ArchiveRefused(f"has global headers of {self._global_bytes:,} bytes")
        self._global |= _parse_pax(self._read_whole(header, _MOST_EXTENDED_BYTES))

    def _enter(
        self, header: tarfile.TarInfo, pax: dict[str, bytes], long_name: bytes | None
    ) -> ArchivedFile | None:
        """Return the file that a header is of; None if it is of something else."""
        raw = pax.get("GNU.sparse.name") or pax.get("path") or long_name
        name = header.name if raw is None else raw.decode("utf-8", "surrogateescape")
        if "size" in pax and header.type not in _WITHOUT_DATA:
            if not re.fullmatch(rb"[0-9]{1,18}", pax["size"]):
                raise CorruptData("a pax header states a size that is not a number")
            self._begin(int(pax["size"]))
        is_sparse = header.type == tarfile.GNUTYPE_SPARSE
        if is_sparse:
            self._skip_sparse_map()
        if header.type == tarfile.LNKTYPE:
            _log.warning("a hard link in an archive is left out: %s", ascii(name))
        if header.type in _OTHERS or (header.type == tarfile.AREGTYPE and name.endswith("/")):
            return None
        if header.type not in _FILES:
            raise ArchiveRefused(f"has a member of unknown type {header.type.decode('latin-1')!a}")
        is_sparse = is_sparse or any(key.startswith("GNU.sparse.") for key in pax)
        problem = "is stored as a sparse file" if is_sparse else None
        return ArchivedFile(check_name(name), None if is_sparse else self._left, problem)

    def _skip_sparse_map(self) -> None:
        """Pass over the blocks between the header of GNU's old sparse files and their data."""
        is_extended = self._has_sparse_map
        while is_extended:
            is_extended = self._feed.read_exactly(BLOCK_BYTES)[504] != 0


def _parse_pax(data: bytes) -> dict[str, bytes]:
    """Return the records of a pax header.

    Source: POSIX.1-2017, pax, "pax Extended Header".
    """
    records = {}
    position, end_of_data = 0, len(data.rstrip(b"\0"))
    while position < end_of_data:
        match = _PAX_RECORD.match(data, position)
        end = position + int(match[1]) if match else 0
        if match is None or data[end - 1 : end] != b"\n" or end < match.end():
            raise CorruptData("a pax header of the tar archive is damaged")
        records[match[2].decode("utf-8", "replace")] = data[match.end() : end - 1]
        position = end
    return records
