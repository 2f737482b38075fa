"""What the pages say is held against the code."""

import importlib.util
import re
import shlex
from pathlib import Path
from types import ModuleType

import pytest

from rewound.cli.main import COMMANDS, root

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]


@pytest.fixture(scope="module")
def make_pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_pages", PROJECT / "docs/make_pages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["reference.md", "rules.md"])
def test_generated_page_is_up_to_date(name: str, make_pages: ModuleType) -> None:
    written = (PROJECT / "docs" / name).read_text()
    assert written == make_pages.PAGES[name](), "run: python docs/make_pages.py"


def test_every_command_is_in_the_reference() -> None:
    reference = (PROJECT / "docs" / "reference.md").read_text()
    assert [name for name in COMMANDS if f"## rewound {name}\n" not in reference] == []


def shown_command_lines() -> list[str]:
    """Return every line of the pages that calls rewound with arguments."""
    lines = []
    for page in PAGES:
        if page.name in ("reference.md", "rules.md"):
            continue
        lines += re.findall(r"^    (?:\.venv/bin/)?rewound (.+)", page.read_text(), re.MULTILINE)
    return lines


@pytest.mark.parametrize("line", shown_command_lines())
def test_shown_command_line_is_understood(line: str) -> None:
    context = root.make_context(
        "rewound", shlex.split(line, comments=True), resilient_parsing=False
    )
    name, command, rest = root.resolve_command(context, [*context._protected_args, *context.args])
    assert name in COMMANDS
    assert command is not None
    command.make_context(str(name), rest, parent=context)


def test_command_lines_are_found_at_all() -> None:
    assert len(shown_command_lines()) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_resolve(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []
