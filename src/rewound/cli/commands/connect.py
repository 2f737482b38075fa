"""`rewound connect`: open the mysql client on a world, or print how to connect."""

import click

from rewound.cli.output import render
from rewound.cli.parameters.shared_options import fleet_option, option
from rewound.command import replace_process
from rewound.errors import HostError
from rewound.mysql.accounts import DEV, READER
from rewound.operations import fleets, host


@click.command(name="connect")
@click.argument("world")
@fleet_option
@option(
    "--user",
    type=click.Choice([DEV, READER]),
    default=DEV,
    show_default=True,
    help="dev may change everything in the world, reader may only read.",
)
@click.option("--print", "show", is_flag=True, help="Print the address and credentials.")
@click.option("--url", "show_url", is_flag=True, help="Print them as one URL.")
def command(world: str, fleet: str, user: str, show: bool, show_url: bool) -> None:
    """Open the mysql client on WORLD."""
    found = fleets.get_world(fleet, world)
    endpoint = fleets.endpoint(fleet, found, user)
    schema = fleets.default_schema(found)
    if show_url:
        render.write_text(endpoint.url(schema))
        return
    if show:
        lines = {
            "host": endpoint.host,
            "port": endpoint.port,
            "socket": endpoint.socket,
            "user": endpoint.user,
            "password": endpoint.password,
            "schemas": ", ".join(found.schemas),
        }
        render.write_lines(f"{name}: {value}" for name, value in lines.items())
        return
    client = host.find_client()
    if client is None:
        raise HostError(
            "no mysql client found on this host",
            hint="install one with rewound server install; --print shows what other clients need",
        )
    login = [
        f"--defaults-file={fleets.option_file(fleet, user)}",
        f"--socket={endpoint.socket}",
        f"--prompt={world}:\\d> ",
    ]
    replace_process([*client, *login, *([schema] if schema else [])])
