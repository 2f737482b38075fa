"""Which of the rows that changed are kept, in bounded memory: the first, or the largest. Pure."""

import enum
import heapq
from collections.abc import Sequence
from decimal import Decimal

from rewound.diff.rows.canonical_form import ColumnPair
from rewound.diff.rows.deltas import find_deltas
from rewound.diff.rows.row_changes import RowChange


class SampleOrder(enum.Enum):
    """Which rows come first; among equals the one that is found first."""

    FOUND = "found"
    """As they are found: by the key, if there is one."""
    RISE = "rise"
    """Whose number rose most."""
    FALL = "fall"
    """Whose number fell most."""
    SIZE = "size"
    """Whose number changed most, up or down."""


class RowSample:
    """Keeps some of the rows of one table that changed."""

    def __init__(self, most: int, order: SampleOrder) -> None:
        self._most = most
        self._order = order
        self._found = 0
        self._kept: list[tuple[bool, Decimal, int, RowChange]] = []
        """A heap, the row that gives way first on top."""

    def take(self, change: RowChange, columns: Sequence[ColumnPair]) -> None:
        """Add a row, and drop one if there are too many; rows without a number come last."""
        if not self._most or (self._order is SampleOrder.FOUND and len(self._kept) == self._most):
            return
        rank = self._rank(change, columns)
        self._found += 1
        entry = (rank is not None, rank or Decimal(), -self._found, change)
        if len(self._kept) < self._most:
            heapq.heappush(self._kept, entry)
        elif entry[:3] > self._kept[0][:3]:
            heapq.heapreplace(self._kept, entry)

    def rows(self) -> tuple[RowChange, ...]:
        """Return the rows that were kept, the one that comes first first."""
        return tuple(entry[3] for entry in sorted(self._kept, key=lambda each: each[:3])[::-1])

    def _rank(self, change: RowChange, columns: Sequence[ColumnPair]) -> Decimal | None:
        """Return a number that is larger the earlier a row comes; None if nothing tells."""
        if self._order is SampleOrder.FOUND:
            return None
        deltas = find_deltas(change, columns).values()
        match self._order:
            case SampleOrder.RISE:
                return max(deltas, default=None)
            case SampleOrder.FALL:
                return max((-delta for delta in deltas), default=None)
            case _:
                return max(map(abs, deltas), default=None)
