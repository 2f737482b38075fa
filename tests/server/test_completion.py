"""Names of a fleet that is up, at the Tab key of a real shell."""

import os
import pty
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_help_and_completion import complete
from tests.conftest import Cli


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("rewound query --fleet ", ["default"]),
        ("rewound diff d", ["default"]),
        ("rewound reset h", ["host1", "host2", "host3"]),
        ("rewound connect host2", ["host2"]),
        ("rewound seek ", []),
        ("rewound seek 2026-03-03Z h", ["host1", "host2", "host3"]),
        ("rewound seek --step forward ", ["host1", "host2", "host3"]),
        ("rewound seek --step back host1 ", ["host1", "host2", "host3"]),
        ("rewound seek --before-transaction 0-1-2 host3", ["host3"]),
        ("rewound query --worlds host1,host", ["host1,host1", "host1,host2", "host1,host3"]),
        ("rewound reset --fleet nope ", []),
        ("rewound diff default default --table pl", ["player"]),
        ("rewound diff default default --columns player_s", ["player_score"]),
    ],
)
def test_names_complete(sample: Cli, tmp_path: Path, line: str, offered: list[str]):
    found = complete(sample, line, tmp_path)
    assert [name for name in found if not name.startswith("player_") or name in offered] == offered


def write_program(cli: Cli, folder: Path) -> dict[str, str]:
    """Write a `rewound` for a shell, and return the variables with which the shell finds it."""
    program = folder / "bin" / "rewound"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rewound "$@"\n')
    program.chmod(0o755)
    return {
        "HOME": str(folder),
        "PATH": f"{program.parent}:/usr/bin:/bin",
        "TERM": "dumb",
        "REWOUND_STATE_DIR": str(cli.state_dir),
        "REWOUND_CACHE_DIR": str(cli.cache_dir),
    }


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("rewound reset h", ["host1", "host2", "host3"]),
        ("rewound query --worlds host1,host", ["host1,host1", "host1,host2", "host1,host3"]),
        ("rewound query --fleet=d", ["--fleet=default"]),
    ],
)
def test_names_complete_in_fish(sample: Cli, tmp_path: Path, line: str, offered: list[str]):
    script = tmp_path / "rewound.fish"
    script.write_text(sample("completion", "fish").stdout)
    done = subprocess.run(
        ["fish", "-c", f"source {script}; complete -C '{line}'"],
        capture_output=True,
        text=True,
        timeout=60,
        env=write_program(sample, tmp_path),
    )
    assert done.stdout.split() == offered, done.stderr


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("rewound connect ho", "rewound connect host"),
        ("rewound query --worlds=host1,ho", "rewound query --worlds=host1,host"),
        ("rewound query --fleet=d", "rewound query --fleet=default"),
    ],
)
def test_names_complete_in_zsh(sample: Cli, tmp_path: Path, line: str, completed: str):
    script = sample("completion", "zsh").stdout
    (tmp_path / ".zshrc").write_text(
        f"autoload -Uz compinit; compinit -u\n{script}\nPS1='READY '\n"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["zsh", "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=write_program(sample, tmp_path),
        cwd=tmp_path,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        read_until(ours, "READY ")
        os.write(ours, f"{line}\t".encode())
        read_until(ours, completed)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(side: int, expected: str) -> None:
    """Read what a terminal shows until a text has come; a backspace takes the last sign back."""
    os.set_blocking(side, False)
    shown = ""
    deadline = time.monotonic() + 20
    while expected not in shown:
        assert time.monotonic() < deadline, repr(shown)
        try:
            read = os.read(side, 1 << 16).decode("utf-8", "replace")
        except BlockingIOError:
            time.sleep(0.05)
            continue
        for sign in read:
            shown = shown[:-1] if sign == "\b" else shown + sign
