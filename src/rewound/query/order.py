"""Merged rows in another order. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rewound.errors import UsageError
from rewound.mysql.columns import Column, ColumnType, Row
from rewound.query.column_union import ABSENT
from rewound.similar_names import suggest


def sort_rows(rows: Sequence[Row], columns: Sequence[Column], wanted: str) -> list[Row]:
    """Return the rows sorted: `place,-points` is by place, then by descending points.

    Numbers and times are sorted by size, texts regardless of case, and NULL first, as in MySQL; a
    value that a world does not have sorts like NULL. Rows with equal values, and the worlds, keep
    their order.

    Raises:
        UsageError: there is no such column.
    """
    rows = list(rows)
    places = {column.name.casefold(): place for place, column in enumerate(columns)}
    for name in reversed(wanted.split(",")):
        column_name, is_downward = name.strip().removeprefix("-"), name.strip().startswith("-")
        place = places.get(column_name.casefold())
        if place is None:
            raise UsageError(
                f"--sort-by {wanted}: the result has no column {column_name}",
                hint=suggest(column_name, [column.name for column in columns]),
            )
        keys = _make_keys(rows, columns[place], place)
        # `reverse` keeps the order of equals as well.
        order = sorted(range(len(rows)), key=keys.__getitem__, reverse=is_downward)
        rows = [rows[index] for index in order]
    return rows


def _make_keys(rows: Sequence[Row], column: Column, place: int) -> list[tuple[bool, Any]]:
    """Return what the values of a column are sorted by; they are all of one type."""
    read = _READERS.get(column.type, _read_text)
    values = [None if row[place] is ABSENT else row[place] for row in rows]
    try:
        keys = [None if value is None else read(value) for value in values]
    except ValueError:  # from another SQL, which has values of its own, such as infinite dates
        keys = [None if value is None else _read_text(value) for value in values]
    return [(key is not None, key) for key in keys]


def _read_text(value: bytes) -> tuple[str, str]:
    text = value.decode("utf-8", "surrogateescape")
    return text.casefold(), text


def _read_time(value: bytes) -> Decimal:
    """Return the seconds of a span such as -838:59:59.000000."""
    hours, minutes, seconds = value.removeprefix(b"-").split(b":")
    size = int(hours) * 3600 + int(minutes) * 60 + Decimal(seconds.decode())
    return -size if value.startswith(b"-") else size


def _read_moment(value: bytes) -> bytes:
    """Return a date or time of day as it stands, which sorts in its order, without end zeros.

    No calendar has 0000-00-00, and Python's begins with the year 1.
    """
    return value.rstrip(b"0").rstrip(b".") if b"." in value else value


_READERS: Mapping[ColumnType, Callable[[bytes], Any]] = {
    ColumnType.INTEGER: int,
    ColumnType.YEAR: int,
    ColumnType.DECIMAL: lambda value: Decimal(value.decode()),
    ColumnType.FLOAT: float,
    ColumnType.DATE: _read_moment,
    ColumnType.DATETIME: _read_moment,
    ColumnType.TIME: _read_time,
    ColumnType.BIT: lambda value: int.from_bytes(value, "big"),
    ColumnType.BINARY: bytes,
    ColumnType.GEOMETRY: bytes,
}
