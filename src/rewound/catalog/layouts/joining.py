"""Joining dumps that are parts of one world, and naming the parts that are missing. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rewound.catalog.candidates import NamedDump
from rewound.catalog.dump import Dump, NotUnderstood, natural_key
from rewound.catalog.layouts.places import Places, place_key
from rewound.catalog.runs import SAME_RUN
from rewound.dump.file.location import DumpPart, Location


@dataclass(frozen=True, slots=True)
class WorldPart:
    """A dump that is a part of a world."""

    entry: NamedDump
    name: str
    """What tells it from the other parts of one moment, such as its database."""
    rank: int = 0
    """Parts of lower rank are loaded first."""
    database: str | None = None
    """The database of all that names none, if the layout says it."""


@dataclass(frozen=True, slots=True)
class PartedWorld:
    """The parts of all moments of one world."""

    world: str
    origin: tuple[str, ...]
    parts: Sequence[WorldPart]
    needs: frozenset[str] = frozenset()
    """The parts without which a moment is not restored."""
    warning: str | None = None


def join_worlds(
    worlds: Sequence[PartedWorld], named: Sequence[NamedDump]
) -> tuple[list[NamedDump], list[NotUnderstood]]:
    """Return the dumps of all worlds, with those that are parts joined, and what is left out."""
    taken = {part.entry.dump.location for world in worlds for part in world.parts}
    kept = [entry for entry in named if entry.dump.location not in taken]
    places = Places(location for entry in named for location in _locations(entry))
    lost: list[NotUnderstood] = []
    for world in worlds:
        parts, doubled = _split_doubled(world.parts)
        lost += doubled
        for moment in group_moments(parts):
            if missing := world.needs - {part.name for part in moment}:
                reason = f"{_list(sorted(missing))} of world {world.world} of this time is missing"
                lost += [NotUnderstood(part.entry.dump.location, reason) for part in moment]
            else:
                kept.append(_join(world, moment, places))
    return kept, lost


def group_moments(parts: Iterable[WorldPart]) -> list[list[WorldPart]]:
    """Return the parts by the run of the job that made them.

    If parts state the same time, all parts of a run do. Otherwise they are dumped one after the
    other, each within a quarter of an hour, and none twice.
    """
    in_order = sorted(parts, key=lambda part: (part.entry.dump.taken_at, natural_key(part.name)))
    by_time: dict[datetime, list[WorldPart]] = defaultdict(list)
    for part in in_order:
        by_time[part.entry.dump.taken_at].append(part)
    if any(len({part.name for part in of_time}) > 1 for of_time in by_time.values()):
        return [moment for of_time in by_time.values() for moment in _unrepeated(of_time)]
    return _unrepeated(in_order)


def _unrepeated(in_order: Sequence[WorldPart]) -> list[list[WorldPart]]:
    moments: list[list[WorldPart]] = []
    for part in in_order:
        last = moments[-1] if moments else []
        is_next = (
            not last
            or part.entry.dump.taken_at - last[-1].entry.dump.taken_at > SAME_RUN
            or part.name in {each.name for each in last}
        )
        if is_next:
            moments.append([part])
        else:
            last.append(part)
    return moments


def _split_doubled(parts: Sequence[WorldPart]) -> tuple[list[WorldPart], list[NotUnderstood]]:
    """Separate parts that are there twice, as `auth.sql` and `auth.sql.gz` in one folder.

    The one that is not compressed is used: `gzip` removes it only when it has written the other.
    """
    first: dict[tuple[object, ...], WorldPart] = {}
    doubled = []
    for part in sorted(parts, key=lambda part: len(str(part.entry.dump.location))):
        dump, file = part.entry.dump, part.entry.file
        key = (part.name, dump.taken_at, file.relative.parent, _stem(file.relative.name))
        if (other := first.setdefault(key, part)) is not part:
            reason = f"the same part as {other.entry.dump.location.name}, which is used"
            doubled.append(NotUnderstood(dump.location, reason))
    return list(first.values()), doubled


def _stem(name: str) -> str:
    return name.partition(".sql")[0]


def _join(world: PartedWorld, moment: Sequence[WorldPart], places: Places) -> NamedDump:
    in_order = sorted(moment, key=lambda part: (part.rank, natural_key(part.name)))
    dumps = [part.entry.dump for part in in_order]
    newest = max(in_order, key=lambda part: part.entry.dump.taken_at).entry
    locations = [location for part in in_order for location in _locations(part.entry)]
    parts = tuple(each for part in in_order for each in _list_parts(part))
    dump = replace(
        newest.dump,
        world=world.world,
        location=places.find_place(locations),
        size_bytes=sum(dump.size_bytes for dump in dumps),
        day_only=any(dump.day_only for dump in dumps),
        open_days=max(dump.open_days for dump in dumps),
        parts=parts,
        doubt=world.warning or next((dump.doubt for dump in dumps if dump.doubt), None),
    )
    dump = _add_doubt(dump, _find_spread(in_order))
    return NamedDump(
        dump,
        replace(newest.name, world=world.world, origin=world.origin),
        newest.file,
        part_names=tuple(part.name for part in in_order),
    )


def _find_spread(parts: Sequence[WorldPart]) -> str | None:
    """Return what is told of files of one kind that were dumped one after the other."""
    by_rank: dict[int, set[datetime]] = defaultdict(set)
    for part in parts:
        by_rank[part.rank].add(part.entry.dump.taken_at)
    times = max(by_rank.values(), key=len)
    if len(times) == 1:
        return None
    return (
        f"its files are of {min(times):%H:%M:%S} to {max(times):%H:%M:%S} UTC, one after the other:"
        " what changed meanwhile may be in some of them only"
    )


def _list_parts(part: WorldPart) -> Iterable[DumpPart]:
    for each in part.entry.dump.files.parts:
        yield replace(each, database=each.database or part.database)


def _locations(entry: NamedDump) -> list[Location]:
    return [part.location for part in entry.dump.files.parts]


def doubt_missing(named: Sequence[NamedDump]) -> list[NamedDump]:
    """Return the dumps, those with a doubt that miss parts which the world's other moments have."""
    by_world: dict[str, list[NamedDump]] = defaultdict(list)
    for entry in named:
        if entry.part_names:
            by_world[entry.dump.world].append(entry)
    doubted: dict[tuple[str, ...], str] = {}
    for entries in by_world.values():
        entries.sort(key=lambda entry: entry.dump.taken_at)
        for place, entry in enumerate(entries):
            own = {*entry.part_names}
            earlier = {name for other in entries[:place] for name in other.part_names}
            later = [{*other.part_names} for other in entries[place + 1 :]]
            always = set.intersection(*later) if len(later) > 1 and not place else set()
            if missing := (earlier | always) - own:
                text = (
                    f"it lacks {_list(sorted(missing, key=natural_key))}, which other moments have"
                )
                doubted[place_key(entry.dump.location)] = text
    return [
        replace(entry, dump=_add_doubt(entry.dump, doubted.get(place_key(entry.dump.location))))
        for entry in named
    ]


def _add_doubt(dump: Dump, text: str | None) -> Dump:
    if text is None:
        return dump
    return replace(dump, doubt=text if dump.doubt is None else f"{dump.doubt}; {text}")


def _list(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
