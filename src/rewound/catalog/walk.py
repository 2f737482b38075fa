"""Finding the files below a source, following links.

Nothing is skipped silently: what is not searched is returned with the reason.
"""

import errno
import os
import stat
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rewound.catalog.dump import NotUnderstood
from rewound.catalog.foreign_folders import find_foreign_folder
from rewound.dump.file.location import Location
from rewound.errors import CatalogError

_LEADS_NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})

FileId = tuple[int, int]
"""Device and inode: what two hard links to one file have in common."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file under the source, or one that cannot be examined."""

    location: Location
    """Where it is."""
    relative: PurePosixPath
    """Its path relative to the source; the bare name if the source is this file."""
    size_bytes: int
    """Its size; 0 if it cannot be examined."""
    file_id: FileId
    """Which file it is, whatever its name."""


@dataclass(slots=True)
class _Walk:
    """What the walk has seen so far."""

    source: Path
    files: list[SourceFile] = field(default_factory=list)
    passed_over: list[NotUnderstood] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    links: deque[Path] = field(default_factory=deque)
    first_paths: dict[FileId, Path] = field(default_factory=dict)

    def add_all(self) -> None:
        """Visit the folders that were found, and everything below them; links come last."""
        while self.folders or self.links:
            if self.folders:
                self.add_folder(self.folders.pop())
            else:
                self.add_link(self.links.popleft())

    def add_folder(self, folder: Path) -> None:
        """Visit a folder; folders in it are visited later, and links at the end."""
        self.first_paths[_file_id(folder.stat())] = folder
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        if reason := find_foreign_folder([entry.name for entry in entries]):
            self.pass_over(folder, reason)
            return
        for entry in entries:
            path = folder / entry.name
            if entry.is_symlink():
                self.links.append(path)
            elif not _is_folder(entry):
                self.add_file(path)
            elif entry.name.startswith("."):
                self.pass_over(path, "a hidden folder, not searched")
            elif entry.name == "lost+found":
                # Every ext4 mount point has one, and only root may look into it.
                self.pass_over(path, "the file system's own folder, not searched")
            else:
                self.folders.append(path)

    def add_file(self, path: Path) -> None:
        """Add a file."""
        try:
            found = path.stat()
        except OSError:
            self.add_unreadable(path)
            return
        if not stat.S_ISREG(found.st_mode):
            self.pass_over(path, "neither a file nor a folder")
            return
        file_id = _file_id(found)
        self.files.append(SourceFile(path, self._relative(path), found.st_size, file_id))
        self.first_paths.setdefault(file_id, path)

    def add_unreadable(self, path: Path) -> None:
        """Add a file of which only the name is known; opening it will report why.

        It may be the very dump that is asked for, so its world must not fall back to an older one.
        """
        file_id = (-1, len(self.files))
        self.files.append(SourceFile(path, self._relative(path), 0, file_id))

    def add_link(self, path: Path) -> None:
        """Add the target of a link, unless it is listed under its own name."""
        try:
            found = path.stat()
        except OSError as error:
            if error.errno in _LEADS_NOWHERE:
                self.pass_over(path, f"a broken symbolic link: {error.strerror}".lower())
            else:
                self.add_unreadable(path)
            return
        first_path = self.first_paths.get(_file_id(found))
        if first_path is not None:
            self.pass_over(path, f"a link to {first_path}, which is listed under its own name")
        elif stat.S_ISDIR(found.st_mode):
            self.folders.append(path)
        else:
            self.add_file(path)

    def _relative(self, path: Path) -> PurePosixPath:
        return PurePosixPath(path.relative_to(self.source) if path != self.source else path.name)

    def pass_over(self, path: Path, reason: str) -> None:
        """Record a path that is skipped, and why."""
        self.passed_over.append(NotUnderstood(path, reason))


def list_files(source: Path) -> tuple[tuple[SourceFile, ...], tuple[NotUnderstood, ...]]:
    """Return all files under the source, sorted by path, and what was passed over.

    Links are followed last, so that a file counts under its own name rather than as
    `latest`, and no link leads in circles.

    Raises:
        CatalogError: the source does not exist, or a folder in it cannot be read: it may hold
            the very dump that is asked for, of whatever world.
    """
    walk = _Walk(source)
    try:
        if not source.exists():
            raise CatalogError(
                f"no folder {source}", hint="check the path; SOURCE is the folder of the dumps"
            )
        if source.is_dir():
            walk.folders.append(source)
        elif source.is_file():
            walk.add_file(source)
        else:
            raise CatalogError(
                f"{source} is neither a folder nor a file", hint="SOURCE is the folder of the dumps"
            )
        walk.add_all()
    except OSError as error:
        path = error.filename or source
        raise CatalogError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}",
            hint=f"check `ls -ld {path}`; reading a folder requires r and x permissions",
        ) from error
    files = sorted(walk.files, key=lambda file: file.relative)
    return tuple(files), tuple(walk.passed_over)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # on file systems whose directory entries do not contain the type
        return False


def _file_id(found: os.stat_result) -> FileId:
    return found.st_dev, found.st_ino
