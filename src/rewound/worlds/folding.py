"""Folding many world names into a short one: `host[1-2,4-40],eu-1`, as cluster shells do. Pure.

The result can be given to `--worlds`, and selects the same worlds.
"""

import re
from collections.abc import Collection, Iterable, Iterator

_LAST_NUMBER = re.compile(r"(.*?)([0-9]{1,18})([^0-9]*)", re.DOTALL)
_MEANS_MORE = re.compile(r"[\[\],*?]")


def name_worlds(worlds: Collection[str]) -> str:
    """Return `world host1`, or `worlds host[1-3]`."""
    return f"{'world' if len(worlds) == 1 else 'worlds'} {fold_worlds(worlds)}"


def fold_worlds(worlds: Iterable[str], *, separator: str = ",") -> str:
    """Return the names, folding those that differ only in their last number.

    Numbers with leading zeros fold only with numbers of the same length: `host[08-12]`. Names that
    contain characters of the notation itself stay verbatim.
    """
    worlds = [*dict.fromkeys(worlds)]
    numbered = [
        match
        for world in worlds
        if not _MEANS_MORE.search(world) and (match := _LAST_NUMBER.fullmatch(world))
    ]
    padded = {
        (before, behind, len(digits))
        for before, digits, behind in (match.groups() for match in numbered)
        if digits.startswith("0") and digits != "0"
    }
    folded: dict[tuple[str, str, int], list[int]] = {}
    order: list[tuple[str, str, int] | str] = []
    for world in worlds:
        match = _LAST_NUMBER.fullmatch(world)
        if match is None or _MEANS_MORE.search(world):
            order.append(world)
            continue
        before, digits, behind = match.groups()
        place = (before, behind, len(digits))
        if place not in padded:
            place = (before, behind, 0)
        if place not in folded:
            order.append(place)
        folded.setdefault(place, []).append(int(digits))
    parts = [each if isinstance(each, str) else _fold(each, folded[each]) for each in order]
    return separator.join(parts)


def _fold(place: tuple[str, str, int], numbers: list[int]) -> str:
    before, behind, width = place
    ranges = ",".join(
        str(first).zfill(width) + (f"-{str(last).zfill(width)}" if last > first else "")
        for first, last in _iter_ranges(sorted(numbers))
    )
    is_one = len(numbers) == 1
    return before + (ranges if is_one else f"[{ranges}]") + behind


def _iter_ranges(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the (first, last) of each run of consecutive numbers."""
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last
