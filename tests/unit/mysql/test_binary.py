import struct

import pytest

from rewound.mysql.binary import BinaryField, RowDecoder, write_double, write_float
from rewound.mysql.columns import Row

UNSIGNED, ZEROFILL = 32, 64


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, b"0"),
        (-0.0, b"-0"),
        (0.1, b"0.1"),
        (0.30000001192092896, b"0.3"),
        (0.3000000417232513, b"0.30000004"),
        (16777216.0, b"16777216"),
        (16777218.0, b"16777218"),
        (1e10, b"10000000000"),
        (1e15, b"1e15"),
        (-3.4028234663852886e38, b"-3.4028235e38"),
        (1.401298464324817e-45, b"1.4013e-45"),
    ],
)
def test_write_float_gives_the_shortest_text_of_the_same_float(value: float, text: bytes):
    stored = struct.unpack("<f", struct.pack("<f", value))[0]
    assert write_float(stored) == text
    assert struct.pack("<f", float(text)) == struct.pack("<f", value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e14, b"100000000000000"),
        (1e15, b"1e15"),
        (1234567890123456.0, b"1.234567890123456e15"),
        (2506149897122522.5, b"2506149897122522.5"),
        (1.5e-15, b"0.0000000000000015"),
        (1e-16, b"1e-16"),
        (1.23456e-15, b"0.00000000000000123456"),
        (-1.7976931348623157e308, b"-1.7976931348623157e308"),
        (5e-324, b"5e-324"),
        (12.5, b"12.5"),
    ],
)
def test_write_double_lays_numbers_out_as_mysql_does(value: float, text: bytes):
    assert write_double(value) == text


def decode(fields: list[BinaryField], *values: bytes | None) -> Row:
    nulls = sum(1 << place + 2 for place, value in enumerate(values) if value is None)
    mask = nulls.to_bytes((len(values) + 9) // 8, "little")
    return RowDecoder(fields).decode(b"\0" + mask + b"".join(value or b"" for value in values))


@pytest.mark.parametrize(
    ("field", "packed", "text"),
    [
        (BinaryField(1, 0, 4, 0), b"\xff", b"-1"),
        (BinaryField(1, UNSIGNED, 3, 0), b"\xff", b"255"),
        (BinaryField(9, 0, 9, 0), b"\xff\xff\xff\xff", b"-1"),
        (BinaryField(3, UNSIGNED | ZEROFILL, 6, 0), b"\x2a\0\0\0", b"000042"),
        (BinaryField(8, UNSIGNED, 20, 0), b"\xff" * 8, b"18446744073709551615"),
        (BinaryField(13, UNSIGNED | ZEROFILL, 4, 0), b"\0\0", b"0000"),
        (BinaryField(4, 0, 20, 3), struct.pack("<f", 16777218), b"16777218.000"),
        (BinaryField(4, UNSIGNED | ZEROFILL, 12, 31), struct.pack("<f", 3.5), b"0000000003.5"),
        (BinaryField(10, 0, 10, 0), b"\0", b"0000-00-00"),
        (BinaryField(10, 0, 10, 0), b"\4\xe8\7\2\0", b"2024-02-00"),
        (BinaryField(12, 0, 19, 2), b"\4\xe8\7\2\x1f", b"2024-02-31 00:00:00.00"),
        (BinaryField(7, 0, 19, 0), b"\7\xe8\7\2\1\1\2\3", b"2024-02-01 01:02:03"),
        (BinaryField(11, 0, 10, 3), b"\0", b"00:00:00.000"),
        (BinaryField(11, 0, 10, 0), b"\x08\1\x22\0\0\0\x16\x3b\x3b", b"-838:59:59"),
        (
            BinaryField(11, 0, 17, 6),
            b"\x0c\0\0\0\0\0\0\0\1\x20\xa1\7\0",
            b"00:00:01.500000",
        ),
        (BinaryField(252, 0, 0, 0), b"\xfc\xfb\0" + b"x" * 251, b"x" * 251),
    ],
)
def test_a_value_is_what_the_text_protocol_says(field: BinaryField, packed: bytes, text: bytes):
    number = BinaryField(3, 0, 11, 0)
    assert decode([number, field, number], b"\1\0\0\0", packed, None) == (b"1", text, None)


def test_null_is_told_from_values_in_wide_rows():
    fields = [BinaryField(1, 0, 4, 0)] * 20
    values = [None if place % 3 else b"\x07" for place in range(20)]
    assert decode(fields, *values) == tuple(None if place % 3 else b"7" for place in range(20))
