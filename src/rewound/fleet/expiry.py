"""When a fleet ends by itself: a file in its folder, and the process that waits for that time.

The process survives a log-out but not a reboot; so every command also looks for expired fleets.
The module imports little, because every command begins with it.
"""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

_FILE = "expires"
_LONGEST_SLEEP_S = 60.0
"""The clock may be set, and the fleet may go, while it sleeps."""
FOLDER_OPTION = "--fleet-folder="
"""What the argument of the process begins with, by which it is found."""


def find_expiry(fleet_folder: Path) -> datetime | None:
    """Return when a fleet ends by itself; None if it does not."""
    try:
        return datetime.fromtimestamp(float((fleet_folder / _FILE).read_text()), UTC)
    except (OSError, ValueError):
        return None


def write_expiry(fleet_folder: Path, at: datetime) -> None:
    """Let a fleet end by itself at a time."""
    file = fleet_folder / _FILE
    file.touch(mode=0o600)
    file.write_text(f"{at.timestamp()}\n")


def has_expired(fleet_folder: Path) -> bool:
    """Tell whether the time of a fleet is over."""
    at = find_expiry(fleet_folder)
    return at is not None and at.timestamp() <= time.time()


def list_expired(state_dir: Path) -> list[str]:
    """Return the names of the fleets whose time is over."""
    found = (path.parent for path in (state_dir / "fleets").glob(f"*/{_FILE}"))
    return sorted(folder.name for folder in found if has_expired(folder))


def watch(fleet_folder: Path) -> None:
    """Wait for the time of a fleet, and take it down; end where the fleet is gone."""
    while (at := find_expiry(fleet_folder)) is not None:
        left_s = at.timestamp() - time.time()
        if left_s <= 0:
            argv = [sys.executable, "-m", "rewound", "down", "--expired"]
            # In a group of its own, because it ends this process and its group.
            pid = os.posix_spawn(argv[0], argv, os.environ, setpgroup=0)
            os.waitpid(pid, 0)
            left_s = _LONGEST_SLEEP_S  # another command was working on it
        time.sleep(min(left_s, _LONGEST_SLEEP_S))


if __name__ == "__main__":
    watch(Path(sys.argv[1].removeprefix(FOLDER_OPTION)))
