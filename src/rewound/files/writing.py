"""Writing files durably, and the errors of file systems that refuse a write."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rewound.errors import HostError

_REFUSALS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG}
)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses in the block into a HostError.

    Raises:
        HostError: something below the folder could not be written.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        hint = "free some space there, or set REWOUND_STATE_DIR and REWOUND_CACHE_DIR to folders"
        place = folder if error.filename is None else Path(os.fsdecode(error.filename))
        raise unwritable(place, error, hint=f"{hint} on another disk") from error


def unwritable(path: Path, error: OSError, *, hint: str | None = None) -> HostError:
    """Return the error of a path that the file system refused to write; `hint` is what helps."""
    return HostError(f"cannot write {path}: {(error.strerror or str(error)).lower()}", hint=hint)


def sync(path: Path) -> None:
    """Return when a file, or the names in a folder, are on the disk.

    Raises:
        OSError: they could not be written.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
