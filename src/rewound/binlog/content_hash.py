"""The hashes of a log: of its file, and of its content up to a position.

Each is computed once while the file stays as it is.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from rewound.binlog.log_bytes import open_log_bytes
from rewound.errors import BinlogError

_BLOCK_BYTES = 1 << 20


def hash_content(log: Path, end: int) -> str:
    """Return the SHA-256 of a file's content, decompressed, up to a position, in hexadecimal.

    Raises:
        BinlogError: it cannot be read.
    """
    return _hash_content(log, end, _identify(log))


def hash_file(log: Path) -> str:
    """Return the SHA-256 of a file as it lies there, in hexadecimal.

    Raises:
        BinlogError: it cannot be read.
    """
    return _hash_file(log, _identify(log))


def _identify(log: Path) -> tuple[int, ...]:
    """Return what changes when the file does."""
    try:
        state = log.stat()
    except OSError as error:
        raise _unreadable(log, error) from error
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _unreadable(log: Path, error: OSError) -> BinlogError:
    return BinlogError(log, f"cannot be read: {error.strerror}")


@lru_cache(maxsize=10_000)
def _hash_file(log: Path, _identity: tuple[int, ...]) -> str:
    try:
        with log.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(log, error) from error


@lru_cache(maxsize=10_000)
def _hash_content(log: Path, end: int, _identity: tuple[int, ...]) -> str:
    digest = hashlib.sha256()
    content = open_log_bytes(log)
    try:
        position = 0
        while position < end and (block := content.fetch(position, 1, _BLOCK_BYTES)):
            digest.update(block[: end - position])
            position += len(block)
    finally:
        content.close()
    return digest.hexdigest()
