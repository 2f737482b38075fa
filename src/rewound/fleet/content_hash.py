"""The SHA-256 of a dump's file, without reading the file again each time.

A hash is remembered for a file as it was: path, device, inode, size and times. It is remembered
only if the file had been unchanged for a while: a change within the resolution of the file
system's clock would not show in its times.
"""

import hashlib
import io
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rewound.dump.file.opening import open_dump, reading_failed, unreadable
from rewound.errors import DumpError, Interrupted
from rewound.files.json_files import decode, encode, write_file

_CHUNK_BYTES = 1 << 20
_QUIET_NS = 2_000_000_000
"""How old the last change must be: the coarsest clock of a file system (FAT) has 2 s."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A file at one moment; any change of it gives another one."""

    path: Path
    device: int
    inode: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int

    def was_quiet(self, now_ns: int) -> bool:
        """Tell whether its last change is old enough to show in its times."""
        return now_ns - max(self.mtime_ns, self.ctime_ns) > _QUIET_NS


@dataclass(frozen=True, slots=True)
class _Remembered:
    identity: Identity
    sha256: str


class HashMemory:
    """Guards a folder of remembered hashes, one small file for each path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def identify(self, path: Path) -> Identity:
        """Return the current identity of a file.

        Raises:
            DumpError: it cannot be looked at.
        """
        absolute = path.absolute()
        try:
            stat = absolute.stat()
        except OSError as error:
            raise unreadable(path, error) from error
        return Identity(
            absolute, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
        )

    def find_sha256(self, path: Path) -> str | None:
        """Return the hash of a file's bytes if it is remembered.

        Raises:
            DumpError: it cannot be looked at.
        """
        return self._recall(self.identify(path))

    def get_sha256(self, path: Path, *, cancelled: threading.Event | None = None) -> str:
        """Return the hash of a file's bytes, remembered or computed.

        Raises:
            DumpError: it cannot be read.
            Interrupted: `cancelled` was set.
        """
        identity = self.identify(path)
        if (known := self._recall(identity)) is not None:
            return known
        started_ns = time.time_ns()
        digest = hashlib.sha256()
        with open_dump(path) as file:
            for chunk in _iter_chunks(path, file):
                if cancelled is not None and cancelled.is_set():
                    raise Interrupted(f"reading {path} was interrupted")
                digest.update(chunk)
        self.remember(identity, digest.hexdigest(), read_from_ns=started_ns)
        return digest.hexdigest()

    def remember(self, identity: Identity, sha256: str, *, read_from_ns: int) -> None:
        """Keep the hash of a file that was read from a time on, if it can be relied on."""
        try:
            if not identity.was_quiet(read_from_ns) or self.identify(identity.path) != identity:
                return
        except DumpError:
            return  # it has gone since
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_file(self._file(identity.path), encode(_Remembered(identity, sha256)))
        except OSError:
            return  # the next one computes it again

    def _recall(self, identity: Identity) -> str | None:
        try:
            remembered = decode(self._file(identity.path).read_bytes(), _Remembered)
        except (OSError, ValueError):
            return None
        return remembered.sha256 if remembered.identity == identity else None

    def _file(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()}.json"


def _iter_chunks(path: Path, file: io.FileIO) -> Iterator[bytes]:
    try:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
    except OSError as error:
        raise reading_failed(path, error) from error
