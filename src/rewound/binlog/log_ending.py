"""How a file ends: closed by its server, or not."""

from dataclasses import dataclass

from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.malformed import MalformedEvent

_POSITION_BYTES = 8


@dataclass(frozen=True, slots=True)
class LogEnding:
    """The end of a file that ends between two transactions."""

    position: int
    """The length of the file."""
    next_name: str | None
    """The file that follows, where the server went on with another one (ROTATE)."""
    is_stopped: bool
    """Whether the server was shut down (STOP)."""

    @property
    def is_closed(self) -> bool:
        """Whether the file is complete; if not, it was in use, or its end is missing."""
        return self.is_stopped or self.next_name is not None


def read_rotate(body: bytes) -> str:
    """Return the name of the next file out of a ROTATE event.

    Raises:
        MalformedEvent: there is none.
    """
    name = body[_POSITION_BYTES:].decode("utf-8", "surrogateescape")
    if not name or "\0" in name:
        raise MalformedEvent("the ROTATE event names no file")
    return name


ENDING_KINDS = frozenset({EventKind.ROTATE, EventKind.STOP})
"""The events that close a file."""
