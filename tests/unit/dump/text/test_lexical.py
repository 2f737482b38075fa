import ast
import re
from pathlib import Path

import rewound
from rewound.dump.text.lexical import repeated

SOURCES = sorted(Path(rewound.__file__).parent.rglob("*.py"))
# Without an empty alternative. Behind an opening parenthesis it is one of a class.
POSSESSIVE_GROUP = re.compile(r"(?<![(|])\)(?:[*+?]|\{\d*,?\d*\})\+")
# In the text of a file, where a pattern may be put together of several literals.
MAYBE_POSSESSIVE = re.compile(r"""[*+?}"']\+""")


def test_repeated_ends_before_the_round_that_fails():
    found = re.match(repeated(rb"ab?c"), b"abcacab")
    assert found is not None and found[0] == b"abcac"


def test_repeated_gives_nothing_back():
    assert re.match(repeated(rb"ab?c") + rb"ac", b"acac") is None


def test_no_possessive_group_can_fail_in_the_middle():
    """Python before 3.11.5, which Debian 12 has, would go on from there."""
    possible = [path for path in SOURCES if MAYBE_POSSESSIVE.search(path.read_text())]
    found = [
        f"{path.name}: {text}"
        for path in possible
        for text in find_constants(path)
        if POSSESSIVE_GROUP.search(text)
    ]
    assert len(SOURCES) > 100
    assert possible
    assert found == []


def find_constants(path: Path) -> list[str]:
    constants = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
    ]
    return [str(value) for value in constants if isinstance(value, str | bytes)]
