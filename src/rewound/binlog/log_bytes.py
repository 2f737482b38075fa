"""The content of a log's file, plain or compressed, by position. Bounded memory.

A plain file is read up to the size that it had when it was opened: a server may be writing more.
One in a store is read in larger ranges, since each costs a request. Going back in a compressed one
means decompressing it again from its start.
"""

from typing import Protocol

from rewound.dump.file.compression import (
    CorruptData,
    NeedsMemory,
    TextStream,
    find_compression,
)
from rewound.dump.file.location import Location
from rewound.dump.file.opening import open_bytes, reading_failed
from rewound.dump.file.sources import ByteSource
from rewound.errors import BinlogError, DumpError

FETCH_BYTES = 64 << 10
_PIECE_BYTES = 1 << 20
_MAGIC_BYTES = 8
_REMOTE_BYTES = 4 << 20
"""The least that a request to a store asks for."""


class LogBytes(Protocol):
    """The content of one file."""

    is_plain: bool
    """Whether it is all that is in the file."""

    def fetch(self, position: int, at_least: int, at_most: int = FETCH_BYTES, /) -> bytes:
        """Return what is there from `position` on; less than `at_least` only at the end.

        More than `at_most` is returned only if `at_least` asks for it.

        Raises:
            BinlogError: it cannot be read.
        """

    def ends_before(self, position: int, /) -> bool:
        """Tell whether a position is past the end, once `fetch` has found nothing there."""

    def close(self) -> None:
        """Close the file."""


def open_log_bytes(path: Location) -> LogBytes:
    """Open a file; its first bytes tell whether it is compressed.

    Raises:
        BinlogError: it cannot be opened or read.
    """
    source = _open(path)
    try:
        compression = find_compression(_read_range(path, source, 0, _MAGIC_BYTES))
    except BaseException:
        source.close()
        raise
    if compression is None:
        return _PlainBytes(path, source)
    source.close()
    return _CompressedBytes(path)


def copy_again(path: Location) -> str:
    """Return the hint about a file that is not as its server wrote it."""
    return f"copy {path.name} from its server again"


def _open(path: Location) -> ByteSource:
    try:
        return open_bytes(path)
    except DumpError as error:
        raise _refuse(path, error) from error


def _read_range(path: Location, source: ByteSource, start: int, count: int) -> bytes:
    try:
        return source.read_range(start, count)
    except OSError as error:
        raise _refuse(path, reading_failed(path, error)) from error
    except DumpError as error:
        raise _refuse(path, error) from error


def _refuse(path: Location, error: DumpError) -> BinlogError:
    return BinlogError(path, error.reason, hint=error.hint)


class _PlainBytes:
    """A file that is not compressed."""

    is_plain = True

    def __init__(self, path: Location, source: ByteSource) -> None:
        self._path = path
        self._source = source
        self._size_bytes = source.size_bytes
        self._least_bytes = 0 if source.is_local else _REMOTE_BYTES
        self._window, self._window_start = b"", 0

    def fetch(self, position: int, at_least: int, at_most: int = FETCH_BYTES, /) -> bytes:
        """Return what is there from `position` on."""
        wanted = min(max(at_least, at_most), self._size_bytes - position)
        if wanted <= 0:
            return b""
        if not self._least_bytes:
            return _read_range(self._path, self._source, position, wanted)
        offset = position - self._window_start
        if not 0 <= offset <= len(self._window) - wanted:
            count = min(max(wanted, self._least_bytes), self._size_bytes - position)
            self._window = _read_range(self._path, self._source, position, count)
            self._window_start, offset = position, 0
        return self._window[offset : offset + wanted]

    def ends_before(self, position: int, /) -> bool:
        """Tell whether a position is past the end."""
        return self._size_bytes < position

    def close(self) -> None:
        """Close the file."""
        self._source.close()


class _CompressedBytes:
    """A compressed file, decompressed from its start as far as is asked for."""

    is_plain = False

    def __init__(self, path: Location) -> None:
        self._path = path
        self._file: ByteSource | None = None
        self._stream: TextStream
        self._position = 0
        self._pending = b""
        self._rewind()

    def fetch(self, position: int, at_least: int, at_most: int = FETCH_BYTES, /) -> bytes:
        """Return what is there from `position` on."""
        if position < self._position:
            self._rewind()
        while position > self._position + len(self._pending):
            self._position += len(self._pending)
            self._pending = self._read()
            if not self._pending:
                return b""
        self._pending = self._pending[position - self._position :]
        self._position = position
        if len(self._pending) < at_least:
            pieces, size = [self._pending], len(self._pending)
            while size < at_least and (piece := self._read()):
                pieces.append(piece)
                size += len(piece)
            self._pending = b"".join(pieces)
        return self._pending[: max(at_least, at_most)]

    def ends_before(self, position: int, /) -> bool:
        """Tell whether a position is past the end, once `fetch` has found nothing there."""
        return self._position + len(self._pending) < position

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _rewind(self) -> None:
        self.close()
        self._file = _open(self._path)
        start = _read_range(self._path, self._file, 0, _MAGIC_BYTES)
        compression = find_compression(start)
        if compression is None:
            raise BinlogError(self._path, "changed while it was read")
        self._stream = compression.open(self._file)
        self._format_name = compression.name
        self._position, self._pending = 0, b""

    def _read(self) -> bytes:
        try:
            return self._stream.read(_PIECE_BYTES) or b""
        except EOFError as error:
            raise BinlogError(
                self._path,
                f"the {self._format_name} data is cut off",
                hint=copy_again(self._path),
            ) from error
        except CorruptData as error:
            raise BinlogError(
                self._path,
                f"the {self._format_name} data is damaged: {error}",
                hint=copy_again(self._path),
            ) from error
        except NeedsMemory as error:
            raise BinlogError(
                self._path,
                f"the {self._format_name} data needs too much memory: {error}",
                hint="decompress it by hand if you trust it",
            ) from error
        except OSError as error:
            raise _refuse(self._path, reading_failed(self._path, error)) from error
        except DumpError as error:
            raise _refuse(self._path, error) from error
