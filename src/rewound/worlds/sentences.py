"""Sentences about worlds and what happened to them. Pure."""

from collections.abc import Collection

from rewound.worlds.folding import name_worlds

_OF_MANY = {"is": "are", "has": "have", "was": "were"}
"""Verbs that a reason may begin with: the form for one world, and the one for several."""


def is_predicate(reason: str) -> bool:
    """Tell whether a reason continues a sentence about a world, without a colon."""
    return reason.partition(" ")[0] in _OF_MANY


def tell_of_worlds(worlds: Collection[str], reason: str) -> str:
    """Return one sentence about worlds and what happened to each of them.

    >>> tell_of_worlds(["a1", "a2"], "has failed")
    'worlds a[1-2] have failed'
    >>> tell_of_worlds(["a1"], "MySQL error 2013")
    'world a1: MySQL error 2013'
    """
    verb, space, rest = reason.partition(" ")
    if not is_predicate(reason):
        return f"{name_worlds(worlds)}: {reason}"
    verb = verb if len(worlds) == 1 else _OF_MANY[verb]
    return f"{name_worlds(worlds)} {verb}{space}{rest}"
