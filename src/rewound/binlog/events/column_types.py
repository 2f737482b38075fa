"""The types of columns in table maps, and how many bytes their values have.

Source: MySQL 9.7, include/field_types.h and libs/mysql/binlog/event/rows_event.h; MariaDB 10.11,
sql/field.h. Tried on 9.7.4 and 10.11.19.
"""

from typing import NamedTuple

from rewound.binlog.events.malformed import MalformedEvent

TINY, SHORT, LONG, FLOAT, DOUBLE, NULL, TIMESTAMP, LONGLONG, INT24 = range(1, 10)
DATE, TIME, DATETIME, YEAR, NEWDATE, VARCHAR, BIT = range(10, 17)
TIMESTAMP2, DATETIME2, TIME2 = 17, 18, 19
BLOB_COMPRESSED, VARCHAR_COMPRESSED = 140, 141
"""MariaDB's."""
VECTOR, JSON, NEWDECIMAL, ENUM, SET = 242, 245, 246, 247, 248
TINY_BLOB, MEDIUM_BLOB, LONG_BLOB, BLOB = 249, 250, 251, 252
VAR_STRING, STRING, GEOMETRY = 253, 254, 255

NUMERIC = frozenset({TINY, SHORT, INT24, LONG, LONGLONG, NEWDECIMAL, FLOAT, DOUBLE, YEAR})
"""Types for which a log states whether a column is unsigned."""
CHARACTER = frozenset(
    {STRING, VAR_STRING, VARCHAR, BLOB, VECTOR, VARCHAR_COMPRESSED, BLOB_COMPRESSED}
)
"""Types for which a log states a character set."""

_SIZES = {
    TINY: 1,
    SHORT: 2,
    INT24: 3,
    LONG: 4,
    LONGLONG: 8,
    FLOAT: 4,
    DOUBLE: 8,
    NULL: 0,
    YEAR: 1,
    DATE: 3,
    NEWDATE: 3,
    TIME: 3,
    TIMESTAMP: 4,
    DATETIME: 8,
}
"""Types without metadata, and FLOAT and DOUBLE, whose metadata is their size."""
_FRACTIONAL = {TIMESTAMP2: 4, DATETIME2: 5, TIME2: 3}
_LENGTH_IN_METADATA = frozenset(
    {BLOB, TINY_BLOB, MEDIUM_BLOB, LONG_BLOB, GEOMETRY, JSON, VECTOR, BLOB_COMPRESSED}
)
_DECIMAL_DIGITS, _MOST_DECIMALS = 65, 38
_BYTES_OF_DIGITS = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)
_DIGITS_OF_GROUP = 9


class ValueLayout(NamedTuple):
    """How the values of a column are written; see `table_map.LoggedColumn`."""

    kind: int
    size: int
    prefix_bytes: int
    detail: int


def read_layouts(kinds: bytes, metadata: bytes) -> list[ValueLayout]:
    """Return the layouts of columns, by their types and the metadata of these.

    Raises:
        MalformedEvent: a type is unknown, or the metadata is that of other types.
        IndexError: the metadata is too short.
    """
    layouts = []
    at = 0
    for kind in kinds:
        if kind in _SIZES:
            layout = ValueLayout(kind, _SIZES[kind], 0, 0)
            at += kind in (FLOAT, DOUBLE)
        elif kind in _FRACTIONAL:
            layout = _lay_out_fraction(kind, metadata[at])
            at += 1
        elif kind in _LENGTH_IN_METADATA:
            layout = _lay_out_prefix(kind, metadata[at])
            at += 1
        else:
            layout = _lay_out_long(kind, metadata[at], metadata[at + 1])
            at += 2
        layouts.append(layout)
    if at != len(metadata):
        raise MalformedEvent("the TABLE_MAP event has metadata of other columns")
    return layouts


def _lay_out_fraction(kind: int, digits: int) -> ValueLayout:
    if digits > 6:
        raise MalformedEvent(f"a column has {digits} digits of fractions of a second")
    return ValueLayout(kind, _FRACTIONAL[kind] + (digits + 1) // 2, 0, digits)


def _lay_out_prefix(kind: int, prefix_bytes: int) -> ValueLayout:
    if not 1 <= prefix_bytes <= 4:
        raise MalformedEvent(f"a column has lengths of {prefix_bytes} bytes")
    return ValueLayout(kind, 0, prefix_bytes, 0)


def _lay_out_long(kind: int, first: int, second: int) -> ValueLayout:
    if kind in (VARCHAR, VAR_STRING, VARCHAR_COMPRESSED):
        return ValueLayout(kind, 0, 2 if first | second << 8 > 255 else 1, 0)
    if kind == BIT:
        return ValueLayout(kind, second + (first > 0), 0, first + 8 * second)
    if kind == NEWDECIMAL:
        return _lay_out_decimal(first, second)
    if kind in (STRING, ENUM, SET):
        return _lay_out_string(first, second)
    raise MalformedEvent(f"a column has the unknown type {kind}")


def _lay_out_string(first: int, second: int) -> ValueLayout:
    """Lay out CHAR, BINARY, ENUM and SET; two bits of a long CHAR's length are in its type."""
    if first & 0x30 != 0x30:
        length = second | (first & 0x30 ^ 0x30) << 4
        return ValueLayout(first | 0x30, 0, 2 if length > 255 else 1, length)
    if first == STRING:
        return ValueLayout(STRING, 0, 1, second)
    if first in (ENUM, SET) and 1 <= second <= 8:
        return ValueLayout(first, second, 0, 0)
    raise MalformedEvent(f"a column has the unknown type {first}")


def _lay_out_decimal(digits: int, decimals: int) -> ValueLayout:
    if not 0 < digits <= _DECIMAL_DIGITS or not decimals <= min(_MOST_DECIMALS, digits):
        raise MalformedEvent(f"a column is a DECIMAL({digits},{decimals})")
    return ValueLayout(NEWDECIMAL, decimal_bytes(digits, decimals), 0, digits << 8 | decimals)


def decimal_bytes(digits: int, decimals: int) -> int:
    """Return how many bytes a DECIMAL has: 4 for 9 digits, fewer for the rest."""
    return sum(
        count // _DIGITS_OF_GROUP * 4 + _BYTES_OF_DIGITS[count % _DIGITS_OF_GROUP]
        for count in (digits - decimals, decimals)
    )
