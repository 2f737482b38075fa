"""Which worlds may be reset to which baseline, over all fleets that share a cache."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from rewound.errors import FleetError, RewoundError
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.state import FleetFolder, list_fleets


def find_baseline_users(state_dir: Path, baselines: BaselineCache) -> dict[str, list[str]]:
    """Return which worlds refer to which baseline: its key to names of worlds.

    A world is named `fleet/world`, and with its state folder if that is not `state_dir`. Of a
    fleet whose record cannot be read only the fleet is named.
    """
    users: dict[str, list[str]] = {}
    for name in list_fleets(state_dir):
        try:
            worlds = FleetFolder(state_dir, name).read().worlds
        except FleetError:
            continue  # its leases count
        for world in worlds.values():
            if world.baseline is not None:
                users.setdefault(world.baseline, []).append(f"{name}/{world.name}")
    for key in baselines.list_keys():
        leases = baselines.list_leases(key)
        for user in _name_users(key, leases, state_dir):
            if user not in users.setdefault(key, []):
                users[key].append(user)
    return {key: names for key, names in users.items() if names}


def is_needed(key: str, fleet: Path) -> bool:
    """Tell whether a fleet that has a lease of a baseline still needs it.

    If its record cannot be read, or a command is working on it, it does.
    """
    return bool(_find_worlds(key, fleet)[1])


def _name_users(key: str, leases: Iterable[Path], state_dir: Path) -> Iterator[str]:
    own = os.path.realpath(state_dir)
    for fleet in leases:
        place, names = _find_worlds(key, fleet)
        suffix = "" if str(place) == own else f" in {place}"
        for name in names:
            yield f"{name}{suffix}"


def _find_worlds(key: str, fleet: Path) -> tuple[Path, list[str]]:
    """Return the state folder of a fleet, and what of it needs a baseline."""
    place = fleet.parents[1]
    try:
        folder = FleetFolder(place, fleet.name)
        worlds = folder.read().worlds.values()
        names = [f"{fleet.name}/{world.name}" for world in worlds if world.baseline == key]
        if names or not folder.is_being_changed:
            return place, names
    except (RewoundError, OSError):
        pass
    return place, [fleet.name]
