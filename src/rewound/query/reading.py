"""Which statements only read, whoever runs them. Pure.

For servers that are not ours, whose accounts may be allowed to change them. MySQL's read-only
transactions do not stop DDL (DROP DATABASE ran in one on 9.7.4), so statements not known to be
reading are detected here. Any others that change rows, such as WITH … DELETE, are stopped by those
transactions.
"""

from collections.abc import Sequence

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.tokens import Token, TokenKind, UnreadableText, iter_tokens

_READING = frozenset(
    {"SELECT", "WITH", "TABLE", "VALUES", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "CHECKSUM"}
    | {"USE", "DO", "HELP", "BEGIN", "START", "COMMIT", "ROLLBACK", "SET"}
)
_INTO_FILES = frozenset({"OUTFILE", "DUMPFILE"})
_BEYOND_SESSION = frozenset({"GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD", "ROLE", "RESOURCE"})
_VARIABLES_BEYOND_SESSION = (b"@@global", b"@@persist", b"@@`global", b"@@`persist")
_ANY_VERSION = 99_999


def find_change(statements: Sequence[str]) -> str | None:
    """Return what of the statements may change a server, by its word; None if all only read."""
    return next(filter(None, map(_find_change, statements)), None)


def _find_change(statement: str) -> str | None:
    try:
        tokens = list(
            iter_tokens(statement.encode("utf-8", "surrogateescape"), LexicalMode(), _ANY_VERSION)
        )
    except UnreadableText:
        return "a statement that cannot be read"
    words = [token.word for token in tokens]
    first = next((word for word in words if word), "")
    if first not in _READING:
        return first or "a statement without a word"
    if first == "SET":
        return "SET beyond the session" if any(map(_is_beyond_session, tokens)) else None
    return next((f"{first} … INTO {word}" for word in words if word in _INTO_FILES), None)


def _is_beyond_session(token: Token) -> bool:
    is_variable = token.kind is TokenKind.VARIABLE
    return token.word in _BEYOND_SESSION or (
        is_variable and token.text.lower().startswith(_VARIABLES_BEYOND_SESSION)
    )
