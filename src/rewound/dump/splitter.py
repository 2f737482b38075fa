"""Cutting a dump into statements, as the `mysql` client would, without being one.

Pure: bytes in, pieces out, however the bytes are chunked. Knows quotes of three kinds,
escapes, `#`, `-- ` and `/* */` comments, DELIMITER, byte-order marks and every line end.
It does not know what a statement means: who draws the pieces sets `mode` when a SET
statement changes the lexical rules, and it holds from the next piece on.

A versioned comment (`/*!40101 …`) is text here, as it is to the client: its quotes count
and a delimiter inside it cuts. Whether the server executes it is for `tokens` to say.
"""

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from rewound.dump.lexical import LexicalMode, quoted, quoted_body_pattern

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LOOKAHEAD_BYTES = 3

_SPACE = re.compile(rb"[ \t\r\n\f\v\x00]*")
_DELIMITER_COMMAND = re.compile(rb"delimiter(?:[ \t]+([^\r\n]*))?\r?(?:\n|\Z)", re.IGNORECASE)
_TOOL_LINE = re.compile(
    rb"(?:(?:mysqldump|mysqlpump|mariadb-dump)(?:\.exe)?: |Warning: |WARNING: )[^\n]*",
)
_LONGEST_TOOL_PREFIX = len(b"mariadb-dump.exe: ")
_LINE_COMMENT_START = re.compile(rb"#|--(?=[\s\x00-\x1f]|\Z)")


class PieceKind(enum.Enum):
    """What a piece of a dump is."""

    STATEMENT = "statement"
    COMMENT = "comment"
    """A whole comment between statements."""
    TOOL_LINE = "tool line"
    """What the dumping program said on its stderr, caught in the dump."""
    UNFINISHED = "unfinished"
    """Text after the last delimiter: a statement that may be cut off."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a dump, in the dump's own bytes."""

    kind: PieceKind
    text: bytes
    """Without the delimiter and without white space around it."""
    line: int
    """The line of the dump on which it begins, counted from 1."""
    open_quote: bool = False
    """For UNFINISHED: the text ends inside a quote or a comment."""


class Splitter:
    """Cuts a stream of chunks into pieces.

    `mode` may be set between two pieces and applies to the text after the last one.
    """

    def __init__(self, mode: LexicalMode = LexicalMode()) -> None:  # noqa: B008 - frozen value
        self.mode = mode
        self._delimiter = b";"
        self._buffer = bytearray()
        self._complete = False
        self._line = 1

    def iter_pieces(self, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """Yield the pieces of the dump that the chunks make up."""
        source = iter(chunks)
        self._fill(source, 4)
        if self._buffer.startswith(_BYTE_ORDER_MARK):
            del self._buffer[: len(_BYTE_ORDER_MARK)]
        while self._skip_space(source):
            if self._take_delimiter_command(source):
                continue
            yield self._take_comment(source) or self._take_tool_line(source) or self._take(source)

    def _more(self, source: Iterator[bytes]) -> bool:
        """Append the next chunk to the buffer; False at the end of the dump."""
        if self._complete:
            return False
        chunk = next(source, None)
        if chunk is None:
            self._complete = True
            return False
        self._buffer += chunk
        return True

    def _fill(self, source: Iterator[bytes], count: int) -> None:
        while len(self._buffer) < count and self._more(source):
            pass

    def _find(self, source: Iterator[bytes], needle: bytes, start: int) -> int:
        """Return where `needle` ends, reading on as needed, or -1."""
        while True:
            found = self._buffer.find(needle, start)
            if found >= 0:
                return found + len(needle)
            start = max(start, len(self._buffer) - len(needle) + 1)
            if not self._more(source):
                return -1

    def _drop(self, count: int) -> bytes:
        text = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._line += text.count(b"\n")
        return text

    def _skip_space(self, source: Iterator[bytes]) -> bool:
        """Move to the next piece; False when there is none."""
        while True:
            self._drop(_end_of(_SPACE, self._buffer, 0))
            if self._buffer:
                return True
            if not self._more(source):
                return False

    def _take_delimiter_command(self, source: Iterator[bytes]) -> bool:
        self._fill(source, len(b"delimiter "))
        if self._buffer[:9].lower() != b"delimiter":
            return False
        self._find(source, b"\n", 0)
        match = _DELIMITER_COMMAND.match(bytes(self._buffer[:1024]))
        if match is None:
            return False
        words = (match[1] or b"").split()
        self._drop(match.end())
        if words:
            self._delimiter = words[0]
        return True

    def _take_comment(self, source: Iterator[bytes]) -> Piece | None:
        self._fill(source, _LOOKAHEAD_BYTES)
        start = bytes(self._buffer[:_LOOKAHEAD_BYTES])
        line = self._line
        if _LINE_COMMENT_START.match(start):
            end = self._find(source, b"\n", 0)
        elif start.startswith(b"/*") and start != b"/*!":
            end = self._find(source, b"*/", 2)
            if end < 0:
                text = self._drop(len(self._buffer))
                return Piece(PieceKind.UNFINISHED, text, line, open_quote=True)
        else:
            return None
        text = self._drop(end if end >= 0 else len(self._buffer))
        return Piece(PieceKind.COMMENT, text.rstrip(), line)

    def _take_tool_line(self, source: Iterator[bytes]) -> Piece | None:
        self._fill(source, _LONGEST_TOOL_PREFIX)
        if not _TOOL_LINE.match(bytes(self._buffer[:_LONGEST_TOOL_PREFIX])):
            return None
        line = self._line
        end = self._find(source, b"\n", 0)
        text = self._drop(end if end >= 0 else len(self._buffer))
        return Piece(PieceKind.TOOL_LINE, text.rstrip(), line)

    def _take(self, source: Iterator[bytes]) -> Piece:
        """Take one statement up to its delimiter, or what is left of the dump."""
        line = self._line
        position = 0
        while True:
            position = self._skip_plain(position)
            if position + _LOOKAHEAD_BYTES > len(self._buffer) and self._more(source):
                continue
            if position >= len(self._buffer):
                return self._take_rest(line, open_quote=False)
            if self._at_delimiter(source, position):
                text = self._drop(position + len(self._delimiter))[: -len(self._delimiter)]
                return Piece(PieceKind.STATEMENT, text.rstrip(), line)
            position = self._skip_special(source, position)
            if position < 0:
                return self._take_rest(line, open_quote=True)

    def _take_rest(self, line: int, *, open_quote: bool) -> Piece:
        text = self._drop(len(self._buffer)).rstrip()
        return Piece(PieceKind.UNFINISHED, text, line, open_quote=open_quote)

    def _skip_plain(self, position: int) -> int:
        return _end_of(_plain_text(self.mode, self._delimiter[:1]), self._buffer, position)

    def _at_delimiter(self, source: Iterator[bytes], position: int) -> bool:
        self._fill(source, position + len(self._delimiter))
        return self._buffer.startswith(self._delimiter, position)

    def _skip_special(self, source: Iterator[bytes], position: int) -> int:
        """Return the end of the comment or quoted text at `position`, or of one byte.

        -1 where the dump ends inside it.
        """
        start = bytes(self._buffer[position : position + _LOOKAHEAD_BYTES])
        if start[:1] in (b"'", b'"', b"`"):
            return self._skip_quoted(source, position, start[:1])
        if _LINE_COMMENT_START.match(start):
            end = self._find(source, b"\n", position)
            return end if end >= 0 else len(self._buffer)
        if start.startswith(b"/*") and start != b"/*!":
            return self._find(source, b"*/", position + 2)
        return position + 1

    def _skip_quoted(self, source: Iterator[bytes], position: int, quote: bytes) -> int:
        body = quoted_body_pattern(self.mode, quote)
        position += 1
        while True:
            position = _end_of(body, self._buffer, position)
            if self._buffer.startswith(quote, position):
                return position + 1
            if not self._more(source):
                return -1


def _end_of(pattern: re.Pattern[bytes], buffer: bytearray, position: int) -> int:
    # The match must not outlive this function: it would keep the buffer from growing.
    match = pattern.match(buffer, position)
    return position if match is None else match.end()


@cache
def _plain_text(mode: LexicalMode, stop: bytes) -> re.Pattern[bytes]:
    """Return what can be passed over in one go: no delimiter, no comment begins in it.

    One expression that swallows whole quoted strings makes 190 MB/s of an extended
    INSERT on one core; taking text and strings as two alternatives made 130.
    """
    ordinary = rb"[^'\"`#\-/" + re.escape(stop) + rb"]*+"
    # A delimiter may begin with one of these; then it must be seen, not passed over.
    special = [(b"'\"`", quoted(mode)), (b"-", rb"-(?=[^\-])"), (b"/", rb"/(?=[^*])")]
    passed = rb"|".join(expression for starts, expression in special if stop not in starts)
    return re.compile(ordinary + rb"(?:(?:" + passed + rb")" + ordinary + rb")*+", re.DOTALL)
