"""The SHA-256 of a dump, without reading its files again each time.

A hash is remembered for the files as they were: path, device, inode, size and times; of an
object of a store its address, etag, version and size. It is remembered only if the files had been
unchanged for a while: a change within the resolution of the file system's clock would not show.
"""

import hashlib
import io
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rewound.dump.file.hashes import combine_hashes, hash_member
from rewound.dump.file.location import ArchiveMember, DumpFiles, Location, list_pieces
from rewound.dump.file.opening import open_dump, reading_failed, unreadable
from rewound.errors import DumpError, Interrupted
from rewound.files.json_files import decode, encode, write_file
from rewound.stores.remote_file import RemoteFile

_CHUNK_BYTES = 1 << 20
_QUIET_NS = 2_000_000_000
"""How old the last change must be: the coarsest clock of a file system (FAT) has 2 s."""


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """A file at one moment; any change of it gives another one."""

    place: str
    size_bytes: int
    marks: tuple[int | str, ...]
    """What changes with its content: device, inode and times; or etag and version."""
    changed_ns: int
    """When it was last changed, as far as its file system says; 0 for an object of a store."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The files of a dump at one moment."""

    place: str
    """What stands for all of them."""
    files: tuple[FileIdentity, ...]
    parts: tuple[str, ...]
    """What each part holds of them."""

    def was_quiet(self, now_ns: int) -> bool:
        """Tell whether the last change of each is old enough to show in its times."""
        return all(now_ns - file.changed_ns > _QUIET_NS for file in self.files)


@dataclass(frozen=True, slots=True)
class _Remembered:
    identity: Identity
    sha256: str


class HashMemory:
    """Guards a folder of remembered hashes, one small file for each dump."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def identify(self, dump: DumpFiles) -> Identity:
        """Return the current identity of a dump.

        Raises:
            DumpError: a file of it cannot be looked at.
        """
        pieces = dict.fromkeys(piece for part in dump.parts for piece in list_pieces(part.location))
        return Identity(
            str(dump.location.absolute() if isinstance(dump.location, Path) else dump.location),
            tuple(map(_identify, pieces)),
            tuple(
                f"{part.location} {part.holds.value} {part.database} {part.table}"
                for part in dump.parts
            ),
        )

    def find_sha256(self, dump: DumpFiles) -> str | None:
        """Return the hash of a dump if it is remembered.

        Raises:
            DumpError: it cannot be looked at.
        """
        return self._recall(self.identify(dump))

    def get_sha256(self, dump: DumpFiles, *, cancelled: threading.Event | None = None) -> str:
        """Return the hash of a dump, remembered or computed.

        Raises:
            DumpError: it cannot be read.
            Interrupted: `cancelled` was set.
        """
        identity = self.identify(dump)
        if (known := self._recall(identity)) is not None:
            return known
        started_ns = time.time_ns()
        hashes: dict[Location, str] = {}
        parts = []
        for part in dump.parts:
            location = part.location
            whole = location.archive if isinstance(location, ArchiveMember) else location
            if whole not in hashes:
                hashes[whole] = _hash(whole, cancelled)
            sha256 = hashes[whole]
            if isinstance(location, ArchiveMember):
                sha256 = hash_member(sha256, location.member)
            parts.append((part, sha256))
        combined = combine_hashes(parts)
        self.remember(identity, dump, combined, read_from_ns=started_ns)
        return combined

    def remember(
        self, identity: Identity, dump: DumpFiles, sha256: str, *, read_from_ns: int
    ) -> None:
        """Keep the hash of a dump that was read from a time on, if it can be relied on."""
        try:
            if not identity.was_quiet(read_from_ns) or self.identify(dump) != identity:
                return
        except DumpError:
            return  # it has gone since
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_file(self._file(identity.place), encode(_Remembered(identity, sha256)))
        except OSError:
            return  # the next one computes it again

    def _recall(self, identity: Identity) -> str | None:
        try:
            remembered = decode(self._file(identity.place).read_bytes(), _Remembered)
        except (OSError, ValueError):
            return None
        return remembered.sha256 if remembered.identity == identity else None

    def _file(self, place: str) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(place)).hexdigest()}.json"


def _identify(piece: Path | RemoteFile) -> FileIdentity:
    if isinstance(piece, RemoteFile):
        # Without an etag nothing tells one content from another of the same size.
        marks: tuple[int | str, ...] = (
            piece.etag or f"unknown {time.time_ns()}",
            piece.version or "",
        )
        return FileIdentity(str(piece), piece.size_bytes or 0, marks, 0)
    absolute = piece.absolute()
    try:
        stat = absolute.stat()
    except OSError as error:
        raise unreadable(piece, error) from error
    marks = (stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns)
    changed_ns = max(stat.st_mtime_ns, stat.st_ctime_ns)
    return FileIdentity(str(absolute), stat.st_size, marks, changed_ns)


def _hash(location: Location, cancelled: threading.Event | None) -> str:
    digest = hashlib.sha256()
    for piece in list_pieces(location):
        with open_dump(piece) as file:
            for chunk in _iter_chunks(piece, file):
                if cancelled is not None and cancelled.is_set():
                    raise Interrupted(f"reading {location} was interrupted")
                digest.update(chunk)
    return digest.hexdigest()


def _iter_chunks(location: Location, file: io.RawIOBase) -> Iterator[bytes]:
    try:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
    except OSError as error:
        raise reading_failed(location, error) from error
