"""The documentation says what the program does: commands, generated pages, links."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from docs import make_reference
from rewound.cli.main import COMMANDS, root
from rewound.dump.rules.table import RULES
from rewound.errors import UsageError

ROOT = Path(__file__).parents[2]
IMAGE_VARIABLES = dict(
    re.findall(r"\b(REWOUND_\w+)=(\S+)", (ROOT / "Dockerfile").read_text().rpartition("FROM")[2])
)
"""What the image sets for the commands that run in it."""
WRITTEN_PAGES = [
    ROOT / "README.md",
    ROOT / "docs/operator.md",
    ROOT / "docs/where-dumps-lie.md",
    ROOT / "docs/game-developer.md",
    ROOT / "docs/containers.md",
    ROOT / "docs/exact-moment.md",
    ROOT / "examples/README.md",
    ROOT / "bench/README.md",
]
PAGES = [*WRITTEN_PAGES, *(ROOT / "docs" / name for name in make_reference.PAGES)]
NOT_YET = {"diff"}
"""Commands that the sample's page shows ahead of their time."""


@pytest.fixture(autouse=True)
def _as_in_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IMAGE_VARIABLES.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("name", make_reference.PAGES)
def test_generated_page_is_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / name).read_text()
    assert written == make_reference.PAGES[name](), "run: .venv/bin/python docs/make_reference.py"


@pytest.mark.parametrize("name", COMMANDS)
def test_reference_documents_the_command(name: str) -> None:
    assert f"\n## rewound {name}\n" in (ROOT / "docs/reference.md").read_text()


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_rules_page_names_the_rule(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs/dumps.md").read_text()


@pytest.mark.parametrize("page", WRITTEN_PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_command_lines_parse(page: Path) -> None:
    problems = []
    for line in iter_command_lines(page.read_text()):
        try:
            parse(shlex.split(line, comments=True)[1:])
        except (click.UsageError, UsageError, ValueError) as error:
            problems.append(f"{line}: {error}")
    assert not problems


def test_commands_in_containers_parse() -> None:
    page = (ROOT / "docs/containers.md").read_text()
    lines = re.findall(r"^    rewound (restore-world .+)$", page, re.MULTILINE)
    [manifest] = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    [pod] = [each for each in yaml.safe_load_all(manifest) if each["kind"] == "Pod"]
    [container] = pod["spec"]["containers"]
    for words in [*map(shlex.split, lines), container["args"]]:
        parse(words)
    parse(container["readinessProbe"]["exec"]["command"][1:])
    options = set(re.findall(r"REWOUND_[A-Z_]+", page))
    assert options <= set(re.findall(r"REWOUND_[A-Z_]+", (ROOT / "docs/reference.md").read_text()))
    assert len(lines) == 2


def test_the_image_has_what_the_project_needs_as_it_is_locked() -> None:
    locked, in_image = (
        dict(iter_locked(ROOT / name)) for name in ("requirements.txt", "requirements-image.txt")
    )
    assert in_image.items() <= locked.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split("[=>]", text)[0].lower() for text in project["dependencies"]}
    assert needed <= {pin.split("=")[0] for pin in in_image}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    broken = []
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if "://" in target:
            continue
        if not linked.exists() or (anchor and anchor not in iter_anchors(linked.read_text())):
            broken.append(target)
    assert not broken


def test_readme_links_work_outside_the_repository() -> None:
    """PyPI shows the README without the files beside it."""
    targets = re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert [target for target in targets if "://" not in target] == []


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 120


def test_parse_finds_an_option_that_does_not_exist() -> None:
    with pytest.raises(click.NoSuchOption):
        parse(["up", "backups/", "--nosuch"])


def test_parse_finds_a_command_that_does_not_exist() -> None:
    with pytest.raises(UsageError):
        parse(["frobnicate"])


def iter_locked(path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each pinned version of a locked file, with its hashes."""
    for block in re.split(r"^(?=[a-z0-9])", path.read_text(), flags=re.MULTILINE)[1:]:
        yield block.split(" \\\n")[0], frozenset(re.findall(r"--hash=(\S+)", block))


def iter_command_lines(text: str) -> Iterator[str]:
    """Yield what calls `rewound`: lines of code blocks, and code within a sentence.

    Blocks of console are left to tests/server/test_docs_examples.py, which runs them.
    """
    text = re.sub(r"^```console\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r" *\\\n *", " ", text)
    fenced = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    for block in [*fenced.findall(text), *re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)]:
        yield from re.findall(r"^ *(?:\$ )?((?:\.venv/bin/)?rewound .+)$", block, re.MULTILINE)
    yield from re.findall(r"`(rewound [^`\n]+)`", fenced.sub("", text))


def iter_anchors(text: str) -> Iterator[str]:
    """Yield the anchors of a page's headings, as GitHub makes them."""
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def parse(words: list[str]) -> None:
    """Parse a command line without running it. A command without arguments is a mention."""
    ends = [place for place, word in enumerate(words) if word in (">", "<")]
    words = words[: ends[0]] if ends else words
    context = click.Context(root, info_name="rewound")
    rest = root.parse_args(context, list(words)) if words[0].startswith("-") else list(words)
    rest = [*context._protected_args, *rest]
    command: click.Command | None = root
    while isinstance(command, click.Group) and rest:
        if rest[0] in NOT_YET:
            return
        name, command, rest = command.resolve_command(context, rest)
        context = click.Context(command or root, parent=context, info_name=name)
    if rest and command is not None:
        try:
            command.parse_args(context, list(rest))
        except click.BadParameter as error:
            if "does not exist" not in error.message:  # files of other hosts
                raise


def test_make_test_announces_what_it_needs_and_how_long_it_takes() -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    announced, _, rest = planned.partition("pip" if "pip install" in planned else "ruff")
    assert "15 minutes on two cores" in announced
    assert "MySQL 8.0 or newer" in announced
    assert "pytest" in rest


def test_make_demo_announces_what_it_fetches_and_ends_with_commands_to_paste() -> None:
    planned = subprocess.run(
        ["make", "--dry-run", "demo"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    announced = planned.partition("pip install")[0]
    assert "53 MiB, 324 MiB on disk, about a minute" in announced
    lines = re.findall(r"^echo '(.*)'$", announced, re.MULTILINE)
    assert len(lines) > 3
    assert max(map(len, lines)) < 80
    closing = (ROOT / "examples/demo.sh").read_text().partition("cat <<'END'")[2]
    pasted = re.findall(r"^  (\S.*)$", closing, re.MULTILINE)
    assert len(pasted) == 4
    for line in pasted:
        program, *words = shlex.split(line)
        assert program == ".venv/bin/rewound"
        parse(words)
