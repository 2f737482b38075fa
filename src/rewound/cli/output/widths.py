"""Fitting the widths of a table's columns to the terminal. Pure."""

from bisect import bisect_right
from collections.abc import Sequence

LEAST = 8
"""A text column does not become narrower than this."""


def fit_widths(
    wanted: Sequence[int],
    gives_way: Sequence[bool],
    *,
    available: int,
    gap: int,
    floors: Sequence[int] | None = None,
) -> list[int]:
    """Return the widths of the columns that fit, from the first on; there is always one.

    `wanted` is the width of each column's contents, `gap` the space between two. The widest
    flexible columns become narrower together, each down to its floor; if that is not enough,
    columns are left out from the end.

    >>> fit_widths([5, 40, 10], [False, True, False], available=40, gap=3)
    [5, 19, 10]
    """
    floors = [LEAST] * len(wanted) if floors is None else [max(LEAST, each) for each in floors]
    for count in range(len(wanted), 0, -1):
        widths = list(wanted[:count])
        places = [
            place for place in range(count) if gives_way[place] and widths[place] > floors[place]
        ]
        excess = sum(widths) + gap * (count - 1) - available
        if excess <= 0:
            return widths
        if excess <= sum(widths[place] - floors[place] for place in places):
            pairs = [(widths[place], floors[place]) for place in places]
            narrowed = _narrow(pairs, excess)
            for place, width in zip(places, narrowed, strict=True):
                widths[place] = width
            return widths
    return [min(wanted[0], available)] if wanted else []


def _narrow(columns: Sequence[tuple[int, int]], excess: int) -> list[int]:
    """Take `excess` cells from the widest columns, as if one by one from the currently widest.

    `columns` are (width, floor). It computes the width that they come down to, because a cell can
    hold millions of characters.
    """

    def taken(limit: int) -> int:
        return sum(max(0, width - max(limit, floor)) for width, floor in columns)

    limits = range(LEAST, max(width for width, _ in columns) + 1)
    limit = limits[bisect_right(limits, -excess, key=lambda limit: -taken(limit)) - 1]
    spare = taken(limit) - excess
    narrowed = []
    for width, floor in reversed(columns):
        keeps_one = spare > 0 and width > limit >= floor
        spare -= keeps_one
        narrowed.append(min(width, max(limit, floor) + keeps_one))
    return narrowed[::-1]
