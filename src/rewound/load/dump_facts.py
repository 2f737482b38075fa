"""What the ledger keeps of a dump as it was read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One of several files of a dump, as it was read."""

    name: str
    sha256: str
    file_bytes: int
    first_line: int
    """The line of the dump that it begins on; the lines of all files are counted through."""


@dataclass(frozen=True, slots=True)
class DumpFacts:
    """The dump as it was read."""

    path: str
    """Where it is: its file, or the folder of its files."""
    sha256: str
    """Of the compressed or uncompressed file on disk, in hexadecimal; of several files, of a list
    of theirs: see `rewound.dump.file.hashes`."""
    file_bytes: int
    text_bytes: int
    """After decompression."""
    producer: str | None
    """The program that made the dump, according to its first comment."""
    source_server: str | None
    """Version of the dumped server, according to the dump."""
    completed_at: datetime | None
    """Time of the closing line, in the zone of the dump's host, read as UTC."""
    is_whole: bool | None
    """Whether the closing line is present; None for programs that write none."""
    positions: tuple[str, ...]
    """Binary log position and GTID set, as the dump states them."""
    dumps: int = 1
    """How many dumps the file holds, one after the other."""
    unproven: str | None = None
    """Which of several dumps is not proven to be complete."""
    sha256_of: str | None = None
    """What the hash is of; None if it is that of one file."""
    parts: tuple[PartFacts, ...] = ()
    """Its files, in the order in which they were loaded, if there are several."""

    def describe_line(self, line: int) -> str:
        """Return where a line is, in words."""
        return describe_line(self.parts, line)


def describe_line(parts: Sequence[PartFacts], line: int) -> str:
    """Return where a line of a dump is, in words.

    >>> describe_line([PartFacts("a.sql", "", 9, 1), PartFacts("b.sql", "", 9, 10)], 11)
    'line 2 of b.sql'
    """
    if not parts:
        return f"line {line}"
    part = [each for each in parts if each.first_line <= line][-1]
    return f"line {line - part.first_line + 1} of {part.name}"
