"""What a user can do with Rewound: one function per verb, the same for every front end.

Nothing here prints. Values come back, narration goes through an observer, and every
failure is a `RewoundError`.
"""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import psutil

from rewound import settings
from rewound.catalog import (
    Catalog,
    Choice,
    Dump,
    TargetTime,
    choose_dumps,
    discover,
    require_all,
    select_worlds,
)
from rewound.command import own_mark
from rewound.dump.header import find_closing_time
from rewound.dump.reader import DumpReader
from rewound.engine import provision
from rewound.engine.checks import Check, check_host
from rewound.engine.cloning import CloneMethod
from rewound.engine.installation import Installation, get_installation, list_installations
from rewound.engine.options import plan_buffer_pool_bytes
from rewound.engine.ports import pick_ports
from rewound.engine.process import ProcessEngine, ProcessWatch
from rewound.errors import FleetError, UsageError
from rewound.fleet.baseline import CacheEntry, choose_evictions
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.fleet import BringUp, bring_up, get_endpoint, observe, take_down
from rewound.fleet.json_files import encode_readably
from rewound.fleet.making import Observer, Recipe
from rewound.fleet.plan import WorldPlan, plan_worlds, require_space
from rewound.fleet.reset import Resetting, reset_worlds
from rewound.fleet.state import (
    RECORD_FORMAT,
    FleetFolder,
    FleetRecord,
    find_baseline_users,
    list_fleets,
)
from rewound.fleet.world import World, WorldState
from rewound.load.cores import Cores
from rewound.load.ledger import Ledger
from rewound.load.loader import LoadOptions
from rewound.load.verify import Verification, verify_all
from rewound.mysql.accounts import ACCOUNTS, DEV, READER, new_password
from rewound.mysql.endpoint import Endpoint
from rewound.query.fanout import Asking, fan_out
from rewound.query.outcome import Outcome

CACHE_LIMIT_BYTES = 20 << 30
"""How much the baselines may take, unless the user says otherwise."""

_TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dumps of a source are meant."""

    source: Path
    """A folder of dumps, or one dump."""
    target: TargetTime | None = None
    """The moment wanted; None for the newest dumps."""
    pattern: str | None = None
    """How world and time stand in a path, where the usual shapes do not fit."""
    timezone: tzinfo = UTC
    """The zone of the times in names that state none."""
    worlds: str | None = None
    """Limits to some worlds: `host[1-3],eu-*`."""


@dataclass(frozen=True, slots=True)
class UpOptions:
    """How a fleet is made."""

    fleet: str = "default"
    server: str = "auto"
    """Which MySQL: `auto`, or a name of `list_servers`."""
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


def find_dumps(selection: Selection) -> tuple[Catalog, Choice]:
    """Return the dumps of a source, and which of them the target time selects."""
    catalog = discover(
        selection.source,
        pattern=selection.pattern,
        timezone=selection.timezone,
        read_closing_time=_read_closing_time,
    )
    if selection.worlds is not None:
        catalog = catalog.only(select_worlds(catalog.worlds, selection.worlds))
    return catalog, choose_dumps(catalog, selection.target)


def verify(
    selection: Selection,
    options: LoadOptions,
    *,
    every: bool,
    verified: Callable[[Dump, Verification], None],
) -> list[tuple[Dump, Verification]]:
    """Read dumps to their end, without a server: the chosen ones, or with `every` all.

    `verified` is told of each as it is done. They come back in the catalog's order.

    Raises:
        CatalogError: no dump is chosen.
        HostError: a process that read was killed.
    """
    catalog, choice = find_dumps(selection)
    if not every:
        require_all(choice, selection.target)
    dumps = catalog.dumps if every else [chosen.dump for chosen in choice.chosen]
    found = verify_all([dump.path for dump in dumps], options)
    by_path = {dump.path: dump for dump in dumps}
    results = {}
    for verification in found:
        verified(by_path[verification.path], verification)
        results[verification.path] = verification
    return [(dump, results[dump.path]) for dump in dumps]


def up(
    selection: Selection,
    options: UpOptions,
    *,
    observer: Observer,
    narrate: Callable[[str], None],
    chosen: Callable[[Catalog, Choice], None],
) -> BringUp:
    """Restore every world of a source into a new fleet.

    `chosen` is told the choice of dumps before anything starts. Where all worlds fail,
    the fleet is gone when this returns; where some do, the others are kept.
    """
    folder = FleetFolder(settings.state_dir(), options.fleet)
    with folder.locked():
        _require_absent(folder)
        catalog, choice = find_dumps(selection)
        if not options.allow_missing:
            require_all(choice, selection.target)
        chosen(catalog, choice)
        installation = _get_installation(options.server, narrate)
        engine = ProcessEngine(installation, settings.cache_dir(), wanted=options.clone)
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
            installation=installation.name,
            server_version=str(installation.version),
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
        installation = get_installation(record.installation, settings.cache_dir())
        if str(installation.version) != record.server_version:
            raise FleetError(
                f"fleet {fleet} was made with MySQL {record.server_version},"
                f" {installation.name} is {installation.version} now",
                hint=f"make it again: rewound down --fleet {fleet}, then rewound up",
            )
        engine = ProcessEngine(installation, settings.cache_dir(), wanted=clone)
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


def list_cache() -> list[CacheEntry]:
    """Return all baselines, the one used last first."""
    return BaselineCache(settings.cache_dir()).entries(find_baseline_users(settings.state_dir()))


def prune_cache(*, limit_bytes: int) -> list[CacheEntry]:
    """Remove baselines until the rest takes no more than this; return those that went.

    Stays what a fleet may be reset to, is mounted, or is being used right now.
    """
    baselines = BaselineCache(settings.cache_dir())
    evictions = choose_evictions(list_cache(), limit_bytes=limit_bytes)
    return [entry for entry in evictions if baselines.remove(entry.key)]


def doctor() -> list[Check]:
    """Return what this host can do, and what is missing."""
    return check_host(settings.state_dir(), settings.cache_dir())


def status(fleet: str) -> FleetRecord:
    """Return what is true of a fleet now."""
    folder = FleetFolder(settings.state_dir(), fleet)
    return observe(folder.read(), ProcessWatch())


def fleets() -> list[str]:
    """Return the names of all fleets."""
    return list_fleets(settings.state_dir())


def get_world(fleet: str, name: str) -> World:
    """Return a world that is ready.

    Raises:
        UsageError: the fleet has no such world.
        FleetError: the world is not ready.
    """
    record = status(fleet)
    world = record.worlds.get(name)
    if world is None:
        raise UsageError(
            f"fleet {fleet} has no world {name}", hint=f"it has: {', '.join(record.worlds)}"
        )
    if world.state is not WorldState.READY:
        raise FleetError(
            f"world {name} of fleet {fleet} is {world.state.value}"
            + (f": {world.reason}" if world.reason else ""),
            hint="rewound status shows all worlds",
        )
    return world


def endpoint(fleet: str, world: World, user: str) -> Endpoint:
    """Return address and login of one account of a ready world."""
    return get_endpoint(FleetFolder(settings.state_dir(), fleet), world, user)


def option_file(fleet: str, user: str) -> Path:
    """Return the option file that logs an account in to every world of a fleet."""
    return FleetFolder(settings.state_dir(), fleet).option_file(user)


def query(
    fleet: str,
    statements: Sequence[str],
    *,
    worlds: str | None = None,
    schema: str | None = None,
    asking: Asking = Asking(),  # noqa: B008 - frozen value
    may_write: bool = False,
) -> list[dict[str, Outcome]]:
    """Run statements in every world and return the outcomes of each, by world.

    They run as `reader`, with `may_write` as `dev`. Unqualified names belong to `schema`,
    by default to the one schema of each world. Worlds that are not ready count as failed.
    """
    record = status(fleet)
    names = tuple(record.worlds) if worlds is None else select_worlds(tuple(record.worlds), worlds)
    ready = {
        name: record.worlds[name] for name in names if record.worlds[name].state is WorldState.READY
    }
    user = DEV if may_write else READER
    answers = fan_out(
        {name: endpoint(fleet, world, user) for name, world in ready.items()},
        statements,
        schemas={name: schema or default_schema(world) for name, world in ready.items()},
        asking=asking,
    )
    absent = {
        name: Outcome(error=f"is {record.worlds[name].state.value}")
        for name in names
        if name not in ready
    }
    return [{name: {**absent, **answer}[name] for name in names} for answer in answers]


def default_schema(world: World) -> str | None:
    """Return the schema that a world's unqualified names belong to, if only one can."""
    return world.schemas[0] if len(world.schemas) == 1 else None


def report(fleet: str, worlds: str | None = None) -> dict[str, Ledger]:
    """Return the ledgers of a fleet's ready worlds, by world.

    Raises:
        FleetError: there is no such fleet, or none of the worlds asked for has a ledger.
    """
    record = status(fleet)
    folder = FleetFolder(settings.state_dir(), fleet)
    names = tuple(record.worlds) if worlds is None else select_worlds(tuple(record.worlds), worlds)
    ledgers = {name: folder.read_ledger(name) for name in names if record.worlds[name].schemas}
    if not ledgers:
        raise FleetError(
            f"fleet {fleet} has no ledger of {', '.join(names)} yet",
            hint="a world has one from when it is ready; rewound status shows all worlds",
        )
    return ledgers


def down(fleet: str) -> int:
    """End a fleet and remove all of it; return how many servers ran.

    Raises:
        FleetError: there is no such fleet, or another command is working on it.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    with folder.locked():
        if not folder.exists:
            raise FleetError(f"there is no fleet {fleet}", hint=_known_fleets())
        return take_down(folder, ProcessWatch())


def install_server(
    *,
    from_dir: Path | None,
    mirror: str | None,
    refresh: bool,
    narrate: Callable[[str], None],
) -> Installation:
    """Put a MySQL into the user's cache, from the host's Debian mirror or a folder."""
    return provision.install(
        settings.cache_dir(), from_dir=from_dir, mirror=mirror, refresh=refresh, narrate=narrate
    )


def list_servers() -> list[Installation]:
    """Return the MySQL servers that can be used, the preferred one first."""
    return list_installations(settings.cache_dir())


def find_client() -> tuple[str, ...] | None:
    """Return the argv prefix of a `mysql` client, or None where there is none."""
    return next((server.client for server in list_servers() if server.client), None)


def disk_bytes(fleet: str, world: World) -> int:
    """Return what a world's own files take on disk; they may come and go meanwhile.

    What it shows of its baseline by a mount is the baseline's.
    """
    folder = FleetFolder(settings.state_dir(), fleet).world_folder(world.name)
    total = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not (Path(parent) / name).is_mount()]
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += (Path(parent) / name).lstat().st_blocks * 512
    return total


def as_json(value: object) -> str:
    """Return a value of ours as JSON text, for machines."""
    return encode_readably(value).decode()


def _get_installation(selection: str, narrate: Callable[[str], None]) -> Installation:
    """Return the MySQL selected; `auto` installs one where there is none."""
    cache = settings.cache_dir()
    if selection == "auto" and not list_installations(cache):
        narrate("there is no MySQL on this host yet, installing one for this user")
        provision.install(cache, narrate=narrate)
    return get_installation(selection, cache)


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
        installation=recipe.installation,
        server_version=recipe.server_version,
        buffer_pool_bytes=recipe.buffer_pool_bytes,
        worlds=worlds,
    )


def _read_closing_time(path: Path) -> datetime | None:
    """Return the time of a dump's closing line; reads the dump to its end."""
    tail = b""
    with DumpReader(path) as reader:
        for chunk in reader.iter_chunks():
            tail = (tail + chunk)[-_TAIL_BYTES:]
    return find_closing_time(tail)


def _known_fleets() -> str:
    names = fleets()
    return f"there are: {', '.join(names)}" if names else "there are no fleets at all"
