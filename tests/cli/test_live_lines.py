"""What commands print while a terminal shows live lines."""

import io
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from rewound.catalog import Dump
from rewound.catalog.dump import TimeSource
from rewound.cli.output import diagnostics, progress
from rewound.fleet.world import WorldState
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


def read_screen(written: str) -> list[str]:
    """Return the lines that a terminal shows after this was written to it."""
    lines, row = [""], 0
    for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if piece == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif piece.endswith("A") and piece.startswith("\x1b["):
            row -= int(piece[2:-1] or 1)
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif not piece.startswith(("\x1b", "\r")):
            lines[row] += piece
    return [line for line in lines if line]


def test_nothing_live_stays_between_messages_of_many_threads(monkeypatch: pytest.MonkeyPatch):
    screen = io.StringIO()
    monkeypatch.setattr(progress, "_REFRESH_S", 0.0001)
    monkeypatch.setattr(
        progress,
        "Console",
        lambda **_: Console(file=screen, force_terminal=True, width=80, height=40, no_color=True),
    )
    worlds = [f"w{number}" for number in range(8)]

    def restore(world: str) -> None:
        for number in range(20):
            observer.world_changed(world, WorldState.LOADING)
            observer.world_note(world, f"note {number}")
            observer.world_changed(world, WorldState.READY)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with progress.show_progress(dict.fromkeys(worlds, 100)) as observer:
        threads = [threading.Thread(target=restore, args=(world,)) for world in worlds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    sys.setswitchinterval(before)
    shown = read_screen(screen.getvalue())
    assert sorted(shown) == sorted(
        f"{world}: note {number}" for world in worlds for number in range(20)
    )


def show_failures(monkeypatch: pytest.MonkeyPatch, worlds: Sequence[str]) -> list[str]:
    """Let the last of some worlds fail; return what stays on a terminal of 80 columns."""
    screen = io.StringIO()
    monkeypatch.setattr(
        progress,
        "Console",
        lambda **_: Console(file=screen, force_terminal=True, width=80, height=40, no_color=True),
    )
    path = Path("/backups/x.sql.gz")
    dump = Dump(worlds[-1], datetime(2026, 3, 3, tzinfo=UTC), path, 9, TimeSource.NAME)
    reason = f"{path}, line 421: refused by rule cut-off: {'the dump ends here ' * 9}"
    with progress.show_progress(dict.fromkeys(worlds, 100)) as observer:
        observer.dump_tried(worlds[-1], dump)
        observer.world_changed(worlds[-1], WorldState.LOADING)
        observer.world_changed(worlds[-1], WorldState.FAILED, reason)
    return read_screen(screen.getvalue())


def test_a_failure_is_told_at_once_in_one_line(monkeypatch: pytest.MonkeyPatch):
    [line] = show_failures(monkeypatch, ["eu-1", "eu-2"])
    assert line.startswith("eu-2 failed: line 421: refused by rule cut-off: the dump ends here")
    assert len(line) == 80
    assert line.endswith("…")


def test_the_failure_of_the_only_world_is_told_at_the_end_alone(monkeypatch: pytest.MonkeyPatch):
    assert show_failures(monkeypatch, ["eu-2"]) == []
