"""The elements of a table's definition: its columns and keys, one by one.

Pure. This module finds where each element begins and ends, and which ones are columns; `columns`
and `keys` examine their contents.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rewound.dump.text.nesting import closing_parenthesis, split_at_commas
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import Token, TokenKind

KEY_WORDS = frozenset({"KEY", "INDEX", "UNIQUE"})
_NO_COLUMN = frozenset(
    {"PRIMARY", "KEY", "INDEX", "UNIQUE", "FULLTEXT", "SPATIAL", "CONSTRAINT", "FOREIGN"}
    | {"CHECK", "LIKE"}
)
_BEFORE_KEY = frozenset({"VECTOR", "CLUSTERING"})
"""Words that may name a column, or precede KEY in a dialect."""
_NAMES_AFTER = {"ADD": 1, "MODIFY": 1, "CHANGE": 2}
"""The words that define a column in ALTER TABLE, and how many names follow them."""


@dataclass(frozen=True, slots=True)
class TableElement:
    """A column with its type and attributes, or a key with its options."""

    tokens: Sequence[Token]
    """For a column: from its type on. Never empty."""
    is_column: bool
    start: int
    """Offset of the comma before it; of the element itself, if it is the first."""

    @property
    def end(self) -> int:
        """Offset after its last byte."""
        return self.tokens[-1].end


def iter_table_elements(tokens: Sequence[Token], kind: Kind) -> Iterator[TableElement]:
    """Yield the elements of a CREATE TABLE, or of an ALTER TABLE that adds or changes them."""
    level = 1 if kind is Kind.CREATE_TABLE else 0
    parts = [part for part in split_elements(tokens, level) if part]
    for number, part in enumerate(parts):
        names, body = (1, part) if level else _skip_action(part)
        if not body:
            continue
        start = parts[number - 1][-1].end if number else part[0].start
        if is_key(body):
            yield TableElement(body, is_column=False, start=start)
            continue
        if len(body) > names and all(_may_name(token) for token in body[:names]):
            yield TableElement(body[names:], is_column=True, start=start)


def split_elements(tokens: Sequence[Token], level: int) -> Iterator[Sequence[Token]]:
    """Yield the parts between the commas in the first parentheses, or outside of any."""
    first, last = 0, len(tokens)
    if level:
        first = next((i for i, token in enumerate(tokens) if token.text == b"("), last) + 1
        last = closing_parenthesis(tokens, first - 1) if first <= last else last
    *parts, rest = split_at_commas(tokens[first:last])
    yield from parts
    if rest:
        yield rest


def _skip_action(part: Sequence[Token]) -> tuple[int, Sequence[Token]]:
    """Return how many names follow ADD, MODIFY or CHANGE, and the tokens from there on."""
    index = next((i for i, token in enumerate(part) if token.word in _NAMES_AFTER), None)
    if index is None:
        return 0, ()
    names = _NAMES_AFTER[part[index].word]
    index += 1
    while index < len(part) and part[index].word in ("COLUMN", "IF", "NOT", "EXISTS"):
        index += 1
    return names, part[index:]


def is_key(body: Sequence[Token]) -> bool:
    """Tell whether an element that is not empty is a key, a constraint or a check."""
    if body[0].word in _BEFORE_KEY:
        return len(body) > 1 and body[1].word in KEY_WORDS
    return body[0].word in _NO_COLUMN


def _may_name(token: Token) -> bool:
    return token.kind in (TokenKind.WORD, TokenKind.NAME)
