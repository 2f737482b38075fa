"""The union of the columns of several worlds, and the places of each world's in it. Pure.

Columns with the same name are the same, regardless of letter case, as in MySQL. If a world has
several columns with one name, the first corresponds to the first, the second to the second.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from rewound.mysql.columns import Column, Row

_T = TypeVar("_T", bound=Hashable)

ColumnKey = tuple[str, int]
"""A name without regard to case, and how many columns to the left have it, too."""
Layout = tuple[ColumnKey, ...]
"""What the columns of one answer are, in their order."""


class _Absent(bytes):
    """The type of `ABSENT`; its bytes are empty, but an empty text does not equal it."""

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


ABSENT = _Absent()
"""The value of a column that a world does not have, where that is told from NULL."""


def lay_out(columns: Sequence[Column]) -> Layout:
    """Return which columns these are."""
    seen: Counter[str] = Counter()
    layout = []
    for column in columns:
        name = column.name.casefold()
        layout.append((name, seen[name]))
        seen[name] += 1
    return tuple(layout)


def unite(layouts: Iterable[Sequence[_T]]) -> tuple[_T, ...]:
    """Return all members once: the first layout in order, others after their left neighbour.

    >>> unite([(("id", 0), ("level", 0)), (("id", 0), ("title", 0), ("level", 0))])
    (('id', 0), ('title', 0), ('level', 0))
    """
    united: list[_T] = []
    known: set[_T] = set()
    for layout in layouts:
        place = 0
        for key in layout:
            if key in known:
                place = united.index(key) + 1
            else:
                united.insert(place, key)
                known.add(key)
                place += 1
    return tuple(united)


def find_places(layout: Layout, united: Layout) -> tuple[int | None, ...]:
    """Return for each column of the union its place in a layout; None where it has none."""
    places = {key: place for place, key in enumerate(layout)}
    return tuple(places.get(key) for key in united)


def spread(
    rows: Sequence[Row], places: Sequence[int | None], absent: bytes | None = None
) -> list[Row]:
    """Return rows of one world as rows of the union, with `absent` where it has no column."""
    return [tuple(absent if place is None else row[place] for place in places) for row in rows]
