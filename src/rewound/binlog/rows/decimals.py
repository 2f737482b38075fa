"""DECIMAL values in row images, as the texts that MySQL shows.

Source: MySQL 9.7, strings/decimal.cc (`bin2decimal`); tried on 9.7.4.
"""

from rewound.binlog.events.malformed import MalformedEvent

_DIGITS_OF_GROUP, _BYTES_OF_GROUP = 9, 4
_BYTES_OF_DIGITS = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)


def read_decimal(raw: bytes, digits: int, decimals: int) -> bytes:
    """Return `-12.50` of a DECIMAL of so many digits, `decimals` of them behind the point.

    Raises:
        MalformedEvent: the bytes are no such number.
    """
    is_negative = not raw[0] & 0x80
    plain = bytearray(byte ^ 0xFF for byte in raw) if is_negative else bytearray(raw)
    plain[0] ^= 0x80
    whole_groups, whole_rest = divmod(digits - decimals, _DIGITS_OF_GROUP)
    groups, rest = divmod(decimals, _DIGITS_OF_GROUP)
    sizes = [whole_rest, *[_DIGITS_OF_GROUP] * (whole_groups + groups), rest]
    texts = []
    at = 0
    for size in sizes:
        end = at + _BYTES_OF_DIGITS[size]
        text = b"%0*d" % (size, int.from_bytes(plain[at:end], "big")) if size else b""
        if len(text) != size:
            raise MalformedEvent("the bytes of a DECIMAL are no decimal number")
        texts.append(text)
        at = end
    text = b"".join(texts)
    whole, fraction = text[: digits - decimals].lstrip(b"0") or b"0", text[digits - decimals :]
    sign = b"-" if is_negative else b""
    return sign + (whole + b"." + fraction if decimals else whole)
