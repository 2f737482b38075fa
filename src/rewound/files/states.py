"""The size and times by which an unchanged file is recognised."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileState:
    """Size and modification time of a file; both stay the same unless someone writes to it."""

    size_bytes: int
    written_at_ns: int
    """Its modification time, in nanoseconds since 1970."""
