"""Notations of a day or period that also name worlds, and the days that they may mean. Pure.

`borne_out` decides which of them are believed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rewound.catalog.naming.calendar import any_month, find_month
from rewound.catalog.naming.other_calendars import read_other_calendars

Days = tuple[date, date]
"""The first and the last day of a period."""


@dataclass(frozen=True, slots=True)
class Notation:
    """One way to write a day or a period."""

    name: str
    """Describes it in this table and, if `is_plain`, in messages."""
    regex: str
    read: Callable[[re.Match[str]], Iterable[Days]]
    """Yields the periods that a match may mean."""
    is_plain: bool = False
    """It hardly ever means anything else: if closing lines contradict it, the name is not
    understood.
    """
    is_common: bool = False
    """It is a plain number: believed only if several names have one."""
    is_instant: bool = False
    """It has a time of day, so that dumps of two days may be an hour apart."""


UNIX_EPOCH, _MODIFIED, _SPREADSHEET = date(1970, 1, 1), date(1858, 11, 17), date(1899, 12, 30)
_JULIAN_DAY = 1721425
"""The Julian day of the day before the first of the year 1."""


def one_day(year: int, month: int, day: int) -> Iterator[Days]:
    """Yield the day, if there is one."""
    try:
        yield (date(year, month, day),) * 2
    except ValueError:
        return


def _months(year: int, first: int, count: int = 1) -> Iterator[Days]:
    if 1 <= first <= 13 - count:
        last = first + count - 1
        after = date(year + last // 12, last % 12 + 1, 1)
        yield date(year, first, 1), after - timedelta(days=1)


def _week(year: int, week: int) -> Iterator[Days]:
    try:
        yield date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)
    except ValueError:
        return


def _day_of_year(year: int, number: int) -> Iterator[Days]:
    if 1 <= number <= 366:
        yield (date(year, 1, 1) + timedelta(days=number - 1),) * 2


def _year(match: re.Match[str]) -> int:
    digits = match["Y"]
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _number(match: re.Match[str]) -> int:
    return int(match["n"])


def days_since(start: date, number: int) -> Iterator[Days]:
    """Yield the day so many days after another."""
    try:
        yield (start + timedelta(days=number),) * 2
    except OverflowError:
        return


def _read_short_days(match: re.Match[str]) -> Iterator[Days]:
    """Read 2024618 and 2024111: month and day without their zeros, or week and weekday."""
    year, rest = _year(match), match["n"]
    for cut in range(1, len(rest)):
        yield from one_day(year, int(rest[:cut]), int(rest[cut:]))
    if len(rest) == 3 and int(rest[:2]) and "1" <= rest[2] <= "7":
        monday, _ = next(_week(year, int(rest[:2])), (None, None))
        if monday is not None:
            yield (monday + timedelta(days=int(rest[2]) - 1),) * 2


def _read_other(match: re.Match[str]) -> Iterator[Days]:
    era = match.groupdict().get("era") or ""
    for day in read_other_calendars(match["Y"], int(match["m"]), int(match["d"]), era=era):
        yield day, day


_Y4, _Y2, _Y = "(?P<Y>20[0-9]{2})", "(?P<Y>[0-9]{2})", "(?P<Y>20[0-9]{2}|[0-9]{2})"
_SEP = "[-_. ]"
_FOLDER = "[-_. /]"
_WEEK_WORD = "(?:[Ww]|[KkCc][Ww]|[Ww][Kk]|[Ww]eek)"
_DAY_WORD = "(?:[Jj]|[Dd][Oo][Yy])"
_QUARTER, _HALF, _TWO, _THREE = "(?P<n>[1-4])", "(?P<n>[12])", "(?P<n>[0-9]{2})", "(?P<n>[0-9]{3})"
_CLOCK = "(?:[-_. T]?[0-9]{1,2}(?P<c>[-_.:]?)[0-9]{2}(?:(?P=c)[0-9]{2})?)?"
GLUED = tuple(
    rf"(?<![0-9]){digits}(?![0-9])"
    for digits in (
        "[0-9]{1,3}(?P<day>20[0-9]{6}|1[0-9]{9}(?:[0-9]{3})?)",
        "(?P<day>20[0-9]{6})[0-9]{1,3}",
    )
)
"""Dates that other digits precede or follow directly: `host120240618`."""
_M_D = "(?P<m>0[1-9]|1[0-2])", "(?P<d>0[1-9]|[12][0-9]|3[01])"


def _table(
    name: str,
    read: Callable[[re.Match[str]], Iterable[Days]],
    *regexes: str,
    is_plain: bool = False,
    is_common: bool = False,
    is_instant: bool = False,
) -> Iterator[Notation]:
    for regex in regexes:
        yield Notation(name, regex, read, is_plain, is_common, is_instant)


NOTATIONS = (
    *_table(
        "a quarter",
        lambda m: _months(_year(m), 3 * _number(m) - 2, 3),
        f"{_Y4}{_FOLDER}?[Qq]{_QUARTER}",
        f"[Ff][Yy]{_Y}{_FOLDER}?[Qq]{_QUARTER}",
        is_plain=True,
    ),
    *_table(
        "a quarter",
        lambda m: _months(_year(m), 3 * _number(m) - 2, 3),
        f"[Qq]{_QUARTER}{_SEP}?{_Y4}",
        f"{_QUARTER}[Qq]{_SEP}?{_Y}",
        is_common=True,
    ),
    *_table(
        "half of a year",
        lambda m: _months(_year(m), 6 * _number(m) - 5, 6),
        f"{_Y4}{_FOLDER}?[HhSs]{_HALF}",
    ),
    *_table(
        "half of a year",
        lambda m: _months(_year(m), 6 * _number(m) - 5, 6),
        f"[HhSs]{_HALF}{_SEP}?{_Y4}",
        is_common=True,
    ),
    *_table(
        "a week",
        lambda m: _week(_year(m), _number(m)),
        f"{_WEEK_WORD}{_SEP}?{_TWO}{_SEP}?{_Y4}",
        f"{_WEEK_WORD}{_TWO}{_SEP}{_Y2}",
        f"{_Y4}/{_WEEK_WORD}{_SEP}?{_TWO}",
        f"{_Y2}{_WEEK_WORD}{_TWO}",
        f"{_WEEK_WORD}{_Y2}{_TWO}",
    ),
    *_table(
        "a month",
        lambda m: _months(_year(m), find_month(m["b"]) or 0),
        f"(?P<b>{any_month()}){_SEP}?{_Y}",
        f"{_Y4}{_FOLDER}?(?P<b>{any_month()})",
    ),
    *_table(
        "a month",
        lambda m: _months(_year(m), _number(m)),
        f"{_TWO}{_SEP}{_Y4}",
    ),
    *_table(
        "a month",
        lambda m: _months(_year(m), _number(m)),
        f"{_TWO}{_Y4}",
        f"{_Y4}{_SEP}(?P<n>[1-9])",
        f"{_Y2}{_TWO}",
        is_common=True,
    ),
    *_table(
        "a day of the year",
        lambda m: _day_of_year(_year(m), _number(m)),
        f"{_DAY_WORD}?{_THREE}{_SEP}{_Y4}",
        f"{_Y4}{_FOLDER}{_DAY_WORD}?{_THREE}",
    ),
    *_table(
        "a day of the year",
        lambda m: _day_of_year(_year(m), _number(m)),
        f"{_Y2}{_SEP}?{_THREE}",
        is_common=True,
    ),
    *_table("a day", _read_short_days, f"{_Y4}(?P<n>[0-9]{{2,3}})", is_common=True),
    *_table(
        "a day",
        lambda m: one_day(_year(m), int(m["m"]), int(m["d"])),
        f"{_Y4}(?P<s>{_SEP})(?P<m>[0-9]{{1,2}})(?P=s)(?P<d>[0-9]{{1,2}}){_CLOCK}",
    ),
    *_table(
        "a day",
        _read_other,
        f"(?P<Y>1[34][0-9]{{2}}|2[56][0-9]{{2}})(?P<s>[-_./]?){_M_D[0]}(?P=s){_M_D[1]}{_CLOCK}",
        f"{_M_D[1]}(?P<s>[-_.]?){_M_D[0]}(?P=s)(?P<Y>1[34][0-9]{{2}}|2[56][0-9]{{2}}){_CLOCK}",
    ),
    *_table(
        "a day",
        _read_other,
        f"(?P<era>[Rr])(?P<Y>[0-9]{{2}})(?P<s>[-_.]?){_M_D[0]}(?P=s){_M_D[1]}{_CLOCK}",
        f"(?P<Y>1[0-9]{{2}})(?P<s>[-_.]?){_M_D[0]}(?P=s){_M_D[1]}{_CLOCK}",
        f"(?P<Y>[0-9]{{2}})(?P<s>[-_.]?){_M_D[0]}(?P=s){_M_D[1]}{_CLOCK}",
        is_common=True,
    ),
    *_table(
        "days since 1970",
        lambda m: days_since(UNIX_EPOCH, _number(m)),
        "(?P<n>[0-9]{5})",
        is_common=True,
    ),
    *_table(
        "minutes since 1970",
        lambda m: days_since(UNIX_EPOCH, _number(m) // 1440),
        "(?P<n>[0-9]{8})(?:-[a-z0-9]{5})?",
        is_common=True,
        is_instant=True,
    ),
    *_table(
        "seconds since 1970",
        lambda m: days_since(UNIX_EPOCH, int(m["n"], 16) // 86400),
        "(?:0[Xx])?(?P<n>[4-9A-Fa-f][0-9A-Fa-f]{7})",
        is_common=True,
        is_instant=True,
    ),
    *_table(
        "a Julian day",
        lambda m: days_since(date.min, _number(m) - _JULIAN_DAY - 1),
        "(?:JDN?)?(?P<n>2[45][0-9]{5})",
        is_common=True,
    ),
    *_table(
        "a modified Julian day",
        lambda m: days_since(_MODIFIED, _number(m)),
        "(?:MJD)?(?P<n>[56][0-9]{4})",
        is_common=True,
    ),
    *_table(
        "a day of a spreadsheet",
        lambda m: days_since(_SPREADSHEET, _number(m)),
        "(?P<n>[34][0-9]{4})",
        is_common=True,
    ),
)
