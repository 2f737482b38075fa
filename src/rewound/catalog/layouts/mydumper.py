"""Folders of mydumper and of programs that write the same, such as `pscale database dump`. Pure.

Each file is plain SQL without a closing line; the file `metadata` says when the dump was finished,
and is called `metadata.partial` until then.

Source: mydumper's documentation, "Files"; names as mydumper 0.9 to 0.16 and pscale write them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from rewound.catalog.dump import natural_key
from rewound.catalog.layouts.bundle import ReadStart
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import DumpPart, Location

_COMPRESSED = r"(?:\.(?:gz|zst|xz|bz2|lz4))?"
_FILES = (
    ("tablespaces", rf"all-schema-create-tablespace\.sql{_COMPRESSED}"),
    ("database", rf"(?P<database>[^.]+)-schema-create\.sql{_COMPRESSED}"),
    ("sequence", rf"(?P<database>[^.]+)\.(?P<table>.+)-schema-sequence\.sql{_COMPRESSED}"),
    ("triggers", rf"(?P<database>[^.]+)\.(?P<table>.+)-schema-triggers\.sql{_COMPRESSED}"),
    ("view", rf"(?P<database>[^.]+)\.(?P<table>.+)-schema-view\.sql{_COMPRESSED}"),
    ("triggers", rf"(?P<database>[^.]+)-schema-triggers\.sql{_COMPRESSED}"),
    ("objects", rf"(?P<database>[^.]+)-schema-post\.sql{_COMPRESSED}"),
    ("table", rf"(?P<database>[^.]+)\.(?P<table>.+)-schema\.sql{_COMPRESSED}"),
    ("rows", rf"(?P<database>[^.]+)\.(?P<table>.+?)(?:\.[0-9]+){{0,2}}\.sql{_COMPRESSED}"),
)
_ORDER = (
    *("tablespaces", "database", "sequence", "table", "rows"),
    *("objects", "view", "triggers"),
)
_IGNORED = re.compile(r"metadata(?:\.header)?|.*(?:-metadata|-checksums?)")
_UNFINISHED = re.compile(r"metadata\.partial(?:\.[0-9]+)?")
_OTHER_ROWS = re.compile(rf".+\.(?:dat|csv|json|tsv){_COMPRESSED}", re.IGNORECASE)
_TIME = r"(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})"
_FINISHED = re.compile(rf"^#? ?Finished dump at: {_TIME}", re.MULTILINE)
_SEEN = re.compile(r".+-schema-create\.sql(?:\.\w+)?|metadata(?:\.partial)?")


@dataclass(frozen=True, slots=True)
class MydumperFolder:
    """The files of a folder of mydumper."""

    parts: tuple[DumpPart, ...]
    tables: tuple[str, ...]
    databases: tuple[str, ...]
    finished_at: datetime | None
    proof: Location | None
    """The file that says it; None if it was not read."""
    others: tuple[SourceFile, ...]
    """Files that are no parts of it."""


def is_mydumper(names: Sequence[str]) -> bool:
    """Tell whether a folder with these files is a dump of mydumper, finished or not."""
    seen = [name for name in names if _SEEN.fullmatch(name)]
    if not seen:
        return False
    defined = {found["table"] for name in names if (found := _match(name, "table"))}
    if any(name.startswith("metadata") for name in seen):
        return bool(defined) or len(seen) > 1
    return bool(defined)


def read_mydumper(
    files: Sequence[SourceFile], read_start: ReadStart | None
) -> MydumperFolder | str:
    """Return the parts of a folder of mydumper, or why it cannot be restored."""
    names = {file.relative.name for file in files}
    if unfinished := next((name for name in sorted(names) if _UNFINISHED.fullmatch(name)), None):
        return f"a dump of mydumper that was cut off or is still being made: it has {unfinished}"
    metadata = next((file for file in files if file.relative.name == "metadata"), None)
    if metadata is None:
        return (
            "a dump of mydumper without its file metadata, so nothing proves that it was finished;"
            " copy the whole folder"
        )
    if rows := next((name for name in sorted(names) if _OTHER_ROWS.fullmatch(name)), None):
        return (
            f"a dump of mydumper with rows that are not SQL, such as {rows}: dump without"
            " --load-data and --csv"
        )
    finished_at = None
    if read_start is not None:
        text = read_start(metadata.location).decode("utf-8", "replace")
        match = _FINISHED.search(text)
        if match is None and text:
            return "a dump of mydumper that was cut off: its file metadata has no Finished dump at"
        finished_at = match and datetime.fromisoformat(match["time"]).replace(tzinfo=UTC)
    known = [(file, *found) for file in files if (found := _read(file.relative.name)) is not None]
    if (problem := _find_missing(known)) is not None:
        return f"a dump of mydumper in which {problem}"
    known.sort(key=lambda each: (_ORDER.index(each[1]), natural_key(each[0].relative.name)))
    taken = {file.relative for file, *_ in known}
    return MydumperFolder(
        parts=tuple(
            DumpPart(file.location, database=None if what == "database" else database)
            for file, what, database, _ in known
        ),
        tables=tuple(
            f"{database}.{table}" for _, what, database, table in known if what == "table"
        ),
        databases=tuple(sorted({database for *_, database, _ in known if database is not None})),
        finished_at=finished_at,
        proof=None if finished_at is None else metadata.location,
        others=tuple(
            file
            for file in files
            if file.relative not in taken and not _IGNORED.fullmatch(file.relative.name)
        ),
    )


def _match(name: str, what: str) -> re.Match[str] | None:
    return next(
        (m for kind, regex in _FILES if kind == what and (m := re.fullmatch(regex, name))), None
    )


def _read(name: str) -> tuple[str, str | None, str | None] | None:
    """Return what a file holds, its database and its table; None for files that are no SQL."""
    for what, regex in _FILES:
        if match := re.fullmatch(regex, name):
            told = match.groupdict()
            return what, told.get("database"), told.get("table")
    return None


def _find_missing(known: Sequence[tuple[SourceFile, str, str | None, str | None]]) -> str | None:
    """Return what is missing or there twice, as far as names can tell."""
    defined = {(d, t) for _, what, d, t in known if what in ("table", "view", "sequence")}
    for file, what, database, table in known:
        if what == "rows" and (database, table) not in defined:
            return (
                f"{file.relative.name} has rows of a table without its definition,"
                f" {database}.{table}-schema.sql"
            )
    seen: dict[str, PurePosixPath] = {}
    for file, *_ in known:
        plain = re.sub(rf"{_COMPRESSED}$", "", file.relative.name)
        if (other := seen.setdefault(plain, file.relative)) != file.relative:
            return f"one part is there twice: {other.name} and {file.relative.name}"
    return None
