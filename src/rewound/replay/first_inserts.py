"""What logs insert first into tables without a key, and how much of it was there before. Pure.

Such a table refuses no row that it has already. If it was dumped at a later moment than the dump's
position, it has the first rows that the logs insert, and gets them once more. An honest table may
get a row that it has as well; but several of them, where no two rows were alike, show it.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rewound.binlog.events.checksums import CHECKSUM_BYTES
from rewound.binlog.events.header import HEADER_BYTES, take_event
from rewound.binlog.events.kinds import INSERT_KINDS
from rewound.binlog.events.table_map import TableName
from rewound.binlog.rows.images import ImagePlans
from rewound.binlog.rows.row_counts import FoundRows
from rewound.binlog.rows.row_event import read_row_event
from rewound.figures import show_count

_MOST_ROWS = 100
"""Of one table, that are looked for."""
_FEWEST_DOUBLED = 3


class RowSearch(Protocol):
    """Who knows the rows that the tables have before a batch is applied."""

    def count_here(self, plans: ImagePlans, images: list[bytes]) -> int:
        """Return how many of these whole rows a table has."""

    def has_alike(self, plans: ImagePlans) -> bool:
        """Tell whether a table has two rows with the same values."""


class FirstRows(NamedTuple):
    """The first rows that the logs insert into one table, each once."""

    hashes: frozenset[int] = frozenset()
    """Of their images."""
    here: int = 0
    """How many of them were there before."""
    is_over: bool = False
    """Whether what follows shows nothing more."""

    @property
    def is_doubled(self) -> bool:
        """Whether the table has rows from after the dump's position."""
        return self.here >= _FEWEST_DOUBLED

    def __str__(self) -> str:
        return f"{self.here:,} of the first {show_count(len(self.hashes), 'row')}"


@dataclass(slots=True)
class _NewRows:
    """What a batch inserts into one table."""

    plans: ImagePlans
    images: dict[bytes, None]
    """In their order, each once."""
    is_last: bool = False
    """Whether what follows shows nothing more."""


class FirstInserts:
    """Follows the row events of tables without a key."""

    def __init__(self) -> None:
        self.tables: dict[TableName, FirstRows] = {}
        """What is known of each so far."""
        self._batch: dict[TableName, _NewRows] = {}

    def take(self, found: FoundRows) -> None:
        """Take in a row event of the batch.

        Raises:
            MalformedEvent: it is damaged.
        """
        event, plans, _ = found
        name = plans.table.name
        known = self.tables.get(name)
        if known is not None and known.is_over:
            return
        new = self._batch.setdefault(name, _NewRows(plans, {}))
        if not new.is_last:
            is_same = plans.table.columns == new.plans.table.columns
            new.is_last = not is_same or not _add_rows(new, event)

    def compare(self, search: RowSearch) -> dict[TableName, FirstRows]:
        """Look for the rows of the batch, which is applied next, and end it.

        Return the tables that were dumped too late. There, nothing is taken as known.
        """
        found = {name: self._look(name, new, search) for name, new in self._batch.items()}
        self._batch.clear()
        doubled = {name: first for name, first in found.items() if first.is_doubled}
        if not doubled:
            self.tables.update(found)
        return doubled

    def forget(self) -> None:
        """Forget the batch: it is not applied."""
        self._batch.clear()

    def _look(self, name: TableName, new: _NewRows, search: RowSearch) -> FirstRows:
        known = self.tables.get(name, FirstRows())
        images = [image for image in new.images if hash(image) not in known.hashes]
        if name not in self.tables:
            first = images[:1]  # decides in nearly all tables
            if first and (not search.count_here(new.plans, first) or search.has_alike(new.plans)):
                return FirstRows(frozenset(map(hash, first)), is_over=True)
        here = search.count_here(new.plans, images) if images else 0
        asked = known.hashes.union(map(hash, images))
        is_over = new.is_last or here < len(images) or len(asked) >= _MOST_ROWS
        return FirstRows(asked, known.here + here, is_over)


def _add_rows(new: _NewRows, event: bytes) -> bool:
    """Add the rows of an event; tell whether more may follow."""
    if event[4] not in INSERT_KINDS:
        return False
    body = event[HEADER_BYTES:-CHECKSUM_BYTES]
    row_event = read_row_event(take_event(event, 0, has_checksum=True), body)
    if not row_event.is_full:
        return False
    for span in new.plans.iter_spans(row_event, body):
        if span.after is None or len(new.images) == _MOST_ROWS:
            return False
        new.images[body[slice(*span.after)]] = None
    return True
