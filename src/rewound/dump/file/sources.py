"""The bytes of a location as they lie: counted and hashed while they are read, each once, in order.

A `ByteSource` is one local file, one object of a store, or several of these that are one if they
are joined. At the end it tells what changed meanwhile. `opening.open_bytes` makes them.
"""

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

from rewound.dump.file.location import JoinedFiles
from rewound.stores.reading import RemoteStream
from rewound.stores.remote_file import RemoteFile


class ByteSource(io.RawIOBase):
    """Counts and hashes what is read from a location; `readinto` is what each kind implements."""

    def __init__(self) -> None:
        self.bytes_read = 0
        self.size_bytes = 0
        self.digest = hashlib.sha256()

    @property
    def bytes_used(self) -> int:
        """How many bytes were read."""
        return self.bytes_read

    @property
    def is_local(self) -> bool:
        """Whether reading bytes somewhere in the midst costs no more than reading them."""
        return True

    def readable(self) -> bool:
        """Tell io that this can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io passes views
        """Fill the buffer with what comes next; 0 at the end."""
        count = self._fill(buffer)
        self.digest.update(buffer[:count])
        self.bytes_read += count
        return count

    def read_range(self, start: int, count: int) -> bytes:
        """Return bytes from anywhere, neither counted nor hashed."""
        raise NotImplementedError

    def read_end(self, count: int) -> bytes:
        """Return the last bytes, neither counted nor hashed."""
        return self.read_range(max(0, self.size_bytes - count), count)

    def find_changed(self) -> Path | RemoteFile | None:
        """Return what changed since it was opened, when everything was read."""
        raise NotImplementedError

    def _fill(self, buffer: memoryview) -> int:
        raise NotImplementedError


class HashedFile(ByteSource):
    """A local file."""

    def __init__(self, path: Path, file: io.FileIO) -> None:
        super().__init__()
        self._path = path
        self._file = file
        self._stat = os.fstat(self._file.fileno())
        self.size_bytes = self._stat.st_size

    def _fill(self, buffer: memoryview) -> int:
        return self._file.readinto(buffer) or 0

    def read(self, size: int = -1) -> bytes:
        """Return what comes next, without the copy that io makes: a fifth faster for plain text."""
        data = self._read(size)
        self.digest.update(data)
        self.bytes_read += len(data)
        return data

    def _read(self, size: int) -> bytes:
        return self._file.read(size) or b""

    def read_range(self, start: int, count: int) -> bytes:
        """Return bytes from anywhere, neither counted nor hashed."""
        pieces = []
        while count > 0 and (piece := os.pread(self._file.fileno(), count, start)):
            pieces.append(piece)
            start += len(piece)
            count -= len(piece)
        return b"".join(pieces)

    def find_changed(self) -> Path | None:
        """Return the file if it changed since it was opened."""
        return self._path if self._has_changed() else None

    def has_become(self, stat: os.stat_result) -> bool:
        """Tell whether the file of this path is another one, or was written to."""
        return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns) != (
            self._stat.st_dev,
            self._stat.st_ino,
            self._stat.st_size,
            self._stat.st_mtime_ns,
        )

    def _has_changed(self) -> bool:
        now = os.fstat(self._file.fileno())
        unchanged = (self._stat.st_size, self._stat.st_mtime_ns)
        if (now.st_size, now.st_mtime_ns) != unchanged or self.bytes_read != now.st_size:
            return True
        # It was renamed or linked, or its time was reset after a change: compare the contents.
        return now.st_ctime_ns != self._stat.st_ctime_ns and not self._reads_the_same()

    def _reads_the_same(self) -> bool:
        self._file.seek(0)
        return hashlib.file_digest(self._file, "sha256").digest() == self.digest.digest()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class HashedObject(ByteSource):
    """An object of a store."""

    def __init__(self, file: RemoteFile, stream: RemoteStream) -> None:
        super().__init__()
        self._remote = file
        self._stream = stream
        self.size_bytes = stream.size_bytes

    @property
    def is_local(self) -> bool:
        """Whether reading bytes somewhere in the midst costs no more than reading them."""
        return False

    def _fill(self, buffer: memoryview) -> int:
        return self._stream.readinto(buffer) or 0

    def read_range(self, start: int, count: int) -> bytes:
        """Return bytes from anywhere, neither counted nor hashed."""
        return self._stream.read_range(start, count)

    def read_end(self, count: int) -> bytes:
        """Return the last bytes, neither counted nor hashed."""
        return self._stream.read_end(count)

    def find_changed(self) -> RemoteFile | None:
        """Return the object if it was replaced, or was not as long as it was said to be."""
        changed = self.bytes_read != self.size_bytes or self._stream.has_changed()
        return self._remote if changed else None

    def close(self) -> None:
        """Give the connection back."""
        self._stream.close()
        super().close()


class HashedPieces(ByteSource):
    """Files that are one if they are joined; one of them is open at a time.

    The hash is that of the file which they are. Each is compared with what it was when this was
    opened: at its own end, and again when all were read.
    """

    def __init__(
        self, files: JoinedFiles, open_piece: Callable[[Path | RemoteFile], ByteSource]
    ) -> None:
        super().__init__()
        self._pieces = files.pieces
        self._open_piece = open_piece
        self._changed: Path | RemoteFile | None = None
        self._done = 0
        self._current = open_piece(self._pieces[0])
        try:
            self._opened = {0: self._current}
            self._sizes = [
                self._current.size_bytes,
                *map(self._measure, range(1, len(self._pieces))),
            ]
        except BaseException:
            self._current.close()
            raise
        self.size_bytes = sum(self._sizes)

    @property
    def is_local(self) -> bool:
        """Whether reading bytes somewhere in the midst costs no more than reading them."""
        return self._current.is_local

    def _measure(self, index: int) -> int:
        """Return a piece's size; of a local one, remember what it is now."""
        piece = self._pieces[index]
        if isinstance(piece, RemoteFile) and piece.size_bytes is not None:
            return piece.size_bytes
        self._opened[index] = source = self._open_piece(piece)
        source.close()
        return source.size_bytes

    def _fill(self, buffer: memoryview) -> int:
        while not (count := self._current.readinto(buffer)):
            index = self._done
            if self._current.size_bytes != self._sizes[index]:
                self._changed = self._changed or self._pieces[index]
            self._changed = self._changed or self._current.find_changed()
            if index + 1 == len(self._pieces):
                return 0
            following = self._open_piece(self._pieces[index + 1])
            self._done += 1
            self._current.close()
            self._current = following
        return count

    def read_range(self, start: int, count: int) -> bytes:
        """Return bytes from anywhere, neither counted nor hashed."""
        found = []
        for piece, size in zip(self._pieces, self._sizes, strict=True):
            if start < size and count > 0:
                source = self._open_piece(piece)
                try:
                    part = source.read_range(start, min(count, size - start))
                finally:
                    source.close()
                found.append(part)
                count -= len(part)
                start += len(part)
            start -= size
        return b"".join(found)

    def find_changed(self) -> Path | RemoteFile | None:
        """Return the first piece that changed."""
        if self._changed is not None or self.bytes_read != self.size_bytes:
            return self._changed or self._pieces[self._done]
        for index, source in self._opened.items():
            piece = self._pieces[index]
            if isinstance(source, HashedFile) and isinstance(piece, Path):
                try:
                    stat = piece.stat()
                except FileNotFoundError:
                    return piece
                if source.has_become(stat):
                    return piece
        return self._current.find_changed()

    def close(self) -> None:
        """Close what is open."""
        self._current.close()
        super().close()
