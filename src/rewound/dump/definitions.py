"""CREATE statements: what in a definition has to give way, and what takes its place.

Pure. Each function looks through the tokens of one statement and returns the edits that
make it run on the target server; a definition that needs none is sent as it is.
"""

import re
from collections.abc import Iterable, Sequence

from rewound.dump import rules
from rewound.dump.lexical import LexicalMode
from rewound.dump.statement import Kind
from rewound.dump.target import Target
from rewound.dump.tokens import Token, TokenKind, unquote
from rewound.dump.verdict import Edit

_INNODB_ROW_FORMATS = frozenset({"DEFAULT", "DYNAMIC", "COMPRESSED", "REDUNDANT", "COMPACT"})
_MARIADB_OPTIONS = frozenset({"PAGE_CHECKSUM", "TRANSACTIONAL"})
_PROGRAM_WORDS = frozenset({"VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"})


def plan_table_edits(tokens: Sequence[Token], target: Target, mode: LexicalMode) -> list[Edit]:
    """Return what has to change in a CREATE or ALTER TABLE."""
    edits: list[Edit] = []
    for index, token in enumerate(tokens):
        rest = tokens[index + 1 : index + 4]
        match token.word:
            case "ENGINE":
                edits += _edit_engine(rest, target, mode)
            case "ROW_FORMAT":
                edits += _edit_row_format(rest, tokens, mode)
            case "DIRECTORY" if tokens[index - 1].word in ("DATA", "INDEX"):
                edits += _cut_option(tokens[index - 1], rest, rules.TABLE_DIRECTORY)
            case word if word in _MARIADB_OPTIONS:
                edits += _cut_option(token, rest, rules.MARIADB_TABLE_OPTION)
    return edits + plan_collation_edits(tokens, target, mode)


def plan_collation_edits(tokens: Sequence[Token], target: Target, mode: LexicalMode) -> list[Edit]:
    """Return the edits that put known collations in the place of unknown ones."""
    edits = []
    for index, token in enumerate(tokens):
        if token.word != "COLLATE":
            continue
        value = _value_of(tokens[index + 1 : index + 3])
        if value is None or value.kind is TokenKind.MARK:
            continue
        name = unquote(value, mode).lower()
        nearest = nearest_collation(name, target)
        if nearest is not None and nearest != name:
            edits.append(Edit(value.start, value.end, nearest.encode(), rules.COLLATION_UNKNOWN))
    return edits


def nearest_collation(name: str, target: Target) -> str | None:
    """Return the collation itself where the server has it, else the one most like it.

    None where the server does not have the character set either.
    """
    if name in target.collations or name in ("default", "binary"):
        return name
    # MariaDB leaves the character set out: uca1400_ai_ci.
    full = f"utf8mb4_{name}" if name.startswith("uca1400") else name
    character_set = full.split("_", 1)[0]
    known = [c for c, owner in target.collations.items() if owner == character_set]
    if not known:
        return None
    wishes = [
        full,
        re.sub(r"_uca1400|_unicode_520", "_0900", full.replace("_nopad", "")),
        re.sub(r"_uca1400.*_as_cs$|_nopad_bin$", "_bin", full),
        re.sub(r"_(uca1400|0900).*", "_unicode_520_ci", full),
        re.sub(r"_(uca1400|0900).*", "_unicode_ci", full),
    ]
    return next((w for w in wishes if w in known), target.default_collations.get(character_set))


def plan_program_edits(tokens: Sequence[Token], kind: Kind) -> list[Edit]:
    """Return what has to change in a CREATE VIEW, TRIGGER, PROCEDURE, FUNCTION or EVENT."""
    edits = _edit_definer(tokens)
    if kind is Kind.CREATE_EVENT:
        edits += _disable_event(tokens)
    return edits


def loads_a_program(tokens: Iterable[Token]) -> bool:
    """Tell whether a CREATE FUNCTION takes its code from a shared library."""
    return any(token.word == "SONAME" for token in tokens)


def _value_of(tokens: Sequence[Token]) -> Token | None:
    """Return the value of an option: the token after an optional equals sign."""
    return next((token for token in tokens[:2] if token.text != b"="), None)


def _edit_engine(rest: Sequence[Token], target: Target, mode: LexicalMode) -> list[Edit]:
    value = _value_of(rest)
    if value is None or value.kind is TokenKind.MARK:
        return []
    if unquote(value, mode).lower() in target.engines:
        return []
    return [Edit(value.start, value.end, b"InnoDB", rules.ENGINE_MISSING)]


def _edit_row_format(
    rest: Sequence[Token], tokens: Sequence[Token], mode: LexicalMode
) -> list[Edit]:
    value = _value_of(rest)
    keeps_fixed = any(
        token.word == "ENGINE"
        and (engine := _value_of(tokens[i + 1 : i + 3])) is not None
        and unquote(engine, mode).lower() in ("myisam", "memory")
        for i, token in enumerate(tokens)
    )
    if (
        value is None
        or value.word in _INNODB_ROW_FORMATS
        or (keeps_fixed and value.word == "FIXED")
    ):
        return []
    return [Edit(value.start, value.end, b"DYNAMIC", rules.ROW_FORMAT_UNKNOWN)]


def _cut_option(first: Token, rest: Sequence[Token], rule: rules.Rule) -> list[Edit]:
    value = _value_of(rest)
    return [] if value is None else [Edit(first.start, value.end, b"", rule)]


def _edit_definer(tokens: Sequence[Token]) -> list[Edit]:
    """Replace the account of `DEFINER = account`, which stands before the kind of object."""
    for index, token in enumerate(tokens):
        if token.word in _PROGRAM_WORDS:
            break
        if token.word == "DEFINER" and index + 2 < len(tokens):
            user, host = tokens[index + 2], tokens[index + 3]
            if user.word == "CURRENT_USER":
                break
            last = host if host.kind is TokenKind.VARIABLE else user
            return [Edit(user.start, last.end, b"CURRENT_USER", rules.DEFINER)]
    return []


def _disable_event(tokens: Sequence[Token]) -> list[Edit]:
    """Make the event DISABLEd, in the one place where the grammar has it.

    Source: MySQL 9.7 manual, "CREATE EVENT Statement": ON SCHEDULE schedule
    [ON COMPLETION [NOT] PRESERVE] [ENABLE | DISABLE | DISABLE ON {REPLICA | SLAVE}]
    [COMMENT 'text'] DO body.
    """
    start = next(i for i, token in enumerate(tokens) if token.word == "SCHEDULE")
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.word in ("ENABLE", "DISABLE"):
            on_replica = tokens[index + 1].word == "ON"
            if token.word == "DISABLE" and not on_replica:
                return []
            last = tokens[index + 2] if on_replica else token
            return [Edit(token.start, last.end, b"DISABLE", rules.EVENT_DISABLED)]
        if token.word in ("COMMENT", "DO"):
            return [Edit(token.start, token.start, b"DISABLE ", rules.EVENT_DISABLED)]
    return []
