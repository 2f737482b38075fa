"""Folders of binary logs besides the source: their files join the catalog."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

from rewound.catalog.dump import Catalog
from rewound.catalog.logs.binary_log import LogKind
from rewound.catalog.logs.placing import LogNaming, gather, place_logs
from rewound.catalog.naming.pattern import compile_pattern
from rewound.catalog.walk import SourceFile, list_files
from rewound.errors import CatalogError

FindLogKind = Callable[[Path], LogKind | None]
"""Tells from the content what a file has to do with binary logs."""
_NO_LOG = "not a binary log"


def add_logs(
    catalog: Catalog,
    folder: Path,
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
    if not folder.is_dir():
        raise CatalogError(
            f"no folder {folder}", hint="check the path; --binlogs takes a folder of binary logs"
        )
    files, passed_over = list_files(folder)
    known = {
        *(dump.path.resolve() for dump in catalog.dumps),
        *(log.path.resolve() for log in catalog.logs),
        *(entry.path.resolve() for entry in catalog.not_understood),
    }
    logs: list[SourceFile] = []
    lost: list[tuple[Path, str]] = []
    for file in files:
        if file.path.resolve() in known:
            continue
        kind = find_log_kind(file.path)
        if kind is LogKind.BINARY_LOG:
            logs.append(file)
        else:
            lost.append((file.path, _NO_LOG if kind is None else kind.value))
    naming = LogNaming(
        catalog.worlds,
        timezone,
        today or datetime.now(UTC).date(),
        None if pattern is None else compile_pattern(pattern),
        folder.resolve().name,
    )
    placed, unplaced = place_logs(logs, naming)
    not_understood = (
        *catalog.not_understood,
        *(entry for entry in passed_over if entry.path.resolve() not in known),
        *gather(lost),
        *unplaced,
    )
    return replace(
        catalog,
        logs=(*catalog.logs, *placed),
        not_understood=tuple(sorted(not_understood, key=lambda entry: entry.path)),
    )
