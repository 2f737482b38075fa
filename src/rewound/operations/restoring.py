"""Making fleets, taking their worlds back, and ending them."""

import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from rewound import settings
from rewound.catalog import (
    Catalog,
    Choice,
    require_all,
    select_worlds,
)
from rewound.command import own_mark
from rewound.engine.cloning import CloneMethod
from rewound.engine.options import plan_buffer_pool_bytes
from rewound.engine.ports import pick_ports
from rewound.engine.process_watch import ProcessWatch
from rewound.engine.protocol import PullStep, ServerWatch
from rewound.errors import FleetError
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.fleet import BringUp, bring_up, take_down
from rewound.fleet.making import Observer, Recipe
from rewound.fleet.observed import observe
from rewound.fleet.plan import WorldPlan, plan_worlds, require_space
from rewound.fleet.reset import Resetting, reset_worlds
from rewound.fleet.state import (
    RECORD_FORMAT,
    FleetFolder,
    FleetRecord,
)
from rewound.fleet.world import World, WorldState
from rewound.load.cores import Cores
from rewound.load.loader import LoadOptions
from rewound.mysql.accounts import ACCOUNTS, new_password
from rewound.operations import fleets
from rewound.operations.dumps import Selection, find_dumps
from rewound.operations.engines import EngineMaker, EngineWish, get_engine, get_watches
from rewound.operations.host import CACHE_LIMIT_BYTES, prune_cache


@dataclass(frozen=True, slots=True)
class UpOptions:
    """How a fleet is made."""

    fleet: str = "default"
    engine: EngineWish = field(default_factory=EngineWish)
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
    """Start from baselines where they are there, and leave them where not."""
    cache_limit_bytes: int = CACHE_LIMIT_BYTES


def up(
    selection: Selection,
    options: UpOptions,
    *,
    observer: Observer,
    narrate: Callable[[str], None],
    chosen: Callable[[Catalog, Choice], None],
    pulling: Callable[[PullStep], None],
) -> BringUp:
    """Restore every world of a source into a new fleet.

    `chosen` is told the choice of dumps before anything starts, `pulling` how an image
    comes. Where all worlds fail, the fleet is gone when this returns; where some do, the
    others are kept.
    """
    folder = FleetFolder(settings.state_dir(), options.fleet)
    with folder.locked():
        _require_absent(folder)
        catalog, choice = find_dumps(selection)
        if not options.allow_missing:
            require_all(choice, selection.target)
        chosen(catalog, choice)
        maker = EngineMaker(options.engine, options.clone, narrate, pulling)
        engine, engine_choice = maker.make([each.dump for each in choice.chosen])
        engine.end_all(folder.path)  # of a fleet of this name whose folder was deleted
        baselines = BaselineCache(settings.cache_dir())
        baselines.prepare()
        plans = plan_worlds(
            choice.chosen,
            ports=pick_ports(len(choice.chosen), base=options.port_base),
            worlds=folder.path / "worlds",
            fallback=options.fallback,
        )
        _require_room(plans, folder, baselines if options.keep_baselines else None)
        recipe = Recipe(
            passwords={account: new_password() for account in ACCOUNTS},
            buffer_pool_bytes=plan_buffer_pool_bytes(
                available_bytes=psutil.virtual_memory().available, servers=len(plans)
            ),
            load=options.load,
            cancelled=threading.Event(),
            # One more than there are: a session waits for us now and then.
            cores=Cores(_cores() + 1),
            fleet=options.fleet,
            engine=engine_choice,
            baselines=baselines if options.keep_baselines else None,
        )
        try:
            folder.create()
            folder.write_passwords(recipe.passwords)
            engine.prepare(folder.path, baselines.folder)
            brought = bring_up(
                folder,
                _new_record(selection, options, plans, recipe),
                plans,
                recipe=recipe,
                engine=engine,
                observer=observer,
                workers=2 * _cores(),  # a server that starts waits half of its time
            )
        except BaseException:
            take_down(folder, engine)
            raise
        if not brought.restored:
            take_down(folder, engine)
    prune_cache(limit_bytes=options.cache_limit_bytes)
    return brought


def reset(
    fleet: str,
    worlds: str | None = None,
    *,
    clone: CloneMethod | None = None,
    observer: Observer,
) -> Resetting:
    """Take worlds back to the moment after their restore; port and passwords stay.

    Raises:
        FleetError: there is no such fleet, another command is working on it, or none of
            the worlds has a baseline.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    with folder.locked():
        record = observe(folder.read(), ProcessWatch())
        names = list(record.worlds)
        if worlds is not None:
            names = list(select_worlds(tuple(names), worlds))
        chosen = [record.worlds[name] for name in names]
        if not any(world.baseline for world in chosen):
            raise FleetError(
                f"there is no baseline to reset {', '.join(names)} of fleet {fleet} to",
                hint=f"make it again: rewound down --fleet {fleet}, then rewound up",
            )
        engine = get_engine(record.engine, fleet, clone=clone)
        baselines = BaselineCache(settings.cache_dir())
        baselines.prepare()
        engine.prepare(folder.path, baselines.folder)
        return reset_worlds(
            folder,
            record,
            chosen,
            engine=engine,
            baselines=baselines,
            observer=observer,
            workers=2 * _cores(),  # a server that starts waits half of its time
        )


def down(fleet: str) -> int:
    """End a fleet and remove all of it; return how many servers there were.

    A fleet whose folder was deleted is found by what is left of its servers.

    Raises:
        FleetError: there is no such fleet, or another command is working on it.
        HostError: its Docker daemon does not answer, so its containers cannot be ended.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    with folder.locked():
        watches = get_watches(folder.find_engine())
        ended = take_down(folder, *watches) if folder.exists else _end_leftovers(folder, watches)
        if ended is None:
            raise FleetError(f"there is no fleet {fleet}", hint=_known_fleets())
        return ended


def names_to_end() -> list[str]:
    """Return the names of all fleets, those among them of which only servers are left."""
    fleets_folder = Path(os.path.realpath(FleetFolder(settings.state_dir(), "any").path.parent))
    found = {
        folder.relative_to(fleets_folder).parts[0]
        for watch in get_watches(None)
        for folder in watch.find_folders(fleets_folder)
    }
    return sorted({*fleets.names(), *found})


def _end_leftovers(folder: FleetFolder, watches: Sequence[ServerWatch]) -> int | None:
    """End what is left of a fleet whose folder is gone; None where there is nothing."""
    if not any(watch.find_folders(folder.path) for watch in watches):
        return None
    return take_down(folder, *watches)


def _cores() -> int:
    return max(2, os.cpu_count() or 2)


def _require_absent(folder: FleetFolder) -> None:
    if folder.exists:
        raise FleetError(
            f"fleet {folder.name} exists already",
            hint=f"look at it: rewound status --fleet {folder.name}; remove it:"
            f" rewound down --fleet {folder.name}; or make another one with --fleet NAME",
        )


def _require_room(
    plans: Sequence[WorldPlan], folder: FleetFolder, baselines: BaselineCache | None
) -> None:
    place = next(parent for parent in folder.path.parents if parent.exists())
    require_space(
        plans,
        free_bytes=shutil.disk_usage(place).free,
        folder=place,
        sizes_with_baseline=frozenset() if baselines is None else baselines.dump_sizes(),
    )


def _new_record(
    selection: Selection,
    options: UpOptions,
    plans: Sequence[WorldPlan],
    recipe: Recipe,
) -> FleetRecord:
    worlds: Mapping[str, World] = {
        plan.name: World(
            name=plan.name,
            state=WorldState.STARTING,
            dump=plan.dump.path.absolute(),
            taken_at=plan.dump.taken_at,
            port=plan.port,
        )
        for plan in plans
    }
    return FleetRecord(
        format=RECORD_FORMAT,
        name=options.fleet,
        source=selection.source.absolute(),
        target=None if selection.target is None else selection.target.text,
        created_at=datetime.now(UTC),
        maker=own_mark(),
        engine=recipe.engine,
        buffer_pool_bytes=recipe.buffer_pool_bytes,
        worlds=worlds,
    )


def _known_fleets() -> str:
    names = fleets.names()
    return f"there are: {', '.join(names)}" if names else "there are no fleets at all"
