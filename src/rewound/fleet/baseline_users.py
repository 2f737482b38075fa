"""Which worlds of all fleets refer to which baseline."""

from pathlib import Path

from rewound.errors import FleetError
from rewound.fleet.state import FleetFolder, list_fleets


def find_baseline_users(state_dir: Path) -> dict[str, list[str]]:
    """Return which worlds refer to which baseline: its key to `fleet/world` names.

    A fleet whose record cannot be read is taken to use none.
    """
    users: dict[str, list[str]] = {}
    for name in list_fleets(state_dir):
        try:
            worlds = FleetFolder(state_dir, name).read().worlds
        except FleetError:
            continue
        for world in worlds.values():
            if world.baseline is not None:
                users.setdefault(world.baseline, []).append(f"{name}/{world.name}")
    return users
