"""`rewound status`: list worlds and their current states."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import click

from rewound.cli.output import diagnostics, render
from rewound.cli.output.world_states import (
    describe_changed,
    describe_older,
    describe_remedies,
    list_moments,
    show_expiry,
    show_state,
    warn_of_lost_doorkeeper,
)
from rewound.cli.parameters.completers import complete_worlds
from rewound.cli.parameters.shared_options import fleet_option, format_option
from rewound.errors import FleetError, UsageError
from rewound.figures import show_mib
from rewound.fleet.changes import Changes
from rewound.fleet.record import FleetRecord
from rewound.fleet.world import World, find_older
from rewound.mysql.accounts import READER
from rewound.operations import changed, fleets
from rewound.worlds.selecting import select_worlds


@dataclass(frozen=True, slots=True)
class _Listed:
    """One world in the list."""

    fleet: str
    world: World
    is_older: bool
    """Whether it holds an older dump than other worlds of its fleet."""
    changes: Changes | None
    """What was changed in it after the restore."""


_FIELDS: Mapping[str, Callable[[_Listed], render.Cell]] = {
    "fleet": lambda each: each.fleet,
    "world": lambda each: each.world.name,
    "state": lambda each: each.world.state.value,
    "dump": lambda each: each.world.dump_name,
    "schemas": lambda each: ", ".join(each.world.schemas),
    "rows": lambda each: each.world.rows,
    "filter": lambda each: each.world.dump_filter,
    "address": lambda each: _address(each.world),
    "disk_bytes": lambda each: fleets.disk_bytes(each.fleet, each.world),
    "reason": lambda each: each.world.reason,
    "taken_at": lambda each: each.world.taken_at,
    "older": lambda each: int(each.is_older),
    "passed_over": lambda each: (
        ", ".join(PurePosixPath(place).name for place in each.world.passed_over) or None
    ),
    "host": lambda each: each.world.server.host if each.world.server else None,
    "port": lambda each: each.world.server.port if each.world.server else None,
    "socket": lambda each: _socket(each.fleet, each.world),
    "changed": lambda each: ", ".join(each.changes.names) if each.changes else None,
    "expires_at": lambda each: fleets.expires_at(each.fleet),
    "changed_at": lambda each: each.changes.last_at if each.changes else None,
    "moment": lambda each: each.world.moment,
    "as_of": lambda each: each.world.as_of,
    "moment_asked": lambda each: each.world.moment_asked,
    "last_transaction": lambda each: each.world.last_transaction,
}
"""The columns of each world in the formats for programs."""


@click.command(name="status")
@click.argument("selected", nargs=-1, metavar="[WORLD]...", shell_complete=complete_worlds)
@fleet_option
@click.option("--all", "show_all", is_flag=True, help="List the worlds of all fleets.")
@format_option
def command(selected: tuple[str, ...], fleet: str, show_all: bool, output_format: str) -> None:
    """List the worlds of a fleet: state, dump, address, size.

    WORLD may be a pattern such as 'host[1-3]'; by default, all are listed. A world is
    `changed` if one of its tables or other objects was touched after the restore, and `older`
    if it holds an older dump than the other worlds.
    """
    if selected and show_all:
        raise UsageError("--all and WORLD are mutually exclusive", hint="use only one of them")
    selection = ",".join(selected) if selected else None
    names = fleets.names() if show_all else [fleet]
    records: list[FleetRecord] = []
    worlds: list[_Listed] = []
    unreadable: list[tuple[str, FleetError]] = []
    for name in names:
        try:
            record = fleets.status(name)
            listed = _list_worlds(record, select_worlds(record.worlds, selection))
        except FleetError as error:
            if not show_all:
                raise
            unreadable.append((name, error))
        else:
            records.append(record)
            worlds.extend(listed)
    if output_format == "table":
        _show(worlds, with_fleet=show_all)
        for record in records:
            shown = {each.world.name: each.world for each in worlds if each.fleet == record.name}
            diagnostics.narrate(*describe_older(record.worlds.values(), shown))
            is_lost = fleets.has_lost_doorkeeper(record.name)
            warn_of_lost_doorkeeper(record.name, is_lost=is_lost)
            diagnostics.narrate(*_describe_remedies(replace(record, worlds=shown)))
        for _, why in unreadable:
            diagnostics.show_error(why)
        return
    rows = [[read(each) for read in _FIELDS.values()] for each in worlds]
    for name, why in unreadable:
        known: dict[str, render.Cell] = {
            "fleet": name,
            "state": "unreadable",
            "reason": why.message,
        }
        rows.append([known.get(field) for field in _FIELDS])
    render.write_rows(list(_FIELDS), rows, output_format)


def _describe_remedies(record: FleetRecord) -> Iterator[str]:
    """Yield the commands that make worlds ready, where this user may run them."""
    if fleets.is_ours(record.name):
        yield from describe_remedies(record)


def _list_worlds(record: FleetRecord, names: Sequence[str]) -> list[_Listed]:
    fleet, worlds = record.name, {name: record.worlds[name] for name in names}
    older, changes = find_older(record.worlds.values()), changed.find_changed(fleet, worlds)
    return [
        _Listed(fleet, world, name in older, changes.get(name)) for name, world in worlds.items()
    ]


def _show(worlds: Sequence[_Listed], *, with_fleet: bool) -> None:
    """Show a table that fits the screen, and report problems below it."""
    names, moments = list_moments([each.world for each in worlds])
    columns = ["fleet", "world", "state", *names, "rows", "address", "disk"]
    rows: list[list[render.Cell]] = [
        [
            each.fleet,
            each.world.name,
            show_state(each.world, is_older=each.is_older, is_changed=each.changes is not None),
            *moment,
            each.world.rows if each.world.schemas else None,
            _address(each.world),
            show_mib(fleets.disk_bytes(each.fleet, each.world) if each.world.schemas else None),
        ]
        for each, moment in zip(worlds, moments, strict=True)
    ]
    first = 0 if with_fleet else 1
    render.write_rows(columns[first:], [row[first:] for row in rows], "table", is_prose=True)
    for each in worlds:
        world = each.world
        if world.dump_filter is not None:
            diagnostics.narrate(
                f"world {world.name} contains only a part of its dump: {world.dump_filter}"
            )
        if world.reason is not None:
            diagnostics.narrate(f"world {world.name} {world.state.value}: {world.reason}")
    for fleet in dict.fromkeys(each.fleet for each in worlds):
        changes = {
            each.world.name: each.changes for each in worlds if each.fleet == fleet and each.changes
        }
        may_reset = fleets.is_ours(fleet)
        diagnostics.narrate(*describe_changed(fleet, changes, may_reset=may_reset))
        if expires_at := fleets.expires_at(fleet):
            diagnostics.narrate(f"fleet {fleet} will be taken down at {show_expiry(expires_at)}")


def _socket(fleet: str, world: World) -> str | None:
    return None if world.server is None else str(fleets.endpoint(fleet, world, READER).socket)


def _address(world: World) -> render.Word | None:
    server = world.server
    return None if server is None else render.Word(f"{server.host}:{server.port}")
