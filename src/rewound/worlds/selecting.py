"""Selecting worlds: `--worlds 'host[1-3],eu-*'`.

The notation is that of cluster shells: numbers and ranges in brackets, `*` for any text,
`?` for one character. Every item must match a world, so that a typing error cannot leave
a world out silently.
"""

import re
from collections.abc import Collection, Iterable
from itertools import product

from rewound.errors import UsageError
from rewound.similar_names import find_similar, list_names, suggest
from rewound.worlds.folding import fold_worlds

_BETWEEN = "\0"
_ITEM = re.compile(r"(?:[^\[\],]|\[[^\[\]]*\])+")
_RANGE = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")


def select_worlds(worlds: Iterable[str], selection: str | None) -> tuple[str, ...]:
    """Return the worlds that the selection names, in the order of `worlds`; all without one.

    `host[1-3]` is host1 to host3, `host[01-12]` is host01 to host12.

    Raises:
        UsageError: the selection cannot be read, or a part of it matches no world.
    """
    worlds = tuple(worlds)
    if selection is None:
        return worlds
    selected: set[str] = set()
    for item in _split(selection):
        for single in _expand(item, selection):
            fitting = [world for world in worlds if _fits(world, single)]
            if not fitting:
                raise explain_unknown(single, worlds)
            selected.update(fitting)
    return tuple(world for world in worlds if world in selected)


def explain_unknown(wanted: str, worlds: Collection[str]) -> UsageError:
    """Return the error for a world, or a pattern, that matches none of the worlds."""
    is_pattern = re.search(r"[\[*?]", wanted) is not None
    if not is_pattern and find_similar(wanted, worlds):
        hint = suggest(wanted, worlds)
    else:
        hint = f"known: {list_names(fold_worlds(worlds, separator=_BETWEEN).split(_BETWEEN))}"
    return UsageError(f"no world matches {wanted!r}", hint=hint)


def _split(selection: str) -> list[str]:
    """Split at the commas outside of brackets."""
    compact = re.sub(r"\s*,\s*", ",", selection.strip())
    items: list[str] = _ITEM.findall(compact)
    if not items or ",".join(items) != compact:
        raise _unreadable(selection)
    return items


def _expand(item: str, selection: str) -> list[str]:
    """Split the lists in brackets: `host[1,4-12]` is `host[1]` and `host[4-12]`."""
    choices = [
        [f"[{each.strip()}]" for each in part[1:-1].split(",")] if part[0] == "[" else [part]
        for part in re.findall(r"\[[^\]]*\]|[^\[]+", item)
    ]
    singles = ["".join(parts) for parts in product(*choices)]
    for single in singles:
        for inner in re.findall(r"\[(.*?)\]", single):
            if not _RANGE.fullmatch(inner):
                raise _unreadable(selection)
    return singles


def _fits(world: str, single: str) -> bool:
    parts = re.findall(r"\[.*?\]|.", single)
    match = re.fullmatch("".join(_part_regex(part) for part in parts), world)
    ranges = [part[1:-1] for part in parts if part[0] == "["]
    return match is not None and all(
        _is_in_range(number, each) for number, each in zip(match.groups(), ranges, strict=True)
    )


def _part_regex(part: str) -> str:
    if part[0] != "[":
        return {"*": ".*", "?": "."}.get(part, re.escape(part))
    first, _, last = part[1:-1].partition("-")
    return f"([0-9]{{{len(first)},{max(len(first), len(last))}}})"


def _is_in_range(number: str, numbers: str) -> bool:
    first, _, last = numbers.partition("-")
    # host[01-12] means host01, and host[1-12] means host1: padding counts.
    padded = str(int(number)).zfill(len(first) if first.startswith("0") else 1)
    return number == padded and int(first) <= int(number) <= int(last or first)


def _unreadable(selection: str) -> UsageError:
    return UsageError(
        f"cannot parse the selection {selection!r}",
        hint="for example --worlds 'host[1-3],eu-*' or 'host[1,4-12]'",
    )
