"""Folders in use: locked with `flock`, which ends with the process.

A folder that can be locked is unused, and may be removed.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rewound.files.mounts import remove_tree


@contextmanager
def new_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Make an empty folder, locked while the block runs; unless renamed by then, it is removed.

    Raises:
        OSError: it could not be made.
        HostError: it could not be removed.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        with locked_alone(folder) as is_there:
            # Before it was locked, another command may have removed it as a leftover.
            if is_there:
                try:
                    yield folder
                finally:
                    remove_tree(folder)
                return


@contextmanager
def locked_with_others(folder: Path) -> Iterator[bool]:
    """Keep a folder from being removed; yield whether it (still) exists, after any wait."""
    with _locked(folder, fcntl.LOCK_SH) as is_there:
        yield is_there


@contextmanager
def locked_alone(folder: Path, *, waits: bool = True) -> Iterator[bool]:
    """Lock a folder for oneself alone; yield whether it (still) exists, after any wait.

    Raises:
        BlockingIOError: it is in use, and `waits` is false.
    """
    with _locked(folder, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB)) as is_there:
        yield is_there


def is_locked(file: Path) -> bool:
    """Tell whether a process holds a lock of a file; takes none, and makes no file.

    Source: proc_locks(5). Devices are left out of the comparison: on btrfs, stat(2) reports
    another one than the kernel's table.
    """
    try:
        inode = str(file.stat().st_ino)
    except FileNotFoundError:
        return False
    locks = Path("/proc/locks").read_text().splitlines()
    return any(lock.split()[-3].rpartition(":")[2] == inode for lock in locks)


def lock_file(path: Path) -> int:
    """Lock a file, which is made if missing; return its descriptor, whose closing unlocks it.

    The holder of the lock may remove the file before that.

    Raises:
        BlockingIOError: it is locked already.
        OSError: it cannot be opened.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return descriptor
        except FileNotFoundError:
            pass  # removed before it was locked: try again, as when another file took its place
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def is_in_use(folder: Path) -> bool:
    """Tell whether another process has locked a folder."""
    try:
        with locked_alone(folder, waits=False):
            return False
    except BlockingIOError:
        return True


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[bool]:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        yield False
        return
    try:
        fcntl.flock(descriptor, how)
        try:
            is_there = os.path.samestat(folder.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            is_there = False
        yield is_there
    finally:
        os.close(descriptor)
