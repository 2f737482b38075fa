"""--sort of our own lists."""

import pytest

from rewound.cli.output.render import Cell
from rewound.cli.output.sorting import sort_list
from rewound.errors import UsageError

COLUMNS = ["world", "before", "delta"]
ROWS: list[list[Cell]] = [
    ["w1", "9", 5],
    ["w2", "10", None],
    ["w1", "x", -7],
    ["w2", "-1", 50],
]


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        ("delta", [2, 0, 3, 1]),
        ("-delta", [3, 0, 2, 1]),
        ("before", [3, 0, 1, 2]),
        ("-world, Delta", [3, 1, 2, 0]),
        ("", [0, 1, 2, 3]),
    ],
)
def test_rows_are_sorted_by_numbers_as_numbers(wanted: str, order: list[int]):
    assert sort_list(COLUMNS, ROWS, wanted) == [ROWS[place] for place in order]


def test_an_unknown_column_is_refused_with_what_was_meant():
    with pytest.raises(UsageError) as raised:
        sort_list(COLUMNS, ROWS, "-detla")
    assert raised.value.hint == "did you mean delta?"
