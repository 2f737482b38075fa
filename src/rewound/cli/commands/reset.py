"""`rewound reset`: undo what was changed in worlds."""

import click

from rewound.cli.output.returning_worlds import (
    Clock,
    explain_interruption,
    show_closed,
    show_returned,
    watch_return,
)
from rewound.cli.parameters.completers import complete_worlds
from rewound.cli.parameters.selection import clone_option, read_clone_method
from rewound.cli.parameters.shared_options import fleet_option
from rewound.operations import fleets, starting


@click.command(name="reset")
@click.argument("worlds", nargs=-1, metavar="[WORLD]...", shell_complete=complete_worlds)
@fleet_option
@clone_option
def command(worlds: tuple[str, ...], fleet: str, clone: str) -> None:
    """Undo all changes that were made in worlds, by default in all.

    Each world goes back to the moment that rewound seek last took it to, or, without seek, to the
    one that rewound up restored. WORLD may be a pattern such as 'host[1-3]'. Open connections are
    closed; addresses and passwords stay. A world that crashed comes back.
    """
    selection = ",".join(worlds) if worlds else None
    clock = Clock()
    with (
        explain_interruption(fleet),
        watch_return(fleets.select(fleet, selection)) as observer,
    ):
        resetting = starting.reset(
            fleet, selection, clone=read_clone_method(clone), observer=observer
        )
    show_closed(resetting.done)
    show_returned(resetting.done, resetting.failures, clock, verb="reset")
