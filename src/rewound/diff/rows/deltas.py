"""By how much the numbers of one row changed: after less before. Pure."""

import contextlib
from collections.abc import Sequence
from decimal import Decimal, DecimalException, localcontext

from rewound.diff.rows.canonical_form import NUMBERS, ColumnPair
from rewound.diff.rows.row_changes import Cell, RowChange

_DIGITS = 200
"""A DECIMAL has 65, so no digit of a difference is lost."""


def find_deltas(change: RowChange, columns: Sequence[ColumnPair]) -> dict[int, Decimal]:
    """Return the place of each number that changed to another, and by how much it did."""
    if change.before is None or change.after is None:
        return {}
    found = {}
    for place in change.changed:
        if columns[place].form in NUMBERS:
            delta = subtract(change.before[place], change.after[place])
            if delta is not None:
                found[place] = delta
    return found


def subtract(before: Cell, after: Cell) -> Decimal | None:
    """Return after less before of two numbers; None if one is none."""
    if before is None or after is None:
        return None
    with contextlib.suppress(DecimalException), localcontext(prec=_DIGITS):
        return _read(after) - _read(before)
    return None


def _read(number: str | bytes) -> Decimal:
    return Decimal(number.decode() if isinstance(number, bytes) else number)
