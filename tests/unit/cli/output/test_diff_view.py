"""What stands out, as a table shows it."""

import sys
from dataclasses import replace
from decimal import Decimal

import click
import pytest

from rewound.cli.output.diff_view import DiffPresentation, show_report
from rewound.diff.report.document import (
    ColumnReport,
    DefinitionReport,
    TableReport,
    WorldReport,
)
from rewound.diff.report.finding_report import FindingReport
from tests.unit.diff.sample_report import make_report

TABLE = DiffPresentation("table", None, None, None)


def make_finding(world: str, text: str, *, is_further: bool) -> FindingReport:
    return FindingReport(
        [world], "game", "t", "c", "mean change", [5.0], 3.0, 3.0, 9.0, text, "rewound diff a b",
        is_further,
    )  # fmt: skip


def test_further_findings_are_counted(capsys: pytest.CaptureFixture[str]):
    findings = [
        make_finding("w13", "w13: one", is_further=False),
        make_finding("w13", "w13: two", is_further=False),
        make_finding("w2", "w2: other", is_further=False),
        *(make_finding("w13", f"w13: further {n}", is_further=True) for n in range(6)),
    ]
    show_report(replace(make_report(), findings=findings), {}, TABLE)
    lines = capsys.readouterr().out.splitlines()
    first = lines.index("what stands out")
    assert lines[first + 5].startswith("  w2: other (9.0 times the usual spread)")
    assert lines[first + 7] == "  and 6 more about w13; --format json has all"


def test_other_definitions_have_no_spread(capsys: pytest.CaptureFixture[str]):
    text = "w1: its definitions changed differently from those of the others"
    finding = replace(
        make_finding("w1", text, is_further=False), schema=None, table=None, measure="definitions"
    )
    show_report(replace(make_report(), findings=[finding]), {}, TABLE)
    assert f"  {text}" in capsys.readouterr().out.splitlines()


def test_what_changed_in_many_worlds_breaks_at_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    added = DefinitionReport("added", "column", "game", "player", "title")
    names = ["asia-1", "asia-3", "eu-central-1", "oceania-1", "us-east-1", "us-west-2"]
    worlds = [WorldReport(name, definitions=[added]) for name in names]
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show_report(replace(make_report(), worlds=worlds), {}, TABLE)
    lines = capsys.readouterr().out.splitlines()
    first = lines.index("what changed in the schemas") + 1
    assert lines[first:] == [
        "  asia-[1,3], eu-central-1, oceania-1, us-east-1,",
        "    us-west-2: column player.title added",
    ]


def test_an_error_of_many_worlds_is_told_once_and_without_an_empty_table(
    capsys: pytest.CaptureFixture[str],
):
    table = TableReport("game", "player", error="no column levl")
    worlds = [WorldReport(f"w{n}", tables=[table]) for n in range(1, 14)]
    for how in (TABLE, replace(TABLE, rows=20)):
        show_report(replace(make_report(), worlds=worlds, findings=[]), {}, how)
        shown = capsys.readouterr()
        assert shown.out == ""
        assert "error: rows of game.player of w[1-13] not compared: no column levl\n" in shown.err


COLUMN = ColumnReport(
    "player_score", "integer", 141, 26, 0, 26861, Decimal("190.5"), -48, 811, 135, 6
)


def show_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, is_wide: bool
) -> tuple[str, str]:
    """Show how columns changed on a terminal of 80 columns; return stdout and stderr."""
    other = replace(COLUMN, column="player_level", sum=None, mean=None, min=None, max=None)
    table = TableReport("game", "player", columns=[COLUMN, other])
    worlds = [WorldReport(f"eu-central-{n}", tables=[table]) for n in (1, 2)]
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    how = replace(TABLE, group_by="world", is_wide=is_wide)
    show_report(replace(make_report(), worlds=worlds, findings=[]), {}, how)
    shown = capsys.readouterr()
    return click.unstyle(shown.out), shown.err


def test_a_narrow_terminal_has_room_for_means_and_for_names_in_full(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    out, err = show_columns(capsys, monkeypatch, is_wide=False)
    heading, _, first, *_ = out.splitlines()
    assert heading.split()[:6] == ["table", "column", "world", "changed", "mean", "sum"]
    assert "+190.50" in first
    assert "26,861" in first
    assert "…" not in out
    assert "NULL" not in out
    assert max(map(len, out.splitlines())) <= 80
    assert "to_null; --wide shows all of them" in " ".join(err.split())


def test_wide_shows_every_column_of_a_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PAGER", "")
    out, err = show_columns(capsys, monkeypatch, is_wide=True)
    assert out.splitlines()[0].split()[-2:] == ["from_null", "to_null"]
    assert "omitted" not in err
