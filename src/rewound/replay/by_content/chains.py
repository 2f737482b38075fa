"""How one row, or one table, changes over the logs, and at which places it is as in the dump. Pure.

A boundary is a place between two transactions, by the number of the transaction after it. An era
is a run of boundaries in which nothing but the logged rows changes a table. Within an era a row has
a chain of images; what the dump has of it fits some places of the chain and no other.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple


class Boundaries(NamedTuple):
    """Boundaries that follow each other, both ends included."""

    first: int
    last: int


class RowImage(NamedTuple):
    """What a log states of a row at one place."""

    known: int
    """The columns that it states, one bit each; none of a row that is not there."""
    digest: bytes
    """Of their values."""


ABSENT = RowImage(0, b"")
"""The image of a row that is not there."""


class Touch(NamedTuple):
    """What one transaction did to a row."""

    transaction: int
    """Its number."""
    before: RowImage | None
    """The row before it; None where the log does not state it."""
    after: RowImage | None
    """The row after it."""


class Chain:
    """One row over one era."""

    __slots__ = ("era", "misfits", "touches")

    def __init__(self, first: int) -> None:
        """Begin with an era from this boundary on, whose end is still open."""
        self.era = Boundaries(first, first)
        self.touches: list[Touch] = []
        self.misfits: list[Boundaries] = []
        """The boundaries at which the dump's row does not fit, in order; known once settled."""

    def add(self, touch: Touch) -> None:
        """Add what a transaction did; of several in one transaction, only the ends are kept."""
        if self.touches and self.touches[-1].transaction == touch.transaction:
            touch = touch._replace(before=self.touches.pop().before)
        self.touches.append(touch)

    def settle(
        self, last: int, is_here: Callable[[RowImage], bool], *, may_vanish: bool = False
    ) -> None:
        """Decide where the row fits; `last` is the end of the era, `is_here` knows the dump's row.

        A row that `may_vanish` can be deleted by a transaction that changes others.
        """
        self.era = Boundaries(self.era.first, last)
        self.misfits = []
        is_gone = may_vanish and is_here(ABSENT)
        first, after = self.era.first, None
        for touch in (*self.touches, Touch(last, None, None)):
            end, before = touch.transaction, touch.before
            has_come = after is None or is_here(after)
            goes_on = before is None or is_here(before)
            if not (has_come or is_gone) or not (goes_on or (may_vanish and before == ABSENT)):
                self._exclude(first, end)
            elif not has_come:
                self._exclude(first, first)  # right after the touch, it cannot have vanished
            elif not goes_on:
                self._exclude(end, end)  # it would have to vanish before the touch
            first, after = end + 1, touch.after

    def _exclude(self, first: int, last: int) -> None:
        if self.misfits and self.misfits[-1].last + 1 == first:
            first = self.misfits.pop().first
        self.misfits.append(Boundaries(first, last))

    def fits_at(self, boundary: int) -> bool:
        """Tell whether the dump's row fits a boundary; so it does outside of the era."""
        return all(not span.first <= boundary <= span.last for span in self.misfits)

    def find_reach(self) -> tuple[Boundaries, Boundaries]:
        """Return where the row was changed before, and where it is changed after, in the era."""
        touches = self.touches
        return (
            Boundaries(touches[0].transaction + 1, self.era.last),
            Boundaries(self.era.first, touches[-1].transaction),
        )

    def find_limits(self) -> tuple[Boundaries | None, Boundaries | None]:
        """Return where the row shows that the dump is not earlier, and where that it is not later.

        That is from the first boundary on that fits, if it is not the era's first; and up to the
        last one, if it is not the era's last.
        """
        first, last = self.era
        if self.misfits and self.misfits[0].first == first:
            first = self.misfits[0].last + 1
        if self.misfits and self.misfits[-1].last == last:
            last = self.misfits[-1].first - 1
        if first > last:
            return None, None
        return (
            Boundaries(first, self.era.last) if first > self.era.first else None,
            Boundaries(self.era.first, last) if last < self.era.last else None,
        )


class Fit(NamedTuple):
    """Where the dump fits best."""

    misfits: int
    """How many chains do not fit there; 0 where all do."""
    spans: tuple[Boundaries, ...]
    """All boundaries with so few, in order."""


def find_fit(misfits: Iterable[Boundaries], within: Sequence[Boundaries]) -> Fit | None:
    """Return the boundaries, of these spans in order, that the fewest misfits cover.

    None: there are no boundaries.
    """
    changes: defaultdict[int, int] = defaultdict(int)
    for span in misfits:
        changes[span.first] += 1
        changes[span.last + 1] -= 1
    for span in within:
        changes[span.first] += 0
        changes[span.last + 1] += 0
    marks = sorted(changes)
    fewest, spans, count = 0, list[Boundaries](), 0
    remaining = iter(within)
    inside = next(remaining, None)
    for mark, following in pairwise(marks):
        count += changes[mark]
        while inside is not None and inside.last < mark:
            inside = next(remaining, None)
        if inside is None or mark < inside.first:
            continue
        span = Boundaries(mark, following - 1)
        if not spans or count < fewest:
            fewest, spans = count, [span]
        elif count == fewest:
            if spans[-1].last + 1 == mark:
                span = Boundaries(spans.pop().first, span.last)
            spans.append(span)
    return Fit(fewest, tuple(spans)) if spans else None


def unite(spans: Iterable[Boundaries]) -> list[Boundaries]:
    """Return spans that cover the same boundaries, in order, none next to another."""
    united: list[Boundaries] = []
    for span in sorted(spans):
        if span.last < span.first:
            continue
        if united and span.first <= united[-1].last + 1:
            united[-1] = Boundaries(united[-1].first, max(united[-1].last, span.last))
        else:
            united.append(span)
    return united


def intersect(some: Sequence[Boundaries], others: Sequence[Boundaries]) -> list[Boundaries]:
    """Return what two united lists of spans both cover."""
    common, at, other_at = [], 0, 0
    while at < len(some) and other_at < len(others):
        one, other = some[at], others[other_at]
        first, last = max(one.first, other.first), min(one.last, other.last)
        if first <= last:
            common.append(Boundaries(first, last))
        at, other_at = (at + 1, other_at) if one.last <= other.last else (at, other_at + 1)
    return common


def count_covering(spans: Iterable[Boundaries], boundaries: Sequence[int]) -> list[int]:
    """Return how many spans cover each of these boundaries."""
    firsts, lasts = [], []
    for span in spans:
        firsts.append(span.first)
        lasts.append(span.last)
    firsts.sort()
    lasts.sort()
    return [bisect_right(firsts, each) - bisect_left(lasts, each) for each in boundaries]
