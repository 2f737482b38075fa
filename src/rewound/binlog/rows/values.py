"""The values of row images.

Of each type that is as the server sends it as text, or as close to it as a log allows:

| type | value |
| --- | --- |
| integers | int; signed where the log does not state it |
| FLOAT, DOUBLE | float |
| DECIMAL, DATE, TIME, DATETIME, YEAR | bytes: the text that the server shows |
| TIMESTAMP | bytes: the text that the server shows in time zone +00:00 |
| CHAR, VARCHAR, TEXT, BINARY, BLOB, GEOMETRY, VECTOR | bytes, as stored |
| ENUM, SET, BIT | int: the number of the word, one bit for each word, the bits |
| JSON | bytes: the text that the server shows; changes of a partial one: `JsonChanges` |
| NULL | None |
| a column that is not in the image | `Unlogged.UNLOGGED` |

CHAR is without the spaces at its end. In a log without metadata (MySQL 5.7 and older, MariaDB by
default), BINARY is without the zeros at its end: it cannot be told from CHAR.
"""

import struct
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import NamedTuple
from zlib import decompressobj
from zlib import error as zlib_error

from rewound.binlog.events import column_types as types
from rewound.binlog.events.header import LARGEST_EVENT_BYTES, LogEvent
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.table_map import LoggedColumn, TableMap
from rewound.binlog.rows import temporal
from rewound.binlog.rows.decimals import read_decimal
from rewound.binlog.rows.images import ImagePlans
from rewound.binlog.rows.json_values import read_json, read_json_changes
from rewound.binlog.rows.row_event import FLAGS_AT, RowEvent, is_partial, read_row_event
from rewound.binlog.rows.value_plan import (
    Decoder,
    JsonChanges,
    LoggedRow,
    PlannedValue,
    Unlogged,
    ValuePlan,
)

_BINARY = 63
_MOST_PLANS = 1_000


class LoggedChange(NamedTuple):
    """One row that was inserted, updated or deleted; values in the order of the columns."""

    before: LoggedRow | None
    """The row before; None of an insert."""
    after: LoggedRow | None
    """The row after; None of a delete."""


class ValueReader:
    """Reads the rows of one table, by a plan per set of columns and NULLs."""

    def __init__(self, table: TableMap, *, decoded: Collection[int] | None = None) -> None:
        """Take a table; without `decoded`, the places of some columns, all values are decoded.

        Values of other columns may be the bytes that the log has; see `decode`.
        """
        self.table = table
        self._images = ImagePlans(table)
        self._all_decoders = [make_decoder(column) for column in table.columns]
        self._decoders = [
            decoder if decoded is None or place in decoded else _as_stored
            for place, decoder in enumerate(self._all_decoders)
        ]
        self._plans: dict[tuple[int, bytes, frozenset[int]], ValuePlan] = {}
        self._heads: dict[tuple[int, bytes], RowEvent] = {}

    def decode(self, row: LoggedRow) -> LoggedRow:
        """Return a row, of which only some columns were decoded, with the values of all.

        Raises:
            MalformedEvent: a value is not one of its type.
        """
        return tuple(
            decoder(value) if decoder is not used and isinstance(value, bytes) else value
            for value, decoder, used in zip(row, self._all_decoders, self._decoders, strict=True)
        )

    def iter_event(self, event: LogEvent) -> Iterator[LoggedChange]:
        """Yield the rows of a row event in order, decoded.

        Raises:
            MalformedEvent: the rows are not those of this table.
        """
        body = event.body
        at = self._images.find_usual_rows(event.kind)
        key = (event.kind, body[FLAGS_AT + 2 : at])
        head = self._heads.get(key)
        if head is None:
            head = read_row_event(event, body)
            if head.rows_at == at and len(self._heads) < _MOST_PLANS:
                self._heads[key] = head  # of these, only the columns and where rows begin matter
        return self.iter_changes(head, body)

    def iter_changes(self, row_event: RowEvent, body: bytes) -> Iterator[LoggedChange]:
        """Yield the rows of an event in order, decoded.

        Raises:
            MalformedEvent: the rows are not those of this table.
        """
        self._images.require_width(row_event)
        before_columns, after_columns = row_event.before, row_event.after
        has_parts = is_partial(row_event.kind)
        partial: frozenset[int] = frozenset()
        before = after = None
        at, end = row_event.rows_at, len(body)
        read = self._read
        with too_short("the row event"):
            while at < end:
                if before_columns is not None:
                    before, at = read(body, at, before_columns, partial)
                if has_parts:
                    parts, at = self._images.read_partial_columns(body, at)
                    after, at = read(body, at, after_columns or 0, parts)
                elif after_columns is not None:
                    after, at = read(body, at, after_columns, partial)
                yield LoggedChange(before, after)

    def _read(
        self, body: bytes, at: int, columns: int, partial_columns: frozenset[int]
    ) -> tuple[LoggedRow, int]:
        """Return the values of the image that begins at `at`, and where it ends."""
        null_end = at + ((columns.bit_count() + 7) >> 3)
        key = (columns, body[at:null_end], partial_columns)
        plan = self._plans.get(key)
        if plan is None:
            if not columns:
                raise MalformedEvent("the row event has rows without columns")
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = self._plan(*key)
        return plan.read(body, null_end)

    def _plan(self, columns: int, nulls: bytes, partial_columns: frozenset[int]) -> ValuePlan:
        null_bits = int.from_bytes(nulls, "little")
        planned = []
        for place, column in enumerate(self.table.columns):
            is_null = False
            if is_present := bool(columns >> place & 1):
                is_null, null_bits = bool(null_bits & 1), null_bits >> 1
            if not is_present:
                planned.append(PlannedValue(constant=(Unlogged.UNLOGGED,)))
            elif is_null:
                planned.append(PlannedValue(constant=(None,)))
            elif place in partial_columns:
                planned.append(PlannedValue(column, _read_changes))
            else:
                planned.append(PlannedValue(column, self._decoders[place]))
        return ValuePlan(planned)


def _read_changes(raw: bytes) -> JsonChanges:
    return JsonChanges(read_json_changes(raw))


def make_decoder(column: LoggedColumn) -> Decoder:
    """Return what makes a value of the bytes of a column that is not NULL.

    Raises:
        MalformedEvent: there are no values of its type.
    """
    if column.kind in _INTEGERS:
        signed, unsigned = _INTEGERS[column.kind]
        return unsigned if column.is_unsigned else signed
    if column.kind == types.STRING and column.collation == _BINARY:
        return _padded(column.detail)
    if column.kind in _WITH_DETAIL:
        return _WITH_DETAIL[column.kind](column.detail)
    decoder = _DECODERS.get(column.kind)
    if decoder is None:
        raise MalformedEvent(f"values of type {column.kind} cannot be read")
    return decoder


def _integer(raw: bytes) -> int:
    return int.from_bytes(raw, "little", signed=True)


def _unsigned(raw: bytes) -> int:
    return int.from_bytes(raw, "little")


def _bits(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _float(raw: bytes) -> float:
    (number,) = struct.unpack("<f" if len(raw) == 4 else "<d", raw)
    return float(number)


def _as_stored(raw: bytes) -> bytes:
    return raw


def _padded(size: int) -> Decoder:
    """Return what gives a BINARY its zeros back, which are not in the log."""
    return lambda raw: raw.ljust(size, b"\0")


def _null(_raw: bytes) -> None:
    return None


def decompress_column(raw: bytes) -> bytes:
    """Return a value of a MariaDB column that is COMPRESSED.

    Its first byte is 0 if it is not compressed; else its low 3 bits say how many bytes the length
    has, and the next one whether zlib's header is missing.
    Source: MariaDB 10.11, sql/field.cc (`Field_longstr::uncompress`); tried on 10.11.19.
    """
    if not raw or not raw[0]:
        return raw[1:]
    size_bytes = raw[0] & 7
    size = int.from_bytes(raw[1 : 1 + size_bytes], "big")
    if size > LARGEST_EVENT_BYTES:
        raise MalformedEvent("a compressed value has an impossible length")
    member = decompressobj(-15 if raw[0] & 8 else 15)
    try:
        plain = member.decompress(raw[1 + size_bytes :], size + 1)
    except zlib_error as error:
        raise MalformedEvent(f"a compressed value is damaged: {error}") from error
    if len(plain) != size:
        raise MalformedEvent("a compressed value has another length than it states")
    return plain


def _decimal(detail: int) -> Decoder:
    return partial(read_decimal, digits=detail >> 8, decimals=detail & 0xFF)


def _fractional(read: Callable[[bytes, int], bytes]) -> Callable[[int], Decoder]:
    return lambda digits: lambda raw: read(raw, digits)


_INTEGERS: dict[int, tuple[Decoder, Decoder]] = dict.fromkeys(
    (types.TINY, types.SHORT, types.INT24, types.LONG, types.LONGLONG), (_integer, _unsigned)
)
_WITH_DETAIL: dict[int, Callable[[int], Decoder]] = {
    types.NEWDECIMAL: _decimal,
    types.DATETIME2: _fractional(temporal.read_datetime),
    types.TIMESTAMP2: _fractional(temporal.read_timestamp),
    types.TIME2: _fractional(temporal.read_time),
}
_DECODERS: dict[int, Decoder] = {
    types.FLOAT: _float,
    types.DOUBLE: _float,
    types.YEAR: temporal.read_year,
    types.DATE: temporal.read_date,
    types.NEWDATE: temporal.read_date,
    types.TIME: temporal.read_old_time,
    types.DATETIME: temporal.read_old_datetime,
    types.TIMESTAMP: temporal.read_old_timestamp,
    types.ENUM: _unsigned,
    types.SET: _unsigned,
    types.BIT: _bits,
    types.JSON: read_json,
    types.NULL: _null,
    types.BLOB_COMPRESSED: decompress_column,
    types.VARCHAR_COMPRESSED: decompress_column,
    **dict.fromkeys(
        (
            *(types.VARCHAR, types.VAR_STRING, types.STRING, types.GEOMETRY, types.VECTOR),
            *(types.TINY_BLOB, types.BLOB, types.MEDIUM_BLOB, types.LONG_BLOB),
        ),
        _as_stored,
    ),
}
