"""What the pages show is what happens: their examples are run on the sample."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rewound.engine.installation import Installation

ROOT = Path(__file__).parents[2]
REWOUND = Path(sys.executable).parent / "rewound"
ANYTHING = "…"
"""Stands in shown output for what differs each time."""


@pytest.fixture(scope="module")
def environment(
    installation: Installation, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, str]]:
    """The environment of a user who has restored the sample."""
    state = tmp_path_factory.mktemp("docs")
    kept = {name: text for name, text in os.environ.items() if not name.startswith("REWOUND_")}
    variables = {
        **kept,
        "PATH": f"{REWOUND.parent}:{os.environ['PATH']}",
        "REWOUND_STATE_DIR": str(state),
        "REWOUND_CACHE_DIR": str(cache_dir),
    }
    try:
        run(["up", "examples/backups", "--server", installation.name], variables)
        yield variables
    finally:
        subprocess.run([REWOUND, "down", "--all"], env=variables, check=True, capture_output=True)


@pytest.mark.parametrize("page", ["game-developer.md", "operator.md"])
def test_shown_output_is_what_the_command_prints(page: str, environment: Mapping[str, str]) -> None:
    examples = re.findall(
        r"^```console\n\$ rewound ([^\n]+)\n(.*?)^```$",
        (ROOT / "docs" / page).read_text(),
        re.MULTILINE | re.DOTALL,
    )
    assert examples
    for command, shown in examples:
        printed = [line.rstrip() for line in run(shlex.split(command), environment).splitlines()]
        expected = [re.escape(line).replace(ANYTHING, ".+") for line in shown.splitlines()]
        assert re.fullmatch("\n".join(expected), "\n".join(printed)), "\n".join(printed)


def test_python_example_runs(environment: Mapping[str, str]) -> None:
    text = (ROOT / "docs/game-developer.md").read_text()
    program = text.partition("```python\n")[2].partition("```")[0]
    login = dict(
        line.split(": ", 1)
        for line in run(["connect", "host2", "--print"], environment).splitlines()
    )
    program = program.replace("33062", login["port"]).replace("the password", login["password"])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[0] == "(1, 'Zoë the Unready', 3441)", done.stderr


def test_readme_commands_run_on_the_sample(environment: Mapping[str, str]) -> None:
    text = (ROOT / "README.md").read_text()
    lines = re.findall(r"^rewound .+$", text, re.MULTILINE)
    verbs = [shlex.split(line)[1] for line in lines]
    assert verbs == ["dumps", "verify", "up", "query", "connect", "reset", "down"]
    variables = {**environment, "REWOUND_FLEET": "readme"}
    for line in lines:
        words = shlex.split(line.replace("backups/", "examples/backups"), comments=True)[1:]
        run([*words, *(["--url"] if words[0] == "connect" else [])], variables)


def test_demo_shows_the_planted_fault(environment: Mapping[str, str]) -> None:
    demo = subprocess.run(
        ["sh", "examples/demo.sh"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert demo.returncode == 0, demo.stderr
    assert re.search(r"^host2 +269 +170 +99$", demo.stdout, re.MULTILINE)
    assert max(map(len, demo.stdout.splitlines())) <= 80


def run(arguments: list[str], environment: Mapping[str, str]) -> str:
    """Run `rewound` in the project's folder and return its stdout."""
    done = subprocess.run(
        [REWOUND, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
