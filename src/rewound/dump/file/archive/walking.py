"""What walking through an archive yields, and the limits that hold in every kind of archive.

Pure. An archive is hostile: its names are never paths of this host, and what it states about
itself is bounded before it is kept.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from rewound.dump.file.compression import CorruptData

MOST_MEMBERS = 200_000
"""A world of 50,000 tables with a file for each one's definition and rows has half as many."""
LONGEST_NAME_BYTES = 4096
"""PATH_MAX of Linux."""
PIECE_BYTES = 1 << 18

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class ArchiveRefused(Exception):
    """The archive is whole, but nothing that a dump should be read from."""

    def __init__(self, reason: str, *, hint: str | None = None) -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file in an archive."""

    name: str
    """Its name, as the archive has it."""
    size_bytes: int | None
    """Its size, not compressed; None if it is stated only later."""
    problem: str | None = None
    """Why it cannot be read; None if it can."""


class ArchiveWalk(Protocol):
    """Goes through the files of one archive; everything else that it holds is passed over."""

    def next_entry(self) -> ArchivedFile | None:
        """Return the next file; None at the end, when all was proven to be whole.

        Raises:
            EOFError, CorruptData: it is cut off, or damaged.
            ArchiveRefused: it exceeds a limit, or can be read in two ways.
        """

    def read(self) -> bytes:
        """Return the next piece of this file; none at its end, where its checksum is proven."""

    def is_file(self, name: str) -> bool:
        """Tell, at the end, whether a name turned out to be that of a file after all."""


def check_name(name: str) -> str:
    """Return the name of a file in an archive, if it is one that can be shown.

    Raises:
        ArchiveRefused: it is empty, too long, or has control characters.
    """
    if not name or len(name) > LONGEST_NAME_BYTES:
        raise ArchiveRefused(f"has a file whose name has {len(name):,} characters")
    if _CONTROL.search(name):
        raise ArchiveRefused(f"has a file whose name has control characters: {name!a}")
    return name


class MemberCount:
    """Counts the members of an archive of whatever kind."""

    def __init__(self) -> None:
        self._count = 0

    def add(self) -> None:
        """Count one more.

        Raises:
            ArchiveRefused: there are too many.
        """
        self._count += 1
        if self._count > MOST_MEMBERS:
            raise ArchiveRefused(
                f"has more than {MOST_MEMBERS:,} members", hint="unpack it, and give the folder"
            )


def require_blank(data: bytes) -> None:
    """Raise CorruptData unless what follows an archive is padding."""
    if data.strip(b"\0"):
        raise CorruptData("other data follows the archive")
