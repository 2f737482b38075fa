"""CREATE statements: what in a definition has to give way, and what takes its place.

Pure. Says which parts of a statement are looked at for which kind; the parts themselves
are in `table_options`, `collations` and `programs`. A definition that needs no edit is
sent as it is.
"""

import itertools
from collections.abc import Iterator, Sequence

from rewound.dump import rules
from rewound.dump.collations import plan_collation_edits
from rewound.dump.lexical import LexicalMode
from rewound.dump.programs import plan_program_edits
from rewound.dump.statement import Kind
from rewound.dump.table_options import plan_encryption_edits, plan_option_edits
from rewound.dump.target import Target
from rewound.dump.tokens import Token
from rewound.dump.verdict import Edit, RuleUse

PROGRAMS = frozenset(
    {Kind.CREATE_VIEW, Kind.CREATE_TRIGGER, Kind.CREATE_ROUTINE, Kind.CREATE_EVENT}
)
TABLES = frozenset({Kind.CREATE_TABLE, Kind.ALTER_TABLE})
DATABASES = frozenset({Kind.CREATE_DATABASE, Kind.ALTER_DATABASE, Kind.DROP_DATABASE})
DEFINITIONS = PROGRAMS | TABLES | DATABASES
"""The kinds of statement that are looked through from end to end."""


def find_refusal(tokens: Sequence[Token], kind: Kind) -> RuleUse | None:
    """Return the rule that refuses a definition for what is inside it."""
    words = [token.word for token in tokens]
    if kind is Kind.CREATE_ROUTINE and "SONAME" in _words_before_parenthesis(tokens):
        return RuleUse(rules.LOADABLE_FUNCTION)
    if kind is Kind.CREATE_TABLE and ("SELECT" in words or words.count("TABLE") > 1):
        return RuleUse(rules.UNKNOWN_STATEMENT, "it fills its table from other tables")
    if kind is Kind.ALTER_TABLE and not {"DISCARD", "IMPORT"}.isdisjoint(words):
        return RuleUse(rules.UNKNOWN_STATEMENT, "it takes a table's file away, or takes one in")
    return None


def plan_definition_edits(
    tokens: Sequence[Token], kind: Kind, target: Target, mode: LexicalMode
) -> list[Edit]:
    """Return the edits that make a definition run on the target server."""
    edits = plan_collation_edits(tokens, target, mode)
    if kind in TABLES:
        edits += plan_option_edits(tokens, kind, target, mode)
    elif kind in PROGRAMS:
        edits += plan_program_edits(tokens, kind)
    else:
        edits += plan_encryption_edits(tokens)
    return edits


def plan_drop_edits(tokens: Sequence[Token]) -> list[Edit]:
    """Return the edit that lets a DROP DATABASE go on where there is no such database."""
    if any(token.word == "EXISTS" for token in tokens):
        return []
    name = tokens[2]
    return [Edit(name.start, name.start, b"IF EXISTS ", rules.DROP_MISSING)]


def _words_before_parenthesis(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words that no stored function, but a loadable one, goes on with."""
    return (t.word for t in itertools.takewhile(lambda token: token.text != b"(", tokens))
