"""What one layer of a file gives, as the input of the next: looked at first, counted, and limited.

A layer that fails becomes a `LayerFailed` with its name, through however many layers are inside.
Of each piece it is known how many bytes of the file it needed, through all layers below.
"""

import io
import threading
from collections import deque
from collections.abc import Callable

from rewound.dump.file.compression import CorruptData, NeedsMemory, TextStream

PIECE_BYTES = 1 << 20


class LayerFailed(Exception):
    """A layer's data is cut off, damaged, or needs too much memory; its cause says which."""

    def __init__(self, layer: str) -> None:
        super().__init__(layer)
        self.layer = layer


class Feed(io.RawIOBase):
    """Guards what was taken from a stream and not yet given to the next layer."""

    def __init__(self, stream: TextStream, *, layer: str = "", below: "Feed | None" = None) -> None:
        """Begin to read a stream, whose own input is `below`; without one, it is the file."""
        self.layer = layer
        self.watch: Callable[[int, int], None] | None = None
        """Called with each piece: how many bytes there were, from how many of the file."""
        self.position = 0
        """How many bytes were given away."""
        self._below = below
        self._stream = stream
        self._taken = 0
        self._pending = b""
        self._lock = threading.Lock()
        self._used_at: deque[tuple[int, int]] = deque()

    def readable(self) -> bool:
        """Tell io that this can be read."""
        return True

    def peek(self, count: int) -> bytes:
        """Return the next bytes without giving them away; less than `count` only at the end."""
        while len(self._pending) < count and (piece := self._take(PIECE_BYTES)):
            self._pending += piece
        return self._pending[:count]

    def read_piece(self, size: int = PIECE_BYTES) -> bytes:
        """Return the next bytes, at most `size`; none at the end."""
        if not self._pending:
            self._pending = self._take(size)
        piece = self._pending
        if len(piece) > size:
            piece, self._pending = piece[:size], piece[size:]
        else:
            self._pending = b""
        self.position += len(piece)
        return piece

    def read_exactly(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            EOFError: there are less.
        """
        if len(data := self.peek(size)) < size:
            raise EOFError
        self.position += size
        self._pending = self._pending[size:]
        return data

    def put_back(self, data: bytes) -> None:
        """Take back the last bytes that were given away."""
        self._pending = data + self._pending
        self.position -= len(data)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io passes views
        """Fill the buffer with what comes next; 0 at the end."""
        if not self._pending and isinstance(self._stream, io.RawIOBase):  # saves copying
            count = self._stream.readinto(buffer) or 0
            self._taken += count
            self.position += count
            return count
        piece = self.read_piece(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def find_used(self, position: int) -> int:
        """Return how many bytes of the file the bytes before a position needed.

        Positions asked for never decrease. What a piece needed is not known in parts.
        """
        if self._below is None:
            return position
        with self._lock:
            while len(self._used_at) > 1 and self._used_at[0][0] < position:
                self._used_at.popleft()
            return self._used_at[0][1] if self._used_at else 0

    def _take(self, size: int) -> bytes:
        try:
            piece = self._stream.read(size) or b""
        except (EOFError, CorruptData, NeedsMemory) as error:
            raise LayerFailed(self.layer) from error
        self._taken += len(piece)
        if self._below is not None:
            used = self._below.find_used(self._stream.bytes_used)
            with self._lock:
                self._used_at.append((self._taken, used))
            if self.watch is not None:
                self.watch(self._taken, used)
        return piece
