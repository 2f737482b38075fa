"""Times of day that are separate from their day: `2024-06-18/host1_0300`.

The same digits also name worlds: `2024-06-18/shop_1001`. Names of one form are judged together,
with the closing lines of some dumps; what stays open becomes a question to the user.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from rewound.catalog.naming.loose_times import ClosingTime

_WITNESSES = 3
_ROUND_MINUTES = 15
"""Jobs run on the quarter hour; tenant numbers are seldom multiples of 15."""
_OFFSETS_ALIKE = timedelta(minutes=45)
"""How much the gaps between names and closing lines may differ: dumps vary in duration."""
_SOON = timedelta(minutes=15)
"""How soon after a lone time of day its dump must end: a tenant's number fits by chance in 1 %."""
_LONG_DUMP = timedelta(hours=5)
_HALF_DAY, _DAY = timedelta(hours=12), timedelta(days=1)
_DIGITS = re.compile(
    r"(?<![0-9A-Za-z])"
    r"(?P<H>[0-9]{2})(?:(?P<gap>[-_.:]?)(?P<M>[0-9]{2})(?:(?P=gap)(?P<S>[0-9]{2}))?)?"
    r"(?![0-9A-Za-z])(?![.][0-9])"
)


class ClockVerdict(Enum):
    """The meaning of the digits beside a day."""

    CLOCK = "clock"
    NUMBER = "number"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class LoneClock:
    """Digits in a name with a day, which may be the time of day."""

    start: int
    end: int
    text: str
    day: date
    groups: Mapping[str, str | None]
    """The groups H, M and S."""
    is_first: bool
    """It precedes the day, which a time of day hardly ever does."""
    is_adjacent: bool = False
    """It directly follows the day, where hardly anything else does."""
    is_alone: bool = False
    """The name has only digits, so these name the world."""

    @property
    def number(self) -> int:
        """The digits as a number."""
        return int(re.sub("[^0-9]", "", self.text))

    @property
    def clock(self) -> timedelta | None:
        """The time of day; None if the digits are not one."""
        hour, minute, second = (int(self.groups[letter] or 0) for letter in "HMS")
        if hour > 23 or minute > 59 or second > 59:
            return None
        return timedelta(hours=hour, minutes=minute, seconds=second)


def find_lone_clock(masked: str, day: date, day_end: int) -> LoneClock | None:
    """Return the digits that may be the time of day; None if there are none.

    `masked` is the stem with its times blanked; `day_end` is where the day's text ends.
    """
    folder_start = masked.rfind("/", 0, day_end) + 1
    found = [
        clock
        for match in _DIGITS.finditer(masked, folder_start)
        if (clock := _make_clock(masked, match, day, day_end)).clock is not None
        # 2024-06-18/202406 is the month again, and 10.0.0.12 an address.
        and clock.text != f"{day:%Y%m}"
        and not re.search(r"(?:^|[^0-9A-Za-z])[0-9]{1,3}[.]$", masked[: clock.start])
    ]
    after = [clock for clock in found if not clock.is_first]
    adjacent = next((clock for clock in after if clock.is_adjacent), None)
    # A world's name may end in digits too; the last digits are the likelier time of day.
    if adjacent is not None:
        return adjacent
    return next(reversed(after or found), None)


def _make_clock(masked: str, match: re.Match[str], day: date, day_end: int) -> LoneClock:
    rest = masked[: match.start()] + masked[match.end() :]
    return LoneClock(
        match.start(),
        match.end(),
        match[0],
        day,
        {letter: match[letter] for letter in "HMS"},
        is_first=match.start() < day_end,
        is_alone=re.search("[A-Za-z0-9]", rest) is None,
        is_adjacent=re.fullmatch("[-_. ]", masked[day_end : match.start()]) is not None,
    )


def judge_clocks(
    clocks: Mapping[str, LoneClock], closing_time: ClosingTime
) -> dict[str, ClockVerdict]:
    """Return what the digits of each stem mean, judged over all names of one form."""
    families: dict[str, list[str]] = defaultdict(list)
    for stem in clocks:
        families[re.sub("[0-9]+", "#", stem)].append(stem)
    verdicts: dict[str, ClockVerdict] = {}
    for stems in families.values():
        verdict = _judge([(stem, clocks[stem]) for stem in stems], closing_time)
        verdicts.update(dict.fromkeys(stems, verdict))
    return verdicts


def _judge(found: Sequence[tuple[str, LoneClock]], closing_time: ClosingTime) -> ClockVerdict:
    clocks = [clock for _, clock in found]
    if any(clock.clock is None for clock in clocks):
        return ClockVerdict.NUMBER
    first = clocks[0]
    if first.groups["M"] is None:
        # Two digits often number racks and shards: only closing lines can show that they are hours.
        is_varied = len({clock.number for clock in clocks}) > 1
        if (is_varied or first.is_adjacent) and _agree(found, closing_time) is ClockVerdict.CLOCK:
            return ClockVerdict.CLOCK
        return ClockVerdict.OPEN if first.is_adjacent else ClockVerdict.NUMBER
    if _are_counted(found):
        return ClockVerdict.NUMBER
    if _are_round(clocks) and not first.is_first:
        return ClockVerdict.OPEN if _are_denied(found, closing_time) else ClockVerdict.CLOCK
    verdict = _agree(found, closing_time)
    is_world = verdict is ClockVerdict.OPEN and first.is_first and first.is_alone
    return ClockVerdict.NUMBER if is_world else verdict


def _are_counted(found: Sequence[tuple[str, LoneClock]]) -> bool:
    """Tell whether the numbers of one day are consecutive, as those of shards are."""
    by_day: dict[tuple[str, date], set[int]] = defaultdict(set)
    for stem, clock in found:
        by_day[stem[: clock.start] + stem[clock.end :], clock.day].add(clock.number)
    most = max(by_day.values(), key=len)
    return len(most) > 1 and max(most) - min(most) < 2 * len(most)


def _are_round(clocks: Sequence[LoneClock]) -> bool:
    """Tell whether all of them are quarter hours, if there are several."""
    return len({clock.number for clock in clocks}) > 1 and all(
        int(clock.groups["M"] or 0) % _ROUND_MINUTES == 0 and int(clock.groups["S"] or 0) == 0
        for clock in clocks
    )


def _agree(found: Sequence[tuple[str, LoneClock]], closing_time: ClosingTime) -> ClockVerdict:
    """Tell from some closing lines whether all dumps ended equally long after these times."""
    offsets = [offset for offset, _ in _ask_offsets(found, closing_time)]
    if not offsets:
        return ClockVerdict.OPEN
    if len(offsets) == 1:
        is_soon = timedelta() <= _distance(offsets[0], timedelta()) <= _SOON
        if found[0][1].is_first:
            return ClockVerdict.OPEN if is_soon else ClockVerdict.NUMBER
        return ClockVerdict.CLOCK if is_soon else ClockVerdict.OPEN
    is_alike = all(abs(_distance(each, offsets[0])) <= _OFFSETS_ALIKE for each in offsets)
    return ClockVerdict.CLOCK if is_alike else ClockVerdict.NUMBER


def _are_denied(found: Sequence[tuple[str, LoneClock]], closing_time: ClosingTime) -> bool:
    """Tell from some closing lines that the digits are not times of day, but ports for example."""
    asked = _ask_offsets(found, closing_time)
    if len({offset + clock for offset, clock in asked}) < 2:
        # Copies of one dump, for example: their closing lines say nothing about their names.
        return False
    offsets = [offset for offset, _ in asked]
    if any(abs(_distance(each, offsets[0])) > _LONG_DUMP for each in offsets):
        return True
    clocks = [clock for _, clock in asked]
    closings = [offset + clock for offset, clock in asked]
    return len(asked) > 1 and max(closings) - min(closings) <= _SOON < _OFFSETS_ALIKE < max(
        clocks
    ) - min(clocks)


def _ask_offsets(
    found: Sequence[tuple[str, LoneClock]], closing_time: ClosingTime
) -> list[tuple[timedelta, timedelta]]:
    """Return how long after these times of day some dumps ended, and the times of day."""
    offsets: list[tuple[timedelta, timedelta]] = []
    by_number = {clock.number: (stem, clock) for stem, clock in found}
    for stem, clock in list(by_number.values())[: 2 * _WITNESSES]:
        closed_at = closing_time(stem)
        if closed_at is not None and clock.clock is not None:
            offsets.append((_time_of_day(closed_at) - clock.clock, clock.clock))
        if len(offsets) == _WITNESSES:
            break
    return offsets


def _time_of_day(moment: datetime) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)


def _distance(one: timedelta, other: timedelta) -> timedelta:
    """Return the shortest way between two times of day."""
    return (one - other + _HALF_DAY) % _DAY - _HALF_DAY
