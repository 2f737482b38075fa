"""Fitting the widths of a table's columns to the terminal. Pure."""

from bisect import bisect_right
from collections.abc import Sequence

LEAST = 8
"""A text column gives way to no fewer cells than this."""


def fit_widths(
    wanted: Sequence[int], gives_way: Sequence[bool], *, available: int, gap: int
) -> list[int]:
    """Return the widths of the columns that fit, from the first; there is always one.

    `wanted` is what each column's contents take, `gap` stands between two. The widest of
    those that give way become narrower together; where that is not enough, columns are left
    out from the end.

    >>> fit_widths([5, 40, 10], [False, True, False], available=40, gap=3)
    [5, 19, 10]
    """
    for count in range(len(wanted), 0, -1):
        widths = list(wanted[:count])
        places = [place for place in range(count) if gives_way[place] and widths[place] > LEAST]
        excess = sum(widths) + gap * (count - 1) - available
        if excess <= 0:
            return widths
        if excess <= sum(widths[place] - LEAST for place in places):
            narrowed = _narrow([widths[place] for place in places], excess)
            for place, width in zip(places, narrowed, strict=True):
                widths[place] = width
            return widths
    return [min(wanted[0], available)] if wanted else []


def _narrow(widths: Sequence[int], excess: int) -> list[int]:
    """Take `excess` cells from the widest columns, as if one by one from the widest of the moment.

    Finds the width that they come down to: a cell can hold millions of characters.
    """

    def taken(limit: int) -> int:
        return sum(max(0, width - limit) for width in widths)

    limits = range(LEAST, max(widths) + 1)
    limit = limits[bisect_right(limits, -excess, key=lambda limit: -taken(limit)) - 1]
    spare = taken(limit) - excess
    narrowed = []
    for width in reversed(widths):
        keeps_one = spare > 0 and width > limit
        spare -= keeps_one
        narrowed.append(min(width, limit + keeps_one))
    return narrowed[::-1]
