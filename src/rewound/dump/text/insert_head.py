"""The tokens of an INSERT up to its rows: its table and its columns.

Pure.
"""

from dataclasses import dataclass

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Name
from rewound.dump.text.tokens import Cursor, TokenKind, UnreadableText, iter_tokens, unquote

_MODIFIERS = frozenset({"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"})


@dataclass(frozen=True, slots=True)
class InsertHead:
    """The parts of `INSERT INTO t (a, b) VALUES`."""

    verb: str
    """INSERT or REPLACE."""
    modifiers: frozenset[str]
    """IGNORE, for example."""
    table: Name
    columns: tuple[str, ...] | None
    """The listed columns; None without a list."""


def read_insert_head(head: bytes, mode: LexicalMode, server_version: int) -> InsertHead | None:
    """Return the parts of the text up to the rows; None for every other form of INSERT.

    Other forms have PARTITION, SET instead of VALUES, or no INTO.
    """
    cursor = Cursor(iter_tokens(head, mode, server_version))
    try:
        verb = cursor.word
        if verb not in ("INSERT", "REPLACE"):
            return None
        cursor.take()
        modifiers = set()
        while cursor.word in _MODIFIERS:
            modifiers.add(cursor.word)
            cursor.take()
        if cursor.word != "INTO":
            return None
        cursor.take()
        table = _read_table(cursor, mode)
        columns = _read_list(cursor, mode) if cursor.take_mark(b"(") else None
        is_last = cursor.word == "VALUES" and cursor.take() is not None and cursor.next is None
    except UnreadableText:
        return None
    if table is None or columns == () or not is_last:
        return None
    return InsertHead(verb, frozenset(modifiers), table, columns)


def _read_table(cursor: Cursor, mode: LexicalMode) -> Name | None:
    parts: list[str] = []
    for _ in range(2):
        token = cursor.take()
        if token is None or token.kind not in (TokenKind.NAME, TokenKind.WORD):
            return None
        parts.append(unquote(token, mode))
        if not cursor.take_mark(b"."):
            break
    return Name(parts[0] if len(parts) > 1 else None, parts[-1])


def _read_list(cursor: Cursor, mode: LexicalMode) -> tuple[str, ...]:
    """Return the names up to the closing parenthesis; empty if there is anything else."""
    names: list[str] = []
    while (token := cursor.take()) and token.kind in (TokenKind.NAME, TokenKind.WORD):
        names.append(unquote(token, mode))
        if not cursor.take_mark(b","):
            break
    return tuple(names) if names and cursor.take_mark(b")") else ()
