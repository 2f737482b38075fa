"""The hashes of a log: of its file, and of its content up to a position.

Each is computed once while the file stays as it is; the first of a plain file's content is computed
with that of the file, in one reading.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from rewound.binlog.log_bytes import LogBytes, open_log_bytes
from rewound.dump.file.location import Location
from rewound.dump.file.opening import get_size_bytes, open_bytes
from rewound.errors import BinlogError, DumpError

_BLOCK_BYTES = 1 << 20
_MOST_KNOWN = 10_000
_Identity = tuple[int, ...]
_file_hashes: dict[tuple[Location, _Identity], str] = {}


def hash_content(log: Location, end: int) -> str:
    """Return the SHA-256 of a file's content, decompressed, up to a position, in hexadecimal.

    Raises:
        BinlogError: it cannot be read.
    """
    return _hash_content(log, end, _identify(log))


def hash_file(log: Location) -> str:
    """Return the SHA-256 of a file as it lies there, in hexadecimal.

    Raises:
        BinlogError: it cannot be read.
    """
    key = log, _identify(log)
    known = _file_hashes.get(key)
    if known is None:
        try:
            with open_bytes(log) as source:
                while source.read(_BLOCK_BYTES):
                    pass
            known = source.digest.hexdigest()
        except DumpError as error:
            raise BinlogError(log, error.reason, hint=error.hint) from error
        except OSError as error:
            raise _unreadable(log, error) from error
        _remember(*key, known)
    return known


def _remember(log: Location, identity: _Identity, file_hash: str) -> None:
    if len(_file_hashes) >= _MOST_KNOWN:
        _file_hashes.clear()
    _file_hashes[log, identity] = file_hash


def _identify(log: Location) -> _Identity:
    """Return what changes when the file does, its size first."""
    if not isinstance(log, Path):  # as the catalog found it, which opening it requires
        return (get_size_bytes(log), hash(log))
    try:
        state = log.stat()
    except OSError as error:
        raise _unreadable(log, error) from error
    return state.st_size, state.st_dev, state.st_ino, state.st_mtime_ns, state.st_ctime_ns


def _unreadable(log: Location, error: OSError) -> BinlogError:
    return BinlogError(log, f"cannot be read: {error.strerror}")


@lru_cache(_MOST_KNOWN)
def _hash_content(log: Location, end: int, identity: _Identity) -> str:
    content = open_log_bytes(log)
    try:
        digest = hashlib.sha256()
        position = _update(digest, content, 0, end)
        content_hash = digest.hexdigest()
        if content.is_plain and (log, identity) not in _file_hashes:
            size_bytes = identity[0]
            if _update(digest, content, position, size_bytes) == size_bytes:
                _remember(log, identity, digest.hexdigest())
    finally:
        content.close()
    return content_hash


def _update(digest: "hashlib._Hash", content: LogBytes, position: int, end: int) -> int:
    """Add what is from a position up to an end, or the end of the content; return which."""
    while position < end:
        block = content.fetch(position, 1, min(_BLOCK_BYTES, end - position))
        if not block:
            break
        block = block[: end - position]
        digest.update(block)
        position += len(block)
    return position
