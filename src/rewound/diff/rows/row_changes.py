"""The result of comparing the rows of one table, as values. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rewound.diff.rows.canonical_form import CanonicalForm, ColumnPair
from rewound.diff.schema.comparison import Change

Cell = str | bytes | None
"""One value: the server's text, or bytes where the column holds bytes."""
Row = tuple[Cell, ...]
"""One row, its values in the order of the compared columns."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that was added, removed or changed."""

    change: Change
    key: Row
    """The key's values: as before, of an added row as after. Empty in a table without key."""
    before: Row | None
    """None of an added row."""
    after: Row | None
    """None of a removed row."""
    changed: tuple[int, ...] = ()
    """Of a changed row, the places of the columns that differ."""
    times: int = 1
    """In a table without key, how many rows like this were added or removed."""
    label: Row = ()
    """The values that name it, of a removed row as before, else as after."""


Emit = Callable[[RowChange], None]
"""Takes each change as soon as it is known."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that was not compared."""

    name: str
    reason: str
    """Such as `only after`."""


@dataclass(frozen=True, slots=True)
class TableDiff:
    """How the rows of one table changed."""

    added: int
    removed: int
    changed: int
    same: int
    """Rows that are on both sides and equal."""
    columns: tuple[ColumnPair, ...]
    """The columns that were compared, in the order of the rows' values."""
    left_out: tuple[LeftOut, ...]
    key: tuple[str, ...]
    """The columns by which rows were matched; empty if rows were counted by their content."""
    labels: tuple[str, ...] = ()
    """The columns that name a row."""

    @property
    def rows_before(self) -> int:
        """How many rows there were."""
        return self.removed + self.changed + self.same

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs in what was compared."""
        return not (self.added or self.removed or self.changed)


@dataclass(slots=True)
class RowCounter:
    """Counts the changes of rows, and passes each one on."""

    columns: Sequence[ColumnPair]
    key_places: tuple[int, ...]
    """Where the key's columns are in a row."""
    emit: Emit
    float_tolerance: float | None = None
    added: int = 0
    removed: int = 0
    changed: int = 0
    same: int = 0
    _floats: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        floats = (n for n, column in enumerate(self.columns) if column.form is CanonicalForm.FLOAT)
        self._floats = frozenset() if self.float_tolerance is None else frozenset(floats)

    def add_pair(self, before: Row | None, after: Row | None) -> None:
        """Take the two states of one row, one of which may be missing.

        The compared columns are followed by the values that identify the row.
        """
        if before is None or after is None:
            self.add_times(before, after, 1)
            return
        old, new = self._cut(before), self._cut(after)
        changed = tuple(
            place
            for place, (one, two) in enumerate(zip(old, new, strict=True))
            if one != two and not self._is_near(place, one, two)
        )
        if not changed:
            self.same += 1
            return
        self.changed += 1
        key, label = self._key(before), self._label(after)
        self.emit(RowChange(Change.CHANGED, key, old, new, changed, label=label))

    def add_times(self, before: Row | None, after: Row | None, times: int) -> None:
        """Take some rows of the same content that are on one side only."""
        if before is not None:
            self.removed += times
            key, label = self._key(before), self._label(before)
            row = self._cut(before)
            self.emit(RowChange(Change.REMOVED, key, row, None, times=times, label=label))
        elif after is not None:
            self.added += times
            key, label = self._key(after), self._label(after)
            row = self._cut(after)
            self.emit(RowChange(Change.ADDED, key, None, row, times=times, label=label))

    def _cut(self, row: Row) -> Row:
        return row[: len(self.columns)]

    def _label(self, row: Row) -> Row:
        return row[len(self.columns) :]

    def _key(self, row: Row) -> Row:
        return tuple(row[place] for place in self.key_places)

    def _is_near(self, place: int, old: Cell, new: Cell) -> bool:
        if place not in self._floats or old is None or new is None or self.float_tolerance is None:
            return False
        return abs(float(str(old)) - float(str(new))) <= self.float_tolerance
