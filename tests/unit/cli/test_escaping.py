"""Nothing that a dump, a file system or a server names steers a terminal."""

import json
import logging

import pytest

from rewound.cli.output import diagnostics
from rewound.cli.output.escaping import escape_json, show_control_characters, show_lines
from rewound.errors import LoadError, MysqlError, RewoundError, StatementRefused


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("host1\nerror: all is lost", r"host1\nerror: all is lost"),
        ("a\rb\tc\x00", r"a\rb\tc\x00"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("gz.lqs\u202e", r"gz.lqs\u202e"),
        ("a\u2066b\u200fc\u061cd\u2028e\ufefff", r"a\u2066b\u200fc\u061cd\u2028e\ufefff"),
        ("no-utf8-\udcff", r"no-utf8-\udcff"),
        ("Zoë 東京 👩‍🚀", "Zoë 東京 👩‍🚀"),
    ],
)
def test_control_characters_are_spelled_out(text: str, shown: str) -> None:
    assert show_control_characters(text) == shown


def test_lines_that_a_program_wrote_stay_lines() -> None:
    assert show_lines("one\r\n\n\ttwo\x1b[0m\n", indent="  ") == "  one\n      two\\x1b[0m"


def test_json_keeps_every_value() -> None:
    values = {"na\u202eme\n": "\x7f\x9b\u2028 \ufeff \\ \t", "other": 1}
    text = json.dumps(values, ensure_ascii=False, indent=1)
    escaped = escape_json(text)
    assert json.loads(escaped) == values
    assert "\u202e" not in escaped and "\x9b" not in escaped


@pytest.mark.parametrize(
    "error",
    [
        RewoundError("no world \x1b[1m\nready: all", hint="see\nready: here"),
        LoadError("a.sql: no", quoted="INSERT\x1b[2J\nready: all\r\n"),
        MysqlError(1064, "near 'x\nready: all' at line 1"),
    ],
)
def test_no_line_of_an_error_looks_like_one_of_ours(
    error: RewoundError, capsys: pytest.CaptureFixture[str]
) -> None:
    diagnostics.show_error(error.of_world("host1\nready: host2"))
    shown = capsys.readouterr().err
    assert "ready" in shown and "\x1b[2J" not in shown and "\x1b[1m\\n" not in shown
    assert not [line for line in shown.splitlines() if line.startswith("ready")]


def test_what_is_narrated_and_logged_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    diagnostics.narrate("host1: a\nhost2: ready\x1b[0m")
    diagnostics.warn("a\nwarning: b")
    assert len(capsys.readouterr().err.splitlines()) == 2
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s: ended", ("a\nERROR b\u202e",), None)
    line = diagnostics.PlainFormatter("%(levelname)s %(message)s").format(record)
    assert line == r"INFO a\nERROR b\u202e: ended"


def test_an_error_in_one_line_has_what_it_quotes(tmp_path) -> None:
    error = StatementRefused(
        tmp_path, line=3, rule="unknown", why="so", excerpt="SHUTDOWN", remedy="none"
    )
    assert error.in_one_line == f"{tmp_path}, line 3: refused by rule unknown: so: SHUTDOWN"
    assert str(error) == f"{tmp_path}, line 3: refused by rule unknown: so\nSHUTDOWN"
