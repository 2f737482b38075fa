"""Rows of literals, read one by one, for the few statements whose values have to be looked at.

Pure. A step for each row in Python takes a microsecond and more, so it is for what a search
of the masked text has found.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from rewound.dump.text.lexical import LexicalMode, quoted, repeated


def iter_literal_rows(
    text: bytes, start: int, positions: Sequence[int], columns: int, mode: LexicalMode
) -> Iterator[re.Match[bytes]]:
    """Yield rows of so many literals from `start` on, up to what is no such row.

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
