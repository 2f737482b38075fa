"""The assignments in a SET statement: which variable, in which scope, gets which value.

Pure. It reads the grammar of SET, not the meaning of the settings. A form that is not certain is an
error.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rewound.dump.settings.session import (
    INITIAL_CHARACTER_SET,
    INITIAL_SQL_MODE,
    INITIAL_STORAGE_ENGINE,
    DumpSession,
)
from rewound.dump.settings.variables import STORAGE_ENGINE
from rewound.dump.text.nesting import split_at_commas
from rewound.dump.text.tokens import Token, TokenKind, unquote

GLOBAL_SCOPES = frozenset({"GLOBAL", "PERSIST", "PERSIST_ONLY"})
SCOPES = GLOBAL_SCOPES | {"SESSION", "LOCAL"}

NAMES = "NAMES"
"""Stands for SET NAMES and SET CHARACTER SET; variables are in lower case."""

_DEFAULTS = {
    "sql_mode": INITIAL_SQL_MODE,
    "character_set_client": INITIAL_CHARACTER_SET,
    "default_storage_engine": INITIAL_STORAGE_ENGINE,
    "autocommit": "1",
}


class CannotFollow(ValueError):
    """A setting whose effect on how the dump is read is not certain."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `name = value` of a SET statement."""

    scope: str
    """In upper case, its own or that of a preceding assignment; empty if there is none."""
    name: str
    """The variable in lower case; a user variable begins with @. Or NAMES."""
    value: tuple[Token, ...]
    """Never empty."""
    start: int
    """Offset of its first byte in the statement."""

    @property
    def end(self) -> int:
        """Offset after its last byte."""
        return self.value[-1].end

    @property
    def value_start(self) -> int:
        """Offset of the value's first byte."""
        return self.value[0].start


def iter_assignments(tokens: Sequence[Token], session: DumpSession) -> Iterator[Assignment]:
    """Yield the assignments of the tokens after SET.

    A scope applies until another one is written.
    Source: tried on MySQL 9.7.4, where SET GLOBAL a = 1, b = 2 sets both globally.

    Raises:
        CannotFollow: a form that dumps do not use.
    """
    carried = ""
    for part in split_at_commas(tokens):
        value = _value_of_names(part)
        if value:
            yield Assignment("", NAMES, tuple(value), part[0].start)
            continue
        sign = next((i for i, token in enumerate(part) if token.text == b"="), 0)
        target, value = list(part[:sign]), part[sign + 1 :]
        if target and target[-1].text == b":":
            target.pop()
        if not target or not value:
            raise CannotFollow("this form of SET is not one that dumps use")
        if target[0].word in SCOPES:
            carried = target.pop(0).word
        scope, name = _read_target(target, carried, session)
        yield Assignment(scope, name, tuple(value), part[0].start)


def _value_of_names(part: Sequence[Token]) -> Sequence[Token]:
    """Return the tokens after NAMES, CHARSET or CHARACTER SET; empty for other parts."""
    words = [token.word for token in part[:2]]
    if words[:1] in (["NAMES"], ["CHARSET"]):
        return part[1:]
    return part[2:] if words in (["CHARACTER", "SET"], ["CHAR", "SET"]) else ()


def _read_target(target: Sequence[Token], carried: str, session: DumpSession) -> tuple[str, str]:
    """Return (scope, variable) of the left side of an assignment."""
    if len(target) == 1:
        variable = target[0]
        if variable.kind in (TokenKind.WORD, TokenKind.NAME):
            return carried, unquote(variable, session.mode).lower()
        if variable.kind is TokenKind.VARIABLE and not variable.text.startswith(b"@@"):
            return "", _user_variable(variable)
        if variable.kind is TokenKind.VARIABLE:
            scope, _, name = variable.text[2:].decode("latin-1").upper().rpartition(".")
            if scope == "" or scope in SCOPES:
                return scope, name.strip("`").lower()
    raise CannotFollow("this form of SET is not one that dumps use")


def known_value(assignment: Assignment, session: DumpSession) -> str | None:
    """Return what the value means; None if only the server knows it."""
    value = assignment.value
    if len(value) == 1:
        if value[0].word == "DEFAULT":
            return _DEFAULTS.get(assignment.name)
        return _known_token(value[0], session)
    # HeidiSQL closes its dumps with SET SQL_MODE=IFNULL(@OLD_SQL_MODE, '').
    shape = [b"", b"(", b"", b",", b"", b")"]
    if value[0].word == "IFNULL" and len(value) == len(shape):
        marks_fit = all(mark in (b"", token.text) for mark, token in zip(shape, value, strict=True))
        if marks_fit and is_unset(value[2], session):
            return _known_token(value[4], session)
        return _known_token(value[2], session) if marks_fit else None
    return None


def _known_token(token: Token, session: DumpSession) -> str | None:
    if token.kind is TokenKind.VARIABLE:
        name = token.text.decode("utf-8", "surrogateescape").lower()
        current = {
            "sql_mode": session.sql_mode,
            "character_set_client": session.character_set,
            **dict.fromkeys(STORAGE_ENGINE, session.storage_engine),
            "autocommit": "1" if session.autocommits else "0",
        }
        if name.startswith("@@"):
            return current.get(name.removeprefix("@@").removeprefix("session.").strip("`"))
        return session.saved.get(_user_variable(token))
    if token.kind is TokenKind.STRING or is_plain_name(token):
        return unquote(token, session.mode)
    return None


def is_unset(token: Token, session: DumpSession) -> bool:
    """Tell whether a token is a user variable that no statement so far has set."""
    is_user_variable = token.kind is TokenKind.VARIABLE and not token.text.startswith(b"@@")
    return is_user_variable and _user_variable(token) not in session.saved


def is_plain_name(token: Token) -> bool:
    """Tell whether a token is an ordinary word: not a number and not NULL."""
    return token.kind is TokenKind.WORD and not token.text[:1].isdigit() and token.word != "NULL"


def is_literal(assignment: Assignment) -> bool:
    """Tell whether the value is a literal that every server reads alike."""
    token = assignment.value[0]
    return len(assignment.value) == 1 and (
        token.kind is TokenKind.STRING or (is_plain_name(token) and token.word != "DEFAULT")
    )


def _user_variable(token: Token) -> str:
    return "@" + token.text.decode("utf-8", "surrogateescape")[1:].strip("`'\"").lower()
