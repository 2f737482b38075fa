"""Names of dumps as the user describes them: `--pattern '{world}_fulldump_{time:%Y%m%d}'`.

A pattern is matched against the end of a path without its extension, from the border of a
folder on. It takes the place of the usual shapes: nothing else is guessed.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath

from rewound.catalog.names import (
    NameProblem,
    ParsedName,
    find_foreign_reason,
    find_world_problem,
    strip_extension,
)
from rewound.catalog.times import DIRECTIVES, TIME_REGEX, read_match, to_utc
from rewound.errors import UsageError

_EXAMPLE = "for example --pattern '{world}_fulldump_{time:%Y%m%d_%H%M%S}'"
_EXTENSION = re.compile(r"\.sql(\.\w+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A pattern, ready to read paths with."""

    text: str
    """The pattern as the user wrote it."""
    regex: re.Pattern[str]
    """Matches a whole path without extension; the group `world` is the world."""
    time_format: str | None
    """The format of the group `time`; None where the time has one of the known shapes, or none."""

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
            return self._read_match(match, timezone)
        except ValueError:
            return NameProblem(f"{match['time']} is no valid time")

    def _read_match(self, match: re.Match[str], timezone: tzinfo) -> ParsedName:
        world = match["world"]
        if "time" not in self.regex.groupindex:
            return ParsedName(world, taken_at=None)
        if self.time_format is None:
            time = read_match(match, timezone)
            return ParsedName(world, taken_at=time.taken_at, day_only=not time.has_clock)
        if self.time_format == "%s":
            return ParsedName(world, taken_at=datetime.fromtimestamp(int(match["time"]), UTC))
        # The zone, if there is one, is in the format; `to_utc` adds the one that is missing.
        written = datetime.strptime(match["time"], self.time_format)  # noqa: DTZ007
        return ParsedName(
            world,
            taken_at=to_utc(written, timezone),
            day_only=not {"%H", "%I"} & set(re.findall("%.", self.time_format)),
        )


def compile_pattern(pattern: str) -> NamePattern:
    """Return the pattern, ready to read paths with.

    It holds `{world}` once, `{time}` or `{time:FORMAT}` at most once, and `{any}` for text
    of no meaning within one folder or file name; world and any text are as short as they
    can be. FORMAT takes strptime's directives, and %s for seconds since 1970.

    Raises:
        UsageError: the pattern cannot be read; the message says where.
    """
    extension = _EXTENSION.search(pattern)
    if extension:
        raise UsageError(
            f"the pattern {pattern!r} ends in an extension",
            hint=f"leave it out: --pattern '{pattern[: extension.start()]}'",
        )
    regex, time_format = "", None
    for literal, placeholder in re.findall(r"([^{]+)|(\{[^{}]*\})", _checked_braces(pattern)):
        regex += re.escape(literal) if literal else _placeholder_regex(pattern, placeholder)
        if placeholder.startswith("{time:"):
            time_format = placeholder[len("{time:") : -1]
    if pattern.count("{world}") != 1 or len(re.findall(r"\{time[:}]", pattern)) > 1:
        raise UsageError(
            f"the pattern {pattern!r} needs {{world}} exactly once and {{time}} at most once",
            hint=f"{_EXAMPLE}; text of no meaning is {{any}}",
        )
    return NamePattern(pattern, re.compile(f"(?:.*/)?{regex}", re.DOTALL), time_format)


def _checked_braces(pattern: str) -> str:
    rest = re.sub(r"\{[^{}]*\}", "", pattern)
    if "{" in rest or "}" in rest:
        raise UsageError(f"the pattern {pattern!r} has a brace without its partner", hint=_EXAMPLE)
    return pattern


def _placeholder_regex(pattern: str, placeholder: str) -> str:
    name, colon, time_format = placeholder[1:-1].partition(":")
    if name == "time":
        return f"(?P<time>{_time_regex(pattern, time_format) if colon else TIME_REGEX})"
    if placeholder == "{world}":
        return "(?P<world>[^/]+?)"
    if placeholder == "{any}":
        return "[^/]*?"
    raise UsageError(
        f"the pattern {pattern!r} has an unknown placeholder {placeholder}",
        hint="known are {world}, {time}, {time:FORMAT} and {any}",
    )


def _time_regex(pattern: str, time_format: str) -> str:
    parts = re.findall(r"%.|%$|[^%]", time_format, re.DOTALL)
    directives = [part for part in parts if part[0] == "%" and part != "%%"]
    problem = _find_format_problem(directives)
    if problem is not None:
        raise UsageError(
            f"the time format {time_format!r} in the pattern {pattern!r} {problem}",
            hint=f"{_EXAMPLE}; known are {' '.join('%' + letter for letter in DIRECTIVES)}",
        )
    return "".join(
        DIRECTIVES[part[1]] if part in directives else re.escape(part.replace("%%", "%"))
        for part in parts
    )


def _find_format_problem(directives: list[str]) -> str | None:
    unknown = next((part for part in directives if part[1:] not in DIRECTIVES), None)
    if unknown:
        return f"has an unknown directive {unknown}"
    if len(set(directives)) < len(directives):
        return "names a directive twice"
    if "%s" in directives:
        return None if directives == ["%s"] else "mixes %s with other directives"
    return _find_gap(set(directives))


def _find_gap(directives: set[str]) -> str | None:
    if not directives & {"%Y", "%y"}:
        return "lacks the year, %Y"
    if "%j" not in directives and not ("%d" in directives and directives & {"%m", "%b", "%B"}):
        return "lacks the day: %m and %d, or %j"
    if ("%I" in directives) != ("%p" in directives):
        return "needs %I and %p together"
    if directives & {"%M", "%S", "%z"} and not directives & {"%H", "%I"}:
        return "lacks the hour, %H"
    return None
