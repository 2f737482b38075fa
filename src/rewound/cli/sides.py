"""The two sides of a diff: fleets that are up, or two moments of a SOURCE that are brought up.

It also builds the command that compares the same sides again, which has to work as printed.
"""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rewound.cli.commands.up import restore_worlds
from rewound.cli.output import diagnostics
from rewound.cli.output.restore_result import show_failures
from rewound.cli.parameters.restore_options import RESTORE_OPTIONS
from rewound.cli.parameters.typed import find_typed, list_typed
from rewound.errors import FleetExists, UsageError
from rewound.operations import ending, fleets, restoring
from rewound.operations.diffing import Sides
from rewound.operations.dump_selection import Selection, read_selection

_TEMPORARY = ("diff-before", "diff-after")
"""The fleets that are created from a SOURCE."""
_EXAMPLE = "rewound diff before after, or rewound diff backups/ --from T1 --to T2"
_OF_A_SOURCE = frozenset({"pattern", "timezone", "keep", *RESTORE_OPTIONS})
"""The parameters that have no meaning for fleets that are up."""
_READING = frozenset({"from_time", "to_time", "pattern", "timezone"})
_COMPARING = frozenset({"schema_pair", "float_tolerance", "exhaustive"})
"""The parameters that change what is found, for all tables and columns."""


@dataclass(frozen=True, slots=True)
class OpenSides:
    """The two sides, ready for a comparison."""

    sides: Sides
    command: str
    """The command that compares them again."""
    labels: tuple[str, str] | None = None
    """Their names, if they are not those of the fleets."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Which moments of a SOURCE are compared, and how the names in it are read."""

    before: str | None
    after: str | None
    pattern: str | None
    timezone: str | None

    def select(self, source: Path, worlds: str | None) -> tuple[Selection, Selection]:
        """Return the selections for both sides."""
        one, other = (
            read_selection(
                source, at=time, pattern=self.pattern, timezone=self.timezone, worlds=worlds
            )
            for time in (self.before, self.after)
        )
        return one, other


@contextmanager
def open_sides(
    names: Sequence[str],
    moments: Moments,
    *,
    worlds: str | None,
    pair: tuple[str, str] | None,
    keep: bool,
    restore: restoring.UpOptions,
) -> Iterator[OpenSides]:
    """Yield the sides; fleets of a SOURCE are restored, and deleted at the end."""
    comparing = list_typed(_COMPARING)
    if moments.before is not None and moments.after is not None:
        if len(names) != 1:
            raise UsageError("--from and --to take one SOURCE", hint=_EXAMPLE)
        with _bring_up(moments.select(Path(names[0]), worlds), keep=keep, restore=restore):
            again = ["rewound", "diff", names[0], *list_typed(_READING | set(RESTORE_OPTIONS))]
            if keep:
                again = ["rewound", "diff", *_TEMPORARY]
            yield OpenSides(
                Sides(*_TEMPORARY, worlds),
                shlex.join([*again, *comparing]),
                (moments.before, moments.after),
            )
        return
    if moments.before is not None or moments.after is not None:
        raise UsageError("--from and --to must be used together", hint=_EXAMPLE)
    if typed := find_typed(_OF_A_SOURCE):
        raise UsageError(f"{typed[0]} requires a SOURCE with --from and --to", hint=_EXAMPLE)
    if pair is not None and len(names) <= 1:
        fleet = names[0] if names else "default"
        sides, again = Sides(fleet, fleet), ["rewound", "diff", fleet, "--world", *pair]
    elif len(names) == 2:
        sides, again = Sides(names[0], names[1], worlds), ["rewound", "diff", *names]
    else:
        raise UsageError("give two fleets, or a SOURCE with --from and --to", hint=_EXAMPLE)
    yield OpenSides(sides, shlex.join([*again, *comparing]))


@contextmanager
def _bring_up(
    selections: Sequence[Selection], *, keep: bool, restore: restoring.UpOptions
) -> Iterator[None]:
    _require_free_names()
    made: list[str] = []
    try:
        for fleet, selection in zip(_TEMPORARY, selections, strict=True):
            time = "" if selection.target is None else f" as of {selection.target.text}"
            diagnostics.narrate(f"fleet {fleet}: {selection.source}{time}")
            brought = restore_worlds(selection, replace(restore, fleet=fleet))
            show_failures(brought.failures, fleet, restored=len(brought.restored))
            made.append(fleet)
        yield
    finally:
        if keep and made:
            diagnostics.narrate(f"kept: {', '.join(made)}; rewound down --fleet NAME stops one")
        if not keep and len(made) == len(_TEMPORARY):
            diagnostics.narrate("both fleets are deleted; --keep keeps them for further queries")
        for fleet in [] if keep else made:
            ending.down(fleet)


def _require_free_names() -> None:
    """Stop before anything starts if an earlier diff has kept its fleets."""
    if kept := [name for name in _TEMPORARY if name in fleets.names()]:
        removing = "; ".join(f"rewound down --fleet {name}" for name in kept)
        hint = f"take it down: {removing}"
        if len(kept) == len(_TEMPORARY):
            hint = f"compare them again: {shlex.join(['rewound', 'diff', *kept])}; or {hint}"
        raise FleetExists(f"an earlier diff has kept {' and '.join(kept)}", hint=hint)
