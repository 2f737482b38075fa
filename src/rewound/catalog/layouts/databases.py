"""One file per database of a host: `host1/2024-06-18/auth.sql`, `host1_auth_20240618.sql`. Pure.

A folder that is named as a host, `host1` or `db2.example.com`, is one world, whatever its files are
called, unless two of them state one database and no other host has the same names. Elsewhere the
first lines decide: each file has to be named after its database. Databases with the same first
table may be tenants, each a world: then the user is asked.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewound.catalog.candidates import NamedDump
from rewound.catalog.layouts.bundle import ReadSubject, Subject
from rewound.catalog.layouts.joining import PartedWorld, WorldPart, group_moments
from rewound.catalog.naming.calendar import is_calendar_word
from rewound.catalog.naming.names import find_world_problem

_HOST = re.compile(
    r"(?i:(?:.*[-_.])?(?:host|server|srv|node|vm|db|dbs|mysql|mariadb)[-_]?[0-9]+(?:[-_.].*)?)"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
)
_WORLDS_ASKED = 3
_SEPARATORS = "-_. "
Origin = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundDatabases:
    """The worlds with a file per database, and folders that may be such."""

    worlds: list[PartedWorld]
    unclear: list[tuple[Origin, list[NamedDump]]]


def find_databases(named: Sequence[NamedDump], read_subject: ReadSubject | None) -> FoundDatabases:
    """Return the worlds whose databases are in files of their own, in a folder for each world."""
    by_origin: dict[Origin, list[NamedDump]] = defaultdict(list)
    for entry in named:
        if entry.name.origin:
            by_origin[entry.name.origin].append(entry)
    found = FoundDatabases([], [])
    names: set[str] = set()
    rest: list[tuple[Origin, list[NamedDump]]] = []
    for origin, entries in by_origin.items():
        subjects = _ask(entries, read_subject)
        if find_world_problem(origin[-1]) is None and _is_host(origin[-1], entries):
            warning = _find_same(subjects, origin)
            if warning is not None and not _is_like_another(origin, by_origin):
                found.unclear.append((origin, entries))
                continue
            found.worlds.append(_make(origin, entries, warning))
            names |= {entry.dump.world for entry in entries}
        elif not _are_named_by_databases(subjects):
            rest.append((origin, entries))
        elif _differ(subjects) and find_world_problem(origin[-1]) is None:
            found.worlds.append(_make(origin, entries, None))
            names |= {entry.dump.world for entry in entries}
        else:
            found.unclear.append((origin, entries))
    depths = {len(world.origin) + 1 for world in found.worlds}
    for origin, entries in rest:
        # A host with one of the databases that the others have is a world as they are.
        if len(origin) in depths and {entry.dump.world for entry in entries} <= names:
            found.worlds.append(_make(origin, entries, None))
    return found


def find_prefixed(named: Sequence[NamedDump], read_subject: ReadSubject | None) -> FoundDatabases:
    """Return the worlds whose files are named after the world and the database, in one folder."""
    found = FoundDatabases([], [])
    if read_subject is None:
        return found
    groups: dict[tuple[Origin, str], dict[str, list[NamedDump]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for entry in named:
        for cut in re.finditer(f"[{_SEPARATORS}]", entry.dump.world):
            base, database = entry.dump.world[: cut.start()], entry.dump.world[cut.end() :]
            if base and database:
                groups[entry.name.origin, base][database].append(entry)
    taken: set[tuple[Origin, str]] = set()
    for (origin, base), by_database in sorted(groups.items(), key=lambda item: -len(item[0][1])):
        if not _differ_by_words(by_database) or find_world_problem(base):
            continue
        asked = list(by_database.items())
        first = [(name, _read(of_name[0], read_subject)) for name, of_name in asked[:_WORLDS_ASKED]]
        if not all(subject.database == name for name, subject in first):
            continue
        subjects = [(name, _read(of_name[0], read_subject)) for name, of_name in asked]
        own = {name for name, subject in subjects if subject.database == name}
        entries = [e for name in own for e in by_database[name]]
        if any((origin, entry.dump.world) in taken for entry in entries) or len(own) < 2:
            continue
        taken |= {(origin, entry.dump.world) for entry in entries}
        told = [(name, subject) for name, subject in subjects if name in own]
        if not _differ(told):
            found.unclear.append(((*origin, base), entries))
            continue
        parts = [WorldPart(e, name, database=name) for name in own for e in by_database[name]]
        found.worlds.append(PartedWorld(base, origin, parts))
    return found


def _make(origin: Origin, entries: Sequence[NamedDump], warning: str | None) -> PartedWorld:
    parts = [WorldPart(entry, entry.dump.world, database=entry.dump.world) for entry in entries]
    return PartedWorld(origin[-1], origin[:-1], parts, warning=warning)


def _ask(
    entries: Sequence[NamedDump], read_subject: ReadSubject | None
) -> list[tuple[str, Subject]]:
    one_each = list({entry.dump.world: entry for entry in entries}.values())
    if read_subject is None or len(one_each) < 2:
        return []
    return [(e.dump.world, _read(e, read_subject)) for e in one_each[:_WORLDS_ASKED]]


def _read(entry: NamedDump, read_subject: ReadSubject) -> Subject:
    return read_subject(entry.dump.files.parts[0].location) or Subject(None, None)


def _is_host(folder: str, entries: Sequence[NamedDump]) -> bool:
    """Tell whether a folder is that of a host, and what is in it are its databases.

    No moment may lie in between, and several databases have to be of one moment.
    """
    names = {entry.dump.world for entry in entries}
    if not _HOST.fullmatch(folder) or any(_HOST.fullmatch(name) for name in names):
        return False
    words = {word for name in names for word in re.split(f"[{_SEPARATORS}]", name)}
    if not _differ_by_words(names) or any(is_calendar_word(word) for word in words):
        return False
    moments = group_moments(WorldPart(entry, entry.dump.world) for entry in entries)
    return any(len(moment) > 1 for moment in moments)


def _is_like_another(origin: Origin, by_origin: Mapping[Origin, Sequence[NamedDump]]) -> bool:
    """Tell whether another host has files of the same names, as worlds of two hosts hardly do."""
    names = {entry.dump.world for entry in by_origin[origin]}
    return any(
        other != origin
        and _HOST.fullmatch(other[-1])
        and {entry.dump.world for entry in entries} == names
        for other, entries in by_origin.items()
    )


def _differ_by_words(names: Sequence[str] | set[str] | dict[str, list[NamedDump]]) -> bool:
    """Tell whether the names are several, and do not differ in numbers alone."""
    return len({re.sub("[0-9]+", "#", name) for name in names}) > 1


def _are_named_by_databases(subjects: Sequence[tuple[str, Subject]]) -> bool:
    return len(subjects) > 1 and all(subject.database == name for name, subject in subjects)


def _differ(subjects: Sequence[tuple[str, Subject]]) -> bool:
    """Tell whether the databases begin with different tables, as tenants do not."""
    tables = [subject.table for _, subject in subjects]
    return None not in tables and len({*tables}) == len(tables)


def _find_same(subjects: Sequence[tuple[str, Subject]], origin: Origin) -> str | None:
    """Return a warning if two files state the same database, as dumps of two worlds do."""
    seen: dict[tuple[str, str], str] = {}
    for name, subject in subjects:
        if subject.database is None or subject.table is None:
            continue
        first = seen.setdefault((subject.database, subject.table), name)
        if first != name:
            return (
                f"{first} and {name} are taken for databases of {origin[-1]}, but both are dumps of"
                f" database {subject.database} and create the table {subject.table} first; if each"
                " is a world of its own, use --pattern with {world} in place of these names"
            )
    return None
