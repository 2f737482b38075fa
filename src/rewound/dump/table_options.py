"""The options of tables and databases: which have to give way, and what takes their place.

Pure. Works on the tokens of one statement; the columns are for `columns` to look at.
"""

import itertools
from collections.abc import Iterator, Sequence

from rewound.dump import rules
from rewound.dump.collations import value_of
from rewound.dump.lexical import LexicalMode
from rewound.dump.statement import Kind
from rewound.dump.target import Target
from rewound.dump.tokens import Token, TokenKind, unquote
from rewound.dump.verdict import Edit

_INNODB_ROW_FORMATS = frozenset({"DEFAULT", "DYNAMIC", "COMPRESSED", "REDUNDANT", "COMPACT"})
_MARIADB_OPTIONS = frozenset({"PAGE_CHECKSUM", "TRANSACTIONAL"})
_OWN_TABLESPACES = frozenset({"innodb_file_per_table", "innodb_system", "innodb_temporary"})


def plan_option_edits(
    tokens: Sequence[Token], kind: Kind, target: Target, mode: LexicalMode
) -> list[Edit]:
    """Return what has to change in the options of a CREATE or ALTER TABLE."""
    edits: list[Edit] = []
    for index, value in _iter_options(tokens, kind):
        token = tokens[index]
        match token.word:
            case "ENGINE":
                edits += _edit_engine(value, target, mode)
            case "ROW_FORMAT":
                edits += _edit_row_format(value, tokens, mode)
            case "TYPE":
                edits.append(Edit(token.start, token.end, b"ENGINE", rules.TYPE_OPTION))
                edits += _edit_engine(value, target, mode)
            case "TABLESPACE":
                edits += _edit_tablespace(value, mode)
            case word if word in _MARIADB_OPTIONS:
                edits.append(Edit(token.start, value.end, b"", rules.MARIADB_TABLE_OPTION))
    return edits + _cut_directories(tokens) + plan_encryption_edits(tokens)


def plan_encryption_edits(tokens: Sequence[Token]) -> list[Edit]:
    """Return the edits that switch the ENCRYPTION of a table or database off."""
    return [
        Edit(value.start, value.end, b"'N'", rules.ENCRYPTION)
        for index, token in enumerate(tokens)
        if token.word == "ENCRYPTION"
        and (value := value_of(tokens[index + 1 : index + 3])) is not None
        and value.kind is TokenKind.STRING
        and value.text[1:2] in (b"Y", b"y")
    ]


def _iter_options(tokens: Sequence[Token], kind: Kind) -> Iterator[tuple[int, Token]]:
    """Yield the index and the value of every word that may be an option of the table.

    Inside parentheses and in ALTER TABLE a column may be named `engine`, and what
    follows is its type; there only an equals sign makes an option.
    """
    depth = 0
    for index, token in enumerate(tokens):
        depth += {b"(": 1, b")": -1}.get(token.text, 0)
        rest = tokens[index + 1 : index + 3]
        has_sign = bool(rest) and rest[0].text == b"="
        if token.kind is TokenKind.WORD and (
            has_sign or (depth == 0 and kind is Kind.CREATE_TABLE)
        ):
            value = value_of(rest)
            if value is not None and value.kind is not TokenKind.MARK:
                yield index, value


def _edit_engine(value: Token, target: Target, mode: LexicalMode) -> list[Edit]:
    if unquote(value, mode).lower() in target.engines:
        return []
    return [Edit(value.start, value.end, b"InnoDB", rules.ENGINE_MISSING)]


def _edit_row_format(value: Token, tokens: Sequence[Token], mode: LexicalMode) -> list[Edit]:
    engines = [
        unquote(engine, mode).lower()
        for index, engine in _iter_options(tokens, Kind.CREATE_TABLE)
        if tokens[index].word == "ENGINE"
    ]
    keeps_fixed = not {"myisam", "memory"}.isdisjoint(engines)
    if value.word in _INNODB_ROW_FORMATS or (keeps_fixed and value.word == "FIXED"):
        return []
    return [Edit(value.start, value.end, b"DYNAMIC", rules.ROW_FORMAT_UNKNOWN)]


def _edit_tablespace(value: Token, mode: LexicalMode) -> list[Edit]:
    if unquote(value, mode).lower() in _OWN_TABLESPACES:
        return []
    return [Edit(value.start, value.end, b"innodb_file_per_table", rules.TABLESPACE)]


def _cut_directories(tokens: Sequence[Token]) -> list[Edit]:
    return [
        Edit(before.start, value.end, b"", rules.TABLE_DIRECTORY)
        for index, (before, token) in enumerate(itertools.pairwise(tokens))
        if token.word == "DIRECTORY" and before.word in ("DATA", "INDEX")
        if (value := value_of(tokens[index + 2 : index + 4])) is not None
    ]
