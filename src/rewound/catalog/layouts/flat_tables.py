"""One file per table, named after world, database and table: `host1.game.player.sql`. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from rewound.catalog.candidates import NamedDump
from rewound.catalog.layouts.bundle import ReadSubject
from rewound.catalog.layouts.joining import PartedWorld, WorldPart
from rewound.catalog.layouts.table_folders import load_rank
from rewound.catalog.naming.names import find_world_problem

_FILES_ASKED = 3
_SEPARATORS = "-_. "


def find_flat_tables(
    named: Sequence[NamedDump], read_subject: ReadSubject | None
) -> list[PartedWorld]:
    """Return the worlds whose tables are in files of their own, in one folder.

    Each name ends in the first table that the file creates, and these differ: the first tables of
    whole dumps are the same in all of them.
    """
    if read_subject is None:
        return []
    by_folder: dict[PurePosixPath, dict[str, list[NamedDump]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for entry in named:
        if not entry.dump.parts:
            by_folder[entry.file.relative.parent][entry.dump.world].append(entry)
    found: list[PartedWorld] = []
    for by_world in by_folder.values():
        names = list(by_world)
        if len(names) < 2:
            continue
        asked = [names[0], names[-1], *names[1 : _FILES_ASKED - 1]]
        told = [
            read
            for name in dict.fromkeys(asked)
            if (read := _read(by_world[name][0], read_subject))
        ]
        if len(told) < 2 or None in told or len({table for *_, table in told}) < 2:
            continue
        if len(told) == len(dict.fromkeys(asked)):
            found += _collect(by_world, read_subject)
    return found


def _read(entry: NamedDump, read_subject: ReadSubject) -> tuple[str, str, str] | None:
    """Return the world, the database and the table that a name holds; None for others."""
    subject = read_subject(entry.dump.location)
    if subject is None or not subject.table or not subject.database:
        return None
    base = _strip(entry.dump.world, subject.table)
    if base is None:
        return None
    world = _strip(base, subject.database)
    if world is None:
        world = base
    above = entry.name.origin[-1] if entry.name.origin else subject.database
    return world or above, subject.database, subject.table


def _strip(name: str, ending: str) -> str | None:
    """Return what comes before an ending that is a word of its own; None if it is none."""
    if name == ending:
        return ""
    before = name[: -len(ending)]
    return before[:-1] if name.endswith(ending) and before[-1:] in _SEPARATORS else None


def _collect(by_world: dict[str, list[NamedDump]], read_subject: ReadSubject) -> list[PartedWorld]:
    parts: dict[tuple[str, tuple[str, ...]], list[WorldPart]] = defaultdict(list)
    rest: list[NamedDump] = []
    for entries in by_world.values():
        read = _read(entries[0], read_subject)
        if read is None:
            rest += entries
            continue
        world, database, table = read
        for entry in entries:
            origin = (
                entry.name.origin[:-1] if entry.name.origin[-1:] == (world,) else entry.name.origin
            )
            part = WorldPart(entry, f"{database}.{table}", load_rank(table), database)
            parts[world, origin].append(part)
    for entry in rest:
        _add_objects(entry, parts)
    worlds = [
        PartedWorld(world, origin, of_world)
        for (world, origin), of_world in parts.items()
        if find_world_problem(world) is None
    ]
    return [world for world in worlds if len({part.name for part in world.parts}) > 1]


def _add_objects(
    entry: NamedDump, parts: dict[tuple[str, tuple[str, ...]], list[WorldPart]]
) -> None:
    """Add a file of routines, views or events to the world with whose name it begins."""
    rank = load_rank(entry.dump.world)
    for (world, _), of_world in parts.items():
        if rank and entry.dump.world.startswith(world):
            database = of_world[0].database
            of_world.append(WorldPart(entry, entry.dump.world, rank, database))
            return
