"""Which worlds were changed after their restore, and how."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from rewound import settings
from rewound.engine.cloning import DATA, find_unmounted_layer
from rewound.fleet.change_signs import look, look_as_reader, look_at_layer
from rewound.fleet.changes import Changes, Seen, find_changes
from rewound.fleet.doors import note_look
from rewound.fleet.live_status import get_direct_endpoint
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import RESTORED, World, WorldState
from rewound.mysql.accounts import READER, ROOT
from rewound.operations.fleets import status
from rewound.worlds.selecting import select_worlds

_AT_A_TIME = 16


def changed_worlds(fleet: str, worlds: str | None = None) -> dict[str, Changes]:
    """Return what was changed in a fleet's worlds, by world; nothing of those that were not.

    Raises:
        FleetError: there is no such fleet.
        UsageError: it has no such worlds.
    """
    known = status(fleet).worlds
    return find_changed(fleet, {name: known[name] for name in select_worlds(known, worlds)})


def find_changed(fleet: str, worlds: Mapping[str, World]) -> dict[str, Changes]:
    """Return the same of worlds whose states are known.

    Of another user's fleet, who shares it, as far as reader can tell.
    """
    folder = FleetFolder(settings.state_dir(), fleet)
    restored = [world for world in worlds.values() if world.state in RESTORED]
    if not restored:
        return {}
    find = _find if folder.is_ours else _find_as_reader
    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
        found = pool.map(lambda world: find(folder, world), restored)
        return {world.name: each for world, each in zip(restored, found, strict=True) if each}


def _find(folder: FleetFolder, world: World) -> Changes | None:
    original = folder.find_original(world.name)
    if original is None:
        return None
    place = folder.world_folder(world.name)
    if layer := find_unmounted_layer(place):
        return find_changes(original, look_at_layer(layer, original))
    is_running = world.state is WorldState.READY
    root = get_direct_endpoint(folder, world, ROOT) if is_running else None
    if root is not None:
        note_look(folder.path, world.port)
    return find_changes(original, look(place / DATA, root))


def _find_as_reader(folder: FleetFolder, world: World) -> Changes | None:
    original = folder.find_original(world.name)
    if original is None:
        return None
    seen = Seen(None)
    if world.state is WorldState.READY:
        seen = look_as_reader(get_direct_endpoint(folder, world, READER), original)
    return find_changes(original, seen)
