"""Times whose quotes were forgotten, of which the shell made several words. Pure."""

import re
from collections.abc import Iterable, Sequence

_CLOCK = re.compile(r"\d{1,2}:\d\d\S*")
_ZONE = re.compile(r"[+-]\d\d(:?\d\d)?|Z|UTC", re.IGNORECASE)

QUOTING = "a time with a space in it needs quotes: '2024-06-18 21:16+00:00'"


def has_clock(words: Iterable[str]) -> bool:
    """Tell whether one of some words is the second half of a time."""
    return any(_CLOCK.fullmatch(word) for word in words)


def join_time(day: str, words: Sequence[str]) -> tuple[str, Sequence[str]] | None:
    """Return the time that a day and the first words after it are, and the words that are left.

    None if the first of these is not the second half of a time.
    """
    if not has_clock(words[:1]):
        return None
    length = 2 if len(words) > 1 and _ZONE.fullmatch(words[1]) else 1
    return " ".join([day, *words[:length]]), words[length:]
