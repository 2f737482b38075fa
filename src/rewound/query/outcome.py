"""The outcome of one statement in one world. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rewound.mysql.columns import Column


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one world's answer ended."""

    columns: tuple[Column, ...] = ()
    """What its rows consist of; none if the statement has no rows to show."""
    row_count: int = 0
    """How many rows came."""
    error: str | None = None
    """Why it has no answer, or only the beginning of one."""
    is_cut: bool = False
    """There are more rows than requested."""
    has_more: bool = False
    """The statement has another answer after this one, as a CALL may have."""
    changed_rows: int = 0
    """How many rows a statement that shows none has changed."""
    warnings: tuple[str, ...] = ()
    """What MySQL warns of, the first of it; each text once."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How one statement went in all worlds."""

    answered: tuple[str, ...] = ()
    """Worlds with rows, or with a statement done that has none."""
    empty: tuple[str, ...] = ()
    """Worlds that answered with no rows."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """World to its error."""
    cut: tuple[str, ...] = ()
    """Worlds that have more rows than requested."""
    row_count: int = 0
    """The rows that came from all worlds."""
    shown_count: int | None = None
    """How many rows were shown, if not just these."""
    is_truncated: bool = False
    """There are more rows than may be shown."""
    changed_rows: int = 0
    """All worlds' changed rows."""
    warnings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """World to what MySQL warns of there."""

    @property
    def world_count(self) -> int:
        """How many were asked."""
        return len(self.answered) + len(self.empty) + len(self.failed)


def summarise(outcomes: Mapping[str, Outcome]) -> Summary:
    """Return who answered, who had nothing to say, and who failed; in the worlds' order."""
    whole = {world: outcome for world, outcome in outcomes.items() if outcome.error is None}
    empty = tuple(w for w, outcome in whole.items() if outcome.columns and not outcome.row_count)
    return Summary(
        answered=tuple(world for world in whole if world not in empty),
        empty=empty,
        failed={w: outcome.error for w, outcome in outcomes.items() if outcome.error is not None},
        cut=tuple(world for world, outcome in whole.items() if outcome.is_cut),
        row_count=sum(outcome.row_count for outcome in outcomes.values()),
        changed_rows=sum(outcome.changed_rows for outcome in outcomes.values()),
        warnings={w: outcome.warnings for w, outcome in outcomes.items() if outcome.warnings},
    )
