"""The patterns of rows: their masked text without digits. They decide how rows may be sent.

Pure. `(17,'',-1.5,NULL)` has the pattern `,'',-.,NULL`. A table has a handful of patterns, so
judging each of them once judges all rows of a statement.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rewound.dump.load_data.table_metadata import ColumnMetadata, ValueKind


class Fitness(enum.IntEnum):
    """How freely the rows of a statement may be sent."""

    VERBATIM = 0
    """They compute something, or let the server choose numbers: sent in their order, as SQL."""
    LITERAL = 1
    """The same at any time and from any session, as SQL."""
    FIELDS = 2
    """The same as fields of LOAD DATA, too."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The text between the values, and between the rows."""

    field_end: bytes
    row_end: bytes


@dataclass(frozen=True, slots=True)
class RowPatterns:
    """What the patterns of a statement's rows show."""

    fitness: Fitness
    layout: Layout = Layout(b"", b"")
    hexadecimal: frozenset[str] = frozenset()
    """The columns whose values are all hexadecimal or NULL, and not all NULL."""


class RowPatternReader:
    """Reads the rows for some columns of one table. Guards the patterns seen so far."""

    def __init__(
        self, columns: Sequence[ColumnMetadata], *, auto_increment_column: str | None
    ) -> None:
        """Record the columns, and the one whose values the server can choose."""
        self._columns = columns
        self._auto_increment_column = auto_increment_column
        self._has_floats = any(column.kind is ValueKind.FLOAT for column in columns)
        self._layout = Layout(b"", b"")
        self._patterns: dict[bytes, _Pattern] = {}

    def read(self, masked_text: bytes, rows: int) -> RowPatterns:
        """Return what the text outside strings shows, for so many rows with this masked text."""
        layout = _find_layout(masked_text)
        if layout is None:
            return _NOTHING
        if layout != self._layout:
            self._layout, self._patterns = layout, {}
        skeleton = masked_text.translate(None, b"0123456789")
        different = _find_different(skeleton[1:-1], layout.row_end, rows)
        if different is None:
            return _NOTHING
        patterns = [self._get_pattern(pattern) for pattern in different]
        fitness = min(pattern.fitness for pattern in patterns)
        hexadecimal = {name for pattern in patterns for name in pattern.hexadecimal}
        quoted = {name for pattern in patterns for name in pattern.quoted}
        if hexadecimal and (
            hexadecimal & quoted or not _is_hexadecimal(masked_text, skeleton, layout)
        ):
            fitness = min(fitness, Fitness.LITERAL)
        if self._has_floats and b"-0" in masked_text and _NEGATIVE_ZERO.search(masked_text):
            fitness = min(fitness, Fitness.LITERAL)
        return RowPatterns(fitness, layout, frozenset(hexadecimal))

    def _get_pattern(self, pattern: bytes) -> "_Pattern":
        known = self._patterns.get(pattern)
        if known is None:
            plain = pattern
            while _DOUBLED_QUOTES in plain:
                plain = plain.replace(_DOUBLED_QUOTES, b"''")
            known = self._patterns[pattern] = self._judge(plain.split(self._layout.field_end))
        return known

    def _judge(self, values: Sequence[bytes]) -> "_Pattern":
        if len(values) != len(self._columns):
            return _Pattern(Fitness.VERBATIM)
        pairs = list(zip(values, self._columns, strict=True))
        return _Pattern(
            min(self._judge_value(value, column) for value, column in pairs),
            frozenset(column.name for value, column in pairs if value.startswith(b"x")),
            frozenset(column.name for value, column in pairs if value.endswith(b"'")),
        )

    def _judge_value(self, value: bytes, column: ColumnMetadata) -> Fitness:
        if column.name == self._auto_increment_column and value not in (b"", b"-"):
            return Fitness.VERBATIM
        if not _LITERAL.fullmatch(value):
            return Fitness.VERBATIM
        is_null = value == b"NULL" and column.is_nullable
        return Fitness.FIELDS if is_null or _fits(value, column.kind) else Fitness.LITERAL


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What one pattern shows."""

    fitness: Fitness
    hexadecimal: frozenset[str] = frozenset()
    quoted: frozenset[str] = frozenset()


_NOTHING = RowPatterns(Fitness.VERBATIM)


def _find_layout(masked_text: bytes) -> Layout | None:
    """Return the layout of the first two rows; the patterns show whether all rows have it."""
    if not (masked_text.startswith(b"(") and masked_text.endswith(b")")):
        return None
    between = _BETWEEN_ROWS.search(masked_text)
    row_end = b"),(" if between is None else between[0]
    end_of_first = len(masked_text) - 1 if between is None else between.start()
    field_end = b", " if b", " in masked_text[:end_of_first] else b","
    return Layout(field_end, row_end)


def _find_different(skeleton: bytes, row_end: bytes, rows: int) -> set[bytes] | None:
    """Return the patterns among so many rows; None if their number is another."""
    first = skeleton.partition(row_end)[0]
    if skeleton == row_end.join([first] * rows):
        return {first}
    patterns = skeleton.split(row_end)
    return set(patterns) if len(patterns) == rows else None


def _is_hexadecimal(masked_text: bytes, skeleton: bytes, layout: Layout) -> bool:
    """Tell `0xFF` from the name `x1`, which has the same pattern, and from a bare `0x`."""
    starts = (layout.field_end, b"(")
    written = sum(masked_text.count(start + b"0x") for start in starts)
    seen = sum(skeleton.count(start + b"x") for start in starts)
    return written == seen and not _NO_DIGITS.search(masked_text)


def _fits(value: bytes, kind: ValueKind) -> bool:
    if value == b"''":
        return kind is not ValueKind.OTHER
    match kind:
        case ValueKind.INTEGER:
            return value in (b"", b"-")
        case ValueKind.DECIMAL:
            return value in (b"", b"-", b".", b"-.")
        case ValueKind.FLOAT:
            return _NUMBER.fullmatch(value) is not None
        case ValueKind.BYTES:
            return value == b"_binary ''" or value.startswith(b"x")
        case _:
            return False


_DOUBLED_QUOTES = b"''''"
"""Two strings side by side in the masked text: one string with a doubled quote in it."""
_BETWEEN_ROWS = re.compile(rb"\),\s*\(")
# Numbers without their digits; hexadecimal numbers keep their letters. Without digits, 1-2 looks
# like -12 and is as constant; as a field it is a number with a warning, which is not accepted.
_NUMBER = re.compile(rb"-?\.?(?:[eE][-+]?)?")
_LITERAL = re.compile(rb"-?\.?(?:[eE][-+]?)?|NULL|null|(?:_binary )?''|x[0-9A-Fa-f]*")
_NO_DIGITS = re.compile(rb"0x[,)]")
# SQL computes -0 as 0; a field keeps the sign.
_NEGATIVE_ZERO = re.compile(rb"-0*(?:\.0*)?(?:[eE][-+]?\d+)?[,)]")
