"""Errors on a terminal: one style of lines, and no hint twice."""

import logging
import sys

import click
import pytest

from rewound.cli.output import diagnostics
from rewound.errors import RewoundError


def make_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let stderr, as it is captured, be a terminal of 40 columns."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


def test_a_hint_of_several_errors_is_printed_once_after_them(capsys: pytest.CaptureFixture[str]):
    texts = [("a", "x"), ("b", "x"), ("c", None), ("d", "y"), ("e", "x")]
    diagnostics.show_errors([RewoundError(text, hint=hint) for text, hint in texts])
    assert capsys.readouterr().err.splitlines() == [
        *("error: a", "error: b", "hint: x", "error: c"),
        *("error: d", "hint: y", "error: e", "hint: x"),
    ]


def test_what_an_error_quotes_is_indented_in_all_its_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    make_narrow(monkeypatch)
    diagnostics.show_error(RewoundError("refused", quoted="INSERT INTO t VALUES " + "(1,2)," * 9))
    first, *quoted = click.unstyle(capsys.readouterr().err).splitlines()
    assert first == "error: refused"
    assert len(quoted) > 1
    assert all(line.startswith("    ") and len(line) <= 40 for line in quoted)


def test_a_record_of_the_log_is_broken_between_words_as_messages_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    make_narrow(monkeypatch)
    handler = diagnostics._LogHandler()
    handler.setFormatter(diagnostics.PlainFormatter("%(levelname)s %(name)s: %(message)s"))
    record = logging.makeLogRecord(
        {"name": "n", "levelname": "WARNING", "msg": "the history cannot be written: no space left"}
    )
    handler.emit(record)
    assert capsys.readouterr().err.splitlines() == [
        "WARNING n: the history cannot be",
        "  written: no space left",
    ]
