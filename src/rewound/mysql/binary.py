"""Rows of MySQL's binary protocol, as the text protocol would have written them. Pure.

There is one difference, which is the reason for using it: a FLOAT has as many digits as it takes to
read the same number back. The text protocol writes six, so that 16777216 and 16777218 both become
16777200.

Source: MySQL 9.7 manual, "Binary Protocol Resultset"; the formatting of numbers was tried on 9.7.4.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rewound.mysql.columns import Row

FLOAT = 4
"""The protocol's number of the type FLOAT."""
ANY_SCALE = 31
"""The scale of a FLOAT or DOUBLE that declares none; with one, its text is exact."""

_Reader = Callable[[bytes, int], tuple[bytes, int]]
"""Takes a packet and the position of a value; returns its text and the position after it."""

_UNSIGNED = 32
_ZEROFILL = 64
_INTEGERS = {1: "b", 2: "h", 9: "i", 3: "i", 8: "q", 13: "H"}
_DOUBLE, _YEAR = 5, 13
_DATES, _DATETIMES, _TIME = (10, 14), (7, 12), 11
_HIGHEST_PLAIN_EXPONENT = 14
_LOWEST_PLAIN_EXPONENT = -15
_MOST_FLOAT_DIGITS = 9
_FEWEST_FLOAT_DIGITS = 6
_NULLS_FROM_BIT = 2  # of a row's map of NULLs


@dataclass(frozen=True, slots=True)
class BinaryField:
    """One column of a result, by the protocol's numbers."""

    code: int
    flags: int
    length: int
    scale: int


class RowDecoder:
    """Turns the packets of one result into rows."""

    def __init__(self, fields: Sequence[BinaryField]) -> None:
        self._readers = [_choose_reader(field) for field in fields]
        self._first = 1 + (len(fields) + _NULLS_FROM_BIT + 7) // 8

    def decode(self, packet: bytes) -> Row:
        """Return the row in a packet."""
        nulls = int.from_bytes(packet[1 : self._first], "little") >> _NULLS_FROM_BIT
        values: list[bytes | None] = []
        place = self._first
        for index, read in enumerate(self._readers):
            if nulls >> index & 1:
                values.append(None)
            else:
                value, place = read(packet, place)
                values.append(value)
        return tuple(values)


def write_float(value: float) -> bytes:
    """Return the shortest text that reads back as the same FLOAT."""
    stored = struct.pack("<f", value)
    for digits in range(_FEWEST_FLOAT_DIGITS, _MOST_FLOAT_DIGITS):
        text = f"{value:.{digits - 1}e}"
        if _pack_loosely(float(text)) == stored:
            return _lay_out(text)
    return _lay_out(f"{value:.{_MOST_FLOAT_DIGITS - 1}e}")


def write_double(value: float) -> bytes:
    """Return a DOUBLE as MySQL writes it."""
    return _lay_out(f"{Decimal(repr(value)):e}")


def _pack_loosely(value: float) -> bytes:
    try:
        return struct.pack("<f", value)
    except OverflowError:  # rounded up beyond the largest FLOAT
        return b""


def _lay_out(scientific: str) -> bytes:
    """Return a number as MySQL formats it: with an exponent only if it would be long without."""
    mantissa, _, exponent_text = scientific.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    exponent = int(exponent_text) if digits != "0" else 0
    has_digits_after_point = 0 <= exponent < len(digits) - 1
    is_plain = _LOWEST_PLAIN_EXPONENT <= exponent <= _HIGHEST_PLAIN_EXPONENT
    if not is_plain and not has_digits_after_point:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{exponent}".encode()
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}".encode()
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    fraction = digits[exponent + 1 :]
    return f"{sign}{whole}{f'.{fraction}' if fraction else ''}".encode()


def _choose_reader(field: BinaryField) -> _Reader:
    if field.code in _INTEGERS:
        return _read_integers(field)
    if field.code in (FLOAT, _DOUBLE):
        return _read_floats(field)
    if field.code in _DATES:
        return _read_date
    if field.code in _DATETIMES:
        return _read_datetimes(field.scale)
    if field.code == _TIME:
        return _read_times(field.scale)
    return _read_text


def _read_integers(field: BinaryField) -> _Reader:
    kind = _INTEGERS[field.code]
    shape = struct.Struct("<" + (kind.upper() if field.flags & _UNSIGNED else kind))
    width = 4 if field.code == _YEAR else field.length if field.flags & _ZEROFILL else 0
    # A MEDIUMINT takes four bytes, a YEAR two.
    return lambda packet, place: (
        b"%0*d" % (width, shape.unpack_from(packet, place)[0]),
        place + shape.size,
    )


def _read_floats(field: BinaryField) -> _Reader:
    shape = struct.Struct("<f" if field.code == FLOAT else "<d")
    write = write_float if field.code == FLOAT else write_double
    width = field.length if field.flags & _ZEROFILL else 0

    def read(packet: bytes, place: int) -> tuple[bytes, int]:
        [value] = shape.unpack_from(packet, place)
        text = write(value) if field.scale >= ANY_SCALE else f"{value:.{field.scale}f}".encode()
        return text.rjust(width, b"0"), place + shape.size

    return read


def _read_text(packet: bytes, place: int) -> tuple[bytes, int]:
    size = packet[place]
    place += 1
    if size > 250:
        size_bytes = {252: 2, 253: 3, 254: 8}[size]
        size = int.from_bytes(packet[place : place + size_bytes], "little")
        place += size_bytes
    return packet[place : place + size], place + size


def _read_date(packet: bytes, place: int) -> tuple[bytes, int]:
    size = packet[place]
    parts = packet[place + 1 : place + 1 + size].ljust(4, b"\0")
    year, month, day = struct.unpack_from("<HBB", parts)
    return b"%04d-%02d-%02d" % (year, month, day), place + 1 + size


def _read_datetimes(scale: int) -> _Reader:
    def read(packet: bytes, place: int) -> tuple[bytes, int]:
        size = packet[place]
        parts = packet[place + 1 : place + 1 + size].ljust(11, b"\0")
        *numbers, microsecond = struct.unpack("<HBBBBBI", parts)
        text = b"%04d-%02d-%02d %02d:%02d:%02d" % tuple(numbers)
        return text + _write_fraction(microsecond, scale), place + 1 + size

    return read


def _read_times(scale: int) -> _Reader:
    def read(packet: bytes, place: int) -> tuple[bytes, int]:
        size = packet[place]
        parts = packet[place + 1 : place + 1 + size].ljust(12, b"\0")
        is_negative, days, hours, minutes, seconds, microsecond = struct.unpack("<BIBBBI", parts)
        sign = b"-" if is_negative else b""
        text = b"%b%02d:%02d:%02d" % (sign, days * 24 + hours, minutes, seconds)
        return text + _write_fraction(microsecond, scale), place + 1 + size

    return read


def _write_fraction(microsecond: int, scale: int) -> bytes:
    return b".%b" % (b"%06d" % microsecond)[:scale] if 0 < scale <= 6 else b""
