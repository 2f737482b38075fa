"""`rewound server`: the MySQL that worlds run on."""

from pathlib import Path

import click

from rewound.cli.output import diagnostics, render
from rewound.cli.parameters.shared_options import CommandGroup, format_option
from rewound.errors import UsageError
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
    "source",
    metavar="PATH",
    type=click.Path(path_type=Path, exists=True),
    help="Install from a generic Linux tarball of MySQL or Percona Server, or from a folder of"
    " .deb packages, instead of the network.",
)
@click.option("--sha256", metavar="HEX", help="Expected SHA-256 of the tarball.")
@click.option("--mirror", metavar="URL", help="Use this Debian mirror instead of the host's own.")
@click.option("--refresh", is_flag=True, help="Fetch the newest version even if one is installed.")
@click.option("--template", is_flag=True, help="Also initialise the template of new servers.")
def install_command(
    source: Path | None, sha256: str | None, mirror: str | None, refresh: bool, template: bool
) -> None:
    """Install MySQL for this user, without root.

    On a Debian-family host its packages come from Debian. Elsewhere, fetch the "Linux - Generic"
    tarball from dev.mysql.com/downloads/mysql, or Percona's, and name it with --from.
    """
    if sha256 is not None and (source is None or source.is_dir()):
        raise UsageError("--sha256 requires --from TARBALL")
    host.install_server(
        source=source,
        sha256=sha256,
        mirror=mirror,
        refresh=refresh,
        template=template,
        narrate=diagnostics.narrate,
    )
