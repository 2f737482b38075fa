"""What the files of a source are: archives, candidates for dumps, binary logs, others. Pure."""

from collections.abc import Callable, Iterable, Sequence

from rewound.catalog.dump import NotUnderstood
from rewound.catalog.layouts.archives import ListMembers, is_named_as_archive, open_archive
from rewound.catalog.logs.series import FindLogKind, part_logs
from rewound.catalog.naming.endings import NO_DUMP, find_foreign_reason, is_named_as_dump
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import Location

IsDump = Callable[[Location], bool]
"""Tells from the content whether a file is a dump, whatever its name."""


def open_archives(
    files: Sequence[SourceFile],
    list_members: ListMembers | None,
    is_dump: IsDump | None,
    names_dump: Callable[[str], bool],
) -> tuple[list[SourceFile], list[NotUnderstood]]:
    """Return the files, those that are archives replaced by the dumps in them."""
    if list_members is None:
        return list(files), []
    kept: list[SourceFile] = []
    lost: list[NotUnderstood] = []
    for file in files:
        opened = None
        if is_named_as_archive(file.relative) or _is_unknown(file, is_dump):
            opened = open_archive(file, list_members, is_dump, names_dump)
        if opened is None:
            kept.append(file)
        else:
            kept += opened[0]
            lost += opened[1]
    return sorted(kept, key=lambda file: file.relative), lost


def _is_unknown(file: SourceFile, is_dump: IsDump | None) -> bool:
    """Tell whether neither the name nor the content is that of a dump."""
    if is_named_as_dump(file.relative) or find_foreign_reason(file.relative) is not None:
        return False
    return is_dump is None or not is_dump(file.location)


def part_foreign(
    files: Iterable[SourceFile], is_dump: IsDump | None, find_log_kind: FindLogKind | None
) -> tuple[list[SourceFile], list[SourceFile], list[NotUnderstood]]:
    """Separate files that may be dumps, binary logs, and others, by name or by content."""
    candidates: list[SourceFile] = []
    others: list[SourceFile] = []
    foreign: list[NotUnderstood] = []
    for file in files:
        reason = find_foreign_reason(file.relative)
        if reason is None and not is_named_as_dump(file.relative):
            reason = None if is_dump is not None and is_dump(file.location) else NO_DUMP
        if reason is None:
            candidates.append(file)
        elif reason is NO_DUMP and find_log_kind is not None:
            others.append(file)
        else:
            foreign.append(NotUnderstood(file.location, reason))
    if find_log_kind is None:
        return candidates, [], foreign
    logs, lost = part_logs(others, find_log_kind)
    foreign += [
        NotUnderstood(path, NO_DUMP) if kind is None else NotUnderstood(path, kind.value, True)
        for path, kind in lost
    ]
    return candidates, logs, foreign
