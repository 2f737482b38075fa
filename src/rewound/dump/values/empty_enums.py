"""Empty strings that rows state for an ENUM: its value 0, as on the dumped server.

Pure. MySQL shows the ENUM's value 0, which stands for an invalid value, as an empty string, and
stores 0 again for an empty string, with a warning (1265). Nothing is lost.

Source: MySQL 9.7 manual, "The ENUM Type"; tried on 9.7.4.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rewound.dump.rules.verdict import EnumColumns
from rewound.dump.text.statement import Statement
from rewound.dump.values.literal_rows import iter_literal_rows

_EMPTY = re.compile(rb"(?:_\w+\s*)?(?:''|\"\")")


@dataclass(frozen=True, slots=True)
class RowPlace:
    """One value in a statement, as a warning identifies it."""

    column: str
    """In lower case."""
    row: int
    """Counted from 1."""


def find_empty_enums(
    statement: Statement, known: EnumColumns, places: Iterable[RowPlace]
) -> set[RowPlace]:
    """Return those of the places at which rows state an empty string for an ENUM."""
    columns, enums = known.columns, known.enums
    wanted: dict[int, set[str]] = {}
    for place in places:
        wanted.setdefault(place.row, set()).add(place.column)
    rows = iter_literal_rows(statement.text, statement.rows_start, enums, len(columns), known.mode)
    return {
        RowPlace(columns[position], number)
        for number, row in enumerate(rows, start=1)
        if number in wanted
        for group, position in enumerate(enums, start=1)
        if columns[position] in wanted[number] and _EMPTY.fullmatch(row[group].strip())
    }
