"""Querying fleets: their worlds, addresses, logins and ledgers."""

import contextlib
import os
from datetime import datetime
from pathlib import Path

from rewound import settings
from rewound.engine.process.process_watch import ProcessWatch
from rewound.errors import FleetError
from rewound.files.json_files import encode_readably, to_plain
from rewound.fleet import live_status
from rewound.fleet.expiry import find_expiry
from rewound.fleet.live_status import get_endpoint, read_current
from rewound.fleet.record import FleetRecord
from rewound.fleet.state import FleetFolder, list_fleets
from rewound.fleet.world import READABLE, USABLE, World, WorldState, explain_unready
from rewound.load.ledger import Ledger
from rewound.mysql.endpoint import Endpoint
from rewound.worlds.selecting import explain_unknown, select_worlds


def names() -> list[str]:
    """Return the names of all fleets."""
    return list_fleets(settings.state_dir())


def status(fleet: str) -> FleetRecord:
    """Return what is true of a fleet now."""
    folder = FleetFolder(settings.state_dir(), fleet)
    return read_current(folder, ProcessWatch())


def is_ours(fleet: str) -> bool:
    """Tell whether this user may do all with a fleet, and not only what its group may."""
    return FleetFolder(settings.state_dir(), fleet).is_ours


def select(fleet: str, worlds: str | None, *, state: WorldState | None = None) -> dict[str, World]:
    """Return the worlds of a fleet that a selection names, by default all; only those in `state`.

    Raises:
        FleetNotFound: there is no such fleet.
        UsageError: it has no such worlds.
    """
    known = status(fleet).worlds
    chosen = {name: known[name] for name in select_worlds(known, worlds)}
    return {name: each for name, each in chosen.items() if state in (None, each.state)}


def has_lost_doorkeeper(fleet: str) -> bool:
    """Tell whether the worlds of a fleet sleep, and nobody is there who would wake them."""
    folder = FleetFolder(settings.state_dir(), fleet)
    return live_status.has_lost_doorkeeper(folder, folder.read())


def expires_at(fleet: str) -> datetime | None:
    """Return when a fleet ends by itself; None where it does not."""
    return find_expiry(FleetFolder(settings.state_dir(), fleet).path)


def get_world(fleet: str, name: str, *, to_read: bool = False) -> World:
    """Return a world that is ready; if it is only read, also one whose keys are to come.

    Raises:
        UsageError: the fleet has no such world.
        FleetError: the world is not ready.
    """
    record = status(fleet)
    world = record.worlds.get(name)
    if world is None:
        raise explain_unknown(name, record.worlds)
    if world.state not in (READABLE if to_read else USABLE):
        message, hint = explain_unready(world, fleet)
        raise FleetError(f"world {name} of fleet {fleet} {message}", hint=hint)
    return world


def endpoint(fleet: str, world: World, user: str) -> Endpoint:
    """Return address and login of one account of a ready world."""
    return get_endpoint(FleetFolder(settings.state_dir(), fleet), world, user)


def option_file(fleet: str, user: str) -> Path:
    """Return the option file that logs an account in to every world of a fleet."""
    return FleetFolder(settings.state_dir(), fleet).option_file(user)


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
    names = select_worlds(record.worlds, worlds)
    loaded = [name for name in names if record.worlds[name].schemas]
    ledgers = {name: folder.read_ledger(name) for name in loaded if folder.has_ledger(name)}
    if not ledgers:
        raise FleetError(
            f"fleet {fleet} has no ledger of {', '.join(names)} yet",
            hint="a world has a ledger once it is ready; rewound status shows all worlds",
        )
    return ledgers


def disk_bytes(fleet: str, world: World) -> int | None:
    """Return the disk space of a world's own files, which may come and go meanwhile.

    Files of its baseline that it sees through a mount do not count. None if the fleet belongs to
    another user, who shares it.
    """
    folder = FleetFolder(settings.state_dir(), fleet).world_folder(world.name)
    if folder.exists() and not os.access(folder, os.R_OK):
        return None
    total = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not (Path(parent) / name).is_mount()]
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += (Path(parent) / name).lstat().st_blocks * 512
    return total


def as_plain(value: object) -> dict[str, object]:
    """Return a value of ours as one that has no types of ours, as `as_json` takes it."""
    return to_plain(value)


def as_json(value: object) -> str:
    """Return a value of ours as JSON text, for machines."""
    return encode_readably(value).decode()
