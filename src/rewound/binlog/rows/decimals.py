"""DECIMAL values in row images, as the texts that MySQL shows.

Source: MySQL 9.7, strings/decimal.cc (`bin2decimal`); tried on 9.7.4.
"""

from functools import lru_cache

from rewound.binlog.events.malformed import MalformedEvent

_DIGITS_OF_GROUP = 9
_BYTES_OF_DIGITS = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)


def read_decimal(raw: bytes, digits: int, decimals: int) -> bytes:
    """Return `-12.50` of a DECIMAL of so many digits, `decimals` of them after the point.

    Raises:
        MalformedEvent: the bytes are no such number.
    """
    whole_bits, groups = _find_groups(digits, decimals)
    bits = 8 * len(raw)
    sign_bit = 1 << bits - 1
    number = int.from_bytes(raw, "big")
    is_negative = not number & sign_bit
    # The sign is the first bit, flipped; all bits of a negative number are.
    number = (~number & sign_bit - 1) if is_negative else number ^ sign_bit
    whole = fraction = b""
    for shift, mask, size in groups:
        text = b"%0*d" % (size, number >> shift & mask)
        if len(text) != size:
            raise MalformedEvent("the bytes of a DECIMAL are not a decimal number")
        if shift >= whole_bits:
            whole += text
        else:
            fraction += text
    sign = b"-" if is_negative else b""
    whole = whole.lstrip(b"0") or b"0"
    return b"%s%s.%s" % (sign, whole, fraction) if decimals else sign + whole


@lru_cache(maxsize=1_000)
def _find_groups(digits: int, decimals: int) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Return how many bits the fraction has, and shift, mask and digits of each group."""
    whole_groups, whole_rest = divmod(digits - decimals, _DIGITS_OF_GROUP)
    full_groups, rest = divmod(decimals, _DIGITS_OF_GROUP)
    whole = [whole_rest, *[_DIGITS_OF_GROUP] * whole_groups]
    fraction = [*[_DIGITS_OF_GROUP] * full_groups, rest]
    fraction_bits = 8 * sum(_BYTES_OF_DIGITS[size] for size in fraction)
    shift = fraction_bits + 8 * sum(_BYTES_OF_DIGITS[size] for size in whole)
    groups = []
    for size in filter(None, [*whole, *fraction]):
        bits = 8 * _BYTES_OF_DIGITS[size]
        shift -= bits
        groups.append((shift, (1 << bits) - 1, size))
    return fraction_bits, tuple(groups)
