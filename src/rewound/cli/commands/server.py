"""`rewound server`: the MySQL that worlds run on."""

from pathlib import Path

import click

from rewound.cli.output import diagnostics, render
from rewound.cli.parameters.shared_options import CommandGroup, format_option
from rewound.operations import host


@click.group(name="server", cls=CommandGroup)
def command() -> None:
    """List or install the MySQL servers that worlds run on."""


@command.command(name="list")
@format_option
def list_command(output_format: str) -> None:
    """List the MySQL servers that up can use, the preferred one first."""
    servers = host.list_servers()
    rows: list[list[render.Cell]] = [[s.name, str(s.version), s.source] for s in servers]
    render.write_rows(["name", "version", "source"], rows, output_format)
    if not servers:
        diagnostics.narrate("no server is installed yet; rewound server install installs one")


@command.command(name="install")
@click.option(
    "--from",
    "from_dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Install from this folder of .deb packages instead of the network.",
)
@click.option("--mirror", metavar="URL", help="Use this Debian mirror instead of the host's own.")
@click.option("--refresh", is_flag=True, help="Fetch the newest version even if one is installed.")
@click.option("--template", is_flag=True, help="Also initialise the template of new servers.")
def install_command(
    from_dir: Path | None, mirror: str | None, refresh: bool, template: bool
) -> None:
    """Install MySQL for this user, without root, from Debian's packages."""
    host.install_server(
        from_dir=from_dir,
        mirror=mirror,
        refresh=refresh,
        template=template,
        narrate=diagnostics.narrate,
    )
