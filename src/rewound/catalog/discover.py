"""From a source to its catalog: which file is a dump of which world, and of when.

Only names are read, and through `read_closing_time` the last line of those files whose
path tells no time. Nothing is chosen here, so doubts are noted rather than raised.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from rewound.catalog.dump import Catalog, Dump, NotUnderstood, TimeSource, natural_key
from rewound.catalog.names import NameProblem, ParsedName, parse_path
from rewound.catalog.pattern import compile_pattern
from rewound.catalog.walk import FileId, SourceFile, list_files
from rewound.errors import CatalogError, DumpError

ReadClosingTime = Callable[[Path], datetime | None]
"""Returns the aware time of a dump's closing line, or None where there is none."""


@dataclass(frozen=True, slots=True)
class _NamedDump:
    dump: Dump
    name: ParsedName
    file_id: FileId


def discover(
    source: Path,
    *,
    pattern: str | None = None,
    timezone: tzinfo = UTC,
    read_closing_time: ReadClosingTime | None = None,
) -> Catalog:
    """Return the catalog of a folder and all below it, or of a single file.

    `timezone` is that of the times in names that name none. Every file becomes a dump or
    is listed as not understood. Without `read_closing_time`, a file whose path tells no
    time is not understood.

    Raises:
        CatalogError: there is no such folder, it cannot be read, or it holds no file.
        UsageError: the pattern cannot be read.
    """
    parse = compile_pattern(pattern).parse_path if pattern is not None else parse_path
    files, passed_over = list_files(source)
    if not files and not passed_over:
        raise CatalogError(
            f"no dumps in {source}: the folder is empty",
            hint="SOURCE is the folder of the dumps; is something not mounted, or not copied yet?",
        )
    named: list[_NamedDump] = []
    not_understood = list(passed_over)
    for file in files:
        outcome = _read_file(file, parse(file.relative, timezone), read_closing_time)
        if isinstance(outcome, NotUnderstood):
            not_understood.append(outcome)
        else:
            named.append(outcome)
    named, second_names = _split_second_names(named)
    not_understood += second_names
    dumps = sorted(
        (entry.dump for entry in named),
        key=lambda dump: (natural_key(dump.world), dump.taken_at, dump.path),
    )
    return Catalog(
        source=source,
        dumps=tuple(dumps),
        not_understood=tuple(sorted(not_understood, key=lambda entry: entry.path)),
        warnings=tuple(_kind_warnings(named)),
        ambiguous=_find_ambiguous(named),
    )


def _read_file(
    file: SourceFile, name: ParsedName | NameProblem, read_closing_time: ReadClosingTime | None
) -> _NamedDump | NotUnderstood:
    if isinstance(name, NameProblem):
        return NotUnderstood(file.path, name.reason)
    if name.taken_at is not None:
        taken_at, time_source = name.taken_at, TimeSource.NAME
    else:
        try:
            closed_at = read_closing_time(file.path) if read_closing_time else None
        except DumpError as error:
            return NotUnderstood(file.path, f"no time in the name, and {error.reason}")
        if closed_at is None:
            return NotUnderstood(file.path, "no time in the name, and no closing line")
        taken_at, time_source = closed_at.astimezone(UTC), TimeSource.CLOSING_LINE
    dump = Dump(
        world=name.world,
        taken_at=taken_at,
        path=file.path,
        size_bytes=file.size_bytes,
        time_source=time_source,
        day_only=name.day_only,
    )
    return _NamedDump(dump, name, file.file_id)


def _split_second_names(
    named: Iterable[_NamedDump],
) -> tuple[list[_NamedDump], list[NotUnderstood]]:
    """Part the dumps from hard links that only repeat one of them, such as `latest`.

    Links to one file with different worlds or times stay: programs that save space link
    files of equal content, and the dumps of two idle worlds may be equal.
    """
    kept: list[_NamedDump] = []
    repeated: list[NotUnderstood] = []
    same_file: dict[tuple[FileId, str], list[Dump]] = defaultdict(list)
    for entry in sorted(named, key=lambda entry: entry.dump.time_source is not TimeSource.NAME):
        dump, others = entry.dump, same_file[entry.file_id, entry.dump.world]
        is_told = dump.time_source is TimeSource.NAME
        first = next((o for o in others if not is_told or o.taken_at == dump.taken_at), None)
        if first is None:
            kept.append(entry)
            others.append(dump)
        else:
            repeated.append(NotUnderstood(dump.path, f"the same file as {first.path}"))
    return kept, repeated


def _find_ambiguous(named: Iterable[_NamedDump]) -> dict[str, str]:
    """Return the worlds whose dumps lie in folders that may be different hosts."""
    first_path: dict[str, dict[tuple[str, ...], Path]] = defaultdict(dict)
    for entry in named:
        first_path[entry.dump.world].setdefault(entry.name.origin, entry.dump.path)
    return {
        world: "its dumps lie in folders that differ by more than a date: "
        + " and ".join(str(path) for path in list(paths.values())[:2])
        for world, paths in first_path.items()
        if len(paths) > 1
    }


def _kind_warnings(named: Iterable[_NamedDump]) -> list[str]:
    """Return a warning for each world whose dumps are named in more than one way."""
    first_path: dict[str, dict[tuple[str, ...], Path]] = defaultdict(dict)
    for entry in named:
        first_path[entry.dump.world].setdefault(entry.name.kind_words, entry.dump.path)
    return [
        f"world {world} has dumps with different kinds of names, taken as one history: "
        + ", ".join(path.name for path in paths.values())
        for world, paths in sorted(first_path.items(), key=lambda item: natural_key(item[0]))
        if len(paths) > 1
    ]
