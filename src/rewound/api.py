"""Rewound from Python: the verbs of the command line, as methods of a fleet.

    import rewound

    with rewound.up("backups/", at="2024-06-18 21:30") as fleet:
        answer = fleet.query("SELECT COUNT(*) AS players FROM player")
        print(answer.to_pandas())

Failures are the errors of `rewound.errors`. Nothing is printed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from rewound.catalog import name_worlds
from rewound.errors import SomeWorldsFailed, UsageError
from rewound.fleet.world import WorldState
from rewound.load.loader import LoadOptions
from rewound.mysql.accounts import DEV
from rewound.mysql.endpoint import Endpoint
from rewound.operations import asking, fleets, restoring
from rewound.operations.dumps import read_selection
from rewound.operations.engines import EngineRequest
from rewound.query.fanout import QueryOptions
from rewound.query.merged_result import MergedResult
from rewound.query.outcome import Outcome
from rewound.query.script import read_statements
from rewound.query.typed import make_table

if TYPE_CHECKING:
    import pandas
    import polars


@dataclass(frozen=True, slots=True)
class Answer:
    """What all worlds answered to one statement.

    It can be handed to whatever takes Arrow: `polars.from_arrow(answer)`, DuckDB, pyarrow.
    """

    table: pa.Table
    """The rows, the world's name in front; `query.typed` says what each type becomes."""
    outcomes: Mapping[str, Outcome]
    """How it went in every world, by its name."""
    kept_as_text: Mapping[str, str]
    """Columns that stay text, to a value that their type does not hold, such as 0000-00-00."""

    @property
    def failed(self) -> dict[str, str]:
        """The worlds that did not answer, or not to the end, and why."""
        return {w: each.error for w, each in self.outcomes.items() if each.error is not None}

    def to_polars(self) -> "polars.DataFrame":
        """Return the rows as a frame of polars, which has to be installed."""
        import polars

        return polars.DataFrame(self.table)

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the rows as a frame of pandas, which has to be installed.

        Numbers keep their types: a column of them that holds NULL does not become one of
        floats.
        """
        import pandas

        frame: pandas.DataFrame = self.table.to_pandas(types_mapper=pandas.ArrowDtype)
        return frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True, slots=True)
class FleetWorld:
    """One world of a fleet."""

    name: str
    state: WorldState
    """What was true of it when it was looked up."""
    schemas: tuple[str, ...]
    """Its schemas."""
    endpoint: Endpoint
    """Where it is, and the login of `dev`."""

    @property
    def url(self) -> str:
        """The `mysql://` URL of `dev`, who may change everything in the world."""
        return self.endpoint.url(self.schemas[0] if len(self.schemas) == 1 else None)


class Fleet:
    """Worlds kept together. Leaving it as a context manager takes them down."""

    def __init__(self, name: str = "default") -> None:
        """Take a fleet that is up.

        Raises:
            FleetError: there is no such fleet.
        """
        self.name = name
        fleets.status(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.down()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the worlds."""
        return iter(fleets.status(self.name).worlds)

    def __getitem__(self, name: str) -> FleetWorld:
        """Return a world that is ready.

        Raises:
            UsageError: the fleet has no such world.
            FleetError: the world is not ready.
        """
        world = fleets.get_world(self.name, name)
        dev = fleets.endpoint(self.name, world, DEV)
        return FleetWorld(name, world.state, tuple(world.schemas), dev)

    def query(
        self,
        sql: str,
        *,
        worlds: str | None = None,
        schema: str | None = None,
        params: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        row_limit: int | None = None,
        partial: bool = False,
        strict: bool = False,
        write: bool = False,
    ) -> Answer:
        """Run one statement in every world and return all rows.

        `worlds` limits it: `host[1-3],eu-*`. `params` are user variables, in the SQL with
        an @. `write` runs it as dev instead of reader.

        Raises:
            SomeWorldsFailed: a world failed, and not `partial`.
            RewoundError: with `strict`, worlds differ in their columns.
            UsageError: it is not one statement, or there are no such worlds.
        """
        statements = read_statements(sql)
        if len(statements) != 1:
            raise UsageError(f"these are {len(statements)} statements", hint="give one at a time")
        limits = QueryOptions(timeout_s, row_limit, variables=dict(params or {}))
        asked = asking.query(
            self.name, statements, worlds=worlds, schema=schema, asking=limits, may_write=write
        )
        with asked:
            merged = MergedResult(next(iter(asked)))
            if strict:
                merged.require_agreement()
            typed = make_table(merged.columns, merged.iter_rows())
            answer = Answer(typed.table, merged.outcomes(), typed.kept_as_text)
        if answer.failed and not partial:
            first, why = next(iter(answer.failed.items()))
            raise SomeWorldsFailed(
                f"{name_worlds(answer.failed)} did not answer; {first}: {why}",
                hint="with partial=True the others' rows come back all the same",
            )
        return answer

    def reset(self, worlds: str | None = None) -> None:
        """Take worlds, by default all, back to the moment after their restore.

        Raises:
            SomeWorldsFailed: some could not be reset.
            FleetError: none can.
        """
        resetting = restoring.reset(self.name, worlds, observer=_Silent())
        _require_all(resetting.failures)

    def down(self) -> None:
        """Stop and delete the fleet."""
        restoring.down(self.name)


def up(
    source: str | Path,
    *,
    at: str | None = None,
    before: str | None = None,
    worlds: str | None = None,
    fleet: str = "default",
    timezone: str | None = None,
    pattern: str | None = None,
    schema: str | None = None,
    engine: str = "auto",
    server: str = "auto",
    image: str | None = None,
    allow_missing: bool = False,
    fallback: bool = False,
    partial: bool = False,
) -> Fleet:
    """Restore every world of a source into a new fleet, and return it.

    The arguments are the options of `rewound up`; with `partial`, worlds that cannot be
    restored are left out.

    Raises:
        SomeWorldsFailed: a world could not be restored, and not `partial`; nothing of the
            fleet is left then, but the others' baselines are.
        RewoundError: whatever else stops `rewound up`.
    """
    selection = read_selection(
        Path(source), at=at, before=before, pattern=pattern, timezone=timezone, worlds=worlds
    )
    brought = restoring.up(
        selection,
        restoring.UpOptions(
            fleet=fleet,
            engine=EngineRequest(engine, server, image),
            allow_missing=allow_missing,
            fallback=fallback,
            load=LoadOptions(schema=schema),
        ),
        observer=_Silent(),
        narrate=_ignore,
        chosen=_ignore,
        pulling=_ignore,
    )
    if not (partial and brought.restored):
        if brought.failures and brought.restored:
            restoring.down(fleet)
        _require_all(brought.failures)
    return Fleet(fleet)


def _require_all(failures: Mapping[str, Exception]) -> None:
    if failures:
        name, error = next(iter(failures.items()))
        raise SomeWorldsFailed(f"{name_worlds(failures)} failed; {name}: {error}") from error


class _Silent:
    """Takes note of nothing."""

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Ignore it."""

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Ignore it."""

    def world_note(self, world: str, text: str) -> None:
        """Ignore it."""


def _ignore(*_: object) -> None:
    """Take note of nothing."""
