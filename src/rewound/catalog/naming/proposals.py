"""Patterns that would settle a doubt, found by trying them on all names of the source. Pure.

A pattern is proposed only if every name fits it and no two names become the same moment of one
world.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from pathlib import PurePosixPath

from rewound.catalog.naming.endings import strip_extension
from rewound.catalog.naming.names import ParsedName
from rewound.catalog.naming.pattern import compile_pattern
from rewound.catalog.naming.reading import StemTimes
from rewound.catalog.naming.spans import Span
from rewound.errors import UsageError

_DAY_FORMATS = ("%Y-%m-%d", "%Y%m%d", "%Y_%m_%d", "%Y.%m.%d", "%Y/%m/%d", "%d-%m-%Y", "%d.%m.%Y")
_FOLDER_PATTERNS = (
    *("{world}/{time}", "{world}/{any}{time}", "{world}/{any}{time}{any}", "{world}/{time}/{any}"),
    *("{world}/{any}{time}/{any}", "{time}/{world}/{any}", "{time}/{any}{world}/{any}/{any}"),
    *("{world}/{any}/{any}{time}", "{world}/{any}/{any}{time}{any}", "{world}/{any}/{time}/{any}"),
    *("{world}/{any}/{time}/{any}/{any}", "{world}/{time}/{any}/{any}"),
    *("{world}/{any}/{any}/{any}{time}", "{world}/{any}/{any}/{any}{time}{any}"),
    *("{world}", "{world}/{any}", "{world}/{any}/{any}", "{world}/{any}/{any}/{any}"),
    *("{world}/{any}/{any}/{any}/{any}", "{world}/{any}/{any}/{any}/{any}/{any}"),
)
"""For files whose world is a folder, or which are in the folders of a rotation."""
_ID_FORMATS = (
    *(
        (f"[0-9]{{4}}{gap}[0-9]{{2}}{gap}[0-9]{{2}}", (f"%Y{gap}%m{gap}%d", f"%Y{gap}%d{gap}%m"))
        for gap in "-_."
    ),
    *(
        (f"[0-9]{{2}}{gap}[0-9]{{2}}{gap}[0-9]{{4}}", (f"%d{gap}%m{gap}%Y", f"%m{gap}%d{gap}%Y"))
        for gap in "-_."
    ),
    ("20[0-9]{2}-[0-9]{3}", ("%Y-%j",)),
    ("[0-9]{14}", ("%Y%m%d%H%M%S",)),
    ("[0-9]{8}", ("%Y%m%d", "%Y%d%m", "%d%m%Y", "%m%d%Y")),
    ("[0-9]{6}", ("%y%m%d", "%d%m%y", "%m%d%y")),
)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def propose_for_time(
    stem: str, found: StemTimes, names: Sequence[PurePosixPath], timezone: tzinfo, today: date
) -> list[str]:
    """Return the patterns for a name in which a time has several readings."""
    candidates: list[str] = []
    for settled in found.open_tokens:
        token = settled.token
        tail = _tail_format(token.tail)
        if tail is None:
            continue
        for time_format in settled.possible:
            written = f"{{time:{time_format}{tail}}}"
            candidates += _iter_patterns(stem, (token.start, token.end), written)
    if found.lone_clock is not None and found.times:
        day, clock = found.times[-1], found.lone_clock
        for day_format in _DAY_FORMATS:
            clock_format = "%H%M%S" if len(clock.text) > 5 else "%H%M"
            pieces = [(day.start, day.end, f"{{time:{day_format}}}")]
            with_clock = [*pieces, (clock.start, clock.end, f"{{time:{clock_format}}}")]
            for spans in (with_clock, pieces):
                candidates += _iter_patterns_of(stem, spans)
    if found.period is not None:
        digits = stem[slice(*found.period)]
        written = "{time:%Y%m%d}" if re.fullmatch("20[0-9]{6}", digits) else "{any}"
        around = _iter_patterns_of(stem, [(*found.period, written)])
        # Without a separator, the first of two texts would match one letter only.
        candidates += [each for each in around if "{world}{any}" not in each]
        candidates.append("{world}")
    return list(iter_working(dict.fromkeys(candidates), names, timezone, today))


def propose_for_span(
    stem: str, span: Span, names: Sequence[PurePosixPath], timezone: tzinfo, today: date
) -> list[str]:
    """Return the patterns for a name whose month its closing line denies: that one counts."""
    start = stem.rindex(span.text)
    place = (start, start + len(span.text))
    around = _iter_patterns(stem, place, "{any}")
    candidates = [each for each in around if "{world}{any}" not in each]
    return list(iter_working(dict.fromkeys(candidates), names, timezone, today))


def propose_for_folders(
    names: Sequence[PurePosixPath], timezone: tzinfo, today: date, *, has_times: bool
) -> list[str]:
    """Return the patterns that tell apart files of one name in many folders."""
    candidates = [each for each in _FOLDER_PATTERNS if ("{time}" in each) == has_times]
    return list(iter_working(candidates, names, timezone, today))


_WORLD_PLACES = (
    *("{world}/{time}/{0}", "{time}/{world}/{0}", "{world}/{0}", "{world}/{0}{time}"),
    *("{world}/{0}_{time}", "{world}/{0}-{time}", "{world}/{time}_{0}", "{world}/{time}-{0}"),
    *("{world}_{0}_{time}", "{world}-{0}-{time}", "{world}.{0}.{time}", "{world}_{0}-{time}"),
    *("{time}/{world}_{0}", "{time}/{world}-{0}", "{time}/{world}.{0}", "{time}_{world}_{0}"),
    *("{world}_{time}/{0}", "{world}-{time}/{0}", "{world}_{0}", "{world}-{0}", "{world}.{0}"),
    *("{world}/{any}/{0}", "{world}/{any}/{0}{time}", "{any}/{world}/{0}"),
)


def propose_for_parts(
    field: str, names: Sequence[PurePosixPath], timezone: tzinfo, today: date, *, has_times: bool
) -> list[str]:
    """Return the patterns by which files are parts of one world that differ in a field."""
    candidates = [
        each.replace("{0}", f"{{{field}}}")
        for each in _WORLD_PLACES
        if ("{time}" in each) == has_times
    ]
    return list(iter_working(candidates, names, timezone, today))


def propose_for_ids(
    names: Sequence[PurePosixPath], timezone: tzinfo, today: date
) -> list[tuple[str, str]]:
    """Return patterns, with what each means, for digits that may be a date or name a world."""
    stem = strip_extension(names[0]) if names else ""
    each = next(iter_working(["{world}", "{world}/{any}"], names, timezone, today), None)
    found = [] if each is None else [(each, "each is a world")]
    for shape, formats in _ID_FORMATS:
        if (match := re.search(f"(?<![0-9]){shape}(?![0-9])", stem)) is None:
            continue
        for time_format in formats:
            dated = _iter_patterns_of(stem, [(*match.span(), f"{{time:{time_format}}}")])
            if (pattern := next(iter_working(dated, names, timezone, today), None)) is not None:
                found.append((pattern, "they are such dates"))
        return found
    return found


def _iter_patterns(stem: str, span: tuple[int, int], written: str) -> Iterator[str]:
    yield from _iter_patterns_of(stem, [(*span, written)])


def _iter_patterns_of(stem: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    """Yield patterns with the times in their places and the world in one of the others."""
    text, position = "", 0
    for start, end, written in sorted(spans):
        text += stem[position:start] + written
        position = end
    text += stem[position:]
    pieces = re.split(r"(\{[^{}]*\})", text)
    places = [
        index
        for index, piece in enumerate(pieces)
        if re.search("[A-Za-z0-9]", piece) and not _PLACEHOLDER.fullmatch(piece)
    ]
    for index in reversed(places):
        for world_part in _iter_world_parts(pieces[index]):
            whole = [*pieces]
            whole[index] = world_part
            yield _shorten("".join(whole))


def _iter_world_parts(piece: str) -> Iterator[str]:
    """Yield a piece of text with {world} in place of one of its words, or of all."""
    match = re.fullmatch(r"(.*?)([A-Za-z0-9][^/]*?)([^A-Za-z0-9/]*)", piece, re.DOTALL)
    if match:
        yield f"{match[1]}{{world}}{match[3]}"
    match = re.fullmatch(r"([^A-Za-z0-9/]*)([A-Za-z0-9][^/]*)(/.*)", piece, re.DOTALL)
    if match:
        yield f"{match[1]}{{world}}{match[3]}"
    folders = piece.split("/")
    for index, folder in enumerate(folders):
        if folder:
            yield "/".join([*folders[:index], "{world}", *folders[index + 1 :]])


def _shorten(pattern: str) -> str:
    """Leave out the folders above what the pattern reads."""
    components = pattern.split("/")
    while len(components) > 1 and "{" not in components[0]:
        components.pop(0)
    return "/".join(components)


def _tail_format(tail: str) -> str | None:
    """Return the format of a time of day with the text before it; None for rarer ones."""
    for regex, clock in (
        (r"([-_. T]{0,3})[0-9]{4}", "%H%M"),
        (r"([-_. T]{0,3})[0-9]{6}", "%H%M%S"),
        (r"([-_. T]{0,3})[0-9]{2}([-_.:])[0-9]{2}", "%H{0}%M"),
        (r"([-_. T]{0,3})[0-9]{2}([-_.:])[0-9]{2}\2[0-9]{2}", "%H{0}%M{0}%S"),
    ):
        if match := re.fullmatch(regex, tail):
            return match[1] + clock.format(*match.groups()[1:])
    return "" if not tail else None


def iter_working(
    candidates: Iterable[str], names: Sequence[PurePosixPath], timezone: tzinfo, today: date
) -> Iterator[str]:
    """Yield the patterns that read all names, and no two as the same moment of one world."""
    for candidate in candidates:
        try:
            pattern = compile_pattern(candidate)
        except UsageError:
            continue
        moments = set()
        for name in names:
            parsed = pattern.parse_path(name, timezone)
            if not isinstance(parsed, ParsedName) or parsed.world[-1] in "-_.":
                break
            if parsed.taken_at is not None and parsed.taken_at.date() > today:
                break
            # Without a time in the pattern the closing lines tell the moments apart.
            part = (parsed.database, parsed.table, parsed.part)
            moment = parsed.taken_at or strip_extension(name)
            if (parsed.world, moment, part) in moments:
                break
            moments.add((parsed.world, moment, part))
        else:
            yield candidate
