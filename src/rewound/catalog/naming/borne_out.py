"""Notations of a day or period that are believed only if closing lines confirm them.

Quarters, weeks before their year, months in words, days of other calendars, days counted from an
epoch: the same letters and digits also name worlds. A notation is believed if it fits the closing
line of every dump whose name has the same form; the time then comes from the closing lines. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from rewound.catalog.naming.calendar import any_month, find_month
from rewound.catalog.naming.loose_times import ClosingTime
from rewound.catalog.naming.other_calendars import read_other_calendars

_AROUND_DAY = timedelta(days=2)
"""A dump may end on the day after, in a time zone that is a day ahead."""
_AFTER_PERIOD = timedelta(days=5)
"""A job may name a dump after the week, month or quarter that has just ended."""

_ONE_NIGHT = timedelta(hours=6)
"""Tenants are dumped one after the other; dumps of different days or weeks are further apart."""

Days = tuple[date, date]
"""The first and the last day of a period."""


@dataclass(frozen=True, slots=True)
class _Notation:
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
    for notation in _NOTATIONS:
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
    for match in (match for regex in _GLUED for match in re.finditer(regex, stem)):
        digits = match["day"]
        if len(digits) > 8:
            periods = _days_since(_UNIX, int(digits[:10]) // 86400)
        else:
            periods = _one_day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if _fits(periods, closing_time(stem)):
            return BorneOut(
                match.span("day"),
                f"{match[0]} may hold a date, but it is unclear which digits belong to it",
            )
    return None


def _finditer(regex: str, stem: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<![0-9A-Za-z])(?:{regex})(?![0-9A-Za-z])", stem)


def _judge(
    notation: _Notation, family: list[tuple[str, re.Match[str]]], closing_time: ClosingTime
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


_UNIX, _MODIFIED, _SPREADSHEET = date(1970, 1, 1), date(1858, 11, 17), date(1899, 12, 30)
_JULIAN_DAY = 1721425
"""The Julian day of the day before the first of the year 1."""


def _one_day(year: int, month: int, day: int) -> Iterator[Days]:
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


def _days_since(start: date, number: int) -> Iterator[Days]:
    try:
        yield (start + timedelta(days=number),) * 2
    except OverflowError:
        return


def _read_short_days(match: re.Match[str]) -> Iterator[Days]:
    """Read 2024618 and 2024111: month and day without their zeros, or week and weekday."""
    year, rest = _year(match), match["n"]
    for cut in range(1, len(rest)):
        yield from _one_day(year, int(rest[:cut]), int(rest[cut:]))
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
_GLUED = tuple(
    rf"(?<![0-9]){digits}(?![0-9])"
    for digits in (
        "[0-9]{1,3}(?P<day>20[0-9]{6}|1[0-9]{9}(?:[0-9]{3})?)",
        "(?P<day>20[0-9]{6})[0-9]{1,3}",
    )
)
_M_D = "(?P<m>0[1-9]|1[0-2])", "(?P<d>0[1-9]|[12][0-9]|3[01])"


def _table(
    name: str,
    read: Callable[[re.Match[str]], Iterable[Days]],
    *regexes: str,
    is_plain: bool = False,
    is_common: bool = False,
    is_instant: bool = False,
) -> Iterator[_Notation]:
    for regex in regexes:
        yield _Notation(name, regex, read, is_plain, is_common, is_instant)


_NOTATIONS = (
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
        lambda m: _one_day(_year(m), int(m["m"]), int(m["d"])),
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
        lambda m: _days_since(_UNIX, _number(m)),
        "(?P<n>[0-9]{5})",
        is_common=True,
    ),
    *_table(
        "minutes since 1970",
        lambda m: _days_since(_UNIX, _number(m) // 1440),
        "(?P<n>[0-9]{8})(?:-[a-z0-9]{5})?",
        is_common=True,
        is_instant=True,
    ),
    *_table(
        "seconds since 1970",
        lambda m: _days_since(_UNIX, int(m["n"], 16) // 86400),
        "(?:0[Xx])?(?P<n>[4-9A-Fa-f][0-9A-Fa-f]{7})",
        is_common=True,
        is_instant=True,
    ),
    *_table(
        "a Julian day",
        lambda m: _days_since(date.min, _number(m) - _JULIAN_DAY - 1),
        "(?:JDN?)?(?P<n>2[45][0-9]{5})",
        is_common=True,
    ),
    *_table(
        "a modified Julian day",
        lambda m: _days_since(_MODIFIED, _number(m)),
        "(?:MJD)?(?P<n>[56][0-9]{4})",
        is_common=True,
    ),
    *_table(
        "a day of a spreadsheet",
        lambda m: _days_since(_SPREADSHEET, _number(m)),
        "(?P<n>[34][0-9]{4})",
        is_common=True,
    ),
)
