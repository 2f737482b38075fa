"""Worlds that answer alike, shown once: the largest group first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewound.mysql.columns import Row
from rewound.query.column_union import unite


@dataclass(frozen=True, slots=True)
class Group:
    """Worlds with identical rows, in the order in which they were asked."""

    worlds: tuple[str, ...]
    rows: tuple[Row, ...]
    """What each of them answered."""


def group_rows(rows: Mapping[str, Sequence[Row]]) -> list[Group]:
    """Return the groups, largest first; equal ones in the order of their first worlds.

    Two answers are identical if their rows and the order of the rows are.
    """
    groups: dict[tuple[Row, ...], list[str]] = {}
    for world, answer in rows.items():
        groups.setdefault(tuple(answer), []).append(world)
    made = [Group(tuple(worlds), answer) for answer, worlds in groups.items()]
    return sorted(made, key=lambda group: -len(group.worlds))


def list_once(rows: Mapping[str, Sequence[Row]]) -> list[tuple[tuple[str, ...], Row]]:
    """Return (worlds, row) for each row that differs, in the order of the worlds' rows.

    Of worlds that answer alike, that is the answer of one of them.
    """
    worlds: dict[Row, list[str]] = {}
    for world, answer in rows.items():
        for row in dict.fromkeys(answer):
            worlds.setdefault(row, []).append(world)
    united = unite(dict.fromkeys(tuple(answer) for answer in rows.values()))
    return [(tuple(worlds[row]), row) for row in united]


def group_warnings(
    warnings: Mapping[str, Sequence[str]],
) -> list[tuple[tuple[str, ...], str]]:
    """Return (worlds, warning) for each that differs, in the order of their first worlds."""
    worlds: dict[str, list[str]] = {}
    for world, texts in warnings.items():
        for text in texts:
            worlds.setdefault(text, []).append(world)
    return [(tuple(names), text) for text, names in worlds.items()]


def group_errors(failed: Mapping[str, str]) -> list[tuple[tuple[str, ...], str]]:
    """Return (worlds, error) for each error that differs, the one of most worlds first."""
    worlds: dict[str, list[str]] = {}
    for world, error in failed.items():
        worlds.setdefault(error, []).append(world)
    grouped = sorted(worlds.items(), key=lambda each: -len(each[1]))
    return [(tuple(names), error) for error, names in grouped]


def group_lacking(
    lacking: Mapping[str, tuple[str, ...]],
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return (worlds, names) for each set of columns that worlds lack, in the worlds' order."""
    worlds: dict[tuple[str, ...], list[str]] = {}
    for world, names in lacking.items():
        worlds.setdefault(names, []).append(world)
    return [(tuple(each), names) for names, each in worlds.items()]
