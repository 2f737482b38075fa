"""`rewound status`: what is true of the worlds now."""

from collections.abc import Sequence

import click

from rewound.cli.output import diagnostics, render
from rewound.cli.output.formats import show_mib
from rewound.cli.parameters.shared_options import fleet_option, format_option
from rewound.errors import FleetError
from rewound.fleet.world import World
from rewound.operations import fleets


@click.command(name="status")
@fleet_option
@click.option("--all", "show_all", is_flag=True, help="The worlds of all fleets.")
@format_option
def command(fleet: str, show_all: bool, output_format: str) -> None:
    """List the worlds of a fleet: state, dump, address, size."""
    names = fleets.names() if show_all else [fleet]
    worlds: list[tuple[str, World]] = []
    unreadable: list[tuple[str, FleetError]] = []
    for name in names:
        try:
            worlds.extend((name, world) for world in fleets.status(name).worlds.values())
        except FleetError as error:
            if not show_all:
                raise
            unreadable.append((name, error))
    if output_format == "table":
        _show(worlds, with_fleet=show_all)
        for _, why in unreadable:
            diagnostics.show_error(why)
    else:
        _list(worlds, unreadable, output_format)


def _show(worlds: Sequence[tuple[str, World]], *, with_fleet: bool) -> None:
    """Show what fits a screen, and say below it what is not as it should be."""
    columns = ["fleet", "world", "state", "taken", "rows", "address", "disk"]
    rows: list[list[render.Cell]] = [
        [
            fleet,
            world.name,
            world.state.value,
            world.taken_at,
            world.rows,
            _address(world),
            show_mib(fleets.disk_bytes(fleet, world)),
        ]
        for fleet, world in worlds
    ]
    first = 0 if with_fleet else 1
    render.write_rows(columns[first:], [row[first:] for row in rows], "table", is_prose=True)
    for _, world in worlds:
        if world.dump_filter is not None:
            diagnostics.narrate(f"world {world.name} is a part of its dump: {world.dump_filter}")
        if world.reason is not None:
            diagnostics.narrate(f"world {world.name} {world.state.value}: {world.reason}")


def _list(
    worlds: Sequence[tuple[str, World]],
    unreadable: Sequence[tuple[str, FleetError]],
    output_format: str,
) -> None:
    rows: list[list[render.Cell]] = [
        [
            fleet,
            world.name,
            world.state.value,
            world.dump.name,
            ", ".join(world.schemas),
            world.rows,
            world.dump_filter,
            _address(world),
            fleets.disk_bytes(fleet, world),
            world.reason,
        ]
        for fleet, world in worlds
    ]
    rows += [[fleet, None, "unreadable", *[None] * 6, why.message] for fleet, why in unreadable]
    columns = ["fleet", "world", "state", "dump", "schemas", "rows", "filter"]
    render.write_rows([*columns, "address", "disk_bytes", "reason"], rows, output_format)


def _address(world: World) -> str | None:
    return None if world.server is None else f"{world.server.host}:{world.server.port}"
