"""What changed in many worlds at once, each compared with the earlier world of its name.

One world that cannot be compared does not stop the others.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from rewound.diff.rows.canonical_form import ColumnPair
from rewound.diff.rows.comparison_session import Cancellation
from rewound.diff.rows.row_changes import RowChange
from rewound.diff.rows.samples import RowSample, SampleOrder
from rewound.diff.worlds import SchemaPair, TableName, WorldDiff, WorldOptions, compare_worlds
from rewound.errors import RewoundError
from rewound.mysql.endpoint import Endpoint

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorldPair:
    """One world on both sides."""

    before: Endpoint
    after: Endpoint
    schemas: Sequence[SchemaPair]
    """The schemas to compare."""
    definitions: tuple[Endpoint, Endpoint]
    """Accounts that may see triggers, routines and events."""


@dataclass(frozen=True, slots=True)
class FleetComparison:
    """What changed between two sides, over all worlds."""

    before: str
    """What the sides are called."""
    after: str
    worlds: Mapping[str, WorldDiff]
    """The worlds that could be compared, in their order."""
    failed: Mapping[str, str]
    """The others that are on both sides, and why not."""
    only_before: tuple[str, ...] = ()
    """Worlds that have no counterpart."""
    only_after: tuple[str, ...] = ()
    samples: Mapping[tuple[str, TableName], tuple[RowChange, ...]] = field(default_factory=dict)
    """Changed rows of each world and table, as many as requested."""
    changed_since: tuple[str, ...] = ()
    """In words, which worlds were changed after their restore."""
    same_dumps: tuple[str, ...] = ()
    """Worlds with the same dump on both sides, in which nothing differs."""

    @property
    def judged(self) -> Mapping[str, WorldDiff]:
        """The worlds whose changes can be compared with each other: those with two dumps."""
        return {name: world for name, world in self.worlds.items() if name not in self.same_dumps}

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs in what was compared."""
        return not any(has_changed(world) for world in self.worlds.values())

    @property
    def is_whole(self) -> bool:
        """Whether everything that is on both sides was compared."""
        errors = (table.error for world in self.worlds.values() for table in world.tables.values())
        return not self.failed and not any(errors)


def has_changed(world: WorldDiff) -> bool:
    """Return whether a definition or a row of a world differs."""
    tables = (outcome.diff for outcome in world.tables.values() if outcome.diff is not None)
    return bool(world.schema_changes) or not all(table.is_equal for table in tables)


def compare_many(
    pairs: Mapping[str, WorldPair],
    options: WorldOptions,
    *,
    names: tuple[str, str],
    sample_rows: int,
    sample_order: SampleOrder,
    workers: int,
    compared: Callable[[str], None],
) -> FleetComparison:
    """Compare every pair, some at a time; `compared` is called for each world that is done.

    `names` are the names of the sides. Of each world and table, `sample_rows` changed rows are
    kept, the first in `sample_order`.
    """
    worlds: dict[str, WorldDiff] = {}
    failed: dict[str, str] = {}
    samples: dict[tuple[str, TableName], RowSample] = defaultdict(
        lambda: RowSample(sample_rows, sample_order)
    )
    cancellation = Cancellation()

    def compare(name: str, pair: WorldPair) -> WorldDiff:
        def keep(table: TableName, change: RowChange, columns: Sequence[ColumnPair]) -> None:
            samples[name, table].take(change, columns)

        found = compare_worlds(
            pair.before,
            pair.after,
            pair.schemas,
            options,
            emit=keep,
            definitions=pair.definitions,
            cancellation=cancellation,
        )
        compared(name)
        return found

    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="diff") as pool:
        futures = {name: pool.submit(compare, name, pair) for name, pair in pairs.items()}
        try:
            for name, future in futures.items():
                try:
                    worlds[name] = future.result()
                except RewoundError as error:
                    _log.info("%s: not compared: %s", name, error)
                    failed[name] = error.message
        except BaseException:
            cancellation.cancel()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return FleetComparison(
        *names,
        worlds=worlds,
        failed=failed,
        samples={key: rows for key, kept in samples.items() if (rows := kept.rows())},
    )
