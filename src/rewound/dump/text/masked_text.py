r"""The masked text of a statement: its text with every string emptied, and the rows in it.

Pure. The masked text of `(1,'it\\'s'),(2,NULL)` is `(1,''),(2,NULL)`: what remains is outside
strings, so that a delimiter, a row or a function can be searched for without stepping from quote to
quote. A few passes over the whole text produce it, which in Python is faster than one step per
string.
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
"""Replaces an escaped byte, so that no quote or backslash inside a string counts."""
# Outside strings, these open something or are unknown.
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
# ON DUPLICATE KEY UPDATE, or a name for the new row: no rows may follow.
_BETWEEN_ROWS = re.compile(rb"\)(\s*,\s*)\(")
_WORD_BEHIND_ROW = re.compile(rb"\)\s*+\w")


class Rows(NamedTuple):
    """Consecutive rows of an INSERT."""

    length: int
    """In bytes, beginning with the first row's parenthesis."""
    masked_text: bytes


class Run(NamedTuple):
    """Consecutive statements that insert into the same columns, joined into one."""

    length: int
    """In bytes, for all of them, without the last delimiter."""
    statements: int
    text: bytes
    """A single statement with all their rows."""
    masked_text: bytes


class MaskedTextScan:
    """Follows one statement without comments from its first byte on, one stretch at a time.

    A stretch must not end between a backslash and the byte that it escapes.
    """

    def __init__(self, mode: LexicalMode, stop: bytes = b";") -> None:
        self.in_string = False
        """Whether the text so far ends inside a string."""
        self._mode = mode
        self._openers = (*_OPENERS, stop)
        self._stop = stop
        self._parts: list[bytes] = []

    @property
    def masked_text(self) -> bytes:
        """The masked text so far."""
        return b"".join(self._parts)

    def add(self, text: bytes) -> bool:
        """Follow the text; return False if it opens anything but a string in quotes.

        Outside strings, a byte with which the delimiter begins counts as such an opening, and so
        does a name in backquotes after the first string.
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
        # Searching for one byte is many times faster than searching for two.
        return any(opener in outside for opener in self._openers) or any(
            first in outside and opener in outside for first, opener in _LONG_OPENERS
        )

    def _add_head(self, text: bytes) -> bytes:
        """Consume the words and quoted names at the beginning; return the rest."""
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
    # Step from one to the next, at 0.1 µs each, or check every byte for two of them.
    if escapes * _BYTES_AN_ESCAPE < len(text):
        return _hide_few_escapes(text)
    return text.replace(b"\\\\", _HIDDEN).replace(b"\\'", _HIDDEN)


def _hide_few_escapes(text: bytes) -> bytes:
    parts = iter(text.split(b"\\"))
    first = next(parts)
    # No text between two backslashes: the first escapes the second.
    rest = [part[1:] if part else next(parts, b"") for part in parts]
    return _HIDDEN.join([first, *rest])


def mask_text(text: bytes, mode: LexicalMode) -> bytes:
    """Return the masked text of any text, with names emptied and comments removed as well."""
    return _string_or_comment(mode).sub(lambda m: b"''" if m[0][:1] in b"'\"`" else b" ", text)


def find_in_strings(part: bytes, text: bytes, mode: LexicalMode) -> bool:
    """Tell whether a part of a text is inside one of its strings or quoted names."""
    return part in text and any(
        match[0][:1] in (b"'", b'"', b"`") and part in match[0]
        for match in _string_or_comment(mode).finditer(text)
    )


def count_rows(masked_text: bytes) -> int:
    """Return the number of rows in the text after VALUES or SET, from its masked text."""
    opened = masked_text.count(b"(")
    # If every parenthesis but the first follows the end of a row, none is nested.
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
    """Tell whether the text contains a word in any case; `word` is in upper case.

    Searching for one letter is ten times faster than converting the text to one case, and most rows
    contain no word but NULL.
    """
    is_possible = word[:1] in masked_text or word[:1].lower() in masked_text
    return is_possible and word in masked_text.upper()


def find_insert_head(text: bytes, start: int) -> int:
    """Return the length of `INSERT INTO … VALUES` from `start` on, or 0 for other text."""
    match = _INSERT_HEAD.match(text, start)
    return 0 if match is None else match.end() - start


def find_whole_rows(text: bytes, start: int, end: int, mode: LexicalMode) -> Rows | None:
    """Return the rows from `start` on that are certainly complete and followed by another.

    None if the text up to `end` cannot tell.
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
    """Return the end of the last INSERT in a run of INSERTs from `start` on that begin with `head`.

    `delimiter` is the text between two of them. Return -1 if the text holds only one.
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
    # If a string contained a joint or its mark, fewer of them would be outside strings.
    if masked_text.count(_JOINT) != joints or not _is_balanced(masked_text) or _JOINT in statements:
        return None
    if _WORD_BEHIND_ROW.search(masked_text, len(head)):
        return None
    # Rows are separated as in a single statement: LOAD DATA accepts no other separator.
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
