"""Folders with one file of SQL per table, also MySQL Workbench's project folders. Pure.

Each file creates the table that it is named after, `game/player.sql`; in a project folder,
`Dump20240618/game_player.sql`, the database comes before it. This is decided before times are read
from names, because tables may be named by dates.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rewound.catalog.dump import natural_key
from rewound.catalog.layouts.bundle import ReadSubject, Subject
from rewound.catalog.naming.endings import strip_extension
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import DumpPart, Location

_FILES_ASKED = 3
_WORKBENCH_FOLDER = re.compile(r"Dump20[0-9]{6}(?:[-_].*)?")
LAST_WORDS = ("routines", "procedures", "functions", "views", "view", "events", "triggers")
"""What files of stored objects are called, in the order in which they are loaded."""


@dataclass(frozen=True, slots=True)
class TableFolder:
    """The files of a folder with one per table."""

    parts: tuple[DumpPart, ...]
    tables: tuple[str, ...]
    databases: tuple[str, ...]
    timed: tuple[Location, ...]
    others: tuple[tuple[SourceFile, str], ...]
    """Files that are no parts of it, with the reason."""
    warning: str | None = None
    """Why they may be worlds after all."""


def read_table_folder(
    files: Sequence[SourceFile], folder_name: str, read_subject: ReadSubject
) -> TableFolder | None:
    """Return the parts of a folder with one file per table; None for any other folder."""
    stems = {file.location: strip_extension(file.relative).rpartition("/")[2] for file in files}
    if len({re.sub("[0-9]+", "#", stem) for stem in stems.values()}) < 2:
        return None
    asked = dict.fromkeys((files[0], files[-1], *files[1 : _FILES_ASKED - 1]))
    first = [(stems[file.location], read_subject(file.location)) for file in asked]
    told = [(stem, subject) for stem, subject in first if subject is not None]
    if len(told) < 2:
        return None
    is_project = _WORKBENCH_FOLDER.fullmatch(folder_name) is not None
    fits: Callable[[str, Subject], bool] | None = None
    is_of_database = False
    if is_project and all(_follows_database(stem, subject) for stem, subject in told):
        fits = _follows_database
    elif _are_named_by_tables(told):
        fits = _is_named_by_table
    elif all(_is_in_folder_of_database(folder_name, stem, subject) for stem, subject in told):
        is_of_database = True
    if fits is None and not is_of_database:
        return None
    subjects = {file.location: read_subject(file.location) for file in files}
    return _make_folder(files, stems, subjects, fits)


def _make_folder(
    files: Sequence[SourceFile],
    stems: dict[Location, str],
    subjects: dict[Location, Subject | None],
    fits: Callable[[str, Subject], bool] | None,
) -> TableFolder:
    """Return the folder; files that do not fit are none of its tables."""
    taken: list[tuple[SourceFile, str, str | None]] = []
    others: list[tuple[SourceFile, str]] = []
    seen: dict[str, SourceFile] = {}
    databases = {s.database for s in subjects.values() if s is not None and s.database}
    for file in sorted(files, key=lambda file: (len(file.relative.name), file.relative)):
        stem, subject = stems[file.location], subjects[file.location]
        database = None if subject is None else subject.database
        if stem in seen:
            others.append((file, f"the same part as {seen[stem].relative.name}, which is used"))
        elif fits and subject is not None and subject.table and not fits(stem, subject):
            others.append(
                (
                    file,
                    f"beside files with one table each, but creates {subject.table} first: it may"
                    " be a dump of its own; move it to another folder",
                )
            )
        else:
            seen[stem] = file
            taken.append((file, stem, database))
    taken.sort(key=lambda each: (load_rank(each[1]), natural_key(each[1])))
    return TableFolder(
        tuple(DumpPart(file.location, database=database) for file, _, database in taken),
        tuple(stem for _, stem, _ in taken),
        tuple(sorted(databases)),
        tuple(file.location for file, *_ in reversed(taken)),
        tuple(others),
        _find_warning([file for file, *_ in taken], subjects),
    )


def load_rank(stem: str) -> int:
    """Return 0 for a table; more for files of stored objects, which are loaded after all tables."""
    word = re.split(r"[-_.]", stem.lower())[-1]
    return LAST_WORDS.index(word) + 1 if word in LAST_WORDS else 0


def _find_warning(
    files: Sequence[SourceFile], subjects: dict[Location, Subject | None]
) -> str | None:
    """Return a warning if two files create the same table first, as dumps of two worlds do."""
    seen: dict[tuple[str | None, str], SourceFile] = {}
    for file in files:
        subject = subjects[file.location]
        if subject is None or subject.table is None:
            continue
        first = seen.setdefault((subject.database, subject.table), file)
        if first is not file:
            return (
                f"{first.relative.name} and {file.relative.name} are taken for parts of one"
                f" database, but both create the table {subject.table} first; if each is a world"
                " of its own, use --pattern with {world} in place of these names"
            )
    return None


def _are_named_by_tables(told: Sequence[tuple[str, Subject]]) -> bool:
    """Tell whether the files are named after the table that each creates, but for one of them."""
    own = [_is_named_by_table(stem, subject) for stem, subject in told if subject.table]
    return own.count(True) > 1 and own.count(False) < 2


def _is_named_by_table(stem: str, subject: Subject) -> bool:
    return subject.table == stem


def _follows_database(stem: str, subject: Subject) -> bool:
    return subject.database is not None and stem.startswith(f"{subject.database}_")


def _is_in_folder_of_database(folder_name: str, stem: str, subject: Subject) -> bool:
    return subject.database == folder_name != stem
