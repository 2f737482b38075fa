"""`rewound down`: nothing stays."""

import click

from rewound.cli.output import diagnostics
from rewound.cli.output.formats import show_count
from rewound.cli.parameters.shared_options import fleet_option
from rewound.operations import restoring


@click.command(name="down")
@fleet_option
@click.option("--all", "every", is_flag=True, help="Stop and delete all fleets.")
def command(fleet: str, every: bool) -> None:
    """Stop the servers of a fleet and delete all of it. The dumps stay as they are."""
    names = restoring.names_to_end() if every else [fleet]
    for name in names:
        ended = restoring.down(name)
        servers = show_count(ended, "server")
        diagnostics.narrate(f"fleet {name} deleted: {servers} stopped")
    if not names:
        diagnostics.narrate("there are no fleets")
