"""Columns fold into blocks, and none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.cli.output.blocks import fit_blocks


@pytest.mark.parametrize(
    ("widths", "available", "sizes"),
    [
        ([], 80, []),
        ([6], 3, [1]),
        ([6] * 12, 200, [12]),
        ([6] * 12, 62, [6, 6]),
        ([6] * 12, 42, [4, 4, 4]),
        ([6] * 13, 62, [7, 6]),
        ([50, 5, 5, 50], 60, [2, 2]),
        ([90, 5], 60, [1, 1]),
    ],
)
def test_blocks_are_few_and_even(widths: list[int], available: int, sizes: list[int]):
    assert [len(block) for block in fit_blocks(widths, available=available, gap=3)] == sizes


@given(st.lists(st.integers(1, 40), max_size=40), st.integers(1, 120))
def test_every_column_is_in_one_block_that_fits(widths: list[int], available: int):
    blocks = fit_blocks(widths, available=available, gap=3)
    assert [place for block in blocks for place in block] == list(range(len(widths)))
    for block in blocks:
        taken = sum(widths[place] for place in block) + 3 * (len(block) - 1)
        assert len(block) == 1 or taken <= available
