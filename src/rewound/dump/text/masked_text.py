r"""The masked text of a statement: its text with every string emptied, and the rows in it.

Pure. In the masked text `(1,'it\\'s'),(2,NULL)` is `(1,''),(2,NULL)`: what is left stands
outside of strings, so that a delimiter, a row or a function can be looked for without
walking from quote to quote. Made by a few passes over the whole text instead of one step
per string, which takes Python longer.
"""

import re
from functools import cache
from typing import NamedTuple

from rewound.dump.text.lexical import (
    LINE_COMMENT_START,
    LexicalMode,
    escape_or_pair,
    quoted,
    repeated,
)

_HIDDEN = b"\x01"
"""Takes the place of an escaped byte, so that no quote or backslash in a string counts."""
# Outside of strings these open something, or are unknown.
_OPENERS = (b'"', b"`", b"#", b"\\", _HIDDEN)
_LONG_OPENERS = ((b"-", b"--"), (b"/", b"/*"))

_HEAD = re.compile(rb"[^'\"`#\-/\\]*+" + repeated(rb"`[^`]*+`[^'\"`#\-/\\]*+"))
_SEPARATOR = re.compile(rb"\)\s*,\s*\(")
_PARENTHESIS_OR_WORD = re.compile(rb"[()]|\w++")
_INSERT_HEAD = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?(?:INTO\s+)?(?:[\w$.]++|`[^`\n]*+`)+\s*"
    rb"(?:\(" + repeated(rb"[\w$,\s]++|`[^`\n]*+`") + rb"\)\s*)?VALUES\s*(?=\()",
    re.IGNORECASE,
)
_BOUNDARIES_TRIED = 64
_BYTES_AN_ESCAPE = 100
_LONGEST_RUN_BYTES = 1 << 20
_JOINT = b"\x02"
_ON_DUPLICATE = re.compile(rb"[\s)]ON\s+DUPLICATE\s+KEY\s", re.IGNORECASE)
# ON DUPLICATE KEY UPDATE or a name for the new row: no more rows may follow on it.
_BETWEEN_ROWS = re.compile(rb"\)(\s*,\s*)\(")
_WORD_BEHIND_ROW = re.compile(rb"\)\s*+\w")


class Rows(NamedTuple):
    """Consecutive rows of an INSERT."""

    length: int
    """In bytes, from the first row's parenthesis on."""
    masked_text: bytes


class Run(NamedTuple):
    """Consecutive statements that insert into the same columns, joined into one."""

    length: int
    """In bytes, of all of them, without the last one's delimiter."""
    statements: int
    text: bytes
    """The one statement with the rows of all."""
    masked_text: bytes


class MaskedTextScan:
    """Follows one statement without comments, stretch by stretch, from its first byte on.

    A stretch must not end between a backslash and what that escapes.
    """

    def __init__(self, mode: LexicalMode, stop: bytes = b";") -> None:
        self.in_string = False
        """What was added ends inside a string."""
        self._mode = mode
        self._openers = (*_OPENERS, stop)
        self._stop = stop
        self._parts: list[bytes] = []

    @property
    def masked_text(self) -> bytes:
        """The masked text of what was added."""
        return b"".join(self._parts)

    def add(self, text: bytes) -> bool:
        """Follow the text; False if it opens something other than a string in quotes.

        A byte that the delimiter begins with counts as such outside of strings, and so do
        names in backquotes after the first string.
        """
        if not self._parts:
            text = self._add_head(text)
        hidden = _hide_escapes(text, self._mode)
        parts = hidden.split(b"'")
        outside = b"''".join(parts[self.in_string :: 2])
        if self._opens(outside) or self._stop in self._parts[0]:
            return False
        if len(parts) % 2 == 0:
            self.in_string = not self.in_string
        if self.in_string and len(parts) > 1:
            outside += b"''"
        self._parts.append(outside)
        return True

    def _opens(self, outside: bytes) -> bool:
        # One byte is searched for many times faster than two.
        return any(opener in outside for opener in self._openers) or any(
            first in outside and opener in outside for first, opener in _LONG_OPENERS
        )

    def _add_head(self, text: bytes) -> bytes:
        """Take the words and quoted names that it begins with; return the rest."""
        match = _HEAD.match(text)
        head = b"" if match is None else match[0]
        self._parts.append(head)
        return text[len(head) :]


def _hide_escapes(text: bytes, mode: LexicalMode) -> bytes:
    if mode.two_byte_set is not None:
        return escape_or_pair(mode).sub(_HIDDEN, text)
    escapes = text.count(b"\\") if mode.backslash_escapes else 0
    if not escapes:
        return text
    # Going from one to the next, at 0.1 µs each, or looking at every byte for two of them.
    if escapes * _BYTES_AN_ESCAPE < len(text):
        return _hide_few_escapes(text)
    return text.replace(b"\\\\", _HIDDEN).replace(b"\\'", _HIDDEN)


def _hide_few_escapes(text: bytes) -> bytes:
    parts = iter(text.split(b"\\"))
    first = next(parts)
    # Nothing between two backslashes: the second is what the first escapes.
    rest = [part[1:] if part else next(parts, b"") for part in parts]
    return _HIDDEN.join([first, *rest])


def mask_text(text: bytes, mode: LexicalMode) -> bytes:
    """Return the masked text of any text, names emptied as well and comments taken out."""
    return _string_or_comment(mode).sub(lambda m: b"''" if m[0][:1] in b"'\"`" else b" ", text)


def count_rows(masked_text: bytes) -> int:
    """Return how many rows the text after VALUES or SET holds, by its masked text."""
    opened = masked_text.count(b"(")
    # Where every parenthesis but the first follows on the end of a row, none is nested.
    if (
        opened == masked_text.count(b"),(") + 1
        or opened == len(_SEPARATOR.findall(masked_text)) + 1
    ):
        return opened
    return _count_outermost(masked_text)


def updates_rows(masked_text: bytes) -> bool:
    """Tell from the masked text whether ON DUPLICATE KEY UPDATE follows the rows."""
    return has_word(masked_text, b"DUPLICATE") and _ON_DUPLICATE.search(masked_text) is not None


def has_word(masked_text: bytes, word: bytes) -> bool:
    """Tell whether the text contains a word, given in capital letters, in any case.

    One letter is searched for ten times faster than the text is put in one case, and most
    rows hold no word but NULL.
    """
    is_possible = word[:1] in masked_text or word[:1].lower() in masked_text
    return is_possible and word in masked_text.upper()


def find_insert_head(text: bytes, start: int) -> int:
    """Return the length of `INSERT INTO … VALUES` from `start` on, or 0 for other text."""
    match = _INSERT_HEAD.match(text, start)
    return 0 if match is None else match.end() - start


def find_whole_rows(text: bytes, start: int, end: int, mode: LexicalMode) -> Rows | None:
    """Return the rows from `start` on that are certainly complete and followed by another.

    None if that cannot be told of the text up to `end`.
    """
    for _ in range(_BOUNDARIES_TRIED):
        end = text.rfind(b"),", start, end)
        if end < 0:
            return None
        scan = MaskedTextScan(mode)
        if (
            scan.add(text[start : end + 1])
            and not scan.in_string
            and _is_balanced(scan.masked_text)
        ):
            return Rows(end + 1 - start, scan.masked_text)
    return None


def find_run_end(text: bytes, start: int, head: bytes, delimiter: bytes) -> int:
    """Return where the last of the INSERTs ends that from `start` on all begin with `head`.

    `delimiter` is what stands between two of them. -1 where only one of them is in the text.
    """
    joint = b")" + delimiter + head + b"("
    last = text.rfind(joint, start, start + _LONGEST_RUN_BYTES)
    if last < 0:
        return -1
    other = _other_statement(delimiter, head).search(text, start, last + len(joint))
    return (last if other is None else other.start()) + 1


def gather_run(statements: bytes, head: bytes, delimiter: bytes, mode: LexicalMode) -> Run | None:
    """Return a run of INSERTs joined into one; None if this is not certain."""
    joint = b")" + delimiter + head + b"("
    gathered = statements.replace(joint, b")" + _JOINT + b"(")
    scan = MaskedTextScan(mode)
    joints = gathered.count(_JOINT)
    if not joints or not scan.add(gathered) or scan.in_string:
        return None
    masked_text = scan.masked_text
    # Had a string held a joint or its mark, there would be fewer of them outside.
    if masked_text.count(_JOINT) != joints or not _is_balanced(masked_text) or _JOINT in statements:
        return None
    if _WORD_BEHIND_ROW.search(masked_text, len(head)):
        return None
    # As the rows of one statement are set apart: LOAD DATA takes no other way between.
    between = _BETWEEN_ROWS.search(masked_text, len(head))
    comma = b"," if between is None else between[1]
    one = gathered.replace(_JOINT, comma)
    return Run(len(statements), joints + 1, one, masked_text.replace(_JOINT, comma))


def _is_balanced(masked_text: bytes) -> bool:
    return masked_text.count(b"(") == masked_text.count(b")")


def _count_outermost(masked_text: bytes) -> int:
    """Count by depth, as far as the rows go: words after them begin ON DUPLICATE KEY."""
    depth = rows = 0
    for match in _PARENTHESIS_OR_WORD.finditer(masked_text):
        token = match[0]
        if token == b"(":
            rows += depth == 0
            depth += 1
        elif token == b")":
            depth -= 1
        elif depth == 0 and token.upper() != b"ROW":
            break
    # INSERT … SET a = 1 is a row without parentheses of its own.
    return rows or 1


@cache
def _other_statement(delimiter: bytes, head: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\)" + re.escape(delimiter) + rb"(?!" + re.escape(head) + rb"\()")


@cache
def _string_or_comment(mode: LexicalMode) -> re.Pattern[bytes]:
    comment = LINE_COMMENT_START + rb"[^\n]*|/\*(?!!).*?\*/"
    return re.compile(quoted(mode) + rb"|" + comment, re.DOTALL)
