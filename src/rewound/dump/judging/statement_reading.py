"""Parsing the statements of a dump in the mode of its session, each text once.

Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rewound.dump.definitions.plan import STORED_OBJECTS
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Kind, Statement
from rewound.dump.text.statement_parser import parse_statement, with_rows
from rewound.dump.text.tokens import Token, UnreadableText, iter_tokens, read_tokens

# Bodies may contain several statements; the rest is refused anyway.
_MAY_HOLD_STATEMENTS = (STORED_OBJECTS - {Kind.CREATE_VIEW}) | {
    Kind.MARIADB_OBJECT,
    Kind.UNKNOWN,
    Kind.EMPTY,
}
_SEVERAL = "it consists of several statements"
_SHORT_BYTES = 100
_MOST_SHORT = 50
"""How many short statements are kept: dumps repeat some of them around each table."""


@lru_cache(maxsize=_MOST_SHORT)
def _parse_short(text: bytes, mode: LexicalMode, server_version: int) -> Statement:
    return parse_statement(text, mode, server_version)


@dataclass(slots=True)
class StatementReader:
    """Parses statements as one server would. Keeps the last results."""

    server_version: int
    _insert: tuple[bytes, LexicalMode, Statement] | None = None
    """The last INSERT: its head and one more byte, the mode that it was read in, and the
    statement."""
    _read: list[tuple[bytes, LexicalMode, Sequence[Token]]] = field(default_factory=list)
    """The last two texts whose tokens were kept (a definition, and what is sent for it), with the
    modes that they were read in.
    """

    def read(self, text: bytes, masked_text: bytes | None, mode: LexicalMode) -> Statement:
        """Return the statement; `masked_text` is its own, if known.

        Raises:
            UnreadableText: it is ambiguous, or contains several statements.
        """
        statement = with_rows(self._parse_head(text, mode), mode, masked_text)
        if statement.kind not in _MAY_HOLD_STATEMENTS and b";" in text:
            self._require_one(statement, mode)
        return statement

    def read_tokens(self, text: bytes, mode: LexicalMode) -> Sequence[Token]:
        """Return the tokens of a statement without rows, which is read once."""
        for known, known_mode, tokens in self._read:
            if known_mode == mode and known == text:
                return tokens
        tokens = read_tokens(text, mode, self.server_version)
        self._read = [*self._read[-1:], (text, mode, tokens)]
        return tokens

    def _require_one(self, statement: Statement, mode: LexicalMode) -> None:
        """Raise UnreadableText if more text follows a semicolon.

        With another DELIMITER, a text can contain several statements. A server that takes one at a
        time refuses it; and skipping it would lose the text after the semicolon as well.
        """
        text, rows_start = statement.text, statement.rows_start
        if rows_start and b";" in statement.masked_rows.rstrip(b"; \t\r\n"):
            raise UnreadableText(_SEVERAL)
        if rows_start and b";" not in text[:rows_start]:
            return
        is_ended = False
        for token in iter_tokens(text, mode, self.server_version):
            if is_ended and token.text != b";":
                raise UnreadableText(_SEVERAL)
            is_ended = token.text == b";"
            if rows_start and token.end >= rows_start:
                return

    def _parse_head(self, text: bytes, mode: LexicalMode) -> Statement:
        """Return the statement; if it begins as the last INSERT did, do not read its head again.

        In the same mode, the same bytes up to VALUES are the same tokens. A dump with one INSERT
        per row then takes 14 µs per statement, and 30 µs otherwise.
        """
        if self._insert is not None:
            head, head_mode, insert = self._insert
            if text.startswith(head) and mode == head_mode:
                return Statement(insert.kind, text, insert.names, insert.rows_start)
        if len(text) <= _SHORT_BYTES:
            statement = _parse_short(text, mode, self.server_version)
        else:
            statement = parse_statement(text, mode, self.server_version)
        if 0 < statement.rows_start < len(text):
            self._insert = (text[: statement.rows_start + 1], mode, statement)
        return statement
