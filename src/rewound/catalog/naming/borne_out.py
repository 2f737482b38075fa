"""Notations of a day or period that are believed only if closing lines confirm them.

Quarters, weeks before their year, months in words, days of other calendars, days counted from an
epoch: the same letters and digits also name worlds. A notation is believed if it fits the closing
line of every dump whose name has the same form; the time then comes from the closing lines. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from rewound.catalog.naming.loose_times import ClosingTime
from rewound.catalog.naming.notations import (
    GLUED,
    NOTATIONS,
    UNIX_EPOCH,
    Days,
    Notation,
    days_since,
    one_day,
)

_AROUND_DAY = timedelta(days=2)
"""A dump may end on the day after, in a time zone that is a day ahead."""
_AFTER_PERIOD = timedelta(days=5)
"""A job may name a dump after the week, month or quarter that has just ended."""

_ONE_NIGHT = timedelta(hours=6)
"""Tenants are dumped one after the other; dumps of different days or weeks are further apart."""


@dataclass(frozen=True, slots=True)
class BorneOut:
    """What is found in one name."""

    span: tuple[int, int] | None = None
    """Where the day or period is."""
    problem: str | None = None
    """Why the name cannot be read."""


def find_borne_out(stems: Iterable[str], closing_time: ClosingTime) -> dict[str, BorneOut]:
    """Return the days and periods in names that have no other time."""
    open_stems = list(stems)
    found: dict[str, BorneOut] = {}
    for notation in NOTATIONS:
        families: dict[tuple[int, str], list[tuple[str, re.Match[str]]]] = defaultdict(list)
        for stem in open_stems:
            for place, match in enumerate(_finditer(notation.regex, stem)):
                rest = stem[: match.start()] + "\0" + stem[match.end() :]
                families[place, re.sub("[0-9]+", "#", rest)].append((stem, match))
        for family in families.values():
            if any(stem in found for stem, _ in family):
                continue
            found.update(_judge(notation, family, closing_time))
        open_stems = [stem for stem in open_stems if stem not in found]
    for stem in open_stems:
        if (glued := _find_glued(stem, closing_time)) is not None:
            found[stem] = glued
    return found


def _find_glued(stem: str, closing_time: ClosingTime) -> BorneOut | None:
    """Return the date that other digits precede or follow directly: `host120240618`."""
    for match in (match for regex in GLUED for match in re.finditer(regex, stem)):
        digits = match["day"]
        if len(digits) > 8:
            periods = days_since(UNIX_EPOCH, int(digits[:10]) // 86400)
        else:
            periods = one_day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if _fits(periods, closing_time(stem)):
            return BorneOut(
                match.span("day"),
                f"{match[0]} may hold a date, but it is unclear which digits belong to it",
            )
    return None


def _finditer(regex: str, stem: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<![0-9A-Za-z])(?:{regex})(?![0-9A-Za-z])", stem)


def _judge(
    notation: Notation, family: list[tuple[str, re.Match[str]]], closing_time: ClosingTime
) -> Mapping[str, BorneOut]:
    if notation.is_common and len({match[0] for _, match in family}) < 2:
        return {}
    told = [(stem, match, list(notation.read(match))) for stem, match in family]
    if not all(periods for *_, periods in told):
        return {}
    closings = {stem: closing_time(stem) for stem, _ in family}
    if all(_fits(periods, closings[stem]) for stem, _, periods in told):
        if not notation.is_instant and _are_of_one_night(told, closings):
            return {}
        return {stem: BorneOut(span=match.span()) for stem, match, _ in told}
    if not notation.is_plain:
        return {}
    return {
        stem: BorneOut(
            span=match.span(),
            problem=f"{match[0]} looks like {notation.name}, but the closing line has the date"
            f" {closed_at.date()}",
        )
        for stem, match, periods in told
        if (closed_at := closings[stem]) is not None
    }


def _are_of_one_night(
    told: Iterable[tuple[str, re.Match[str], list[Days]]],
    closings: Mapping[str, datetime | None],
) -> bool:
    """Tell whether these are numbered tenants: different periods, but dumps of one night."""
    by_rest: dict[str, list[tuple[datetime, list[Days]]]] = defaultdict(list)
    for stem, match, periods in told:
        if (closed_at := closings[stem]) is not None:
            rest = stem[: match.start()] + "\0" + stem[match.end() :]
            by_rest[rest].append((closed_at, periods))
    return any(
        later - earlier < _ONE_NIGHT and before != after
        for of_rest in by_rest.values()
        for (earlier, before), (later, after) in pairwise(sorted(of_rest))
    )


def _fits(periods: Iterable[Days], closed_at: datetime | None) -> bool:
    return closed_at is not None and any(
        first - _AROUND_DAY
        <= closed_at.date()
        <= last + (_AROUND_DAY if first == last else _AFTER_PERIOD)
        for first, last in periods
    )
