"""The values of the AUTO_INCREMENT column in the rows of an INSERT.

Pure. The server chooses a number for NULL, DEFAULT and an empty string, and also for 0 unless its
session has NO_AUTO_VALUE_ON_ZERO. Most rows state another number, which a search of their masked
text shows; rows are read only if there may be something else.

Source: MySQL 9.7 manual, "Using AUTO_INCREMENT"; '0', 0.0, -0 and FALSE tried on 9.7.4.
"""

import re
from dataclasses import dataclass

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Statement
from rewound.dump.values.literal_rows import iter_literal_rows

_CHOOSES = frozenset({b"NULL", b"DEFAULT", b"''", b'""'})
_MAY_CHOOSE = re.compile(rb"[(,]\s*(?:[-+.\s]*0|NULL|DEFAULT|FALSE|\w*\s*'')", re.IGNORECASE)
_FIRST_MAY_CHOOSE = re.compile(rb"\(" + _MAY_CHOOSE.pattern[4:], re.IGNORECASE)
_ZERO = re.compile(rb"[-+]?\s*(?:0+(?:\.0*)?|\.0+)(?:E[-+]?\d+)?|FALSE|0x0+", re.IGNORECASE)
_OTHER = re.compile(
    rb"[-+]?\s*(?:\d+(?:\.\d*)?|\.\d+)(?:E[-+]?\d+)?|TRUE|0x[0-9A-F]+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class StatedNumbers:
    """How many rows of a statement have which kind of value."""

    zeros: int
    chosen: int
    """Rows for which the server chooses the number in every session."""
    others: int


def read_stated_numbers(
    statement: Statement, position: int, columns: int, mode: LexicalMode
) -> StatedNumbers | None:
    """Return what the rows state in their column at `position`; None if one computes it."""
    may_choose = _MAY_CHOOSE if position else _FIRST_MAY_CHOOSE
    masked_rows = statement.masked_rows
    is_read = statement.is_plain or b"/*" not in masked_rows
    if is_read and not may_choose.search(masked_rows):
        return StatedNumbers(0, 0, statement.rows)
    zeros = chosen = rows = 0
    for row in iter_literal_rows(statement.text, statement.rows_start, (position,), columns, mode):
        rows += 1
        value = row[1].strip().upper()
        chooses = value in _CHOOSES
        if value[:1] in (b"'", b'"'):
            value = value[1:-1].strip()
        chosen += chooses
        if _ZERO.fullmatch(value):
            zeros += 1
        elif not chooses and not _OTHER.fullmatch(value):
            return None
    return StatedNumbers(zeros, chosen, rows - zeros - chosen) if rows == statement.rows else None
