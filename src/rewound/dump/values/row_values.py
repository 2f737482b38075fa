"""Values in the rows of an INSERT that call functions removed in MySQL 8.0: PASSWORD, GeomFromText.

Pure. Rows are not read for it: a search of their masked text excludes nearly all of them. Only the
others are read token by token, which takes 510 ms per megabyte.
"""

import re
from collections import deque

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit, RuleUse
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.masked_text import has_word
from rewound.dump.text.statement import Statement
from rewound.dump.text.tokens import Token, TokenKind, UnreadableText, iter_tokens, unquote
from rewound.dump.values.spatial_functions import CONSTRUCTORS, plan_constructor_edits

_CONSTRUCTOR = re.compile(
    rb"(?<![\w$.`])(?:" + "|".join(CONSTRUCTORS).encode() + rb")\s*\(", re.IGNORECASE
)
_CALL = re.compile(rb"PASSWORD\s*\(\s*['\"]|OLD_PASSWORD\s*\(", re.IGNORECASE)


def plan_value_edits(
    statement: Statement, mode: LexicalMode, server_version: int
) -> tuple[list[Edit], RuleUse | None]:
    """Return the edits of the rows of an INSERT, and the rule that refuses it.

    Rows without a certain reading stay unchanged: the server has no such function.
    """
    masked_text = statement.masked_rows
    if has_word(masked_text, b"FROM") and _CONSTRUCTOR.search(masked_text):
        return _plan_constructors(statement, mode, server_version), None
    if not has_word(masked_text, b"PASSWORD") or not _CALL.search(masked_text):
        return [], None
    edits: list[Edit] = []
    last: deque[Token] = deque(maxlen=5)
    try:
        for token in iter_tokens(statement.text, mode, server_version):
            last.append(token)
            if token.start < statement.rows_start or len(last) < 5:
                continue
            before, name, opening, argument, closing = last
            if before.text == b"." or opening.text != b"(":
                continue
            if name.word == "OLD_PASSWORD":
                return [], RuleUse(rules.OLD_PASSWORD_FUNCTION, "a value is OLD_PASSWORD(…)")
            is_text = argument.kind is TokenKind.STRING and closing.text == b")"
            if name.word == "PASSWORD" and is_text:
                sql = _hashing(argument) if unquote(argument, mode) else b"''"
                edits.append(Edit(name.start, closing.end, sql, rules.PASSWORD_FUNCTION))
    except UnreadableText:
        return [], None
    return edits, None


def _plan_constructors(statement: Statement, mode: LexicalMode, server_version: int) -> list[Edit]:
    tokens = iter_tokens(statement.text, mode, server_version)
    try:
        return plan_constructor_edits(
            token for token in tokens if token.start >= statement.rows_start
        )
    except UnreadableText:
        return []


def _hashing(argument: Token) -> bytes:
    """Return the result of PASSWORD(), which is empty for an empty string.

    Source: MySQL 5.7 manual, "Password Hashing in MySQL"; tried on 9.7.4.
    """
    return b"CONCAT('*', UPPER(SHA1(UNHEX(SHA1(" + argument.text + b")))))"
