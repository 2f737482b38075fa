"""What changed between two fleets, or between two worlds."""

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rewound import settings
from rewound.diff.many import FleetComparison, WorldPair, compare_many, has_changed
from rewound.diff.patterns import UnmetPatterns
from rewound.diff.rows.samples import SampleOrder
from rewound.diff.worlds import SchemaPair, WorldOptions
from rewound.errors import MysqlError, UsageError
from rewound.fleet.changes import summarise_changes
from rewound.fleet.live_status import get_endpoint
from rewound.fleet.record import FleetRecord
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import USABLE, World, refer_to_remedy, say_state
from rewound.mysql.accounts import DEV, READER
from rewound.operations.changed import find_changed
from rewound.operations.dump_facts import hold_same_dump
from rewound.operations.fleets import get_world, status
from rewound.query.names import read_names
from rewound.similar_names import suggest
from rewound.worlds.folding import fold_worlds
from rewound.worlds.selecting import select_worlds


@dataclass(frozen=True, slots=True)
class Sides:
    """The two fleets that are compared."""

    before: str
    after: str
    worlds: str | None = None
    """Limits to some worlds: `host[1-3],eu-*`."""
    are_kept: bool = True
    """Whether the fleets are still there when the user reads of them."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which worlds are compared with which."""

    pairs: Mapping[str, tuple[World, World]]
    """Ready worlds of one name, or two worlds under both of their names."""
    failed: Mapping[str, str]
    """Worlds of one name that are not both ready."""
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()


def diff(
    sides: Sides,
    options: WorldOptions,
    *,
    world_pair: tuple[str, str] | None = None,
    schema_pair: tuple[str, str] | None = None,
    sample_rows: int,
    sample_order: SampleOrder = SampleOrder.FOUND,
    compared: Callable[[str, int], None],
) -> FleetComparison:
    """Compare the worlds of two fleets by their names, or with `world_pair` two worlds.

    Schemas are paired by name too, or as `schema_pair` says; if `world_pair` names worlds with one
    schema each, these are paired. `compared` is called for each world that is done, with the
    number of all.

    Raises:
        FleetError: there is no such fleet, or a world asked for is not ready.
        UsageError: no world is on both sides, or there is no such schema, table or column.
    """
    pairing = pair_worlds(sides, world_pair)
    folders = open_folders(sides)

    def make(before: World, after: World) -> WorldPair:
        return WorldPair(
            get_endpoint(folders[0], before, READER),
            get_endpoint(folders[1], after, READER),
            pair_schemas(
                before.schemas,
                after.schemas,
                schema_pair=schema_pair,
                is_world_pair=world_pair is not None,
            ),
            (get_endpoint(folders[0], before, DEV), get_endpoint(folders[1], after, DEV)),
        )

    pairs = {name: make(*worlds) for name, worlds in pairing.pairs.items()}
    _require_met(options, pairs.values())
    comparison = compare_many(
        pairs,
        options,
        names=(sides.before, sides.after) if world_pair is None else world_pair,
        sample_rows=sample_rows,
        sample_order=sample_order,
        workers=max(2, os.cpu_count() or 2),
        compared=lambda world: compared(world, len(pairing.pairs)),
    )
    return replace(
        comparison,
        failed={**pairing.failed, **comparison.failed},
        only_before=pairing.only_before,
        only_after=pairing.only_after,
        same_dumps=tuple(
            name
            for name, world in comparison.worlds.items()
            if not has_changed(world) and hold_same_dump(folders, pairing.pairs[name])
        ),
    )


def open_folders(sides: Sides) -> tuple[FleetFolder, FleetFolder]:
    """Return the folders of the two fleets."""
    state_dir = settings.state_dir()
    return FleetFolder(state_dir, sides.before), FleetFolder(state_dir, sides.after)


def _require_met(options: WorldOptions, pairs: Iterable[WorldPair]) -> None:
    """Check that every pattern of tables and columns matches something in one of the worlds.

    Usually the first world has all of them; worlds that cannot be queried are skipped.
    """
    rows = options.rows
    columns = {*(rows.columns or ()), *rows.ignore_columns, *(rows.label_columns or ())}
    unmet = UnmetPatterns(options.tables, columns)
    has_looked = False
    for pair in pairs:
        if unmet.is_empty:
            return
        with contextlib.suppress(MysqlError):
            before, after = (read_names(endpoint).schemas for endpoint in (pair.before, pair.after))
            for schemas in pair.schemas:
                unmet.look_at(schemas.before, before.get(schemas.before, {}))
                unmet.look_at(schemas.before, after.get(schemas.after, {}))
            has_looked = True
    if has_looked:
        unmet.require_met()


def pair_schemas(
    before: Sequence[str],
    after: Sequence[str],
    *,
    schema_pair: tuple[str, str] | None,
    is_world_pair: bool,
) -> list[SchemaPair]:
    """Return which schemas of two worlds are compared with which. Pure.

    Raises:
        UsageError: there is no such schema.
    """
    if schema_pair is not None:
        for name, known in zip(schema_pair, (before, after), strict=True):
            if name not in known:
                raise UsageError(f"no schema {name}", hint=suggest(name, known))
        return [SchemaPair(*schema_pair)]
    if is_world_pair and len(before) == len(after) == 1:
        return [SchemaPair(before[0], after[0])]
    return [SchemaPair(name, name) for name in dict.fromkeys((*before, *after))]


def list_changed(sides: Sides, world_pair: tuple[str, str] | None = None) -> tuple[str, ...]:
    """Return in words which of the compared worlds were changed after their restore."""
    if world_pair is not None:
        named = [
            (fleet, {world: get_world(fleet, world)})
            for fleet, world in zip((sides.before, sides.after), world_pair, strict=True)
        ]
    else:
        pairs = pair_worlds(sides).pairs
        named = [
            (fleet, {name: worlds[place] for name, worlds in pairs.items()})
            for place, fleet in enumerate((sides.before, sides.after))
        ]
    found = dict.fromkeys(
        summarise_changes(fleet, changes)
        for fleet, worlds in named
        if (changes := find_changed(fleet, worlds))
    )
    return tuple(found)


def pair_worlds(sides: Sides, world_pair: tuple[str, str] | None = None) -> Pairing:
    """Return which worlds are compared with which."""
    if world_pair is not None:
        one, other = get_world(sides.before, world_pair[0]), get_world(sides.after, world_pair[1])
        return Pairing({f"{one.name}-{other.name}": (one, other)}, {})
    before, after = status(sides.before), status(sides.after)
    names = tuple(dict.fromkeys((*before.worlds, *after.worlds)))
    chosen = select_worlds(names, sides.worlds)
    both = [name for name in chosen if name in before.worlds and name in after.worlds]
    if not both:
        raise UsageError(
            f"fleets {sides.before} and {sides.after} have no worlds in common"
            if sides.worlds is None
            else _say_where(chosen, (before, after)),
            hint="worlds are paired by name; --world ONE OTHER compares any two",
        )
    reasons = {name: _find_obstacle(name, (before, after), sides) for name in both}
    return Pairing(
        {n: (before.worlds[n], after.worlds[n]) for n in both if reasons[n] is None},
        {name: reason for name, reason in reasons.items() if reason is not None},
        tuple(name for name in chosen if name not in after.worlds),
        tuple(name for name in chosen if name not in before.worlds),
    )


def _say_where(worlds: Sequence[str], records: tuple[FleetRecord, FleetRecord]) -> str:
    """Return in words which worlds are in which fleet; none of them is in both."""
    places = [
        (record.name, [name for name in worlds if name in record.worlds]) for record in records
    ]
    return ", ".join(
        f"{fold_worlds(names)} {'is' if len(names) == 1 else 'are'} only in fleet {fleet}"
        for fleet, names in places
        if names
    )


def _find_obstacle(
    world: str, records: tuple[FleetRecord, FleetRecord], sides: Sides
) -> str | None:
    for record in records:
        state = record.worlds[world].state
        if state not in USABLE:
            told = refer_to_remedy(state, record.name) if sides.are_kept else ""
            return f"{say_state(state)} in fleet {record.name}{told}"
    return None
