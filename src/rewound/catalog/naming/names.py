"""Reading a dump's world and time from its path.

The usual shapes are recognised; whatever could be read in two ways is a problem to be
shown, never a guess, since a wrong guess puts the dumps of one host into the history of
another. `pattern.py` takes over if the user describes the names.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rewound.catalog.naming.calendar import WEEKDAY_NAMES, calendar_words, find_weekday
from rewound.catalog.naming.directives import DIRECTIVES
from rewound.catalog.naming.reading import StemTimes
from rewound.catalog.naming.spans import Span, read_month
from rewound.catalog.naming.times import WrittenTime

KIND_WORDS = frozenset(
    [
        *("dump", "dumps", "fulldump", "mysqldump", "mariadbdump", "dbdump", "sqldump"),
        *("backup", "backups", "bak", "fullbackup", "mysqlbackup", "dbbackup", "automysqlbackup"),
        *("full", "export", "snapshot"),
    ]
)
"""Words for the kind of a file. At the ends of a name they do not belong to the world."""
PERIOD_WORDS = WEEKDAY_NAMES | frozenset(
    ["hourly", "daily", "nightly", "weekly", "monthly", "quarterly", "yearly", "latest"]
)
"""Words for the time of a file. At the ends of a name they do not belong to the world."""
MARKER_WORDS = KIND_WORDS | PERIOD_WORDS
"""All words that are no part of a world's name at its ends, in lower case."""

_WORLD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WORLD_MAX_LENGTH = 253  # the longest name of a host in the DNS; files may have 255 bytes
_TIME_MARK = "\0"  # stands for a time; no path can hold it
_ADDRESS = re.compile(r"[0-9]{1,3}(?:[.][0-9]{1,3}){3}")
_DIGIT_GROUPS = re.compile(r"[0-9]+(?:[-_. ][0-9]+)+")
_LIKE_A_TIME = re.compile(r"(?<![0-9])20[0-9]{6}[-_. T]?[0-9]{6}(?![0-9])")
_FRACTION = re.compile(r"[-_](?:[0-9]{3}|[0-9]{6}|[0-9]{9})(?![0-9A-Za-z])")
_PART_MARK = "\1"  # stands for a time of day, a month, or another period, alone
_SEPARATORS = "-_. ()[]@,"
_SEPARATOR_CLASS = r"-_. ()\[\]@,"
_UNCLEAR_DATE = re.compile(
    r"(?<![0-9])(?:[0-9]{1,2}([-_. ])(?:[0-9]{1,2}|[A-Za-z]{3,9})\1"
    rf"|{DIRECTIVES['d']}(?:{DIRECTIVES['m']}|{DIRECTIVES['b']})){DIRECTIVES['Y']}(?![0-9])"
)
_SCHEMA_PERIODS = ("daily", "weekly", "monthly")
_ROTATED_FOLDER = re.compile(r"(?:hourly|daily|weekly|monthly|yearly)\.[0-9]+")


@dataclass(frozen=True, slots=True)
class ParsedName:
    """World and time of a dump, read from its path."""

    world: str
    """The world's name, checked."""
    taken_at: datetime | None
    """The time in UTC, or None if the path has none."""
    day_only: bool = False
    """The path has the day but no time of day."""
    origin: tuple[str, ...] = ()
    """Text in the path besides world, time and marker words; it may name another host."""
    kind_words: tuple[str, ...] = ()
    """The words for the kind of the file in its name, in lower case."""
    open_days: int = 0
    """How many days the time leaves open: 1 for a day, 7 for a week, 0 with a time of day."""
    span: Span | None = None
    """The week or month in a path without a day: the closing line has the time within it."""
    uncertain_zone: str | None = None
    """An ambiguous zone abbreviation, which was ignored."""
    other_at: datetime | None = None
    """What else the time may mean, as in `directives.Reading`."""
    part: str | None = None
    """What tells it from other files of one world and time, by a pattern."""
    database: str | None = None
    """The database that it holds, by a pattern."""
    table: str | None = None
    """The table that it holds, by a pattern."""


@dataclass(frozen=True, slots=True)
class NameProblem:
    """Why a path is not understood."""

    reason: str
    """The reason as shown to the user."""


class _Unclear(Exception):
    """Ends the reading of a path with a reason; it never leaves this module."""


def find_world_problem(world: str) -> str | None:
    """Return why the text cannot name a world; None if it can."""
    if len(world) <= _WORLD_MAX_LENGTH and _WORLD.fullmatch(world):
        return None
    return (
        f"{world!r} is not a valid name of a world: use at most {_WORLD_MAX_LENGTH} letters,"
        " digits, '.', '_' and '-', and begin with a letter or digit"
    )


def parse_stem(stem: str, found: StemTimes) -> ParsedName | NameProblem:
    """Read world and time from a path without its extension; `found` has its times."""
    try:
        return _parse_stem(stem, found)
    except _Unclear as unclear:
        return NameProblem(str(unclear))


def _parse_stem(stem: str, found: StemTimes) -> ParsedName:
    if found.problem is not None:
        raise _Unclear(f"{found.problem}; use --pattern")
    time = _pick_time(found.times)
    components = _mask(stem, found).split("/")
    _refuse_unclear_dates(components, found.times)
    _refuse_fractions(components, time)
    day = time.reading.day if time else None
    texts = [
        "" if _is_period_folder(components, index, day) else _component_text(component, day)
        for index, component in enumerate(components)
    ]
    world = _find_world(components, texts)
    if not world:
        raise _Unclear("no world in the path; give the folder above as SOURCE, or use --pattern")
    problem = find_world_problem(world)
    if problem is not None:
        raise _Unclear(problem)
    if (no_time := _LIKE_A_TIME.search(world)) is not None:
        raise _Unclear(f"{no_time[0]} looks like a time but is not a valid one; use --pattern")
    if _DIGIT_GROUPS.fullmatch(world) and not _ADDRESS.fullmatch(world):
        raise _Unclear(f"{world} may be a world or a part of a time; use --pattern")
    return ParsedName(
        world,
        taken_at=time.reading.taken_at if time else None,
        day_only=time is not None and time.reading.open_days > 0,
        open_days=time.reading.open_days if time else 0,
        origin=tuple(dict.fromkeys(text for text in texts if text not in ("", world))),
        kind_words=tuple(w for w in _words(components[-1]) if w in KIND_WORDS),
        span=_find_span(stem, found, time),
        uncertain_zone=time.reading.uncertain_zone if time else None,
        other_at=time.reading.other_at if time else None,
    )


def _find_span(stem: str, found: StemTimes, time: WrittenTime | None) -> Span | None:
    if found.month is not None:
        return read_month(stem[slice(*found.month)])
    if time is not None and time.reading.open_days > 1:
        return Span(stem[time.start : time.end], "week", time.reading.day)
    return None


def _mask(stem: str, found: StemTimes) -> str:
    """Replace each time by a mark; a nested date such as 2024/06/18 is one time."""
    marks = [(time.start, time.end, _TIME_MARK) for time in found.times]
    marks += [(*span, _PART_MARK) for span in (found.clock, found.month, found.period) if span]
    pieces, position = [], 0
    for start, end, mark in sorted(marks):
        pieces += [stem[position:start], mark]
        position = end
    return "".join([*pieces, stem[position:]])


def _refuse_unclear_dates(components: Sequence[str], times: Sequence[WrittenTime]) -> None:
    days = {time.reading.day for time in times}
    clocks = {time.reading.taken_at for time in times if not time.reading.open_days}
    for component in components:
        if component.count(_TIME_MARK) > 1 and (len(days) > 1 or len(clocks) > 1):
            raise _Unclear("two times in one name; use --pattern")
        unclear = _UNCLEAR_DATE.search(component)
        if unclear and _TIME_MARK not in component:
            raise _Unclear(f"{unclear[0]} looks like a date that is not recognised; use --pattern")


def _pick_time(times: Sequence[WrittenTime]) -> WrittenTime | None:
    """Return the most precise time, preferring the file's own to its folders'."""
    if not times:
        return None
    most = min(time.reading.open_days for time in times)
    picked = next(time for time in reversed(times) if time.reading.open_days == most)
    # A dump taken after midnight may be in the folder of the day on which the run began.
    for time in times:
        days = (picked.reading.day - time.reading.day).days
        if not -1 <= days <= max(1, time.reading.open_days):
            raise _Unclear(
                f"two different times: {time.reading.day} and {picked.reading.day}; use --pattern"
            )
    return picked


def _component_text(component: str, day: date | None) -> str:
    """Return the text of a folder or file name without times and marker words."""
    pieces = re.split(f"[{_TIME_MARK}{_PART_MARK}]", component)
    calendar = calendar_words(day) if day and _TIME_MARK in component else frozenset[str]()
    texts = []
    for index, piece in enumerate(pieces):
        words = MARKER_WORDS
        if index > 0:
            words |= calendar
            if day and "weekly" in _words(pieces[0]):
                # automysqlbackup ends weekly names in the bare number of the week.
                words |= {f"{day.isocalendar().week:02}"}
        text = _strip_words(piece, words)
        if day:
            text = _strip_weekday(text, day, is_first=index == 0, is_beside=_TIME_MARK in component)
        if text:
            texts.append(text)
    if len(texts) > 1:
        raise _Unclear(
            f"text on both sides of the time, {texts[0]!r} and {texts[1]!r}: which is the world? "
            "use --pattern"
        )
    text = "".join(texts)
    if text.isdigit() and pieces[0].strip(_SEPARATORS) != text and _TIME_MARK in component:
        raise _Unclear(f"{text} may be a world or a part of the time; use --pattern")
    return text


def _refuse_fractions(components: Sequence[str], time: WrittenTime | None) -> None:
    """Refuse digits right after a time of day that may be milliseconds, or a tenant."""
    if time is None or time.reading.open_days:
        return
    for component in components:
        for after in component.split(_TIME_MARK)[1:]:
            if match := _FRACTION.match(after):
                raise _Unclear(f"{match[0][1:]} may be a part of the time; use --pattern")


def _strip_weekday(text: str, day: date, *, is_first: bool, is_beside: bool) -> str:
    """Remove the weekday of the date from a text.

    A weekday other than that of the date raises a doubt, and so does one that is the only text
    which could name the world. Another weekday alone is a name: on a Tuesday, `sun` is a host.
    """
    words = re.findall(r"[^-_. ]+", text)
    word = (words[-1] if is_first else words[0]) if words else ""
    weekday = find_weekday(word)
    if weekday is None:
        return text
    if len(words) == 1:
        if is_beside and weekday == day.weekday():
            raise _Unclear(f"{word} may be a world or the weekday of {day}; use --pattern")
        return text
    if weekday != day.weekday():
        raise _Unclear(f"{word} is next to {day}, which is another weekday; use --pattern")
    return _strip_words(text, MARKER_WORDS | {word.lower()})


def strip_markers(text: str) -> str:
    """Return a text without the words at its ends that tell the kind of a file or its period."""
    return _strip_words(text, MARKER_WORDS)


def _strip_words(text: str, words: frozenset[str]) -> str:
    parts = deque(re.findall(rf"[{_SEPARATOR_CLASS}]+|[^{_SEPARATOR_CLASS}]+", text))
    while parts and (parts[0][0] in _SEPARATORS or parts[0].lower() in words):
        parts.popleft()
    while parts and (parts[-1][0] in _SEPARATORS or parts[-1].lower() in words):
        parts.pop()
    return "".join(parts)


def _words(text: str) -> list[str]:
    return re.findall(rf"[^{_SEPARATOR_CLASS}{_TIME_MARK}{_PART_MARK}]+", text.lower())


def _is_period_folder(components: Sequence[str], index: int, day: date | None) -> bool:
    """Tell folders such as 2024, 2024-06 or daily.3 from those that name something.

    A number counts as a year or month only if the dump's own time agrees: it may be a tenant.
    """
    folder = components[index]
    if index == len(components) - 1:
        return False
    if _ROTATED_FOLDER.fullmatch(folder):
        return True
    if day is None:
        return False
    year = f"{day:%Y}"
    if index > 0 and components[index - 1] == year and folder == f"{day:%m}":
        return True
    return folder in (year, *(f"{day:%Y}{separator}{day:%m}" for separator in ("", "-", "_", ".")))


def _find_world(components: Sequence[str], texts: Sequence[str]) -> str:
    """Return the text nearest to the file, or "" if there is none.

    automysqlbackup writes daily/game/daily_game_TIME on every host, where game is the
    schema, and may repeat it in latest: a folder above these tells the hosts apart.
    """
    nearest = next((text for text in reversed(texts) if text), "")
    above: Sequence[str] = ()
    if len(texts) > 2 and components[-3].lower() in _SCHEMA_PERIODS and texts[-1] == texts[-2]:
        above = texts[:-3]
    elif len(texts) > 1 and components[-2].lower() == "latest":
        above = texts[:-2] if components[-1].lower().startswith(_SCHEMA_PERIODS) else ()
    return next((text for text in reversed(above) if text), nearest)
