"""`rewound help`, and what the Tab key of a real shell offers."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rewound.cli.main import COMMANDS
from tests.conftest import Cli


def complete(cli: Cli, line: str, tmp_path: Path) -> list[str]:
    """Return what bash would offer at the end of a line, by the script that we print."""
    script = cli("completion", "bash")
    assert (script.code, script.stderr) == (0, "")
    program = tmp_path / "bin" / "rewound"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rewound "$@"\n')
    program.chmod(0o755)
    words = line.split(" ")
    run = (
        f"{script.stdout}\n"
        f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}\n"
        f"_rewound_completion {program}\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", run],
        capture_output=True,
        text=True,
        timeout=60,
        env={
            "PATH": "/usr/bin:/bin",
            "REWOUND_STATE_DIR": str(cli.state_dir),
            "REWOUND_CACHE_DIR": str(cli.cache_dir),
        },
        cwd=cli.cwd,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "help"])
def test_help_shows_what_the_option_shows(cli: Cli, name: str):
    asked, shown = cli("help", name), cli(name, "--help")
    assert (asked.code, asked.stderr) == (0, "")
    assert asked.stdout == shown.stdout


def test_help_goes_down_to_commands_of_commands(cli: Cli):
    assert cli("help").stdout == cli("--help").stdout
    assert cli("help", "server", "list").stdout == cli("server", "list", "--help").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["qurey"], "error: rewound has no command qurey\nhint: did you mean query?\n"),
        (["server", "lst"], "error: rewound server has no command lst\nhint: did you mean list?\n"),
        (["query", "x"], "error: rewound query has no commands below it\nhint: rewound help query"),
    ],
)
def test_help_for_what_is_not_there_says_so(cli: Cli, words: list[str], said: str):
    done = cli("help", *words)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_the_shell_reads(cli: Cli, shell: str, tmp_path: Path):
    done = cli("completion", shell)
    assert (done.code, done.stderr) == (0, "")
    assert "_REWOUND_COMPLETE" in done.stdout
    if shutil.which(shell) is not None:
        script = tmp_path / "script"
        script.write_text(done.stdout)
        subprocess.run([shell, "-n", str(script)], check=True, timeout=60)


def test_a_shell_that_starts_hears_nothing_of_a_settings_file(cli: Cli):
    (cli.cwd / "rewound.toml").write_text('fleet = "x"\n')
    assert cli("completion", "bash").stderr == ""


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("rewound re", ["report", "reset", "restore-world"]),
        ("rewound server ", ["install", "list"]),
        ("rewound up --fall", ["--fallback"]),
        ("rewound query --fleet ", []),
        ("rewound reset h", []),
    ],
)
def test_commands_and_options_complete(cli: Cli, tmp_path: Path, line: str, offered: list[str]):
    assert complete(cli, line, tmp_path) == offered


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "error: rewound completion needs the argument SHELL: bash, zsh or fish\n"),
        (["foo"], "error: SHELL foo: no such choice\nhint: choices: bash, zsh, fish\n"),
    ],
)
def test_errors_about_the_shell_name_it_alike(cli: Cli, arguments: list[str], said: str):
    done = cli("completion", *arguments)
    assert done.code == 2
    assert done.stderr.startswith(said)
    assert "{bash" not in done.stderr


def test_report_takes_worlds_as_reset_does(cli: Cli):
    usages = {
        cli(name, "--help").lines[0].partition("[OPTIONS]")[2] for name in ("report", "reset")
    }
    assert usages == {" [WORLD]..."}
    assert "no fleet" in cli("report", "host1", "host2").stderr
