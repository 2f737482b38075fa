"""The directives of time formats: `%Y`, `%m`, `%j`, `%G`, `%s` and so on. Pure.

The shapes of times that are recognised and the formats of `--pattern` are read by the same code: a
regular expression with a group for each directive, and `read_groups`, which turns the groups into a
time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache

from rewound.catalog.local_times import read_local, start_of_day, to_utc
from rewound.catalog.naming.calendar import (
    UNCERTAIN_ZONES,
    ZONE_HOURS,
    any_month,
    any_weekday,
    find_month,
    find_zone,
)

_OFFSET = "(?:0[0-9]|1[0-4]):?(?:00|30|45)"
DIRECTIVES = {
    "Y": "20[0-9]{2}",
    "y": "[0-9]{2}",
    "m": "(?:0[1-9]|1[0-2])",
    "d": "(?:0[1-9]|[12][0-9]|3[01])",
    "H": "(?:[01][0-9]|2[0-3])",
    "I": "(?:0[1-9]|1[0-2])",
    "M": "[0-5][0-9]",
    "S": "[0-5][0-9]",
    "f": "[0-9]{1,9}",
    "j": "(?:00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])",
    "G": "20[0-9]{2}",
    "V": "(?:0[1-9]|[1-4][0-9]|5[0-3])",
    "u": "[1-7]",
    "b": any_month(),
    "B": any_month(),
    "a": any_weekday(),
    "A": any_weekday(),
    "p": "(?i:[ap]\\.?m\\b\\.?)",
    "z": f"(?:Z|[+-]{_OFFSET})",
    "Z": "(?i:" + "|".join(sorted({*ZONE_HOURS, *UNCERTAIN_ZONES}, key=len, reverse=True)) + ")",
    "s": "1[0-9]{9}(?:[0-9]{3}){0,3}",
}
"""The regular expression of each directive.

They are strptime's, and %s: seconds since 1970, or with 13, 16 or 19 digits milli-, micro- or
nanoseconds. %s covers 2001 to 2033: ten digits that begin with a 2 are 2024061821, a date and an
hour. %f takes as many digits as there are, up to nanoseconds.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of a written time."""

    taken_at: datetime
    """The time in UTC; the start of the day or week where no more is written."""
    day: date
    """The day as written, whatever the zone."""
    open_days: int
    """How many days the text leaves open: 0 with a time of day, 1 for a day, 7 for a week."""
    uncertain_zone: str | None = None
    """An ambiguous zone abbreviation in the text; the time was read as if it were not there."""
    other_at: datetime | None = None
    """What the time may mean as well, in UTC: later, if clocks were put back and show it twice;
    earlier, if they were put forward and never show it."""


class OtherZone(ValueError):
    """The name contains a zone other than the one to read it in."""


@cache
def format_regex(time_format: str) -> str:
    """Return the regular expression of a format, with a named group for each directive."""
    return "".join(
        f"(?P<{part[1]}>{DIRECTIVES[part[1]]})"
        if part[0] == "%" and part != "%%"
        else re.escape(part.replace("%%", "%"))
        for part in re.findall(r"%.|[^%]", time_format, re.DOTALL)
    )


def without_names(regex: str) -> str:
    """Return the regular expression with its groups unnamed, so that it can be repeated."""
    return re.sub(r"\(\?P<\w+>", "(?:", regex)


def read_format(text: str, time_format: str, timezone: tzinfo) -> Reading:
    """Read a text by a format.

    Raises:
        ValueError: it does not match, or is not a valid time.
    """
    match = re.fullmatch(format_regex(time_format), text)
    if match is None:
        raise ValueError(f"{text!r} does not match {time_format!r}")
    return read_groups(match.groupdict(), timezone)


def read_groups(groups: Mapping[str, str | None], timezone: tzinfo) -> Reading:
    """Return the time that the groups of directives hold; in `timezone` if they name no zone.

    Raises:
        ValueError: there is no such time, or no such time in `timezone`.
    """
    told = {letter: text for letter, text in groups.items() if text is not None}
    if "s" in told:
        return _read_epoch(told["s"], told.get("f", ""))
    day, open_days = _read_day(told)
    clock = _read_clock(told)
    if clock is None:
        return Reading(start_of_day(day, timezone), day, open_days)
    written = datetime(day.year, day.month, day.day) + clock  # noqa: DTZ001 - the zone follows
    zone, uncertain = _read_zone(told)
    if zone is not None:
        written = written.replace(tzinfo=zone)
    elif uncertain is not None and timezone is not UTC:
        return Reading(_read_in_zone(written, timezone, uncertain), day, 0)
    local = read_local(written, timezone)
    other_at = None if local.is_certain else local.after
    return Reading(local.before, day, 0, uncertain, other_at)


def read_clock_of(day: date, groups: Mapping[str, str | None], timezone: tzinfo) -> Reading:
    """Return the time of a day whose time of day the groups hold.

    Raises:
        ValueError: there is no such time in `timezone`.
    """
    return read_groups({**groups, "Y": f"{day:%Y}", "m": f"{day:%m}", "d": f"{day:%d}"}, timezone)


def _read_epoch(digits: str, fraction: str) -> Reading:
    micros = int((digits[10:] + fraction + "000000")[:6])
    moment = datetime.fromtimestamp(int(digits[:10]), UTC) + timedelta(microseconds=micros)
    return Reading(moment, moment.date(), 0)


def _read_day(told: Mapping[str, str]) -> tuple[date, int]:
    if "G" in told:
        weekday = int(told.get("u", 1))
        day = date.fromisocalendar(int(told["G"]), int(told["V"]), weekday)
        return day, 1 if "u" in told else 7
    year = int(told["Y"]) if "Y" in told else _full_year(int(told["y"]))
    if "j" in told:
        day = date(year, 1, 1) + timedelta(days=int(told["j"]) - 1)
        if day.year != year:
            raise ValueError("no such day of the year")
        return day, 1
    word = told.get("b") or told.get("B")
    month = (find_month(word) or 0) if word else int(told["m"])
    return date(year, month, int(told["d"])), 1


def _full_year(of_century: int) -> int:
    """Return the year of two digits, as POSIX reads %y."""
    return of_century + (2000 if of_century < 69 else 1900)


def _read_clock(told: Mapping[str, str]) -> timedelta | None:
    if "H" in told:
        hour = int(told["H"])
    elif "I" in told:
        hour = int(told["I"]) % 12 + (12 if told["p"][0] in "pP" else 0)
    else:
        return None
    return timedelta(
        hours=hour,
        minutes=int(told.get("M", 0)),
        seconds=int(told.get("S", 0)),
        microseconds=int((told.get("f", "") + "000000")[:6]),
    )


def _read_zone(told: Mapping[str, str]) -> tuple[tzinfo | None, str | None]:
    """Return the zone if it is unambiguous, or else its ambiguous abbreviation."""
    if "z" in told:
        offset = told["z"]
        if offset == "Z":
            return UTC, None
        digits = offset[1:].replace(":", "")
        hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
        distance = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-distance if offset[0] == "-" else distance), None
    if "Z" not in told:
        return None, None
    zone = find_zone(told["Z"])
    return (zone, None) if zone else (None, told["Z"].upper())


def _read_in_zone(written: datetime, zone: tzinfo, abbreviation: str) -> datetime:
    """Return the time in UTC; `abbreviation` tells whether it is summer time."""
    for fold in (0, 1):
        aware = written.replace(tzinfo=zone, fold=fold)
        if aware.tzname() == abbreviation:
            return to_utc(aware, zone)
    raise OtherZone(f"{written} is not in {abbreviation} there")
