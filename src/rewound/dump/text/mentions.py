"""Other tables that a definition refers to: references, partners, names in a trigger's body.

Pure. It reads the tokens of one statement and decides nothing; loading needs it to know which rows
the statement can affect, change or move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Kind, Name
from rewound.dump.text.tokens import Token, TokenKind, unquote

_MOVES = frozenset(
    {("EXCHANGE", "PARTITION"), ("TRUNCATE", "PARTITION"), ("DROP", "PARTITION")}
    | {("COALESCE", "PARTITION"), ("REMOVE", "PARTITIONING")}
)
_NAMES = (TokenKind.WORD, TokenKind.NAME)
_NOT_A_TABLE = frozenset({"COLUMN", "INDEX", "KEY"})


@dataclass(frozen=True, slots=True)
class Mentions:
    """The other tables that a statement refers to."""

    tables: tuple[Name, ...] = ()
    """The tables that CREATE and ALTER TABLE name after REFERENCES and WITH TABLE."""
    renamed_to: Name | None = None
    """For ALTER TABLE: the table's new name."""
    moves_rows: bool = False
    """For ALTER TABLE: whether rows move to another table, or vanish with their partition."""
    words: frozenset[str] = frozenset()
    """For CREATE TRIGGER: every name in it, in lower case, including SQL keywords."""
    event: str = ""
    """For CREATE TRIGGER: INSERT, UPDATE or DELETE."""


NONE = Mentions()


def read_mentions(tokens: Sequence[Token], kind: Kind, mode: LexicalMode) -> Mentions:
    """Return the other tables that a statement refers to; `NONE` for kinds without any."""
    if kind is Kind.CREATE_TRIGGER:
        names = (unquote(token, mode).lower() for token in tokens if token.kind in _NAMES)
        return Mentions(words=frozenset(names), event=_find_event(tokens))
    if kind not in (Kind.CREATE_TABLE, Kind.ALTER_TABLE):
        return NONE
    words = [token.word for token in tokens]
    tables = [
        *(
            _read_name(tokens[index + 1 : index + 4], mode)
            for index in _find(words, ("REFERENCES",))
        ),
        *(
            _read_name(tokens[index + 2 : index + 5], mode)
            for index in _find(words, ("WITH", "TABLE"))
        ),
    ]
    is_alter = kind is Kind.ALTER_TABLE
    return Mentions(
        tables=tuple(name for name in tables if name is not None),
        renamed_to=_find_new_name(tokens, words, mode) if is_alter else None,
        moves_rows=is_alter and not _MOVES.isdisjoint(pairwise(words)),
    )


def _find_event(tokens: Sequence[Token]) -> str:
    times = (number for number, token in enumerate(tokens) if token.word in ("BEFORE", "AFTER"))
    # A trigger may have one of these words as its name, too.
    events = (tokens[number + 1].word for number in times if number + 1 < len(tokens))
    return next((word for word in events if word in ("INSERT", "UPDATE", "DELETE")), "")


def _find(words: Sequence[str], phrase: tuple[str, ...]) -> list[int]:
    if len(phrase) == 1:
        return [index for index, word in enumerate(words) if word == phrase[0]]
    return [index for index, pair in enumerate(pairwise(words)) if pair == phrase]


def _find_new_name(tokens: Sequence[Token], words: Sequence[str], mode: LexicalMode) -> Name | None:
    """Return the name after RENAME, RENAME TO or RENAME AS; the last one counts."""
    for index in reversed(_find(words, ("RENAME",))):
        if words[index + 1 : index + 2] and words[index + 1] in _NOT_A_TABLE:
            continue
        start = index + 1
        if start < len(tokens) and (words[start] in ("TO", "AS") or tokens[start].text == b"="):
            start += 1
        return _read_name(tokens[start : start + 3], mode)
    return None


def _read_name(tokens: Sequence[Token], mode: LexicalMode) -> Name | None:
    """Return the name at the beginning of the tokens, with its schema if it has one."""
    if not tokens or tokens[0].kind not in _NAMES:
        return None
    first = unquote(tokens[0], mode)
    if len(tokens) > 2 and tokens[1].text == b"." and tokens[2].kind in _NAMES:
        return Name(first, unquote(tokens[2], mode))
    return Name(None, first)
