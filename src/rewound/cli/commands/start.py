"""`rewound start`: servers again, changes kept."""

import click

from rewound.cli.output import diagnostics
from rewound.cli.output.progress import PlainLines
from rewound.cli.parameters.shared_options import fleet_option
from rewound.errors import HostError, RewoundError, SomeWorldsFailed
from rewound.operations import starting


@click.command(name="start")
@click.argument("worlds", nargs=-1, metavar="[WORLD]...")
@fleet_option
def command(worlds: tuple[str, ...], fleet: str) -> None:
    """Start the servers of worlds that are stopped, by default all, as after a reboot.

    WORLD may be a pattern such as 'host[1-3]'. What was changed in them stays, and so do
    address and passwords; rewound reset takes them back instead.
    """
    outcome = starting.start(fleet, ",".join(worlds) if worlds else None, observer=PlainLines())
    for world, error in outcome.failures.items():
        diagnostics.show_error(error.of_world(world))
    if not outcome.failures:
        if not outcome.done:
            diagnostics.narrate("all of these servers run already; nothing to start")
        return
    if not outcome.done:
        is_host = all(isinstance(error, HostError) for error in outcome.failures.values())
        raise (HostError if is_host else RewoundError)("no world was started")
    total = len(outcome.failures) + len(outcome.done)
    raise SomeWorldsFailed(f"{len(outcome.failures)} of {total} worlds could not be started")
