"""Questions to the user before a catalog is trusted, with the patterns that answer them. Pure.

Worlds that are slots of a rotation, or tables, are also resolved here.
"""

from collections.abc import Sequence
from dataclasses import replace

from rewound.catalog.candidates import CandidateFiles, NamedDump
from rewound.catalog.doubts import Suspicion, find_half_day_clocks, find_serial_worlds
from rewound.catalog.dump import Doubt, Dump, NotUnderstood, TimeSource
from rewound.catalog.naming.calendar import is_calendar_word
from rewound.catalog.naming.endings import strip_extension
from rewound.catalog.naming.names import find_world_problem
from rewound.catalog.naming.proposals import propose_for_slot
from rewound.catalog.rotations import Rotation, find_rotations
from rewound.catalog.several_files import ReadSubject, find_database_files, find_table_files
from rewound.worlds.folding import fold_worlds, name_worlds


def question_names(
    named: list[NamedDump], source: CandidateFiles, read_subject: ReadSubject | None
) -> tuple[list[NamedDump], list[NotUnderstood], list[Doubt]]:
    """Resolve false worlds, such as slots of a rotation and tables, and record doubts."""
    lost: list[NotUnderstood] = []
    doubts: list[Doubt] = []
    if read_subject is not None:
        lost += find_table_files([entry.dump for entry in named], read_subject)
        gone = {entry.path for entry in lost}
        named = [entry for entry in named if entry.dump.path not in gone]
        with_origin = [(entry.dump, entry.name.origin) for entry in named]
        for origin, dumps in find_database_files(with_origin, read_subject):
            doubts.append(_doubt_databases(origin, dumps, source))
    slots = [
        (entry.dump, entry.name.origin)
        for entry in named
        if entry.dump.time_source is TimeSource.CLOSING_LINE
    ]
    for rotation in find_rotations(slots):
        if rotation.is_certain:
            named, nameless = _merge(named, rotation)
            lost += nameless
        else:
            worlds = frozenset(dump.world for dump in rotation.dumps)
            text = (
                f"{name_worlds(sorted(worlds))} may be named by {rotation.slot}: a job that"
                " overwrites its dumps in turn uses such names, and the closing lines match"
            )
            suspicion = Suspicion(worlds, rotation.dumps, text)
            doubts.append(_resolve(suspicion, source, [(rotation.dumps[0], rotation.world)]))
    in_doubt = frozenset(world for doubt in doubts for world in doubt.worlds)
    doubts += [
        _resolve(suspicion, source, ())
        for suspicion in find_serial_worlds(entry.dump for entry in named)
        if not suspicion.worlds & in_doubt
    ]
    return named, lost, doubts


def _merge(
    named: Sequence[NamedDump], rotation: Rotation
) -> tuple[list[NamedDump], list[NotUnderstood]]:
    """Assign the dumps of a rotation to their world."""
    paths = {dump.path for dump in rotation.dumps}
    kept: list[NamedDump] = []
    nameless: list[NotUnderstood] = []
    for entry in named:
        if entry.dump.path not in paths:
            kept.append(entry)
            continue
        world, origin = rotation.world, entry.name.origin
        if rotation.is_folder:
            origin = tuple(each for each in origin if not is_calendar_word(each))
        elif not world and origin:
            *above, world = origin
            origin = tuple(above)
        if not world or find_world_problem(world):
            reason = (
                f"named by {rotation.slot} only, without a world; give the folder above as SOURCE"
            )
            nameless.append(NotUnderstood(entry.dump.path, reason))
            continue
        kept.append(
            replace(
                entry,
                dump=replace(entry.dump, world=world),
                name=replace(entry.name, world=world, origin=origin),
            )
        )
    return kept, nameless


def _resolve(
    suspicion: Suspicion, source: CandidateFiles, slots: Sequence[tuple[Dump, str]]
) -> Doubt:
    """Return the doubt with the patterns that settle it."""
    stems = {file.path: strip_extension(file.relative) for file in source.files}
    texts = [(stems[dump.path], world) for dump, world in slots]
    if not texts:
        dump = suspicion.dumps[0]
        texts = [(stems[dump.path], dump.world.rstrip("0123456789").rstrip("-_. "))]
    patterns = propose_for_slot(texts, source.names, source.timezone, source.today)
    return _ask(suspicion, patterns)


def _ask(suspicion: Suspicion, patterns: Sequence[str]) -> Doubt:
    if len(patterns) > 1:
        one, each = patterns[:2]
        hint = f"--pattern '{one}' if they are one world, --pattern '{each}' if each is a world"
    elif patterns:
        hint = f"tell Rewound which part is the world: {quote_patterns(patterns)}"
    else:
        hint = (
            "tell Rewound which part is the world with --pattern, or select other worlds with"
            " --worlds"
        )
    return Doubt(suspicion.worlds, suspicion.text, hint)


def _doubt_databases(
    origin: tuple[str, ...], dumps: Sequence[Dump], source: CandidateFiles
) -> Doubt:
    worlds = frozenset(dump.world for dump in dumps)
    host = "/".join(origin)
    text = (
        f"{fold_worlds(sorted(worlds))} in {host} are named after their databases: they may be"
        f" {len(worlds)} worlds, or one file per database of {host}"
    )
    stem = strip_extension(source.files[0].relative)
    has_time = any(dump.time_source is TimeSource.NAME for dump in dumps)
    pattern = "{time}/{world}" if has_time and "/" in stem else "{world}"
    return Doubt(
        worlds,
        text,
        f"if each is a world, use --pattern '{pattern}'; otherwise dump {host} into one file:"
        " mysqldump --databases …",
    )


def question_clocks(named: Sequence[NamedDump], source: CandidateFiles) -> list[Doubt]:
    """Ask some closing lines whether the names tell the time by a 12-hour clock."""
    dumps = [entry.dump for entry in named]
    suspicions = find_half_day_clocks(dumps, source.timezone, source.find_closing_time)
    stems = {file.path: strip_extension(file.relative) for file in source.files}
    doubts = []
    for suspicion in suspicions:
        slots = [(stems[dump.path], dump.world) for dump in suspicion.dumps[:1]]
        patterns = propose_for_slot(slots, source.names, source.timezone, source.today)
        hint = "add AM or PM (%p) to the names"
        if patterns := [pattern for pattern in patterns if "{time" not in pattern]:
            hint += f"; {quote_patterns(patterns[:1])} uses the times in the closing lines"
        doubts.append(Doubt(suspicion.worlds, suspicion.text, hint))
    return doubts


def quote_patterns(patterns: Sequence[str]) -> str:
    """Return the first few patterns as options."""
    return " or ".join(f"--pattern '{pattern}'" for pattern in patterns[:4])
