"""Cutting a dump into statements, as the `mysql` client would, without being one.

Pure: bytes in, pieces out, however the bytes are chunked. It knows three kinds of quotes, escapes,
`#`, `-- ` and `/* */` comments, DELIMITER, byte-order marks and every line end. It does not know
what a statement means: the caller sets `mode` when a SET statement changes the lexical rules, and
that applies from the next piece on.

A versioned comment (`/*!40101 …`) is text here, as it is to the client: its quotes count, and a
delimiter inside it cuts. `tokens` decides whether the server executes it.
"""

import enum
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from rewound.dump.text.filler import MAY_BE_NO_STATEMENT, filler_pattern
from rewound.dump.text.lexical import (
    BEFORE_DOLLAR_QUOTE,
    DOLLAR_QUOTE,
    LINE_COMMENT_START,
    LexicalMode,
    quoted,
    quoted_body_pattern,
    repeated,
)
from rewound.dump.text.masked_text import (
    MaskedTextScan,
    find_insert_head,
    find_run_end,
    find_whole_rows,
    gather_run,
)
from rewound.dump.text.read_buffer import ReadBuffer
from rewound.dump.text.tool_lines import find_tool_line

LONG_INSERT_BYTES = 16 << 20
"""A longer INSERT is returned in several pieces, each with some of its rows."""
LONGEST_STATEMENT_BYTES = 1 << 30
"""The largest max_allowed_packet; no server accepts a longer statement."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DELIMITER_COMMAND = b"delimiter"
_LOOKAHEAD_BYTES = 3

_LINE_COMMENT_START = re.compile(LINE_COMMENT_START)
SHORT_BYTES = 1 << 12
"""A statement this short is read faster from quote to quote than through its masked text."""
_LINE_ENDS_TRIED = 8
_MOST_DOUBLINGS = 12
_DOLLAR_QUOTE = re.compile(DOLLAR_QUOTE)
_LONGEST_DOLLAR_QUOTE = 66
_QUOTES_AND_COMMENTS = b"'\"`#-/\\"


RowTest = Callable[[bytes], bool]
"""Tells by the masked text of rows whether they mean the same in other statements."""
RowTests = Callable[[bytes], RowTest | None]
"""Returns the test for the rows of an INSERT with this head; None if no rows can pass."""


class PieceKind(enum.Enum):
    """The kind of a piece of a dump."""

    STATEMENT = "statement"
    COMMENT = "comment"
    """A whole comment between statements."""
    TOOL_LINE = "tool line"
    """A message of the dump program on stderr that ended up in the dump."""
    UNFINISHED = "unfinished"
    """Text after the last delimiter: a statement that may be cut off."""


class Piece(NamedTuple):
    """One piece of a dump, in the dump's own bytes."""

    kind: PieceKind
    text: bytes
    """Without the delimiter and surrounding white space."""
    line: int
    """The line of the dump on which it begins, counted from 1."""
    open_quote: bool = False
    """For UNFINISHED: the text ends inside a quote or a comment."""
    too_long: bool = False
    """For UNFINISHED: the dump does not end here; the statement exceeds the longest length."""
    masked_text: bytes | None = None
    """The masked text of the statement, if it was computed on the way."""
    statements: int = 1
    """How many statements of the dump it contains; 0 for a part of a long INSERT, except the
    last."""


class Splitter:
    """Cuts a stream of chunks into pieces.

    `mode` may be set between two pieces and applies to the text after the last one. With
    `row_tests`, consecutive short INSERTs into the same columns become one, and a long one becomes
    several: the same rows, in statements of a good size. Only rows that pass the test for their
    INSERT's head are regrouped. With `idle_comment`, comments that match it
    and empty statements are no pieces: see `rewound.dump.text.filler`.
    """

    def __init__(
        self,
        mode: LexicalMode = LexicalMode(),  # noqa: B008 - frozen value
        *,
        row_tests: RowTests | None = None,
        idle_comment: bytes | None = None,
    ) -> None:
        self.mode = mode
        self._idle_comment = idle_comment
        self._row_tests = row_tests
        self._alone = 0
        """How many statements to wait before the next attempt to gather some."""
        self._failed_runs = 0
        """How many consecutive attempts have failed."""
        self._whole_at = -1
        """The position of a statement that is known not to be cut."""
        self._delimiter = b";"
        self._line_end = b""
        """The text after the last delimiter: a statement ends where both are found."""
        self._buffer = ReadBuffer((), longest=LONGEST_STATEMENT_BYTES)

    @property
    def line(self) -> int:
        """The line that the next piece begins on, or was read to."""
        return self._buffer.line

    def iter_pieces(self, chunks: Iterable[bytes], *, first_line: int = 1) -> Iterator[Piece]:
        """Yield the pieces of the dump in the chunks, whose lines are counted from `first_line`."""
        self._buffer = buffer = ReadBuffer(chunks, longest=LONGEST_STATEMENT_BYTES)
        buffer.line = first_line
        if buffer.starts_with(_BYTE_ORDER_MARK):
            buffer.start += len(_BYTE_ORDER_MARK)
        while self._skip_filler():
            piece = None
            if buffer.text[buffer.start] in MAY_BE_NO_STATEMENT:
                if self._take_delimiter_command():
                    continue
                piece = self._take_comment() or self._take_tool_line()
            piece = piece or self._take_plain_statement() or self._take_statement()
            if not self._is_filler(piece):
                yield piece
            if piece.too_long:
                return

    def forget_delimiter(self) -> None:
        """Go back to the delimiter that a file begins with."""
        self._delimiter, self._line_end = b";", b""

    def _cut(self, kind: PieceKind, length: int, *, open_quote: bool = False) -> Piece:
        """Take the next `length` bytes as a piece; -1 takes the rest."""
        buffer = self._buffer
        if length < 0:
            length = buffer.held
        text = buffer.text[buffer.start : buffer.start + length].rstrip()
        piece = Piece(kind, text, buffer.line, open_quote, too_long=buffer.is_full)
        buffer.move(length)
        return piece

    def _cut_statement(self, length: int) -> Piece:
        """Take a statement of that length and the delimiter after it."""
        piece = self._cut(PieceKind.STATEMENT, length)
        self._buffer.move(len(self._delimiter))
        behind = self._buffer.peek(2)
        self._line_end = next((end for end in (b"\n", b"\r\n") if behind.startswith(end)), b"")
        return piece

    def _skip_filler(self) -> bool:
        """Move to the next piece; return False if there is none."""
        buffer = self._buffer
        filler = filler_pattern(self._delimiter, self._idle_comment)
        while True:
            buffer.move(buffer.end_of(filler, 0))
            if buffer.held:
                return True
            if not buffer.more():
                return False

    def _is_filler(self, piece: Piece) -> bool:
        """Tell whether a piece says nothing that was not seen as a whole before it was cut."""
        if self._idle_comment is None:
            return False
        if piece.kind is PieceKind.COMMENT:
            filler = filler_pattern(self._delimiter, self._idle_comment)
            return filler.fullmatch(piece.text + b"\n") is not None
        return piece.kind is PieceKind.STATEMENT and not piece.text

    def _take_delimiter_command(self) -> bool:
        buffer = self._buffer
        if buffer.peek(len(_DELIMITER_COMMAND)).lower() != _DELIMITER_COMMAND:
            return False
        end = buffer.find(b"\n", 0)
        length = end if end >= 0 else buffer.held
        command, *words = buffer.peek(length).split()
        if len(command) != len(_DELIMITER_COMMAND):
            return False
        buffer.move(length)
        if words and (delimiter := _unquote_delimiter(words[0])):
            self._delimiter = delimiter
            self._line_end = b""
        return True

    def _take_comment(self) -> Piece | None:
        start = self._buffer.peek(_LOOKAHEAD_BYTES)
        if _LINE_COMMENT_START.match(start):
            return self._cut(PieceKind.COMMENT, self._buffer.find(b"\n", 0))
        if not _opens_comment(start):
            return None
        end = self._buffer.find(b"*/", 2)
        kind = PieceKind.UNFINISHED if end < 0 else PieceKind.COMMENT
        return self._cut(kind, end, open_quote=end < 0)

    def _take_tool_line(self) -> Piece | None:
        end = find_tool_line(self._buffer)
        return None if end is None else self._cut(PieceKind.TOOL_LINE, end)

    def _take_plain_statement(self) -> Piece | None:
        """Take a statement without comments, with quoted names only in its head.

        None if it contains anything else, or its end is not found this way.
        """
        buffer = self._buffer
        mark = self._delimiter + self._line_end
        seen = scanned = 0
        found = _find_mark(buffer.text, mark, buffer.start) - buffer.start
        if found >= 0 and (piece := self._take_run(found)):
            return piece
        is_short = 0 <= found < SHORT_BYTES
        if is_short or self._delimiter[0] in _QUOTES_AND_COMMENTS or self._may_hold_body():
            return None
        scan = MaskedTextScan(self.mode, self._delimiter[:1])
        while True:
            found = _find_mark(buffer.text, mark, buffer.start + seen) - buffer.start
            end = found if found >= 0 else _safe_end(buffer, scanned)
            if not scan.add(buffer.text[buffer.start + scanned : buffer.start + end]):
                return None
            scanned = end
            if found >= 0 and not scan.in_string:
                return self._cut_statement(found)._replace(masked_text=scan.masked_text)
            if scanned > LONG_INSERT_BYTES and (piece := self._take_rows(scanned)):
                return piece
            seen = found + 1 if found >= 0 else max(seen, buffer.held - len(mark) + 1)
            if found < 0 and not buffer.more():
                return None

    def _take_run(self, first_end: int) -> Piece | None:
        """Take consecutive INSERTs into the same columns as one statement."""
        buffer = self._buffer
        if self._row_tests is None or self._alone:
            self._alone = max(0, self._alone - 1)
            return None
        between = self._delimiter + self._line_end
        length = find_insert_head(buffer.text, buffer.start)
        head = buffer.text[buffer.start : buffer.start + length]
        next_start = buffer.start + first_end + len(between)
        if not head or not buffer.text.startswith(head, next_start):
            return None
        may_regroup = self._row_tests(head)
        end = -1
        if may_regroup is not None:
            end = find_run_end(buffer.text, buffer.start, head, between)
        if may_regroup is None or end < 0:
            return None
        run = gather_run(buffer.text[buffer.start : end], head, between, self.mode)
        if run is None or not may_regroup(run.masked_text[length:]):
            # An attempt may cost a step per byte of a run, so the intervals between attempts grow.
            self._alone = 1 << min(self._failed_runs, _MOST_DOUBLINGS)
            self._failed_runs += 1
            return None
        self._failed_runs = 0
        piece = self._cut_statement(run.length)
        return piece._replace(text=run.text, masked_text=run.masked_text, statements=run.statements)

    def _take_rows(self, scanned: int) -> Piece | None:
        """Take an INSERT with those rows that are complete in the scanned bytes."""
        buffer = self._buffer
        if self._row_tests is None or buffer.passed == self._whole_at:
            return None
        length = find_insert_head(buffer.text, buffer.start)
        head = buffer.text[buffer.start : buffer.start + length]
        may_regroup = self._row_tests(head) if head else None
        first_row, end = buffer.start + length, buffer.start + scanned
        rows = find_whole_rows(buffer.text, first_row, end, self.mode)
        if may_regroup is None or (rows is not None and not may_regroup(rows.masked_text)):
            self._whole_at = buffer.passed
            return None
        if rows is None:
            return None
        piece = self._cut(PieceKind.STATEMENT, length + rows.length)
        buffer.move(len(b","))
        buffer.put_back(head.replace(b"\n", b" "))
        return piece._replace(masked_text=head + rows.masked_text, statements=0)

    def _take_statement(self) -> Piece:
        """Take one statement up to its delimiter, or the rest of the dump."""
        buffer = self._buffer
        plain = _plain_text(self.mode, self._delimiter[:1], has_bodies=self._may_hold_body())
        offset = 0
        while True:
            offset = buffer.end_of(plain, offset)
            if not buffer.has(offset + 1):
                return self._cut(PieceKind.UNFINISHED, -1)
            if buffer.starts_with(self._delimiter, offset):
                return self._cut_statement(offset)
            offset = self._skip_special(offset)
            if offset < 0:
                return self._cut(PieceKind.UNFINISHED, -1, open_quote=True)

    def _skip_special(self, offset: int) -> int:
        """Return the end of the comment or quoted text at `offset`, or of one byte.

        -1 if the dump ends inside it.
        """
        buffer = self._buffer
        start = buffer.peek(_LOOKAHEAD_BYTES, offset)
        if start[:1] in (b"'", b'"', b"`"):
            return self._skip_quoted(offset, start[:1])
        if _LINE_COMMENT_START.match(start):
            end = buffer.find(b"\n", offset)
            return end if end >= 0 else buffer.held
        if start[:1] == b"$" and self._may_hold_body():
            return self._skip_body(offset)
        return buffer.find(b"*/", offset + 2) if _opens_comment(start) else offset + 1

    def _may_hold_body(self) -> bool:
        """Tell whether the statement is a CREATE, whose body may be quoted by $."""
        return self._buffer.text[self._buffer.start] in b"Cc"

    def _skip_body(self, offset: int) -> int:
        quote = _DOLLAR_QUOTE.match(self._buffer.peek(_LONGEST_DOLLAR_QUOTE, offset))
        if quote is None:
            return offset + 1
        return self._buffer.find(quote[0], offset + len(quote[0]))

    def _skip_quoted(self, offset: int, quote: bytes) -> int:
        buffer = self._buffer
        body = quoted_body_pattern(self.mode, quote)
        offset += 1
        while True:
            offset = buffer.end_of(body, offset)
            if buffer.text.startswith(quote, buffer.start + offset):
                return offset + 1
            if not buffer.more():
                return -1


def _find_mark(text: bytes, mark: bytes, start: int) -> int:
    """Return where a delimiter with its line end begins in the text, or -1.

    Line ends are rare in the long INSERTs of most dumps, and searching for one byte is many times
    faster than for two; if they are frequent, this search stops.
    """
    position = start
    if mark.endswith(b"\n"):
        for _ in range(_LINE_ENDS_TRIED):
            end = text.find(b"\n", position) + 1
            if not end:
                return -1
            if text.startswith(mark, max(start, end - len(mark))):
                return end - len(mark)
            position = end
        position = max(start, position - len(mark))
    return text.find(mark, position)


def _unquote_delimiter(word: bytes) -> bytes:
    """Return the delimiter that DELIMITER sets: the client removes quotes around it."""
    quote = word[:1]
    return word[1:].partition(quote)[0] if quote in (b"'", b'"', b"`") else word


def _safe_end(buffer: ReadBuffer, start: int) -> int:
    """Return an offset, at most the end of the buffer, that is not inside an escape."""
    end = buffer.held
    while end > start:
        end = buffer.text.rfind(b",", buffer.start + start, buffer.start + end) - buffer.start
        if end > start and buffer.text[buffer.start + end - 1] != ord("\\"):
            return end
    return start


def _opens_comment(start: bytes) -> bool:
    return start.startswith(b"/*") and start != b"/*!"


@cache
def _plain_text(mode: LexicalMode, stop: bytes, *, has_bodies: bool) -> re.Pattern[bytes]:
    """Return text that can be skipped at once: no delimiter, comment or body begins in it."""
    ordinary = rb"[^'\"`#\-/" + (rb"$" if has_bodies else b"") + re.escape(stop) + rb"]*+"
    # A delimiter that begins with one of these must be seen, not skipped.
    special = [(b"'\"`", quoted(mode)), (b"-", rb"-(?=[^\-])"), (b"/", rb"/(?=[^*])")]
    if has_bodies:
        special.append((b"$", rb"(?<!" + BEFORE_DOLLAR_QUOTE + rb")\$"))
    passed = rb"|".join(expression for starts, expression in special if stop not in starts)
    return re.compile(ordinary + repeated(rb"(?:" + passed + rb")" + ordinary), re.DOTALL)
