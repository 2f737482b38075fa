"""Building the catalog of a source: which file is a dump of which world and time.

All names are read together, so that one name can settle what another leaves open. The caller passes
functions that read the contents: the closing line, if a name has no time, an uncertain one, or only
a week or month; whether a file with another name is a dump; and which database a dump names.
Nothing is chosen here: doubts are recorded, and `choose` refuses them.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import cache

from rewound.catalog.candidates import CandidateFiles, NamedDump, ReadClosingTime
from rewound.catalog.dump import (
    NO_TIME,
    Catalog,
    Doubt,
    Dump,
    NotUnderstood,
    TimeSource,
    natural_key,
    sort_naturally,
)
from rewound.catalog.file_kinds import IsDump, open_archives, part_foreign
from rewound.catalog.layouts.archives import ListMembers
from rewound.catalog.layouts.bundle import ReadStart, ReadSubject
from rewound.catalog.layouts.bundle_times import BundleTimes, fill_bundle
from rewound.catalog.layouts.bundles import BundleReaders, find_bundles
from rewound.catalog.layouts.joining import doubt_missing, join_worlds
from rewound.catalog.layouts.path_reader import PathReader
from rewound.catalog.layouts.pattern_parts import find_pattern_parts
from rewound.catalog.layouts.pieces import join_pieces
from rewound.catalog.layouts.places import place_key
from rewound.catalog.local_times import read_local
from rewound.catalog.logs.folders import find_no_files
from rewound.catalog.logs.placing import LogNaming, place_logs
from rewound.catalog.logs.series import FindLogKind
from rewound.catalog.name_warnings import (
    warn_of_kinds,
    warn_of_skipped_times,
    warn_of_zones,
)
from rewound.catalog.naming.endings import (
    strip_extension,
)
from rewound.catalog.naming.names import NameProblem, ParsedName, parse_stem
from rewound.catalog.naming.pattern import compile_pattern
from rewound.catalog.naming.proposals import (
    propose_for_folders,
    propose_for_span,
    propose_for_time,
)
from rewound.catalog.naming.reading import StemTimes, read_stems
from rewound.catalog.naming.spans import Span
from rewound.catalog.part_questions import quote_patterns
from rewound.catalog.questions import question_clocks, question_names
from rewound.catalog.several_files import describe_grid
from rewound.catalog.source import Source, find_source_name
from rewound.catalog.source_files import list_source_files
from rewound.catalog.walk import FileId, SourceFile
from rewound.dump.file.location import Location
from rewound.errors import CatalogError, DumpError
from rewound.worlds.folding import fold_worlds

_USE_PATTERN = "; use --pattern"


def discover(
    source: Source,
    *,
    pattern: str | None = None,
    timezone: tzinfo = UTC,
    today: date | None = None,
    read_closing_time: ReadClosingTime | None = None,
    is_dump: IsDump | None = None,
    read_subject: ReadSubject | None = None,
    read_start: ReadStart | None = None,
    list_members: ListMembers | None = None,
    find_log_kind: FindLogKind | None = None,
) -> Catalog:
    """Return the catalog of a folder and all below it, or of a single file.

    The arguments are those of `discover_files`.

    Raises:
        CatalogError: there is no such folder, it cannot be read, or it holds no file.
        UsageError: the pattern cannot be read.
    """
    files, passed_over = list_source_files(source)
    return discover_files(
        source,
        files,
        passed_over,
        source_name=find_source_name(source),
        pattern=pattern,
        timezone=timezone,
        today=today,
        read_closing_time=read_closing_time,
        is_dump=is_dump,
        read_subject=read_subject,
        read_start=read_start,
        list_members=list_members,
        find_log_kind=find_log_kind,
    )


def discover_files(
    source: Source,
    files: Sequence[SourceFile],
    passed_over: Sequence[NotUnderstood] = (),
    *,
    source_name: str = "",
    pattern: str | None = None,
    timezone: tzinfo = UTC,
    today: date | None = None,
    read_closing_time: ReadClosingTime | None = None,
    is_dump: IsDump | None = None,
    read_subject: ReadSubject | None = None,
    read_start: ReadStart | None = None,
    list_members: ListMembers | None = None,
    find_log_kind: FindLogKind | None = None,
) -> Catalog:
    """Return the catalog of files that were listed, wherever they are.

    `timezone` applies to times in names that state no zone. Every file becomes a dump or a part of
    one, is a binary log of a world that has one, or is listed as not understood. Without
    `read_closing_time`, a file whose path has no time is not understood; without `is_dump`, neither
    is one whose name does not end in `.sql`; without `find_log_kind`, no binary log is. Without
    `read_subject`, files are parts of one dump by their names alone; without `list_members`,
    archives are not understood. No dump can be from a day after `today`. `source_name` is the name
    of the folder that the paths are relative to.

    Raises:
        CatalogError: there is no file.
        UsageError: the pattern cannot be read.
    """
    if not files and not passed_over:
        raise CatalogError(
            f"no dumps in {source}: the folder is empty",
            hint="SOURCE is the folder of the dumps; check that it is mounted and fully copied",
        )
    read_subject = None if read_subject is None else cache(read_subject)
    day = today or datetime.now(UTC).date()
    whole, lost_pieces = join_pieces(files, is_dump)
    reader = PathReader(timezone, day)
    opened, lost_archives = open_archives(whole, list_members, is_dump, reader.names_dump)
    folders = find_bundles(
        opened,
        BundleReaders(
            source_name, reader.names_world, read_subject, read_start, pattern is not None
        ),
    )
    candidates, log_files, not_understood = part_foreign(folders.files, is_dump, find_log_kind)
    not_understood += [*lost_pieces, *lost_archives, *folders.lost]
    bundles = {bundle.file.location: bundle for bundle in folders.bundles}
    candidates = sorted(
        [*candidates, *(bundle.file for bundle in folders.bundles)], key=lambda file: file.relative
    )
    no_files = find_no_files(log_files)
    asked = CandidateFiles(
        candidates,
        timezone,
        day,
        cache(BundleTimes(bundles, read_closing_time or (lambda _: None)).read),
    )
    parse = _make_parser(pattern, asked)
    named: list[NamedDump] = []
    for file in candidates:
        outcome = _read_file(file, parse(file), asked)
        if isinstance(outcome, NotUnderstood):
            not_understood.append(outcome)
        else:
            named.append(fill_bundle(outcome, bundles, folders.warnings))
    named, second_names = _split_second_names(named)
    meant = {entry.location for entry in no_files}
    not_understood += [entry for entry in passed_over if entry.location not in meant]
    not_understood += second_names
    doubts: list[Doubt] = []
    if pattern is None:
        named, lost, doubts = question_names(named, asked, read_subject)
    else:
        named, lost = join_worlds(find_pattern_parts(named), named)
    not_understood += lost
    doubts += question_clocks(named, asked.with_parts(named))
    named = doubt_missing(named)
    dumps = sorted(
        (entry.dump for entry in named),
        key=lambda dump: (natural_key(dump.world), dump.taken_at, place_key(dump.location)),
    )
    logs, unplaced = place_logs(
        [*log_files, *no_files],
        LogNaming(
            {dump.world for dump in dumps},
            timezone,
            asked.today,
            None if pattern is None else compile_pattern(pattern),
        ),
    )
    not_understood += unplaced
    ambiguous = _find_ambiguous(named)
    return Catalog(
        source=source,
        dumps=tuple(dumps),
        not_understood=tuple(sorted(not_understood, key=lambda entry: place_key(entry.location))),
        warnings=(
            *warn_of_kinds(named),
            *warn_of_zones(named),
            *warn_of_skipped_times(named, timezone),
        ),
        ambiguous=ambiguous,
        ambiguous_patterns=(
            _propose_for(named, asked, are_grid=len(ambiguous) > 1) if ambiguous else {}
        ),
        doubts=tuple(doubts),
        logs=tuple(logs),
    )


def _make_parser(
    pattern: str | None, source: CandidateFiles
) -> Callable[[SourceFile], ParsedName | NameProblem]:
    """Return the function that reads a name, by the pattern or by all names together."""
    if pattern is not None:
        compiled = compile_pattern(pattern)
        return lambda file: compiled.parse_path(file.relative, source.timezone)
    paths = {strip_extension(file.relative): file.location for file in reversed(source.files)}
    found = read_stems(
        list(paths),
        source.timezone,
        today=source.today,
        closing_time=lambda stem: source.find_closing_time(paths[stem]),
    )
    proposed: dict[tuple[str, ...], list[str]] = {}

    def parse(file: SourceFile) -> ParsedName | NameProblem:
        stem = strip_extension(file.relative)
        parsed = parse_stem(stem, found[stem])
        if isinstance(parsed, NameProblem) and found[stem].problem is not None:
            return NameProblem(_add_patterns(parsed.reason, stem, found[stem], source, proposed))
        return parsed

    return parse


def _add_patterns(
    reason: str,
    stem: str,
    found: StemTimes,
    source: CandidateFiles,
    proposed: dict[tuple[str, ...], list[str]],
) -> str:
    """Return the reason, with patterns that can read the name."""
    kind = tuple(settled.token.shape.name for settled in found.open_tokens)
    if kind not in proposed:
        proposed[kind] = propose_for_time(stem, found, source.names, source.timezone, source.today)
    if not proposed[kind]:
        return reason
    return reason.replace(_USE_PATTERN, "; use " + quote_patterns(proposed[kind]))


def _read_file(
    file: SourceFile, name: ParsedName | NameProblem, source: CandidateFiles
) -> NamedDump | NotUnderstood:
    """Return the dump of a name; the closing line has the time where the name leaves it open.

    Its clock is the dumped host's, in a zone that it does not state, as in names.
    If the closing line denies the week in the name, the name wins, as it does with a day.
    """
    if isinstance(name, NameProblem):
        return NotUnderstood(file.location, name.reason)
    taken_at, other_at, time_source = name.taken_at, name.other_at, TimeSource.NAME
    closed_at = None
    if taken_at is None or name.span is not None:
        try:
            closed_at = source.read_closing_time(file.location)
        except DumpError as error:
            if taken_at is None:
                return NotUnderstood(file.location, f"no time in the name, and {error.reason}")
    if closed_at is not None:
        if name.span is None or name.span.holds(closed_at):
            clock = read_local(closed_at.astimezone(UTC).replace(tzinfo=None), source.timezone)
            taken_at, time_source = clock.before, TimeSource.CLOSING_LINE
            other_at = None if clock.is_certain else clock.after
        elif taken_at is None:
            return NotUnderstood(
                file.location, _describe_denied(file, name.span, closed_at, source)
            )
    if taken_at is None:
        return NotUnderstood(file.location, NO_TIME)
    is_exact = time_source is TimeSource.CLOSING_LINE
    dump = Dump(
        world=name.world,
        taken_at=taken_at,
        location=file.location,
        size_bytes=file.size_bytes,
        time_source=time_source,
        day_only=name.day_only and not is_exact,
        open_days=1 if is_exact else name.open_days or 1,
        other_at=other_at,
    )
    return NamedDump(dump, name, file)


def _describe_denied(
    file: SourceFile, span: Span, closed_at: datetime, source: CandidateFiles
) -> str:
    """Return why a name is not understood whose span the closing line denies."""
    stem = strip_extension(file.relative)
    patterns = propose_for_span(stem, span, source.names, source.timezone, source.today)
    return (
        f"{span.text} looks like a {span.what}, but the closing line has the date"
        f" {closed_at.date()}" + (f"; use {quote_patterns(patterns)}" if patterns else _USE_PATTERN)
    )


def _split_second_names(
    named: Iterable[NamedDump],
) -> tuple[list[NamedDump], list[NotUnderstood]]:
    """Separate the dumps from hard links to one of them, such as `latest`.

    Links to one file with different worlds or times stay: programs that save space link
    files of equal content, and the dumps of two idle worlds may be equal.
    """
    kept: list[NamedDump] = []
    repeated: list[NotUnderstood] = []
    same_file: dict[tuple[FileId, str], list[Dump]] = defaultdict(list)
    for entry in sorted(named, key=lambda entry: entry.dump.time_source is not TimeSource.NAME):
        dump, others = entry.dump, same_file[entry.file.file_id, entry.dump.world]
        is_told = dump.time_source is TimeSource.NAME
        first = next((o for o in others if not is_told or o.taken_at == dump.taken_at), None)
        if first is None:
            kept.append(entry)
            others.append(dump)
        else:
            repeated.append(NotUnderstood(dump.location, f"the same file as {first.location}"))
    return kept, repeated


def _find_ambiguous(named: Iterable[NamedDump]) -> dict[str, str]:
    """Return the worlds whose dumps are in folders that may be different hosts."""
    first_path: dict[str, dict[tuple[str, ...], Location]] = defaultdict(dict)
    for entry in named:
        first_path[entry.dump.world].setdefault(entry.name.origin, entry.dump.location)
    several = {world: paths for world, paths in first_path.items() if len(paths) > 1}
    grid = describe_grid({world: list(paths) for world, paths in several.items()})
    return {
        world: grid
        or "its dumps are in folders that differ by more than a date: "
        + " and ".join(str(path) for path in list(paths.values())[:2])
        for world, paths in several.items()
    }


def _propose_for(
    named: Sequence[NamedDump], source: CandidateFiles, *, are_grid: bool
) -> dict[str, str]:
    """Return patterns that tell the folders apart, with the worlds that each makes.

    Of a grid, the folders may be hosts with a file per database.
    """
    names = [entry.file.relative for entry in named]
    has_times = all(entry.dump.time_source is TimeSource.NAME for entry in named)
    by_worlds: dict[str, str] = {}
    candidates = propose_for_folders(names, source.timezone, source.today, has_times=has_times)
    if are_grid:
        candidates = [re.sub(r"/\{any\}$", "/{database}", each) for each in candidates]
    for pattern in candidates:
        compiled = compile_pattern(pattern)
        read = [compiled.parse_path(name, source.timezone) for name in names]
        worlds = {each.world for each in read if isinstance(each, ParsedName)}
        by_worlds.setdefault(fold_worlds(sort_naturally(worlds)), pattern)
    return {pattern: worlds for worlds, pattern in by_worlds.items()}
