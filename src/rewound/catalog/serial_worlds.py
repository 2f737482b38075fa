"""Finding worlds that are moments of one world: a part of their names changes with the day.

Each of them has one dump, and all of these are from different days. Two such worlds are not yet a
pattern, since a job may have failed: it takes three, or the same two on several hosts. Shards,
tenants and hosts are dumped in one night, and raise no question. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, takewhile

from rewound.catalog.doubts import Suspicion
from rewound.catalog.dump import Dump, TimeSource
from rewound.catalog.runs import NEXT_RUN, are_hourly
from rewound.worlds.folding import fold_worlds, name_worlds

_FEWEST_IN_A_ROW = 3
_ONE_RUN = timedelta(hours=6)
"""A job that dumps all hosts usually takes no longer."""
_ONE_DUMP = timedelta(hours=1)
"""In one run, the dump of a world and that of the next are no further apart, as a rule."""
_PARTS = re.compile(r"[-_. ]+|[^-_. ]+")
_PIECES = re.compile(r"[-_. ]+|[A-Za-z]+|[0-9]+|.")
_TOKEN = re.compile(r"(?=[^-_. ]{5,})(?:[0-9]+[A-Za-z]+[0-9]|[A-Za-z]+[0-9]+[A-Za-z])[0-9A-Za-z]*")
"""Alternating letters and digits, as in hashes: 3f2504e, x7k20; but not host1 or rack12."""

_EVENT = (
    "update|upgrade|migration|patch|release|rollout|deploy|deployment|maintenance|change|import"
    "|restore|hotfix|v?[0-9.]+"
)
_ASIDE_WORD = (
    "(?i:(?:old|older|orig|original|prev|previous|last|tmp|temp|copy[-_.]of|copy|saved?|bak|backup"
    "|new|newer|latest|current|yesterday|before|after|pre|post|prior|manual|adhoc)[0-9]?"
    f"(?:[-_.]?(?:{_EVENT}))?)"
)
_ASIDE = re.compile(rf"(?P<after>.+)[-_.]{_ASIDE_WORD}|{_ASIDE_WORD}[-_.](?P<before>.+)", re.DOTALL)
_AROUND_EVENT = re.compile(
    rf"(?i:(?:.+[-_.])?(?:before|after|pre|post|prior)(?:[-_.]?(?:{_EVENT}))?(?:[-_.].+)?)"
)


def find_serial_worlds(dumps: Iterable[Dump]) -> list[Suspicion]:
    """Return groups of worlds that look like moments of one."""
    by_world: dict[str, list[Dump]] = defaultdict(list)
    for dump in dumps:
        by_world[dump.world].append(dump)
    single = {world: of_world[0] for world, of_world in by_world.items() if len(of_world) == 1}
    families = _group_by_number(by_world)
    suspects = [
        [single[world] for world in family]
        for family in families
        if all(world in single for world in family) and _is_series([single[w] for w in family])
    ]
    suspects += _find_columns(single)
    found: list[Suspicion] = []
    seen: set[str] = set()
    for suspected in sorted(suspects, key=len, reverse=True):
        worlds = {dump.world for dump in suspected}
        if not worlds & seen:
            seen |= worlds
            found.append(_suspect(suspected))
    return found


def find_set_aside(dumps: Iterable[Dump]) -> list[Suspicion]:
    """Return worlds named as older or other dumps of a world: `host1-old` beside `host1`.

    Those dumped by the same run are worlds of their own.
    """
    of_world: dict[str, list[Dump]] = defaultdict(list)
    for dump in dumps:
        of_world[dump.world].append(dump)
    bases = {
        world: base
        for world in of_world
        if (base := _find_whole(world)) in of_world
        and (
            not _share_runs(of_world[base], of_world[world])
            or _is_around_event(world, of_world[base], of_world[world])
        )
    }
    if not bases:
        return []
    text = (
        f"{name_worlds(sorted(bases))} may consist of other dumps of"
        f" {fold_worlds(sorted(set(bases.values())))}: the names suggest it,"
        " and they are not from one run"
    )
    concerned = tuple(dump for world in bases for dump in of_world[world])
    return [Suspicion(frozenset(bases), concerned, text, bases)]


def find_case_twins(dumps: Iterable[Dump]) -> list[Suspicion]:
    """Return worlds whose names differ only in the case of letters: hosts have one name each."""
    twins: dict[str, list[Dump]] = defaultdict(list)
    for dump in dumps:
        twins[dump.world.casefold()].append(dump)
    found = []
    for of_name in twins.values():
        worlds = sorted({dump.world for dump in of_name})
        if len(worlds) > 1:
            text = (
                f"{name_worlds(worlds)} differ only in the case of letters: they may be one world"
            )
            found.append(Suspicion(frozenset(worlds), tuple(of_name), text))
    return found


def is_named_aside(world: str) -> bool:
    """Tell whether a world is named as an older or other dump of one: `host1-old`."""
    return _ASIDE.fullmatch(world) is not None


def _find_whole(world: str) -> str:
    match = _ASIDE.fullmatch(world)
    return (match["after"] or match["before"]) if match else ""


def _share_runs(dumps: Sequence[Dump], others: Sequence[Dump]) -> bool:
    """Tell whether any two are from one run; equal closing lines mark copies."""
    return any(_are_of_one_run(one, other) for one in dumps for other in others)


def _are_of_one_run(one: Dump, other: Dump) -> bool:
    gap = abs(one.taken_at - other.taken_at)
    if one.time_source is other.time_source is TimeSource.CLOSING_LINE:
        return timedelta() < gap <= _ONE_DUMP and not are_hourly((one.taken_at, other.taken_at))
    return gap <= _ONE_RUN and (bool(gap) or one.time_source is TimeSource.NAME)


def _is_around_event(world: str, dumps: Sequence[Dump], others: Sequence[Dump]) -> bool:
    """Tell the one dump that was taken before an update from a world that is dumped regularly."""
    is_named_so = _AROUND_EVENT.fullmatch(world) is not None
    return is_named_so and len(others) == 1 and len(dumps) > 1


def _group_by_number(worlds: Iterable[str]) -> list[list[str]]:
    """Group worlds that differ only in numbers: in all of them, in one, or from one on."""
    families: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for world in worlds:
        families["", _shape(world)][world] = None
        pieces = _PIECES.findall(world)
        for place, piece in enumerate(pieces):
            if piece.isdigit():
                before, after = "".join(pieces[:place]), "".join(pieces[place + 1 :])
                families[before, "#", after][world] = None
        parts = _PARTS.findall(world)
        for place, part in enumerate(parts):
            if any(character.isdigit() for character in part):
                before, after = "".join(parts[:place]), "".join(parts[place:])
                families[before, "", _shape(after)][world] = None
    return list({tuple(family): list(family) for family in families.values()}.values())


def _shape(text: str) -> str:
    return re.sub("[0-9]+", "#", _TOKEN.sub("$", text))


def _is_series(dumps: Sequence[Dump]) -> bool:
    days = {dump.taken_at.date() for dump in dumps}
    has_tokens = all("$" in _shape(dump.world) for dump in dumps)
    return len(dumps) >= _FEWEST_IN_A_ROW and (
        len(days) == len(dumps) or (has_tokens and are_hourly(dump.taken_at for dump in dumps))
    )


def _find_columns(single: Mapping[str, Dump]) -> list[list[Dump]]:
    """Return the rows of grids: `host1_A`, `host1_B` beside `host2_A`, `host2_B`.

    All dumps of one column are from one run, and the columns are from different days: regions, each
    dumped in its own night, are closer.
    """
    rows: dict[tuple[str, str], dict[str, Dump]] = defaultdict(dict)
    for world, dump in single.items():
        parts = _PARTS.findall(world)
        for place in range(len(parts)) if len(parts) > 1 else ():
            rest = "".join(parts[:place]), "".join(parts[place + 1 :])
            rows[rest][parts[place]] = dump
    grids: dict[frozenset[str], list[dict[str, Dump]]] = defaultdict(list)
    for row in rows.values():
        if len(row) > 1:
            grids[frozenset(row)].append(row)
    return [
        list(row.values())
        for columns, of_grid in grids.items()
        if len(of_grid) > 1
        and _are_runs([[row[column].taken_at for row in of_grid] for column in columns])
        for row in of_grid
    ]


def _are_runs(columns: Iterable[Sequence[datetime]]) -> bool:
    spans = sorted((min(moments), max(moments)) for moments in columns)
    return all(last - first <= _ONE_RUN for first, last in spans) and all(
        after[0] - before[0] >= NEXT_RUN for before, after in pairwise(spans)
    )


def _find_base(worlds: Sequence[str]) -> str:
    """Return the parts at the start, or else at the end, that all names share."""
    rows = [_PARTS.findall(world) for world in worlds]
    start = "".join(_shared(rows)).rstrip("-_. ")
    end = "".join(reversed(_shared([row[::-1] for row in rows]))).lstrip("-_. ")
    return start or end


def _shared(rows: Sequence[Sequence[str]]) -> list[str]:
    same = takewhile(lambda parts: len(set(parts)) == 1, zip(*rows, strict=False))
    return [parts[0] for parts in same]


def _suspect(dumps: Sequence[Dump]) -> Suspicion:
    worlds = frozenset(dump.world for dump in dumps)
    base = _find_base(sorted(worlds))
    return Suspicion(
        worlds,
        tuple(dumps),
        f"{fold_worlds(sorted(worlds))} may be {len(worlds)} worlds, or {len(worlds)} dumps of one:"
        " each has one dump, and each dump is of a different day or hour",
        {world: base for world in worlds if base},
    )
