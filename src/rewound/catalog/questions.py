"""Questions to the user before a catalog is trusted, with the patterns that answer them. Pure.

False worlds, such as slots of a rotation, are also resolved here; `part_questions` has those about
parts.
"""

from collections.abc import Sequence
from dataclasses import replace

from rewound.catalog.candidates import CandidateFiles, NamedDump
from rewound.catalog.doubts import (
    Suspicion,
    find_half_day_clocks,
    find_ids_like_dates,
    find_mixed_makes,
)
from rewound.catalog.dump import Doubt, NotUnderstood, sort_naturally
from rewound.catalog.layouts.bundle import ReadSubject
from rewound.catalog.layouts.parted import join_parts
from rewound.catalog.naming.calendar import is_calendar_word
from rewound.catalog.naming.endings import strip_extension
from rewound.catalog.naming.names import find_world_problem
from rewound.catalog.naming.proposals import propose_for_ids
from rewound.catalog.naming.slot_patterns import propose_for_slots
from rewound.catalog.part_questions import (
    doubt_databases,
    doubt_kinds,
    propose_as_read,
    quote_patterns,
    worlds_by_stem,
)
from rewound.catalog.rotations import Rotation, find_ends_of_days, find_rotations
from rewound.catalog.serial_worlds import find_case_twins, find_serial_worlds, find_set_aside
from rewound.dump.file.location import Location
from rewound.worlds.folding import fold_worlds, name_worlds


def question_names(
    named: list[NamedDump], source: CandidateFiles, read_subject: ReadSubject | None
) -> tuple[list[NamedDump], list[NotUnderstood], list[Doubt]]:
    """Join parts, resolve false worlds, such as slots of a rotation, and record doubts."""
    joined = join_parts(named, read_subject)
    named, lost = joined.named, joined.lost
    source = source.with_parts(named)
    doubts = [
        *(doubt_databases(host, entries, named, source) for host, entries in joined.databases),
        *(doubt_kinds(world, entries, named, source) for world, entries in joined.kinds),
    ]
    suspicions: list[Suspicion] = []
    ended = find_ends_of_days([entry.dump for entry in named], source.find_closing_time)
    for rotation in find_rotations(
        (ended.get(entry.dump.location, entry.dump), entry.name.origin) for entry in named
    ):
        if rotation.is_certain:
            named, nameless = _merge(named, rotation)
            lost += nameless
        else:
            suspicions.append(_suspect(rotation))
    in_doubt = frozenset[str]().union(
        *(doubt.worlds for doubt in doubts), *(suspicion.worlds for suspicion in suspicions)
    )
    suspicions += [
        suspicion
        for find in (find_serial_worlds, find_case_twins)
        for suspicion in find(entry.dump for entry in named)
        if not suspicion.worlds & in_doubt
    ]
    doubts += _resolve(suspicions, named, source)
    doubts += [
        _resolve_aside(suspicion, named, source)
        for suspicion in find_set_aside(ended.get(e.dump.location, e.dump) for e in named)
        if not suspicion.worlds & in_doubt
    ]
    mixed = find_mixed_makes((entry.dump, strip_extension(entry.file.relative)) for entry in named)
    ids = find_ids_like_dates([entry.dump for entry in named], source.find_closing_time)
    doubts += [_resolve_dates(suspicion, source) for suspicion in (*mixed, *ids)]
    return named, lost, doubts


def _suspect(rotation: Rotation) -> Suspicion:
    worlds = frozenset(dump.world for dump in rotation.dumps)
    text = (
        f"{name_worlds(sort_naturally(set(worlds)))} may be named by {rotation.slot}: a job that"
        " overwrites its dumps in turn uses such names, and the times of the dumps match"
    )
    bases = dict.fromkeys(worlds, rotation.world) if rotation.world else {}
    return Suspicion(worlds, rotation.dumps, text, bases)


def _resolve(
    suspicions: Sequence[Suspicion], named: Sequence[NamedDump], source: CandidateFiles
) -> list[Doubt]:
    """Return the doubts, with a pattern by which they are moments, and one by which worlds."""
    each = worlds_by_stem(named)
    joined = worlds_by_stem(named, _join_worlds(suspicions, named))
    doubts = []
    for suspicion in suspicions:
        paths = {dump.location for dump in suspicion.dumps}
        stems = [strip_extension(e.file.relative) for e in named if e.dump.location in paths]
        one_world, many_worlds = (
            propose_for_slots(stems, wanted, source.names, source.timezone, source.today)
            for wanted in (joined, each)
        )
        doubts.append(_ask(suspicion, one_world[:1], many_worlds[:1]))
    return doubts


def _join_worlds(
    suspicions: Sequence[Suspicion], named: Sequence[NamedDump]
) -> dict[Location, str]:
    """Return the worlds of the dumps if each suspicion is right: different ones stay apart."""
    origins = {entry.dump.location: entry.name.origin for entry in named}
    taken: dict[str, tuple[str, ...]] = {}
    joined: dict[Location, str] = {}
    for suspicion in suspicions:
        first = suspicion.dumps[0]
        origin = origins.get(first.location, ())
        name = suspicion.bases.get(first.world) or "/".join(origin) or first.world
        while taken.setdefault(name, origin) != origin:
            name += "+"
        joined |= {dump.location: name for dump in suspicion.dumps}
    return joined


def _ask(suspicion: Suspicion, one_world: Sequence[str], many_worlds: Sequence[str]) -> Doubt:
    hints = [f"--pattern '{pattern}' if they are one world" for pattern in one_world]
    hints += [f"--pattern '{pattern}' if each is a world" for pattern in many_worlds]
    if not one_world:
        hints.append("if they are one world, rename the files, as in NAME_2024-06-18.sql")
    hint = "; ".join(hints)
    if not many_worlds:
        hint += "; --worlds selects other worlds"
    return Doubt(suspicion.worlds, suspicion.text, hint)


def _resolve_aside(
    suspicion: Suspicion, named: Sequence[NamedDump], source: CandidateFiles
) -> Doubt:
    """Return the doubt with the options that leave the worlds out, join them, or keep them."""
    others = {entry.dump.world for entry in named} - suspicion.worlds
    concerned = {*suspicion.bases, *suspicion.bases.values()}
    stems = [strip_extension(e.file.relative) for e in named if e.dump.world in concerned]
    bases = {e.dump.location: suspicion.bases.get(e.dump.world, e.dump.world) for e in named}
    joined = worlds_by_stem(named, bases)
    one_world = propose_for_slots(stems, joined, source.names, source.timezone, source.today)
    hints = [f"--worlds '{fold_worlds(sort_naturally(others))}' leaves them out"]
    hints += [f"{quote_patterns([pattern])} if they are one world" for pattern in one_world[:1]]
    many_worlds = propose_as_read(named, source)
    hints += [f"{quote_patterns([pattern])} if each is a world" for pattern in many_worlds[:1]]
    return Doubt(suspicion.worlds, suspicion.text, "; ".join(hints))


def _resolve_dates(suspicion: Suspicion, source: CandidateFiles) -> Doubt:
    """Return the doubt with a pattern for each reading of the dates."""
    found = propose_for_ids(source.names, source.timezone, source.today)
    hint = (
        " or ".join(f"--pattern '{pattern}' if {meaning}" for pattern, meaning in found)
        or "tell Rewound which part is the world with --pattern"
    )
    return Doubt(suspicion.worlds, suspicion.text, hint)


def _merge(
    named: Sequence[NamedDump], rotation: Rotation
) -> tuple[list[NamedDump], list[NotUnderstood]]:
    """Assign the dumps of a rotation to their world."""
    paths = {dump.location for dump in rotation.dumps}
    kept: list[NamedDump] = []
    nameless: list[NotUnderstood] = []
    for entry in named:
        if entry.dump.location not in paths:
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
            nameless.append(NotUnderstood(entry.dump.location, reason))
            continue
        kept.append(
            replace(
                entry,
                dump=replace(entry.dump, world=world),
                name=replace(entry.name, world=world, origin=origin),
            )
        )
    return kept, nameless


def question_clocks(named: Sequence[NamedDump], source: CandidateFiles) -> list[Doubt]:
    """Check with some closing lines whether the names use a 12-hour clock."""
    dumps = [entry.dump for entry in named]
    suspicions = find_half_day_clocks(dumps, source.timezone, source.find_closing_time)
    doubts = []
    for suspicion in suspicions:
        patterns = propose_as_read(named, source)
        hint = "add AM or PM (%p) to the names"
        if patterns := [pattern for pattern in patterns if "{time" not in pattern]:
            hint += f"; {quote_patterns(patterns[:1])} uses the times in the closing lines"
        doubts.append(Doubt(suspicion.worlds, suspicion.text, hint))
    return doubts
