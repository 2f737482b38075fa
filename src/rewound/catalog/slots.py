"""What a part of a world's name may be besides a name: a weekday, a release, a slot of a rotation.

Each kind of part has a judge, which looks at all worlds that differ only in that part. A calendar
word that fits the closing lines is certain. What merely sounds like a moment becomes a question if
the dumps are not from one run; what names worlds just as often, such as a letter, only if they can
hardly be from one run. Pure.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from rewound.catalog.dump import Dump
from rewound.catalog.naming.calendar import WEEKDAY_NAMES, find_month, find_weekday
from rewound.catalog.numbered_slots import (
    HALF_DAY,
    Judge,
    Slot,
    fits_day,
    judge_clocks,
    judge_four_digits,
    judge_numbers,
    number_of,
)
from rewound.catalog.runs import are_daily, are_of_one_run, are_of_runs
from rewound.catalog.slot_kinds import CLOCK, read_day_and_month

_ENGLISH = WEEKDAY_NAMES | {name[:3] for name in WEEKDAY_NAMES} | {"tues", "thur", "thurs"}
_AFTER_QUARTER = timedelta(days=5)
"""A job names a dump after the quarter that has just ended; worlds q1 and q2 are of one night."""


def _judge_days_of_months(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    fits = all(
        read_day_and_month(slot.text)
        in {(at.month, at.day) for at in (slot.closed_at, slot.closed_at - HALF_DAY)}
        for slot in slots
    )
    return ("days of the year", True) if fits else None


def _ask(what: str, *, judge: Judge | None = None) -> Judge:
    """Return a judge for what sounds like a moment: it asks unless the dumps are from one run."""

    def ask(slots: Sequence[Slot]) -> tuple[str, bool] | None:
        if judge is not None and (verdict := judge(slots)) is not None:
            return verdict
        is_one_run = are_of_one_run(slot.closed_at for slot in slots)
        return (what, False) if _are_single(slots) and not is_one_run else None

    return ask


def _ask_of_runs(what: str) -> Judge:
    """Return a judge for what names worlds as often: it asks if the dumps are from several runs."""

    def ask(slots: Sequence[Slot]) -> tuple[str, bool] | None:
        is_of_runs = are_of_runs(slot.closed_at for slot in slots)
        is_asked = is_of_runs and _are_single(slots) and _have_more(slots)
        return (what, False) if is_asked else None

    return ask


def _judge_counted(what: str) -> Judge:
    """Return a judge for what names worlds more often: two are asked for if they are days apart.

    At one time of day, that is. Three are asked for if they can hardly be from one run.
    """

    def ask(slots: Sequence[Slot]) -> tuple[str, bool] | None:
        may_be_counted = are_of_runs if len(slots) > 2 else are_daily
        is_counted = may_be_counted(slot.closed_at for slot in slots)
        return (what, False) if is_counted and _are_single(slots) and _have_more(slots) else None

    return ask


def judge_beside_name(kind: str, whole: Dump, slots: Sequence[Slot]) -> tuple[str, bool] | None:
    """Judge slots beside the world without one: `host1`, `host1-v2`; `host1`, `host1A`.

    As with numbers, one is asked for if it is days apart, at one time of day; several if they can
    hardly be from one run.
    """
    if kind not in _BESIDE_NAMES or len({slot.text.lower() for slot in slots}) < len(slots):
        return None
    may_be_counted = are_of_runs if len(slots) > 1 else are_daily
    is_counted = may_be_counted([whole.taken_at, *(slot.closed_at for slot in slots)])
    return ("slots of a rotation", False) if is_counted else None


def _have_more(slots: Sequence[Slot]) -> bool:
    """Tell whether the worlds' names have words besides the slots: a and b alone may be worlds."""
    return all(re.search("[A-Za-z]", slot.dump.world.replace(slot.text, "", 1)) for slot in slots)


def _are_single(slots: Sequence[Slot]) -> bool:
    """Tell whether there are several worlds, and each has one dump."""
    return 1 < len({slot.text.lower() for slot in slots}) == len(slots)


def _judge_weekdays(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    fits = all(
        (slot.closed_at.weekday() - (find_weekday(slot.text) or 0)) % 7 <= 1 for slot in slots
    )
    days = {find_weekday(slot.text) for slot in slots}
    is_english = all(slot.text.lower() in _ENGLISH for slot in slots)
    if len(days) > 1 and (fits or is_english):
        return "weekdays", True
    # A host may be called sun, or mon-1001.
    has_more = all(
        re.search("[A-Za-z]", slot.dump.world.replace(slot.text, "", 1)) for slot in slots
    )
    return ("a weekday", False) if fits and has_more else None


def _judge_months(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    months = {find_month(slot.text) for slot in slots}
    fits = all(
        ((slot.closed_at - timedelta(hours=12)).month == find_month(slot.text))
        or slot.closed_at.month == find_month(slot.text)
        for slot in slots
    )
    return ("months", True) if fits and len(months) > 1 else None


def _judge_units(fits: Callable[[datetime, int], bool], what: str, *, fewest: int = 2) -> Judge:
    """Return the function that judges numbers after a unit: `w25`, `day3`."""

    def judge(slots: Sequence[Slot]) -> tuple[str, bool] | None:
        if len({number_of(slot) for slot in slots}) < fewest:
            return None
        is_fitting = all(fits(slot.closed_at, number_of(slot)) for slot in slots)
        return (what, True) if is_fitting else None

    return judge


def _judge_quarters(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    by_number = {number_of(slot): slot.closed_at for slot in slots}
    times = sorted(by_number.values())
    is_apart = all(later - earlier > _AFTER_QUARTER for earlier, later in pairwise(times))
    fits = all(
        any((at.month + 2) // 3 == number for at in (closed_at, closed_at - _AFTER_QUARTER))
        for number, closed_at in by_number.items()
    )
    return ("quarters", True) if len(times) > 1 and is_apart and fits else None


def _judge_times_of_day(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    is_one = len({slot.text.lower() for slot in slots}) < 2
    return None if is_one or not all(map(_is_time_of_day, slots)) else ("times of day", True)


def _is_time_of_day(slot: Slot) -> bool:
    match = CLOCK.fullmatch(slot.text)
    if match is None:
        return False
    hour, half = int(match["H"]), match["half"].lower()
    if half in ("am", "pm"):
        hour = hour % 12 + (12 if half == "pm" else 0)
    written = timedelta(hours=hour, minutes=int(match["M"] or 0))
    ended = timedelta(hours=slot.closed_at.hour, minutes=slot.closed_at.minute)
    return timedelta() <= ended - written < timedelta(hours=1)


def _is_week(closed_at: datetime, week: int) -> bool:
    return week in (closed_at.isocalendar().week, (closed_at.day - 1) // 7 + 1)


def _is_month(closed_at: datetime, month: int) -> bool:
    return month in (closed_at.month, (closed_at - _AFTER_QUARTER).month)


def _is_year(closed_at: datetime, year: int) -> bool:
    return year % 100 in (closed_at.year % 100, (closed_at - HALF_DAY).year % 100)


def _ask_where(fits: Callable[[datetime, int], bool], what: str) -> Judge:
    """Return a judge for numbers after a single letter: it asks if the closing lines fit."""
    judge = _judge_units(fits, what)

    def ask(slots: Sequence[Slot]) -> tuple[str, bool] | None:
        is_one_run = are_of_one_run(slot.closed_at for slot in slots)
        return (what, False) if judge(slots) is not None and not is_one_run else None

    return ask


def _or_daily(judge: Judge) -> Judge:
    """Return a judge that also asks for two dumps a day apart, for parts that may name worlds."""

    def ask(slots: Sequence[Slot]) -> tuple[str, bool] | None:
        if (verdict := judge(slots)) is not None:
            return verdict
        is_daily = _are_single(slots) and are_daily(slot.closed_at for slot in slots)
        return ("slots of a rotation", False) if is_daily and _have_more(slots) else None

    return ask


_WEEKS = _judge_units(_is_week, "weeks")
_ONE_WEEK = _judge_units(_is_week, "weeks", fewest=1)
_HOURS = _judge_units(lambda closed_at, hour: closed_at.hour - hour in (0, 1), "hours")
_DAYS = _judge_units(
    lambda closed_at, day: fits_day(closed_at, day) or day == closed_at.isoweekday(), "days"
)
ASKED: Mapping[str, Judge] = {
    "word of time": _ask("words of time"),
    "slot": _ask("slots of a rotation"),
    "release": _ask("releases"),
    "weekday and number": _ask("weekdays"),
    "ordinal": _ask("days"),
    "half of a year": _ask("halves of a year"),
    "letter": _ask_of_runs("letters of a rotation"),
    "token": _ask_of_runs("hashes or numbers of a build"),
    "token or letters": _ask_of_runs("hashes or numbers of a build"),
    "period": _ask_of_runs("seasons or other periods"),
    "short release": _ask_of_runs("releases"),
    **{f"number after {unit}": _ask("weeks") for unit in ("wk", "kw", "cw", "week")},
    "number after day": _ask("days"),
    **{f"number after {unit}": _ask("hours") for unit in ("hour", "hr")},
    **{f"number after {unit}": _ask("months") for unit in ("month", "mon")},
    **{f"number after {unit}": _ask("years") for unit in ("fy", "year", "yr")},
    "number after quarter": _ask("quarters"),
}
"""The judges of parts that raise a question by their sound, also beside a time in the name."""
_BESIDE_NAMES = frozenset(ASKED) | {"letter and number", "letter after a number"}
JUDGES: Mapping[str, Judge] = {
    **ASKED,
    "number after q": _or_daily(_judge_quarters),
    "number after quarter": _ask("quarters", judge=_judge_quarters),
    "weekday": _judge_weekdays,
    "month": _or_daily(_judge_months),
    "number": judge_numbers,
    "letter and number": _judge_counted("numbers of a rotation"),
    "letter after a number": _judge_counted("letters of a rotation"),
    "four digits": _or_daily(judge_four_digits),
    "day and month": _judge_days_of_months,
    "month and year": _ask("months", judge=_judge_days_of_months),
    "number before h": _HOURS,
    "time of day": _judge_times_of_day,
    "number after w": _or_daily(_WEEKS),
    # Nobody names a world week25, and dumps it in that very week.
    **{
        f"number after {unit}": _ask("weeks", judge=_ONE_WEEK)
        for unit in ("wk", "kw", "cw", "week")
    },
    "number after h": _or_daily(_HOURS),
    "hour and minute": judge_clocks,
    **{f"number after {unit}": _ask("hours", judge=_HOURS) for unit in ("hour", "hr")},
    "number after d": _or_daily(_DAYS),
    "number after day": _ask("days", judge=_DAYS),
    "number after month": _ask("months", judge=_judge_units(_is_month, "months")),
    "number after m": _ask_where(_is_month, "months"),
    "number after y": _ask_where(_is_year, "years"),
}
"""The judges of all kinds, for dumps whose closing lines tell the time."""
