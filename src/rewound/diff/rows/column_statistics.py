"""Statistics of a table's changed rows, column by column. Pure, in constant memory."""

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from rewound.diff.rows.canonical_form import CanonicalForm, ColumnPair
from rewound.diff.rows.row_changes import Cell, RowChange

_DIGITS = 200
"""Of sums and means: a DECIMAL has 65, so none of a sum is lost."""


@dataclass(frozen=True, slots=True)
class NumericDelta:
    """How the numbers of a column changed: after less before, of changed values alone."""

    sum: Decimal | float
    """Exact; a float for FLOAT and DOUBLE."""
    mean: Decimal | float
    min: Decimal | float
    """The largest fall, or the smallest rise."""
    max: Decimal | float
    rose: int
    """Values that are larger than before."""
    fell: int

    @property
    def share_rose(self) -> float:
        """How many of the changed values are larger than before, from 0 to 1."""
        return self.rose / (self.rose + self.fell) if self.rose + self.fell else 0.0


@dataclass(frozen=True, slots=True)
class TemporalDelta:
    """How the moments of a column changed: after less before, of changed values alone."""

    min: timedelta
    max: timedelta
    later: int
    """Values that are later than before."""
    earlier: int
    unreadable: int
    """Changes from or to what is no moment, such as 0000-00-00; not in the others."""


@dataclass(frozen=True, slots=True)
class ColumnDelta:
    """How one column changed, in the rows that both sides have."""

    name: str
    form: CanonicalForm
    changed: int
    """Values that changed from one to another; NULL is not among them."""
    from_null: int
    """NULLs that became a value."""
    to_null: int
    """Values that became NULL."""
    numbers: NumericDelta | None = None
    """Of a column of numbers of which some changed."""
    times: TemporalDelta | None = None
    """Of a temporal column of which some changed."""

    @property
    def rows(self) -> int:
        """In how many rows the column changed, in whatever way."""
        return self.changed + self.from_null + self.to_null


class ColumnStatistics:
    """Collects changes one by one, and returns their statistics."""

    def __init__(self, columns: Sequence[ColumnPair]) -> None:
        self._columns = [_make(column) for column in columns]

    def take(self, change: RowChange) -> None:
        """Take one change; only changed rows count."""
        if change.before is None or change.after is None:
            return
        for place in change.changed:
            self._columns[place].take(change.before[place], change.after[place])

    def measures(self) -> tuple[ColumnDelta, ...]:
        """Return the measures of the columns that changed, in their order."""
        return tuple(column.measure() for column in self._columns if column.rows)


class _ColumnCounter:
    """Counts the changes of one column."""

    def __init__(self, column: ColumnPair) -> None:
        self._column = column
        self._changed = self._from_null = self._to_null = 0

    @property
    def rows(self) -> int:
        return self._changed + self._from_null + self._to_null

    def take(self, before: Cell, after: Cell) -> None:
        if before is None:
            self._from_null += 1
        elif after is None:
            self._to_null += 1
        else:
            self._changed += 1
            self.shift(before, after)

    def shift(self, before: str | bytes, after: str | bytes) -> None:
        """Take one value that became another."""

    def measure(self) -> ColumnDelta:
        return ColumnDelta(
            name=self._column.name,
            form=self._column.form,
            changed=self._changed,
            from_null=self._from_null,
            to_null=self._to_null,
            numbers=self.numbers() if self._changed else None,
            times=self.times() if self._changed else None,
        )

    def numbers(self) -> NumericDelta | None:
        return None

    def times(self) -> TemporalDelta | None:
        return None


class _ExactColumn(_ColumnCounter):
    """A column of integers or decimals."""

    def __init__(self, column: ColumnPair) -> None:
        super().__init__(column)
        self._sum = Decimal()
        self._min, self._max = Decimal("Infinity"), Decimal("-Infinity")
        self._rose = self._fell = 0

    def shift(self, before: str | bytes, after: str | bytes) -> None:
        with localcontext(prec=_DIGITS):
            change = Decimal(str(after)) - Decimal(str(before))
            self._sum += change
        self._min, self._max = min(self._min, change), max(self._max, change)
        self._rose += change > 0
        self._fell += change < 0

    def numbers(self) -> NumericDelta | None:
        with localcontext(prec=_DIGITS):
            mean = self._sum / self._changed
        return NumericDelta(self._sum, mean, self._min, self._max, self._rose, self._fell)


class _FloatColumn(_ColumnCounter):
    """A column of FLOAT or DOUBLE."""

    def __init__(self, column: ColumnPair) -> None:
        super().__init__(column)
        self._sum = 0.0
        self._min, self._max = math.inf, -math.inf
        self._rose = self._fell = 0

    def shift(self, before: str | bytes, after: str | bytes) -> None:
        change = float(str(after)) - float(str(before))
        self._sum += change
        self._min, self._max = min(self._min, change), max(self._max, change)
        self._rose += change > 0
        self._fell += change < 0

    def numbers(self) -> NumericDelta | None:
        mean = self._sum / self._changed
        return NumericDelta(self._sum, mean, self._min, self._max, self._rose, self._fell)


class _TemporalColumn(_ColumnCounter):
    """A column of moments, or of TIME."""

    def __init__(self, column: ColumnPair) -> None:
        super().__init__(column)
        self._min, self._max = timedelta.max, timedelta.min
        self._later = self._earlier = self._unreadable = 0

    def shift(self, before: str | bytes, after: str | bytes) -> None:
        old, new = _read_moment(str(before)), _read_moment(str(after))
        if old is None or new is None:
            self._unreadable += 1
            return
        change = new - old
        self._min, self._max = min(self._min, change), max(self._max, change)
        self._later += change > timedelta()
        self._earlier += change < timedelta()

    def times(self) -> TemporalDelta | None:
        if self._unreadable == self._changed:
            nothing = timedelta()
            return TemporalDelta(nothing, nothing, 0, 0, self._unreadable)
        return TemporalDelta(self._min, self._max, self._later, self._earlier, self._unreadable)


def _make(column: ColumnPair) -> _ColumnCounter:
    if column.form in (CanonicalForm.INTEGER, CanonicalForm.DECIMAL):
        return _ExactColumn(column)
    if column.form is CanonicalForm.FLOAT:
        return _FloatColumn(column)
    return (
        _TemporalColumn(column) if column.form is CanonicalForm.TEMPORAL else _ColumnCounter(column)
    )


def _read_moment(text: str) -> timedelta | None:
    """Return how long a moment is after the first one there is, or the length of a TIME."""
    if "-" not in text[1:]:
        hours, minutes, seconds = text.lstrip("-").split(":")
        whole, _, part = seconds.partition(".")
        length = timedelta(
            hours=int(hours),
            minutes=int(minutes),
            seconds=int(whole),
            microseconds=int(part.ljust(6, "0") or "0"),
        )
        return -length if text.startswith("-") else length
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(text) - datetime.min  # noqa: DTZ901 - both without zone
    return None
