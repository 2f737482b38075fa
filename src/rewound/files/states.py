"""The size and times by which an unchanged file is recognised."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileState:
    """Size and time of a file; both stay where nobody writes to it."""

    size_bytes: int
    written_at_ns: int
    """Its time of modification, since 1970."""
