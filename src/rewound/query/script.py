r"""The user's SQL: its statements, and the variables that they read. Pure.

Statements are cut as the `mysql` client cuts them: by the delimiter, and by \g and \G.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rewound.dump.text.lexical import LINE_COMMENT_START, LexicalMode, quoted
from rewound.dump.text.splitter import PieceKind, Splitter
from rewound.dump.text.tokens import Token, TokenKind, UnreadableText, iter_tokens
from rewound.errors import UsageError

_ANY_VERSION = 99_999
_MODE = LexicalMode()
_END_OR_SKIPPED = re.compile(
    rb"\\(?P<end>[gG])"
    rb"|" + LINE_COMMENT_START + rb"[^\n]*"
    rb"|/\*(?:.*?\*/|.*)"
    rb"|" + quoted(_MODE) + rb"|['\"`].*",
    re.DOTALL,
)
r"""The commands \g and \G, and where they are none: in comments and quotes, closed or not."""


_READ_BY_LINE = re.compile(
    r"(?>\s|--\s.*\n|#.*\n|/\*[^!+](?s:.*?)\*/)*"
    r"(?:(?P<shows>SHOW\s+CREATE)|EXPLAIN|DESCRIBE|DESC)\b",
    re.IGNORECASE,
)


class UserStatement(NamedTuple):
    """One statement that a user wrote."""

    text: str
    """Without what ends it."""
    is_vertical: bool = False
    r"""It ends in \G: its rows are shown one value per line."""


class _Part(NamedTuple):
    r"""A part of a text that \g, \G or its end ends."""

    text: bytes
    line: int
    """How many lines of the text are before it."""
    is_vertical: bool


def read_statements(text: str) -> list[str]:
    """Return the statements of a text, as the `mysql` client would send them.

    The last one needs no semicolon; DELIMITER is understood.

    Raises:
        UsageError: there is none, or a quote or comment in it is not closed.
    """
    return [statement.text for statement in read_script(text)]


def read_script(text: str) -> list[UserStatement]:
    r"""Return the same with what each ends in, as \G says how its answer is shown.

    Raises:
        UsageError: as for `read_statements`.
    """
    statements: list[UserStatement] = []
    # One for all parts: it keeps the delimiter.
    splitter = Splitter(_MODE)
    for part in _iter_parts(text.encode("utf-8", "surrogateescape")):
        pieces = [p for p in splitter.iter_pieces([part.text]) if p.kind is not PieceKind.COMMENT]
        for piece in pieces:
            if piece.open_quote:
                raise UsageError(
                    f"line {part.line + piece.line}: a quote or comment that starts on this line"
                    " is not closed",
                    hint="double an apostrophe inside a string: 'it''s'",
                )
            if piece.text:
                is_vertical = part.is_vertical and piece is pieces[-1]
                statement = piece.text.decode("utf-8", "surrogateescape")
                statements.append(UserStatement(statement, is_vertical))
    if not statements:
        raise UsageError("no SQL statement was given", hint="rewound query 'SELECT …'")
    return statements


def is_complete(text: str) -> bool:
    """Tell whether a text ends where a statement does, so that another one could follow.

    After a DELIMITER other than the semicolon, it does not: more of the script is expected.
    """
    splitter = Splitter(_MODE)
    *before, last_part = _iter_parts(text.encode("utf-8", "surrogateescape"))
    for part in before:
        list(splitter.iter_pieces([part.text]))
    # One more semicolon on a line of its own ends nothing but an empty statement.
    *_, last = splitter.iter_pieces([last_part.text + b"\n;"])
    return last.kind is PieceKind.STATEMENT and not last.text


def ends_in_quotes(text: str) -> bool:
    """Tell whether a text ends inside quotes or a comment."""
    splitter = Splitter(_MODE)
    parts = _iter_parts(text.encode("utf-8", "surrogateescape"))
    return any(piece.open_quote for part in parts for piece in splitter.iter_pieces([part.text]))


def is_read_by_line(statement: str, columns: Sequence[str]) -> bool:
    """Tell whether the answer is a text of several lines: SHOW CREATE, or EXPLAIN as a tree."""
    match = _READ_BY_LINE.match(statement)
    return match is not None and (match["shows"] is not None or list(columns) == ["EXPLAIN"])


def find_unset_variables(statements: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return the user variables that are read before anything gives them a value.

    MySQL silently takes them as NULL. Names are compared as in MySQL, ignoring case.
    """
    known = {name.lower() for name in given}
    unset: dict[str, None] = {}
    for statement in statements:
        text = statement.encode("utf-8", "surrogateescape")
        try:
            tokens = list(iter_tokens(text, _MODE, _ANY_VERSION))
        except UnreadableText:
            continue  # the server will report the error
        for index, token in enumerate(tokens):
            if token.kind is not TokenKind.VARIABLE or token.text.startswith(b"@@"):
                continue
            name = _name_of(token)
            if _is_assigned(tokens, index):
                known.add(name)
            elif name not in known:
                unset[name] = None
    return list(unset)


def _iter_parts(text: bytes) -> Iterator[_Part]:
    r"""Yield what \g and \G cut a text into; the last part, which its end ends, may be empty."""
    start = line = 0
    for match in _END_OR_SKIPPED.finditer(text):
        if match["end"] is not None:
            yield _Part(text[start : match.start()], line, match["end"] == b"G")
            line += text.count(b"\n", start, match.end())
            start = match.end()
    yield _Part(text[start:], line, is_vertical=False)


def find_unread_variables(statements: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return the user variables that no statement names, of those that are given a value."""
    named: set[str] = set()
    for statement in statements:
        try:
            tokens = list(
                iter_tokens(statement.encode("utf-8", "surrogateescape"), _MODE, _ANY_VERSION)
            )
        except UnreadableText:
            return []  # the server will report the error
        named.update(_name_of(token) for token in tokens if token.kind is TokenKind.VARIABLE)
    return [name for name in given if name.lower() not in named]


def _name_of(variable: Token) -> str:
    return variable.text[1:].decode("utf-8", "replace").strip("`'\"").lower()


def _is_assigned(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a variable is given a value: @a := 1, SET @a = 1, SELECT 1 INTO @a."""
    behind = b"".join(token.text for token in tokens[index + 1 : index + 3])
    if behind.startswith(b":="):
        return True
    if tokens[0].word == "SET" and behind.startswith(b"="):
        return True
    return "INTO" in [token.word for token in tokens[:index]]
