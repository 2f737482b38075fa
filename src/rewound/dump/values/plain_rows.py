"""Rows that contain only literals, which mean the same in any statement.

Pure. A function, a variable or a number that the server chooses can depend on which rows are in one
statement, so only rows of literals are moved to other statements. They are recognised by their
masked text without digits, which has a handful of patterns for all rows of a table.
"""

import re

_DIGITS_AND_SPACE = b"0123456789 \t\r\n"
_DOUBLED_QUOTES = b"''''"
_MOST_PATTERNS = 4096
# A number without its digits, or a word that has a value of its own.
_LITERAL = re.compile(
    rb"[-+]?\.?(?:[eE][-+]?)?|NULL|TRUE|FALSE|(?:_\w+|[xXbBnN])?''|x[0-9A-Fa-f]*", re.IGNORECASE
)
_NUMBER = b""
_NO_VALUE = re.compile(rb"\(\s*\)")


class PlainRows:
    """Recognises rows with this many literals. Guards the patterns seen so far.

    At `auto_increment_index`, where the server can choose the value, they must have a number.
    """

    def __init__(self, columns: int, *, auto_increment_index: int | None, keeps_zero: bool) -> None:
        """Record the columns; with `keeps_zero`, 0 is a number like any other."""
        self._columns = columns
        self._auto_increment_index = auto_increment_index
        self._known: set[bytes] = set()
        self._zero = (
            None if auto_increment_index is None or keeps_zero else zero_at(auto_increment_index)
        )

    def are_plain(self, masked_rows: bytes) -> bool:
        """Tell from the masked text whether all rows consist of literals."""
        skeleton = masked_rows.translate(None, _DIGITS_AND_SPACE)
        if not (skeleton.startswith(b"(") and skeleton.endswith(b")")):
            return False
        # Without digits, (1) looks like this as well.
        if self._columns == 1 and _NO_VALUE.search(masked_rows):
            return False
        patterns = set(skeleton[1:-1].split(b"),(")) - self._known
        if not all(map(self._is_plain, patterns)):
            return False
        if len(self._known) < _MOST_PATTERNS:
            self._known |= patterns
        return self._zero is None or not self._zero.search(masked_rows)

    def _is_plain(self, pattern: bytes) -> bool:
        while _DOUBLED_QUOTES in pattern:
            pattern = pattern.replace(_DOUBLED_QUOTES, b"''")
        values = pattern.split(b",")
        if len(values) != self._columns or not all(map(_LITERAL.fullmatch, values)):
            return False
        return self._auto_increment_index is None or values[self._auto_increment_index] == _NUMBER


def zero_at(position: int) -> re.Pattern[bytes]:
    """Return the regular expression for a row whose value at `position` is 0, in masked text."""
    before = rb"[^,()]*," * position
    return re.compile(rb"\(\s*" + before + rb"\s*0+\s*[,)]")
