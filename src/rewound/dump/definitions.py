"""CREATE statements: what in a definition has to give way, and what takes its place.

Pure. Each function looks through the tokens of one statement and returns the edits that
make it run on the target server; a definition that needs none is sent as it is.
"""

import itertools
from collections.abc import Iterator, Sequence

from rewound.dump import rules
from rewound.dump.collations import plan_collation_edits, value_of
from rewound.dump.lexical import LexicalMode
from rewound.dump.statement import Kind, read_account
from rewound.dump.target import Target
from rewound.dump.tokens import Cursor, Token, TokenKind, UnreadableText, unquote
from rewound.dump.verdict import Edit, RuleUse

_INNODB_ROW_FORMATS = frozenset({"DEFAULT", "DYNAMIC", "COMPRESSED", "REDUNDANT", "COMPACT"})
_MARIADB_OPTIONS = frozenset({"PAGE_CHECKSUM", "TRANSACTIONAL"})
_PROGRAM_WORDS = frozenset({"VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"})
_OWN_TABLESPACES = frozenset({"innodb_file_per_table", "innodb_system", "innodb_temporary"})


def find_refusal(tokens: Sequence[Token], kind: Kind) -> RuleUse | None:
    """Return the rule that refuses a definition for what is inside it."""
    words = [token.word for token in tokens]
    if kind is Kind.CREATE_FUNCTION and "SONAME" in _words_before_parenthesis(tokens):
        return RuleUse(rules.LOADABLE_FUNCTION)
    if kind is Kind.CREATE_TABLE and ("SELECT" in words or words.count("TABLE") > 1):
        return RuleUse(rules.UNKNOWN_STATEMENT, "it fills its table from other tables")
    if kind is Kind.ALTER_TABLE and not {"DISCARD", "IMPORT"}.isdisjoint(words):
        return RuleUse(rules.UNKNOWN_STATEMENT, "it takes a table's file away, or takes one in")
    return None


def plan_table_edits(
    tokens: Sequence[Token], kind: Kind, target: Target, mode: LexicalMode
) -> list[Edit]:
    """Return what has to change in a CREATE or ALTER TABLE."""
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
    return (
        edits
        + _cut_directories(tokens)
        + plan_encryption_edits(tokens)
        + plan_collation_edits(tokens, target, mode)
    )


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


def plan_drop_edits(tokens: Sequence[Token]) -> list[Edit]:
    """Return the edit that lets a DROP DATABASE go on where there is no such database."""
    if any(token.word == "EXISTS" for token in tokens):
        return []
    name = tokens[2]
    return [Edit(name.start, name.start, b"IF EXISTS ", rules.DROP_MISSING)]


def plan_program_edits(tokens: Sequence[Token], kind: Kind) -> list[Edit]:
    """Return what has to change in a CREATE VIEW, TRIGGER, PROCEDURE, FUNCTION or EVENT."""
    edits = _edit_definer(tokens)
    if kind is Kind.CREATE_EVENT:
        edits += _disable_event(tokens)
    return edits


def _words_before_parenthesis(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words that no stored function, but a loadable one, goes on with."""
    return (t.word for t in itertools.takewhile(lambda token: token.text != b"(", tokens))


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


def _edit_definer(tokens: Sequence[Token]) -> list[Edit]:
    """Replace the account of `DEFINER = account`, which stands before the kind of object."""
    cursor = Cursor(iter(tokens))
    while (token := cursor.take()) is not None and token.word not in _PROGRAM_WORDS:
        if token.word == "DEFINER" and cursor.take_mark(b"="):
            user, last = read_account(cursor)
            if user.word == "CURRENT_USER":
                break
            return [Edit(user.start, last.end, b"CURRENT_USER", rules.DEFINER)]
    return []


def _disable_event(tokens: Sequence[Token]) -> list[Edit]:
    """Make the event DISABLEd, in the one place where the grammar has it.

    Source: MySQL 9.7 manual, "CREATE EVENT Statement": ON SCHEDULE schedule
    [ON COMPLETION [NOT] PRESERVE] [ENABLE | DISABLE | DISABLE ON {REPLICA | SLAVE}]
    [COMMENT 'text'] DO body.
    """
    words = [token.word for token in tokens]
    depth = 0
    for index, token in enumerate(tokens):
        depth += {b"(": 1, b")": -1}.get(token.text, 0)
        if depth or "SCHEDULE" not in words[:index]:
            continue
        if token.word in ("ENABLE", "DISABLE"):
            on_replica = words[index + 1 : index + 2] == ["ON"]
            if token.word == "DISABLE" and not on_replica:
                return []
            last = tokens[min(index + 2, len(tokens) - 1)] if on_replica else token
            return [Edit(token.start, last.end, b"DISABLE", rules.EVENT_DISABLED)]
        if token.word in ("COMMENT", "DO"):
            return [Edit(token.start, token.start, b"DISABLE ", rules.EVENT_DISABLED)]
    raise UnreadableText("the event has no body")
