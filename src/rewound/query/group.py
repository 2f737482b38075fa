"""Worlds that answer alike, shown once: the largest group first. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from rewound.mysql.client import Value
from rewound.query.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Group:
    """Worlds with identical outcomes, in the order in which they were asked."""

    worlds: tuple[str, ...]
    outcome: Outcome

    @property
    def rows(self) -> tuple[tuple[Value, ...], ...]:
        """What each of them answered; nothing where they failed."""
        return () if self.outcome.result is None else self.outcome.result.rows


def group_outcomes(outcomes: Mapping[str, Outcome]) -> list[Group]:
    """Return the groups, the largest first, else in the order of their first worlds.

    Two outcomes are identical where columns, rows and the rows' order are, or the errors.
    """
    groups: dict[Outcome, list[str]] = {}
    for world, outcome in outcomes.items():
        groups.setdefault(outcome, []).append(world)
    made = [Group(tuple(worlds), outcome) for outcome, worlds in groups.items()]
    return sorted(made, key=lambda group: -len(group.worlds))


def group_errors(failed: Mapping[str, str]) -> list[tuple[tuple[str, ...], str]]:
    """Return (worlds, error) for each error that differs, the one of most worlds first."""
    worlds: dict[str, list[str]] = {}
    for world, error in failed.items():
        worlds.setdefault(error, []).append(world)
    grouped = sorted(worlds.items(), key=lambda each: -len(each[1]))
    return [(tuple(names), error) for error, names in grouped]
