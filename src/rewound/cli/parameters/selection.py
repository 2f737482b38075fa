"""Options that select the dumps, the parts of them, and the servers."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from rewound.catalog.source import Source
from rewound.cli.parameters.engine_options import settle_request
from rewound.cli.parameters.precedence import find_origin, one_of, tell_passed_over
from rewound.cli.parameters.shared_options import option, parse_size, source_argument, worlds_option
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.engine.choice import EngineKind
from rewound.engine.cloning import CloneMethod
from rewound.operations.dump_selection import read_selection
from rewound.operations.engine_request import EngineRequest

_Command = TypeVar("_Command", bound=Callable[..., Any])

_AUTO = "auto"


def read_clone_method(name: str) -> CloneMethod | None:
    """Return the clone method that --clone names; None for `auto`."""
    return None if name == _AUTO else CloneMethod(name)


clone_option = option(
    "--clone",
    type=click.Choice([_AUTO, *(method.value for method in CloneMethod)]),
    default=_AUTO,
    show_default=True,
    help="How to clone data directories; rewound doctor shows what works.",
)


timezone_option = option(
    "--timezone",
    metavar="ZONE",
    help="Time zone of times without one, such as Europe/Berlin. Default: UTC.",
)
pattern_option = option(
    "--pattern",
    help="Pattern of world and time in a path: '{world}_dump_{time:%Y%m%d_%H%M%S}'. {database},"
    " {table} or {part} tell the parts of one dump apart.",
)

identity_option = option(
    "--identity",
    "identities",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File with the key or passphrase of encrypted dumps; may be repeated.",
)


def selection_options(command: _Command) -> _Command:
    """Declare SOURCE and the options that select its dumps; the command gets a `selection`."""
    return _declare_selection(command, required=True)


def optional_selection_options(command: _Command) -> _Command:
    """Declare the same with an optional SOURCE; without it, `selection` is None."""
    return _declare_selection(command, required=False)


def _declare_selection(command: _Command, *, required: bool) -> _Command:
    @functools.wraps(command)
    def with_selection(
        *,
        source: Source | None,
        at: str | None,
        before: str | None,
        pattern: str | None,
        timezone: str | None,
        worlds: str | None,
        identities: tuple[Path, ...],
        **others: Any,
    ) -> Any:
        selection = None
        if source is not None:
            selection = read_selection(
                source,
                at=at,
                before=before,
                pattern=pattern,
                timezone=timezone,
                worlds=worlds,
                identities=identities,
            )
        return command(selection=selection, **others)

    for decorate in (
        one_of("at", "before"),
        worlds_option,
        identity_option,
        timezone_option,
        pattern_option,
        option("--before", metavar="TIME", help="Take the newest dump strictly before this time."),
        option(
            "--at",
            metavar="TIME",
            help="Take the newest dump at or before this time: '2024-06-18 21:16+00:00', or"
            " a day, which means its end.",
        ),
        source_argument(required=required),
    ):
        with_selection = decorate(with_selection)
    return cast(_Command, with_selection)


def engine_options(command: _Command) -> _Command:
    """Declare the options of the engine; the command gets an `engine_request`."""

    @functools.wraps(command)
    def with_engine_request(
        *, engine: str, server: str, image: str | None, memory_limit: int | None, **others: Any
    ) -> Any:
        origins = {
            name: find_origin(name) for name in ("engine", "server", "image", "memory_limit")
        }
        request = EngineRequest(engine, server, image, memory_limit)
        engine_request, passed_over = settle_request(request, origins)
        for name, winner in passed_over:
            tell_passed_over(name, origins[name], winner)
        return command(engine_request=engine_request, **others)

    for decorate in (
        option(
            "--memory-limit",
            type=parse_size,
            metavar="SIZE",
            help="Memory limit of each server's container, such as 2GiB.",
        ),
        option(
            "--image",
            metavar="NAME",
            help="Image of MySQL for the containers.  [default: mysql:8.4]",
        ),
        option(
            "--server",
            default="auto",
            show_default=True,
            metavar="NAME",
            help="MySQL server to use; match: one of the same release as the dumps.",
        ),
        option(
            "--engine",
            type=click.Choice(["auto", *(kind.value for kind in EngineKind)]),
            default="auto",
            show_default=True,
            help="Run servers as processes of this host or in Docker containers.",
        ),
    ):
        with_engine_request = decorate(with_engine_request)
    return cast(_Command, with_engine_request)


def filter_options(command: _Command) -> _Command:
    """Declare the options that select a part of each dump; the command gets a `dump_filter`."""

    @functools.wraps(command)
    def with_filter(
        *,
        only_schema: tuple[str, ...],
        only_table: tuple[str, ...],
        skip_table: tuple[str, ...],
        **others: Any,
    ) -> Any:
        return command(dump_filter=DumpFilter(only_schema, only_table, skip_table), **others)

    for name, text in (
        ("--skip-table", "Skip these tables: 'game.log_*'; may be repeated."),
        ("--only-table", "Restore only these tables: 'player*'; may be repeated."),
        ("--only-schema", "Restore only these databases: 'game*'; may be repeated."),
    ):
        with_filter = option(name, multiple=True, metavar="PATTERN", help=text)(with_filter)
    return cast(_Command, with_filter)
