"""JSON values in row images: MySQL's binary form, as the text that MySQL shows.

Source: MySQL 9.7, sql-common/json_binary.h and json_dom.cc; tried on 9.7.4. Also the lists of
changes that stand for a value with binlog_row_value_options=PARTIAL_JSON (json_diff.h).
"""

import base64
import json
import math
import struct
from decimal import Decimal
from typing import NamedTuple

from rewound.binlog.events import column_types as types
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.packed import read_packed
from rewound.binlog.rows.decimals import read_decimal
from rewound.binlog.rows.temporal import show_packed

_SMALL_OBJECT, _LARGE_OBJECT, _SMALL_ARRAY, _LARGE_ARRAY, _LITERAL = range(5)
_INT16, _UINT16, _INT32, _UINT32, _INT64, _UINT64, _DOUBLE, _STRING = range(5, 13)
_OPAQUE = 15
_LITERALS = {0: b"null", 1: b"true", 2: b"false"}
_NUMBERS = {
    _INT16: struct.Struct("<h"),
    _UINT16: struct.Struct("<H"),
    _INT32: struct.Struct("<i"),
    _UINT32: struct.Struct("<I"),
    _INT64: struct.Struct("<q"),
    _UINT64: struct.Struct("<Q"),
}
_IN_SMALL = frozenset({_LITERAL, _INT16, _UINT16})
_IN_LARGE = _IN_SMALL | {_INT32, _UINT32}
_unpack_double = struct.Struct("<d").unpack_from
_MOST_DIGITS = 15
_MOST_NESTED = 101
"""MySQL allows 100 levels."""
_HAS_DATE = frozenset({types.DATE, types.DATETIME, types.TIMESTAMP})
_HAS_TIME = frozenset({types.TIME, types.DATETIME, types.TIMESTAMP})
_OPERATIONS = ("REPLACE", "INSERT", "REMOVE")
_REMOVE = 2


class JsonChange(NamedTuple):
    """One change of a JSON value."""

    operation: str
    """REPLACE, INSERT or REMOVE."""
    path: bytes
    """Such as `$.a[1]`."""
    value: bytes | None
    """The new value as text; None where one is removed."""


def read_json(data: bytes) -> bytes:
    """Return the text of a JSON value.

    Raises:
        MalformedEvent: the bytes are not one.
    """
    if not data:  # from columns that were altered without strict mode
        return b"null"
    with too_short("a JSON value"):
        out: list[bytes] = []
        # Hostile offsets can point at the same bytes again and again.
        _Writer(len(data), out).write(data[0], data, 1, 0)
    return b"".join(out)


def read_json_changes(data: bytes) -> tuple[JsonChange, ...]:
    """Return the changes that stand for a JSON value.

    Raises:
        MalformedEvent: the bytes are not changes.
    """
    changes = []
    at = 0
    with too_short("a change of a JSON value"):
        while at < len(data):
            operation = data[at]
            if operation >= len(_OPERATIONS):
                raise MalformedEvent(f"a JSON value is changed in the unknown way {operation}")
            path, at = _read_sized(data, at + 1)
            value = None
            if operation != _REMOVE:
                raw, at = _read_sized(data, at)
                value = read_json(raw)
            changes.append(JsonChange(_OPERATIONS[operation], path, value))
    return tuple(changes)


def _read_sized(data: bytes, at: int) -> tuple[bytes, int]:
    size, at = read_packed(data, at)
    if at + size > len(data):
        raise IndexError(at)
    return data[at : at + size], at + size


class _Writer:
    """Writes one value; `budget` bounds how many parts are visited."""

    def __init__(self, budget: int, out: list[bytes]) -> None:
        self._budget = budget
        self._out = out

    def write(self, kind: int, data: bytes, at: int, depth: int) -> None:
        """Write the value of this type at a place."""
        self._budget -= 1
        if depth > _MOST_NESTED or self._budget < 0:
            raise MalformedEvent("a JSON value is nested too deeply")
        if kind <= _LARGE_ARRAY:
            self._write_container(kind, data, at, depth)
        elif kind == _LITERAL:
            if data[at] not in _LITERALS:
                raise MalformedEvent(f"{data[at]} is not a JSON literal")
            self._out.append(_LITERALS[data[at]])
        elif kind in _NUMBERS:
            self._out.append(str(_NUMBERS[kind].unpack_from(data, at)[0]).encode())
        elif kind == _DOUBLE:
            self._out.append(show_double(_unpack_double(data, at)[0]))
        elif kind == _STRING:
            self._out.append(_quote(_read_text(data, at)))
        elif kind == _OPAQUE:
            self._out.append(_show_opaque(data[at], _read_text(data, at + 1)))
        else:
            raise MalformedEvent(f"a JSON value has the unknown type {kind}")

    def _write_container(self, kind: int, data: bytes, start: int, depth: int) -> None:
        is_large = kind in (_LARGE_OBJECT, _LARGE_ARRAY)
        is_object = kind in (_SMALL_OBJECT, _LARGE_OBJECT)
        size = 4 if is_large else 2
        inlined = _IN_LARGE if is_large else _IN_SMALL
        count = _number(data, start, size)
        keys_at = start + 2 * size
        values_at = keys_at + count * (size + 2) if is_object else keys_at
        if values_at + count * (1 + size) > len(data):
            raise IndexError(values_at)
        self._out.append(b"{" if is_object else b"[")
        for place in range(count):
            if place:
                self._out.append(b", ")
            if is_object:
                entry = keys_at + place * (size + 2)
                key_at, key_bytes = (
                    start + _number(data, entry, size),
                    _number(data, entry + size, 2),
                )
                if key_at + key_bytes > len(data):
                    raise IndexError(key_at)
                self._out += (_quote(data[key_at : key_at + key_bytes]), b": ")
            entry = values_at + place * (1 + size)
            value_kind = data[entry]
            value_at = (
                entry + 1 if value_kind in inlined else start + _number(data, entry + 1, size)
            )
            self.write(value_kind, data, value_at, depth + 1)
        self._out.append(b"}" if is_object else b"]")


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise IndexError(at)
    return int.from_bytes(data[at : at + size], "little")


def _read_text(data: bytes, at: int) -> bytes:
    """Return the text after its length, of which each byte has seven bits."""
    size = shift = 0
    while True:
        byte = data[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 28:
            raise MalformedEvent("a text in a JSON value has an impossible length")
    if at + size > len(data):
        raise IndexError(at)
    return data[at : at + size]


def _quote(text: bytes) -> bytes:
    return json.dumps(text.decode("utf-8", "surrogateescape"), ensure_ascii=False).encode(
        "utf-8", "surrogateescape"
    )


def _show_opaque(kind: int, raw: bytes) -> bytes:
    """Show a value of an SQL type in a JSON value."""
    if kind == types.NEWDECIMAL:
        digits, decimals = raw[0], raw[1]
        if len(raw) != 2 + types.decimal_bytes(digits, decimals) or decimals > digits:
            raise IndexError(len(raw))
        return read_decimal(raw[2:], digits, decimals)
    if kind in _HAS_DATE or kind in _HAS_TIME:
        packed = int.from_bytes(raw[:8], "little", signed=True)
        return b'"%s"' % show_packed(kind in _HAS_DATE, kind in _HAS_TIME, packed)
    return b'"base64:type%d:%s"' % (kind, base64.b64encode(raw))


def show_double(number: float) -> bytes:
    """Return a DOUBLE as MySQL shows it in JSON: the shortest digits that give it back.

    Source: MySQL 9.7, strings/dtoa.cc (`my_gcvt`): no exponent up to 15 digits before the point or
    14 zeros after it; tried on 9.7.4.
    """
    if not math.isfinite(number):
        raise MalformedEvent("a JSON value has a number that is not finite")
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + int(exponent)
    minus = "-" if sign else ""
    if number == 0:
        return f"{minus}0.0".encode()
    if not -_MOST_DIGITS < point <= _MOST_DIGITS:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        return f"{minus}{text[0]}{fraction}e{point - 1}".encode()
    if point <= 0:
        return f"{minus}0.{'0' * -point}{text}".encode()
    return f"{minus}{text[:point].ljust(point, '0')}.{text[point:] or '0'}".encode()
