"""What killed commands left behind, and fleets that can no longer be used."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rewound import settings
from rewound.engine.datadir import find_unfinished_templates
from rewound.errors import FleetError
from rewound.files.mounts import remove_tree
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import RESTORED
from rewound.operations import ending, fleets


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that can go."""

    what: str
    """For people."""
    fleet: str | None = None
    """The fleet to take down."""
    path: Path | None = None
    """Or the folder to delete."""


def find_leftovers() -> list[Leftover]:
    """Return what can go without anybody missing it."""
    return [*_find_fleets(), *_find_folders()]


def remove_leftover(leftover: Leftover) -> None:
    """Remove one.

    Raises:
        HostError: something of it could not be ended, unmounted or deleted.
        FleetError: a command is working on its fleet.
    """
    if leftover.fleet is not None:
        ending.down(leftover.fleet)
    if leftover.path is not None:
        remove_tree(leftover.path)


def _find_fleets() -> Iterator[Leftover]:
    known = fleets.names()
    for name in ending.names_to_end():
        if name not in known:
            yield Leftover(f"remains of fleet {name}, which no longer exists", fleet=name)
        elif reason := _explain_uselessness(name):
            yield Leftover(f"fleet {name}: {reason}", fleet=name)


def _explain_uselessness(name: str) -> str | None:
    """Say why a fleet can no longer be used; None if it can.

    A fleet that is being created does not count, and a stopped one can be reset.
    """
    folder = FleetFolder(settings.state_dir(), name)
    try:
        folder.read()
    except FleetError as error:
        return None if folder.is_being_changed else error.message
    if folder.is_being_changed:
        return None
    states = {world.state for world in fleets.status(name).worlds.values()}
    if states & set(RESTORED):
        return None
    return f"all worlds are {' or '.join(sorted(state.value for state in states))}"


def _find_folders() -> Iterator[Leftover]:
    cache = settings.cache_dir()
    for folder in (*BaselineCache(cache).find_unfinished(), *find_unfinished_templates(cache)):
        yield Leftover(f"{folder}, which is incomplete", path=folder)
