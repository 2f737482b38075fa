"""Folders of `mysqldump --tab` and `mariadb-dump --dir`: a definition and its rows per table. Pure.

Each table has a file of SQL and a text file of rows, `player.sql` and `player.txt`, which is empty
if the table is. Views have no text file.

Source: MySQL 8.4 manual, "mysqldump", --tab; MariaDB 11.5 release notes, "mariadb-dump --dir".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewound.catalog.dump import natural_key
from rewound.catalog.layouts.bundle import ReadSubject, Subject
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import DumpPart, Holds, Location

_COMPRESSED = r"(?:\.(?:gz|zst|xz|bz2|lz4))?"
_DEFINITION = re.compile(rf"(?P<table>.+)\.sql{_COMPRESSED}", re.IGNORECASE)
_ROWS = re.compile(rf"(?P<table>.+)\.txt{_COMPRESSED}", re.IGNORECASE)
_LIKE_A_TIME = re.compile(r"20[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9]")


@dataclass(frozen=True, slots=True)
class TabFolder:
    """The files of one database."""

    parts: tuple[DumpPart, ...]
    """The definitions of tables, their rows, and then the rest, such as views."""
    tables: tuple[str, ...]
    database: str | None
    """None if neither the headers nor the folder name one."""
    timed: tuple[Location, ...]
    """The definitions, the last one first."""
    others: tuple[SourceFile, ...]
    """Files that are no parts of it, or parts for the second time."""


def find_tab_tables(files: Sequence[SourceFile]) -> list[str]:
    """Return the tables that have a definition and rows in these files of one folder, by name."""
    defined, rows = _by_table(files, _DEFINITION), _by_table(files, _ROWS)
    return [name for name in defined if name in rows and not _LIKE_A_TIME.search(name)]


def read_tab_folder(
    files: Sequence[SourceFile], folder_name: str, read_subject: ReadSubject
) -> TabFolder | str | None:
    """Return the parts of the folder, or why it cannot be restored; None if it is another folder.

    In each definition that is read, the first table is that of the file's name; a note beside a
    dump, `host1.sql` and `host1.txt`, is thus no table.
    """
    defined, rows = _by_table(files, _DEFINITION), _by_table(files, _ROWS)
    paired = [name for name in defined if name in rows]
    subjects = {name: read_subject(defined[name][0].location) for name in defined}
    if not paired or not all(_is_of_table(subjects[name], name) for name in paired):
        return None
    tables = [name for name in defined if _is_of_table(subjects[name], name)]
    if missing := [name for name in tables if name not in rows]:
        return _tell_missing(missing, "no rows", ".txt")
    if missing := [name for name in rows if name not in defined]:
        return _tell_missing(missing, "rows without a definition", ".sql")
    databases = [subject.database for subject in subjects.values() if subject and subject.database]
    database = databases[0] if databases else folder_name or None
    others = [name for name in defined if name not in tables]
    foreign = [name for name in others if _LIKE_A_TIME.search(name)]
    others = [name for name in others if name not in foreign]
    definitions = [DumpPart(defined[name][0].location, database=database) for name in tables]
    text = [
        DumpPart(rows[name][0].location, Holds.ROWS, database=database, table=name)
        for name in tables
    ]
    rest = [DumpPart(defined[name][0].location, database=database) for name in others]
    taken = {part.location for part in (*definitions, *text, *rest)}
    return TabFolder(
        (*definitions, *text, *rest),
        tuple(tables),
        database,
        tuple(part.location for part in reversed((*definitions, *rest))),
        tuple(file for file in files if file.location not in taken),
    )


def _by_table(
    files: Sequence[SourceFile], regex: re.Pattern[str]
) -> Mapping[str, list[SourceFile]]:
    """Return the files of each table; one that is not compressed comes first.

    `gzip` removes it only when it has written the other, so that it is complete.
    """
    found: dict[str, list[SourceFile]] = {}
    for file in sorted(files, key=lambda file: natural_key(file.relative.name)):
        if match := regex.fullmatch(file.relative.name):
            found.setdefault(match["table"], []).append(file)
    for of_table in found.values():
        of_table.sort(key=lambda file: len(file.relative.name))
    return found


def _is_of_table(subject: Subject | None, name: str) -> bool:
    return subject is not None and subject.table == name


def _tell_missing(names: Sequence[str], what: str, ending: str) -> str:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return (
        f"a dump of mysqldump --tab with {what} of {shown}: {names[0]}{ending} is missing; copy the"
        " whole folder"
    )
