"""Patterns for names that differ in a slot: `eu-host1-01`, `eu-host1-02`.

They are found by trial: a pattern is proposed only if it reads every name of the source and tells
the worlds apart exactly as wanted. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from itertools import takewhile
from pathlib import PurePosixPath

from rewound.catalog.naming.names import ParsedName
from rewound.catalog.naming.pattern import compile_pattern
from rewound.catalog.naming.proposals import iter_working
from rewound.catalog.naming.times import TIME_REGEX

_TIME = "{time}"
_PARTS = re.compile(
    r"\{time\}|[vV]?[0-9]+(?:[.][0-9]+)+(?![0-9A-Za-z])|[-_. ()\[\]@,]+|[^-_. ()\[\]@,{]+"
)
"""Times, versions, separators and words."""
_MOST_STEMS = 8
"""How many names are compared to find their common parts; the results are tried on all names."""
_PLAIN = ("{world}", "{world}/{any}", "{world}/{any}/{any}")


def propose_for_slots(
    stems: Sequence[str],
    wanted: Mapping[str, str],
    names: Sequence[PurePosixPath],
    timezone: tzinfo,
    today: date,
) -> list[str]:
    """Return the patterns that read each name as a dump of the wanted world.

    `stems` are those that differ in a slot; `wanted` maps every stem that counts to its world. A
    pattern may name the worlds differently, as long as it tells the same ones apart; patterns that
    use the wanted names come first.
    """
    asked = list(dict.fromkeys(stems))[:_MOST_STEMS]
    candidates = dict.fromkeys([*_iter_joining(asked), *_iter_whole(asked[:1]), *_PLAIN])
    rated = [
        (renamed, candidate)
        for candidate in iter_working(candidates, names, timezone, today)
        if (renamed := _count_renamed(candidate, wanted, timezone)) is not None
    ]
    return [candidate for _, candidate in sorted(rated, key=lambda each: each[0])]


def _count_renamed(candidate: str, wanted: Mapping[str, str], timezone: tzinfo) -> int | None:
    """Return how many stems get another world's name; None if worlds are joined or split."""
    pattern = compile_pattern(candidate)
    read_as: dict[str, str] = {}
    renamed = 0
    for stem, world in wanted.items():
        parsed = pattern.parse_path(PurePosixPath(f"{stem}.sql"), timezone)
        if not isinstance(parsed, ParsedName) or read_as.setdefault(world, parsed.world) != (
            parsed.world
        ):
            return None
        renamed += parsed.world != world
    return renamed if len(set(read_as.values())) == len(read_as) else None


def _iter_joining(stems: Sequence[str]) -> Iterator[str]:
    """Yield patterns that leave out the part in which the file names differ."""
    rows = [_split_name(stem) for stem in stems]
    if not rows or len({tuple(row) for row in rows}) < 2:
        return
    head = _shared(rows)
    tail = _shared([row[len(head) :][::-1] for row in rows])[::-1]
    slots = [row[len(head) : len(row) - len(tail)] for row in rows]
    for slot in _iter_slots(slots):
        after = "".join(tail)
        around = [before + slot + after for before in _iter_world_at(head, is_end=True)]
        around += ["".join(head) + slot + world for world in _iter_world_at(tail, is_end=False)]
        for pattern in around:
            # Without a separator, the first of two texts would match one letter only.
            if "{world}{" not in pattern and "}{world}" not in pattern:
                yield from _with_folders(stems[0], pattern)


def _iter_slots(slots: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield what matches all slots: by their words, by their common beginning, or any text."""
    written = {"".join(map(_write_words, slot)) for slot in slots}
    if len(written) == 1:
        yield from written
    starts = [re.match("[A-Za-z]*", "".join(slot)) for slot in slots]
    start = "".join(_shared([match[0] if match else "" for match in starts]))
    if start:
        yield start + "{any}"
    yield "{any}"


def _write_words(part: str) -> str:
    """Return a part with {word} in place of each word; separators stay."""
    return part if part == _TIME else re.sub(r"[^-_. ()\[\]@,]+", "{word}", part)


def _iter_world_at(parts: Sequence[str], *, is_end: bool) -> Iterator[str]:
    """Yield the parts with {world} in place of more or fewer words at their end, or start.

    The text beyond the world stays as written, and a time is never part of a world.
    """
    words = [place for place, part in enumerate(parts) if re.match("[A-Za-z0-9]", part)]
    times = [place for place, part in enumerate(parts) if part == _TIME]
    for first in words:
        for last in reversed(words):
            if last < first or any(first < place < last for place in times):
                continue
            if (last == words[-1]) if is_end else (first == words[0]):
                yield "".join([*parts[:first], "{world}", *parts[last + 1 :]])


def _iter_whole(stems: Iterable[str]) -> Iterator[str]:
    """Yield patterns whose world is the whole file name except its time."""
    for stem in stems:
        parts = _split_name(stem)
        pieces = "".join(parts).split(_TIME)
        for place, piece in enumerate(pieces):
            match = re.fullmatch(r"([^A-Za-z0-9]*)(.*[A-Za-z0-9])([^A-Za-z0-9]*)", piece)
            if match is not None:
                others = [*pieces[:place], f"{match[1]}{{world}}{match[3]}", *pieces[place + 1 :]]
                yield from _with_folders(stem, _TIME.join(others))
                # Without a time in the name, the one in the closing line counts.
                yield "{any}".join(others)


def _with_folders(stem: str, file_pattern: str) -> Iterator[str]:
    """Yield the pattern of a file, after the folder that has the time if the file has none."""
    folders = [re.sub(TIME_REGEX, _TIME, folder) for folder in stem.split("/")[:-1]]
    if _TIME not in file_pattern and sum(_TIME in folder for folder in folders) == 1:
        place = next(place for place, folder in enumerate(folders) if _TIME in folder)
        above = [folders[place], *("{any}" for _ in folders[place + 1 :])]
        yield "/".join([*above, file_pattern])
    yield file_pattern


def _split_name(stem: str) -> list[str]:
    """Return the words and separators of a file name; times are one part each."""
    name = stem.rpartition("/")[2].replace("{", "").replace("}", "")
    return _PARTS.findall(re.sub(TIME_REGEX, _TIME, name))


def _shared(rows: Iterable[Sequence[str]]) -> list[str]:
    same = takewhile(lambda parts: len(set(parts)) == 1, zip(*rows, strict=False))
    return [parts[0] for parts in same]
