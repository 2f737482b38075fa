"""The verdict on one statement: executed, rewritten, skipped or refused, by which rule.

Pure. Only this module decides which statements reach a server; to find out why a statement was
changed, start here. Each change names its rule in the `Verdict`; the ledger counts it, and `up` and
`report` show it. Unknown statements are refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rewound.dump.definitions.known_tables import FOLLOWED, KnownTables
from rewound.dump.definitions.plan import STORED_OBJECTS, TABLES, is_loadable
from rewound.dump.definitions.table_options import read_auto_increment
from rewound.dump.judging.bulk_load import is_bulk_load_line
from rewound.dump.judging.comments import plan_comment_edits, with_comments
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.judging.known_inserts import KnownInserts
from rewound.dump.judging.known_schemas import NAMES_A_SCHEMA, KnownSchemas
from rewound.dump.judging.merge_tables import find_merge_refusal
from rewound.dump.judging.name_case import NameCase, fold_mentions, fold_names
from rewound.dump.judging.rewriting import Conditions, rewrite
from rewound.dump.judging.row_tests import RowTestFinder
from rewound.dump.judging.statement_reading import StatementReader
from rewound.dump.judging.zero_numbers import STORES_ITS_MODE, ZeroNumbers, ZeroPlan
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS, ServerProfile
from rewound.dump.rules.verdict import RuleUse, Verdict, apply_edits, excerpt, one_line
from rewound.dump.settings.assignments import CannotFollow
from rewound.dump.settings.session import INITIAL_SQL_MODE, DumpSession
from rewound.dump.settings.set_statement import SetJudge
from rewound.dump.text.mentions import Mentions, read_mentions
from rewound.dump.text.quoting import quote_name
from rewound.dump.text.splitter import RowTest
from rewound.dump.text.statement import Kind, Name, Statement
from rewound.dump.text.text_rows import TextRows
from rewound.dump.text.tokens import Token, TooManyTokens, UnreadableText

_NEVER_EXECUTED = {
    Kind.ACCOUNT: rules.ACCOUNTS,
    Kind.FLUSH: rules.FLUSH,
    Kind.MAINTENANCE: rules.TABLE_MAINTENANCE,
    Kind.UNKNOWN: rules.UNKNOWN_STATEMENT,
}
_LOAD_DATA = b"LOAD DATA"
"""What is sent, in short: which columns a file of rows states is known to the server only."""
_EXCERPT_LENGTH = 80
LONGEST_DEFINITION_BYTES = 4 << 20
"""The limit for a statement without rows. Its tokens are kept in memory, at 150 bytes each; the
definition of a table with 8,192 partitions has 0.6 MB of text.
"""
_READS_FILE = re.compile(rb"(?:source\s|\\\.)", re.IGNORECASE)
"""The two spellings of the client command that continues with another file."""
_STATES_ROWS = re.compile(rb"(?:/\*!\d*\s*)?(?:INSERT|REPLACE)\b", re.IGNORECASE)


@dataclass(slots=True)
class Judge:
    """Judges the statements of one dump, in their order.

    Guards the session: what earlier statements have set, selected and created.
    """

    profile: ServerProfile
    default_schema: str | None = None
    """The database for objects for which the dump names none."""
    dump_filter: DumpFilter = DumpFilter()  # noqa: RUF009 - frozen value
    """The part of the dump to restore."""
    allowed: frozenset[str] = frozenset()
    """The names of the rules that the user allows."""
    source_is_old: bool = False
    """Whether the dumped server was MySQL before 8.0 or MariaDB, according to the dump."""
    session: DumpSession = field(default_factory=DumpSession)
    schemas: KnownSchemas = field(default_factory=KnownSchemas)
    """The databases of the dump."""
    tables: KnownTables = field(default_factory=KnownTables)
    """What is known about the tables that the dump has created."""
    _row_tests: RowTestFinder = field(init=False)
    _inserts: KnownInserts = field(init=False)
    _sets: SetJudge = field(init=False)
    _zeros: ZeroNumbers = field(init=False)
    _switch: bytes | None = None
    _name_case: NameCase = field(default_factory=NameCase)
    _folds_names: bool = field(init=False)
    _reader: StatementReader = field(init=False)

    def __post_init__(self) -> None:
        self._reader = StatementReader(self.profile.version_number)
        self._row_tests = RowTestFinder(self.tables)
        self._inserts = KnownInserts(self.tables)
        self._sets = SetJudge(self.profile)
        self._zeros = ZeroNumbers(self._inserts)
        self._folds_names = self.tables.folds_names = self.profile.lower_case_table_names == 1

    def judge(self, text: bytes, line: int, masked_text: bytes | None = None) -> Verdict:
        """Return the verdict on a statement; afterwards `session` is as the statement leaves it.

        `masked_text` is that of the statement, if known: see `rewound.dump.text.masked_text`.
        """
        if len(text) > LONGEST_DEFINITION_BYTES and not _STATES_ROWS.match(text):
            use = RuleUse(rules.TOO_LONG, f"it has {len(text):,} bytes but no rows")
            return Verdict(Statement(Kind.UNKNOWN, text), line, uses=(use,))
        try:
            edits = []
            # Most of a dump's text is inside strings, which contain no comments.
            if b"/*!" in (text if masked_text is None else masked_text):
                edits = plan_comment_edits(text, self.session.mode, self.profile.version_number)
            parsed = (apply_edits(text, edits), None) if edits else (text, masked_text)
            if _READS_FILE.match(text):
                use = RuleUse(rules.OTHER_FILE, "the rest of the dump is in another file")
                return Verdict(Statement(Kind.UNKNOWN, text), line, uses=(use,))
            verdict = self._judge(self._reader.read(*parsed, self.session.mode), line)
            return with_comments(verdict, text, edits) if edits else verdict
        except UnreadableText as error:
            use = RuleUse(rules.UNREADABLE, str(error))
        except CannotFollow as error:
            use = RuleUse(rules.UNKNOWN_SETTING, str(error))
        except TooManyTokens as error:
            use = RuleUse(rules.TOO_LONG, str(error))
        return Verdict(Statement(Kind.UNKNOWN, text), line, uses=(use,))

    def set_source(self, server_version: str) -> None:
        """Record the version of the dumped server."""
        self.session = self.schemas.set_source(server_version, self.session)

    def begin_next_dump(self) -> None:
        """Forget the session: the next dump was written for its own session."""
        self.session = DumpSession()
        self.default_schema = None
        self.schemas.begin_next_dump()

    def _read_tokens(self, text: bytes) -> Sequence[Token]:
        return self._reader.read_tokens(text, self.session.mode)

    def _judge(self, statement: Statement, line: int) -> Verdict:
        if statement.kind in (Kind.SET, Kind.UNKNOWN) and self._is_bulk_load_line(statement):
            detail = excerpt(statement.text, _EXCERPT_LENGTH)
            return Verdict(statement, line, uses=(RuleUse(rules.ROCKSDB_BULK_LOAD, detail),))
        if statement.kind is Kind.SET:
            outcome = self._sets.judge(statement, self.session)
            zero = self._plan_zero(statement, None)
            self.session = outcome.session
            sql = () if outcome.sql is None else (*zero.before, outcome.sql)
            uses = (*zero.uses, *outcome.uses)
            return Verdict(statement, line, sql, uses, self.session.schema)
        written = statement
        if self._folds_names:
            statement = fold_names(statement)
        schemas = self._schemas_of(statement)
        if use := self._find_skip(statement, schemas):
            if statement.kind is Kind.USE:
                self.session = replace(self.session, schema=schemas[0])
            return Verdict(statement, line, uses=(use,))
        if statement.kind is Kind.EMPTY:
            return Verdict(statement, line)
        verdict = self._judge_executed(statement, line, schemas)
        return self._note_case(verdict, written, schemas) if verdict.sql else verdict

    def _note_case(
        self, verdict: Verdict, written: Statement, schemas: Sequence[str | None]
    ) -> Verdict:
        """Return the verdict, with what its names show about lower_case_table_names."""
        tokens: Sequence[Token] = []
        if verdict.kind in STORED_OBJECTS | TABLES:
            tokens = self._read_tokens(written.text)
        known = [schema or "" for schema in schemas]
        found = self._name_case.follow(written, known, tokens, self.session.mode, verdict.line)
        if found is None:
            return verdict
        return replace(verdict, uses=(*verdict.uses, RuleUse(rules.NAMES_FOLDED, found)))

    def judge_rows(self, table: str, rows: TextRows) -> Verdict:
        """Return the verdict on rows of a text file for a table of the default schema."""
        statement = Statement(Kind.LOAD_DATA, rows.text, (Name(None, table),), rows=rows.rows)
        if self._folds_names:
            statement = fold_names(statement)
        schemas = self._schemas_of(statement)
        if rows.is_cut_off:
            use = RuleUse(rules.CUT_OFF, "the file ends inside of this row")
        elif None in schemas:
            use = RuleUse(rules.NO_DATABASE, "nothing names the database of its table")
        elif found := self._find_skip(statement, schemas):
            use = RuleUse(found.rule, f"{schemas[0]}.{table}: its file of rows")
        else:
            return Verdict(statement, rows.line, (_LOAD_DATA,), schema=schemas[0])
        return Verdict(statement, rows.line, uses=(use,))

    def finish(self) -> Verdict | None:
        """Return a refusal that becomes certain only at the end of the dump, if there is one."""
        if (found := self._name_case.finish()) is None:
            return None
        line, detail = found
        use = RuleUse(rules.NAMES_FOLDED, detail)
        return Verdict(Statement(Kind.EMPTY, b""), line, uses=(use,))

    def _find_skip(self, statement: Statement, schemas: Sequence[str | None]) -> RuleUse | None:
        """Return the rule that skips a statement because of what it concerns."""
        if use := _find_skip(statement, schemas):
            return use
        names = [(known, name.name) for known, name in _known(schemas, statement)]
        if not self.dump_filter.has(statement.kind, names):
            rule = rules.NOT_SELECTED
        elif statement.kind is Kind.MARIADB_OBJECT:
            is_allowed = rules.OBJECT_LOST.name in self.allowed
            rule = rules.OBJECT_LOST if is_allowed else rules.MARIADB_ONLY
        else:
            return None
        return RuleUse(rule, excerpt(statement.text, _EXCERPT_LENGTH))

    def _is_bulk_load_line(self, statement: Statement) -> bool:
        try:
            return is_bulk_load_line(statement.text, self.session.mode, self.profile.version_number)
        except UnreadableText:
            return False

    def _schemas_of(self, statement: Statement) -> list[str | None]:
        """Return the schema of each of the statement's names; None if it is unknown."""
        current = self.session.schema or self.default_schema
        if current is not None and self._folds_names:
            current = current.lower()
        if statement.kind in NAMES_A_SCHEMA:
            return [statement.name.name if statement.name else current]
        return [name.schema or current for name in statement.names]

    def _judge_executed(
        self, statement: Statement, line: int, schemas: Sequence[str | None]
    ) -> Verdict:
        if None in schemas:
            use = RuleUse(rules.NO_DATABASE, "the dump has not named a database for it")
            if is_loadable(self._read_tokens(statement.text), statement.kind):
                use = RuleUse(rules.LOADABLE_FUNCTION)
            return Verdict(statement, line, uses=(use,))
        schema = schemas[0] if schemas else None
        if refused := find_merge_refusal(statement, schema, self.tables, self.profile):
            return Verdict(statement, line, uses=(refused,))
        late, self.session = self.schemas.find_old_default(statement, schema, self.session)
        sql, rewrites = self._rewrite(statement, is_there=schema in self.schemas.created)
        # A refused statement leaves the session unchanged.
        if any(use.rule.effect is rules.Effect.REFUSE for use in rewrites):
            return Verdict(statement, line, uses=tuple(rewrites))
        prefix, uses, self.session = self.schemas.enter(statement, schema, self.session)
        prefix += late
        self.session = self.schemas.follow(statement, schema, self.session)
        auto_increment, mentions = self._look_through(statement, schemas)
        uses += self._find_zone_assumed(statement, schema)
        if any(use.rule is rules.OR_REPLACE for use in rewrites):
            prefix.append(self._drop_table(statement.names[0]))
        zero = self._plan_zero(statement, schema)
        verdict = Verdict(
            statement,
            line,
            (*prefix, *zero.before, sql),
            (*uses, *zero.uses, *rewrites),
            self.session.schema,
            auto_increment,
            mentions,
        )
        if not statement.rows_start or schema is None:
            return verdict
        version = self.profile.version_number
        return self._inserts.with_values(verdict, schema, self.session, version)

    def _find_zone_assumed(self, statement: Statement, schema: str | None) -> list[RuleUse]:
        """Return the rule for times that are in a zone that the dump does not name."""
        if self.session.sets_time_zone or schema is None:
            return []
        if statement.kind is Kind.CREATE_EVENT:
            return [RuleUse(rules.ZONE_ASSUMED, f"event {statement.name}")]
        if statement.kind not in TABLES:
            return []
        table = self.tables.find((schema, statement.names[0].name))
        is_new = statement.kind is Kind.CREATE_TABLE or b"TIMESTAMP" in statement.text.upper()
        if table is None or not table.has_timestamps or not is_new:
            return []
        return [RuleUse(rules.ZONE_ASSUMED, str(statement.name))]

    def _look_through(
        self, statement: Statement, schemas: Sequence[str | None]
    ) -> tuple[int | None, Mentions]:
        """Follow a statement's tables; return its AUTO_INCREMENT and the other tables in it."""
        kind = statement.kind
        if kind is Kind.DROP_DATABASE and schemas[0] is not None:
            self.tables.drop_schema(schemas[0])
        mode = self.session.mode
        tokens: Sequence[Token] = []
        if kind in TABLES or kind is Kind.CREATE_TRIGGER:
            tokens = self._read_tokens(statement.text)
        if kind in FOLLOWED:
            keys = [(known, name.name) for known, name in _known(schemas, statement)]
            engine = self.session.storage_engine
            self.tables.follow(kind, keys, tokens, mode, default_engine=engine)
        next_number = read_auto_increment(tokens, kind, mode) if kind in TABLES else None
        mentions = read_mentions(tokens, kind, mode)
        return next_number, fold_mentions(mentions) if self._folds_names else mentions

    def _plan_zero(self, statement: Statement, schema: str | None) -> ZeroPlan:
        """Return how a 0 for an AUTO_INCREMENT is sent, and the session that this requires."""
        name = statement.name
        key = None if schema is None or name is None else (schema, name.name)
        plan = self._zeros.plan(statement, key, self.session, self.profile.version_number)
        keeps = plan.keeps_zero
        before = self.session.sent_sql_mode
        if keeps is not None and not self.session.keeps_zero:
            self.session = replace(self.session, adds_zero_mode=keeps)
        takes = statement.kind in STORES_ITS_MODE and self.session.sql_mode == INITIAL_SQL_MODE
        if takes != self.session.adds_zero_dates:
            self.session = replace(self.session, adds_zero_dates=takes)
        if (after := self.session.sent_sql_mode) != before:
            self._switch = b"SET SESSION sql_mode = '%b'" % after.encode()
        return plan

    def take_switch(self, line: int) -> Verdict | None:
        """Return the statements to execute before the last verdict, to prepare its session."""
        sql, self._switch = self._switch, None
        if sql is None:
            return None
        return Verdict(Statement(Kind.SET, sql), line, (sql,), schema=self.session.schema)

    def find_row_test(self, head: bytes) -> RowTest | None:
        """Return the test for rows of an INSERT that may be regrouped into other statements."""
        schema = self.session.schema or self.default_schema
        return self._row_tests.find(head, self.session, schema, self.profile.version_number)

    def _quote(self, name: str) -> bytes:
        return quote_name(name, self.session.mode.encoding)

    def _drop_table(self, name: Name) -> bytes:
        qualifier = b"" if name.schema is None else self._quote(name.schema) + b"."
        return b"DROP TABLE IF EXISTS " + qualifier + self._quote(name.name)

    def _rewrite(self, statement: Statement, *, is_there: bool) -> tuple[bytes, list[RuleUse]]:
        conditions = Conditions(
            self.profile,
            self.session.mode,
            is_old=self.source_is_old,
            has_old_default=self.session.utf8mb4_collation is not None,
            folds_names=self._folds_names,
        )
        return rewrite(statement, conditions, self._reader, is_there=is_there)


def _find_skip(statement: Statement, schemas: Sequence[str | None]) -> RuleUse | None:
    """Return the rule that skips a statement because of what it concerns."""
    kind = statement.kind
    if kind is Kind.REPLICATION:
        return RuleUse(rules.REPLICATION_POSITION, one_line(statement.text))
    rule = _NEVER_EXECUTED.get(kind)
    if kind is Kind.EMPTY and b"/*!" in statement.text:
        rule = rules.COMMENT_NOT_EXECUTED
    if any(schema is not None and schema.lower() in SYSTEM_SCHEMAS for schema in schemas):
        rule = rules.SYSTEM_SCHEMA
    return None if rule is None else RuleUse(rule, excerpt(statement.text, _EXCERPT_LENGTH))


def _known(schemas: Sequence[str | None], statement: Statement) -> Iterator[tuple[str, Name]]:
    """Yield (schema, name) for the names whose schema is known."""
    for schema, name in zip(schemas, statement.names, strict=False):
        if schema is not None:
            yield schema, name
