"""Rows as an Arrow table: every column in the type of Arrow that holds it exactly.

    INTEGER            int8 to int64, uint8 to uint64     MEDIUMINT has 32 bits
    YEAR               uint16
    BIT                uint64
    DECIMAL            decimal128, over 38 digits decimal256
    FLOAT, DOUBLE      float, double
    DATE               date32
    DATETIME           timestamp[us], without time zone
    TIME               duration[us]
    TEXT, JSON         string
    BINARY, GEOMETRY   binary

A column with a value that its type cannot hold, as no calendar has 0000-00-00, stays text, and
a warning names the column and the value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from rewound.mysql.columns import BYTES, Column, ColumnType, Row

_MOST_DECIMAL128_DIGITS = 38
_DIRECT = {
    ColumnType.YEAR: pa.uint16(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us"),
    ColumnType.TEXT: pa.string(),
    ColumnType.JSON: pa.string(),
    ColumnType.BINARY: pa.binary(),
    ColumnType.GEOMETRY: pa.binary(),
    ColumnType.TIME: pa.duration("us"),
    ColumnType.BIT: pa.uint64(),
}
_TIME = r"^(?P<sign>-?)(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d)(?:\.(?P<fraction>\d+))?$"
_MICROSECOND_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Typed:
    """An Arrow table, and what could not be typed in it."""

    table: pa.Table
    kept_as_text: dict[str, str]
    """Columns left as the server's text, by name, to a value that their type cannot hold."""


def make_table(columns: Sequence[Column], runs: Iterable[Sequence[Row]]) -> Typed:
    """Return all rows of these runs as a table."""
    chunks: list[list[pa.Array]] = [[] for _ in columns]
    raw = [pa.binary() if column.type in BYTES else pa.string() for column in columns]
    for rows in runs:
        for chunk, values, kind in zip(chunks, zip(*rows, strict=True), raw, strict=False):
            chunk.append(pa.array(values, type=kind))
    arrays, kept = [], {}
    for column, chunk, kind in zip(columns, chunks, raw, strict=True):
        text = pa.chunked_array(chunk, type=kind)
        try:
            arrays.append(_type_values(text, column))
        except pa.ArrowInvalid:
            arrays.append(text)
            kept[column.name] = _find_unfit(text, column)
    return Typed(pa.table(arrays, names=[column.name for column in columns]), kept)


def arrow_type(column: Column) -> pa.DataType:
    """Return the type that a column's values have in Arrow."""
    match column.type:
        case ColumnType.INTEGER:
            bits = 32 if column.bits == 24 else column.bits
            return getattr(pa, f"{'u' if column.is_unsigned else ''}int{bits}")()
        case ColumnType.FLOAT:
            return pa.float32() if column.bits == 32 else pa.float64()
        case ColumnType.DECIMAL if column.precision <= _MOST_DECIMAL128_DIGITS:
            return pa.decimal128(column.precision, column.scale)
        case ColumnType.DECIMAL:
            return pa.decimal256(column.precision, column.scale)
        case _:
            return _DIRECT[column.type]


def _type_values(text: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Return the values of a column in its type.

    Raises:
        pyarrow.ArrowInvalid: one of them does not fit.
    """
    kind = arrow_type(column)
    if column.type is ColumnType.BIT:
        numbers = [None if v is None else int.from_bytes(v, "big") for v in text.to_pylist()]
        return pa.chunked_array([pa.array(numbers, type=kind)])
    if column.type is ColumnType.TIME:
        return _read_times(text)
    return text if text.type == kind else pc.cast(text, kind)


def _read_times(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the durations that texts such as -838:59:59.000000 stand for."""
    parts = pc.extract_regex(text, pattern=_TIME)

    def number(name: str) -> pa.ChunkedArray:
        return pc.cast(pc.struct_field(parts, name), pa.int64())

    fraction = pc.utf8_rpad(pc.struct_field(parts, "fraction"), _MICROSECOND_DIGITS, padding="0")
    minutes = pc.add(pc.multiply(number("hours"), 60), number("minutes"))
    seconds = pc.add(pc.multiply(minutes, 60), number("seconds"))
    size = pc.add(pc.multiply(seconds, 1_000_000), pc.cast(fraction, pa.int64()))
    is_negative = pc.equal(pc.struct_field(parts, "sign"), "-")
    return pc.cast(pc.if_else(is_negative, pc.negate(size), size), pa.duration("us"))


def _find_unfit(text: pa.ChunkedArray, column: Column) -> str:
    """Return the first value that does not fit a column's type."""
    for value in text.to_pylist():
        try:
            _type_values(pa.chunked_array([[value]], type=text.type), column)
        except pa.ArrowInvalid:
            return str(value)
    raise AssertionError(f"every value of {column.name} fits by itself")
