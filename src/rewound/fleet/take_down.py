"""Taking a fleet down, whatever state it is in."""

from rewound import command
from rewound.engine.protocol import ServerWatch
from rewound.files.mounts import remove_tree
from rewound.fleet.expiry import FOLDER_OPTION
from rewound.fleet.state import FleetFolder


def take_down(folder: FleetFolder, *watches: ServerWatch) -> int:
    """End every server of a fleet and remove its folder; return how many servers there were.

    Needs no record: servers are found by their folders.
    """
    waiting = command.find_daemons(f"{FOLDER_OPTION}{folder.path}")
    command.kill(*(process for process, rest in waiting.items() if not rest))
    ended = sum(watch.end_all(folder.path) for watch in watches)
    # Renamed first, so that a command that is killed in here leaves no fleet to be seen.
    remove_tree(folder.going)
    if folder.exists:
        folder.path.rename(folder.going)
        remove_tree(folder.going)
    return ended
