"""A buffer over the text of a dump, filled on demand.

Pure: it draws chunks of any size when needed. All offsets count from the beginning of the next
piece, so they stay valid when text is added.
"""

import re
from collections.abc import Iterable, Iterator


class ReadBuffer:
    """Guards the text that was read and not yet consumed."""

    def __init__(self, chunks: Iterable[bytes], *, longest: int) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._longest = longest
        self.is_full = False
        """Whether `longest` was reached: there may be more, but it is not read."""
        self.text = b""
        """The buffered text; the next piece begins at `start`."""
        self.start = 0
        self.passed = 0
        """How many bytes of the dump are before `start`."""
        self.line = 1
        """The line of the dump at `start`, counted from 1."""

    @property
    def held(self) -> int:
        """How many bytes are buffered from `start` on."""
        return len(self.text) - self.start

    def more(self) -> bool:
        """Add text to the rest; return False at the end, or if more than `longest` is buffered.

        It at least doubles the text, so that the text of a long statement is copied a few times,
        not once per chunk.
        """
        left = self.held
        self.is_full = left > self._longest
        if self.is_full:
            return False
        wanted = min(left, self._longest - left)
        added: list[bytes] = []
        while sum(map(len, added)) <= wanted and (chunk := next(self._chunks, None)) is not None:
            added.append(chunk)
        self.text = b"".join([self.text[self.start :], *added])
        self.start = 0
        return bool(added)

    def has(self, count: int) -> bool:
        """Tell whether the dump has `count` more bytes, reading as needed."""
        while self.held < count:
            if not self.more():
                return False
        return True

    def starts_with(self, prefix: bytes, offset: int = 0) -> bool:
        """Tell whether the text at `offset` begins with `prefix`, reading as needed."""
        self.has(offset + len(prefix))
        return self.text.startswith(prefix, self.start + offset)

    def peek(self, count: int, offset: int = 0) -> bytes:
        """Return up to `count` bytes, reading as needed."""
        self.has(offset + count)
        return self.text[self.start + offset : self.start + offset + count]

    def find(self, needle: bytes, offset: int) -> int:
        """Return the offset after `needle`, reading as needed, or -1."""
        while (found := self.text.find(needle, self.start + offset)) < 0:
            offset = max(offset, self.held - len(needle) + 1)
            if not self.more():
                return -1
        return found + len(needle) - self.start

    def end_of(self, pattern: re.Pattern[bytes], offset: int) -> int:
        """Return the end of the match of `pattern` at `offset`; `offset` itself without one."""
        match = pattern.match(self.text, self.start + offset)
        return offset if match is None else match.end() - self.start

    def move(self, length: int) -> None:
        """Skip `length` bytes: the next piece begins after them."""
        self.passed += length
        end = self.start + length
        self.line += self.text.count(b"\n", self.start, end)
        self.start = end

    def put_back(self, text: bytes) -> None:
        """Insert text, which has no line end, before the rest."""
        self.text = text + self.text[self.start :]
        self.passed -= len(text)
        self.start = 0
