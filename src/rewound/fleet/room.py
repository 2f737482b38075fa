"""A server whose disk is full for good is ended, so that its load ends in an error.

InnoDB reports a full disk at once. MyISAM waits until somebody frees some space, for ever if
need be, and nothing but its log tells (tried on 9.7.4; on a full disk not even that is sure).
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 1.0
_PATIENT_POLLS = 5
_NOTHING_BYTES = 64 << 10  # what a file system may show although it takes no more


@contextmanager
def ended_on_a_full_disk(folder: Path, end: Callable[[], object]) -> Iterator[threading.Event]:
    """Call `end` where a folder's disk is found full some times in a row while the block runs.

    The event that is given says that it was.
    """
    is_over, was_full = threading.Event(), threading.Event()

    def watch() -> None:
        polls = 0
        while polls < _PATIENT_POLLS:
            if is_over.wait(_POLL_S):
                return
            polls = polls + 1 if _is_full(folder) else 0
        was_full.set()
        end()

    thread = threading.Thread(target=watch, name=f"room for {folder.name}", daemon=True)
    thread.start()
    try:
        yield was_full
    finally:
        is_over.set()
        thread.join()


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _NOTHING_BYTES
    except OSError:
        return False  # it was deleted
