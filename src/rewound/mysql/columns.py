"""The columns of a result: the types of MySQL's protocol, named as in SQL. Pure."""

import enum
from dataclasses import dataclass, field, replace

Row = tuple[bytes | None, ...]
"""One row as the server sent it: the text of every value, or the bytes of a binary one; None is
NULL. Python's own types hold neither zero dates nor times beyond 24 hours.
"""


class ColumnType(enum.Enum):
    """The kind of values in a column of a result."""

    INTEGER = "integer"
    YEAR = "year"
    DECIMAL = "decimal"
    FLOAT = "float"
    """FLOAT and DOUBLE."""
    TEXT = "text"
    """Character types, ENUM and SET."""
    DATE = "date"
    TIME = "time"
    """A span of time, up to 838 hours in either direction."""
    DATETIME = "datetime"
    """DATETIME and TIMESTAMP; TIMESTAMP is in the session's time zone."""
    JSON = "json"
    BINARY = "binary"
    """BINARY, BLOB and VECTOR."""
    BIT = "bit"
    """Bytes, the most significant first."""
    GEOMETRY = "geometry"
    """Bytes: the SRID in four of them, then WKB."""


NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.YEAR, ColumnType.DECIMAL, ColumnType.FLOAT})
"""Types that are shown flush right."""
TIMES = frozenset({ColumnType.DATE, ColumnType.TIME, ColumnType.DATETIME})
"""Types whose text has a fixed form."""
BYTES = frozenset({ColumnType.BINARY, ColumnType.BIT, ColumnType.GEOMETRY})
"""Types that are not text."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result."""

    name: str
    type: ColumnType
    """What its values are."""
    bits: int = 0
    """The width of an INTEGER, FLOAT or BIT; else 0."""
    is_unsigned: bool = False
    """A number that is never below zero."""
    has_leading_zeros: bool = False
    """A number that the server pads with zeros: ZEROFILL, and YEAR."""
    precision: int = 0
    """The digits of a DECIMAL; else 0."""
    scale: int = 0
    """How many of them follow the decimal point; for times, the digits of fractional seconds."""
    may_be_absent: bool = False
    """Whether some of several merged worlds lack this column."""
    is_of_key: bool = field(default=False, compare=False)
    """It is, unchanged, a column of the primary key of its table."""

    @property
    def sql_type(self) -> str:
        """The type as SQL names it, as far as the protocol tells."""
        sign = " UNSIGNED" if self.is_unsigned else ""
        match self.type:
            case ColumnType.INTEGER:
                return _INTEGER_NAMES[self.bits] + sign
            case ColumnType.DECIMAL:
                return f"DECIMAL({self.precision},{self.scale}){sign}"
            case ColumnType.FLOAT:
                return ("FLOAT" if self.bits == _FLOAT_BITS else "DOUBLE") + sign
            case ColumnType.BIT:
                return f"BIT({self.bits})"
            case ColumnType.TIME | ColumnType.DATETIME if self.scale:
                return f"{self.type.name}({self.scale})"
            case _:
                return self.type.name


_FLOAT_BITS = 32
_INTEGER_NAMES = {8: "TINYINT", 16: "SMALLINT", 24: "MEDIUMINT", 32: "INT", 64: "BIGINT"}

# Source: MySQL 9.7 manual, "Protocol::ColumnType" and "Protocol::ColumnDefinition41".
_INTEGER_BITS = {1: 8, 2: 16, 9: 24, 3: 32, 8: 64}
_FLOATS = {4: _FLOAT_BITS, 5: 64}
_DECIMALS = frozenset({0, 246})
_TYPES = {
    7: ColumnType.DATETIME,
    10: ColumnType.DATE,
    11: ColumnType.TIME,
    12: ColumnType.DATETIME,
    13: ColumnType.YEAR,
    14: ColumnType.DATE,
    242: ColumnType.BINARY,  # VECTOR
    245: ColumnType.JSON,
    255: ColumnType.GEOMETRY,
}
_BIT = 16
_PRIMARY_KEY = 2
_UNSIGNED = 32
_ZEROFILL = 64
_BINARY_CHARACTER_SET = 63
_MOST_FRACTION_DIGITS = 6


def read_column(
    name: str, *, code: int, character_set: int, flags: int, length: int, scale: int
) -> Column:
    """Return the column that a column definition of the protocol describes.

    `code`, `character_set`, `flags`, `length` (bytes) and `scale` are the protocol's numbers.
    """
    column = _read_type(name, code, character_set, flags, length, scale)
    return replace(column, is_of_key=bool(flags & _PRIMARY_KEY))


def _read_type(
    name: str, code: int, character_set: int, flags: int, length: int, scale: int
) -> Column:
    is_unsigned = bool(flags & _UNSIGNED)
    has_zeros = bool(flags & _ZEROFILL)
    if code in _INTEGER_BITS:
        bits = _INTEGER_BITS[code]
        return Column(name, ColumnType.INTEGER, bits, is_unsigned, has_zeros)
    if code in _FLOATS:
        return Column(name, ColumnType.FLOAT, _FLOATS[code], is_unsigned, has_zeros)
    if code in _DECIMALS:
        # The length counts the sign and the point as well.
        digits = length - (0 if is_unsigned else 1) - (1 if scale else 0)
        return Column(
            name,
            ColumnType.DECIMAL,
            is_unsigned=is_unsigned,
            has_leading_zeros=has_zeros,
            precision=digits,
            scale=scale,
        )
    if code == _BIT:
        return Column(name, ColumnType.BIT, length)
    if code in _TYPES:
        kind = _TYPES[code]
        if kind is ColumnType.YEAR:
            return Column(name, kind, is_unsigned=True, has_leading_zeros=True)
        has_fraction = kind in (ColumnType.TIME, ColumnType.DATETIME)
        return Column(
            name, kind, scale=scale if has_fraction and scale <= _MOST_FRACTION_DIGITS else 0
        )
    is_binary = character_set == _BINARY_CHARACTER_SET
    return Column(name, ColumnType.BINARY if is_binary else ColumnType.TEXT)
