"""Opening the bytes of a dump, wherever they are; a failure becomes a `DumpError`.

A failure of the disk or the network fails only that dump.
"""

import errno
import io
import os
import stat
from contextlib import suppress
from pathlib import Path

from rewound.dump.file.location import ArchiveMember, JoinedFiles, Location, list_pieces
from rewound.dump.file.sources import (
    ByteSource,
    HashedFile,
    HashedObject,
    HashedPieces,
)
from rewound.errors import DumpError
from rewound.stores.reading import open_remote
from rewound.stores.remote_file import RemoteFile

_BROKEN_DISK = frozenset({errno.EIO, errno.ESTALE, errno.ENXIO, errno.ENOTCONN, errno.ETIMEDOUT})
_CHECK_DISK = "check its disk or mount; dmesg may show more"


def open_dump(location: Location) -> io.FileIO:
    """Open a dump's file; refuse pipes and devices, which may never end.

    Raises:
        DumpError: it cannot be opened, or is not a regular file.
    """
    local = str(location)
    try:
        # Opening a pipe that nobody writes to would block.
        descriptor = os.open(local, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        raise unreadable(location, error) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DumpError(location, "cannot be read: it is not a regular file")
        return io.FileIO(descriptor)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, OSError):
            raise unreadable(location, error) from error
        raise


def open_bytes(location: Location) -> ByteSource:
    """Open what lies at a location, as it lies there: of a member, the whole archive.

    Raises:
        DumpError: it cannot be opened, or is not a regular file.
    """
    match location:
        case ArchiveMember():
            return open_bytes(location.archive)
        case JoinedFiles():
            return HashedPieces(location, open_bytes)
        case RemoteFile():
            return HashedObject(location, open_remote(location))
        case _:
            return HashedFile(location, open_dump(location))


def find_absolute_place(location: Location) -> str:
    """Return where something is, for whoever works in another folder: what a record keeps."""
    is_remote = isinstance(list_pieces(location)[0], RemoteFile)
    return str(location) if is_remote else str(Path(str(location)).absolute())


def get_size_bytes(location: Location) -> int:
    """Return the size of what holds a location's bytes; 0 if it is unknown."""
    total = 0
    for piece in list_pieces(location):
        if isinstance(piece, RemoteFile):
            total += piece.size_bytes or 0
        else:
            with suppress(OSError):
                total += piece.stat().st_size
    return total


def unreadable(location: Location, error: OSError) -> DumpError:
    """Return the error for a dump that cannot be opened or examined."""
    hint = None
    if isinstance(error, PermissionError):
        hint = f"give read permission to user {os.getuid()}, who runs this command"
    elif error.errno in _BROKEN_DISK:
        hint = _CHECK_DISK
    return DumpError(location, f"cannot be read: {_reason(error)}", hint=hint)


def reading_failed(location: Location, error: OSError) -> DumpError:
    """Return the error for a dump that could be opened, but not read to its end."""
    hint = _CHECK_DISK if error.errno in _BROKEN_DISK else None
    return DumpError(location, f"reading failed: {_reason(error)}", hint=hint)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
