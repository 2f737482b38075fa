"""`rewound status`: what is true of the worlds now."""

import click

from rewound.cli import render
from rewound.cli.options import fleet_option, format_option
from rewound.errors import FleetError
from rewound.operations import fleets


@click.command(name="status")
@fleet_option
@click.option("--all", "show_all", is_flag=True, help="The worlds of all fleets.")
@format_option
def command(fleet: str, show_all: bool, output_format: str) -> None:
    """List the worlds of a fleet: state, dump, address, size."""
    names = fleets.names() if show_all else [fleet]
    rows: list[list[render.Cell]] = []
    for name in names:
        try:
            record = fleets.status(name)
        except FleetError as error:
            if not show_all:
                raise
            rows.append([name, None, "unreadable", *[None] * 6, error.message])
            continue
        for world in record.worlds.values():
            server = world.server
            rows.append(
                [
                    name,
                    world.name,
                    world.state.value,
                    world.dump.name,
                    ", ".join(world.schemas),
                    world.rows,
                    world.part,
                    None if server is None else f"{server.host}:{server.port}",
                    fleets.disk_bytes(name, world),
                    world.reason,
                ]
            )
    columns = ["fleet", "world", "state", "dump", "schemas", "rows", "part"]
    render.write_rows([*columns, "address", "disk_bytes", "reason"], rows, output_format)
