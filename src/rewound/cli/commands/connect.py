"""`rewound connect`: open the mysql client on a world, or print how to connect to many."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import click

from rewound.cli.output import diagnostics, render
from rewound.cli.parameters.completers import complete_worlds
from rewound.cli.parameters.precedence import ValueSource, find_origin
from rewound.cli.parameters.shared_options import fleet_option, format_option, option
from rewound.command import replace_process
from rewound.errors import FleetError, HostError, SomeWorldsFailed, UsageError
from rewound.fleet.world import World
from rewound.mysql.accounts import DEV, READER
from rewound.mysql.addresses import make_tunnel, make_url
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.unix_socket import fits, keep_reachable
from rewound.operations import fleets, host
from rewound.worlds.folding import name_worlds
from rewound.worlds.selecting import select_worlds

_PATTERN = re.compile(r"[*?,\[]")
_RIGHTS = {READER: "may only read", DEV: "may change everything in it"}


@dataclass(frozen=True, slots=True)
class _Address:
    """A world that is ready, and its address."""

    world: World
    endpoint: Endpoint

    @property
    def schema(self) -> str | None:
        return fleets.default_schema(self.world)


@click.command(name="connect")
@click.argument("world", required=False, shell_complete=complete_worlds)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGS]...")
@fleet_option
@option(
    "--user",
    type=click.Choice([READER, DEV]),
    default=READER,
    show_default=True,
    help="reader may only read, dev may change everything in the world.",
)
@click.option("--all", "every", is_flag=True, help="Print the addresses of all worlds.")
@click.option("--print", "show", is_flag=True, help="Print the address and credentials.")
@click.option("--url", "show_url", is_flag=True, help="Print them as one URL per world.")
@click.option("--driver", metavar="NAME", help="URLs for SQLAlchemy: pymysql, mysqldb, asyncmy, …")
@click.option("--tunnel", metavar="HOST", help="Print the ssh command that tunnels to the worlds.")
@format_option
def command(
    world: str | None,
    arguments: tuple[str, ...],
    fleet: str,
    user: str,
    every: bool,
    show: bool,
    show_url: bool,
    driver: str | None,
    tunnel: str | None,
    output_format: str,
) -> None:
    """Open the mysql client on WORLD, or print how to connect to one world or to many.

    Arguments after -- are passed to the client: connect host1 -- --execute 'SHOW TABLES'.
    A pattern such as 'host[1-3]', like --all, prints the addresses of all these worlds; with
    --format, those of one WORLD are printed as well.
    """
    show_url = show_url or driver is not None
    if sum([show, show_url, tunnel is not None]) > 1:
        raise UsageError("--print, --url and --tunnel are mutually exclusive")
    # A setting applies to many commands; only a typed format asks for something to be printed.
    has_format = find_origin("output_format") is ValueSource.TYPED
    if has_format and tunnel is not None:
        raise UsageError("--format and --tunnel are mutually exclusive")
    show = show or (has_format and not show_url)
    is_list = every or (world is not None and _PATTERN.search(world) is not None)
    addresses, absent = _find_addresses(fleet, None if every else world, user, is_list=is_list)
    if arguments and (is_list or show or show_url or tunnel is not None):
        raise UsageError(
            f"arguments of the mysql client ({' '.join(arguments)}) require one WORLD to open",
            hint="with --print, --url, --tunnel or --format, nothing is opened",
        )
    if tunnel is not None:
        ports = [each.endpoint.port for each in addresses]
        render.write_lines(make_tunnel(ports, tunnel))
    elif show_url:
        has_rows = is_list or (has_format and output_format != "table")
        _show_urls(addresses, driver, output_format, is_list=has_rows)
    elif show and not is_list and output_format == "table":
        _show_one(addresses[0])
    elif is_list or show:
        _show_table(addresses, output_format)
    else:
        _open_client(addresses[0], fleet, arguments)
    if absent:
        for error in absent:
            diagnostics.show_error(error)
        are = "is" if len(absent) == 1 else "are"
        total = len(absent) + len(addresses)
        raise SomeWorldsFailed(f"{len(absent):,} of {total:,} worlds {are} not ready")


def _find_addresses(
    fleet: str, wanted: str | None, user: str, *, is_list: bool
) -> tuple[list[_Address], list[FleetError]]:
    """Return the addresses of the selected worlds, and why others have none."""
    worlds = fleets.status(fleet).worlds
    if is_list:
        names = select_worlds(worlds, wanted)
    elif wanted is not None:
        names = (wanted,)
    elif len(worlds) == 1:
        names = tuple(worlds)
    else:
        raise UsageError(
            f"which of {name_worlds(worlds)}?",
            hint="name one, or use --all to print the addresses of all",
        )
    addresses, absent = [], []
    for name in names:
        try:
            world = fleets.get_world(fleet, name, to_read=user == READER)
        except FleetError as error:
            absent.append(error)
        else:
            addresses.append(_Address(world, fleets.endpoint(fleet, world, user)))
    if not addresses:
        raise absent[0]
    return addresses, absent


def _show_one(address: _Address) -> None:
    endpoint = address.endpoint
    lines = {
        "host": endpoint.host,
        "port": endpoint.port,
        **({"socket": endpoint.socket} if fits(endpoint.socket) else {}),
        "user": endpoint.user,
        "password": endpoint.password,
        "schemas": ", ".join(address.world.schemas),
    }
    render.write_lines(f"{name}: {value}" for name, value in lines.items())


def _show_urls(
    addresses: Sequence[_Address], driver: str | None, output_format: str, *, is_list: bool
) -> None:
    urls = [make_url(each.endpoint, each.schema, driver=driver) for each in addresses]
    if not is_list:
        render.write_text(urls[0])
        return
    names = [each.world.name for each in addresses]
    if output_format != "table":
        render.write_rows(["world", "url"], list(zip(names, urls, strict=True)), output_format)
        return
    width = max(map(len, names))
    # One line each, never cut or wrapped, because they are meant to be copied.
    render.write_lines(f"{name:<{width}}  {url}" for name, url in zip(names, urls, strict=True))


def _show_table(addresses: Sequence[_Address], output_format: str) -> None:
    rows: list[list[render.Cell]] = [
        [
            each.world.name,
            each.endpoint.host,
            render.Plain(each.endpoint.port),
            each.endpoint.user,
            render.Word(each.endpoint.password),
            ", ".join(each.world.schemas),
        ]
        for each in addresses
    ]
    columns = ["world", "host", "port", "user", "password", "schemas"]
    render.write_rows(columns, rows, output_format, is_prose=True)


def _open_client(address: _Address, fleet: str, arguments: Sequence[str]) -> None:
    client = host.find_client()
    if client is None:
        raise HostError(
            "no mysql client found on this host",
            hint="install one with rewound server install; --print shows what other clients need",
        )
    endpoint, name = address.endpoint, address.world.name
    other = DEV if endpoint.user == READER else READER
    diagnostics.narrate(
        f"world {name}, as {endpoint.user}, who {_RIGHTS[endpoint.user]};"
        f" --user {other} {_RIGHTS[other]}"
    )
    login = [
        f"--defaults-file={fleets.option_file(fleet, endpoint.user)}",
        f"--socket={keep_reachable(endpoint.socket)}",
        f"--prompt={name}:\\d> ",
    ]
    schema = [] if address.schema is None else [f"--database={address.schema}"]
    replace_process([*client, *login, *schema, *arguments])
