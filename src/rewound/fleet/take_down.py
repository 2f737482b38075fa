"""Taking a fleet down in any state, also after a crash.

No record is needed. Each `ServerWatch` finds the servers below the fleet's folder: processes by
their `--datadir`, containers by their label. `remove_tree` ends what the kernel lists as mounted
there.
"""

from rewound import command
from rewound.engine.protocol import ServerWatch
from rewound.files.mounts import remove_tree
from rewound.fleet.expiry import FOLDER_OPTION
from rewound.fleet.state import FleetFolder


def take_down(folder: FleetFolder, *watches: ServerWatch) -> int:
    """End every server of a fleet and remove its folder; return how many servers there were.

    It also ends the process that waits for the fleet to expire.
    """
    waiting = command.find_daemons(f"{FOLDER_OPTION}{folder.path}")
    command.kill(*(process for process, rest in waiting.items() if not rest))
    ended = sum(watch.end_all(folder.path) for watch in watches)
    # Renamed first, so that no fleet is listed if this command is killed here.
    remove_tree(folder.going)
    if folder.exists:
        folder.path.rename(folder.going)
        remove_tree(folder.going)
    return ended
