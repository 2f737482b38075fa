"""Rows of literals, read one by one, for the few statements whose values must be examined.

Pure. Each row takes Python a microsecond or more, so this is for rows that a search of the masked
text has found.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from rewound.dump.text.lexical import LexicalMode, quoted, repeated


def iter_literal_rows(
    text: bytes, start: int, positions: Sequence[int], columns: int, mode: LexicalMode
) -> Iterator[re.Match[bytes]]:
    """Yield rows of `columns` literals from `start` on, up to anything else.

    The groups of each match are the values at `positions`, with the space around them.
    """
    row = _row(tuple(positions), columns, mode)
    while (match := row.match(text, start)) is not None:
        yield match
        start = match.end()


@cache
def _row(positions: tuple[int, ...], columns: int, mode: LexicalMode) -> re.Pattern[bytes]:
    ordinary = rb"[^'\"`(),;]*+"
    value = ordinary + repeated(rb"(?:" + quoted(mode, b"'\"") + rb")" + ordinary)
    values = [
        rb"(" + value + rb")" if position in positions else value for position in range(columns)
    ]
    return re.compile(rb"[\s,]*+\(" + rb",".join(values) + rb"\)", re.DOTALL)
