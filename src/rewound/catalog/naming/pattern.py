"""Names of dumps as the user describes them: `--pattern '{world}_fulldump_{time:%Y%m%d}'`.

A pattern is matched against the end of a path without its extension, starting at a folder boundary.
It replaces the usual shapes: nothing else is guessed.
"""

import re
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import PurePosixPath

from rewound.catalog.naming.directives import DIRECTIVES, OtherZone, format_regex, read_groups
from rewound.catalog.naming.endings import find_foreign_reason, strip_extension
from rewound.catalog.naming.names import NameProblem, ParsedName, find_world_problem
from rewound.catalog.naming.spans import Span
from rewound.catalog.naming.times import TIME_REGEX, read_time
from rewound.errors import UsageError

_PARTS_EXAMPLE = (
    "for files that are parts of one world: --pattern '{world}/{time}/{database}', with {database},"
    " {table} or {part} for what tells them apart"
)
_EXAMPLE = "for example --pattern '{world}_fulldump_{time:%Y%m%d_%H%M%S}'"
PART_FIELDS = ("part", "database", "table")
"""Placeholders for what tells the files apart that hold one world as of one time."""
_EXTENSION = re.compile(r"\.sql(\.\w+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A pattern, ready to read paths with."""

    text: str
    """The pattern as the user wrote it."""
    regex: re.Pattern[str]
    """Matches a whole path without extension; the group `world` is the world."""
    time_format: str | None
    """The format of the time or of its parts; None if the time has a known shape or is absent."""

    def parse_path(self, relative: PurePosixPath, timezone: tzinfo) -> ParsedName | NameProblem:
        """Read world and time out of a path relative to the source.

        Times that name no zone are read in `timezone`.
        """
        reason = find_foreign_reason(relative)
        if reason is not None:
            return NameProblem(reason)
        match = self.regex.fullmatch(strip_extension(relative))
        if match is None:
            return NameProblem(f"does not match the pattern {self.text}")
        problem = find_world_problem(match["world"])
        if problem is not None:
            return NameProblem(problem)
        try:
            told = match.groupdict()
            return replace(
                self._read_match(match, timezone),
                part=told.get("part"),
                database=told.get("database"),
                table=told.get("table"),
            )
        except OtherZone as error:
            return NameProblem(f"{error}; set the zone of its times with --timezone")
        except ValueError:
            written = match["time"] if self.time_format is None else match[0]
            return NameProblem(f"{written} is not a valid time")

    def _read_match(self, match: re.Match[str], timezone: tzinfo) -> ParsedName:
        world = match["world"]
        if self.time_format is not None:
            reading = read_groups(match.groupdict(), timezone)
        elif "time" in self.regex.groupindex:
            reading = read_time(match["time"], timezone)
        else:
            return ParsedName(world, taken_at=None)
        is_week = reading.open_days > 1
        return ParsedName(
            world,
            taken_at=reading.taken_at,
            day_only=reading.open_days > 0,
            open_days=reading.open_days,
            span=Span(match[0], "week", reading.day) if is_week else None,
            uncertain_zone=reading.uncertain_zone,
            other_at=reading.other_at,
        )


def compile_pattern(pattern: str) -> NamePattern:
    """Return the pattern, ready to read paths with.

    It holds `{world}` once, `{time}` or `{time:FORMAT}` at most once, `{any}` for text of no
    meaning within one folder or file name, and `{word}` for one word of it, which has no
    separator such as `-`; world and any text are as short as they can be. Files of one world and
    time that differ in `{database}`, `{table}` or `{part}` are parts of one dump. FORMAT takes
    strptime's directives, and %s for seconds since 1970 (or, with more digits, milli-, micro-
    or nanoseconds). Parts of one time that stand apart have a
    placeholder each: `{time:%Y-%m-%d}/{world}_{time:%H%M}`.

    Raises:
        UsageError: the pattern cannot be read; the message says where.
    """
    extension = _EXTENSION.search(pattern)
    if extension:
        raise UsageError(
            f"the pattern {pattern!r} ends in an extension",
            hint=f"leave it out: --pattern '{pattern[: extension.start()]}'",
        )
    pieces = re.findall(r"([^{]+)|(\{[^{}]*\})", _checked_braces(pattern))
    for _, hole in pieces:
        _check_placeholder(pattern, hole)
    formats = [hole[len("{time:") : -1] for _, hole in pieces if hole.startswith("{time:")]
    if pattern.count("{world}") != 1 or pattern.count("{time}") + bool(formats) > 1:
        raise UsageError(
            f"the pattern {pattern!r} needs {{world}} exactly once and {{time}} at most once",
            hint=f"{_EXAMPLE}; {{any}} matches text without meaning",
        )
    if twice := [f"{{{field}}}" for field in PART_FIELDS if pattern.count(f"{{{field}}}") > 1]:
        raise UsageError(f"the pattern {pattern!r} has {twice[0]} twice", hint=_PARTS_EXAMPLE)
    time_format = " ".join(formats) if formats else None
    if time_format is not None:
        _check_format(pattern, time_format)
    regex = "".join(
        re.escape(literal) if literal else _placeholder_regex(hole) for literal, hole in pieces
    )
    return NamePattern(pattern, re.compile(f"(?:.*/)?{regex}", re.DOTALL), time_format)


def _checked_braces(pattern: str) -> str:
    rest = re.sub(r"\{[^{}]*\}", "", pattern)
    if "{" in rest or "}" in rest:
        raise UsageError(f"the pattern {pattern!r} has an unmatched brace", hint=_EXAMPLE)
    return pattern


def _check_placeholder(pattern: str, placeholder: str) -> None:
    known = ("", "{world}", "{any}", "{word}", "{time}", *(f"{{{field}}}" for field in PART_FIELDS))
    if placeholder in known or placeholder.startswith("{time:"):
        return
    raise UsageError(
        f"the pattern {pattern!r} has an unknown placeholder {placeholder}",
        hint="valid placeholders are {world}, {time}, {time:FORMAT}, {database}, {table}, {part},"
        " {any} and {word}",
    )


def _placeholder_regex(placeholder: str) -> str:
    if placeholder.startswith("{time:"):
        return format_regex(placeholder[len("{time:") : -1])
    regexes = {
        "{world}": "(?P<world>[^/]+?)",
        "{any}": "[^/]*?",
        "{word}": r"[^-_. ()\[\]@,/]+",
        "{time}": f"(?P<time>{TIME_REGEX})",
        **{f"{{{field}}}": f"(?P<{field}>[^/]+?)" for field in PART_FIELDS},
    }
    return regexes[placeholder]


def _check_format(pattern: str, time_format: str) -> None:
    parts = re.findall(r"%.|%$|[^%]", time_format, re.DOTALL)
    directives = [part for part in parts if part[0] == "%" and part != "%%"]
    problem = _find_format_problem(directives)
    if problem is not None:
        raise UsageError(
            f"the time format {time_format!r} in the pattern {pattern!r} {problem}",
            hint=f"{_EXAMPLE}; valid directives are"
            f" {' '.join('%' + letter for letter in DIRECTIVES)}",
        )


def _find_format_problem(directives: list[str]) -> str | None:
    unknown = next((part for part in directives if part[1:] not in DIRECTIVES), None)
    if unknown:
        return f"has an unknown directive {unknown}"
    if len(set(directives)) < len(directives):
        return "contains a directive twice"
    if "%s" in directives:
        return None if directives == ["%s"] else "mixes %s with other directives"
    return _find_gap(set(directives))


def _find_gap(directives: set[str]) -> str | None:
    if directives & {"%G", "%V", "%u"}:
        if not {"%G", "%V"} <= directives:
            return "needs %G and %V together"
        if directives & {"%Y", "%y", "%m", "%b", "%B", "%d", "%j"}:
            return "mixes the week, %G and %V, with another form of the date"
    elif not directives & {"%Y", "%y"}:
        return "lacks the year, %Y"
    elif "%j" not in directives and not ("%d" in directives and directives & {"%m", "%b", "%B"}):
        return "lacks the day: %m and %d, or %j"
    if ("%I" in directives) != ("%p" in directives):
        return "needs %I and %p together"
    if directives & {"%M", "%S", "%z", "%Z"} and not directives & {"%H", "%I"}:
        return "lacks the hour, %H"
    return "lacks the seconds, %S" if "%f" in directives and "%S" not in directives else None
