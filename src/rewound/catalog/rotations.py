"""Files that a job overwrites in turn: `db_Mon`, `db_Tue`; `host1.1`, `host1.2`; `db_03`, `db_15`.

Their names contain a slot, not a world, and their closing lines have the time. A slot that is a
calendar word is removed from the world's name. A number is a slot only where logrotate writes it
and the times decrease as it increases. Elsewhere numbers name worlds; if they match the closing
lines nevertheless, the user is asked: worlds may be dumped in turn, the third at three o'clock.
Pure.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from rewound.catalog.dump import Dump
from rewound.catalog.naming.calendar import WEEKDAY_NAMES, find_month, find_weekday
from rewound.catalog.naming.names import strip_markers

_SEPARATED = re.compile(r"[-_. ]+|[^-_. ]+")
_UNIT_NUMBER = re.compile(r"(?i:(w|kw|cw|week|day|d|hour|h|month|m|q)?)([0-9]{1,4})")
_SLOT = re.compile("(?i:slot|gen|generation|bak|rot|rotation|snap|snapshot|cycle|tape)[0-9]{1,4}")
_NUMBER_UNIT = re.compile(r"(?i:([0-9]{1,2})(?:h|hr|hrs|uhr))")
_DAY_AND_MONTH = re.compile(r"([0-3]?[0-9])([^\W\d_]{3,})|([^\W\d_]{3,})([0-3]?[0-9])")
_MOMENT_WORDS = frozenset(
    {"before", "after", "pre", "post", "previous", "old", "new", "latest", "last", "current"}
    | {"yesterday", "today", "morning", "noon", "evening", "night", "midnight", "even", "odd"}
    | {"bak", "backup", "orig", "am", "pm"}
)
_ENGLISH = WEEKDAY_NAMES | {name[:3] for name in WEEKDAY_NAMES} | {"tues", "thur", "thurs"}
_TURN = timedelta(hours=12)
"""How much older each file of logrotate is than the one before it, at least."""
_AFTER_QUARTER = timedelta(days=5)
"""A job names a dump after the quarter that has just ended; worlds q1 and q2 are of one night."""
_SAME_MINUTE = timedelta(minutes=15)
"""How soon after the hour hourly jobs end; dumps made one after the other do not."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Files of one world that were mistaken for several worlds."""

    world: str
    """The name without the slot; "" if there is nothing else."""
    dumps: tuple[Dump, ...]
    is_certain: bool
    """Whether the slot cannot be anything else."""
    slot: str
    """What the slot is, as shown to the user: `weekdays`, `hours`."""
    is_folder: bool = False
    """Whether the slot is a folder, and the world's name is right as it is."""


@dataclass(frozen=True, slots=True)
class _Slot:
    text: str
    before: str
    """The text directly before it."""
    dump: Dump

    @property
    def closed_at(self) -> datetime:
        return self.dump.taken_at


def find_rotations(dumps: Iterable[tuple[Dump, tuple[str, ...]]]) -> list[Rotation]:
    """Return the rotations among dumps whose times are those of their closing lines.

    Each dump comes with its origin: files in different folders are not one rotation, unless the
    folders are its slots.
    """
    families: dict[tuple[tuple[str, ...], str | None, tuple[str, ...]], list[_Slot]]
    families = defaultdict(list)
    for dump, origin in dumps:
        for place, folder in enumerate(origin):
            if (kind := _kind(folder)) in ("weekday", "month"):
                rest = (*origin[:place], "", *origin[place + 1 :])
                families[rest, kind, (dump.world,)].append(_Slot(folder, "/", dump))
        parts = _SEPARATED.findall(dump.world)
        for place, part in enumerate(parts):
            rest = (*parts[:place], "", *parts[place + 1 :])
            before = parts[place - 1] if place else ""
            families[origin, _kind(part), rest].append(_Slot(part, before, dump))
    rotations: list[Rotation] = []
    taken: set[Path] = set()
    for (_, kind, rest), slots in families.items():
        judge = _JUDGES.get(kind or "")
        if judge is None or any(slot.dump.path in taken for slot in slots):
            continue
        outcome = judge(slots)
        if outcome is None:
            continue
        what, is_certain = outcome
        taken |= {slot.dump.path for slot in slots}
        in_folder = "" not in rest
        world = rest[0] if in_folder else strip_markers(_join(rest))
        dumps_of = tuple(slot.dump for slot in slots)
        rotations.append(Rotation(world, dumps_of, is_certain, what, in_folder))
    return rotations + _find_lone_weekdays(rotations, families, taken)


def _find_lone_weekdays(
    rotations: Sequence[Rotation],
    families: Mapping[tuple[tuple[str, ...], str | None, tuple[str, ...]], Sequence[_Slot]],
    taken: set[Path],
) -> list[Rotation]:
    """Return files named by one weekday, where other folders have several of them."""
    if not any(each.slot == "weekdays" and each.world == "" for each in rotations):
        return []
    return [
        Rotation("", tuple(slot.dump for slot in slots), is_certain=True, slot="weekdays")
        for (_, kind, rest), slots in families.items()
        if kind == "weekday" and rest == ("",) and not taken & {slot.dump.path for slot in slots}
    ]


def _join(rest: tuple[str, ...]) -> str:
    """Join the parts again, with one separator if the slot was between two."""
    parts = list(rest)
    place = parts.index("")
    if 0 < place < len(parts) - 1:
        del parts[place : place + 2]
    return "".join(parts)


def _kind(part: str) -> str | None:
    if find_weekday(part) is not None:
        return "weekday"
    if find_month(part) is not None:
        return "month"
    if _SLOT.fullmatch(part):
        return "slot"
    if part.lower() in _MOMENT_WORDS:
        return "word of time"
    if _read_day_and_month(part) is not None:
        return "day and month"
    if _NUMBER_UNIT.fullmatch(part):
        return "number before h"
    match = _UNIT_NUMBER.fullmatch(part)
    if match is None:
        return None
    if len(part) == 4 and not match[1]:
        return "four digits"
    return f"number after {match[1].lower()}" if match[1] else "number"


def _read_day_and_month(part: str) -> tuple[int, int] | None:
    """Return (month, day) of a part such as `17Jun` or `jun17`."""
    match = _DAY_AND_MONTH.fullmatch(part)
    if match is None:
        return None
    month = find_month(match[2] or match[3])
    return None if month is None else (month, int(match[1] or match[4]))


def _judge_days_of_months(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
    fits = all(
        _read_day_and_month(slot.text)
        in {(at.month, at.day) for at in (slot.closed_at, slot.closed_at - _TURN)}
        for slot in slots
    )
    return ("days of the year", True) if fits else None


def _judge_words(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
    """Ask about words of time: `host1_before` and `host1_after` may be two moments of one world."""
    return ("words of time", False) if _are_of_several_runs(slots) else None


def _judge_slots(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
    return ("slots of a rotation", False) if _are_of_several_runs(slots) else None


def _are_of_several_runs(slots: Sequence[_Slot]) -> bool:
    words = {slot.text.lower() for slot in slots}
    times = sorted(slot.closed_at for slot in slots)
    is_apart = all(later - earlier > _SAME_MINUTE for earlier, later in pairwise(times))
    return len(words) > 1 and is_apart


def _judge_weekdays(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
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


def _judge_months(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
    months = {find_month(slot.text) for slot in slots}
    fits = all(
        ((slot.closed_at - timedelta(hours=12)).month == find_month(slot.text))
        or slot.closed_at.month == find_month(slot.text)
        for slot in slots
    )
    return ("months", True) if fits and len(months) > 1 else None


def _judge_units(fits: Callable[[datetime, int], bool], what: str, *, fewest: int = 2) -> "_Judge":
    """Return the function that judges numbers after a unit: `w25`, `day3`."""

    def judge(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
        if len({_number(slot) for slot in slots}) < fewest:
            return None
        is_fitting = all(fits(slot.closed_at, _number(slot)) for slot in slots)
        return (what, True) if is_fitting else None

    return judge


def _judge_numbers(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
    by_number = {_number(slot): slot for slot in slots}
    if len(by_number) < 2 or len(by_number) < len(slots):
        return None
    in_order = [by_number[number].closed_at for number in sorted(by_number)]
    if all(later <= earlier - _TURN for earlier, later in pairwise(in_order)):
        # host1.1 is newer than host1.2; other separators also precede numbers of worlds.
        is_logrotate = all(slot.before == "." for slot in slots)
        if is_logrotate or len(by_number) > 2:
            return "numbers of a rotation", is_logrotate
    for what, fewest, fits in _NUMBERS:
        if len(by_number) >= fewest and all(
            fits(slot.closed_at, number) for number, slot in by_number.items()
        ):
            return what, False
    return ("hours", False) if _are_hours(by_number) else None


def _judge_four_digits(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
    if len({slot.text for slot in slots}) < 2:
        return None
    if all(_is_month_and_day(slot.closed_at, _number(slot)) for slot in slots):
        return "months and days", False
    if all(_is_year(slot.closed_at, _number(slot)) for slot in slots):
        return "years", False
    return _judge_times_of_day(slots)


def _is_year(closed_at: datetime, year: int) -> bool:
    return year in (closed_at.year, (closed_at - _TURN).year)


def _judge_quarters(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
    by_number = {_number(slot): slot.closed_at for slot in slots}
    times = sorted(by_number.values())
    is_apart = all(later - earlier > _AFTER_QUARTER for earlier, later in pairwise(times))
    fits = all(
        any((at.month + 2) // 3 == number for at in (closed_at, closed_at - _AFTER_QUARTER))
        for number, closed_at in by_number.items()
    )
    return ("quarters", True) if len(times) > 1 and is_apart and fits else None


def _is_month_and_day(closed_at: datetime, number: int) -> bool:
    return any(
        number in (at.month * 100 + at.day, at.day * 100 + at.month)
        for at in (closed_at, closed_at - _TURN)
    )


def _judge_times_of_day(slots: Sequence[_Slot]) -> tuple[str, bool] | None:
    fits = all(_is_time_of_day(slot.closed_at, _number(slot)) for slot in slots)
    return ("times of day", False) if fits else None


def _are_hours(by_number: dict[int, _Slot]) -> bool:
    if max(by_number) > 23:
        return False
    hour = timedelta(hours=1)
    offsets = [
        (timedelta(hours=slot.closed_at.hour, minutes=slot.closed_at.minute) - number * hour)
        % (24 * hour)
        for number, slot in by_number.items()
    ]
    is_one = max(offsets) - min(offsets) <= _SAME_MINUTE
    # With two numbers the distance may match by chance; then they must be the exact hours.
    return is_one and (len(by_number) > 2 or max(offsets) < hour)


def _is_day(closed_at: datetime, day: int) -> bool:
    return day in (closed_at.day, (closed_at - timedelta(hours=12)).day)


def _is_time_of_day(closed_at: datetime, number: int) -> bool:
    start = timedelta(hours=number // 100, minutes=number % 100)
    ended = timedelta(hours=closed_at.hour, minutes=closed_at.minute)
    return number % 100 < 60 and timedelta() <= ended - start <= _SAME_MINUTE


def _number(slot: _Slot) -> int:
    return int(re.sub("[^0-9]", "", slot.text))


def _is_week(closed_at: datetime, week: int) -> bool:
    return week in (closed_at.isocalendar().week, (closed_at.day - 1) // 7 + 1)


_Judge = Callable[[Sequence[_Slot]], tuple[str, bool] | None]
_NUMBERS: tuple[tuple[str, int, Callable[[datetime, int], bool]], ...] = (
    ("days of the month", 2, _is_day),
    ("days of the year", 2, lambda closed_at, day: day == closed_at.timetuple().tm_yday),
    ("weeks", 2, lambda closed_at, week: week == closed_at.isocalendar().week),
    ("hours", 2, lambda closed_at, hour: hour == closed_at.hour),
    ("weekdays", 3, lambda at, day: day in (at.isoweekday(), at.isoweekday() % 7)),
)
"""What a number may be, how many files that takes, and when it fits a closing line.

Two numbers fit days or weeks by chance in one of several hundred cases; weekdays in one of ten.
"""
_WEEKS = _judge_units(_is_week, "weeks")
_ONE_WEEK = _judge_units(_is_week, "weeks", fewest=1)
_HOURS = _judge_units(lambda closed_at, hour: closed_at.hour - hour in (0, 1), "hours")
_DAYS = _judge_units(
    lambda closed_at, day: _is_day(closed_at, day) or day == closed_at.isoweekday(), "days"
)
_JUDGES: dict[str, _Judge] = {
    "number after q": _judge_quarters,
    "weekday": _judge_weekdays,
    "month": _judge_months,
    "number": _judge_numbers,
    "four digits": _judge_four_digits,
    "word of time": _judge_words,
    "slot": _judge_slots,
    "day and month": _judge_days_of_months,
    "number before h": _HOURS,
    **{f"number after {unit}": _WEEKS for unit in ("w", "cw")},
    # Nobody names a world week25, and dumps it in that very week.
    **{f"number after {unit}": _ONE_WEEK for unit in ("kw", "week")},
    **{f"number after {unit}": _HOURS for unit in ("h", "hour")},
    **{f"number after {unit}": _DAYS for unit in ("d", "day")},
}
