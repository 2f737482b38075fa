"""Sorting our own lists as --sort requests. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from rewound.cli.output.render import Cell
from rewound.errors import UsageError
from rewound.similar_names import find_similar


def sort_list(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], wanted: str
) -> list[Sequence[Cell]]:
    """Return rows sorted by columns: `-delta,world`, where - puts the largest first.

    Rows without a value come last in either direction; equal rows keep their order.

    Raises:
        UsageError: there is no such column.
    """
    ordered = list(rows)
    for each in reversed(_split(wanted)):
        place = _find_place(columns, each.removeprefix("-"))
        known = [row for row in ordered if row[place] is not None]
        unknown = [row for row in ordered if row[place] is None]
        known.sort(key=partial(_make_key, place), reverse=each.startswith("-"))
        ordered = known + unknown
    return ordered


def require_sortable(columns: Sequence[str], wanted: str) -> None:
    """Check that the columns to sort by exist, before there are rows.

    Raises:
        UsageError: one does not.
    """
    for each in _split(wanted):
        _find_place(columns, each.removeprefix("-"))


def _split(wanted: str) -> list[str]:
    return [part.strip() for part in wanted.split(",") if part.strip()]


def _find_place(columns: Sequence[str], name: str) -> int:
    for place, column in enumerate(columns):
        if column.casefold() == name.casefold():
            return place
    meant = find_similar(name, columns)
    raise UsageError(
        f"--sort {name}: the list has no such column",
        hint=f"{f'did you mean {meant[0]}? ' if meant else ''}possible columns:"
        f" {', '.join(columns)}; a minus in front, as in -{columns[-1]}, puts the largest first",
    )


def _make_key(place: int, row: Sequence[Cell]) -> tuple[bool, Decimal, str]:
    """Return a key that puts numbers, also those stored as text, before texts."""
    cell = row[place]
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
    try:
        number = Decimal(text)
    except ArithmeticError:
        return True, Decimal(), text
    return (False, number, text) if number.is_finite() else (True, Decimal(), text)
