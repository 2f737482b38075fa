"""A dump's world and time, read out of its path.

The usual shapes are recognised; whatever could be read in two ways is a problem to be
shown, never a guess, since a wrong guess puts the dumps of one host into the history of
another. `pattern.py` takes over where the user says how the names are made.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import PurePosixPath

from rewound.catalog.times import DIRECTIVES, WEEKDAY_WORDS, WrittenTime, calendar_words, iter_times

KIND_WORDS = frozenset(
    [
        *("dump", "dumps", "fulldump", "mysqldump", "mariadbdump", "dbdump", "sqldump"),
        *("backup", "backups", "bak", "fullbackup", "mysqlbackup", "dbbackup", "automysqlbackup"),
        *("full", "export", "snapshot"),
    ]
)
"""Words that say what a file is. They are no part of a world's name at its ends."""
PERIOD_WORDS = WEEKDAY_WORDS | frozenset(
    ["hourly", "daily", "nightly", "weekly", "monthly", "quarterly", "yearly", "latest"]
)
"""Words that say when a file was made. They are no part of a world's name at its ends."""
MARKER_WORDS = KIND_WORDS | PERIOD_WORDS
"""All words that are no part of a world's name at its ends, in lower case."""

_EXTENSION = re.compile(r"\.sql(?:\.(?:gz|zst|xz|bz2))?$", re.IGNORECASE)
_FOREIGN_SUFFIXES = {
    "a checksum, not a dump": (".md5", ".sha1", ".sha256", ".sha512", ".sfv"),
    "encrypted, or a signature; decrypt it first": (".gpg", ".pgp", ".asc", ".age", ".enc"),
    "an unfinished copy": (".tmp", ".part", ".partial", ".filepart", ".incomplete"),
    "packed in a way that is not read; gz, zst, xz and bz2 are": (
        *(".zip", ".7z", ".rar", ".tar", ".tgz", ".lz4", ".lzo", ".br"),
    ),
}
_WORLD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WORLD_MAX_LENGTH = 60
_TIME_MARK = "\0"  # stands for a time; no path can hold it
_UNCLEAR_DATE = re.compile(
    r"(?<![0-9])(?:[0-9]{1,2}([-_. ])(?:[0-9]{1,2}|[A-Za-z]{3,9})\1"
    rf"|{DIRECTIVES['d']}(?:{DIRECTIVES['m']}|{DIRECTIVES['b']})){DIRECTIVES['Y']}(?![0-9])"
)
_CLOCK_ALONE = re.compile(r"[0-2][0-9][-_.:h]?[0-5][0-9](?:[-_.:m]?[0-5][0-9])?[ms]?")
_SCHEMA_PERIODS = ("daily", "weekly", "monthly")
_ROTATED_FOLDER = re.compile(r"(?:hourly|daily|weekly|monthly|yearly)\.[0-9]+")


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What a path says about a dump."""

    world: str
    """The world's name, checked."""
    taken_at: datetime | None
    """The time in UTC, or None where the path tells none."""
    day_only: bool = False
    """The path tells the day but no time of day."""
    origin: tuple[str, ...] = ()
    """What folders and file say besides world, time and marker words: another host, perhaps."""
    kind_words: tuple[str, ...] = ()
    """The words in the file's name that say what it is, in lower case."""


@dataclass(frozen=True, slots=True)
class NameProblem:
    """Why a path is not understood."""

    reason: str
    """The reason as shown to the user."""


class _Unclear(Exception):
    """Carries a reason out of the reading of a path; it never leaves this module."""


def parse_path(relative: PurePosixPath, timezone: tzinfo) -> ParsedName | NameProblem:
    """Read world and time out of a path relative to the source.

    Times that name no zone are read in `timezone`.
    """
    reason = find_foreign_reason(relative)
    if reason is not None:
        return NameProblem(reason)
    try:
        return _parse_stem(strip_extension(relative), timezone)
    except _Unclear as unclear:
        return NameProblem(str(unclear))


def find_foreign_reason(relative: PurePosixPath) -> str | None:
    """Return why the file cannot be a dump, by its name; None if it can be one."""
    if relative.name.startswith("."):
        return "a hidden file"
    if _EXTENSION.search(relative.name):
        return None
    for reason, suffixes in _FOREIGN_SUFFIXES.items():
        if relative.suffix.lower() in suffixes:
            return reason
    return "not a dump: the name does not end in .sql, .sql.gz, .sql.zst, .sql.xz or .sql.bz2"


def strip_extension(relative: PurePosixPath) -> str:
    """Return the path without `.sql` and what says how it is compressed."""
    return _EXTENSION.sub("", relative.as_posix())


def find_world_problem(world: str) -> str | None:
    """Return why the text cannot name a world; None if it can."""
    if len(world) <= _WORLD_MAX_LENGTH and _WORLD.fullmatch(world):
        return None
    return (
        f"{world!r} cannot name a world: letters, digits, '.', '_' and '-' only, "
        f"a letter or digit first, {_WORLD_MAX_LENGTH} at most"
    )


def _parse_stem(stem: str, timezone: tzinfo) -> ParsedName:
    times = list(iter_times(stem, timezone))
    components = _mask(stem, times).split("/")
    _refuse_unclear_dates(components)
    time = _pick_time(times)
    day = time.day if time else None
    texts = [
        "" if _is_period_folder(components, index, day) else _component_text(component, day)
        for index, component in enumerate(components)
    ]
    if time and not time.has_clock and _CLOCK_ALONE.fullmatch(components[-1]):
        raise _Unclear(f"{components[-1]} may be a world or a time of day; use --pattern")
    world = _find_world(components, texts)
    if not world:
        raise _Unclear("no world in the path; give the folder above as SOURCE, or use --pattern")
    problem = find_world_problem(world)
    if problem is not None:
        raise _Unclear(problem)
    return ParsedName(
        world,
        taken_at=time.taken_at if time else None,
        day_only=time is not None and not time.has_clock,
        origin=tuple(dict.fromkeys(text for text in texts if text not in ("", world))),
        kind_words=tuple(w for w in _words(components[-1]) if w in KIND_WORDS),
    )


def _mask(stem: str, times: Sequence[WrittenTime]) -> str:
    """Put one mark in the place of each time; a nested date such as 2024/06/18 is one time."""
    pieces, position = [], 0
    for time in times:
        pieces += [stem[position : time.start], _TIME_MARK]
        position = time.end
    return "".join([*pieces, stem[position:]])


def _refuse_unclear_dates(components: Sequence[str]) -> None:
    for component in components:
        if component.count(_TIME_MARK) > 1:
            raise _Unclear("two times in one name; use --pattern")
        unclear = _UNCLEAR_DATE.search(component)
        if unclear and _TIME_MARK not in component:
            raise _Unclear(f"{unclear[0]} looks like a date that is not recognised; use --pattern")


def _pick_time(times: Sequence[WrittenTime]) -> WrittenTime | None:
    """Return the time that tells most, the file's own before its folders'."""
    if not times:
        return None
    picked = next((time for time in reversed(times) if time.has_clock), times[-1])
    # A run that starts before midnight ends in the folder of the day before.
    for time in times:
        if abs((time.day - picked.day).days) > 1:
            raise _Unclear(f"two times that differ: {time.day} and {picked.day}; use --pattern")
    return picked


def _component_text(component: str, day: date | None) -> str:
    """Return what a folder or file name says besides time and marker words."""
    before, mark, after = component.partition(_TIME_MARK)
    after_words = MARKER_WORDS
    if mark and day:
        after_words |= calendar_words(day)
        if "weekly" in _words(before):
            # automysqlbackup ends weekly names in the bare number of the week.
            after_words |= {f"{day.isocalendar().week:02}"}
    left, right = _strip_words(before, MARKER_WORDS), _strip_words(after, after_words)
    if left and right:
        raise _Unclear(
            f"text on both sides of the time, {left!r} and {right!r}: which is the world? "
            "use --pattern"
        )
    return left or right


def _strip_words(text: str, words: frozenset[str]) -> str:
    parts = deque(re.findall(r"[-_. ]+|[^-_. ]+", text))
    while parts and (parts[0][0] in "-_. " or parts[0].lower() in words):
        parts.popleft()
    while parts and (parts[-1][0] in "-_. " or parts[-1].lower() in words):
        parts.pop()
    return "".join(parts)


def _words(text: str) -> list[str]:
    return re.findall(rf"[^-_. {_TIME_MARK}]+", text.lower())


def _is_period_folder(components: Sequence[str], index: int, day: date | None) -> bool:
    """Tell folders such as 2024, 2024-06 or daily.3 from those that name something.

    A number is only a year or a month if the dump's own time agrees: it may be a tenant.
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
