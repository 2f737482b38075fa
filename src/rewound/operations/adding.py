"""Bringing worlds into a fleet that is up: those that failed, fell back, or are not in it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from rewound import settings
from rewound.catalog import Choice, ChosenDump, require_all
from rewound.engine.process.process_watch import ProcessWatch
from rewound.engine.protocol import Engine
from rewound.errors import FleetError
from rewound.fleet.bring_up import BringUp
from rewound.fleet.live_status import read_current
from rewound.fleet.plan import WorldPlan
from rewound.fleet.record import FleetRecord
from rewound.fleet.request import RestoreRequest, complete_request
from rewound.fleet.restore_context import Observer
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import FOR_ADDING, World
from rewound.operations.dump_selection import (
    Selection,
    at_logged_moment,
    find_dumps,
    read_selection,
)
from rewound.operations.engines import get_engine
from rewound.operations.host import prune_cache
from rewound.operations.in_place import prepare_in_place, restore_in_place
from rewound.operations.log_selection import choose_logs
from rewound.operations.renewing import keep_changed, plan_renewals, prove
from rewound.operations.restoring import (
    UpOptions,
    make_request,
    workers,
)
from rewound.operations.up_observer import UpObserver
from rewound.replay.world_logs import WorldLogs


@dataclass(frozen=True, slots=True)
class Addition:
    """What is wanted of worlds that are added."""

    selection: Selection
    options: UpOptions
    given: Set[str]
    """The options that the user has set, by their parameters' names; others are the fleet's."""


def add(
    wanted: Addition,
    *,
    observer: UpObserver,
) -> BringUp:
    """Restore the worlds of a source that are missing or failed in a fleet; others stay.

    A world that fell back to an older dump gets its newer one, if that can now be restored.

    Engine, passwords, time zone and all options that are not `given` are the fleet's. If this ends
    early, the fleet is as before. If nothing is missing, nothing is done.

    Raises:
        FleetError: there is no such fleet, or another command is working on it.
    """
    folder = FleetFolder(settings.state_dir(), wanted.options.fleet)
    with folder.locked():
        record = read_current(folder, ProcessWatch())
        selection, options = _settle(wanted, record)
        catalog, choice = find_dumps(selection)
        renewals = plan_renewals(choice.chosen, record.worlds, folder=folder.path / "worlds")
        renewals = keep_changed(renewals, record, observer)
        renewed = {plan.name for plan in renewals}
        choice = _only_missing(choice, record.worlds, renewed)
        require_all(choice, selection.target, allows_missing=options.allow_missing)
        if not choice.chosen:
            return BringUp(record, {}, {})
        log_choice = choose_logs(catalog, choice, selection, observer.narrate)
        choice, logs = log_choice.choice, log_choice.logs
        renewals = [replace(plan, logs=logs.get(plan.name)) for plan in renewals]
        observer.dumps_chosen(catalog, choice)
        engine = get_engine(record.engine, folder.name, clone=options.clone)
        missing = [each for each in choice.chosen if each.dump.world not in renewed]
        brought = _restore(folder, record, missing, renewals, options, engine, observer, logs)
    prune_cache(limit_bytes=options.cache_limit_bytes)
    return brought


def _settle(wanted: Addition, record: FleetRecord) -> tuple[Selection, UpOptions]:
    """Return what is to be restored and how, from the fleet's own request and this one."""
    load = wanted.options.load
    if "world_timezone" in wanted.given and load.time_zone != record.time_zone:
        raise FleetError(
            f"the servers of fleet {record.name} are in time zone {record.time_zone},"
            f" not in {load.time_zone}",
            hint="remove --world-timezone, or restore all worlds again with --replace",
        )
    kept = record.request or RestoreRequest(load, at=record.target)
    request = complete_request(kept, make_request(wanted.selection, wanted.options), wanted.given)
    selection = read_selection(
        wanted.selection.source,
        at=request.at,
        before=request.before,
        pattern=request.pattern,
        timezone=request.timezone,
        worlds=wanted.selection.worlds,
        identities=[Path(path) for path in request.identities],
    )
    selection = at_logged_moment(
        selection,
        binlogs=[Path(folder) for folder in request.binlogs],
        no_binlogs=request.no_binlogs,
        before_transaction=request.before_transaction,
        after_transaction=request.after_transaction,
        at_position=request.at_position,
    )
    options = replace(
        wanted.options,
        load=replace(request.load, time_zone=record.time_zone),
        allow_missing=request.allow_missing,
        fallback=request.fallback,
        deep=request.deep,
        keep_baselines=request.keep_baselines,
        sleep_after_s=None if record.sleeping is None else record.sleeping.after_s,
        most_awake=None if record.sleeping is None else record.sleeping.most_awake,
    )
    return selection, options


def _only_missing(choice: Choice, worlds: Mapping[str, World], renewed: Set[str]) -> Choice:
    """Return a choice without the worlds that the fleet has and that stay. Pure."""

    def lacks(name: str) -> bool:
        return name not in worlds or name in renewed or worlds[name].state in FOR_ADDING

    return replace(
        choice,
        chosen=tuple(each for each in choice.chosen if lacks(each.dump.world)),
        missing_worlds=tuple(each for each in choice.missing_worlds if lacks(each.world)),
    )


def _restore(
    folder: FleetFolder,
    record: FleetRecord,
    chosen: Sequence[ChosenDump],
    renewals: Sequence[WorldPlan],
    options: UpOptions,
    engine: Engine,
    observer: Observer,
    logs: Mapping[str, WorldLogs],
) -> BringUp:
    plans, context = prepare_in_place(
        folder, record, options, engine, chosen=chosen, planned=renewals, logs=logs
    )
    proven, still_failing = prove(renewals, context, engine, observer, workers=workers())
    plans += proven
    if not plans:
        return BringUp(record, {}, {}, still_failing)
    # What is left of a command that was killed goes, and so does what is renewed.
    brought = restore_in_place(folder, record, plans, context, engine, observer)
    return replace(brought, still_failing=still_failing)
