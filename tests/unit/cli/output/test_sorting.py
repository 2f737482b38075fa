"""--sort of our own lists."""

import pytest

from rewound.cli.output.render import Cell
from rewound.cli.output.sorting import require_sortable, sort_list
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


@pytest.mark.parametrize(("wanted", "meant"), [("-detla", "did you mean delta? "), ("foo", "")])
def test_an_unknown_column_is_refused_with_all_that_there_are(wanted: str, meant: str):
    with pytest.raises(UsageError, match="the list has no such column") as raised:
        require_sortable(COLUMNS, f"world,{wanted}")
    assert raised.value.hint == (
        f"{meant}possible columns: world, before, delta; a minus in front, as in -delta, puts the"
        " largest first"
    )
    with pytest.raises(UsageError):
        sort_list(COLUMNS, ROWS, wanted)
    require_sortable(COLUMNS, "world,-DELTA")
