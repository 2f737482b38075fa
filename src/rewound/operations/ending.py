"""Ending fleets: their servers, their folders, and what is left of them."""

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rewound import settings
from rewound.engine.process.process_watch import ProcessWatch
from rewound.engine.protocol import ServerWatch
from rewound.errors import FleetError, FleetNotFound, HostError
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.connections import list_logins
from rewound.fleet.expiry import has_expired, list_expired
from rewound.fleet.live_status import read_current
from rewound.fleet.state import FleetFolder, list_going
from rewound.fleet.take_down import take_down
from rewound.operations import fleets
from rewound.operations.engines import get_watches

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a fleet that was taken down had."""

    servers: int
    """How many of its servers ran, or left something."""
    connections: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Whose connections to which world were closed, as `user@host`."""


def down(fleet: str) -> Ended:
    """End a fleet and remove all of it.

    A fleet whose folder was deleted is found by the servers that are left.

    Raises:
        FleetNotFound: there is no such fleet.
        FleetError: another command is working on it.
        HostError: its Docker daemon does not answer, so its containers cannot be ended.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    with folder.locked():
        watches = get_watches(folder.find_engine())
        if folder.exists:
            return end_fleet(folder, watches)
        has_servers = any(watch.find_folders(folder.path) for watch in watches)
        if not has_servers and not folder.going.exists():
            raise FleetNotFound(f"no fleet named {fleet}", hint=_known_fleets())
        return Ended(take_down(folder, *watches))


def end_expired() -> dict[str, Ended]:
    """End the fleets of this user whose time is over; one that cannot be ended now stays."""
    ended = {}
    for name in list_expired(settings.state_dir()):
        folder = FleetFolder(settings.state_dir(), name)
        if not folder.is_ours:
            continue
        try:
            with folder.locked():
                if has_expired(folder.path):
                    ended[name] = end_fleet(folder, get_watches(folder.find_engine()))
        except (FleetError, HostError) as error:
            _log.info("fleet %s, whose time is over, stays for now: %s", name, error.message)
    return ended


def end_fleet(folder: FleetFolder, watches: Sequence[ServerWatch]) -> Ended:
    """End a fleet that has a folder, and that this command has locked."""
    connections = list_connections(folder)
    ended = take_down(folder, *watches)
    BaselineCache(settings.cache_dir()).release(folder.path)
    return Ended(ended, connections)


def list_connections(folder: FleetFolder) -> dict[str, Sequence[str]]:
    """Return who is logged in to which world of a fleet."""
    try:
        worlds = read_current(folder, ProcessWatch()).worlds
    except FleetError:
        return {}
    return list_logins(folder, worlds)


def names_to_end() -> list[str]:
    """Return the names of all fleets, also of those of which only remains are left."""
    fleets_folder = Path(os.path.realpath(FleetFolder(settings.state_dir(), "any").path.parent))
    found = {
        folder.relative_to(fleets_folder).parts[0]
        for watch in get_watches(None)
        for folder in watch.find_folders(fleets_folder)
    }
    return sorted({*fleets.names(), *list_going(settings.state_dir()), *found})


def _known_fleets() -> str:
    names = fleets.names()
    return f"there are: {', '.join(names)}" if names else "there are no fleets at all"
