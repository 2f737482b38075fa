"""The overview: it folds into blocks, shows means, and never hides what changed most."""

import re
from collections.abc import Mapping
from decimal import Decimal

import pytest

from rewound.cli.output.heat import MOST_WORLDS, write_overview
from rewound.diff.report.document import ColumnReport, Report, TableReport, WorldReport
from rewound.diff.report.finding_report import FindingReport

Changed = Mapping[str, int]
"""World to how many of its players changed."""


def make_report(changed: Changed, odd: str | None = None, *, table: str = "player") -> Report:
    worlds = [
        WorldReport(name, tables=[make_table(table, rows), TableReport("game", "same", same=9)])
        for name, rows in changed.items()
    ]
    finding = FindingReport(
        [odd or ""], "game", table, "score", "mean change", [9.0], 1.0, 1.0, 9.0, "", ""
    )
    return Report("before", "after", worlds, [], [], [finding] if odd else [], None)


def make_table(name: str, rows: int) -> TableReport:
    column = ColumnReport("score", "integer", rows, 0, 0, 5 * rows, Decimal("4.4"), 1, 9, rows, 0)
    text = ColumnReport("note", "text", rows, 0, 0)
    return TableReport("game", name, ["id"], changed=rows, columns=[column, text] if rows else [])


def draw(
    report: Report, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> tuple[list[str], int]:
    monkeypatch.setenv("COLUMNS", str(width))
    left_out = write_overview(report)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()], left_out


def test_worlds_stand_side_by_side_where_they_fit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    lines, left_out = draw(make_report({"w1": 5, "w2": 0}), capsys, monkeypatch, 80)
    assert left_out == 0
    assert [line.split() for line in lines if "─" not in line] == [
        ["rows", "that", "differ", "w1", "w2"],
        ["player", "5", "·"],
        ["mean", "score", "+4.40", "·"],
    ]


@pytest.mark.parametrize(("width", "blocks"), [(160, 1), (80, 3), (40, 6)])
def test_they_go_on_in_blocks_below(
    width: int,
    blocks: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    changed = {f"region-{n}": n for n in range(1, 13)}
    lines, _ = draw(make_report(changed), capsys, monkeypatch, width)
    assert max(map(len, lines)) <= width
    heads = [line for line in lines if line.startswith("rows that differ")]
    assert len(heads) == blocks
    assert re.findall(r"region-\d+", " ".join(heads)) == list(changed)
    counts = [int(n) for line in lines if line.startswith("player") for n in line.split()[1:]]
    assert counts == list(changed.values())


def test_long_names_are_folded_not_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    world, table = "game-eu-01.prod.example.com", "t" * 60
    lines, _ = draw(make_report({world: 3}, table=table), capsys, monkeypatch, 60)
    assert max(map(len, lines)) <= 60
    text = "".join("".join(line.split()) for line in lines)
    assert text.count("t" * 30) == 2
    heads = [line.split()[-1] for line in lines[: lines.index(next(x for x in lines if "─" in x))]]
    assert "".join(heads) == world


def test_of_very_many_worlds_those_that_changed_least_are_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    changed = {f"w{n:03}": 1 for n in range(100)} | {"w050": 900, "w099": 2}
    lines, left_out = draw(make_report(changed, odd="w010"), capsys, monkeypatch, 80)
    assert left_out == 100 - MOST_WORLDS
    shown = re.findall(r"w\d{3}", " ".join(lines))
    assert len(shown) == MOST_WORLDS
    assert {"w010", "w050", "w099"} <= set(shown)
    assert shown == sorted(shown)


def test_nothing_is_drawn_where_nothing_differs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    assert draw(make_report({"w1": 0}), capsys, monkeypatch, 80) == ([], 0)
