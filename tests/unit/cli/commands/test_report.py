"""The table of a world's counts."""

import pytest

from rewound.cli.commands.report import _write_counts

COLUMNS = ["world", "schema", "table"]
COLUMNS += ["rows_in_dump", "duplicates", "loaded", "by_others", "by_logs", "counted"]


@pytest.mark.parametrize(
    ("row", "names", "cells"),
    [
        ([5000, 0, 5000, 0, 0, 5000], "in_dump loaded counted", "5,000 5,000 5,000"),
        ([5, 1, 4, 0, 2, 6], "in_dump duplicates loaded by_logs counted", "5 1 4 2 6"),
        ([0, 0, 0, 2, 0, 2], "in_dump loaded by_others counted", "0 0 2 2"),
    ],
)
def test_counts_that_are_all_0_are_left_out(
    row: list[int], names: str, cells: str, capsys: pytest.CaptureFixture[str]
):
    empty = [0] * len(row)
    _write_counts(COLUMNS, [["w", "game", "player", *row], ["w", "game", "empty", *empty]])
    heading, _, first, _ = capsys.readouterr().out.splitlines()
    assert heading.split() == ["schema", "table", *names.split()]
    assert first.split() == ["game", "player", *cells.split()]
