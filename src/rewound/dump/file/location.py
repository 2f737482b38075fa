"""Where the bytes of a dump are: a file, several that make one, a member of an archive, an object.

Pure values. One world may be in several parts, such as one for each database or table; `DumpFiles`
is what a restore reads.
"""

import enum
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rewound.stores.remote_file import RemoteFile


@dataclass(frozen=True, slots=True, order=True)
class JoinedFiles:
    """Files that are one if they are joined in this order, as `split` made them."""

    pieces: tuple[Path | RemoteFile, ...]
    whole_name: str
    """The name of the file that they are."""

    def __str__(self) -> str:
        return f"{self.parent}/{self.whole_name}"

    @property
    def name(self) -> str:
        """The name of the file that they are."""
        return self.whole_name

    @property
    def suffix(self) -> str:
        """The ending of that name, with the dot."""
        return PurePosixPath(self.whole_name).suffix

    @property
    def parent(self) -> Path | RemoteFile:
        """The folder that they are in."""
        return self.pieces[0].parent


@dataclass(frozen=True, slots=True, order=True)
class ArchiveMember:
    """One file inside an archive; its name is never a path on this host."""

    archive: Path | RemoteFile | JoinedFiles
    member: str
    """Its name, as the archive has it."""
    size_bytes: int | None = None
    """Its size in the archive, not compressed; None if the archive does not say."""

    def __str__(self) -> str:
        return f"{self.archive}/{self.member}"

    @property
    def name(self) -> str:
        """The last part of its name."""
        return PurePosixPath(self.member).name

    @property
    def suffix(self) -> str:
        """The ending of its name, with the dot."""
        return PurePosixPath(self.member).suffix

    @property
    def parent(self) -> Path | RemoteFile | JoinedFiles:
        """The archive that it is in."""
        return self.archive


Location = Path | RemoteFile | JoinedFiles | ArchiveMember
"""Where the bytes of one part are; each has a `name`, a `suffix`, a `parent`, and is shown by
`str`."""


class Holds(enum.Enum):
    """What the text of a part is."""

    STATEMENTS = "statements"
    """SQL text, which is judged."""
    ROWS = "rows"
    """The rows of one table, as SELECT … INTO OUTFILE writes them."""


@dataclass(frozen=True, slots=True)
class DumpPart:
    """One part of a dump."""

    location: Location
    holds: Holds = Holds.STATEMENTS
    database: str | None = None
    """The database of all that names none; None if the text says it, or --schema."""
    table: str | None = None
    """The table whose rows it holds."""


@dataclass(frozen=True, slots=True)
class DumpFiles:
    """The files that hold one world as of one moment, in the order in which they are loaded."""

    location: Location
    """What stands for all of them in messages: the one file, or their folder."""
    parts: tuple[DumpPart, ...]
    identities: tuple[Path, ...] = ()
    """Files with keys that decrypt them."""
    proof: Location | None = None
    """A file that says that all of them were finished, as mydumper writes one."""

    def __str__(self) -> str:
        return str(self.location)

    @property
    def name(self) -> str:
        """The last part of the name."""
        return self.location.name


def one_file(location: Location, *, identities: tuple[Path, ...] = ()) -> DumpFiles:
    """Return a dump that is one file."""
    return DumpFiles(location, (DumpPart(location),), identities)


def list_pieces(location: Location) -> tuple[Path | RemoteFile, ...]:
    """Return the files that hold the bytes of a location."""
    if isinstance(location, ArchiveMember):
        return list_pieces(location.archive)
    if isinstance(location, JoinedFiles):
        return location.pieces
    return (location,)
