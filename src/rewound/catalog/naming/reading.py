"""The times in the names of a source, read together.

A time that is unmistakable is taken from the name alone. For all others every name of the source
is considered, with the closing lines of a few dumps: see `loose_times` and `lone_clocks`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo

from rewound.catalog.naming.borne_out import BorneOut, find_borne_out
from rewound.catalog.naming.directives import OtherZone, read_clock_of
from rewound.catalog.naming.lone_clocks import (
    ClockVerdict,
    LoneClock,
    find_lone_clock,
    judge_clocks,
)
from rewound.catalog.naming.loose_times import ClosingTime, Settled, TimeToken, iter_tokens, settle
from rewound.catalog.naming.times import WrittenTime, find_sure_clock, iter_times, read_tail

_MONTH = re.compile(
    r"(?<![0-9])20[0-4][0-9][-_.]?(?:0[1-9]|1[0-2])(?![0-9])(?![-_.][0-9]{1,2}(?![0-9]))"
)
_NO_SUCH_DAY = re.compile(
    r"(?<![0-9])20[0-4][0-9](?:[-_.][0-9]{2}[-_.][0-9]{2}|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
    r"(?![0-9])"
)
_GLUED = re.compile(
    r"(?<=[0-9])20[0-4][0-9](?P<gap>[-_.])(?:0[1-9]|1[0-2])(?P=gap)(?:0[1-9]|[12][0-9]|3[01])(?![0-9])"
)
_NO_CLOSING_LINE: ClosingTime = lambda _: None  # noqa: E731 - the null object of a callable


@dataclass(frozen=True, slots=True)
class StemTimes:
    """The times in one name."""

    times: tuple[WrittenTime, ...] = ()
    """Those that include a day, from left to right."""
    clock: tuple[int, int] | None = None
    """Where a time of day is that is separate from its day; `times` include it already."""
    month: tuple[int, int] | None = None
    """Where a month without a day is; the time comes from the closing line."""
    period: tuple[int, int] | None = None
    """Where a day or period is that closing lines confirm; the time comes from them."""
    problem: str | None = None
    """Why the name cannot be read."""
    open_tokens: tuple[Settled, ...] = ()
    """What may be a time in several formats."""
    lone_clock: LoneClock | None = None
    """Digits that may be the time of day, if that stays open."""


@dataclass(slots=True)
class _Stem:
    """What is found in one name, step by step."""

    times: list[WrittenTime] = field(default_factory=list)
    tokens: list[TimeToken] = field(default_factory=list)
    problem: str | None = None
    clock: LoneClock | None = None
    clock_span: tuple[int, int] | None = None
    open_tokens: tuple[Settled, ...] = ()


def read_stems(
    stems: Collection[str],
    timezone: tzinfo,
    *,
    today: date,
    closing_time: ClosingTime = _NO_CLOSING_LINE,
) -> dict[str, StemTimes]:
    """Return the times of each name, which is a path without its extension."""
    found = {stem: _find(stem, timezone) for stem in stems}
    _settle_tokens(found, timezone, today, closing_time)
    for stem, each in found.items():
        _find_clock(stem, each, timezone)
    _judge_clocks(found, timezone, closing_time)
    timeless = [stem for stem, each in found.items() if not each.times and not each.open_tokens]
    borne_out = find_borne_out(timeless, closing_time)
    return {stem: _conclude(stem, each, borne_out.get(stem)) for stem, each in found.items()}


def _find(stem: str, timezone: tzinfo) -> _Stem:
    try:
        times = list(iter_times(stem, timezone))
    except OtherZone as error:
        return _Stem(problem=f"{error}; set the zone of its times with --timezone")
    tokens = list(iter_tokens(_blank(stem, [(time.start, time.end) for time in times])))
    if not times:
        return _Stem(tokens=tokens)
    repeated = [time for token in tokens if (time := _find_repeated(token, times, timezone))]
    return _Stem(times=sorted([*times, *repeated], key=lambda time: time.start))


def _blank(stem: str, spans: Collection[tuple[int, int]]) -> str:
    """Return the name with the parts already read masked, and all other letters in place."""
    for start, end in spans:
        stem = stem[:start] + "\0" * (end - start) + stem[end:]
    return stem


def _find_repeated(
    token: TimeToken, times: list[WrittenTime], timezone: tzinfo
) -> WrittenTime | None:
    """Return the token as a time, if it repeats the day of another time in its name."""
    for time_format in token.formats():
        reading = token.read(time_format, timezone)
        if reading and any(abs(reading.day - t.reading.day) <= timedelta(days=1) for t in times):
            return WrittenTime(token.start, token.end, reading)
    return None


def _settle_tokens(
    found: dict[str, _Stem], timezone: tzinfo, today: date, closing_time: ClosingTime
) -> None:
    tokens = {stem: each.tokens for stem, each in found.items() if each.tokens}
    settled = settle(tokens, timezone, today=today, closing_time=closing_time)
    for stem, outcomes in settled.items():
        each = found[stem]
        for outcome in outcomes:
            if outcome.time_format is None:
                continue
            reading = outcome.token.read(outcome.time_format, timezone)
            if reading is not None:
                each.times.append(WrittenTime(outcome.token.start, outcome.token.end, reading))
        each.open_tokens = tuple(outcome for outcome in outcomes if outcome.is_open)
        if each.open_tokens and not each.times:
            each.problem = _describe_open(each.open_tokens[0], timezone)


def _describe_open(settled: Settled, timezone: tzinfo) -> str:
    token = settled.token
    readings = [(each, token.read(each, timezone)) for each in settled.possible]
    days = list(dict.fromkeys(f"{reading.day}" for _, reading in readings if reading))
    text = token.text + token.tail
    if not days:
        return f"{text} looks like a date that is not recognised"
    number = ", or a number" if token.shape.is_compact else ""
    return f"{text} may be {' or '.join(days)}{number}"


def _find_clock(stem: str, each: _Stem, timezone: tzinfo) -> None:
    """Look for the time of day in a name that has only a day."""
    if not each.times or any(time.reading.open_days > 1 for time in each.times):
        return
    day = each.times[-1]
    masked = _blank(stem, [(time.start, time.end) for time in each.times])
    sure = find_sure_clock(masked)
    if any(time.reading.open_days == 0 for time in each.times):
        if sure is not None:
            each.problem = f"two times of day in one name, one of them {sure[0]}"
    elif sure is not None:
        _add_clock(each, (sure.start(), sure.end()), read_tail(sure[0]) or {}, timezone)
    else:
        each.clock = find_lone_clock(masked, day.reading.day, day.end)


def _add_clock(
    each: _Stem, span: tuple[int, int], groups: dict[str, str | None], timezone: tzinfo
) -> None:
    try:
        each.times = [
            WrittenTime(time.start, time.end, read_clock_of(time.reading.day, groups, timezone))
            for time in each.times
        ]
        each.clock_span = span
    except ValueError as error:
        each.problem = str(error)


def _judge_clocks(found: dict[str, _Stem], timezone: tzinfo, closing_time: ClosingTime) -> None:
    clocks = {stem: each.clock for stem, each in found.items() if each.clock is not None}
    for stem, verdict in judge_clocks(clocks, closing_time).items():
        clock = clocks[stem]
        if verdict is ClockVerdict.CLOCK:
            _add_clock(found[stem], (clock.start, clock.end), dict(clock.groups), timezone)
        elif verdict is ClockVerdict.OPEN:
            found[stem].problem = f"{clock.text} may be a world or a time of day"


def _conclude(stem: str, each: _Stem, borne_out: BorneOut | None) -> StemTimes:
    problem, month = each.problem, None
    if borne_out is not None and problem is None:
        return StemTimes(period=borne_out.span, problem=borne_out.problem)
    if not each.times and problem is None:
        if unknown := _NO_SUCH_DAY.search(stem):
            problem = f"{unknown[0]} looks like a date but is not a valid one"
        elif glued := _GLUED.search(stem):
            problem = f"{glued[0]} follows digits directly, so it is unclear where the date begins"
        elif match := _MONTH.search(stem):
            month = match.span()
    return StemTimes(
        times=tuple(sorted(each.times, key=lambda time: time.start)),
        clock=each.clock_span,
        month=month,
        problem=problem,
        open_tokens=each.open_tokens,
        lone_clock=each.clock if each.problem is not None else None,
    )
