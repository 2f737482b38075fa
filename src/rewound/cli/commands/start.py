"""`rewound start`: start stopped servers again; changes are kept."""

import click

from rewound.cli.output import diagnostics
from rewound.cli.output.returning_worlds import Clock, show_returned, watch_return
from rewound.cli.parameters.completers import complete_worlds
from rewound.cli.parameters.shared_options import fleet_option
from rewound.fleet.world import WorldState
from rewound.operations import fleets, starting


@click.command(name="start")
@click.argument("worlds", nargs=-1, metavar="[WORLD]...", shell_complete=complete_worlds)
@fleet_option
def command(worlds: tuple[str, ...], fleet: str) -> None:
    """Start the servers of worlds that are stopped, by default all, as after a reboot.

    WORLD may be a pattern such as 'host[1-3]'. Changes made in them, addresses and
    passwords stay. To undo the changes, use rewound reset.
    """
    selection = ",".join(worlds) if worlds else None
    clock = Clock()
    with watch_return(fleets.select(fleet, selection, state=WorldState.STOPPED)) as observer:
        outcome = starting.start(fleet, selection, observer=observer)
    if outcome.has_new_doorkeeper:
        diagnostics.narrate("doorkeeper started: worlds that sleep wake when somebody connects")
    if outcome.done or outcome.failures:
        show_returned(outcome.done, outcome.failures, clock, verb="started")
    elif not outcome.has_new_doorkeeper:
        diagnostics.narrate("all of these servers are already running; nothing to start")
