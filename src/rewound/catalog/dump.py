"""The values of the catalog: a dump, and all the dumps that one source holds.

Times are kept in UTC. Python compares two times of one zone by their clocks alone, which
is wrong around a change to or from summer time.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from rewound.catalog.logs.binary_log import BinaryLog
from rewound.catalog.source import Source
from rewound.dump.file.location import DumpFiles, DumpPart, Location


class TimeSource(Enum):
    """Where a dump's time comes from; a file's modification time never counts."""

    NAME = "name"
    """The name of the file, or of a folder that it is in."""
    CLOSING_LINE = "closing line"
    """The dump's own last line, `-- Dump completed on ...`."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One logical backup file of one world."""

    world: str
    """The world's name; it is safe as the name of a folder."""
    taken_at: datetime
    """When the dump was taken, in UTC."""
    location: Location
    """Where the file is."""
    size_bytes: int
    """The size of the file on disk, compressed or not."""
    time_source: TimeSource
    """What `taken_at` was read from."""
    day_only: bool = False
    """The name has no time of day: `taken_at` is the start of a day, or of a week."""
    open_days: int = 1
    """How many days from `taken_at` on the name may mean, if it is `day_only`."""
    other_at: datetime | None = None
    """What else its time may mean, in UTC, where clocks change: later, if they show it twice;
    earlier, if they never show it."""
    parts: tuple[DumpPart, ...] = ()
    """Its files in the order in which they are loaded, if it is not the one file."""
    identities: tuple[Path, ...] = ()
    """Files with keys that decrypt it."""
    proof: Location | None = None
    """The file that says that all parts are complete, as `metadata` of mydumper does; None if their
    closing lines say it."""
    doubt: str | None = None
    """What the user should know before trusting it, such as a database that it lacks."""

    @property
    def files(self) -> DumpFiles:
        """What a restore reads."""
        parts = self.parts or (DumpPart(self.location),)
        return DumpFiles(self.location, parts, self.identities, self.proof)


NO_TIME = "no time in the name, and no closing line"
"""The reason for a file without any sign of its time or its completeness."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A file or folder that is not a dump, and why."""

    location: Location
    """Where it is."""
    reason: str
    """Why it gives no dump, as shown to the user."""
    is_known: bool = False
    """Whether the reason is what it is: a binary log of a world without dumps."""

    @property
    def sentence(self) -> str:
        """What a warning says of it."""
        verb = "is" if self.is_known else "is not understood:"
        return f"{self.location} {verb} {self.reason}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that can be read in two ways, so that the user has to decide."""

    worlds: frozenset[str]
    """The worlds that it concerns."""
    text: str
    """What is in doubt."""
    hint: str
    """The options that settle it."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The dumps of one source, and everything in it that is not understood."""

    source: Source
    """The folder or file that was searched."""
    dumps: tuple[Dump, ...]
    """By world in natural order, then oldest first."""
    not_understood: tuple[NotUnderstood, ...]
    """By path; every file of the source is here, in `dumps` or in `logs`."""
    warnings: tuple[str, ...]
    """What the user should know before trusting the choice of a dump."""
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    """World to reason, where one name may stand for several worlds: choosing refuses these."""
    ambiguous_patterns: Mapping[str, str] = field(default_factory=dict)
    """The patterns that would settle `ambiguous`, with the worlds that each makes."""
    doubts: tuple[Doubt, ...] = ()
    """What the user has to decide before anything is restored."""
    logs: tuple[BinaryLog, ...] = ()
    """The binary logs of these worlds, in no order."""

    @property
    def worlds(self) -> tuple[str, ...]:
        """The names of all worlds that have a dump, in natural order."""
        return sort_naturally({dump.world for dump in self.dumps})

    def only(self, worlds: Sequence[str]) -> "Catalog":
        """Return the catalog without the dumps of all other worlds."""
        return replace(
            self,
            dumps=tuple(dump for dump in self.dumps if dump.world in worlds),
            logs=tuple(log for log in self.logs if log.world in worlds),
            ambiguous={w: reason for w, reason in self.ambiguous.items() if w in worlds},
            doubts=tuple(doubt for doubt in self.doubts if doubt.worlds & set(worlds)),
        )


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts host2 before host10."""
    return tuple(
        (0, int(part), part) if part[0] in "0123456789" else (1, 0, part)
        for part in re.findall(r"[0-9]+|[^0-9]+", name)
    )


def sort_naturally(names: set[str]) -> tuple[str, ...]:
    """Return the names in natural order."""
    return tuple(sorted(names, key=natural_key))
