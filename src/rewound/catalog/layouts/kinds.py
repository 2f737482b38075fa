"""Definitions, rows and stored objects of one world in files of their own. Pure.

Such as `host1-schema.sql` and `host1-data.sql`; also `host1.sql` and `host1-routines.sql`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from rewound.catalog.candidates import NamedDump
from rewound.catalog.layouts.joining import PartedWorld, WorldPart
from rewound.catalog.naming.names import find_world_problem

_DEFINITIONS = "schema|schemas|structure|struct|ddl|definitions|no[-_]?data|schema[-_]only"
_STORED_OBJECTS = "routines|triggers|procedures|functions|events|views|grants"
_ROWS = "data|rows|inserts|dml|content|contents|data[-_]only|no[-_]?create(?:[-_]info)?"
_ONE_PART = re.compile(
    rf"(?i:(?P<before>.*?)(?:^|[-_.])(?:(?P<definitions>{_DEFINITIONS})|(?P<rows>{_ROWS})"
    rf"|(?P<stored_objects>{_STORED_OBJECTS}))(?:$|[-_.](?P<after>.*)))",
    re.DOTALL,
)
_IN_ORDER = ("whole", "definitions", "rows", "stored_objects")
_LAST = ("routines", "procedures", "functions", "views", "triggers", "events", "grants")


def find_kinds(
    named: Iterable[NamedDump],
) -> tuple[list[PartedWorld], list[tuple[str, list[NamedDump]]]]:
    """Return the worlds whose files hold one kind of content each, and what may be such.

    Without a name above it, or with a whole dump beside definitions, the user has to decide.
    """
    groups: dict[tuple[tuple[str, ...], str], dict[str, list[WorldPart]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for entry in named:
        what, part, base = _read(entry)
        groups[entry.name.origin, base][what].append(part)
    worlds: list[PartedWorld] = []
    unclear: list[tuple[str, list[NamedDump]]] = []
    for (origin, base), by_kind in groups.items():
        if len(by_kind) < 2 or by_kind.keys() <= {"whole", "rows"}:
            continue
        if by_kind.keys() == {"rows", "stored_objects"}:
            continue
        parts = [part for what in _IN_ORDER for part in by_kind.get(what, [])]
        world, above = (base, origin) if base else _take_above(origin)
        if not world or find_world_problem(world) or {"whole", "definitions"} <= by_kind.keys():
            unclear.append((base or "/".join(origin), [part.entry for part in parts]))
            continue
        needed = {
            by_kind[what][0].name for what in ("whole", "definitions", "rows") if by_kind[what]
        }
        worlds.append(PartedWorld(world, above, parts, needs=frozenset(needed)))
    return worlds, unclear


def _take_above(origin: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return (origin[-1], origin[:-1]) if origin else ("", ())


def _read(entry: NamedDump) -> tuple[str, WorldPart, str]:
    match = _ONE_PART.fullmatch(entry.dump.world)
    if match is None:
        return "whole", WorldPart(entry, entry.dump.world), entry.dump.world
    base = "-".join(filter(None, (match["before"], match["after"])))
    what = next(name for name in _IN_ORDER[1:] if match[name])
    word = match[what].lower()
    rank = _IN_ORDER.index(what) + (_LAST.index(word) if word in _LAST else 0)
    return what, WorldPart(entry, word, rank), base
