"""The verdict on each statement of a log: by the judge of dumps, in the session of the log.

Pure. Servers log statements that no dump has; each becomes one that the judge knows: RENAME TABLE
and DROP INDEX are ALTER TABLE, ALTER VIEW is CREATE OR REPLACE VIEW, and CREATE TABLE … SELECT is
logged as CREATE TABLE with its rows behind. What the judge does not know is refused.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.query import Query, read_query
from rewound.binlog.events.table_map import TableName
from rewound.dump.definitions.plan import FILLS_TABLE
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.judging.judge import Judge
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS, ServerProfile
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import RuleUse, Verdict, excerpt
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.nesting import split_at_commas
from rewound.dump.text.quoting import quote_name
from rewound.dump.text.statement import Kind, Statement
from rewound.dump.text.tokens import Token, UnreadableText, iter_tokens
from rewound.replay import log_rules
from rewound.replay.log_selection import LogSelection
from rewound.replay.logged_statements import examine, iter_preparations
from rewound.replay.mariadb_statements import translate, without_existence
from rewound.replay.session_statements import (
    LogServer,
    depends_on_host_zone,
    find_collation,
    find_default_collation,
    iter_session_statements,
)

_ALTERED_OBJECT = re.compile(
    rb"ALTER\s+(?:DEFINER\s*=\s*\S+\s+)?(?:EVENT|PROCEDURE|FUNCTION)\s", re.IGNORECASE
)
_TEMPORARY = re.compile(rb"DROP\s+(?:/\*!\d*\s+)?TEMPORARY\s", re.IGNORECASE)
_SKIPPED = (
    (_TEMPORARY, log_rules.LOG_TEMPORARY_TABLE),
    (_ALTERED_OBJECT, log_rules.LOG_ALTERED_OBJECT),
)
_COMMENT = re.compile(rb"(?:\s|/\*(?!!).*?\*/)+", re.DOTALL)
_CHANGES_ROWS = frozenset({Kind.INSERT, Kind.REPLACE, Kind.DELETE})
_SESSIONS = frozenset({Kind.SET, Kind.USE, Kind.LOCK, Kind.UNLOCK, Kind.TRANSACTION})
_NEEDS_DATABASE = frozenset({rules.DATABASE_CREATED, rules.NO_DATABASE})
_RENAME, _DROP_INDEX = ("RENAME", "TABLE"), ("DROP", "INDEX")


class JudgedChange(NamedTuple):
    """What is executed for a statement that changes rows."""

    verdicts: list[Verdict]
    """Those on its session's settings first."""
    names: frozenset[str]
    """Everything in it that may be a name, in lower case."""


class LogJudge:
    """Judges the statements of one server's logs, in their order."""

    def __init__(
        self,
        profile: ServerProfile,
        server: LogServer,
        *,
        schemas: Iterable[str],
        dump_filter: DumpFilter,
        allowed: frozenset[str],
    ) -> None:
        """Begin with a server that has these schemas."""
        self._server = server
        self._filter = dump_filter
        self.replays_statements = log_rules.STATEMENT_REPLAYED.name in allowed
        """Whether changes that are logged as statements are executed."""
        self._selection = LogSelection(dump_filter, profile.version_number)
        self._judge = Judge(profile, dump_filter=dump_filter, allowed=allowed)
        self._judge.schemas.created.update(schemas)
        self._judge.set_source(server.version)
        self._old_default = self._judge.session.utf8mb4_collation
        self._default = profile.default_collations.get("utf8mb4")
        self.server_version = profile.version_number
        """Of the server that replays."""

    def has_rows_of(self, table: TableName) -> bool:
        """Tell whether the rows of a table are replayed."""
        return table.schema.lower() not in SYSTEM_SCHEMAS and self._filter.has_table(*table)

    def find_charset(self, collation: int) -> str | None:
        """Return the character set of a collation of the log; None if it is not known."""
        known = find_collation(collation, self._server)
        return None if known is None else known[1]

    def name_rule(self, table: TableName) -> RuleUse:
        """Return the rule by which rows of a table are not replayed."""
        is_system = table.schema.lower() in SYSTEM_SCHEMAS
        return RuleUse(rules.SYSTEM_SCHEMA if is_system else rules.NOT_SELECTED, f"rows of {table}")

    def judge(self, query: Query, *, at_s: int, position: int) -> list[Verdict]:
        """Return the verdicts on a statement, those on its session's settings first.

        `at_s` is the second in which it began; `position` takes the place of the line.

        Raises:
            MalformedEvent: its session cannot be made.
        """
        text = _COMMENT.sub(b"", query.text, count=1) if query.text[:1] in b" \t\n/" else query.text
        for skipped, rule in _SKIPPED:
            if skipped.match(text):
                use = RuleUse(rule, excerpt(text))
                return [Verdict(Statement(Kind.EMPTY, text), position, uses=(use,))]
        verdicts = self._begin(query, at_s, position)
        text, noted = self._plain(text)
        if depends_on_host_zone(query):
            noted.append(RuleUse(log_rules.LOG_HOST_ZONE, excerpt(text)))
        is_rename = text[:6].upper() == b"RENAME"
        for statement in self._translate(text):
            session = self._judge.session
            narrowed = self._selection.narrow(statement, session.mode, session.schema)
            if isinstance(narrowed, RuleUse):
                parsed = Statement(Kind.UNKNOWN, statement)
                return [*verdicts, Verdict(parsed, position, uses=(narrowed,))]
            verdict = self._judge.judge(narrowed, position)
            if (switch := self._judge.take_switch(position)) is not None:
                verdicts.append(switch)
            verdict = _only_definitions(verdict)
            if is_rename and verdict.sql[-1:] == (narrowed,):
                verdict = replace(verdict, sql=(*verdict.sql[:-1], _as_rename(narrowed)))
            if verdict.sql:
                verdict = replace(verdict, uses=(*verdict.uses, *noted))
            verdicts.append(verdict)
        return verdicts

    def judge_change(
        self, query: Query, preparations: Sequence[LogEvent], *, at_s: int, position: int
    ) -> JudgedChange:
        """Return the verdicts on a statement that changes rows, as `judge` does.

        `preparations` are the events before it that say what it finds.

        Raises:
            MalformedEvent: its session cannot be made.
        """
        verdicts = self._begin(query, at_s, position, is_definition=False)
        statement = Statement(Kind.UNKNOWN, query.text)
        mode = self._judge.session.mode
        try:
            hazard, names = examine(iter_tokens(query.text, mode, self.server_version), mode)
        except UnreadableText as error:
            hazard, names = f"it cannot be read: {error}", frozenset()
        if not self._filter.is_all:
            hazard = f"with {self._filter}, other tables that it uses may not be here"
        elif query.error:
            hazard = f"it failed on the source (error {query.error})"
        elif query.schema and query.schema not in self._judge.schemas.created:
            hazard = f"its database {query.schema} is not here"
        if hazard is not None:
            use = RuleUse(log_rules.LOG_STATEMENT, hazard)
            return JudgedChange([Verdict(statement, position, uses=(use,))], names)
        sql = (*iter_preparations(preparations, self._server), query.text)
        noted = [RuleUse(log_rules.STATEMENT_REPLAYED, excerpt(query.text))]
        if depends_on_host_zone(query):
            noted.append(RuleUse(log_rules.LOG_HOST_ZONE, excerpt(query.text)))
        verdicts.append(Verdict(statement, position, sql, tuple(noted)))
        return JudgedChange(verdicts, names)

    def find_change_refusal(self, event: LogEvent) -> RuleUse | None:
        """Return why the statement of a QUERY event is refused even if changes are executed.

        Raises:
            MalformedEvent: it is none, or its session cannot be made.
        """
        query = read_query(event)
        change = self.judge_change(query, (), at_s=event.at_s, position=event.position)
        return next((each.refusal for each in change.verdicts if each.refusal is not None), None)

    def _begin(
        self, query: Query, at_s: int, position: int, *, is_definition: bool = True
    ) -> list[Verdict]:
        """Begin the session of a statement; return what makes it."""
        collation = find_default_collation(query, self._server) or self._old_default
        self._judge.session = DumpSession(
            utf8mb4_collation=None if collation == self._default else collation
        )
        verdicts = [
            self._judge.judge(statement, position)
            for statement in iter_session_statements(
                query, at_s, self._server, is_definition=is_definition
            )
        ]
        return [*verdicts, *self._enter(query.schema, position)]

    def _enter(self, schema: str, position: int) -> Iterator[Verdict]:
        """Select the default database, if it exists here."""
        if schema not in self._judge.schemas.created:
            return
        session = self._judge.session
        self._judge.session = replace(session, schema=schema, sets_time_zone=True)
        sql = b"USE " + quote_name(schema, session.mode.encoding)
        yield Verdict(Statement(Kind.USE, sql), position, (sql,), schema=schema)

    def _plain(self, text: bytes) -> tuple[bytes, list[RuleUse]]:
        """Return a statement without what only MariaDB or a log has, and the rules for that."""
        text = self._without_rows_behind(text)
        if self._server.is_mariadb and b"EXISTS" in text.upper():
            plain = without_existence(text, self._read(text))
            if plain is not None:
                return plain, [RuleUse(log_rules.LOG_IF_EXISTS, excerpt(text))]
        return text, []

    def _without_rows_behind(self, text: bytes) -> bytes:
        """Return a CREATE TABLE … SELECT, as it is logged, without START TRANSACTION."""
        if b"TRANSACTION" not in text.upper() or text[:6].upper() != b"CREATE":
            return text
        tokens = self._read(text)
        for first, second in reversed([*pairwise(tokens)]):
            if (first.word, second.word) == ("START", "TRANSACTION"):
                return text[: first.start].rstrip() + text[second.end :]
        return text

    def _read(self, text: bytes) -> list[Token]:
        """Return the tokens of a statement; none of one that cannot be read."""
        try:
            return list(iter_tokens(text, self._judge.session.mode, self.server_version))
        except UnreadableText:
            return []

    def _translate(self, text: bytes) -> list[bytes]:
        """Return the statements, of the kinds that dumps have, that do what this one does."""
        tokens = self._read(text)
        if not tokens:
            return [text]  # the judge says why
        if self._server.is_mariadb and (translated := translate(text, tokens)) != [text]:
            return translated
        words = tuple(token.word for token in tokens[:2])
        if words == _RENAME or words == ("RENAME", "TABLES"):
            return [_rename(text, part) for part in split_at_commas(tokens[2:])]
        if words == _DROP_INDEX:
            return [_drop_index(text, tokens)]
        if words[:1] == ("ALTER",) and any(token.word == "VIEW" for token in tokens[:20]):
            first = tokens[0]
            if not any(token.word in ("TABLE", "DATABASE", "SCHEMA") for token in tokens[:2]):
                return [text[: first.start] + b"CREATE OR REPLACE" + text[first.end :]]
        return [text]


def _only_definitions(verdict: Verdict) -> Verdict:
    """Return a verdict, or a refusal if the statement is not one without rows that servers log."""
    rule: Rule | None = None
    if verdict.kind in _CHANGES_ROWS and verdict.sql:
        rule = log_rules.LOG_STATEMENT
    elif verdict.kind in _SESSIONS and not verdict.uses:
        rule = log_rules.LOG_SESSION
    elif (refusal := verdict.refusal) is not None and refusal.detail.endswith(FILLS_TABLE):
        rule = log_rules.LOG_STATEMENT  # CREATE TABLE … SELECT in the format STATEMENT
    elif any(use.rule in _NEEDS_DATABASE for use in verdict.uses):
        rule = log_rules.LOG_DATABASE_MISSING
    if rule is None:
        return verdict
    return replace(verdict, sql=(), uses=(RuleUse(rule),))


def _rename(text: bytes, part: Sequence[Token]) -> bytes:
    """Return `old TO new` as ALTER TABLE; anything else as it is, which the judge refuses."""
    at = next((place for place, token in enumerate(part) if token.word == "TO"), 0)
    if not 0 < at < len(part) - 1:
        return text
    old = text[part[0].start : part[at - 1].end]
    new = text[part[at + 1].start : part[-1].end]
    return b"ALTER TABLE " + old + b" RENAME TO " + new


def _as_rename(alter: bytes) -> bytes:
    """Return the RENAME TABLE that was judged as ALTER TABLE: it takes views as well."""
    old, _, new = alter.removeprefix(b"ALTER TABLE").rpartition(b" RENAME TO ")
    return b"RENAME TABLE" + old + b" TO " + new


def _drop_index(text: bytes, tokens: Sequence[Token]) -> bytes:
    """Return `DROP INDEX name ON table` as ALTER TABLE; with options as it is."""
    at = next((place for place, token in enumerate(tokens) if token.word == "ON"), 0)
    if at != 3:
        return text
    end = next(
        (p for p in range(at + 1, len(tokens)) if tokens[p].word in ("ALGORITHM", "LOCK")),
        len(tokens),
    )
    table = text[tokens[at + 1].start : tokens[end - 1].end]
    name = text[tokens[2].start : tokens[2].end]
    return b"ALTER TABLE " + table + b" DROP INDEX " + name
