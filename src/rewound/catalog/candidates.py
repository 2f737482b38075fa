"""The files of a source while their names are read; shared by `discover` and `questions`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from pathlib import PurePosixPath

from rewound.catalog.dump import Dump
from rewound.catalog.naming.names import ParsedName
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import Location
from rewound.errors import DumpError

ReadClosingTime = Callable[[Location], datetime | None]
"""Returns the aware time of a dump's closing line, or None if there is none."""


@dataclass(frozen=True, slots=True)
class NamedDump:
    """A dump, with what its name says."""

    dump: Dump
    name: ParsedName
    file: SourceFile
    part_names: tuple[str, ...] = ()
    """What its parts are called, if it has several that another moment may miss."""


@dataclass(frozen=True, slots=True)
class CandidateFiles:
    """The files of a source that may be dumps, and what is needed to read their names."""

    files: Sequence[SourceFile]
    """By path."""
    timezone: tzinfo
    """Applies to times in names that state no zone."""
    today: date
    """No dump can be from a later day."""
    read_closing_time: ReadClosingTime

    def find_closing_time(self, location: Location) -> datetime | None:
        """Return the time of the closing line; None if it is absent or cannot be read."""
        try:
            return self.read_closing_time(location)
        except DumpError:
            return None

    def with_parts(self, named: Iterable[NamedDump]) -> "CandidateFiles":
        """Return the same for dumps of several files, whose times the last of these has."""
        known = {file.location for file in self.files}
        last = {
            entry.dump.location: entry.dump.parts[-1].location
            for entry in named
            if entry.dump.parts and entry.dump.location not in known
        }
        read = self.read_closing_time
        return replace(self, read_closing_time=lambda each: read(last.get(each, each)))

    @property
    def names(self) -> list[PurePosixPath]:
        """The paths of all files, relative to the source."""
        return [file.relative for file in self.files]
