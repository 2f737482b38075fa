"""Numbers in the names of worlds that may count the slots of a rotation, or be days or hours. Pure.

Numbers name worlds more often than anything else: they count as worlds unless the closing lines fit
them. If these fit, the user is asked, because worlds may be dumped in turn, the third at three
o'clock.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from rewound.catalog.dump import Dump
from rewound.catalog.runs import SAME_RUN, are_daily, are_hourly, fall_by_runs

HALF_DAY = timedelta(hours=12)
"""How much older each file of logrotate is than the one before it, at least; a dump that ends
before noon may be named after the day before.
"""


_SAME_MINUTE = timedelta(minutes=5)
"""How much dumps of one world differ, at most, that start at the same minute of an hour."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The part of a world's name in which it differs from others."""

    text: str
    before: str
    """The text directly before it."""
    dump: Dump

    @property
    def closed_at(self) -> datetime:
        """When the dump ended."""
        return self.dump.taken_at


Judge = Callable[[Sequence[Slot]], tuple[str, bool] | None]
"""Returns what the slots are, for messages, and whether that is certain; None for worlds."""


def number_of(slot: Slot) -> int:
    """Return the digits of a slot as a number."""
    return int(re.sub("[^0-9]", "", slot.text))


def judge_numbers(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    """Judge numbers between separators; a number of four digits is judged by `judge_four_digits`.

    Two files that are days apart, at the same hour, suggest moments; so do three that are hours
    apart to the minute. Shards that are dumped one after the other are neither.
    """
    by_number = {number_of(slot): slot for slot in slots}
    if len(by_number) < 2 or len(by_number) < len(slots):
        return None
    in_order = [by_number[number].closed_at for number in sorted(by_number)]
    if all(later <= earlier - HALF_DAY for earlier, later in pairwise(in_order)):
        # host1.1 is newer than host1.2; other separators also precede numbers of worlds.
        is_logrotate = all(slot.before == "." for slot in slots)
        if is_logrotate or len(by_number) > 2:
            return "numbers of a rotation", is_logrotate
    if fall_by_runs(in_order) and all(slot.before == "." for slot in slots):
        return "numbers of a rotation", False
    for what, fewest, fits in _NUMBERS:
        if len(by_number) >= fewest and all(
            fits(slot.closed_at, number) for number, slot in by_number.items()
        ):
            return what, False
    if _are_hours(by_number):
        return "hours", False
    is_counted = are_hourly(in_order) if len(by_number) > 2 else are_daily(in_order)
    has_more = all(re.search("[A-Za-z]", slot.dump.world) for slot in slots)
    return ("numbers of a rotation", False) if is_counted and has_more else None


def judge_beside_whole(whole: Dump, slots: Sequence[Slot]) -> tuple[str, bool] | None:
    """Judge numbers beside the world without one: `host1`, `host1.1`, `host1.2`."""
    by_number = {number_of(slot): slot for slot in slots}
    in_order = [whole.taken_at, *(by_number[number].closed_at for number in sorted(by_number))]
    is_older = all(later <= earlier - HALF_DAY for earlier, later in pairwise(in_order))
    if len(by_number) < len(slots) or not (is_older or fall_by_runs(in_order)):
        return None
    return "numbers of a rotation", is_older and all(slot.before == "." for slot in slots)


def judge_clocks(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    """Judge hours and minutes with a separator: `3-15`, `15-45`."""
    is_one = len({slot.text for slot in slots}) < 2
    return None if is_one else _judge_times_of_day(slots)


def judge_four_digits(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    """Judge numbers of four digits: months and days, years, hours and minutes."""
    if len({slot.text for slot in slots}) < 2:
        return None
    if all(_is_month_and_day(slot.closed_at, number_of(slot)) for slot in slots):
        return "months and days", False
    if all(_is_year(slot.closed_at, number_of(slot)) for slot in slots):
        return "years", False
    return _judge_times_of_day(slots)


def _is_year(closed_at: datetime, year: int) -> bool:
    return year in (closed_at.year, (closed_at - HALF_DAY).year)


def _is_month_and_day(closed_at: datetime, number: int) -> bool:
    return any(
        number in (at.month * 100 + at.day, at.day * 100 + at.month)
        for at in (closed_at, closed_at - HALF_DAY)
    )


def _judge_times_of_day(slots: Sequence[Slot]) -> tuple[str, bool] | None:
    fits = all(_is_time_of_day(slot.closed_at, number_of(slot)) for slot in slots)
    return ("times of day", False) if fits else None


def _are_hours(by_number: dict[int, Slot]) -> bool:
    if max(by_number) > 23:
        return False
    hour = timedelta(hours=1)
    offsets = [
        (timedelta(hours=slot.closed_at.hour, minutes=slot.closed_at.minute) - number * hour)
        % (24 * hour)
        for number, slot in by_number.items()
    ]
    spread = max(offsets) - min(offsets)
    # In another time zone the distances may match by chance; then they must be exact.
    return spread <= SAME_RUN and (
        max(offsets) < hour or (len(by_number) > 2 and spread <= _SAME_MINUTE)
    )


def fits_day(closed_at: datetime, day: int) -> bool:
    """Tell whether a dump that ended then may be named after this day of the month."""
    return day in (closed_at.day, (closed_at - timedelta(hours=12)).day)


def _is_time_of_day(closed_at: datetime, number: int) -> bool:
    start = timedelta(hours=number // 100, minutes=number % 100)
    ended = timedelta(hours=closed_at.hour, minutes=closed_at.minute)
    return number % 100 < 60 and timedelta() <= ended - start <= SAME_RUN


_NUMBERS: tuple[tuple[str, int, Callable[[datetime, int], bool]], ...] = (
    ("days of the month", 2, fits_day),
    ("days of the year", 2, lambda closed_at, day: day == closed_at.timetuple().tm_yday),
    ("weeks", 2, lambda closed_at, week: week == closed_at.isocalendar().week),
    ("weekdays", 3, lambda at, day: day in (at.isoweekday(), at.isoweekday() % 7)),
)
"""What a number may be, how many files that takes, and when it fits a closing line.

Two numbers fit days or weeks by chance in one of several hundred cases; weekdays in one of ten.
"""
