"""Options that several commands share, and which of them a settings file can set."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from rewound.cli.parameters.completers import complete_fleets, complete_worlds
from rewound.cli.unknown_commands import require_command
from rewound.stores.address import parse_address

_Command = TypeVar("_Command", bound=Callable[..., Any])

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([KMGT]?)i?B?", re.IGNORECASE)

_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]+)?) ?(s|min|m|h|d)", re.IGNORECASE)

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "markdown")

CONFIGURABLE: dict[str, type] = {
    "source": str,
    "binlogs": list,
    "fleet": str,
    "format": str,
    "pattern": str,
    "timezone": str,
    "world-timezone": str,
    "worlds": str,
    "engine": str,
    "server": str,
    "image": str,
    "memory-limit": str,
    "schema": str,
    "port-base": int,
    "allow-missing": bool,
    "allow-unfinished": bool,
    "fallback": bool,
    "clone": str,
    "cache-limit": str,
}
"""What `rewound.toml` can set, and the type of each value.

Options that select a moment are missing: they belong to one call.
"""


_OF_THE_IMAGE = ("data-dir", "bind-address", "memory", "dev-password-file", "reader-password-file")
_VARIABLES = {
    **{
        name: "REWOUND_" + name.replace("-", "_").upper()
        for name in (*CONFIGURABLE, *_OF_THE_IMAGE)
    },
    # Kubernetes sets REWOUND_PORT=tcp://… for a Service called rewound.
    "port": "REWOUND_LISTEN_PORT",
}
"""Options that environment variables can set: those of the file, and those that the manifest of a
container needs. Options that belong to one call, such as --write or --output, are missing: a
variable that was left set would have an unseen effect.
"""

PARAMETERS = {"format": "output_format"}
"""Options whose parameter in the commands has another name."""


def option(*names: str, **settings: Any) -> Callable[[_Command], _Command]:
    """Declare an option, with an environment variable if it makes sense as a setting."""
    long_name = next(name for name in names if name.startswith("--"))
    return click.option(*names, envvar=_VARIABLES.get(long_name.removeprefix("--")), **settings)


class SourceParameter(click.Path):
    """A folder or file of this host, or the URL of one in a store."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or the address."""
        address = parse_address(value) if isinstance(value, str) else None
        return super().convert(value, param, ctx) if address is None else address


def source_argument(*, required: bool) -> Callable[[_Command], _Command]:
    """Declare SOURCE, which a setting can name as well."""
    return click.argument(
        "source",
        type=SourceParameter(path_type=Path),
        required=required,
        envvar=_VARIABLES["source"],
    )


def find_source_setting() -> str | None:
    """Return the SOURCE that the environment or the settings file names; None if neither does."""
    context = click.get_current_context()
    named = os.environ.get(_VARIABLES["source"]) or context.lookup_default("source")
    return None if named is None else str(named)


class CommandGroup(click.Group):
    """A command with sub-commands; the settings of the file reach these too."""

    def invoke(self, ctx: click.Context) -> Any:
        """Pass the file's settings on to the sub-command."""
        if ctx.default_map is not None:
            ctx.default_map = dict.fromkeys(self.commands, ctx.default_map)
        return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the sub-command."""
        require_command(self, ctx, args)
        return super().resolve_command(ctx, args)


fleet_option = option(
    "--fleet",
    default="default",
    show_default=True,
    metavar="NAME",
    shell_complete=complete_fleets,
    help="Name of the fleet.",
)
format_option = option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="Output format.",
)
data_dir_option = option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Data directory of the world: empty, or created by restore-world.",
)
worlds_option = option(
    "--worlds",
    metavar="NAMES",
    shell_complete=complete_worlds,
    help="Select worlds: 'host[1-3],eu-*'.",
)


def parse_size(text: str) -> int:
    """Return the number of bytes in `20GiB`, `500M` or `1000`; K is 1024."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} is not a size (try 20GiB)")
    exponent = " KMGT".index(match[2].upper() or " ")
    return int(float(match[1]) * 1024**exponent)


def parse_duration(text: str) -> float:
    """Return the number of seconds in `8h`, `90min`, `1.5d` or `30s`."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or float(match[1]) <= 0:
        raise click.BadParameter(f"{text!r} is not a time (try 8h)")
    return float(match[1]) * _SECONDS[match[2].lower()]


cache_limit_option = option(
    "--cache-limit",
    type=parse_size,
    default="20GiB",
    show_default=True,
    metavar="SIZE",
    help="Size limit of the baselines in the cache.",
)
