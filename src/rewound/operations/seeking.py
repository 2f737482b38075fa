"""Taking the worlds of a fleet that is up to another moment, by the binary logs of their source."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rewound import settings
from rewound.catalog import Catalog, require_all
from rewound.dump.file.opening import find_absolute_place
from rewound.engine.process.process_watch import ProcessWatch
from rewound.errors import BinlogError, DumpTooNew, FleetError, ReplayError, UsageError
from rewound.fleet.bring_up import BringUp
from rewound.fleet.changes import Changes
from rewound.fleet.connections import list_logins
from rewound.fleet.content_start import leads_on, naming_older
from rewound.fleet.live_status import read_current
from rewound.fleet.plan import WorldPlan
from rewound.fleet.record import FleetRecord
from rewound.fleet.request import RestoreRequest
from rewound.fleet.restore_context import Observer
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World, fleet_flag
from rewound.load.log_receipt import LogReceipt
from rewound.operations.changed import find_changed
from rewound.operations.destinations import Destination, select_moment
from rewound.operations.dump_selection import (
    find_dumps,
)
from rewound.operations.engines import get_engine
from rewound.operations.host import CACHE_LIMIT_BYTES, prune_cache
from rewound.operations.in_place import prepare_in_place, restore_in_place
from rewound.operations.log_selection import LogChoice, choose_logs, take_logs
from rewound.operations.restoring import UpOptions
from rewound.operations.stepping import SAID, find_steps, only_standing
from rewound.worlds.folding import name_worlds
from rewound.worlds.selecting import select_worlds


@dataclass(frozen=True, slots=True)
class Seeking:
    """The result of taking worlds to another moment."""

    brought: BringUp
    closed: Mapping[str, Sequence[str]]
    """Whose connections to worlds were closed."""
    lost: Mapping[str, Changes]
    """What had been changed in worlds."""


def seek(
    fleet: str,
    destination: Destination,
    worlds: str | None = None,
    *,
    verify_images: bool | None = None,
    observer: Observer,
    narrate: Callable[[str], None],
    warn: Callable[[str], None],
) -> Seeking:
    """Take worlds, by default all, to another moment; ports and passwords stay.

    Everything that can be refused is refused before a world is touched. What was changed in the
    worlds is lost. `verify_images` is by default as the fleet was restored.

    Raises:
        FleetError: there is no such fleet, another command is working on it, or a step is
            asked of a world that was never ready.
        UsageError: it has no such worlds, or they have no binary logs.
        ReplayError, BinlogError: the logs do not lead to the moment.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    with folder.locked():
        record = read_current(folder, ProcessWatch())
        names = select_worlds(record.worlds, worlds)
        if record.request is None:
            raise FleetError(f"fleet {fleet} was restored by an earlier version; restore it again")
        if destination.step is not None:
            names = only_standing(folder, record, names, warn, are_named=worlds is not None)
        selection = select_moment(record, record.request, destination, names)
        catalog, choice = find_dumps(selection)
        _require_logs(catalog, names, record, record.request)
        require_all(choice, selection.target, allows_missing=None)
        said: list[str] = []
        if destination.step is None:
            chosen = choose_logs(catalog, choice, selection, narrate)
        else:
            steps = find_steps(catalog, folder, record, names, destination.step)
            targets = {name: step.target for name, step in steps.items()}
            said = [f"{name}: {SAID[destination.step]} {step.text}" for name, step in steps.items()]
            chosen = take_logs(
                catalog, choice, targets, lambda _text: None, names_zone=selection.timezone
            )
        plans = [
            _plan(
                world,
                chosen,
                folder.path / "worlds" / name,
                _find_receipt(folder, name),
                fallback=record.request.fallback,
            )
            for name, world in record.worlds.items()
            if name in names
        ]
        for text in chosen.choice.warnings:
            warn(text)
        for text in said:
            narrate(text)
        options = _options(record, record.request, verify_images)
        moved = {plan.name: record.worlds[plan.name] for plan in plans}
        closed, lost = list_logins(folder, moved), find_changed(fleet, moved)
        brought = _restore(folder, record, options, plans, observer)
    prune_cache(limit_bytes=CACHE_LIMIT_BYTES)
    return Seeking(brought, closed, lost)


def _plan(
    world: World,
    chosen: LogChoice,
    folder: Path,
    receipt: LogReceipt | None,
    *,
    fallback: bool,
) -> WorldPlan:
    """Plan one world, and refuse what its logs do not lead to, before anything is touched.

    A dump that does not say where it stands, and was not looked for yet, is loaded first.
    """
    logs = chosen.logs[world.name]
    choice = next(each for each in chosen.choice.chosen if each.dump.world == world.name)
    if (
        logs.must_search(choice.dump.files)
        and find_absolute_place(choice.dump.location) == world.dump
        and receipt
    ):
        logs.recall(choice.dump.files, receipt)
    plan = WorldPlan(
        world.name,
        (choice.dump, *(choice.older if fallback else ())),
        world.port,
        folder,
        logs=logs,
        older=choice.older,
    )
    try:
        if not logs.must_search(choice.dump.files):
            with naming_older(plan):
                logs.plan(choice.dump.files)
    except DumpTooNew as error:
        if not choice.older:
            raise error.of_world(world.name) from error
    except (ReplayError, BinlogError) as error:
        if not any(leads_on(older, logs) for older in plan.dumps[1:]):
            raise error.of_world(world.name) from error
    return plan


def _find_receipt(folder: FleetFolder, world: str) -> LogReceipt | None:
    """Return what was replayed in a world; None of one that has no ledger, or only its dump."""
    try:
        return folder.read_ledger(world).receipt
    except FleetError:
        return None


def _require_logs(
    catalog: Catalog, names: Sequence[str], record: FleetRecord, request: RestoreRequest
) -> None:
    """Check that each of the worlds has binary logs.

    Raises:
        UsageError: some have none.
    """
    having = {log.world for log in catalog.logs}
    lacking = [name for name in names if name not in having]
    if not lacking:
        return
    source = shlex.quote(str(record.source))
    if len(lacking) == len(record.worlds):
        elsewhere = f" or in {', '.join(request.binlogs)}" if request.binlogs else ""
        raise UsageError(
            f"fleet {record.name} was brought up without binary logs, so it cannot seek:"
            f" there are none below {record.source}{elsewhere}",
            hint="put them there, in a folder with the name of each world; or restore the fleet"
            f" with the folder that has them: rewound up {source} --binlogs FOLDER --at TIME"
            f"{fleet_flag(record.name)} --replace",
        )
    some = [name for name in names if name in having]
    raise UsageError(
        f"{name_worlds(lacking)} {'has' if len(lacking) == 1 else 'have'} no binary logs to seek"
        " in",
        hint=f"name the worlds that have some: {' '.join(some)}"
        if some
        else f"rewound dumps {source} shows which worlds have some",
    )


def _restore(
    folder: FleetFolder,
    record: FleetRecord,
    options: UpOptions,
    plans: Sequence[WorldPlan],
    observer: Observer,
) -> BringUp:
    engine = get_engine(record.engine, folder.name, clone=None)
    _, context = prepare_in_place(folder, record, options, engine, planned=plans)
    return restore_in_place(folder, record, plans, context, engine, observer)


def _options(record: FleetRecord, request: RestoreRequest, verify_images: bool | None) -> UpOptions:
    """Return how the fleet's worlds are restored, as it was made."""
    load = request.load
    if verify_images is not None:
        load = replace(load, verify_images=verify_images)
    return UpOptions(
        fleet=record.name,
        load=replace(load, time_zone=record.time_zone, keys_later=False),
        keep_baselines=request.keep_baselines,
        sleep_after_s=None if record.sleeping is None else record.sleeping.after_s,
        most_awake=None if record.sleeping is None else record.sleeping.most_awake,
    )
