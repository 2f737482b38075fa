import doctest
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.cli.output import widths
from rewound.cli.output.widths import LEAST, fit_widths


def test_the_example_holds():
    assert doctest.testmod(widths).failed == 0


@pytest.mark.parametrize(
    ("wanted", "gives_way", "available", "expected"),
    [
        ([5, 10], "tt", 18, [5, 10]),
        ([5, 10], "tt", 17, [5, 9]),
        ([5, 30, 20], "nnt", 57, [5, 30, 16]),
        ([5, 30, 20], "nnt", 40, [5, 30]),
        ([30, 30], "tt", 43, [20, 20]),
        ([30, 30], "tt", 44, [20, 21]),
        ([30, 12, 30], "ttt", 47, [14, 12, 15]),
        ([4_000_000, 4_000_001], "tt", 43, [20, 20]),
        ([30, 30], "tt", 18, [18]),
        ([30, 30], "tt", 5, [5]),
        ([30], "n", 5, [5]),
        ([], "", 80, []),
    ],
)
def test_texts_give_way_then_columns_go(
    wanted: list[int], gives_way: str, available: int, expected: list[int]
):
    kinds = [kind == "t" for kind in gives_way]
    assert fit_widths(wanted, kinds, available=available, gap=3) == expected


@given(
    st.lists(st.tuples(st.integers(1, 200), st.booleans()), min_size=1, max_size=30),
    st.integers(1, 300),
)
def test_what_is_shown_fits_and_numbers_are_whole(columns: list[tuple[int, bool]], available: int):
    wanted, gives_way = zip(*columns, strict=True)
    shown = fit_widths(wanted, gives_way, available=available, gap=3)
    assert 1 <= len(shown) <= len(wanted)
    assert sum(shown) + 3 * (len(shown) - 1) <= available
    for width, whole, is_text in zip(shown[1:], wanted[1:], gives_way[1:], strict=False):
        assert width == whole or (is_text and LEAST <= width < whole)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=8),
    st.integers(1, 150),
)
def test_the_widest_loses_one_cell_after_the_other(columns: list[tuple[int, bool]], available: int):
    wanted, gives_way = zip(*columns, strict=True)
    assert fit_widths(wanted, gives_way, available=available, gap=3) == one_by_one(
        wanted, gives_way, available=available, gap=3
    )


def one_by_one(
    wanted: Sequence[int], gives_way: Sequence[bool], *, available: int, gap: int
) -> list[int]:
    """The same a cell at a time."""
    for count in range(len(wanted), 0, -1):
        widths = list(wanted[:count])
        excess = sum(widths) + gap * (count - 1) - available
        while excess > 0:
            places = [p for p in range(count) if gives_way[p] and widths[p] > LEAST]
            if not places:
                break
            widths[max(places, key=widths.__getitem__)] -= 1
            excess -= 1
        if excess <= 0:
            return widths
    return [min(wanted[0], available)]


@pytest.mark.parametrize(
    ("wanted", "floors", "available", "expected"),
    [
        ([30, 30], [20, 0], 44, [20, 21]),
        ([30, 30], [25, 0], 44, [25, 16]),
        ([30, 30], [25, 25], 44, [30]),
        ([30, 12, 30], [0, 12, 0], 47, [14, 12, 15]),
    ],
)
def test_what_must_not_be_cut_is_a_floor(
    wanted: list[int], floors: list[int], available: int, expected: list[int]
):
    kinds = [True] * len(wanted)
    assert fit_widths(wanted, kinds, available=available, gap=3, floors=floors) == expected
