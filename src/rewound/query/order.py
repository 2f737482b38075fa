"""Merged rows in another order. Pure."""

from collections.abc import Sequence
from typing import Any

from rewound.errors import UsageError
from rewound.mysql.columns import Column, ColumnType, Row
from rewound.query.typed import make_table


def sort_rows(rows: Sequence[Row], columns: Sequence[Column], wanted: str) -> list[Row]:
    """Return the rows by the columns wanted: `place,-points` is points downward in each place.

    Numbers and times go by size, texts by their letters whatever their case, and NULL
    before all else, as in MySQL. Rows with equal values, and the worlds, keep their order.

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
                f"--sort-by {wanted}: there is no column {column_name}",
                hint=f"there are: {', '.join(column.name for column in columns)}",
            )
        keys = _make_keys(rows, columns[place], place)
        # `reverse` keeps the order of equals as well.
        order = sorted(range(len(rows)), key=keys.__getitem__, reverse=is_downward)
        rows = [rows[index] for index in order]
    return rows


def _make_keys(rows: Sequence[Row], column: Column, place: int) -> list[tuple[bool, Any]]:
    values = make_table([column], [[(row[place],) for row in rows]]).table.column(0).to_pylist()
    if column.type is ColumnType.TEXT:
        values = [None if value is None else (value.casefold(), value) for value in values]
    return [(value is not None, value) for value in values]
