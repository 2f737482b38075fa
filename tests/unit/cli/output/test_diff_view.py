"""What stands out, as a table shows it."""

from dataclasses import replace

import pytest

from rewound.cli.output.diff_view import DiffPresentation, show_report
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
