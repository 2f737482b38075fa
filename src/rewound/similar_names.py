"""Suggestions for a name that does not exist: "did you mean". Pure.

Commands, fleets, worlds, tables, columns and settings all use it, so that every
unknown name gets the same kind of answer.
"""

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

_SIMILAR = 0.6
"""From which likeness on, of 0 to 1, one name may be a slip for another."""
_CLEARLY_NEARER = 0.1
_MOST_SUGGESTED = 3
_MOST_LISTED = 20


def find_similar(wanted: str, known: Iterable[str]) -> list[str]:
    """Return the known names that `wanted` could be a slip for, the likeliest first.

    Case and the signs between words do not count. Where names differ in a number alone, none is
    the likeliest: host9 is no more host1 than host2.
    """
    plain = _plain(wanted)
    names = {name: _plain(name) for name in known}
    if plain not in names.values() and _differs_in_number(plain, names.values()):
        return []
    ranked = [
        (max(_likeness(plain, other), _likeness_to_word(plain, name)), name)
        for name, other in names.items()
    ]
    best = max((likeness for likeness, _ in ranked), default=0.0)
    # A name that matches far better than the rest is the only suggestion.
    close = [each for each in ranked if each[0] >= max(_SIMILAR, best - _CLEARLY_NEARER)]
    close.sort(key=lambda each: -each[0])
    return [name for _, name in close[:_MOST_SUGGESTED]]


def suggest(wanted: str, known: Collection[str], *, listed_as: str = "known") -> str:
    """Return the hint for a name that does not exist: a similar one, or else what there is.

    >>> suggest("player_scroe", ["player_id", "player_score", "guild"])
    'did you mean player_score?'
    >>> suggest("nope", ["player_id", "player_score"], listed_as="columns")
    'columns: player_id, player_score'
    """
    similar = find_similar(wanted, known)
    if not similar:
        return f"{listed_as}: {list_names(known)}"
    *others, last = similar
    return f"did you mean {', '.join(others)} or {last}?" if others else f"did you mean {last}?"


def list_names(names: Collection[str]) -> str:
    """Return names one after the other, the end of a long list as a number."""
    shown = list(names)[:_MOST_LISTED]
    more = len(names) - len(shown)
    return (", ".join(shown) + (f" and {more} more" if more else "")) or "none"


def _likeness(one: str, other: str) -> float:
    """Return how likely one name was typed for another, from 0 to 1."""
    if one == other:
        return 1.0
    if len(one) >= 3 and other.startswith(one):
        return 0.9
    if len(one) == len(other) > 2 and sorted(one) == sorted(other):
        return 0.9  # letters that changed places
    return SequenceMatcher(None, one, other).ratio()


def _likeness_to_word(plain: str, name: str) -> float:
    """Return how likely a name was typed for one word of another: `nmae` for player_name."""
    words = re.findall(r"[^\W_]{3,}", name.casefold())
    if not plain.isalpha() or len(words) < 2:
        return 0.0
    likeness = max(_likeness(plain, word) for word in words)
    return 0.8 * likeness if likeness >= 0.8 else 0.0


def _differs_in_number(one: str, others: Iterable[str]) -> bool:
    """Tell whether one of the others is the same but for its numbers."""
    outline, numbers = re.subn("[0-9]+", "#", one)
    return numbers > 0 and any(re.sub("[0-9]+", "#", other) == outline for other in others)


def _plain(name: str) -> str:
    return re.sub(r"[\s_.-]+", "", name.casefold())
