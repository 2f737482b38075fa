"""A report as one HTML file that opens offline, in any browser. Pure.

The fixed parts are files beside this module: `page.html`, `page.css` and its `script`. The
values go in as JSON, and the script shows them. They come from dumps and are not trusted: none of
them is ever markup. The JSON contains no character that HTML gives a meaning to, the script adds
values to the page only as text, and the page's policy allows exactly this style and this script,
by their hashes, and no address at all.
"""

import base64
import hashlib
import html
import re
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from rewound.diff.report.document import DefinitionReport, Report, encode_report
from rewound.worlds.folding import fold_worlds

_SCRIPT = (
    *("elements", "numbers", "report", "head", "findings", "heat_map", "tables", "definitions"),
    *("row_order", "rows", "provenance", "addresses"),
)
"""The parts of the script, each after those whose names it uses while it is read."""
_MARK = re.compile(r"\{\{([a-z]+)\}\}")
# `<` and `&` could end the block or begin a comment in it, `>` ends one; the other two end
# lines in JavaScript, though not in json.
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class DefinitionGroup:
    """One change of the definitions, with all worlds that have it."""

    worlds: str
    """Folded: `host[1-3]`."""
    count: int
    definition: DefinitionReport


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """One reason why something could not be compared, with all worlds that have it."""

    worlds: str
    count: int
    schema: str | None
    """None if the whole world could not be compared."""
    table: str | None
    error: str


@dataclass(frozen=True, slots=True)
class Groups:
    """The changes and errors that several worlds share, listed once."""

    definitions: list[DefinitionGroup]
    errors: list[ErrorGroup]
    only_before: str
    only_after: str
    same_dumps: str


def make_page(report: Report) -> str:
    """Return the page; to be written as UTF-8."""
    style, script = _read("page.css"), read_script()
    parts = {
        "policy": "; ".join(
            (
                "default-src 'none'",
                f"script-src {_hash(script)}",
                f"style-src {_hash(style)}",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
        "title": html.escape(f"{report.before} → {report.after}: what changed"),
        "style": style,
        "script": script,
        "report": _embed(encode_report(report)),
        "groups": _embed(msgspec.json.encode(group_worlds(report))),
    }
    # In one pass, so that a mark within the values stays what it is.
    return _MARK.sub(lambda mark: parts[mark[1]], _read("page.html"))


def group_worlds(report: Report) -> Groups:
    """Return what several worlds have in common, in the order in which it first appears."""
    definitions: dict[bytes, tuple[DefinitionReport, list[str]]] = {}
    errors: dict[tuple[str | None, str | None, str], list[str]] = {}
    for world in report.worlds:
        for definition in world.definitions:
            key = msgspec.json.encode(definition)
            definitions.setdefault(key, (definition, []))[1].append(world.world)
        if world.error is not None:
            errors.setdefault((None, None, world.error), []).append(world.world)
        for table in world.tables:
            if table.error is not None:
                place = table.schema, table.table, table.error
                errors.setdefault(place, []).append(world.world)
    return Groups(
        [
            DefinitionGroup(fold_worlds(worlds), len(worlds), definition)
            for definition, worlds in definitions.values()
        ],
        [ErrorGroup(fold_worlds(worlds), len(worlds), *place) for place, worlds in errors.items()],
        fold_worlds(report.only_before),
        fold_worlds(report.only_after),
        fold_worlds(report.same_dumps, separator=", "),
    )


def read_script() -> str:
    """Return the page's script: its parts as one, because an inline module can import none."""
    return "\n".join(_read(f"script/{part}.js") for part in _SCRIPT)


def _embed(json: bytes) -> str:
    """Return json for a script element, without spaces; it parses to the same values."""
    return msgspec.json.format(json, indent=-1).decode().translate(_UNSAFE)


def _hash(text: str) -> str:
    """Return the source that lets a policy allow one inline style or script."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _read(name: str) -> str:
    return files("rewound.diff.report").joinpath(name).read_text(encoding="utf-8")
