"""Finding moments that may have been mistaken for worlds, and vice versa. Pure.

The thresholds spare ordinary fleets the question: numbered shards, tenants and hosts are dumped in
one night, so their days do not all differ; and a daily job runs at the same hour.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from rewound.catalog.dump import Dump, TimeSource
from rewound.dump.file.location import Location
from rewound.worlds.folding import fold_worlds, name_worlds

_WORLDS_ASKED = 3
_DUMPS_ASKED = 4
"""How many dumps of a world are read: one for each hour in its names."""
_BYTES_READ = 256 << 20
"""How much of compressed dumps may be read to find a 12-hour clock: a few seconds, once."""
_HALF_DAY, _DAY = timedelta(hours=12), timedelta(days=1)
_FAR_OFF = timedelta(days=2)
"""Neither a time zone nor a long dump explains a larger gap between name and closing line."""
_SLACK = timedelta(hours=1)
"""How much the duration of the dumps of one world may vary."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Worlds that may be one, or a world whose times may be wrong."""

    worlds: frozenset[str]
    dumps: tuple[Dump, ...]
    text: str
    """What is in doubt, in words."""
    bases: Mapping[str, str] = field(default_factory=dict)
    """World to the name that its dumps share with those of other worlds, if they are one."""


def find_ids_like_dates(
    dumps: Iterable[Dump], closing_time: Callable[[Location], datetime | None]
) -> list[Suspicion]:
    """Return worlds whose names have days that are far apart and contradicted by closing lines.

    Dumps of one night belong to tenants whose numbers look like dates: `tenant_20240611`,
    `tenant_20240612`. Others may have the day before the month: `host1_2024-05-06`. A clock that is
    days off is off by the same amount in every dump, and raises no doubt.
    """
    by_world: dict[str, list[Dump]] = defaultdict(list)
    for dump in dumps:
        if dump.time_source is TimeSource.NAME:
            by_world[dump.world].append(dump)
    budget = _BYTES_READ
    found: list[Suspicion] = []
    for world, of_world in _one_of_each_make(by_world):
        in_order = sorted(of_world, key=lambda dump: dump.taken_at)
        asked = (in_order[0], in_order[-1], *in_order[1:-1][:_WORLDS_ASKED])
        told: list[tuple[Dump, datetime]] = []
        for dump in asked:
            budget -= dump.size_bytes if dump.location.suffix.lower() != ".sql" else 0
            closed_at = closing_time(dump.location) if budget >= 0 else None
            if closed_at is not None:
                told.append((dump, closed_at))
            if len(told) > 1 and not (_are_of_one_night(told) or _deny_dates(told)):
                break
        if len(told) > 1 and _deny_dates(told):
            worlds = frozenset(each for each in by_world if _make_of(each) == _make_of(world))
            first, last = min(told, key=_when), max(told, key=_when)
            text = (
                f"the dates in the names of {name_worlds(sorted(worlds))} may have been misread,"
                f" or be numbers that name worlds: {first[0].location.name} ends on"
                f" {first[1].date()}, and {last[0].location.name} on {last[1].date()}"
            )
            concerned = tuple(dump for each in worlds for dump in by_world[each])
            found.append(Suspicion(worlds, (*in_order, *concerned), text))
    return found


def find_mixed_makes(dumps: Iterable[tuple[Dump, str]]) -> list[Suspicion]:
    """Return worlds some of whose names were read as dates, while others of the same form were not.

    Each dump comes with its stem. Of the customers 19790203 and 20010911, only the second could be
    the day of a dump; so neither is.
    """
    makes: dict[str, list[Dump]] = defaultdict(list)
    for dump, stem in dumps:
        makes[re.sub("[0-9]", "#", stem)].append(dump)
    found: list[Suspicion] = []
    for of_make in makes.values():
        dated = [dump for dump in of_make if dump.time_source is TimeSource.NAME]
        others = [dump for dump in of_make if dump.time_source is not TimeSource.NAME]
        if dated and others:
            text = (
                f"the number in {dated[0].location.name} looks like a date, and that in"
                f" {others[0].location.name} does not: they may be numbers that name worlds"
            )
            worlds = frozenset(dump.world for dump in of_make)
            found.append(Suspicion(worlds, tuple(of_make), text))
    return found


def _when(each: tuple[Dump, datetime]) -> datetime:
    return each[0].taken_at


def _make_of(world: str) -> str:
    return re.sub("[0-9]+", "#", world)


def _one_of_each_make(by_world: dict[str, list[Dump]]) -> list[tuple[str, list[Dump]]]:
    """Return, of worlds that differ only in numbers, the one with the most dumps."""
    makes: dict[str, tuple[str, list[Dump]]] = {}
    for world, of_world in by_world.items():
        make = _make_of(world)
        if len(of_world) > 1 and (make not in makes or len(of_world) > len(makes[make][1])):
            makes[make] = world, of_world
    return list(makes.values())[:_WORLDS_ASKED]


def _are_of_one_night(told: Sequence[tuple[Dump, datetime]]) -> bool:
    closings = [closed_at for _, closed_at in told]
    return max(closings) - min(closings) < _HALF_DAY


def _deny_dates(told: Sequence[tuple[Dump, datetime]]) -> bool:
    """Tell whether closing lines contradict the days in names, beginning with the extremes."""
    offsets = [closed_at - dump.taken_at for dump, closed_at in told]
    is_far_off = [
        abs(offset) > _FAR_OFF + timedelta(days=dump.open_days)
        for offset, (dump, _) in zip(offsets, told, strict=True)
    ]
    if _are_of_one_night(told):
        span = told[1][0].taken_at - told[0][0].taken_at
        # Yesterday's dump may be made again today, but hardly the one of the day before as well.
        return span > _HALF_DAY if any(is_far_off) else len(told) > 2 and span >= _FAR_OFF
    return all(is_far_off[:2]) and abs(offsets[0] - offsets[1]) > _FAR_OFF


def find_half_day_clocks(
    dumps: Iterable[Dump], timezone: tzinfo, closing_time: Callable[[Location], datetime | None]
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
            closed_at = closing_time(dump.location) if budget >= 0 else None
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
