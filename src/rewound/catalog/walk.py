"""The files under a source, each once, whatever links lead to it.

Nothing is left out in silence: what is not searched is returned with the reason.
"""

import os
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rewound.catalog.dump import NotUnderstood
from rewound.errors import CatalogError

_FileId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file under the source."""

    path: Path
    """Where it is."""
    relative: PurePosixPath
    """Its path seen from the source; the bare name if the source is this file."""
    size_bytes: int
    """Its size."""


@dataclass(slots=True)
class _Walk:
    """What the walk has seen so far."""

    source: Path
    files: dict[_FileId, SourceFile] = field(default_factory=dict)
    folders: dict[_FileId, Path] = field(default_factory=dict)
    passed_over: list[NotUnderstood] = field(default_factory=list)
    links: deque[Path] = field(default_factory=deque)

    def add_folder(self, folder: Path) -> None:
        """Take in a folder and all below it; links are kept for later."""
        self.folders[_file_id(folder.stat())] = folder
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            raise _unreadable(folder, error) from error
        for entry in entries:
            path = folder / entry.name
            if entry.is_symlink():
                self.links.append(path)
            elif not entry.is_dir(follow_symlinks=False):
                self.add_file(path)
            elif entry.name.startswith("."):
                self.pass_over(path, "a hidden folder, not searched")
            elif entry.name == "lost+found":
                # Every mount point of ext4 has one, and only root may look into it.
                self.pass_over(path, "the file system's own folder, not searched")
            else:
                self.add_folder(path)

    def add_file(self, path: Path) -> None:
        """Take in a file, unless it is known under another name."""
        try:
            stat = path.stat()
        except OSError as error:
            self.pass_over(path, f"cannot be read: {error.strerror}")
            return
        known = self.files.get(_file_id(stat))
        if not path.is_file():
            self.pass_over(path, "neither a file nor a folder")
        elif known is not None:
            self.pass_over(path, f"the same file as {known.path}")
        else:
            relative = path.relative_to(self.source) if path != self.source else path.name
            self.files[_file_id(stat)] = SourceFile(path, PurePosixPath(relative), stat.st_size)

    def add_link(self, path: Path) -> None:
        """Take in what a link leads to."""
        if not path.is_dir():
            self.add_file(path)
            return
        known = self.folders.get(_file_id(path.stat()))
        if known is not None:
            self.pass_over(path, f"the same folder as {known}")
        else:
            self.add_folder(path)

    def pass_over(self, path: Path, reason: str) -> None:
        """Remember what is no file to be looked at, and why."""
        self.passed_over.append(NotUnderstood(path, reason))


def list_files(source: Path) -> tuple[tuple[SourceFile, ...], tuple[NotUnderstood, ...]]:
    """Return all files under the source, sorted by path, and what was passed over.

    Links are followed last, so that a file counts under its own name and not as `latest`,
    and so that no link leads in circles.

    Raises:
        CatalogError: the source does not exist, or a folder cannot be read.
    """
    walk = _Walk(source)
    try:
        is_folder = source.is_dir()
        if not is_folder and not source.exists():
            raise CatalogError(
                f"no folder {source}", hint="check the path; SOURCE is the folder of the dumps"
            )
    except OSError as error:
        raise _unreadable(source, error) from error
    if is_folder:
        walk.add_folder(source)
    elif source.is_file():
        walk.add_file(source)
    else:
        raise CatalogError(
            f"{source} is neither a folder nor a file", hint="SOURCE is the folder of the dumps"
        )
    while walk.links:
        walk.add_link(walk.links.popleft())
    files = sorted(walk.files.values(), key=lambda file: file.relative)
    return tuple(files), tuple(walk.passed_over)


def _file_id(stat: os.stat_result) -> _FileId:
    return stat.st_dev, stat.st_ino


def _unreadable(path: Path, error: OSError) -> CatalogError:
    return CatalogError(
        f"{path} cannot be read: {(error.strerror or str(error)).lower()}",
        hint=f"see `ls -ld {path}`; reading a folder needs its r and x permissions",
    )
