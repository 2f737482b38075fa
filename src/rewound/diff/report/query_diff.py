"""What changed between two answers to one query. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rewound.diff.rows.deltas import subtract
from rewound.diff.schema.comparison import Change
from rewound.errors import RewoundError, UsageError
from rewound.mysql.columns import BYTES, NUMBERS, Column, ColumnType, Row


@dataclass(frozen=True, slots=True)
class CellChange:
    """One value of an answer that differs, or a row that one side alone has."""

    change: Change
    key: Row
    """The values of the key's columns."""
    column: str | None
    """The column that differs; None of a row that was added or removed."""
    before: bytes | None
    after: bytes | None
    delta: Decimal | None = None
    """After less before, of numbers."""
    row: Row = ()
    """Of a row that was added or removed, all of its values."""

    @property
    def is_removed(self) -> bool:
        """Whether it is a row that is there before alone."""
        return self.change is Change.REMOVED


def find_places(
    columns: Sequence[Column], key: str | None, answers: Iterable[Sequence[Row]]
) -> list[int]:
    """Return the places of the columns by which the rows of each answer are matched.

    Answers of one row need none. By default these are the columns of the primary key of the
    table that was asked, if they identify the rows; or those that are not numeric; or both; or
    else the first column.

    Raises:
        UsageError: a column of the key is not in the answer.
    """
    names = {column.name.casefold(): place for place, column in enumerate(columns)}
    if key is not None:
        try:
            return [names[name.strip().casefold()] for name in key.split(",")]
        except KeyError as error:
            raise UsageError(
                f"--key {key}: the answer has no column {error.args[0]}",
                hint=f"it has: {', '.join(column.name for column in columns)}",
            ) from error
    several = [rows for rows in answers if len(rows) > 1]
    if not several:
        return []
    keys = [place for place, column in enumerate(columns) if column.is_of_key]
    texts = [place for place, column in enumerate(columns) if column.type not in NUMBERS]
    usual = texts if 0 < len(texts) < len(columns) else [0]
    for places in (keys, usual, sorted({*keys, *texts}), [0]):
        if places and all(identify(places, rows) for rows in several):
            return places
    return usual


def identify(places: Sequence[int], rows: Sequence[Row]) -> bool:
    """Tell whether the values at these places differ between all rows."""
    return len({_key_of(row, places) for row in rows}) == len(rows)


def _key_of(row: Row, places: Sequence[int]) -> Row:
    return tuple(row[place] for place in places)


def write_bytes_out(row: Row, columns: Sequence[Column]) -> Row:
    """Return a row whose values are all text: bytes as 0x and hex digits, BIT as a number."""
    return tuple(
        value if value is None or column.type not in BYTES else _write_out(value, column)
        for value, column in zip(row, columns, strict=True)
    )


def _write_out(value: bytes, column: Column) -> bytes:
    if column.type is ColumnType.BIT:
        return b"%d" % int.from_bytes(value, "big")
    return b"0x" + value.hex().upper().encode()


@dataclass(frozen=True, slots=True)
class CommonColumns:
    """The columns that the answers of both sides have, by name."""

    columns: tuple[Column, ...]
    before: tuple[int, ...]
    """Where they are in the rows before."""
    after: tuple[int, ...]
    """Where they are in the rows after."""
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def find_common_columns(before: Sequence[Column], after: Sequence[Column]) -> CommonColumns:
    """Return the columns that two answers share, in the order of the first.

    Raises:
        RewoundError: there are none.
    """
    places = {column.name: place for place, column in enumerate(after)}
    common = [place for place, column in enumerate(before) if column.name in places]
    columns = tuple(before[place] for place in common)
    names = {column.name for column in columns}
    found = CommonColumns(
        columns,
        tuple(common),
        tuple(places[column.name] for column in columns),
        tuple(column.name for column in before if column.name not in names),
        tuple(column.name for column in after if column.name not in names),
    )
    if not columns and (before or after):
        raise RewoundError(f"the two answers have no column in common: {describe_lone(found)}")
    return found


def describe_lone(found: CommonColumns) -> str:
    """Say which columns one side alone has."""
    sides = (("before", found.only_before), ("after", found.only_after))
    return "; ".join(f"{', '.join(names)} only {side}" for side, names in sides if names)


def take(rows: Sequence[Row], places: Sequence[int]) -> list[Row]:
    """Return rows of the values at these places alone."""
    return [_key_of(row, places) for row in rows]


def find_lacking(
    before: Mapping[str, tuple[str, ...]], after: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Return the worlds that lack other columns before than after, and why they do not compare.

    A missing column is NULL in the rows of a world: compared with values it would look like a
    change.
    """
    return {
        world: "the columns differ: "
        + "; ".join(
            f"no {', '.join(side[world])} {when}"
            for side, when in ((before, "before"), (after, "after"))
            if world in side
        )
        for world in dict.fromkeys((*before, *after))
        if before.get(world) != after.get(world)
    }


def compare_rows(
    before: Sequence[Row], after: Sequence[Row], columns: Sequence[Column], places: Sequence[int]
) -> Iterator[CellChange]:
    """Yield what differs, in the order of the rows before; then the rows that were added.

    Rows are matched by the values at `places`. If these do not identify the rows of a side, whole
    rows are counted instead.
    """
    old = {_key_of(row, places): row for row in before}
    new = {_key_of(row, places): row for row in after}
    if len(old) < len(before) or len(new) < len(after):
        for change, row in _count(before, after):
            yield CellChange(change, _key_of(row, places), None, None, None, row=row)
        return
    for key, row in old.items():
        other = new.get(key)
        if other is None:
            yield CellChange(Change.REMOVED, key, None, None, None, row=row)
            continue
        for column, one, two in zip(columns, row, other, strict=True):
            if one != two:
                delta = subtract(one, two) if column.type in NUMBERS else None
                yield CellChange(Change.CHANGED, key, column.name, one, two, delta)
    for key, row in new.items():
        if key not in old:
            yield CellChange(Change.ADDED, key, None, None, None, row=row)


def _count(before: Sequence[Row], after: Sequence[Row]) -> Iterator[tuple[Change, Row]]:
    old, new = Counter(before), Counter(after)
    for row in (old - new).elements():
        yield Change.REMOVED, row
    for row in (new - old).elements():
        yield Change.ADDED, row
