"""What import-linter does not look at: names that two things share, and modules that grow."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

import rewound

_ROOT = Path(rewound.__file__).parent
_MOST_LINES = 400
_LONG = frozenset({"rewound.dump.rules.table"})


@dataclass(frozen=True, slots=True)
class Module:
    """What is looked at in one module of rewound."""

    lines: int
    classes: list[str]
    imports: set[str]


@pytest.fixture(scope="module")
def modules() -> dict[str, Module]:
    """All modules by name; read when a test asks, not by every worker, and no tree is kept."""
    found = {}
    for path in sorted(_ROOT.rglob("*.py")):
        parts = path.relative_to(_ROOT.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
        found[name] = Module(len(text.splitlines()), classes, set(_iter_imports(tree)))
    return found


def _iter_imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_two_classes_share_a_name(modules):
    places = defaultdict(list)
    for name, module in modules.items():
        for class_name in module.classes:
            places[class_name.lstrip("_")].append(name)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_two_modules_that_meet_share_a_name(modules):
    met = {name: {name, *module.imports} for name, module in modules.items()}
    alike = defaultdict(list)
    for name in modules:
        alike[name.rpartition(".")[2]].append(name)
    found = [
        (one, other, where)
        for names in alike.values()
        for one, other in combinations(names, 2)
        for where, here in met.items()
        if one in here and other in here
    ]
    assert found == []


def test_no_module_is_long_but_the_table_of_rules(modules):
    assert {name for name, module in modules.items() if module.lines > _MOST_LINES} <= _LONG
