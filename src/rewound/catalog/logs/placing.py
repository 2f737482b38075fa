"""Which world a binary log belongs to, by its path. Pure.

A folder with the name of a world that has dumps decides, the nearest one first. Else the folders
are read as the names of dumps are, and so is what precedes `-bin` in the file's own name
(`host1-bin.000042`). A pattern reads the path without the number, and has the first word.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import groupby
from pathlib import PurePosixPath

from rewound.binlog.log_file import log_name
from rewound.catalog.dump import NotUnderstood
from rewound.catalog.layouts.places import place_key
from rewound.catalog.logs.binary_log import BinaryLog
from rewound.catalog.naming.names import NameProblem, ParsedName, parse_stem
from rewound.catalog.naming.pattern import NamePattern
from rewound.catalog.naming.reading import StemTimes, read_stems
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import Location

_NUMBER = re.compile(r"\.\d+$")
_LOG_WORDS = re.compile(
    r"(?:^|[-_.])(?:(?:mysqld?|mariadb|log)[-_.]?)?bin(?:ary)?[-_.]?(?:logs?)?$", re.IGNORECASE
)
"""What servers and people call binary logs, at the end of a name: `mysql-bin`, `binlog`."""
_LOG_FOLDER = re.compile(
    r"(?:(?:mysqld?|mariadb)[-_.]?)?(?:(?:bin(?:ary)?[-_.]?)?logs?|bin|data)?", re.IGNORECASE
)
"""Folders that name no world: `mysql`, `binlogs`, `mysql-bin`."""


@dataclass(frozen=True, slots=True)
class LogNaming:
    """What is known for reading the paths of logs."""

    worlds: Collection[str]
    """The worlds that have dumps."""
    timezone: tzinfo
    """Applies to times in paths that state no zone."""
    today: date
    """No time in a path can be of a later day."""
    pattern: NamePattern | None = None
    """Replaces the usual shapes where it matches."""
    above: str = ""
    """The name of the folder that the paths are relative to, where that may be a world's."""


def place_logs(
    files: Sequence[SourceFile], naming: LogNaming
) -> tuple[list[BinaryLog], list[NotUnderstood]]:
    """Return the logs of worlds that have dumps, and the others with the reason.

    Others in one folder with one reason are one entry.
    """
    placed: list[BinaryLog] = []
    lost: list[tuple[Location, str]] = []
    stems = {file.relative: _make_stem(file.relative) for file in files}
    times = read_stems(
        sorted(set(stems.values())),
        naming.timezone,
        today=naming.today,
        closing_time=lambda _: None,
    )
    for file in files:
        stem = stems[file.relative]
        world = _find_world(file.relative, stem, times[stem], naming)
        if isinstance(world, NameProblem):
            lost.append((file.location, world.reason))
        else:
            placed.append(BinaryLog(world, file.location, file.size_bytes))
    return placed, gather(lost)


def is_called_log(base: str) -> bool:
    """Tell whether a name, without its number, ends with a word for binary logs."""
    return _LOG_WORDS.search(base) is not None


def gather(lost: Sequence[tuple[Location, str]]) -> list[NotUnderstood]:
    """Return one entry for all files of a folder that are the same, by what they are."""
    by_folder = sorted(
        lost, key=lambda entry: (place_key(entry[0].parent), entry[1], place_key(entry[0]))
    )
    gathered = []
    for (_, reason), entries in groupby(by_folder, key=lambda entry: (entry[0].parent, entry[1])):
        (first, _), *others = entries
        more = f"; so are {len(others):,} more files beside it" if len(others) > 1 else ""
        if len(others) == 1:
            more = f"; so is {others[0][0].name}"
        gathered.append(NotUnderstood(first, reason + more, is_known=True))
    return gathered


def _find_world(
    relative: PurePosixPath, stem: str, times: StemTimes, naming: LogNaming
) -> str | NameProblem:
    bare = relative.with_name(_NUMBER.sub("", log_name(relative)))
    if naming.pattern is not None:
        matched = naming.pattern.parse_path(bare, naming.timezone)
        if isinstance(matched, ParsedName) and matched.world in naming.worlds:
            return matched.world
    own = _LOG_WORDS.sub("", bare.name)
    for text in (own, *reversed(relative.parts[:-1]), naming.above):
        if text in naming.worlds:
            return text
    parsed = parse_stem(stem, times) if stem else NameProblem("no world in the path")
    if isinstance(parsed, NameProblem):
        reason = parsed.reason.partition(";")[0]
        return NameProblem(
            f"a binary log, but {reason}; put the logs of each world into a folder of its name"
        )
    if parsed.world in naming.worlds:
        return parsed.world
    return NameProblem(f"a binary log of world {parsed.world}, which has no dump")


def _make_stem(relative: PurePosixPath) -> str:
    """Return the path as that of a dump: without the words for binary logs, and the number."""
    own = _LOG_WORDS.sub("", _NUMBER.sub("", log_name(relative)))
    folders = [part for part in relative.parts[:-1] if not _LOG_FOLDER.fullmatch(part)]
    return "/".join([*folders, own] if own and not _LOG_FOLDER.fullmatch(own) else folders)
