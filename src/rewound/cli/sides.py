"""The two sides of a diff: fleets that are up, or two moments of a SOURCE that are brought up.

It also builds the command that compares the same sides again, which has to work as printed.
"""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from rewound.catalog.source import read_source
from rewound.cli.commands.up import restore_worlds
from rewound.cli.output import diagnostics
from rewound.cli.output.restore_result import show_failures
from rewound.cli.output.unquoted_times import QUOTING, has_clock
from rewound.cli.parameters.diff_moments import MOMENTS_EXAMPLE, OF_MOMENTS, Moments
from rewound.cli.parameters.restore_options import RESTORE_OPTIONS
from rewound.cli.parameters.typed import find_typed, list_typed, repeated_with_worlds
from rewound.errors import FleetExists, UsageError
from rewound.operations import ending, fleets, restoring
from rewound.operations.diffing import Sides
from rewound.operations.dump_selection import Selection

_TEMPORARY = ("diff-before", "diff-after")
"""The fleets that are created from a SOURCE."""
_OF_A_SOURCE = frozenset({"keep", *OF_MOMENTS, *RESTORE_OPTIONS})
"""The parameters that have no meaning for fleets that are up."""
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
    moments.require_whole()
    if moments:
        if len(names) != 1:
            given = "--transaction takes" if moments.transaction else "--from and --to take"
            hint = QUOTING if has_clock(names) else MOMENTS_EXAMPLE
            raise UsageError(f"{given} one SOURCE", hint=hint)
        with _bring_up(moments.select(read_source(names[0]), worlds), keep=keep, restore=restore):
            again = ["rewound", "diff", names[0], *list_typed(OF_MOMENTS | set(RESTORE_OPTIONS))]
            if keep:
                again = ["rewound", "diff", *_TEMPORARY]
            yield OpenSides(
                Sides(*_TEMPORARY, worlds, are_kept=keep),
                shlex.join([*again, *comparing]),
                moments.labels,
            )
        return
    if typed := find_typed(_OF_A_SOURCE):
        raise UsageError(f"{typed[0]} requires a SOURCE with --from and --to", hint=MOMENTS_EXAMPLE)
    if pair is not None and len(names) <= 1:
        fleet = names[0] if names else "default"
        sides, again = Sides(fleet, fleet), ["rewound", "diff", fleet, "--world", *pair]
    elif len(names) == 2:
        sides, again = Sides(names[0], names[1], worlds), ["rewound", "diff", *names]
    else:
        raise UsageError("give two fleets, or a SOURCE with --from and --to", hint=MOMENTS_EXAMPLE)
    yield OpenSides(sides, shlex.join([*again, *comparing]))


@contextmanager
def _bring_up(
    selections: Sequence[Selection], *, keep: bool, restore: restoring.UpOptions
) -> Iterator[None]:
    _require_free_names()
    made: list[str] = []
    try:
        for fleet, selection in zip(_TEMPORARY, selections, strict=True):
            time = "" if selection.target is None else f"as of {selection.target.text}"
            diagnostics.narrate(f"fleet {fleet}: {selection.source} {selection.point or time}")
            with repeated_with_worlds(str(selection.source)):
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
