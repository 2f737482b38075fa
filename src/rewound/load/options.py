"""What the user decides about a load. Pure."""

import enum
from dataclasses import dataclass
from datetime import datetime

from rewound.dump.judging.dump_filter import DumpFilter

LARGE_TABLE_BYTES = 1 << 17
"""A table whose INSERTs have more text than this goes to the workers. Below it the questions
to the server (some 5 ms) cost more than they save."""


class LoadMethod(enum.Enum):
    """How rows get into a server. The outcome is the same; `plain` is what proves it."""

    FAST = "fast"
    """Large tables over several connections, as fields where that is the same, indexes last."""
    PLAIN = "plain"
    """Each statement as it stands, in the dump's order and one session: nothing is gathered, cut,
    sent as fields or by another connection, and no key is taken away. What waits for the end
    is only what the server refuses at its place, as by `view-later`."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How the user wants a dump to be taken."""

    schema: str | None = None
    """Where objects go that the dump names no database for."""
    allow_unfinished: bool = False
    """Accept a dump whose end cannot be proven."""
    allowed: frozenset[str] = frozenset()
    """The rules of `ALLOWABLE` that may apply, by name."""
    dump_filter: DumpFilter = DumpFilter()  # noqa: RUF009 - frozen value
    """The part of the dump to restore."""
    check_foreign_keys: bool = False
    """Look every row's foreign keys up when all is loaded."""
    time_zone: str = "+00:00"
    """The zone that the server is started in: that of times in dumps that set none."""
    method: LoadMethod = LoadMethod.FAST
    large_table_bytes: int = LARGE_TABLE_BYTES
    """From how much text on the fast method treats a table as a large one."""
    trigger_timeout_s: float = 600.0
    """How long one statement may take that fires triggers, which need never end."""
    now: datetime | None = None
    """What NOW() is until the dump sets another time; None for when the load begins."""
