"""CREATE statements: which parts of a definition to replace, and by what.

Pure. This module decides which parts of each kind of statement are examined; the parts themselves
are in `table_options`, `columns`, `keys`, `collations` and `stored_objects`. A definition that
needs no edit is sent verbatim.
"""

import itertools
from collections.abc import Iterator, Sequence

from rewound.dump.definitions.collations import plan_collation_edits
from rewound.dump.definitions.columns import plan_column_edits
from rewound.dump.definitions.default_collation import plan_default_edits
from rewound.dump.definitions.keys import plan_key_edits
from rewound.dump.definitions.stored_objects import find_schedule, plan_stored_object_edits
from rewound.dump.definitions.table_elements import iter_table_elements
from rewound.dump.definitions.table_options import plan_encryption_edits, plan_option_edits
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.rules.verdict import Edit, RuleUse
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.nesting import iter_outside
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import Token
from rewound.dump.values.computed_rows import find_computed
from rewound.dump.values.spatial_functions import plan_spatial_edits

STORED_OBJECTS = frozenset(
    {Kind.CREATE_VIEW, Kind.CREATE_TRIGGER, Kind.CREATE_EVENT}
    | {Kind.CREATE_PROCEDURE, Kind.CREATE_FUNCTION, Kind.CREATE_LIBRARY}
)
TABLES = frozenset({Kind.CREATE_TABLE, Kind.ALTER_TABLE})
DATABASES = frozenset({Kind.CREATE_DATABASE, Kind.ALTER_DATABASE, Kind.DROP_DATABASE})
DEFINITIONS = STORED_OBJECTS | TABLES | DATABASES
"""The kinds of statement that are examined from end to end."""
_HISTORY = "the table keeps the history of its rows"
_MARIADB_ONLY = {
    "WITH": ((("WITH", "SYSTEM", "VERSIONING"), _HISTORY),),
    "ADD": ((("ADD", "SYSTEM", "VERSIONING"), _HISTORY),),
    "AS": ((("AS", "ROW", "START"), _HISTORY), (("AS", "ROW", "END"), _HISTORY)),
    "BY": ((("BY", "SYSTEM_TIME"), _HISTORY),),
    "PERIOD": ((("PERIOD", "FOR"), "the table has a time period"),),
    "WITHOUT": ((("WITHOUT", "OVERLAPS"), "a key forbids overlapping periods"),),
    "NEXT": ((("NEXT", "VALUE", "FOR"), "a column takes its values from a sequence"),),
}
"""Sequences of words that never occur in MySQL's tables, by the first word, and what a table with
them is.
"""
_SEQUENCE_FUNCTIONS = frozenset({"NEXTVAL", "LASTVAL", "SETVAL"})
_SHOWS_MARIADB = _SEQUENCE_FUNCTIONS | _MARIADB_ONLY.keys() | {"SEQUENCE"}
"""The words of which `_find_mariadb_only` needs at least one."""

FILLS_TABLE = "it fills the table from other tables"
"""What is wrong with CREATE TABLE … SELECT."""


def is_loadable(tokens: Sequence[Token], kind: Kind) -> bool:
    """Tell whether a function is loaded from a file of the server; it is in no schema."""
    return kind is Kind.CREATE_FUNCTION and "SONAME" in _words_before_parenthesis(tokens)


def find_refusal(tokens: Sequence[Token], kind: Kind) -> RuleUse | None:
    """Return the rule that refuses a definition because of its contents."""
    words = [token.word for token in tokens]
    if is_loadable(tokens, kind):
        return RuleUse(rules.LOADABLE_FUNCTION)
    if kind is Kind.CREATE_TABLE and ("SELECT" in words or words.count("TABLE") > 1):
        return RuleUse(rules.UNKNOWN_STATEMENT, FILLS_TABLE)
    if kind is Kind.CREATE_TABLE and ("VALUES", "ROW") in itertools.pairwise(words):
        return RuleUse(rules.UNKNOWN_STATEMENT, "it also fills the table")
    if kind is Kind.CREATE_EVENT and (computed := find_computed(find_schedule(tokens))):
        return RuleUse(rules.COMPUTED_VALUE, f"its schedule is {computed}")
    if kind is Kind.ALTER_TABLE and not {"DISCARD", "IMPORT"}.isdisjoint(words):
        return RuleUse(rules.UNKNOWN_STATEMENT, "it discards or imports the file of a table")
    if kind not in TABLES or _SHOWS_MARIADB.isdisjoint(words):
        return None
    if why := _find_mariadb_only(tokens, words):
        return RuleUse(rules.MARIADB_ONLY, why)
    return None


def plan_definition_edits(
    tokens: Sequence[Token],
    kind: Kind,
    profile: ServerProfile,
    mode: LexicalMode,
    *,
    is_old: bool = False,
    has_old_default: bool = False,
) -> list[Edit]:
    """Return the edits that make a definition run on the world's server.

    `is_old` means that the dumped server was a MySQL before 8.0, or MariaDB; `has_old_default` that
    utf8mb4 alone meant utf8mb4_general_ci there.
    """
    edits = []
    if has_old_default:
        edits = plan_default_edits(tokens, kind, is_stored_object=kind in STORED_OBJECTS)
    edits += plan_collation_edits(tokens, profile, mode)
    if kind not in DATABASES:
        edits += plan_spatial_edits(tokens, kind, all_names=is_old)
    if kind in TABLES:
        edits += plan_option_edits(tokens, kind, profile, mode)
        elements = list(iter_table_elements(tokens, kind))
        edits += plan_column_edits(elements) + plan_key_edits(elements, kind)
        edits += _plan_replace_edits(tokens)
    elif kind in STORED_OBJECTS:
        edits += plan_stored_object_edits(tokens, kind)
    else:
        edits += plan_encryption_edits(tokens)
    return edits


def plan_drop_edits(tokens: Sequence[Token]) -> list[Edit]:
    """Return the edit that adds IF EXISTS to a DROP DATABASE."""
    if any(token.word == "EXISTS" for token in tokens):
        return []
    name = tokens[2]
    return [Edit(name.start, name.start, b"IF EXISTS ", rules.DROP_MISSING)]


def _plan_replace_edits(tokens: Sequence[Token]) -> list[Edit]:
    """Return the edit that removes OR REPLACE from a CREATE TABLE."""
    if tokens[1].word != "OR":
        return []
    return [Edit(tokens[1].start, tokens[3].start, b"", rules.OR_REPLACE)]


def _find_mariadb_only(tokens: Sequence[Token], words: Sequence[str]) -> str | None:
    """Return the MariaDB feature that a table uses, if any."""
    for index, word in enumerate(words):
        for phrase, why in _MARIADB_ONLY.get(word, ()):
            if tuple(words[index : index + len(phrase)]) == phrase:
                return why
    for token, following in itertools.pairwise(tokens):
        if token.word in _SEQUENCE_FUNCTIONS and following.text == b"(":
            return "a column takes its values from a sequence"
    for index, token in iter_outside(tokens):
        sign = [token.text for token in tokens[index + 1 : index + 2]]
        if token.word == "SEQUENCE" and sign in ([b"="], [b"0"], [b"1"]):
            return "it is a sequence"
    return None


def _words_before_parenthesis(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words that follow the name of a loadable function, never that of a stored one."""
    return (t.word for t in itertools.takewhile(lambda token: token.text != b"(", tokens))
