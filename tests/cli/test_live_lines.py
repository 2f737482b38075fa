"""What commands print while a terminal shows live lines."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from rewound.cli.output import diagnostics
from tests.conftest import EXAMPLES


def run_on_terminal(*arguments: object) -> str:
    """Run rewound with a terminal as stderr; return what the terminal got."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "rewound", *map(str, arguments)]
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "200"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=env) as process:
        os.close(theirs)
        shown = b""
        while chunk := read(ours):
            shown += chunk
        process.wait()
    os.close(ours)
    return shown.decode()


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux reports the end of a terminal as an error
        return b""


def test_a_warning_does_not_follow_the_spinner_on_its_line(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no dump\n")
    for dump in EXAMPLES.glob("host1_*.gz"):
        (tmp_path / dump.name).symlink_to(dump)
    lines = run_on_terminal("verify", tmp_path).split("\r\n")
    [warning] = [line for line in lines if "notes.txt" in line]
    before, _, last = warning.partition("warning:")[0].rpartition("\x1b[2K")
    assert "reading dumps" in before
    assert "reading dumps" not in last


def test_messages_go_to_the_innermost_live_display(capsys: pytest.CaptureFixture[str]):
    shown: list[str] = []
    with diagnostics.printing_above(shown.append):
        diagnostics.narrate("one")
    diagnostics.narrate("two")
    assert shown == ["one"]
    assert capsys.readouterr().err == "two\n"
