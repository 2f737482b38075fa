"""Creating fleets."""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rewound import settings
from rewound.catalog import (
    ChosenDump,
    require_all,
)
from rewound.catalog.source import find_absolute_source
from rewound.command import own_identity, start_daemon
from rewound.dump.file.opening import find_absolute_place
from rewound.engine.choice import EngineChoice
from rewound.engine.cloning import CloneMethod
from rewound.engine.host.memory import usable_bytes
from rewound.engine.host.ports import pick_ports
from rewound.engine.protocol import Engine
from rewound.engine.server_options import plan_buffer_pool_bytes
from rewound.errors import FleetExists
from rewound.files.sharing import get_group
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.bring_up import BringUp, bring_up
from rewound.fleet.doors import Sleeping
from rewound.fleet.expiry import FOLDER_OPTION, write_expiry
from rewound.fleet.plan import (
    WorldPlan,
    largest_first,
    plan_worlds,
    require_space,
    useful_pool_bytes,
)
from rewound.fleet.record import RECORD_FORMAT, FleetRecord
from rewound.fleet.request import RestoreRequest
from rewound.fleet.restore_context import Observer, RestoreContext
from rewound.fleet.state import FleetFolder
from rewound.fleet.take_down import take_down
from rewound.fleet.world import World, WorldState, fleet_flag
from rewound.load.cpu_budget import CpuBudget
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import ACCOUNTS, new_password
from rewound.operations.dump_selection import Selection, find_dumps
from rewound.operations.ending import Ended, end_fleet
from rewound.operations.engine_maker import EngineMaker
from rewound.operations.engine_request import EngineRequest
from rewound.operations.engines import get_watches
from rewound.operations.host import CACHE_LIMIT_BYTES, open_baselines, prune_cache
from rewound.operations.log_selection import choose_logs
from rewound.operations.replacing import require_whole_replacement
from rewound.operations.sleeping import (
    plan_awake,
    require_can_sleep,
    start_doorkeeper,
    with_open_doors,
)
from rewound.operations.up_observer import UpObserver
from rewound.operations.witness import ExactWitness
from rewound.replay.target import AtPosition, AtTransaction
from rewound.replay.world_logs import WorldLogs


@dataclass(frozen=True, slots=True)
class UpOptions:
    """How a fleet is made."""

    fleet: str = "default"
    engine: EngineRequest = field(default_factory=EngineRequest)
    """What makes the servers."""
    port_base: int | None = None
    """The first world's port, the others following; None for any free ones."""
    allow_missing: bool = False
    """Go on without the worlds that have no dump at or before the target time."""
    fallback: bool = False
    """Take the next older dump of a world where one cannot be restored."""
    load: LoadOptions = field(default_factory=LoadOptions)
    clone: CloneMethod | None = None
    """How data directories are cloned; None for the cheapest way that works."""
    keep_baselines: bool = True
    """Start from baselines if they exist, and save them otherwise."""
    cache_limit_bytes: int = CACHE_LIMIT_BYTES
    expire_s: float | None = None
    """Take the fleet down by itself after so many seconds."""
    replaces: bool = False
    """Take an earlier fleet of this name down, once it is known what is restored."""
    deep: bool = False
    """Load each dump a second time, statement by statement, and compare the two."""
    group: str | None = None
    """A Unix group whose members may ask the fleet as reader."""
    sleep_after_s: float | None = None
    """Stop the servers of worlds that nobody is connected to for so long, until somebody is."""
    most_awake: int | None = None
    """How many worlds of a fleet that sleeps are awake at a time; None for a number that fits."""


def up(
    selection: Selection,
    options: UpOptions,
    *,
    observer: UpObserver,
    replaced: Callable[[Ended], None] = lambda _ended: None,
) -> BringUp:
    """Restore every world of a source into a new fleet.

    `replaced` is called with the contents of the fleet that this one replaces. If all worlds fail,
    the fleet is gone when this returns; if some do, the others are kept.
    """
    folder = FleetFolder(settings.state_dir(), options.fleet)
    with folder.locked():
        if not options.replaces:
            _require_absent(folder, selection)
        if options.group is not None:
            folder.require_shareable(get_group(options.group))
        catalog, choice = find_dumps(selection)
        require_all(choice, selection.target, allows_missing=options.allow_missing)
        log_choice = choose_logs(catalog, choice, selection, observer.narrate)
        choice = log_choice.choice
        observer.dumps_chosen(catalog, choice)
        engines = EngineMaker(options.engine, options.clone, observer)
        engine, engine_choice = engines.make([each.dump for each in choice.chosen])
        if options.sleep_after_s is not None:
            require_can_sleep(engine_choice, options.load)
        if folder.exists:
            names = [each.dump.world for each in choice.chosen]
            require_whole_replacement(selection, names, folder.find_record())
            replaced(end_fleet(folder, get_watches(folder.find_engine())))
        maker = FleetMaker(folder, selection, options, engine, engine_choice)
        brought = maker.make(choice.chosen, observer, log_choice.logs)
        if not brought.restored:
            take_down(folder, engine)
        elif options.expire_s is not None:
            _start_expiry_watch(folder)
    prune_cache(limit_bytes=options.cache_limit_bytes)
    return brought


@dataclass(frozen=True, slots=True)
class FleetMaker:
    """Makes a fleet of dumps that are chosen; who has its lock."""

    folder: FleetFolder
    selection: Selection
    options: UpOptions
    engine: Engine
    engine_choice: EngineChoice

    def make(
        self,
        chosen: Sequence[ChosenDump],
        observer: Observer,
        logs: Mapping[str, WorldLogs] | None = None,
    ) -> BringUp:
        """Restore these dumps, of as many worlds; what ends this early leaves nothing.

        `logs` are the binary logs to replay, by world.
        """
        folder, options, engine = self.folder, self.options, self.engine
        take_down(folder, engine)  # what is left of an earlier fleet of this name
        baselines = open_baselines(folder.path)
        plans, context = plan_restore(
            chosen,
            folder=folder,
            options=options,
            engine_choice=self.engine_choice,
            passwords={account: new_password() for account in ACCOUNTS},
            baselines=baselines,
            logs=logs,
        )
        try:
            folder.create(group=None if options.group is None else get_group(options.group))
            if options.expire_s is not None:
                write_expiry(folder.path, datetime.now(UTC) + timedelta(seconds=options.expire_s))
            folder.write_passwords(context.passwords)
            engine.prepare(folder.path, baselines.folder)
            record = self._new_record(plans, context)
            if record.sleeping is not None:
                start_doorkeeper(folder)
            brought = bring_up(
                folder,
                record,
                plans,
                context=context,
                engine=engine,
                observer=observer,
                workers=workers(),
            )
            return with_open_doors(folder, brought)
        except BaseException:
            take_down(folder, engine)
            raise

    def _new_record(self, plans: Sequence[WorldPlan], context: RestoreContext) -> FleetRecord:
        target, after_s = self.selection.target, self.options.sleep_after_s
        return FleetRecord(
            format=RECORD_FORMAT,
            name=self.options.fleet,
            source=find_absolute_source(self.selection.source),
            target=None if target is None else target.text,
            created_at=datetime.now(UTC),
            maker=own_identity(),
            engine=context.engine,
            buffer_pool_bytes=context.buffer_pool_bytes,
            time_zone=context.load.time_zone,
            worlds=new_worlds(plans),
            request=make_request(self.selection, self.options),
            sleeping=None if after_s is None else Sleeping(after_s, context.most_awake),
        )


def _start_expiry_watch(folder: FleetFolder) -> None:
    """Start the process that takes a fleet down when its time is over."""
    start_daemon(
        [sys.executable, "-m", "rewound.fleet.expiry", f"{FOLDER_OPTION}{folder.path}"],
        log=folder.path / "expiry.log",
        cwd=Path("/"),
        env={
            "REWOUND_STATE_DIR": str(settings.state_dir()),
            "REWOUND_CACHE_DIR": str(settings.cache_dir()),
        },
    )


def plan_restore(
    chosen: Sequence[ChosenDump],
    *,
    besides: Sequence[WorldPlan] = (),
    folder: FleetFolder,
    options: UpOptions,
    engine_choice: EngineChoice,
    passwords: Mapping[str, str],
    baselines: BaselineCache,
    logs: Mapping[str, WorldLogs] | None = None,
) -> tuple[list[WorldPlan], RestoreContext]:
    """Decide how dumps are restored, and what they have in common with the plans `besides`.

    Raises:
        HostError: the host has no room for all of them, or no ports.
    """
    made = plan_worlds(
        chosen,
        ports=pick_ports(len(chosen), base=options.port_base),
        worlds=folder.path / "worlds",
        fallback=options.fallback,
        any_port=options.port_base is None,
        logs=logs,
    )
    plans = [*made, *besides]
    # So many second servers may run at a time.
    compared = largest_first(plans)[: workers()] if options.deep else []
    may_sleep, available_bytes = options.sleep_after_s is not None, usable_bytes()
    awake = len(plans)
    if may_sleep:
        awake = plan_awake(
            available_bytes=available_bytes, worlds=len(plans), wanted=options.most_awake
        )
    buffer_pool_bytes = plan_buffer_pool_bytes(
        available_bytes=available_bytes,
        servers=awake + len(compared),
        limit_bytes=engine_choice.memory_limit_bytes,
    )
    useful_bytes = useful_pool_bytes([plan.dump for plan in plans])
    place = next(parent for parent in folder.path.parents if parent.exists())
    require_space(
        [plan.dump for plan in (*plans, *compared)],
        free_bytes=shutil.disk_usage(place).free,
        folder=place,
        sizes_with_baseline=baselines.dump_sizes() if options.keep_baselines else frozenset(),
        sleep=may_sleep,
    )
    return made, RestoreContext(
        passwords=passwords,
        buffer_pool_bytes=min(buffer_pool_bytes, useful_bytes),
        load=options.load,
        cancelled=threading.Event(),
        # One more than there are: a session waits for us now and then.
        cpu_budget=CpuBudget(_cores() + 1),
        fleet=options.fleet,
        engine=engine_choice,
        baselines=baselines if options.keep_baselines else None,
        witness=ExactWitness() if options.deep else None,
        most_awake=awake if may_sleep else 0,
    )


def new_worlds(plans: Sequence[WorldPlan]) -> dict[str, World]:
    """Return what a record says of planned worlds before anything is done."""
    return {
        plan.name: World(
            name=plan.name,
            state=WorldState.STARTING,
            dump=find_absolute_place(plan.dump.location),
            taken_at=plan.dump.taken_at,
            port=plan.port,
        )
        for plan in plans
    }


def make_request(selection: Selection, options: UpOptions) -> RestoreRequest:
    """Return what a record keeps of how its worlds were asked for."""
    target = selection.target
    text = None if target is None else target.text
    is_before = target is not None and target.strictly_before
    return RestoreRequest(
        options.load,
        at=None if is_before else text,
        before=text if is_before else None,
        pattern=selection.pattern,
        timezone=str(selection.timezone),
        allow_missing=options.allow_missing,
        fallback=options.fallback,
        deep=options.deep,
        keep_baselines=options.keep_baselines,
        binlogs=tuple(str(folder.absolute()) for folder in selection.binlogs),
        identities=tuple(str(path.absolute()) for path in selection.identities),
        no_binlogs=selection.no_binlogs,
        **describe_point(selection.point),
    )


def describe_point(point: AtTransaction | AtPosition | None) -> dict[str, str]:
    """Return the field of a request that states a moment in the logs."""
    if point is None:
        return {}
    if isinstance(point, AtPosition):
        return {"at_position": str(point)}
    name = "after_transaction" if point.is_included else "before_transaction"
    return {name: str(point.gtid)}


def workers() -> int:
    """Return how many worlds are made at a time: a server that starts waits half of it."""
    return 2 * _cores()


def _cores() -> int:
    return max(2, os.cpu_count() or 2)


def _require_absent(folder: FleetFolder, selection: Selection) -> None:
    if folder.exists:
        seek = (
            f"rewound seek TIME{fleet_flag(folder.name)} takes it to another moment by its binary"
            " logs; "
        )
        raise FleetExists(
            f"fleet {folder.name} already exists",
            hint=seek
            * (selection.target is not None or selection.point is not None)
            + "--add adds worlds that it lacks, --replace restores it again, --fleet NAME"
            " creates another one",
        )
