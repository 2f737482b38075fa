"""The files under a source, whatever links lead to them.

Nothing is left out in silence: what is not searched is returned with the reason.
"""

import os
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rewound.catalog.dump import NotUnderstood
from rewound.catalog.foreign_folders import find_foreign_folder
from rewound.errors import CatalogError

FileId = tuple[int, int]
"""Device and inode: what two hard links to one file have in common."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A regular file under the source."""

    path: Path
    """Where it is."""
    relative: PurePosixPath
    """Its path seen from the source; the bare name if the source is this file."""
    size_bytes: int
    """Its size."""
    file_id: FileId
    """Which file it is, under whatever name."""


@dataclass(slots=True)
class _Walk:
    """What the walk has seen so far."""

    source: Path
    files: list[SourceFile] = field(default_factory=list)
    passed_over: list[NotUnderstood] = field(default_factory=list)
    links: deque[Path] = field(default_factory=deque)
    first_paths: dict[FileId, Path] = field(default_factory=dict)

    def add_folder(self, folder: Path) -> None:
        """Take in a folder and all below it; links are kept for later."""
        self.first_paths[_file_id(folder.stat())] = folder
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        if reason := find_foreign_folder([entry.name for entry in entries]):
            self.pass_over(folder, reason)
            return
        for entry in entries:
            path = folder / entry.name
            if entry.is_symlink():
                self.links.append(path)
            elif not entry.is_dir(follow_symlinks=False):
                self.add_file(path)
            elif entry.name.startswith("."):
                self.pass_over(path, "a hidden folder, not searched")
            elif entry.name == "lost+found":
                # Every ext4 mount point has one, and only root may look into it.
                self.pass_over(path, "the file system's own folder, not searched")
            else:
                self.add_folder(path)

    def add_file(self, path: Path) -> None:
        """Take in a file."""
        if not path.is_file():
            self.pass_over(path, "neither a file nor a folder")
            return
        stat = path.stat()
        relative = path.relative_to(self.source) if path != self.source else path.name
        self.files.append(
            SourceFile(path, PurePosixPath(relative), stat.st_size, _file_id(stat)),
        )
        self.first_paths.setdefault(_file_id(stat), path)

    def add_link(self, path: Path) -> None:
        """Take in what a link leads to, unless it is there under its own name."""
        try:
            first_path = self.first_paths.get(_file_id(path.stat()))
        except OSError as error:
            self.pass_over(path, f"a link that leads nowhere: {error.strerror}".lower())
            return
        if first_path is not None:
            self.pass_over(path, f"a link to {first_path}, which counts under its own name")
        elif path.is_dir():
            self.add_folder(path)
        else:
            self.add_file(path)

    def pass_over(self, path: Path, reason: str) -> None:
        """Remember what is no file to be looked at, and why."""
        self.passed_over.append(NotUnderstood(path, reason))


def list_files(source: Path) -> tuple[tuple[SourceFile, ...], tuple[NotUnderstood, ...]]:
    """Return all files under the source, sorted by path, and what was passed over.

    Links are followed last, so that a file counts under its own name rather than as
    `latest`, and no link leads in circles.

    Raises:
        CatalogError: the source does not exist, or something in it cannot be read. A part
            that cannot be read may hold the very dump that is asked for.
    """
    walk = _Walk(source)
    try:
        if not source.exists():
            raise CatalogError(
                f"no folder {source}", hint="check the path; SOURCE is the folder of the dumps"
            )
        if source.is_dir():
            walk.add_folder(source)
        elif source.is_file():
            walk.add_file(source)
        else:
            raise CatalogError(
                f"{source} is neither a folder nor a file", hint="SOURCE is the folder of the dumps"
            )
        while walk.links:
            walk.add_link(walk.links.popleft())
    except OSError as error:
        path = error.filename or source
        raise CatalogError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}",
            hint=f"see `ls -ld {path}`; reading a folder needs its r and x permissions",
        ) from error
    files = sorted(walk.files, key=lambda file: file.relative)
    return tuple(files), tuple(walk.passed_over)


def _file_id(stat: os.stat_result) -> FileId:
    return stat.st_dev, stat.st_ino
