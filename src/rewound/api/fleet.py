"""A running fleet as an object: its worlds, and the operations on them."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Self

from rewound.api.answer import Answer
from rewound.api.arguments import (
    Folders,
    Moment,
    Worlds,
    Zone,
    at_moment,
    read_destination,
    read_params,
    read_texts,
    read_worlds,
    require_text,
    select,
)
from rewound.api.fleet_world import FleetWorld
from rewound.api.silence import Silent, ignore
from rewound.diff.patterns import EVERY_TABLE
from rewound.diff.report.document import Report, make_report
from rewound.diff.report.findings import judge
from rewound.diff.worlds import WorldOptions
from rewound.errors import FleetNotFound, RewoundError, SomeWorldsFailed, UsageError
from rewound.load.ledger import Ledger
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import DEV
from rewound.operations import adding, diffing, ending, fleets, querying, starting
from rewound.operations.audience import Audience
from rewound.operations.diff_sources import find_provenance
from rewound.operations.restoring import UpOptions
from rewound.operations.seeking import seek
from rewound.query.analysis import needed_for
from rewound.query.merged_result import MergedResult
from rewound.query.query_options import QueryOptions
from rewound.query.script import read_statements
from rewound.worlds.folding import name_worlds


class Fleet:
    """Worlds kept together.

    As a context manager, a fleet that `rewound.up` made is taken down at the end; one that was
    up before, `Fleet("name")`, stays.
    """

    def __init__(self, name: str = "default", *, is_own: bool = False) -> None:
        """Open a fleet that is up.

        Raises:
            FleetNotFound: there is no such fleet.
        """
        require_text(name=name)
        self.name = name
        self._is_own = is_own
        fleets.status(name)

    def __repr__(self) -> str:
        try:
            worlds = fleets.status(self.name).worlds.values()
        except FleetNotFound:
            return f"<Fleet {self.name}: down>"
        states = Counter(world.state.value for world in worlds)
        return f"<Fleet {self.name}: {', '.join(f'{n} {state}' for state, n in states.items())}>"

    def _repr_html_(self) -> str:
        """Return the worlds and their states for a notebook."""
        rows = "".join(
            f"<tr><td>{escape(world.name)}</td><td>{escape(world.state.value)}</td>"
            f"<td>{world.rows:,}</td><td>{escape(str(world.dump))}</td></tr>"
            for world in fleets.status(self.name).worlds.values()
        )
        head = "".join(f"<th>{name}</th>" for name in ("world", "state", "rows", "dump"))
        return (
            f"<p>{escape(repr(self))}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_own:
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
        require_text(name=name)
        world = fleets.get_world(self.name, name)
        dev = fleets.endpoint(self.name, world, DEV)
        return FleetWorld(name, world.state, tuple(world.schemas), dev)

    def query(
        self,
        sql: str,
        *,
        worlds: Worlds = None,
        schema: str | None = None,
        params: Mapping[str, object] | None = None,
        timeout_s: float | None = None,
        row_limit: int | None = None,
        partial: bool = False,
        strict: bool = False,
        write: bool = False,
    ) -> Answer:
        """Run one statement in every world and return all rows.

        `worlds` limits it: `host[1-3],eu-*`, or a list. `params` are user variables, in the SQL
        with an @, whose values are sent as texts. `write` runs it as dev instead of reader.

        Raises:
            TypeError: an argument is of a type that it cannot have.
            SomeWorldsFailed: a world failed, and not `partial`.
            RewoundError: with `strict`, worlds differ in their columns.
            UsageError: it is not one statement, or there are no such worlds.
        """
        require_text(sql=sql, schema=schema)
        statements = read_statements(sql)
        if len(statements) != 1:
            raise UsageError(
                f"expected one statement, got {len(statements)}", hint="run one statement at a time"
            )
        limits = QueryOptions(
            timeout_s,
            row_limit,
            has_one_answer=True,
            variables=read_params(params),
        )
        asked = querying.query(
            Audience((self.name,), worlds=read_worlds(worlds)),
            statements,
            schema=schema,
            options=limits,
            may_write=write,
        )
        with needed_for("Fleet.query"):
            from rewound.query.typed import make_table
        with asked:
            merged = MergedResult(next(iter(asked)))
            if strict:
                merged.require_agreement()
            typed = make_table(merged.columns, merged.iter_rows())
            answer = Answer(
                typed.table, merged.outcomes(), typed.kept_as_text, merged.result_columns.lacking
            )
        if answer.failed and not partial:
            first, why = next(iter(answer.failed.items()))
            raise SomeWorldsFailed(
                f"{name_worlds(answer.failed)} did not answer; {first}: {why}",
                hint="the error's `answer` has the rows of the others; partial=True returns them",
                failures=answer.failed,
                answer=answer,
            )
        return answer

    def reset(self, worlds: Worlds = None) -> None:
        """Undo all changes in worlds, by default in all.

        Each goes back to the moment that `seek` last took it to, or, without `seek`, to the one
        that `up` restored.

        Raises:
            SomeWorldsFailed: some could not be reset.
            FleetError: none can.
        """
        resetting = starting.reset(self.name, read_worlds(worlds), observer=Silent())
        require_all(resetting.failures)

    def seek(
        self,
        at: Moment = None,
        worlds: Worlds = None,
        *,
        before: Moment = None,
        timezone: Zone = None,
        before_transaction: str | None = None,
        after_transaction: str | None = None,
        at_position: str | None = None,
        step: str | None = None,
        verify_images: bool | None = None,
    ) -> None:
        """Take worlds, by default all, to another moment by their binary logs.

        The arguments are those of `rewound seek`; times may be datetimes, `step` is "back" or
        "forward". Changes in the worlds are lost. `fleet.report()[world].receipt` shows the replay.

        Raises:
            TypeError: an argument is of a type that it cannot have.
            SomeWorldsFailed: some could not be moved.
            ReplayError, BinlogError: the logs do not lead there; no world was touched.
            UsageError: no moment is given, or several, or a world has no logs.
        """
        destination = read_destination(
            at=at,
            before=before,
            timezone=timezone,
            before_transaction=before_transaction,
            after_transaction=after_transaction,
            at_position=at_position,
            step=step,
        )
        seeking = seek(
            self.name,
            destination,
            read_worlds(worlds),
            verify_images=verify_images,
            observer=Silent(),
            narrate=ignore,
            warn=ignore,
        )
        require_all(seeking.brought.failures)

    def start(self, worlds: Worlds = None) -> None:
        """Start the servers of worlds that are stopped, by default all; changes are kept.

        Raises:
            SomeWorldsFailed: some could not be started.
            FleetError: a world that is named has nothing to start.
        """
        require_all(starting.start(self.name, read_worlds(worlds), observer=Silent()).failures)

    def add(
        self,
        source: str | Path,
        *,
        worlds: Worlds = None,
        at: Moment = None,
        before: Moment = None,
        timezone: Zone = None,
        pattern: str | None = None,
        schema: str | None = None,
        allow_missing: bool | None = None,
        fallback: bool | None = None,
        partial: bool = False,
        binlogs: Folders = None,
        no_binlogs: bool | None = None,
        before_transaction: str | None = None,
        after_transaction: str | None = None,
        at_position: str | None = None,
        identities: Folders = None,
    ) -> list[str]:
        """Restore worlds of a source that are missing or failed, and return their names.

        A world that fell back to an older dump gets its newer one, if that can be restored now and
        nobody changed the world; all others are left alone. An argument that is None is what the
        fleet was made with.

        Raises:
            SomeWorldsFailed: a world could not be restored, or keeps its older dump because the
                newer one still fails, and not `partial`; the others were restored.
            FleetError: another command is working on the fleet.
            RewoundError: whatever else stops `rewound up --add`.
        """
        arguments = {
            "at": at,
            "before": before,
            "timezone": timezone,
            "pattern": pattern,
            "schema": schema,
            "allow_missing": allow_missing,
            "fallback": fallback,
            "binlogs": binlogs,
            "no_binlogs": no_binlogs,
            "before_transaction": before_transaction,
            "after_transaction": after_transaction,
            "at_position": at_position,
            "identities": identities,
        }
        require_text(schema=schema)
        selection = select(
            source,
            at=at,
            before=before,
            pattern=pattern,
            timezone=timezone,
            worlds=worlds,
            identities=identities,
        )
        wanted = adding.Addition(
            at_moment(
                selection,
                binlogs=binlogs,
                no_binlogs=bool(no_binlogs),
                before_transaction=before_transaction,
                after_transaction=after_transaction,
                at_position=at_position,
            ),
            UpOptions(
                fleet=self.name,
                allow_missing=bool(allow_missing),
                fallback=bool(fallback),
                load=LoadOptions(schema=schema),
            ),
            given={name for name, value in arguments.items() if value is not None},
        )
        brought = adding.add(wanted, observer=Silent())
        if not partial:
            kept = {
                world: RewoundError(
                    f"keeps its older dump, because the newer one still fails: {error.message}"
                )
                for world, error in brought.still_failing.items()
            }
            require_all({**brought.failures, **kept})
        return list(brought.restored)

    def report(self, worlds: Worlds = None) -> dict[str, Ledger]:
        """Return the ledgers of the ready worlds, by world: the proof of what was restored.

        Raises:
            FleetError: none of the worlds has one.
        """
        return fleets.report(self.name, read_worlds(worlds))

    def diff(
        self,
        after: "Fleet | str",
        *,
        worlds: Worlds = None,
        tables: str | Iterable[str] = (),
        rows: int = 0,
    ) -> Report:
        """Return what changed from this fleet to another (or its name), over all worlds and tables.

        Worlds are paired by name. `tables` are patterns such as `player_*`; `rows` is how many
        changed rows of each world and table the report holds.

        Raises:
            UsageError: no world is on both sides, or no table matches.
        """
        other = after.name if isinstance(after, Fleet) else after
        require_text(after=other)
        sides = diffing.Sides(self.name, other, read_worlds(worlds))
        options = WorldOptions(tables=tuple(read_texts("tables", tables)) or EVERY_TABLE)
        comparison = diffing.diff(sides, options, sample_rows=rows, compared=ignore)
        comparison = replace(comparison, changed_since=diffing.list_changed(sides))
        command = shlex.join(["rewound", "diff", self.name, other])
        return make_report(
            comparison,
            judge(comparison.judged),
            command,
            provenance=find_provenance(
                sides,
                compared={*comparison.worlds, *comparison.failed},
                options=[self.name, other],
            ),
        )

    def down(self) -> None:
        """Stop and delete the fleet.

        Raises:
            FleetNotFound: it is down already.
        """
        ending.down(self.name)


def require_all(failures: Mapping[str, Exception]) -> None:
    """Raise SomeWorldsFailed if there are failures, which map worlds to reasons."""
    if failures:
        name, error = next(iter(failures.items()))
        raise SomeWorldsFailed(
            f"{name_worlds(failures)} failed; {name}: {error}",
            failures={world: str(each) for world, each in failures.items()},
        ) from error
