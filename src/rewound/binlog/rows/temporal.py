"""Dates and times in row images, as the texts that MySQL shows. TIMESTAMP is in UTC.

Sources: MySQL 9.7, mysys/my_time.cc (`my_datetime_packed_from_binary` and its kin); tried on
9.7.4, and the types from before MySQL 5.6 on MariaDB 10.11.19 with mysql56_temporal_format=OFF.
"""

from datetime import UTC, datetime, timedelta

_DATETIME_OFFSET = 1 << 39
_TIME_OFFSET = 1 << 23
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_date(raw: bytes) -> bytes:
    """Return `2026-03-03` of a DATE."""
    number = raw[0] | raw[1] << 8 | raw[2] << 16
    return b"%04d-%02d-%02d" % (number >> 9, number >> 5 & 15, number & 31)


def read_year(raw: bytes) -> bytes:
    """Return `2026` of a YEAR; 0 is the year 0000."""
    return b"%04d" % (1900 + raw[0] if raw[0] else 0)


def read_datetime(raw: bytes, digits: int) -> bytes:
    """Return `2026-03-03 21:15:02.123` of a DATETIME with this many digits of fractions."""
    packed = int.from_bytes(raw[:5], "big") - _DATETIME_OFFSET
    day, clock = packed >> 17, packed & 0x1FFFF
    month = day >> 5
    return b"%04d-%02d-%02d %02d:%02d:%02d%s" % (
        month // 13,
        month % 13,
        day & 31,
        clock >> 12,
        clock >> 6 & 63,
        clock & 63,
        _fraction(raw[5:], digits),
    )


def read_timestamp(raw: bytes, digits: int) -> bytes:
    """Return the same of a TIMESTAMP, in UTC; zero is the zero date."""
    seconds = int.from_bytes(raw[:4], "big")
    fraction = _fraction(raw[4:], digits)
    return _show_seconds(seconds) + fraction


def read_time(raw: bytes, digits: int) -> bytes:
    """Return `-12:34:56.789` of a TIME with this many digits of fractions."""
    # One number, the fraction its lowest bytes, and a bit flipped so that it sorts as bytes.
    fraction_bytes = len(raw) - 3
    offset = _TIME_OFFSET << 8 * fraction_bytes
    packed = int.from_bytes(raw, "big") - offset
    sign = b"-" if packed < 0 else b""
    packed = abs(packed)
    clock = packed >> 8 * fraction_bytes
    fraction = packed & (1 << 8 * fraction_bytes) - 1
    return b"%s%02d:%02d:%02d%s" % (
        sign,
        clock >> 12 & 0x3FF,
        clock >> 6 & 63,
        clock & 63,
        _fraction(fraction.to_bytes(fraction_bytes, "big"), digits),
    )


def read_old_datetime(raw: bytes) -> bytes:
    """Return a DATETIME of before MySQL 5.6: a number of 14 digits."""
    text = b"%014d" % int.from_bytes(raw, "little")
    return b"%s-%s-%s %s:%s:%s" % (
        text[:4],
        text[4:6],
        text[6:8],
        text[8:10],
        text[10:12],
        text[12:],
    )


def read_old_timestamp(raw: bytes) -> bytes:
    """Return a TIMESTAMP of before MySQL 5.6, in UTC."""
    return _show_seconds(int.from_bytes(raw, "little"))


def read_old_time(raw: bytes) -> bytes:
    """Return a TIME of before MySQL 5.6: a number of 7 digits."""
    number = int.from_bytes(raw, "little", signed=True)
    sign, number = (b"-", -number) if number < 0 else (b"", number)
    return b"%s%02d:%02d:%02d" % (sign, number // 10000, number // 100 % 100, number % 100)


def show_packed(kind_has_date: bool, kind_has_time: bool, packed: int) -> bytes:
    """Return the text of a date or time in a JSON value: MySQL's packed 64 bits."""
    sign = b"-" if packed < 0 else b""
    packed = abs(packed)
    microseconds, packed = packed & 0xFFFFFF, packed >> 24
    clock, day = packed & 0x1FFFF, packed >> 17
    month = day >> 5
    date = b"%04d-%02d-%02d" % (month // 13, month % 13, day & 31)
    if not kind_has_time:
        return date
    if kind_has_date:
        return b"%s %02d:%02d:%02d.%06d" % (
            date,
            clock >> 12,
            clock >> 6 & 63,
            clock & 63,
            microseconds,
        )
    hours = packed >> 12 & 0x3FF
    return b"%s%02d:%02d:%02d.%06d" % (sign, hours, packed >> 6 & 63, packed & 63, microseconds)


def _fraction(raw: bytes, digits: int) -> bytes:
    if not digits:
        return b""
    number = int.from_bytes(raw, "big")
    if digits & 1:  # one, three and five digits take the room of two, four and six
        number //= 10
    return b".%0*d" % (digits, number)


def _show_seconds(seconds: int) -> bytes:
    if not seconds:
        return b"0000-00-00 00:00:00"
    return b"%s" % f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}".encode()
