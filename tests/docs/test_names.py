"""Every module, file and name of code that the documentation mentions exists."""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/rewound"
TOP_LEVEL = {path.stem for path in PACKAGE.iterdir() if not path.stem.startswith("_")}
PAGES = [
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/*.md", "bench/*.md")
    for path in sorted(ROOT.glob(pattern))
]
OTHER_THINGS = frozenset({"fleet.json", "rewound.folder", "rewound.toml", "settings.toml"})
"""Files and labels whose names look like modules."""
OF_THE_API = re.compile(r"(?:fleet|rewound)\.\w+")
"""How the page of the game developer calls methods of `rewound.api.Fleet`."""
PURE = re.compile(r"\bPure\b")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def iter_code(page: Path) -> Iterator[str]:
    """Yield what stands in single backticks, outside blocks of code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`([^`\s]+)`", text)


def resolves(name: str) -> bool:
    """Tell whether `load.loader.load_dump` is a module, or a name in one."""
    parts = name.removeprefix("rewound.").split(".")
    place, count = PACKAGE, 0
    for part in parts:
        if not (place / part).is_dir() and not (place / f"{part}.py").exists():
            break
        place, count = place / part, count + 1
    found: object = importlib.import_module(".".join(["rewound", *parts[:count]]))
    for part in parts[count:]:
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


def is_path(text: str) -> bool:
    """Tell whether a text is meant as a path of this repository."""
    first, slash, _ = text.partition("/")
    roots = {"src", "tests", "docs", "bench", "examples", "unit", "server", *TOP_LEVEL}
    return bool(slash) and first in roots - {"worlds"} and bool(re.fullmatch(r"[\w./-]+", text))


def path_exists(text: str) -> bool:
    folders = (ROOT, PACKAGE, ROOT / "tests")
    return any((folder / f"{text}{end}").exists() for folder in folders for end in ("", ".py"))


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_modules_and_files_that_a_page_names_exist(page: Path) -> None:
    names, paths = set(), set()
    for text in iter_code(page):
        if text in OTHER_THINGS or (page.stem == "game-developer" and OF_THE_API.fullmatch(text)):
            continue
        if re.fullmatch(r"\w+(\.\w+)+", text) and text.partition(".")[0] in TOP_LEVEL | {"rewound"}:
            names.add(text)
        elif is_path(text):
            paths.add(text)
    assert [name for name in sorted(names) if not resolves(name)] == []
    assert [path for path in sorted(paths) if not path_exists(path)] == []


def test_identifiers_that_the_map_names_exist() -> None:
    code = "\n".join(path.read_text() for path in sorted(PACKAGE.rglob("*.py")))
    known = set(re.findall(r"\w+", code)) | {
        path.stem for folder in (PACKAGE, ROOT / "tests") for path in folder.rglob("*.py")
    }
    named = {
        text
        for text in iter_code(ROOT / "ARCHITECTURE.md")
        if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", text)
    }
    assert len(named) > 20
    assert named - known == set()


@pytest.fixture(scope="module")
def pure() -> list[str]:
    """Return the modules of the contract of purity, and the folders that are in it as a whole."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [contract] = [each for each in contracts["contracts"] if "pure modules" in each["name"]]
    return [module.removeprefix("rewound.") for module in contract["source_modules"]]


def is_covered(module: str, pure: list[str]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in pure)


def test_modules_that_call_themselves_pure_are_under_the_contract(pure: list[str]) -> None:
    unchecked = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        text = ast.get_docstring(ast.parse(path.read_text())) or ""
        if path.stem != "__init__" and PURE.search(text) and not is_covered(module, pure):
            unchecked.append(module)
    assert unchecked == []


def test_modules_that_the_map_calls_pure_are_under_the_contract(pure: list[str]) -> None:
    unchecked, seen = [], 0
    rows = re.findall(r"^\| (`.+) \| .+ \| (.+) \|$", (ROOT / "ARCHITECTURE.md").read_text(), re.M)
    for folders, told in rows:
        modules = re.sub(r"(?:of `\w+` )?all but .*", "", told)
        names = [f"{name}" for name in re.findall(r"`([\w.]+)`", modules)]
        for folder in re.findall(r"`([\w.]+)`", folders) if told == "all" or names else ():
            wanted = [folder] if told == "all" else [f"{folder}.{name}" for name in names]
            seen += len(wanted)
            unchecked += [
                module
                for module in wanted
                if (PACKAGE / module.replace(".", "/")).with_suffix(".py").exists()
                or (PACKAGE / module.replace(".", "/")).is_dir()
                if not is_covered(module, pure)
            ]
    assert seen > 40
    assert unchecked == []
