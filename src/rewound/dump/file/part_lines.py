"""Which part of a dump a line is in. Pure.

The lines of all parts are counted through, so that each statement of a dump has one number.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from rewound.dump.file.location import DumpFiles, DumpPart, Location


@dataclass(slots=True)
class PartLines:
    """Guards where the parts of a dump begin; it grows while they are read."""

    dump: DumpFiles
    _first_lines: list[int] = field(default_factory=list)
    _parts: list[DumpPart] = field(default_factory=list)

    def begin(self, part: DumpPart, first_line: int) -> None:
        """Record that a part begins."""
        self._first_lines.append(first_line)
        self._parts.append(part)

    def locate(self, line: int) -> tuple[Location, int]:
        """Return the file that a line is in, and its number there."""
        index = bisect_right(self._first_lines, line) - 1
        if index < 0:
            return self.dump.location, line
        return self._parts[index].location, line - self._first_lines[index] + 1

    @property
    def first_lines(self) -> Sequence[int]:
        """The line that each part begins on, of those that were begun."""
        return self._first_lines

    def describe(self, line: int) -> str:
        """Return where a line is, for a message that has not named the dump."""
        location, number = self.locate(line)
        return f"{location}, line {number}"

    def describe_shortly(self, line: int) -> str:
        """Return where a line is, for a message about this dump."""
        location, number = self.locate(line)
        return (
            f"line {number}" if len(self.dump.parts) == 1 else f"line {number} of {location.name}"
        )
