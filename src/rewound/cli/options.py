"""Options that several commands share, and which of them a settings file can set."""

import functools
import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from rewound.catalog import parse_target
from rewound.dump.part import Part
from rewound.engine.cloning import CloneMethod
from rewound.errors import UsageError
from rewound.operations.dumps import Selection

_Command = TypeVar("_Command", bound=Callable[..., Any])

_AUTO = "auto"
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([KMGT]?)i?B?", re.IGNORECASE)

FORMATS = ("table", "json", "jsonl", "csv", "tsv", "markdown")

CONFIGURABLE: dict[str, type] = {
    "fleet": str,
    "format": str,
    "pattern": str,
    "timezone": str,
    "worlds": str,
    "server": str,
    "schema": str,
    "port-base": int,
    "allow-missing": bool,
    "allow-unfinished": bool,
    "fallback": bool,
    "clone": str,
    "cache-limit": str,
}
"""What `rewound.toml` can set, and the type of each value.

What says which moment is meant is not among them: it belongs to one call.
"""


PARAMETERS = {"format": "output_format"}
"""Options whose value the commands know under another name than their own."""


def option(*names: str, **settings: Any) -> Callable[[_Command], _Command]:
    """Declare an option that the environment can set as well: --fleet is REWOUND_FLEET."""
    long_name = next(name for name in names if name.startswith("--"))
    variable = "REWOUND_" + long_name.removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=variable, **settings)


fleet_option = option(
    "--fleet", default="default", show_default=True, metavar="NAME", help="Which fleet."
)
format_option = option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How the output is written.",
)
worlds_option = option("--worlds", metavar="NAMES", help="Only these worlds: 'host[1-3],eu-*'.")


def parse_size(text: str) -> int:
    """Return the bytes that `20GiB`, `500M` or `1000` stand for; K is 1024."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} is no size such as 20GiB, 500M or 0")
    exponent = " KMGT".index(match[2].upper() or " ")
    return int(float(match[1]) * 1024**exponent)


def read_clone_method(name: str) -> CloneMethod | None:
    """Return the way of cloning that --clone names; None for `auto`."""
    return None if name == _AUTO else CloneMethod(name)


clone_option = option(
    "--clone",
    type=click.Choice([_AUTO, *(method.value for method in CloneMethod)]),
    default=_AUTO,
    show_default=True,
    help="How data directories are cloned; rewound doctor shows what works.",
)
cache_limit_option = option(
    "--cache-limit",
    type=parse_size,
    default="20GiB",
    show_default=True,
    metavar="SIZE",
    help="How much the baselines in the cache may take.",
)


def selection_options(command: _Command) -> _Command:
    """Declare SOURCE and the options that say which dumps of it are meant."""
    for decorate in (
        worlds_option,
        option(
            "--timezone",
            metavar="ZONE",
            help="Zone of times that state none, such as Europe/Berlin. Default: as written.",
        ),
        option(
            "--pattern",
            help="How world and time stand in a path: '{world}_dump_{time:%Y%m%d_%H%M%S}'.",
        ),
        option("--before", metavar="TIME", help="The newest dump strictly before this time."),
        option(
            "--at",
            metavar="TIME",
            help="The newest dump at or before this time: '2024-06-18 21:16', or a day,"
            " which means its end.",
        ),
        click.argument("source", type=click.Path(path_type=Path)),
    ):
        command = decorate(command)
    return command


def part_options(command: _Command) -> _Command:
    """Declare the options that ask for a part of each dump; the command gets a `part`."""

    @functools.wraps(command)
    def with_part(
        *,
        only_schema: tuple[str, ...],
        only_table: tuple[str, ...],
        skip_table: tuple[str, ...],
        **others: Any,
    ) -> Any:
        return command(part=Part(only_schema, only_table, skip_table), **others)

    for name, text in (
        ("--skip-table", "Not these tables: 'game.log_*'; may be repeated."),
        ("--only-table", "Only these tables: 'player*'; may be repeated."),
        ("--only-schema", "Only these databases: 'game*'; may be repeated."),
    ):
        with_part = option(name, multiple=True, metavar="PATTERN", help=text)(with_part)
    return cast(_Command, with_part)


def read_selection(
    source: Path,
    *,
    at: str | None,
    before: str | None,
    pattern: str | None,
    timezone: str | None,
    worlds: str | None,
) -> Selection:
    """Return the selection that the options make.

    Raises:
        UsageError: both --at and --before are given, or a time or zone is unreadable.
    """
    if at is not None and before is not None:
        raise UsageError("--at and --before exclude each other", hint="give one of them")
    zone = _read_timezone(timezone)
    target = None
    if (text := at if at is not None else before) is not None:
        target = parse_target(text, zone, strictly_before=before is not None)
    return Selection(source=source, target=target, pattern=pattern, timezone=zone, worlds=worlds)


def _read_timezone(name: str | None) -> tzinfo:
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"there is no time zone {name!r}", hint="use a name such as Europe/Berlin or UTC"
        ) from error
