"""Folders that are one dump, found before world and time are read from names. Pure."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from rewound.catalog.dump import NotUnderstood
from rewound.catalog.layouts.bundle import Bundle, ReadStart, ReadSubject
from rewound.catalog.layouts.mydumper import is_mydumper, read_mydumper
from rewound.catalog.layouts.places import get_folder
from rewound.catalog.layouts.tab_folders import find_tab_tables, read_tab_folder
from rewound.catalog.layouts.table_folders import read_table_folder
from rewound.catalog.naming.endings import find_foreign_reason, is_named_as_dump
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import DumpPart, Location


@dataclass(frozen=True, slots=True)
class BundleReaders:
    """What is needed to recognise folders that are one dump."""

    source_name: str
    """The name of the source, which is the folder of its topmost files."""
    names_world: Callable[[str], bool]
    """Tells whether a path without its extension names a world."""
    read_subject: ReadSubject | None
    read_start: ReadStart | None
    has_pattern: bool
    """Whether the user describes the names, so that files of SQL stay what the pattern says."""


@dataclass(frozen=True, slots=True)
class FoundBundles:
    """What the files of a source are."""

    bundles: list[Bundle]
    files: list[SourceFile]
    """The files of no bundle."""
    lost: list[NotUnderstood]
    warnings: dict[Location, str]
    """What the user should know of a bundle, by its location."""


def find_bundles(files: Sequence[SourceFile], readers: BundleReaders) -> FoundBundles:
    """Return the folders that are one dump each, and all other files."""
    found = FoundBundles([], [], [], {})
    by_folder: dict[PurePosixPath, list[SourceFile]] = defaultdict(list)
    for file in files:
        by_folder[file.relative.parent].append(file)
    for folder, of_folder in by_folder.items():
        if len(of_folder) < 2 or not _read_folder(folder, of_folder, readers, found):
            found.files.extend(of_folder)
    return replace(found, bundles=_merge(found.bundles))


def _read_folder(
    folder: PurePosixPath, files: list[SourceFile], readers: BundleReaders, found: FoundBundles
) -> bool:
    """Add the folder to what was found, if it is one dump; tell whether it is."""
    if is_mydumper([file.relative.name for file in files]):
        _add_mydumper(folder, files, readers, found)
        return True
    if readers.read_subject is None:
        return False
    if find_tab_tables(files) and _add_tab(folder, files, readers, found, readers.read_subject):
        return True
    return not readers.has_pattern and _add_tables(
        folder, files, readers, found, readers.read_subject
    )


def _add_mydumper(
    folder: PurePosixPath, files: list[SourceFile], readers: BundleReaders, found: FoundBundles
) -> None:
    place = get_folder(files[0].location)
    dumper = read_mydumper(files, readers.read_start)
    if isinstance(dumper, str):
        found.lost.append(NotUnderstood(place, dumper))
        return
    if not readers.has_pattern:
        folder = folder.parent / folder.name.removeprefix("pscale_dump_")
    bundle = _make(folder, place, dumper.parts, files, readers, dumper.databases)
    bundle = replace(bundle, finished_at=dumper.finished_at, proof=dumper.proof)
    bundle = replace(bundle, part_names=dumper.tables)
    found.bundles.append(bundle)
    found.files.extend(dumper.others)


def _add_tab(
    folder: PurePosixPath,
    files: list[SourceFile],
    readers: BundleReaders,
    found: FoundBundles,
    read_subject: ReadSubject,
) -> bool:
    place = get_folder(files[0].location)
    tab = read_tab_folder(files, folder.name or readers.source_name, read_subject)
    if tab is None:
        return False
    if isinstance(tab, str):
        found.lost.append(NotUnderstood(place, tab))
        return True
    databases = () if tab.database is None else (tab.database,)
    bundle = _make(folder, place, tab.parts, files, readers, databases)
    found.bundles.append(replace(bundle, timed=tab.timed, part_names=tab.tables))
    found.files.extend(tab.others)
    return True


def _add_tables(
    folder: PurePosixPath,
    files: list[SourceFile],
    readers: BundleReaders,
    found: FoundBundles,
    read_subject: ReadSubject,
) -> bool:
    place = get_folder(files[0].location)
    sql = [file for file in files if _may_be_table(file)]
    if len(sql) < 2:
        return False
    tables = read_table_folder(sql, folder.name or readers.source_name, read_subject)
    if tables is None:
        return False
    bundle = _make(folder, place, tables.parts, files, readers, tables.databases)
    found.bundles.append(replace(bundle, timed=tables.timed, part_names=tables.tables))
    found.files.extend(file for file in files if file not in sql)
    found.lost.extend(NotUnderstood(file.location, reason) for file, reason in tables.others)
    if tables.warning is not None:
        found.warnings[place] = tables.warning
    return True


def _may_be_table(file: SourceFile) -> bool:
    return is_named_as_dump(file.relative) and find_foreign_reason(file.relative) is None


def _make(
    folder: PurePosixPath,
    place: Location,
    parts: tuple[DumpPart, ...],
    files: Sequence[SourceFile],
    readers: BundleReaders,
    databases: tuple[str, ...],
) -> Bundle:
    """Return the bundle with the path that names its world and time.

    A folder with the name of its database names no world if a folder above it does; a folder
    without the name of a world is that of its database.
    """
    path = folder if folder.name else PurePosixPath(readers.source_name)
    taken = {part.location for part in parts}
    size_bytes = sum(file.size_bytes for file in files if file.location in taken)
    is_of_database = not readers.has_pattern and databases == (path.name,)
    if is_of_database and len(path.parts) > 1 and readers.names_world(str(path.parent)):
        path = path.parent
    elif not readers.has_pattern and len(databases) == 1 and not readers.names_world(str(path)):
        path = path / databases[0]
    file = SourceFile(place, path.with_name(f"{path.name}.sql"), size_bytes, files[0].file_id)
    return Bundle(file, parts, (), databases, is_named_by_database=is_of_database)


def _merge(bundles: Sequence[Bundle]) -> list[Bundle]:
    """Join the databases of one dump, whose folders are in one folder."""
    merged: list[Bundle] = []
    places: dict[PurePosixPath, int] = {}
    for bundle in bundles:
        index = places.setdefault(bundle.file.relative, len(merged))
        if index == len(merged):
            merged.append(bundle)
        elif merged[index].is_named_by_database and bundle.is_named_by_database:
            merged[index] = _join(merged[index], bundle)
        else:
            merged.append(bundle)
    return merged


def _join(first: Bundle, second: Bundle) -> Bundle:
    place = first.file.location
    if len(first.databases) == 1:
        place = get_folder(place)
    size_bytes = first.file.size_bytes + second.file.size_bytes
    return Bundle(
        replace(first.file, location=place, size_bytes=size_bytes),
        (*first.parts, *second.parts),
        (*_full_names(first), *_full_names(second)),
        (*first.databases, *second.databases),
        (*second.timed, *first.timed),
        is_named_by_database=True,
    )


def _full_names(bundle: Bundle) -> tuple[str, ...]:
    if len(bundle.databases) != 1:
        return bundle.part_names
    return tuple(f"{bundle.databases[0]}.{name}" for name in bundle.part_names)
