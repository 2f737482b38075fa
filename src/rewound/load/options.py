"""What the user decides about a load. Pure."""

import enum
from dataclasses import dataclass
from datetime import datetime

from rewound.dump.judging.dump_filter import DumpFilter

LARGE_TABLE_BYTES = 1 << 17
"""A table with more INSERT text than this goes to the workers. Below it, the queries to the server
(about 5 ms) cost more than they save.
"""


class LoadMethod(enum.Enum):
    """How rows get into a server. The result is the same; `plain` proves that."""

    FAST = "fast"
    """Large tables over several connections, as fields if that means the same, indexes last."""
    PLAIN = "plain"
    """Each statement verbatim, in the dump's order and in one session: nothing is gathered, cut,
    sent as fields or by another connection, and no key is dropped. Only statements that the server
    refuses in their place wait for the end, as by `view-later`.
    """


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How the user wants a dump to be loaded."""

    schema: str | None = None
    """The database for objects for which the dump names none."""
    allow_unfinished: bool = False
    """Accept a dump whose end cannot be proven."""
    allowed: frozenset[str] = frozenset()
    """The rules of `ALLOWABLE` that may apply, by name."""
    dump_filter: DumpFilter = DumpFilter()  # noqa: RUF009 - frozen value
    """The part of the dump to restore."""
    check_foreign_keys: bool = False
    """Look up every row's foreign keys after the load."""
    verify_images: bool = True
    """Compare each row that binary logs update or delete with what they have from before."""
    time_zone: str = "+00:00"
    """The zone that the server is started in: it applies to times in dumps that set none."""
    method: LoadMethod = LoadMethod.FAST
    large_table_bytes: int = LARGE_TABLE_BYTES
    """How much text makes a table large for the fast method."""
    keys_later: bool = False
    """Build secondary keys only when the rows of all tables are in, and tell when that is."""
    trigger_timeout_s: float = 600.0
    """How long one statement that fires triggers may take: they may never end."""
    now: datetime | None = None
    """What NOW() returns until the dump sets another time; None means the start of the load."""
