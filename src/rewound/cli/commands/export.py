"""`rewound export`: worlds for another host."""

import shlex
from pathlib import Path

import click

from rewound.cli.output import diagnostics, render
from rewound.cli.parameters.shared_options import CommandGroup, fleet_option, option, worlds_option
from rewound.engine.server_options import LOOPBACK
from rewound.mysql.accounts import READER
from rewound.operations import exporting
from rewound.operations.exporting import ComposeOptions, Exported


@click.group(name="export", cls=CommandGroup)
def command() -> None:
    """Export worlds to another host."""


@command.command(name="compose")
@click.argument("folder", type=click.Path(path_type=Path))
@fleet_option
@worlds_option
@option(
    "--image",
    metavar="IMAGE",
    help="MySQL image. Default: the fleet's image, or mysql: with its release.",
)
@option(
    "--port-base",
    type=click.IntRange(1024, 65535),
    default=exporting.FIRST_PORT,
    show_default=True,
    help="Port of the first world.",
)
def compose_command(
    folder: Path, fleet: str, worlds: str | None, image: str | None, port_base: int
) -> None:
    """Create FOLDER, from which docker compose up runs a fleet's worlds on any host.

    It holds copies of their baselines, so the worlds are as they were restored, a
    docker-compose.yml, and an .env with ports and new passwords. The other host needs
    nothing else except the image.
    """
    exported = exporting.export_compose(
        folder, ComposeOptions(fleet, worlds, image, port_base), narrate=diagnostics.narrate
    )
    _show(exported, shlex.quote(str(folder)))


def _show(exported: Exported, folder: str) -> None:
    rows: list[list[render.Cell]] = [
        [each.world, ", ".join(exported.schemas[each.world]), f"{LOOPBACK}:{each.port}"]
        for each in exported.services
    ]
    render.write_rows(["world", "schemas", "address"], rows, "table")
    port = exported.services[0].port
    diagnostics.narrate(
        "",
        f"{folder} can be copied to any host; its image is {exported.image}",
        f"start:     cd {folder} && docker compose up -d",
        f"connect:   mysql -h {LOOPBACK} -P {port} -u {READER} -p   (passwords: .env)",
        "stop:      docker compose down",
    )
