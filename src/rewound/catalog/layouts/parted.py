"""Which dumps are parts of one world, after world and time are read from their names. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rewound.catalog.candidates import NamedDump
from rewound.catalog.dump import NotUnderstood
from rewound.catalog.layouts.bundle import ReadSubject
from rewound.catalog.layouts.databases import find_databases, find_prefixed
from rewound.catalog.layouts.flat_tables import find_flat_tables
from rewound.catalog.layouts.joining import join_worlds
from rewound.catalog.layouts.kinds import find_kinds

Unclear = tuple[str, list[NamedDump]]
"""A world that may have several files, and these."""


@dataclass(frozen=True, slots=True)
class JoinedDumps:
    """The dumps of a source, each with all its parts."""

    named: list[NamedDump]
    lost: list[NotUnderstood]
    kinds: list[Unclear]
    """Files that may hold the definitions, rows or stored objects of one world."""
    databases: list[Unclear]
    """Files that may hold the databases of one world, or be worlds."""


def join_parts(named: Sequence[NamedDump], read_subject: ReadSubject | None) -> JoinedDumps:
    """Return the dumps, those that are parts of one joined, and what has two readings."""
    worlds, kinds = find_kinds(named)
    dumps, lost = join_worlds(worlds, named)
    dumps, lost_tables = join_worlds(find_flat_tables(dumps, read_subject), dumps)
    prefixed = find_prefixed(dumps, read_subject)
    dumps, lost_prefixed = join_worlds(prefixed.worlds, dumps)
    in_folders = find_databases(dumps, read_subject)
    dumps, lost_databases = join_worlds(in_folders.worlds, dumps)
    unclear = [
        ("/".join(origin), entries) for origin, entries in (*prefixed.unclear, *in_folders.unclear)
    ]
    lost += [*lost_tables, *lost_prefixed, *lost_databases]
    return JoinedDumps(dumps, lost, kinds, unclear)
