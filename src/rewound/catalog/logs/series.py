"""Which files are meant as binary logs, though their content does not show it.

A file that cannot be read, is empty or is cut off can still be recognised by its name, which is
one of a series, such as `mysql-bin.000042` beside `mysql-bin.000041`. It becomes a log, and
reading it says what is wrong with it; else it would be missing, and nothing would say why. Pure.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from rewound.binlog.log_file import log_name
from rewound.catalog.logs.binary_log import LogKind
from rewound.catalog.logs.placing import is_called_log
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import Location
from rewound.stores.remote_file import RemoteFile

FindLogKind = Callable[[Location], LogKind | None]
"""Tells from the content what a file has to do with binary logs."""
_NUMBERED = re.compile(r"(.+)\.\d{6,}")
Series = tuple[PurePosixPath, str]
"""A folder, and what the names of the logs in it have before their numbers."""


def part_logs(
    files: Iterable[SourceFile], find_log_kind: FindLogKind
) -> tuple[list[SourceFile], list[tuple[Location, LogKind | None]]]:
    """Return the files that are binary logs or meant as such, and what the others are.

    In a store, only files of a series are asked for what they contain.
    """
    logs: list[SourceFile] = []
    others: list[tuple[SourceFile, LogKind | None]] = []
    for file in files:
        is_asked = not isinstance(file.location, RemoteFile) or find_series(file.relative)
        kind = find_log_kind(file.location) if is_asked else None
        if kind is LogKind.BINARY_LOG:
            logs.append(file)
        else:
            others.append((file, kind))
    known = {series for file in logs if (series := find_series(file.relative)) is not None}
    lost: list[tuple[Location, LogKind | None]] = []
    for file, kind in others:
        series = find_series(file.relative)
        is_meant = series is not None and (series in known or is_called_log(series[1]))
        if is_meant and kind in (None, LogKind.ENCRYPTED):
            logs.append(file)
        else:
            lost.append((file.location, kind))
    return sorted(logs, key=lambda file: file.relative), lost


def find_series(relative: PurePosixPath) -> Series | None:
    """Return the series that a file is of by its name; None if it has no number."""
    match = _NUMBERED.fullmatch(log_name(relative))
    return None if match is None else (relative.parent, match[1])
