"""What tells the content of a log from any other: its hash, up to a position."""

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
    try:
        state = log.stat()
    except OSError as error:
        raise BinlogError(log, f"cannot be read: {error.strerror}") from error
    return _hash(log, end, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=10_000)
def _hash(log: Path, end: int, _inode: int, _size: int, _written_at_ns: int) -> str:
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
