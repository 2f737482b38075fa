"""A root file system as one tar archive, for an image that is imported.

It is plain: no sparse files, which BuildKit refuses, no times, and everything root's.
Folders are the exception, which a server has to write to: their owner can be named.
"""

import os
import tarfile
from io import BytesIO
from pathlib import Path
from typing import IO


class RootTar:
    """Writes an image's root file system, with the folders above whatever is added."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w")
        self._folders = {Path()}

    def close(self) -> None:
        """Write the end of the archive."""
        self._tar.close()

    def add_folder(self, path: Path, *, mode: int = 0o755, owner: int = 0) -> None:
        """Add a folder, unless it is there."""
        if path not in self._folders:
            self._folders.add(path)
            self._add(path, tarfile.DIRTYPE, mode=mode, owner=owner)

    def add_link(self, path: Path, target: str) -> None:
        """Add a symbolic link."""
        self._add(path, tarfile.SYMTYPE, target=target)

    def add_bytes(self, path: Path, content: bytes) -> None:
        """Add a file that holds these bytes."""
        self._add(path, tarfile.REGTYPE, mode=0o644, size=len(content), file=BytesIO(content))

    def add_file(self, path: Path, source: Path) -> None:
        """Add a copy of a file with its mode, or of the file that a link points to."""
        with source.open("rb") as file:
            stat = os.fstat(file.fileno())
            mode = stat.st_mode & 0o777
            self._add(path, tarfile.REGTYPE, mode=mode, size=stat.st_size, file=file)

    def _add(
        self,
        path: Path,
        kind: bytes,
        *,
        mode: int = 0o777,
        owner: int = 0,
        target: str = "",
        size: int = 0,
        file: IO[bytes] | None = None,
    ) -> None:
        self.add_folder(path.parent)
        entry = tarfile.TarInfo(str(path))
        entry.type, entry.mode, entry.linkname, entry.size = kind, mode, target, size
        entry.uid = entry.gid = owner
        self._tar.addfile(entry, file)
