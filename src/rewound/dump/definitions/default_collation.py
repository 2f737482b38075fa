"""The default collation of utf8mb4: what a definition meant on the server that it comes from.

Pure. MySQL 8.0 made utf8mb4_0900_ai_ci the default. Until then, and in MariaDB up to 11.4, it was
utf8mb4_general_ci, and utf8mb4 alone meant that. The default of MariaDB since 11.5, uca1400_ai_ci,
is replaced by MySQL's as the nearest one.
Sources: MySQL 8.0 manual, "What Is New in MySQL 8.0"; MariaDB 11.5.1 release notes (MDEV-25829).
"""

import re
from collections.abc import Sequence

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import Token, TokenKind

OLD_DEFAULT = "utf8mb4_general_ci"
_MARIADB = re.compile(r"(?:5\.5\.5-)?(\d+)\.(\d+)\.\d+\S*mariadb", re.IGNORECASE)
_MYSQL = re.compile(r"\D{0,20}(\d+)\.(\d+)\.")
_OLD_FORM = re.compile(
    rb"CREATE TABLE (?:IF NOT EXISTS )?`[^`]+` \(\r?\n  `.*\n\) ENGINE=\w+ "
    rb"(?:AUTO_INCREMENT=\d+ )?DEFAULT CHARSET=utf8mb4(?! COLLATE)",
    re.DOTALL,
)
"""How SHOW CREATE TABLE of such a server writes a table: MySQL 8.0 and newer always add the
collation of utf8mb4. Source: tried on 9.7.4; MySQL 5.7, sql/sql_show.cc.
"""
_NAMES_COLLATION = ("COLLATE", "BINARY")
_TYPE_CALLS = frozenset({"CAST", "CONVERT"})
_ADDED = f" COLLATE {OLD_DEFAULT}".encode()


def find_source_default(server_version: str) -> str | None:
    """Return the old default if a server of that version had it; None for the new one."""
    if match := _MARIADB.match(server_version):
        return OLD_DEFAULT if (int(match[1]), int(match[2])) < (11, 5) else None
    if match := _MYSQL.match(server_version):
        return OLD_DEFAULT if int(match[1]) < 8 else None
    return None


def shows_old_default(text: bytes) -> bool:
    """Tell whether only a server with the old default writes a CREATE TABLE like this."""
    return b"DEFAULT CHARSET=utf8mb4" in text and _OLD_FORM.match(text) is not None


def plan_default_edits(
    tokens: Sequence[Token], kind: Kind, *, is_stored_object: bool
) -> list[Edit]:
    """Return the edits that name the old default where a definition names utf8mb4 alone."""
    if not any(map(_is_utf8mb4, tokens)):
        return []
    collated = _find_collated(tokens, kind, is_stored_object=is_stored_object)
    names_any = any(token.word == "COLLATE" for token in tokens)
    edits = []
    openers: list[str] = []
    waiting: set[int] = set()
    """The depths of calls that convert to utf8mb4, and so return text in the default collation."""
    for index, token in enumerate(tokens):
        if token.text == b"(":
            openers.append(tokens[index - 1].word if index else "")
        elif token.text == b")" and openers:
            if len(openers) in waiting:
                waiting.discard(len(openers))
                edits.append(Edit(token.end, token.end, _ADDED, rules.DEFAULT_COLLATION))
            openers.pop()
        elif _is_utf8mb4(token) and _names_character_set(tokens, index):
            if openers and openers[-1] in _TYPE_CALLS:
                if is_stored_object and not names_any:
                    waiting.add(len(openers))
            elif tokens[index - 1].word != "USING" and not collated[index]:
                edits.append(Edit(token.end, token.end, _ADDED, rules.DEFAULT_COLLATION))
    return edits


def _is_utf8mb4(token: Token) -> bool:
    if token.kind in (TokenKind.STRING, TokenKind.NAME):
        return token.text[1:-1].lower() == b"utf8mb4"
    return token.word == "UTF8MB4"


def _names_character_set(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether the tokens before utf8mb4 show that it is a character set."""
    before = index - 2 if tokens[index - 1].text == b"=" else index - 1
    return before >= 0 and tokens[before].word in ("CHARSET", "SET", "USING")


def _find_collated(tokens: Sequence[Token], kind: Kind, *, is_stored_object: bool) -> list[bool]:
    """Return for each token whether its column, parameter or list of options has a collation.

    BINARY counts as a collation as well: that of the character set's bytes.

    In a stored object, the collation must follow at once; a COLLATE further on belongs to an
    expression.
    """
    if is_stored_object:
        return [token.word in _NAMES_COLLATION for token in tokens[1:]] + [False]
    part_of: list[int] = []
    collated: set[int] = set()
    stack, count = [0], 0
    for token in tokens:
        if token.text == b"(":
            count += 1
            stack.append(count)
        part_of.append(stack[-1])
        if token.word in _NAMES_COLLATION:
            collated.add(stack[-1])
        if token.text == b")" and len(stack) > 1:
            stack.pop()
        elif token.text == b"," and (len(stack) > 1 or kind is Kind.ALTER_TABLE):
            count += 1
            stack[-1] = count
    return [part in collated for part in part_of]
