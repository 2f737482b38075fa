"""Files in archives, as files below a folder that is named as the archive is. Pure.

The names in an archive are only names: they are never a path on this host.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from rewound.catalog.dump import NotUnderstood
from rewound.catalog.naming.endings import (
    find_foreign_reason,
    is_named_as_dump,
    strip_extension,
)
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import ArchiveMember, Location
from rewound.errors import DumpError, HostError

ListMembers = Callable[[Location], Sequence[ArchiveMember] | None]
"""Returns the files of an archive, in its order; None if a file is not one."""
_ARCHIVE = re.compile(
    r"\.(?:tgz|tbz2?|txz|tzst|tar|zip)(?:\.(?:gz|gzip|zst|zstd|xz|bz2|lz4))?"
    r"(?:\.(?:age|gpg|pgp|asc|enc))?$",
    re.IGNORECASE,
)
_TEXT_ENDING = re.compile(r"\.(?:sql|mysql|sqldump|dump|dmp)$", re.IGNORECASE)
_TRICKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\\]")
_MOST_ASKED = 3
"""In how many files of an archive, whose names are not those of dumps, the content is examined."""


def is_named_as_archive(relative: PurePosixPath) -> bool:
    """Tell whether the name shows that the file is an archive."""
    return _ARCHIVE.search(relative.name) is not None


def open_archive(
    file: SourceFile,
    list_members: ListMembers,
    is_dump: Callable[[Location], bool] | None,
    is_dated_world: Callable[[str], bool],
) -> tuple[list[SourceFile], list[NotUnderstood]] | None:
    """Return the dumps in an archive, and what else it holds; None if the file is not one.

    `is_dated_world` tells whether a path without its extension names a world and a time.
    """
    try:
        members = list_members(file.location)
    except DumpError as error:
        return [], [NotUnderstood(file.location, f"an archive, but {error.reason}")]
    except HostError as error:
        return [], [NotUnderstood(file.location, f"an archive, but {error.message}")]
    if members is None:
        return None
    stem = PurePosixPath(_TEXT_ENDING.sub("", _ARCHIVE.sub("", str(file.relative))))
    if stem == file.relative:
        stem = PurePosixPath(strip_extension(file.relative))
    dumps = [member for member in members if _is_of_dump(member)]
    if not dumps and len(members) <= _MOST_ASKED and is_dump is not None:
        dumps = [m for m in members if not _is_foreign(m) and is_dump(m)]
    if not dumps:
        return [], [NotUnderstood(file.location, "an archive without dumps in it")]
    found = [
        SourceFile(member, stem / _clean(member.member), _size_of(member, file), (-3, index))
        for index, member in enumerate(dumps)
    ]
    if len(found) == 1 and is_dated_world(str(stem)):
        found = [SourceFile(dumps[0], _as_dump(stem), found[0].size_bytes, file.file_id)]
    return found, _tell_others(file, members, dumps)


def _as_dump(stem: PurePosixPath) -> PurePosixPath:
    return stem.with_name(f"{stem.name}.sql")


def _is_of_dump(member: ArchiveMember) -> bool:
    """Tell whether a file in an archive is a dump or a part of one, by its name."""
    name = PurePosixPath(_clean(member.member))
    if _is_foreign(member):
        return False
    return (
        is_named_as_dump(name)
        or _ROWS.search(name.name) is not None
        or name.name in ("metadata", "metadata.partial")
    )


_ROWS = re.compile(r"\.txt(?:\.(?:gz|zst|xz|bz2|lz4))?$", re.IGNORECASE)


def _is_foreign(member: ArchiveMember) -> bool:
    parts = PurePosixPath(_clean(member.member)).parts
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return is_hidden or find_foreign_reason(PurePosixPath(*parts)) is not None


def _clean(member: str) -> str:
    """Return the name of a file in an archive as a path below it, without anything unprintable."""
    text = _TRICKS.sub("_", member)
    parts = [part for part in text.split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "_"


def _size_of(member: ArchiveMember, archive: SourceFile) -> int:
    return archive.size_bytes if member.size_bytes is None else member.size_bytes


def _tell_others(
    archive: SourceFile, members: Iterable[ArchiveMember], dumps: Sequence[ArchiveMember]
) -> list[NotUnderstood]:
    taken = {member.member for member in dumps}
    others = [member for member in members if member.member not in taken]
    if not others:
        return []
    name = _clean(others[0].member)
    more = f" and {len(others) - 1:,} more" if len(others) > 1 else ""
    return [NotUnderstood(archive.location, f"{name}{more} in it: not named as dumps")]
