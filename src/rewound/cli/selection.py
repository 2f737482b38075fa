"""Options that say which dumps are meant, which part of them, and how they are cloned."""

import functools
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from rewound.catalog import parse_target
from rewound.cli.options import option, worlds_option
from rewound.dump.part import Part
from rewound.engine.cloning import CloneMethod
from rewound.errors import UsageError
from rewound.operations.dumps import Selection

_Command = TypeVar("_Command", bound=Callable[..., Any])

_AUTO = "auto"


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
