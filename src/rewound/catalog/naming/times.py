"""Times as people write them in the names of dumps.

This module reads what the text alone decides: the shapes in its table are unmistakable. What has
several readings, such as 05-06-24, is in `loose_times`. Digits that form no valid date are ignored.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache

from rewound.catalog.naming.calendar import UNCERTAIN_ZONES, ZONE_HOURS, any_month, any_weekday
from rewound.catalog.naming.directives import (
    DIRECTIVES,
    OtherZone,
    Reading,
    read_groups,
    without_names,
)


@dataclass(frozen=True, slots=True)
class TimeShape:
    """One way to write a time, for the documentation and the tests."""

    format: str
    """As for strftime; `-`, `T` and `:` stand for any usual separator."""
    example: str
    """A time in this shape: 2024-06-18 21:15:08, as far as the shape includes it."""

    @property
    def has_clock(self) -> bool:
        """Whether the shape includes the time of day."""
        return any(directive in self.format for directive in ("%H", "%I", "%s"))


TIME_SHAPES = (
    TimeShape("%Y-%m-%dT%H:%M:%S", "2024-06-18T21-15-08"),
    TimeShape("%Y-%m-%dT%H:%M:%S.%f", "2024-06-18T21-15-08.123"),
    TimeShape("%Y-%m-%dT%H%M%S", "2024-06-18_211508"),
    TimeShape("%Y-%m-%dT%Hh%Mm%Ss", "2024-06-18_21h15m08s"),
    TimeShape("%Y-%m-%dT%Hh%Mm", "2024-06-18_21h15m"),
    TimeShape("%Y-%m-%dT%H:%M", "2024.06.18-21.15"),
    TimeShape("%Y-%m-%dT%H%M", "2024-06-18_2115"),
    TimeShape("%Y-%m-%dT%I:%M:%S %p", "2024-06-18 09.15.08 PM"),
    TimeShape("%Y-%m-%dT%I:%M-%p", "2024-06-18_09-15-PM"),
    TimeShape("%Y/%m/%dT%H%M%S", "2024/06/18_211508"),
    TimeShape("%Y/%m/%dT%H%M", "2024/06/18_2115"),
    TimeShape("%Y%m%dT%H:%M:%S", "20240618_21-15-08"),
    TimeShape("%Y%m%dT%H%M%S", "20240618T211508"),
    TimeShape("%Y%m%dT%Hh%Mm", "20240618_21h15m"),
    TimeShape("%Y%m%dT%H:%M", "20240618_21-15"),
    TimeShape("%Y%m%dT%H%M", "20240618-2115"),
    TimeShape("%Y%m%d%H%M%S", "20240618211508"),
    TimeShape("%Y%m%d%H%M", "202406182115"),
    TimeShape("%Y%m%d%H", "2024061821"),
    TimeShape("%s", "1718745308"),
    TimeShape("%a %b %d %H:%M:%S %Y", "Tue Jun 18 21:15:08 2024"),
    TimeShape("%Y-%m-%d", "2024_06_18"),
    TimeShape("%Y/%m/%d", "2024/06/18"),
    TimeShape("%Y%m%d", "20240618"),
    TimeShape("%d%b%Y", "18Jun2024"),
    TimeShape("%b-%d-%y", "Jun-18-24"),
    TimeShape("%Y-%b-%d", "2024-Jun-18"),
    TimeShape("%G-W%V-%u", "2024-W25-2"),
)
"""The shapes, as the documentation lists them; every date combines with every clock.

A time of day may end in `Z`, an offset such as `+0200`, or the abbreviation of a zone.
"""


def _named(letter: str, regex: str | None = None) -> str:
    return f"(?P<{letter}>{regex or DIRECTIVES[letter]})"


_Y, _M, _D = _named("Y"), _named("m"), _named("d")
_ANY_DAY = _named("d", "0?[1-9]|[12][0-9]|3[01]")
_MONTH_WORD = f"(?<![A-Za-z]){_named('b', any_month())}"
_GAP = "[-_. ,]{0,2}"
_WORD_GAP = "[-_. ]{1,2}"
_WEEK_WORD = "(?:[WwKkCc]|[Ww]eek|[KkCc][Ww])"
_WEEK_GAPS = ("-?", "_", "[.]", " ")
_NOT_DAY_FIRST = "".join(
    # 08_02_2020_03_10 is rather the 8th of February, at ten past three.
    f"(?!(?<=[0-9]{{2}}{gap}[0-9]{{2}}{gap})20[0-9]{{2}}{gap})"
    for gap in ("-", "_", "[.]")
)
_NOT_AFTER_DATE = "(?<![0-9][-_. ][0-9][-_. ])(?<![0-9][-_. ][0-9]{2}[-_. ])"
_DATES = (
    *(f"{_NOT_DAY_FIRST}{_Y}{gap}{_M}{gap}{_D}" for gap in ("-", "_", "[.]", " ")),
    # 17-06-2024_03-15 is the 17th of June, at a quarter past three.
    f"{_NOT_AFTER_DATE}{_Y}[-_. ]{_M}[-_. ]{_D}",
    f"{_Y}/{_M}/{_D}",
    f"{_Y}/{_named('b', any_month())}/{_D}",
    # Folders as named by Hive and programs that read object stores.
    f"(?:year|yyyy|y)={_Y}/(?:month|mm?)={_named('m', '0?[1-9]|1[0-2]')}/(?:day|dd?)={_ANY_DAY}",
    f"{_Y}{_M}{_D}",
    f"{_Y}{_GAP}{_MONTH_WORD}{_GAP}{_ANY_DAY}(?:st|nd|rd|th)?",
    f"(?<![A-Za-z]){_ANY_DAY}(?:st|nd|rd|th)?{_GAP}{_named('b', any_month())}{_GAP}{_Y}",
    *(
        f"(?<![A-Za-z]){_D}{gap}{_named('b', any_month())}{gap}{_named('y')}"
        for gap in ("-", "_", "[.]", " ", "")
    ),
    f"{_MONTH_WORD}{_GAP}{_ANY_DAY}(?:st|nd|rd|th)?{_GAP}{_Y}",
    *(
        f"{_MONTH_WORD}{gap}{_D}{gap}{_named('y')}(?!{gap}20[0-9]{{2}}(?![0-9]))"
        for gap in ("-", "_", "[.]", " ")
    ),
    *(f"{_named('G')}{gap}{_WEEK_WORD}{_named('V')}{gap}{_named('u')}" for gap in _WEEK_GAPS),
)
"""Every certain way to write a date. Where several fit at one place, the first wins."""
_WEEK = f"(?<![-_.][0-9]{{2}}[-_.]){_named('G')}[-_. ]?{_WEEK_WORD}{_named('V')}"
"""A week alone, which no time of day follows."""
_ZONES = "|".join(sorted({*ZONE_HOURS, *UNCERTAIN_ZONES} - {"Z"}, key=lambda z: (-len(z), z)))
_HOURS = "[+-](?:0?[0-9]|1[0-4])(?::?(?:00|30|45))?"
_ZONE_WAYS = (
    f"(?:[-_. ]?(?:UTC|GMT))?{_named('z')}",
    f"[-_. ]?(?:UTC|GMT){_named('z', _HOURS)}",
    f"[_ ]{_named('z')}",
    f"[-_. ]?{_named('Z', _ZONES)}",
)
_ZONE = "(?:" + "|".join(f"{way}(?![A-Za-z0-9])" for way in _ZONE_WAYS) + ")"
_H, _MIN, _S = _named("H"), _named("M"), _named("S")
_HALF_DAY = f"[-_. ]?{_named('p', '[AaPp](?:[Mm]|[.][Mm][.])')}(?![A-Za-z])"
_HOUR_12 = _named("I", "0?[1-9]|1[0-2]")
_HALF_DAY_CLOCKS = (
    f"{_HOUR_12}{_HALF_DAY}",
    *(f"{_HOUR_12}{gap}{_MIN}(?:{gap}{_S})?{_HALF_DAY}" for gap in ("-", "_", "[.]", ":", " ", "")),
)
CLOCKS = (
    *_HALF_DAY_CLOCKS,
    f"{_H}[-_.:]{_MIN}[-_.:]{_S}(?:[.,]{_named('f')})?",
    f"{_H}{_MIN}{_S}(?:[.,]{_named('f')})?",
    f"{_H}h{_MIN}(?:m?(?:{_S}s?)?)?(?![A-Za-z])",
    f"{_H}[-_.:]{_MIN}",
    f"{_H}{_MIN}",
    f"{_H}h(?![A-Za-z])",
)
"""Every way to write a time of day after a date."""
_SURE_CLOCKS = (
    *_HALF_DAY_CLOCKS,
    f"{_H}[-_.:]{_MIN}[-_.:]{_S}",
    f"{_H}:{_MIN}",
    f"{_H}h{_MIN}(?:m?(?:{_S}s?)?)?(?![A-Za-z])",
)
"""Those that cannot be anything else, wherever they are."""
_BETWEEN = "(?:[-_. ]{1,3}|[-_. ]?T|[-_. ](?:at|um)[-_. ])"
_COMPACT = (
    f"{_Y}{_M}{_D}{_H}{_MIN}{_S}{_named('f', '[0-9]{3}(?:[0-9]{3}){0,2}')}?",
    f"{_Y}{_M}{_D}{_H}{_MIN}",
    f"{_Y}{_M}{_D}{_H}",
)
_BY_HOUR = f"T{_H}"
_DATE_PROGRAM = (
    f"(?<![A-Za-z]){any_weekday()}{_WORD_GAP}{_named('b', any_month())}{_WORD_GAP}{_ANY_DAY}"
    f"{_WORD_GAP}{_H}[-_.:]{_MIN}[-_.:]{_S}(?:{_WORD_GAP}{_named('Z', _ZONES)})?{_WORD_GAP}{_Y}"
)
"""As `date` writes it without a format: Tue Jun 18 21:15:08 CEST 2024."""


def clock_tail(*, has_gap: bool = True) -> str:
    """Return the regular expression of a time of day with its zone, which may follow a date."""
    clocks = "|".join(CLOCKS)
    gap = _BETWEEN if has_gap else ""
    return f"(?:(?:{gap}(?:{clocks})|{_BY_HOUR})(?![0-9])(?:{_ZONE})?)"


_TAIL = without_names(clock_tail())
TIME_REGEX = without_names(
    "(?<![0-9])(?:"
    f"{_DATE_PROGRAM}"
    f"|(?:{'|'.join(_COMPACT)})(?![0-9])(?:{_ZONE})?"
    f"|(?:{'|'.join(_DATES)})(?:{_TAIL}|(?![0-9]))|{_WEEK}"
    f"|{DIRECTIVES['s']}(?:[.,][0-9]{{3,9}})?"
    ")(?![0-9])"
)
"""Finds a time of any shape in a text; `read_time` reads what it finds."""
_CERTAIN = without_names(
    f"(?<![0-9])(?:{_DATE_PROGRAM}"
    f"|{_COMPACT[0]}(?![0-9])(?:{_ZONE})?"
    f"|(?:{'|'.join(_DATES)})(?:{_TAIL}|(?![0-9]))|{_WEEK})(?![0-9])"
)
_SURE_CLOCK = without_names(
    f"(?<![0-9A-Za-z])(?:{'|'.join(_SURE_CLOCKS)})(?:{_ZONE})?(?![0-9A-Za-z])"
)


@cache
def _compile(regex: str) -> re.Pattern[str]:
    """Compile a regular expression when it is first used: all of them take 0.2 s."""
    return re.compile(regex)


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """A time found in a text."""

    start: int
    """Where in the text the time begins."""
    end: int
    """Where the text continues after the time."""
    reading: Reading
    """Its meaning."""


def iter_times(text: str, timezone: tzinfo) -> Iterator[WrittenTime]:
    """Yield the unmistakable times in the text from left to right.

    Raises:
        OtherZone: a time states a zone that `timezone` does not have.
    """
    position = 0
    while (match := _compile(_CERTAIN).search(text, position)) is not None:
        try:
            reading = read_time(match[0], timezone)
        except OtherZone:
            raise
        except ValueError:
            position = match.start() + 1
            continue
        yield WrittenTime(match.start(), match.end(), reading)
        position = match.end()


def find_sure_clock(text: str) -> re.Match[str] | None:
    """Return the first time of day that cannot be anything else, such as 21h15 or 9PM."""
    return _compile(_SURE_CLOCK).search(text)


@dataclass(frozen=True, slots=True)
class _Grammar:
    """The regular expressions with named groups; what `TIME_REGEX` finds matches one of them."""

    dates: tuple[re.Pattern[str], ...]
    tails: tuple[re.Pattern[str], ...]
    wholes: tuple[re.Pattern[str], ...]


@cache
def _make_grammar() -> _Grammar:
    zones = ("", *_ZONE_WAYS)
    tails = [f"{_BETWEEN}{clock}" for clock in CLOCKS] + [_BY_HOUR]
    bare = [*CLOCKS]
    return _Grammar(
        dates=tuple(re.compile(f"{date}(?![0-9])") for date in _DATES),
        tails=tuple(re.compile(tail + zone) for tail in (*tails, *bare) for zone in zones),
        wholes=tuple(
            re.compile(whole)
            for whole in (
                _DATE_PROGRAM,
                _WEEK,
                *(compact + zone for compact in _COMPACT for zone in zones),
                f"{_named('s')}(?:[.,]{_named('f')})?",
            )
        ),
    )


def read_time(text: str, timezone: tzinfo) -> Reading:
    """Read a text that matches `TIME_REGEX`.

    Raises:
        ValueError: the digits are not a valid time, such as the 30th of February.
    """
    for whole in _make_grammar().wholes:
        if match := whole.fullmatch(text):
            return read_groups(match.groupdict(), timezone)
    for date in _make_grammar().dates:
        if match := date.match(text):
            tail = read_tail(text[match.end() :])
            if tail is not None:
                return read_groups({**match.groupdict(), **tail}, timezone)
    raise ValueError(f"{text!r} is not a valid time")


def read_tail(text: str) -> dict[str, str | None] | None:
    """Return the groups of a time of day that follows a date; None if the text is not one."""
    if not text:
        return {}
    for tail in _make_grammar().tails:
        if match := tail.fullmatch(text):
            return match.groupdict()
    return None
