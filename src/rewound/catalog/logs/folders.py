"""Folders of binary logs: those besides the source join the catalog."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from os.path import realpath
from pathlib import Path, PurePosixPath

from rewound.catalog.dump import Catalog
from rewound.catalog.layouts.places import place_key
from rewound.catalog.logs.placing import LogNaming, gather, place_logs
from rewound.catalog.logs.series import FindLogKind, find_series, part_logs
from rewound.catalog.naming.pattern import compile_pattern
from rewound.catalog.source import Source
from rewound.catalog.source_files import list_source_files
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import Location
from rewound.errors import CatalogError

_NO_LOG = "not a binary log"


def add_logs(
    catalog: Catalog,
    folder: Source,
    *,
    pattern: str | None = None,
    timezone: tzinfo = UTC,
    today: date | None = None,
    find_log_kind: FindLogKind,
) -> Catalog:
    """Return the catalog with the logs in a folder, and all below it.

    What the catalog has already is passed over.

    Raises:
        CatalogError: the folder does not exist or cannot be read.
    """
    if isinstance(folder, Path) and not folder.is_dir():
        raise CatalogError(
            f"no folder {folder}", hint="check the path; --binlogs takes a folder of binary logs"
        )
    files, passed_over = list_source_files(folder)
    known = {
        *(_identify(dump.location) for dump in catalog.dumps),
        *(_identify(log.location) for log in catalog.logs),
        *(_identify(entry.location) for entry in catalog.not_understood),
    }
    new = [file for file in files if _identify(file.location) not in known]
    logs, lost = part_logs(new, find_log_kind)
    no_files = [entry for entry in find_no_files(logs) if _identify(entry.location) not in known]
    known |= {_identify(entry.location) for entry in no_files}
    naming = LogNaming(
        catalog.worlds,
        timezone,
        today or datetime.now(UTC).date(),
        None if pattern is None else compile_pattern(pattern),
        folder.resolve().name if isinstance(folder, Path) else PurePosixPath(folder.key).name,
    )
    placed, unplaced = place_logs([*logs, *no_files], naming)
    not_understood = (
        *catalog.not_understood,
        *(entry for entry in passed_over if _identify(entry.location) not in known),
        *gather([(path, _NO_LOG if kind is None else kind.value) for path, kind in lost]),
        *unplaced,
    )
    return replace(
        catalog,
        logs=(*catalog.logs, *placed),
        not_understood=tuple(sorted(not_understood, key=lambda entry: place_key(entry.location))),
    )


def find_no_files(logs: Sequence[SourceFile]) -> list[SourceFile]:
    """Return what has the name of a log beside these, but is a folder, a broken link or a pipe.

    Reading it says what it is.
    """
    beside = {
        file.location.parent: file.relative.parent
        for file in logs
        if isinstance(file.location, Path)
    }
    known = {find_series(file.relative) for file in logs} - {None}
    found: list[SourceFile] = []
    for folder, relative in beside.items():
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not _is_file(entry))
        for name in names:
            if find_series(relative / name) in known:
                found.append(SourceFile(folder / name, relative / name, 0, (-1, len(found))))
    return found


def _identify(location: Location) -> object:
    """Return what is the same for all names of one file."""
    return realpath(location) if isinstance(location, Path) else location


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads in circles
        return False
