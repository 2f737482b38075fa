"""`rewound cache`: list and remove baselines."""

from collections.abc import Sequence

import click

from rewound.cli.output import diagnostics, render
from rewound.cli.parameters.shared_options import CommandGroup, cache_limit_option, format_option
from rewound.figures import show_count, show_mib
from rewound.fleet.baseline import SHOWN_KEY, CacheEntry
from rewound.operations import host
from rewound.worlds.folding import fold_worlds


@click.group(name="cache", cls=CommandGroup)
def command() -> None:
    """List or remove baselines: the data directories that up and reset clone."""


@command.command(name="list")
@format_option
def list_command(output_format: str) -> None:
    """List the baselines, most recently used first."""
    entries = host.list_cache()
    if output_format == "table":
        _show(entries)
    else:
        _list(entries, output_format)
    total = sum(entry.size_bytes for entry in entries)
    diagnostics.narrate(f"{show_count(len(entries), 'baseline')}, {show_mib(total)}")


def _show(entries: Sequence[CacheEntry]) -> None:
    rows: list[list[render.Cell]] = [
        [
            entry.key[:SHOWN_KEY],
            show_mib(entry.size_bytes),
            entry.used_at.replace(microsecond=0),
            entry.dump,
            fold_users(entry.users),
        ]
        for entry in entries
    ]
    render.write_rows(["baseline", "disk", "used", "dump", "worlds"], rows, "table", is_prose=True)


def fold_users(users: Sequence[str]) -> str:
    """Return worlds such as before/host1, those of a fleet folded: `before/host[1-3]`."""
    worlds: dict[tuple[str, str], list[str]] = {}
    for user in users:
        name, within, state_folder = user.partition(" in ")
        fleet, slash, world = name.partition("/")
        names = worlds.setdefault((fleet, within + state_folder), [])
        if slash:
            names.append(world)
    return ", ".join(
        f"{fleet}/{fold_worlds(names)}{place}" if names else f"{fleet}{place}"
        for (fleet, place), names in worlds.items()
    )


def _list(entries: Sequence[CacheEntry], output_format: str) -> None:
    rows: list[list[render.Cell]] = [
        [
            entry.key[:SHOWN_KEY],
            entry.dump,
            entry.size_bytes,
            entry.made_at.replace(microsecond=0),
            entry.used_at.replace(microsecond=0),
            ", ".join(entry.users) or None,
        ]
        for entry in entries
    ]
    columns = ["baseline", "dump", "disk_bytes", "made_at", "used_at", "worlds"]
    render.write_rows(columns, rows, output_format)


@command.command(name="prune")
@cache_limit_option
@click.option(
    "--all", "every", is_flag=True, help="Remove all baselines that no fleet can be reset to."
)
def prune_command(cache_limit: int, every: bool) -> None:
    """Remove the least recently used baselines, down to the limit.

    Baselines that a fleet can be reset to are kept, including those of fleets in other state
    folders.
    """
    gone = host.prune_cache(limit_bytes=0 if every else cache_limit)
    left = host.list_cache()
    freed, kept = (sum(entry.size_bytes for entry in part) for part in (gone, left))
    diagnostics.narrate(
        f"{show_count(len(gone), 'baseline')} removed, {show_mib(freed)};"
        f" {len(left):,} kept, {show_mib(kept)}"
    )
