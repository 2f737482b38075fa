"""How `reset` and `start` look: live while worlds return, then failures, and a summary line."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rewound.cli.output import diagnostics
from rewound.cli.output.progress import show_progress
from rewound.cli.output.restore_lines import describe_seconds
from rewound.cli.output.world_states import describe_closed, reset_command
from rewound.errors import HostError, Interrupted, RewoundError, SomeWorldsFailed
from rewound.figures import show_count
from rewound.fleet.record import FleetRecord
from rewound.fleet.restore_context import Observer
from rewound.fleet.world import WorldState
from rewound.operations import fleets
from rewound.worlds.folding import name_worlds


class Clock:
    """Measures the elapsed time."""

    def __init__(self) -> None:
        self._began_at = time.monotonic()

    def describe(self) -> str:
        """Return the elapsed time for people."""
        return describe_seconds(time.monotonic() - self._began_at)


@contextmanager
def watch_return(worlds: Iterable[str]) -> Iterator[Observer]:
    """Show the progress of worlds while the block runs."""
    # Sizes do not matter: no dump is read.
    with show_progress(dict.fromkeys(worlds, 1)) as observer:
        yield observer


@contextmanager
def explain_interruption(fleet: str) -> Iterator[None]:
    """If the block is interrupted, say how to go on with the worlds that it leaves so."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted):
        left = [
            world.name
            for world in fleets.status(fleet).worlds.values()
            if world.state is WorldState.INTERRUPTED and world.baseline
        ]
        if left:
            diagnostics.narrate(
                f"interrupted: {name_worlds(left)}; run the command again, or go back to the moment"
                f" before it: {reset_command(fleet, left)}"
            )
        raise


def tell_way_back(record: FleetRecord, failed: Collection[str]) -> str | None:
    """Return how those of some failed worlds get a server again that had one; None of none."""
    kept = [name for name in failed if record.worlds[name].baseline]
    if not kept:
        return None
    have = "has" if len(kept) == 1 else "have"
    return (
        f"{name_worlds(kept)} {have} no server now; back to the moment before it:"
        f" {reset_command(record.name, kept)}"
    )


def show_closed(closed: Mapping[str, Sequence[str]]) -> None:
    """Report whose connections to worlds were closed."""
    for world, logins in closed.items():
        if logins:
            diagnostics.narrate(describe_closed(world, logins))


def show_returned(
    done: Collection[str],
    failures: Mapping[str, RewoundError],
    clock: Clock,
    *,
    verb: str,
    hint: str | None = None,
) -> None:
    """Report why worlds failed, and how many succeeded; `verb` is what was done, such as reset.

    `hint` is what can be done with those that failed.

    Raises:
        RewoundError: all of them failed.
        SomeWorldsFailed: some of them failed.
    """
    diagnostics.show_errors([error.of_world(world) for world, error in failures.items()])
    if failures and not done:
        is_host = all(isinstance(error, HostError) for error in failures.values())
        raise (HostError if is_host else RewoundError)(f"no world was {verb}", hint=hint)
    total = show_count(len(done) + len(failures), "world")
    diagnostics.narrate(f"{len(done):,} of {total} {verb}, {clock.describe()}")
    if failures:
        raise SomeWorldsFailed(f"{len(failures):,} of {total} could not be {verb}", hint=hint)
