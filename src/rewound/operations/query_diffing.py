"""How the answers to a query differ between two fleets, or between two worlds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

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
from rewound.errors import RewoundError
from rewound.mysql.columns import Column, Row
from rewound.operations import querying
from rewound.operations.audience import Audience
from rewound.operations.diffing import Sides, open_folders, pair_worlds
from rewound.operations.dump_facts import hold_same_dump
from rewound.query.merged_result import MergedResult
from rewound.query.outcome import summarise
from rewound.query.query_options import QueryOptions


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
        UsageError: a column of the key is not in the answer, or no world is on both sides.
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
    folders = open_folders(sides)
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
