"""Free disk while a world is loaded: the load ends before the disk is full.

A full disk harms everybody on the host, and a server that meets one may wait for room
instead of saying so. The dump's size says little of what it becomes.
"""

import shutil
import time
from pathlib import Path

from rewound.errors import HostError

LITTLE_BYTES = 256 << 20
"""So much stays free for others."""
_LOOK_EVERY_S = 0.2
_MIB = 1 << 20


class Room:
    """Guards when a folder's disk was last looked at: `require` may be called all the time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked_at_s = float("-inf")

    def require(self) -> None:
        """Raise HostError where little is free."""
        if time.monotonic() - self._looked_at_s < _LOOK_EVERY_S:
            return
        free_bytes = shutil.disk_usage(self._folder).free
        self._looked_at_s = time.monotonic()
        if free_bytes < LITTLE_BYTES:
            raise HostError(
                f"the load was ended with {free_bytes // _MIB:,} MiB free in {self._folder},"
                f" so that the disk does not become full",
                hint="free some space, or set REWOUND_STATE_DIR to another disk",
            )
