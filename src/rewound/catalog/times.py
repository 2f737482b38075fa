"""Times as people write them in the names of dumps.

One table lists every shape that is recognised. A shape must be unmistakable: 18-06-2024 is
not in the table because 05-06-2024 may be May or June. Digits that are no valid date are
no time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def _any_of(names: tuple[str, ...], *, length: int | None = None) -> str:
    return "(?i:" + "|".join(name[:length] for name in names) + ")"


DIRECTIVES = {
    "Y": "20[0-9]{2}",
    "y": "[0-9]{2}",
    "m": "(?:0[1-9]|1[0-2])",
    "d": "(?:0[1-9]|[12][0-9]|3[01])",
    "H": "(?:[01][0-9]|2[0-3])",
    "I": "(?:0[1-9]|1[0-2])",
    "M": "[0-5][0-9]",
    "S": "[0-5][0-9]",
    "j": "[0-3][0-9]{2}",
    "b": _any_of(_MONTHS, length=3),
    "B": _any_of(_MONTHS),
    "a": _any_of(_WEEKDAYS, length=3),
    "A": _any_of(_WEEKDAYS),
    "p": "(?i:AM|PM)",
    "z": "(?:Z|[+-](?:0[0-9]|1[0-4]):?(?:00|15|30|45))",
    "s": "1[0-9]{9}",
}
"""The regular expression of each directive of strptime, and of %s, seconds since 1970.

%s covers 2001 to 2033: ten digits that begin with a 2 are 2024061821, a date and an hour.
"""

_SHAPE_SEPARATORS = {"-": "[-_.]", "T": "(?:[-_. ]{1,2}|T)", ":": "[-_.:]"}


@dataclass(frozen=True, slots=True)
class TimeShape:
    """One way to write a time."""

    format: str
    """As for strftime; `-`, `T` and `:` stand for any usual separator in their place."""
    example: str
    """A time in this shape: 2024-06-18 21:15:08, as far as the shape tells it."""

    @property
    def has_clock(self) -> bool:
        """Whether the shape tells the time of day."""
        return "%H" in self.format or "%s" in self.format


TIME_SHAPES = (
    TimeShape("%Y-%m-%dT%H:%M:%S", "2024-06-18T21-15-08"),
    TimeShape("%Y-%m-%dT%H%M%S", "2024-06-18_211508"),
    TimeShape("%Y-%m-%dT%Hh%Mm%Ss", "2024-06-18_21h15m08s"),
    TimeShape("%Y-%m-%dT%Hh%Mm", "2024-06-18_21h15m"),
    TimeShape("%Y-%m-%dT%H:%M", "2024.06.18-21.15"),
    TimeShape("%Y-%m-%dT%H%M", "2024-06-18_2115"),
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
    TimeShape("%Y-%m-%d", "2024_06_18"),
    TimeShape("%Y/%m/%d", "2024/06/18"),
    TimeShape("%Y%m%d", "20240618"),
)
"""Every recognised shape. Where several fit at one place, the first wins: longest first.

A shape with a time of day, seconds since 1970 excepted, may end in `Z`, `UTC` or an offset
such as `+0200`.
"""


def _shape_regex(shape: TimeShape) -> str:
    return "".join(
        DIRECTIVES[part[1]] if part[0] == "%" else _SHAPE_SEPARATORS.get(part, part)
        for part in re.findall(r"%.|.", shape.format)
    )


def _time_regex() -> str:
    clocked: list[str] = []
    days: list[str] = []
    for shape in TIME_SHAPES:
        if shape.format != "%s":
            (clocked if shape.has_clock else days).append(_shape_regex(shape))
    zone = f"{DIRECTIVES['z']}(?![A-Za-z0-9])|[-_. ]?(?:UTC|GMT)(?![A-Za-z0-9])"
    return (
        "(?<![0-9])(?:"
        f"(?P<clocked>{'|'.join(f'{c}(?![0-9])' for c in clocked)})(?P<zone>{zone})?"
        f"|(?P<epoch>{DIRECTIVES['s']})"
        f"|(?P<day>{'|'.join(days)})"
        ")(?![0-9])"
    )


TIME_REGEX = _time_regex()
"""Finds a time of any shape in a text; `read_match` reads what it finds."""
_TIME = re.compile(TIME_REGEX)


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """A time found in a text."""

    start: int
    """Where in the text the time begins."""
    end: int
    """Where the text goes on behind the time."""
    taken_at: datetime
    """The time in UTC; the start of the day where only a day is written."""
    day: date
    """The day as written, whatever the zone."""
    has_clock: bool
    """Whether a time of day is written too."""


def iter_times(text: str, timezone: tzinfo) -> Iterator[WrittenTime]:
    """Yield all times in the text from left to right, read in `timezone` if they name none."""
    position = 0
    while (match := _TIME.search(text, position)) is not None:
        try:
            yield read_match(match, timezone)
            position = match.end()
        except ValueError:
            position = match.start() + 1


def read_match(match: re.Match[str], timezone: tzinfo) -> WrittenTime:
    """Read a match of `TIME_REGEX`.

    Raises:
        ValueError: the digits are no valid date, such as the 30th of February.
    """
    if match["epoch"]:
        written = datetime.fromtimestamp(int(match["epoch"]), UTC)
    else:
        digits = re.sub(r"\D", "", match["clocked"] or match["day"])
        # %Y stands for four digits, each other directive for two: cut where the digits end.
        known_format = "%Y%m%d%H%M%S"[: len(digits) - 2]
        written = datetime.strptime(digits, known_format).replace(
            tzinfo=_read_zone(match["zone"]) or timezone
        )
    return WrittenTime(
        start=match.start(),
        end=match.end(),
        taken_at=to_utc(written, timezone),
        day=written.date(),
        has_clock=match["day"] is None,
    )


def _read_zone(zone: str | None) -> tzinfo | None:
    if zone is None:
        return None
    if zone[0] in "+-" and zone[-1].isdigit():
        return datetime.strptime(zone, "%z").tzinfo
    return UTC


def to_utc(written: datetime, timezone: tzinfo) -> datetime:
    """Return the time in UTC; it is of `timezone` where it says none itself.

    Of a clock time that occurs twice, when summer time ends, the first is meant.

    Raises:
        ValueError: the time lies outside the years 1 to 9999 in UTC.
    """
    aware = written if written.tzinfo else written.replace(tzinfo=timezone)
    try:
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("year out of range") from error


def calendar_words(day: date) -> frozenset[str]:
    """Return the names of the day's weekday, month and week, in lower case."""
    weekday, month = _WEEKDAYS[day.weekday()].lower(), _MONTHS[day.month - 1].lower()
    week = f"{day.isocalendar().week:02}"
    return frozenset({weekday, weekday[:3], month, month[:3], f"w{week}", f"week{week}"})


WEEKDAY_WORDS = frozenset(name.lower() for name in _WEEKDAYS)
"""The weekdays in lower case: a backup script that overwrites weekly writes them in names."""
