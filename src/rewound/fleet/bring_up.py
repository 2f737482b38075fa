"""A fleet as a whole, from its plans to its worlds. A world that fails does not stop the others.

Thin: `plan` decides what to create, `restore` creates one world, and `state` keeps the record. The
caller holds the fleet's lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from rewound.dump.file.opening import find_absolute_place
from rewound.engine.protocol import Engine, Server
from rewound.errors import Interrupted, RewoundError
from rewound.figures import show_count
from rewound.fleet.doors import door_locked
from rewound.fleet.plan import WorldPlan, largest_first
from rewound.fleet.record import FleetRecord
from rewound.fleet.record_writer import RecordWriter, interruptible, run_side_by_side
from rewound.fleet.restore import restore_world
from rewound.fleet.restore_context import Observer, RestoreContext, Restored
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World, WorldState


@dataclass(frozen=True, slots=True)
class BringUp:
    """The result of bringing a fleet up."""

    record: FleetRecord
    restored: Mapping[str, Restored]
    """The worlds that are ready."""
    failures: Mapping[str, RewoundError]
    """The worlds that are not, and why."""
    still_failing: Mapping[str, RewoundError] = field(default_factory=dict)
    """The worlds that keep an older dump, and why their newer one could not be restored again."""


def bring_up(
    folder: FleetFolder,
    record: FleetRecord,
    plans: Sequence[WorldPlan],
    *,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    workers: int,
    is_whole_fleet: bool = True,
) -> BringUp:
    """Create the planned worlds of a fleet, whose folder exists but does not contain them yet.

    Unless they are the whole fleet, its other servers are left alone.

    A world that fails does not stop the others. If this function ends early, it ends all its
    threads first; the caller removes what they leave.
    """
    record_writer = RecordWriter(folder, record)
    watcher = _Recorder(folder, record_writer, observer)
    context = replace(context, rows_in=watcher.rows_in)
    failures: dict[str, RewoundError] = {}
    restored: dict[str, Restored] = {}

    def stop() -> None:
        context.cancelled.set()
        # A thread that waits for a server's answer gets an error as soon as it is gone.
        for each in [folder.path] if is_whole_fleet else [plan.folder for plan in plans]:
            engine.end_all(each)

    def make(plan: WorldPlan) -> Restored | RewoundError:
        with door_locked(folder.path, plan.port):
            return _make_world(plan, context, engine, watcher, folder)

    jobs = {plan.name: partial(make, plan) for plan in largest_first(plans)}
    try:
        outcomes = run_side_by_side(jobs, workers=workers, stop=stop)
    except BaseException:
        record_writer.close(writes=False)
        raise
    record_writer.close()
    for name, outcome in outcomes.items():
        if isinstance(outcome, Restored):
            restored[name] = outcome
        else:
            failures[name] = outcome
    in_order = {name: restored[name] for name in record.worlds if name in restored}
    return BringUp(record_writer.record, in_order, failures)


class _Recorder:
    """Passes on what happens to a world, and writes its state down."""

    def __init__(
        self, folder: FleetFolder, record_writer: RecordWriter, observer: Observer
    ) -> None:
        self._folder = folder
        self.record_writer = record_writer
        self._observer = observer
        self.dump_tried = observer.dump_tried
        self.world_loading = observer.world_loading
        self.world_note = observer.world_note

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        self.record_writer.note(replace(self._without_rows(world), state=state))
        self._observer.world_changed(world, state, detail)

    def rows_in(self, world: str, server: Server, schemas: tuple[str, ...], rows: int) -> None:
        state = WorldState.KEYS_TO_COME
        known = self.record_writer.record.worlds[world]
        self._folder.name_socket(server)
        self.record_writer.update(
            replace(known, state=state, server=server, schemas=schemas, rows=rows)
        )
        self._observer.world_changed(world, state, show_count(rows, "row"))

    def failed(self, world: str, error: RewoundError) -> None:
        known = self._without_rows(world)
        self.record_writer.update(replace(known, state=WorldState.FAILED, reason=error.in_one_line))
        self._observer.world_changed(world, WorldState.FAILED, error.in_one_line)

    def _without_rows(self, world: str) -> World:
        """Return what is known of a world, less what could be read and has failed since."""
        known = self.record_writer.record.worlds[world]
        if known.state is not WorldState.KEYS_TO_COME:
            return known
        return replace(known, server=None, schemas=(), rows=0)

    def ready(self, world: str, made: Restored) -> None:
        planned, receipt = self.record_writer.record.worlds[world], made.ledger.receipt
        last = None if receipt is None else receipt.last
        ready = World(
            name=world,
            state=WorldState.READY,
            dump=find_absolute_place(made.dump.location),
            taken_at=made.dump.taken_at,
            port=planned.port if made.server is None else made.server.port,
            server=made.server,
            schemas=made.ledger.schemas,
            rows=made.ledger.rows,
            dump_filter=made.ledger.dump_filter,
            baseline=made.baseline,
            lower_case_table_names=made.settings.lower_case_table_names,
            moment=made.ledger.moment,
            moment_asked=None if receipt is None else receipt.target,
            last_transaction=None if last is None else last.name,
            passed_over=made.passed_over,
        )
        if made.server is not None:
            self._folder.name_socket(made.server)
        self.record_writer.note(ready)
        origin = ", from its baseline" if made.from_baseline else ""
        origin += ", asleep" if made.server is None else ""
        origin += ", identical in a second load" if made.ledger.deep else ""
        self._observer.world_changed(
            world, WorldState.READY, f"{show_count(made.ledger.rows, 'row')}{origin}"
        )


def _make_world(
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    recorder: _Recorder,
    folder: FleetFolder,
) -> Restored | RewoundError:
    try:
        with interruptible(context.cancelled, f"restoring world {plan.name}"):
            made = restore_world(plan, context, engine, recorder)
    except Interrupted:
        raise
    except RewoundError as error:
        recorder.failed(plan.name, error)
        return error
    folder.write_ledger(plan.name, made.ledger)
    folder.write_original(plan.name, made.original)
    recorder.ready(plan.name, made)
    return made
