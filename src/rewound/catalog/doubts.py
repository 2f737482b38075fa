"""Finding moments that may have been mistaken for worlds, and the other way round. Pure.

The thresholds are chosen so that ordinary fleets are not asked: shards, tenants and hosts by number
are dumped in one night, so their days do not all differ; a job that runs at one hour does not vary.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from rewound.catalog.dump import Dump, TimeSource
from rewound.worlds.folding import fold_worlds

_FEWEST_IN_A_ROW = 3
"""Two worlds whose only dumps are of two days are no pattern yet: a job may have failed."""
_WORLDS_ASKED = 3
_DUMPS_ASKED = 4
"""Of a world, one for each hour of its names."""
_BYTES_READ = 256 << 20
"""So much of compressed dumps is read to find a 12-hour clock: some seconds, once."""
_HALF_DAY, _DAY = timedelta(hours=12), timedelta(days=1)
_SLACK = timedelta(hours=1)
"""By so much the time that a dump takes may vary within one world."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Worlds that may be one, or a world whose times may be wrong."""

    worlds: frozenset[str]
    dumps: tuple[Dump, ...]
    text: str
    """What is in doubt, in words."""


def find_serial_worlds(dumps: Iterable[Dump]) -> list[Suspicion]:
    """Return worlds that look like moments of one: they differ in a number, and in the day.

    Each has one dump, no two are of one day, and there are three at least.
    """
    by_world: dict[str, list[Dump]] = defaultdict(list)
    for dump in dumps:
        by_world[dump.world].append(dump)
    families: dict[str, list[list[Dump]]] = defaultdict(list)
    for world, of_world in by_world.items():
        families[re.sub("[0-9]+", "#", world)].append(of_world)
    return [
        _suspect_serial([of_world[0] for of_world in family])
        for family in families.values()
        if len(family) >= _FEWEST_IN_A_ROW
        and all(len(of_world) == 1 for of_world in family)
        and len({of_world[0].taken_at.date() for of_world in family}) == len(family)
    ]


def _suspect_serial(dumps: Sequence[Dump]) -> Suspicion:
    worlds = frozenset(dump.world for dump in dumps)
    return Suspicion(
        worlds,
        tuple(dumps),
        f"{fold_worlds(sorted(worlds))} may be {len(worlds)} worlds, or {len(worlds)} dumps of one:"
        " each has one dump, and each dump is of a different day",
    )


def find_half_day_clocks(
    dumps: Iterable[Dump], timezone: tzinfo, closing_time: Callable[[Path], datetime | None]
) -> list[Suspicion]:
    """Return worlds whose names seem to use a 12-hour clock without AM and PM.

    Their hours are 1 to 12 and vary, and closing lines are half a day off for some dumps and
    not for others.
    """
    by_world: dict[str, list[Dump]] = defaultdict(list)
    for dump in dumps:
        if dump.time_source is TimeSource.NAME and not dump.day_only:
            by_world[dump.world].append(dump)
    may_be = {
        world: of_world
        for world, of_world in by_world.items()
        if _are_half_day_hours([dump.taken_at.astimezone(timezone).hour for dump in of_world])
    }
    budget = _BYTES_READ
    for of_world in list(may_be.values())[:_WORLDS_ASKED]:
        one_an_hour = {
            dump.taken_at.astimezone(timezone).hour: dump
            for dump in sorted(of_world, key=lambda dump: -dump.size_bytes)
        }
        offsets = []
        for dump in list(one_an_hour.values())[:_DUMPS_ASKED]:
            budget -= dump.size_bytes
            closed_at = closing_time(dump.path) if budget >= 0 else None
            if closed_at is not None:
                offsets.append(closed_at - dump.taken_at)
        if any(_is_half_day_off(one, other) for one in offsets for other in offsets):
            worlds = frozenset(may_be)
            text = (
                f"the names of {fold_worlds(sorted(worlds))} seem to use a 12-hour clock without"
                " AM and PM: the closing line is half a day later for some dumps and not for"
                " others"
            )
            concerned = tuple(dump for each in may_be.values() for dump in each)
            return [Suspicion(worlds, concerned, text)]
    return []


def _are_half_day_hours(hours: Sequence[int]) -> bool:
    return len(set(hours)) > 1 and min(hours) >= 1 and max(hours) <= 12


def _is_half_day_off(one: timedelta, other: timedelta) -> bool:
    return abs((one - other) % _DAY - _HALF_DAY) <= _SLACK
