"""Applying the edits to a statement, and deciding how it is sent. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rewound.dump.definitions.plan import (
    DEFINITIONS,
    find_refusal,
    plan_definition_edits,
    plan_drop_edits,
)
from rewound.dump.judging.name_case import fold_names
from rewound.dump.judging.statement_reading import StatementReader
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.rules.verdict import Edit, RuleUse, apply_edits, describe_edit
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Kind, Statement
from rewound.dump.text.statement_parser import parse_statement, with_rows
from rewound.dump.text.tokens import TooManyTokens, UnreadableText
from rewound.dump.values.computed_rows import find_computed_rows
from rewound.dump.values.row_values import plan_value_edits

_MOST_EDITS = 50_000
"""The limit for one definition; a table with 8,192 partitions may need two for each."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The context for rewriting a statement."""

    profile: ServerProfile
    mode: LexicalMode
    """How its text is read."""
    is_old: bool
    """Whether the dumped server was a MySQL before 8.0, or MariaDB."""
    has_old_default: bool
    """Whether utf8mb4 without a collation meant utf8mb4_general_ci there."""
    folds_names: bool
    """Whether the world's server has lower_case_table_names=1."""


def rewrite(
    statement: Statement, conditions: Conditions, reader: StatementReader, *, is_there: bool
) -> tuple[bytes, list[RuleUse]]:
    """Return the statement to be sent, and the rules that changed or refuse it.

    `is_there` tells whether the dump has created the statement's database. The result is judged
    once more: a cut could join words that no rule saw together, such as DATA PAGE_CHECKSUM=1
    DIRECTORY='/etc'.

    Raises:
        UnreadableText: the result would need a change as well.
        TooManyTokens: it needs too many changes.
    """
    edits, refusal = _plan(statement, conditions, reader, is_there=is_there)
    if refusal is not None:
        return b"", [refusal]
    if not edits:
        return statement.text, []
    if len(edits) > _MOST_EDITS and not statement.rows_start:
        raise TooManyTokens(f"it needs more than {_MOST_EDITS:,} changes")
    sql = apply_edits(statement.text, edits)
    mode = conditions.mode
    sent = with_rows(parse_statement(sql, mode, conditions.profile.version_number), mode)
    if conditions.folds_names:
        sent = fold_names(sent)
    is_same = (sent.kind, sent.names) == (statement.kind, statement.names)
    if not is_same or _plan(sent, conditions, reader, is_there=is_there) != ([], None):
        raise UnreadableText("a rewrite of it would need another one")
    return sql, [describe_edit(edit, statement.text, f"{statement.name}: ") for edit in edits]


def _plan(
    statement: Statement, conditions: Conditions, reader: StatementReader, *, is_there: bool
) -> tuple[Sequence[Edit], RuleUse | None]:
    """Return the edits of a statement, and the rule that refuses it."""
    kind, mode = statement.kind, conditions.mode
    version = conditions.profile.version_number
    if statement.rows_start:
        edits, refusal = plan_value_edits(statement, mode, version)
        if not edits and refusal is None:
            refusal = find_computed_rows(statement, mode, version)
        return edits, refusal
    if kind not in DEFINITIONS:
        return [], None
    tokens = reader.read_tokens(statement.text, mode)
    if refusal := find_refusal(tokens, kind):
        detail = f"{statement.name}: {refusal.detail}" if refusal.detail else ""
        return [], RuleUse(refusal.rule, detail)
    if kind is Kind.DROP_DATABASE:
        return [] if is_there else plan_drop_edits(tokens), None
    edits = plan_definition_edits(
        tokens,
        kind,
        conditions.profile,
        mode,
        is_old=conditions.is_old,
        has_old_default=conditions.has_old_default,
    )
    return edits, None
