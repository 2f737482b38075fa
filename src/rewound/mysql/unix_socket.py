"""Unix sockets whose paths may have any length.

The kernel accepts paths of at most 107 bytes (unix(7): sockaddr_un). A socket with a longer path is
reached through its folder, to which `/proc/self/fd` gives a short name.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_PATH_BYTES = 107  # of 108, less the closing zero


def fits(path: Path) -> bool:
    """Tell whether every program can connect to a socket of this path."""
    return len(os.fsencode(path)) <= _LONGEST_PATH_BYTES


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """Yield a path by which this process can connect to a socket while the block runs.

    Raises:
        OSError: the socket's folder does not exist, or this user may not enter it.
    """
    if fits(path):
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def keep_reachable(path: Path) -> str:
    """Return a path by which the program that replaces this process can connect to a socket.

    Raises:
        OSError: the socket's folder does not exist, or this user may not enter it.
    """
    if fits(path):
        return str(path)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    os.set_inheritable(folder, True)
    return f"/proc/self/fd/{folder}/{path.name}"
