"""What the pages show is what happens: their examples are run on the sample.

A ```console block holds what a shell was given, behind "$ ", and all that it then printed; a
command goes on while its line ends in a backslash or a quote is open. "…" stands for what
differs each time. A ```sql block whose first line is "-- NAME.sql" is a file of that name in
the folder where the page's commands run; what they write ends up there as well.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rewound.engine.install.installation import Installation

ROOT = Path(__file__).parents[2]
REWOUND = Path(sys.executable).parent / "rewound"
ANYTHING = "…"
"""Stands in shown output for what differs each time."""
BLOCK = re.MULTILINE | re.DOTALL


@pytest.fixture(scope="module")
def environment(
    installation: Installation, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, str]]:
    """The environment of a user who has restored the sample, after the update and before it."""
    state = tmp_path_factory.mktemp("docs")
    kept = {name: text for name, text in os.environ.items() if not name.startswith("REWOUND_")}
    variables = {
        **kept,
        "PATH": f"{REWOUND.parent}:{os.environ['PATH']}",
        "REWOUND_STATE_DIR": str(state),
        "REWOUND_CACHE_DIR": str(cache_dir),
    }
    try:
        up = ["up", "examples/backups", "--server", installation.name]
        run(up, variables)
        run([*up, "--before", "2026-03-03 04:00", "--fleet", "before"], variables)
        yield variables
    finally:
        subprocess.run([REWOUND, "down", "--all"], env=variables, check=True, capture_output=True)


@pytest.mark.parametrize("page", ["game-developer.md", "operator.md", "diff.md"])
def test_shown_output_is_what_the_command_prints(
    page: str, environment: Mapping[str, str], tmp_path: Path
) -> None:
    text = (ROOT / "docs" / page).read_text()
    for file, sql in re.findall(r"^```sql\n-- (\S+\.sql)\n(.*?)^```$", text, BLOCK):
        (tmp_path / file).write_text(sql)
    examples = list(iter_examples(text))
    assert examples
    for command, shown in examples:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert is_as_shown(done.stdout, shown), f"$ {command}\n{done.stdout}"
        compares = command.startswith("rewound diff ") or " --compare " in command
        expected = (0, 1) if compares else (0,)
        assert done.returncode in expected, command


def test_every_question_of_the_game_developer_is_asked() -> None:
    text = (ROOT / "docs/game-developer.md").read_text()
    questions = re.findall(r"^### (\d+)\. [^\n]+\?\n(.*?)(?=^##)", text, BLOCK)
    assert [number for number, _ in questions] == [str(number) for number in range(1, 11)]
    for number, answer in questions:
        commands = [command for command, _ in iter_examples(answer)]
        assert any(command.startswith("rewound query ") for command in commands), number


def test_examples_fit_a_narrow_screen() -> None:
    text = (ROOT / "docs/game-developer.md").read_text()
    for block in re.findall(r"^```(?:console|sql)\n(.*?)^```$", text, BLOCK):
        assert max(map(len, block.splitlines())) <= 100


@pytest.mark.parametrize(
    "printed", ["total 7\n3 ok; 0.1 s\n", "total 8\n3 ok; s\n", "total 8\n3 ok;\n0.1 s\n", ""]
)
def test_a_difference_from_the_shown_output_is_noticed(printed: str) -> None:
    assert is_as_shown("total 8  \n3 ok; 0.1 s\n", "total 8\n3 ok; … s\n")
    assert not is_as_shown(printed, "total 8\n3 ok; … s\n")


def test_python_example_runs(environment: Mapping[str, str]) -> None:
    text = (ROOT / "docs/game-developer.md").read_text()
    program = find_program(text, "import pymysql")
    login = dict(
        line.split(": ", 1)
        for line in run(["connect", "host2", "--user", "dev", "--print"], environment).splitlines()
    )
    program = program.replace("33062", login["port"]).replace("the password", login["password"])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[0] == "(1, 'Zoë the Unready', 3441)", done.stderr


def test_python_example_of_a_fleet_runs(environment: Mapping[str, str]) -> None:
    program = find_program((ROOT / "docs/game-developer.md").read_text(), "import rewound")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    assert done.stdout.splitlines()[1:4] == ["host1    3943", "host2    3441", "host3    3119"], (
        done.stderr
    )


def test_python_example_of_a_moment_runs(environment: Mapping[str, str]) -> None:
    program = find_program((ROOT / "docs/game-developer.md").read_text(), "from datetime import")
    shown = re.findall(r"# (\[.+\])$", program, re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    before, after, last, not_proved = done.stdout.splitlines()
    assert [before, after] == shown == ["[99]", "[269]"]
    assert "4a6d3e00-1c7b-11f1-9d2e-525400000002:674 2026-03-03 06:23:07.077406+00:00" in last
    assert "that the server logged all of its changes" in not_proved


def find_program(text: str, start: str) -> str:
    """Return the Python example of a page that begins like this."""
    blocks: list[str] = re.findall(r"^```python\n(.*?)^```$", text, BLOCK)
    return next(block for block in blocks if block.startswith(start))


def test_readme_commands_run_on_the_sample(environment: Mapping[str, str]) -> None:
    text = (ROOT / "README.md").read_text()
    lines = re.findall(r"^rewound .+$", text, re.MULTILINE)
    verbs = [shlex.split(line)[1] for line in lines]
    assert verbs == ["dumps", "verify", "up", "query", "connect", "diff", "reset", "down"]
    variables = {**environment, "REWOUND_FLEET": "readme"}
    for line in lines:
        words = shlex.split(line.replace("backups/", "examples/backups"), comments=True)[1:]
        more = {"connect": ["--url"], "diff": ["--exit-zero"]}.get(words[0], [])
        run([*words, *more], variables)


def test_what_the_exact_moment_says_of_the_sample_happens(
    environment: Mapping[str, str],
) -> None:
    text = (ROOT / "docs/exact-moment.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, BLOCK)
    [shown] = re.findall(r"^```text\n(.*?)^```$", text, BLOCK)
    variables = {**environment, "REWOUND_FLEET": "moment"}
    printed = []
    for line in "".join(blocks).replace("\\\n", "").splitlines():
        words = shlex.split(line, comments=True)[1:]
        output = run([*words, *(["--exit-zero"] if words[0] == "diff" else [])], variables)
        if told := re.search(r"# host2: (\d+)$", line):
            assert re.search(rf"^host2 +{told[1]}$", output, re.MULTILINE), output
            printed.append(told[1])
    assert printed == ["99", "269"]
    assert shown in "\n".join(each.rstrip() for each in output.splitlines())
    assert "4a6d3e00-1c7b-11f1-9d2e-525400000002:674" in text


def test_demo_shows_the_planted_fault(environment: Mapping[str, str]) -> None:
    demo = subprocess.run(
        ["sh", "examples/demo.sh"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert demo.returncode == 0, demo.stderr
    assert re.search(r"^host2 +269 +170 +99$", demo.stdout, re.MULTILINE)
    transaction, changed = "4a6d3e00-1c7b-11f1-9d2e-525400000002:674", r"^score_event +170$"
    assert transaction in demo.stderr
    assert re.search(changed, demo.stdout, re.MULTILINE)
    fleets = run(["status", "--all", "--format", "csv"], environment)
    assert len(re.findall(r"^demo,", fleets, re.MULTILINE)) == 3
    assert "demo-" not in fleets
    assert not re.search(r"rewound \S+ --fleet demo-", demo.stdout + demo.stderr)
    assert max(map(len, demo.stdout.splitlines())) <= 80


def iter_examples(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a page, and what it shows below it."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, BLOCK):
        before, *steps = re.split(r"^\$ ", block, flags=re.MULTILINE)
        assert not before, before
        for step in steps:
            command, shown = "", step
            while not is_complete(command):
                assert shown, command
                line, _, shown = shown.partition("\n")
                command += line + "\n"
            yield command, shown


def is_complete(command: str) -> bool:
    """Say whether a shell would run this rather than wait for the next line."""
    try:
        return bool(shlex.split(command.removesuffix("\n")))
    except ValueError:
        return False


def is_as_shown(printed: str, shown: str) -> bool:
    """Compare line by line, without the blanks at the ends of lines."""
    expected = [re.escape(line).replace(ANYTHING, ".+") for line in shown.splitlines()]
    lines = [line.rstrip() for line in printed.splitlines()]
    return re.fullmatch("\n".join(expected), "\n".join(lines)) is not None


def run(arguments: list[str], environment: Mapping[str, str]) -> str:
    """Run `rewound` in the project's folder and return its stdout."""
    done = subprocess.run(
        [REWOUND, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
