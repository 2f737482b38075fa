"""Numbers and sizes as people read them."""

from decimal import Decimal

import pytest

from rewound.figures import show_count, show_number, show_size


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (1_234_567, "1,234,567"),
        (-1234.5, "-1,234.5"),
        (Decimal("18446744073709551615.0500"), "18,446,744,073,709,551,615.0500"),
        (Decimal("1E+4"), "10,000"),
    ],
)
def test_numbers_have_separators_and_keep_their_digits(number: int | float | Decimal, shown: str):
    assert show_number(number) == shown


def test_a_count_agrees_with_its_noun():
    assert [show_count(number, "row") for number in (0, 1, 1200)] == [
        "0 rows",
        "1 row",
        "1,200 rows",
    ]


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (3 << 30, "3.0 GiB"),
        (5 << 40, "5.0 TiB"),
        (5 << 50, "5,120.0 TiB"),
    ],
)
def test_sizes_are_short(size_bytes: int, shown: str):
    assert show_size(size_bytes) == shown
