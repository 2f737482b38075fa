"""How wide a table's columns may be, so that it fits. Pure."""

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
        while excess > 0 and places:
            widest = max(places, key=widths.__getitem__)
            widths[widest] -= 1
            excess -= 1
            if widths[widest] == LEAST:
                places.remove(widest)
        if excess <= 0:
            return widths
    return [min(wanted[0], available)] if wanted else []
