"""What stands out, as a table shows it."""

import sys
from dataclasses import replace

import pytest

from rewound.cli.output.diff_view import DiffPresentation, show_report
from rewound.diff.report.document import DefinitionReport, TableReport, WorldReport
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
