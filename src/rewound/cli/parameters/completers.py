"""What the Tab key offers in a shell: names of fleets, worlds, tables and columns.

Only names that can be looked up at once are offered, and a failure offers nothing: a shell is no
place for an error message.
"""

from collections.abc import Iterator, Sequence

import click
from click.shell_completion import CompletionItem

from rewound.errors import RewoundError


def complete_fleets(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Offer the existing fleets; in a list, such as `before,after`, for its last item."""
    from rewound.operations import fleets

    return _offer(fleets.names(), incomplete)


def complete_sides(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer fleets or, if none matches, the shell's file names: a diff takes both."""
    items = complete_fleets(ctx, param, incomplete)
    return items or [CompletionItem(incomplete, type="file")]


def complete_worlds(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Offer the worlds of the fleet that the line names so far; in a list, for its last item."""
    from rewound.operations import fleets

    try:
        worlds = list(fleets.status(_find_fleet(ctx)).worlds)
    except (RewoundError, OSError):
        return []
    return _offer(worlds, incomplete)


def complete_tables(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Offer the tables in the first ready world of the fleet that the line names so far."""
    return _offer([name for name, _ in _iter_tables(ctx)], incomplete)


def complete_columns(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Offer the columns of that world; in a list, for its last item."""
    names = dict.fromkeys(column for _, columns in _iter_tables(ctx) for column in columns)
    return _offer(list(names), incomplete)


def _iter_tables(ctx: click.Context) -> Iterator[tuple[str, Sequence[str]]]:
    from rewound.operations import querying
    from rewound.operations.audience import Audience

    try:
        schemas = querying.known_names(Audience((_find_fleet(ctx),))).schemas
    except (RewoundError, OSError):
        return
    for tables in schemas.values():
        yield from tables.items()


def _find_fleet(ctx: click.Context) -> str:
    """Return the fleet that the line means; of two sides the second, which is the newer one."""
    sides = ctx.params.get("fleets")
    if sides:
        return str(sides[-1])
    return str(ctx.params.get("fleet") or "default").rpartition(",")[2]


def _offer(names: Sequence[str], incomplete: str) -> list[CompletionItem]:
    """Offer completions for the last item of a list; the shell replaces the whole word."""
    before, comma, last = incomplete.rpartition(",")
    return [CompletionItem(f"{before}{comma}{name}") for name in names if name.startswith(last)]
