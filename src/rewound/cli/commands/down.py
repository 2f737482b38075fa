"""`rewound down`: stop fleets and delete them."""

from collections.abc import Mapping

import click

from rewound.cli.output import diagnostics
from rewound.cli.output.formats import show_count
from rewound.cli.output.world_states import describe_closed
from rewound.cli.parameters.shared_options import fleet_option
from rewound.errors import FleetNotFound
from rewound.operations import ending


@click.command(name="down")
@fleet_option
@click.option("--expired", is_flag=True, help="Only fleets whose time (up --expire) is over.")
@click.option("--all", "every", is_flag=True, help="Stop and delete all fleets.")
def command(fleet: str, expired: bool, every: bool) -> None:
    """Stop the servers of a fleet and delete it. The dumps are not touched.

    Open connections are closed. If there is no such fleet, `down` succeeds and says so.
    """
    if expired:
        show_expired(ending.end_expired())
        return
    names = ending.names_to_end() if every else [fleet]
    for name in names:
        try:
            ended = ending.down(name)
        except FleetNotFound as error:
            hint = f" ({error.hint})" if error.hint else ""
            diagnostics.narrate(f"{error.message}; nothing to do{hint}")
            continue
        for world, logins in ended.connections.items():
            diagnostics.narrate(describe_closed(world, logins))
        servers = show_count(ended.servers, "server")
        diagnostics.narrate(f"fleet {name} deleted: {servers} stopped")
    if not names:
        diagnostics.narrate("there are no fleets")


def show_expired(ended: Mapping[str, ending.Ended]) -> None:
    """Say which fleets were taken down because their time was over."""
    for name, each in ended.items():
        servers = show_count(each.servers, "server")
        diagnostics.narrate(f"fleet {name} deleted, because its time was over: {servers} stopped")
