"""What a file's first lines say, and files that are one dump by their names. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import DumpPart, Location


@dataclass(frozen=True, slots=True)
class Subject:
    """The database and table that a dump names in its first lines."""

    database: str | None
    """The one database of its header."""
    table: str | None
    """The first table that it creates."""


ReadSubject = Callable[[Location], Subject | None]
ReadStart = Callable[[Location], bytes]
"""Returns the first bytes of a file's text; none if it cannot be read."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files that are one dump, before its world and time are read from the name of their folder."""

    file: SourceFile
    """What stands for them: their folder, by the path that names world and time."""
    parts: tuple[DumpPart, ...]
    """In the order in which they are loaded."""
    part_names: tuple[str, ...]
    """What a part is called that another moment may miss: a table, or a database."""
    databases: tuple[str, ...]
    """The databases that it fills."""
    timed: tuple[Location, ...] = ()
    """The files whose closing lines have its time, the last one first."""
    finished_at: datetime | None = None
    """When it was finished, if a file of the folder says so."""
    proof: Location | None = None
    """The file that says that it was finished, and has been read."""
    is_named_by_database: bool = False
    """Whether the folder has the name of the database, so that it names no world."""
