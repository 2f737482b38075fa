"""Worlds that are split into several files: one per database, or one per table. Pure.

They cannot be joined; this module distinguishes them from folders of whole worlds, so that no table
becomes a world. Names alone are not enough: `eu/berlin`, `eu/paris` are worlds. The first
lines of some of the files decide.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rewound.catalog.dump import Dump, NotUnderstood
from rewound.dump.file.location import Location

_FILES_ASKED = 3
_WORKBENCH_FOLDER = re.compile(r"Dump20[0-9]{6}(?:[-_].*)?")
_JOIN = "dump every world into one file: mysqldump --databases …"
_ONE_TABLE = f"contains one table, as the other files of its folder do; {_JOIN}"


@dataclass(frozen=True, slots=True)
class Subject:
    """The database and table that a dump names in its first lines."""

    database: str | None
    """The one database of its header."""
    table: str | None
    """The first table that it creates."""


ReadSubject = Callable[[Location], Subject | None]


def find_table_files(dumps: Iterable[Dump], read_subject: ReadSubject) -> list[NotUnderstood]:
    """Return the files that hold one table each of one world, with the reason."""
    by_folder: dict[Location, list[Dump]] = defaultdict(list)
    for dump in dumps:
        by_folder[dump.location.parent].append(dump)
    found: list[NotUnderstood] = []
    for folder, of_folder in by_folder.items():
        reason = _find_reason(folder, of_folder, read_subject)
        if reason is not None:
            found += [NotUnderstood(dump.location, reason) for dump in of_folder]
    return found


def _find_reason(folder: Location, dumps: Sequence[Dump], read_subject: ReadSubject) -> str | None:
    worlds = {dump.world for dump in dumps}
    if len({re.sub("[0-9]+", "#", world) for world in worlds}) < 2:
        return None
    asked = [(dump, read_subject(dump.location)) for dump in dumps[:_FILES_ASKED]]
    told = [(dump, subject) for dump, subject in asked if subject is not None]
    if len(told) < 2:
        return None
    if all(subject.table == dump.world for dump, subject in told):
        return _ONE_TABLE
    database = told[0][1].database
    is_workbench = _WORKBENCH_FOLDER.fullmatch(folder.name) is not None
    if _are_named_by_tables(told) and not is_workbench:
        return _ONE_TABLE
    if database is None or any(subject.database != database for _, subject in told):
        return None
    if folder.name == database and database not in worlds:
        return (
            f"contains a part of database {database}, as the other files of its folder do; {_JOIN};"
            f" if each is a world of its own, --pattern '{{time}}/{database}/{{world}}'"
        )
    if is_workbench and all(world.startswith(f"{database}_") for world in worlds):
        return (
            "contains one table, in a project folder of MySQL Workbench; export to one"
            " self-contained file"
        )
    return None


def _are_named_by_tables(told: Sequence[tuple[Dump, Subject]]) -> bool:
    """Tell whether names end in the table that the file creates: `host1.game.player`.

    The first tables of complete dumps are the same in all of them, so these have to differ.
    """
    tables = {subject.table for _, subject in told}
    return len(tables) > 1 and all(
        subject.table is not None
        and dump.world.endswith(subject.table)
        and dump.world[: -len(subject.table)][-1:] in ("-", "_", ".", " ")
        for dump, subject in told
    )


_DEFINITIONS = "schema|schemas|structure|struct|ddl|definitions|no[-_]?data|schema[-_]only"
_STORED_OBJECTS = "routines|triggers|procedures|grants"
_ROWS = "data|rows|inserts|dml|content|contents|data[-_]only|no[-_]?create(?:[-_]info)?"
_ONE_PART = re.compile(
    rf"(?i:(?P<before>.*?)(?:^|[-_.])(?:(?P<definitions>{_DEFINITIONS})|(?P<rows>{_ROWS})"
    rf"|(?P<stored_objects>{_STORED_OBJECTS}))(?:$|[-_.](?P<after>.*)))",
    re.DOTALL,
)


def find_split_worlds(
    dumps: Iterable[tuple[Dump, tuple[str, ...]]],
) -> list[tuple[str, list[Dump]]]:
    """Return the worlds whose definitions are in one file and whose rows in another, with these.

    Such as `host1-schema.sql` and `host1-data.sql`; also `host1.sql` and `host1-routines.sql`.
    """
    parts: dict[tuple[tuple[str, ...], str], dict[str, list[Dump]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for dump, origin in dumps:
        match = _ONE_PART.fullmatch(dump.world)
        if match is None:
            parts[origin, dump.world]["whole"].append(dump)
        else:
            base = "-".join(filter(None, (match["before"], match["after"])))
            what = next(name for name in ("definitions", "rows", "stored_objects") if match[name])
            parts[origin, base or "/".join(origin)][what].append(dump)
    in_order = ("whole", "definitions", "rows", "stored_objects")
    return [
        (base, [dump for what in in_order for dump in by_part.get(what, [])])
        for (_, base), by_part in parts.items()
        if len(by_part) > 1 and not by_part.keys() <= {"whole", "rows"}
    ]


def describe_grid(origins: Mapping[str, Sequence[tuple[str, ...]]]) -> str | None:
    """Describe worlds that each occur in the same folders; None for other worlds.

    `origins` has, for each world, the folders that it occurs in.
    """
    folders = {tuple(sorted(of_world)) for of_world in origins.values()}
    if len(origins) < 2 or len(folders) != 1:
        return None
    hosts = ["/".join(origin) or "SOURCE itself" for origin in next(iter(folders))]
    return (
        f"{_list(hosts)} contain files of the same names: they"
        f" may be moments, or hosts with one file per database; for those, {_JOIN}"
    )


def find_database_files(
    dumps: Sequence[tuple[Dump, tuple[str, ...]]], read_subject: ReadSubject
) -> list[tuple[tuple[str, ...], list[Dump]]]:
    """Return the dumps of each origin that are named after their databases.

    Such as `host1/2024-06-18/auth.sql`: the databases of one host, or tenants in one folder.
    """
    by_origin: dict[tuple[str, ...], list[Dump]] = defaultdict(list)
    for dump, origin in dumps:
        if origin:
            by_origin[origin].append(dump)
    found = []
    for origin, of_origin in by_origin.items():
        one_each = list({dump.world: dump for dump in of_origin}.values())
        subjects = [(dump, read_subject(dump.location)) for dump in one_each[:_FILES_ASKED]]
        if len(subjects) > 1 and all(
            subject is not None and subject.database == dump.world for dump, subject in subjects
        ):
            found.append((origin, of_origin))
    return found


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown}, …"
