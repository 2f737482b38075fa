"""Removing a foreign key that the server rejects from its definition.

Pure. The rows of the table stay the same; only the enforcement of the key is lost.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rewound.dump.definitions.table_elements import TableElement, iter_table_elements
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.nesting import closing_parenthesis
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import Token, TokenKind, unquote

_RULE = rules.FOREIGN_KEY_LOST


class _ForeignKey(NamedTuple):
    """One foreign key of a definition."""

    name: str
    element: TableElement
    columns: Sequence[Token]
    """The columns, with the parentheses around them."""


def plan_foreign_key_removal(
    tokens: Sequence[Token], kind: Kind, mode: LexicalMode, *, table: str, key: str
) -> list[Edit]:
    """Return the edits that remove a foreign key from a CREATE or ALTER TABLE, if it is there.

    In a CREATE TABLE that states no suitable index, the index that the server would have created
    takes its place. If an ALTER TABLE adds nothing else, nothing is left of it.
    """
    elements = list(iter_table_elements(tokens, kind))
    wanted = key.lower()
    for found in _iter_foreign_keys(elements, mode, table):
        if found.name.lower() != wanted:
            continue
        if kind is Kind.CREATE_TABLE:
            return [_edit_table(found, elements, mode)]
        return _cut_action(tokens, found.element)
    return []


def _iter_foreign_keys(
    elements: Sequence[TableElement], mode: LexicalMode, table: str
) -> Iterator[_ForeignKey]:
    """Yield the foreign keys; a key without a name gets the name that the server gives it."""
    unnamed = 0
    for element in elements:
        words = [token.word for token in element.tokens]
        if element.is_column or "FOREIGN" not in words[:3]:
            continue
        at = words.index("FOREIGN")
        if at == 2:
            name = unquote(element.tokens[1], mode)
        else:
            unnamed += 1
            name = f"{table}_ibfk_{unnamed}"
        opening = next((i for i, t in enumerate(element.tokens) if t.text == b"("), None)
        if opening is not None:
            closing = closing_parenthesis(element.tokens, opening)
            yield _ForeignKey(name, element, element.tokens[opening : closing + 1])


def _edit_table(key: _ForeignKey, elements: Sequence[TableElement], mode: LexicalMode) -> Edit:
    element = key.element
    start = element.tokens[0].start
    if element.start != start and _is_indexed(key, elements, mode):
        return Edit(element.start, element.end, b"", _RULE)
    columns = b", ".join(t.text for t in key.columns if t.kind in (TokenKind.WORD, TokenKind.NAME))
    return Edit(start, element.end, b"KEY (" + columns + b")", _RULE)


def _is_indexed(key: _ForeignKey, elements: Sequence[TableElement], mode: LexicalMode) -> bool:
    """Tell whether one of the table's own keys begins with the columns of a foreign key."""
    columns = _names(key.columns, mode)
    for element in elements:
        words = [token.word for token in element.tokens]
        if element.is_column:
            continue
        opening = next((i for i, t in enumerate(element.tokens) if t.text == b"("), None)
        if opening is None or not {"FOREIGN", "CHECK", "FULLTEXT", "SPATIAL"}.isdisjoint(words):
            continue
        closing = closing_parenthesis(element.tokens, opening)
        if _names(element.tokens[opening : closing + 1], mode)[: len(columns)] == columns:
            return True
    return False


def _names(tokens: Sequence[Token], mode: LexicalMode) -> list[str]:
    names = (TokenKind.WORD, TokenKind.NAME)
    return [unquote(token, mode).lower() for token in tokens if token.kind in names]


def _cut_action(tokens: Sequence[Token], element: TableElement) -> list[Edit]:
    """Return the edit that removes one of the actions of an ALTER TABLE."""
    first = next(i for i, token in enumerate(tokens) if token.start == element.tokens[0].start)
    while tokens[first].word != "ADD":
        first -= 1
    start, end = tokens[first].start, element.end
    before = tokens[first - 1]
    after = next((token for token in tokens if token.start >= end), None)
    if before.text == b",":
        return [Edit(before.start, end, b"", _RULE)]
    if after is not None and after.text == b",":
        return [Edit(start, after.end, b"", _RULE)]
    return [Edit(0, tokens[-1].end, b"", _RULE)]
