"""What changed between two fleets, or between two worlds."""

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rewound import settings
from rewound.diff.many import FleetComparison, WorldPair, compare_many, has_changed
from rewound.diff.patterns import UnmetPatterns
from rewound.diff.report.query_diff import (
    CellChange,
    compare_rows,
    describe_lone,
    find_common_columns,
    find_lacking,
    find_places,
    identify,
    take,
    write_bytes_out,
)
from rewound.diff.rows.samples import SampleOrder
from rewound.diff.worlds import SchemaPair, WorldOptions
from rewound.errors import MysqlError, RewoundError, UsageError
from rewound.fleet.changes import summarise_changes
from rewound.fleet.live_status import get_endpoint
from rewound.fleet.state import FleetFolder, FleetRecord
from rewound.fleet.world import World, WorldState, refer_to_remedy, say_state
from rewound.mysql.accounts import DEV, READER
from rewound.mysql.columns import Column, Row
from rewound.operations import querying
from rewound.operations.audience import Audience
from rewound.operations.changed import find_changed
from rewound.operations.dump_facts import hold_same_dump
from rewound.operations.fleets import get_world, status
from rewound.query.merged_result import MergedResult
from rewound.query.names import read_names
from rewound.query.outcome import summarise
from rewound.query.query_options import QueryOptions
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
    folders = _open_folders(sides)

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


def _open_folders(sides: Sides) -> tuple[FleetFolder, FleetFolder]:
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
    reasons = {name: _find_obstacle(name, (before, after)) for name in both}
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


def _find_obstacle(world: str, records: tuple[FleetRecord, FleetRecord]) -> str | None:
    for record in records:
        state = record.worlds[world].state
        if state is not WorldState.READY:
            told = refer_to_remedy(state, record.name)
            return f"{say_state(state)} in fleet {record.name}{told}"
    return None


@dataclass(frozen=True, slots=True)
class QueryDiff:
    """How the answers to one query differ, world by world."""

    columns: tuple[str, ...]
    """The columns of the answers."""
    key: tuple[str, ...]
    """Those by which rows were matched."""
    worlds: Mapping[str, list[CellChange]]
    """World to what differs."""
    failed: Mapping[str, str]
    """Worlds whose answers could not be compared, and why not."""
    same_dumps: tuple[str, ...] = ()
    """Worlds with the same dump on both sides, whose answers do not differ."""
    counted: tuple[str, ...] = ()
    """Worlds whose answers differ, and whose rows the key does not identify: whole rows were
    counted."""
    lone_columns: str = ""
    """Which columns one side alone has, in words; they are not compared."""

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not any(self.worlds.values()) and not self.lone_columns

    def describe(self, change: CellChange) -> str:
        """Return a row that was added or removed as text, without its key if there is more."""
        values = dict(zip(self.columns, change.row, strict=True))
        beyond_key = [name for name in self.columns if name not in self.key]
        return ", ".join(f"{name}={_as_text(values[name])}" for name in beyond_key or self.columns)


def _as_text(value: bytes | None) -> str:
    return "NULL" if value is None else value.decode("utf-8", "backslashreplace")


def diff_query(
    sides: Sides,
    statement: str,
    *,
    key: str | None = None,
    world_pair: tuple[str, str] | None = None,
    schema: str | None = None,
    options: QueryOptions = QueryOptions(),  # noqa: B008 - frozen value
) -> QueryDiff:
    """Compare what the worlds of two fleets answer to a query.

    `key` names the columns that tell an answer's rows apart, separated by commas.

    Raises:
        UsageError: there is no such column, or no world on both sides.
        RewoundError: no world answered on both sides.
    """
    pairing = pair_worlds(sides, world_pair)
    pairs = pairing.pairs.items()
    limits = replace(options, has_one_answer=True)

    def ask(fleet: str, worlds: Mapping[str, str]) -> _QueryRows:
        return _ask(fleet, statement, worlds, schema=schema, options=limits)

    before = ask(sides.before, {name: old.name for name, (old, _) in pairs})
    after = ask(sides.after, {name: new.name for name, (_, new) in pairs})
    names = {column.name for column in before.columns} & {each.name for each in after.columns}
    failed = {
        **pairing.failed,
        **find_lacking(before.lacking_of(names), after.lacking_of(names)),
        **before.failed,
        **after.failed,
    }
    both = [name for name in pairing.pairs if name not in failed]
    if not both:
        raise RewoundError(
            f"no world answered; {next(iter(failed))}: {next(iter(failed.values()))}"
        )
    common = find_common_columns(before.columns, after.columns)
    old = {name: take(before.rows[name], common.before) for name in both}
    new = {name: take(after.rows[name], common.after) for name in both}
    places = find_places(common.columns, key, [*old.values(), *new.values()])
    changes = {
        name: list(compare_rows(old[name], new[name], common.columns, places)) for name in both
    }
    folders = _open_folders(sides)
    return QueryDiff(
        tuple(column.name for column in common.columns),
        tuple(common.columns[place].name for place in places),
        changes,
        failed,
        tuple(
            name
            for name in both
            if not changes[name] and hold_same_dump(folders, pairing.pairs[name])
        ),
        tuple(
            name
            for name in both
            if changes[name] and not all(identify(places, side[name]) for side in (old, new))
        ),
        describe_lone(common),
    )


@dataclass(frozen=True, slots=True)
class _QueryRows:
    columns: tuple[Column, ...]
    rows: Mapping[str, list[Row]]
    failed: Mapping[str, str]
    lacking: Mapping[str, tuple[str, ...]]
    """Worlds without some of the columns, and which."""

    def lacking_of(self, names: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the worlds without some of these columns, and which."""
        some = {
            world: tuple(name for name in lacking if name in names)
            for world, lacking in self.lacking.items()
        }
        return {world: lacking for world, lacking in some.items() if lacking}


def _ask(
    fleet: str,
    statement: str,
    worlds: Mapping[str, str],
    *,
    schema: str | None,
    options: QueryOptions,
) -> _QueryRows:
    """Return the answers of worlds, by the names of their pairs."""
    rows: dict[str, list[Row]] = {name: [] for name in worlds.values()}
    asked = querying.query(
        Audience((fleet,)),
        [statement],
        only=tuple(worlds.values()),
        schema=schema,
        options=options,
    )
    with asked:
        merged = MergedResult(next(iter(asked)))
        for run in merged.iter_rows():
            for world, *values in run:
                row = write_bytes_out(tuple(values), merged.result_columns.columns)
                rows[(world or b"").decode("utf-8", "backslashreplace")].append(row)
        failed = summarise(merged.outcomes()).failed
        lacking = merged.result_columns.lacking
    return _QueryRows(
        merged.result_columns.columns,
        {pair: rows[world] for pair, world in worlds.items()},
        {pair: failed[world] for pair, world in worlds.items() if world in failed},
        {pair: lacking[world] for pair, world in worlds.items() if world in lacking},
    )
