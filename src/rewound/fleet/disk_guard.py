"""Space on the disk of a server that is loaded: the load ends before the disk is full.

A full disk harms everybody on the host, and the size of a dump says little about the size of its
world. Not every engine reports a full disk: InnoDB does at once, MyISAM waits until somebody frees
some space, forever if necessary (9.7.4).
"""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rewound.errors import HostError, RewoundError

_log = logging.getLogger(__name__)

LITTLE_BYTES = 64 << 20
"""So much stays free for others."""
_POLL_S = 0.2


@contextmanager
def guarded_disk(folder: Path, end: Callable[[], object]) -> Iterator[threading.Event]:
    """Call `end` if little space is left on a folder's disk while the block runs.

    The event that is yielded is set when `end` is called.
    """
    is_over, was_ended = threading.Event(), threading.Event()

    def watch() -> None:
        while not _has_little(folder):
            if is_over.wait(_POLL_S):
                return
        was_ended.set()
        try:
            end()
        except RewoundError as error:  # such as a Docker daemon that is gone
            _log.warning("%s: not ended although its disk is full: %s", folder.name, error)

    thread = threading.Thread(target=watch, name=f"disk guard of {folder.name}", daemon=True)
    thread.start()
    try:
        yield was_ended
    finally:
        is_over.set()
        thread.join()


def little_space(world: str, folder: Path) -> HostError:
    """Return the error of a load that was ended for that."""
    return HostError(
        f"the load of world {world} was stopped with less than {LITTLE_BYTES >> 20} MiB free in"
        f" {folder}, to keep the disk from filling up",
        hint="free some space, or set REWOUND_STATE_DIR to another disk",
    )


def _has_little(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < LITTLE_BYTES
    except OSError:
        return False  # it was deleted
