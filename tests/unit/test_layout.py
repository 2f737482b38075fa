"""What import-linter does not look at: names that two things share, and modules that grow."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import rewound

_ROOT = Path(rewound.__file__).parent
_MOST_LINES = 400
_LONG = frozenset({"rewound.dump.rules.table"})


def _read_modules() -> dict[str, str]:
    modules = {}
    for path in sorted(_ROOT.rglob("*.py")):
        parts = path.relative_to(_ROOT.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        modules[name] = path.read_text(encoding="utf-8")
    return modules


MODULES = _read_modules()
TREES = {name: ast.parse(text) for name, text in MODULES.items()}


def _iter_imports(module: str) -> Iterator[str]:
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_two_classes_share_a_name():
    places = defaultdict(list)
    for module, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places[node.name.lstrip("_")].append(module)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_two_modules_that_meet_share_a_name():
    met = {module: {module, *_iter_imports(module)} for module in MODULES}
    alike = defaultdict(list)
    for module in MODULES:
        alike[module.rpartition(".")[2]].append(module)
    found = [
        (one, other, where)
        for modules in alike.values()
        for one, other in combinations(modules, 2)
        for where, here in met.items()
        if one in here and other in here
    ]
    assert found == []


def test_no_module_is_long_but_the_table_of_rules():
    lengths = {name: len(text.splitlines()) for name, text in MODULES.items()}
    assert {name for name, lines in lengths.items() if lines > _MOST_LINES} <= _LONG
