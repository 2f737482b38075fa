"""The judgement of one statement: executed, rewritten, skipped or refused, by which rule.

Pure. This is the only place that decides what of a dump reaches a server, and whoever
wants to know why a statement was changed starts here. Unknown statements are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rewound.dump import rules
from rewound.dump.assignments import CannotFollow, judge_set
from rewound.dump.definitions import (
    loads_a_program,
    plan_collation_edits,
    plan_program_edits,
    plan_table_edits,
)
from rewound.dump.session import Session
from rewound.dump.statement import Kind, Statement, parse_statement
from rewound.dump.target import SYSTEM_SCHEMAS, Target
from rewound.dump.tokens import UnreadableText, iter_tokens
from rewound.dump.verdict import Edit, RuleUse, Verdict, apply_edits, excerpt

_SKIPPED = {
    Kind.ACCOUNT: rules.ACCOUNTS,
    Kind.FLUSH: rules.FLUSH,
    Kind.REPLICATION: rules.REPLICATION_POSITION,
    Kind.UNKNOWN: rules.UNKNOWN_STATEMENT,
}
_PROGRAMS = frozenset(
    {Kind.CREATE_VIEW, Kind.CREATE_TRIGGER, Kind.CREATE_ROUTINE, Kind.CREATE_EVENT}
)
_OF_A_DATABASE = frozenset({Kind.CREATE_DATABASE, Kind.ALTER_DATABASE, Kind.DROP_DATABASE})
_NEEDS_NO_SCHEMA = _OF_A_DATABASE | {Kind.SET, Kind.USE, Kind.TRANSACTION, Kind.EMPTY}
_TABLE_DEFINITIONS = frozenset({Kind.CREATE_TABLE, Kind.ALTER_TABLE})


@dataclass(slots=True)
class Judge:
    """Judges the statements of one dump, in their order.

    Guards the session: what earlier statements have set, used and created.
    """

    target: Target
    default_schema: str | None = None
    """Where objects go that the dump names no database for."""
    session: Session = field(default_factory=Session)
    created_schemas: set[str] = field(default_factory=set)

    def judge(self, text: bytes, line: int) -> Verdict:
        """Return what becomes of a statement; afterwards `session` is as it leaves it."""
        mode = self.session.mode
        try:
            statement = parse_statement(text, mode, self.target.version_number)
            return self._judge(statement, line)
        except UnreadableText as error:
            use = RuleUse(rules.UNREADABLE, str(error))
        except CannotFollow as error:
            use = RuleUse(rules.UNKNOWN_SETTING, str(error))
        return Verdict(Statement(Kind.UNKNOWN, text), line, uses=(use,))

    def _judge(self, statement: Statement, line: int) -> Verdict:
        if statement.kind is Kind.SET:
            outcome = judge_set(statement, self.session, self.target.version_number)
            self.session = outcome.session
            sql = () if outcome.sql is None else (outcome.sql,)
            return Verdict(statement, line, sql, outcome.uses, self.session.schema)
        schema = self._schema_of(statement)
        rule = self._find_skip_rule(statement, schema)
        if rule is not None:
            if statement.kind is Kind.USE:
                self.session = replace(self.session, schema=schema)
            return Verdict(statement, line, uses=(RuleUse(rule, excerpt(statement.text, 80)),))
        if statement.kind is Kind.EMPTY:
            return Verdict(statement, line)
        return self._judge_executed(statement, line, schema)

    def _schema_of(self, statement: Statement) -> str | None:
        if statement.name is None:
            return self.session.schema
        if statement.kind is Kind.USE or statement.kind in _OF_A_DATABASE:
            return statement.name.name
        return statement.name.schema or self.session.schema

    def _find_skip_rule(self, statement: Statement, schema: str | None) -> rules.Rule | None:
        if rule := _SKIPPED.get(statement.kind):
            return rule
        if schema is not None and schema.lower() in SYSTEM_SCHEMAS:
            return rules.SYSTEM_SCHEMA
        if statement.kind is Kind.EMPTY and b"/*!" in statement.text:
            return rules.COMMENT_NOT_EXECUTED
        return None

    def _judge_executed(self, statement: Statement, line: int, schema: str | None) -> Verdict:
        prefix: list[bytes] = []
        uses: list[RuleUse] = []
        if schema is None and statement.kind not in _NEEDS_NO_SCHEMA:
            schema = self.default_schema
            if schema is None:
                use = RuleUse(rules.NO_DATABASE, "the dump has not said which database this is for")
                return Verdict(statement, line, uses=(use,))
            prefix.append(b"USE " + quote_name(schema))
            self.session = replace(self.session, schema=schema)
        if schema is not None and self._is_missing(schema, statement.kind):
            prefix.insert(0, b"CREATE DATABASE IF NOT EXISTS " + quote_name(schema))
            uses.append(RuleUse(rules.DATABASE_CREATED, schema))
        self._follow_schema(statement, schema)
        sql, refusal_or_uses = self._rewrite(statement)
        uses += refusal_or_uses
        if any(use.rule.effect is rules.Effect.REFUSE for use in uses):
            return Verdict(statement, line, uses=tuple(uses))
        return Verdict(statement, line, (*prefix, sql), tuple(uses), schema)

    def _is_missing(self, schema: str, kind: Kind) -> bool:
        return kind not in _OF_A_DATABASE and schema not in self.created_schemas

    def _follow_schema(self, statement: Statement, schema: str | None) -> None:
        if schema is None:
            return
        if statement.kind is Kind.DROP_DATABASE:
            self.created_schemas.discard(schema)
            if self.session.schema == schema:
                self.session = replace(self.session, schema=None)
        else:
            self.created_schemas.add(schema)
        if statement.kind is Kind.USE:
            self.session = replace(self.session, schema=schema)

    def _rewrite(self, statement: Statement) -> tuple[bytes, list[RuleUse]]:
        """Return the statement as it is to be sent, and the rules that changed it."""
        kind = statement.kind
        if kind not in _TABLE_DEFINITIONS | _OF_A_DATABASE | _PROGRAMS:
            return statement.text, []
        mode = self.session.mode
        tokens = list(iter_tokens(statement.text, mode, self.target.version_number))
        if kind is Kind.CREATE_ROUTINE and loads_a_program(tokens):
            return b"", [RuleUse(rules.LOADABLE_FUNCTION, str(statement.name))]
        if kind in _TABLE_DEFINITIONS:
            edits = plan_table_edits(tokens, self.target, mode)
        else:
            edits = plan_collation_edits(tokens, self.target, mode)
            if kind in _PROGRAMS:
                edits += plan_program_edits(tokens, kind)
        return apply_edits(statement.text, edits), _uses_of(edits, statement)


def quote_name(name: str) -> bytes:
    """Return an identifier as SQL, whatever is in it."""
    return b"`" + name.encode("utf-8", "surrogateescape").replace(b"`", b"``") + b"`"


def _uses_of(edits: Sequence[Edit], statement: Statement) -> list[RuleUse]:
    return [
        RuleUse(
            edit.rule, f"{statement.name}: {excerpt(statement.text[edit.start : edit.end], 60)}"
        )
        for edit in edits
    ]
