"""A dump from its first byte to its last: pieces, verdicts, and its header.

Pure: chunks in, verdicts out. It connects the splitter to the judge, because the settings in a
statement decide how the following text is read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rewound.dump.definitions.plan import STORED_OBJECTS
from rewound.dump.file.header import (
    IDLE_COMMENT,
    Header,
    are_whole,
    opens_dump,
    read_comment,
    read_statement,
)
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.judging.judge import Judge
from rewound.dump.judging.table_history import TableHistory
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import RuleUse, Verdict, excerpt
from rewound.dump.settings.session import NEW_SESSION, DumpSession
from rewound.dump.settings.transaction import Transaction
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.masked_text import find_in_strings
from rewound.dump.text.splitter import LONGEST_STATEMENT_BYTES, Piece, PieceKind, Splitter
from rewound.dump.text.statement import Kind, Statement
from rewound.dump.text.statement_parser import find_drop_end
from rewound.dump.text.text_rows import split_rows

_WITH_BODIES = STORED_OBJECTS - {Kind.CREATE_VIEW}
"""What MySQL stores with its text as it is written."""
_WARNING = re.compile(
    rb"(?i:warning: )|(?:[A-Za-z]:)?[^\n:]*: "
    rb"(?:\[(?:Warning|Note)\]|(?i:warning|note|ignoring )|Deprecated"
    rb"|Error: [^\n]* when trying to dump (?:tablespaces|masking policies)\s*\Z)"
)
"""Warnings of dump programs about complete dumps. Tablespaces and masking policies belong to the
server, not to a database.

Source: mysqldump of MySQL 5.7 to 9.7; it continues after both and exits with code 0.
"""
_SAYS_LITTLE = frozenset(
    {Kind.EMPTY, Kind.UNKNOWN, Kind.USE, Kind.TRANSACTION, Kind.FLUSH, Kind.ACCOUNT}
)
"""Kinds that text other than SQL may resemble: `use strict;`, `begin;`, `grant {…};`."""
_ONE_WORD = frozenset({Kind.SET, Kind.INSERT, Kind.REPLACE, Kind.DELETE, Kind.TRUNCATE})
"""Kinds that one word begins, so only a complete statement shows that SQL was meant."""
_NOT_SHOWN = b"(not shown: nothing so far shows that this file is a dump)"

_MOST_DROPS = 1000
"""The limit in one piece of text; dumps write one before each object that they create."""
_CHANGES_NOTHING = frozenset(
    {Kind.SET, Kind.EMPTY, Kind.TRANSACTION, Kind.UNLOCK, Kind.FLUSH}
    | {Kind.USE, Kind.CREATE_DATABASE}
)
"""Statements that may precede or follow a proven dump, such as a USE written by hand."""


class Script:
    """The statements of one dump, judged for one profile.

    `header`, `headers` and `statements` grow while the verdicts are drawn.
    """

    def __init__(
        self,
        profile: ServerProfile,
        *,
        schema: str | None = None,
        dump_filter: DumpFilter | None = None,
        allowed: frozenset[str] = frozenset(),
        regroup: bool = True,
    ) -> None:
        """Keep statements verbatim, or with `regroup` combine INSERTs into larger pieces."""
        self.headers = [Header()]
        """One for each dump in the file; usually one."""
        self.statements = 0
        self.profile = profile
        self._schema = schema
        self._judge = Judge(
            profile, default_schema=schema, dump_filter=dump_filter or DumpFilter(), allowed=allowed
        )
        mode = self._judge.session.mode
        row_tests = self._judge.find_row_test if regroup else None
        self._splitter = Splitter(mode, row_tests=row_tests, idle_comment=IDLE_COMMENT)
        self._transaction = Transaction()
        self._is_sql = False
        self._tables = TableHistory()
        self._begins_first_part = True
        self._part_schema: str | None = None
        self._last_line = 0
        self.first_line = 1
        """The line that the file begins on which is read, or is to be read next."""

    @property
    def header(self) -> Header:
        """The header of the dump that is being read."""
        return self.headers[-1]

    @header.setter
    def header(self, header: Header) -> None:
        self.headers[-1] = header

    @property
    def is_whole(self) -> bool | None:
        """Whether every dump in the file has its closing line; None if that is unproven."""
        return are_whole(self.headers)

    @property
    def schemas(self) -> frozenset[str]:
        """The databases that exist after the statements so far."""
        return frozenset(self._judge.schemas.created)

    @property
    def session(self) -> DumpSession:
        """The dump's session after the last verdict."""
        return self._judge.session

    def iter_verdicts(self, chunks: Iterable[bytes]) -> Iterator[Verdict]:
        """Yield one verdict for each statement, in the dump's order, refusals included."""
        yield from self.iter_part(chunks)
        yield from self.finish()

    def begin_part(self, name: str | None, database: str | None) -> Iterator[Verdict]:
        """Begin a file of a dump; `name` is that of one of several.

        `database` is that of everything in it that names none.
        """
        if self._begins_first_part:
            self._begins_first_part = False
        else:
            yield from self._end_transaction()
            line = self._last_line + 1
            yield self._open_next(line, RuleUse(rules.PART_FOLLOWS))
            self._splitter.forget_delimiter()
            self.first_line = line
        if name is not None:
            self._tables.begin_next_dump(f"file {name}")
        if self._schema is None and database is not None:
            self._judge.default_schema = self._part_schema = database

    def iter_part(self, chunks: Iterable[bytes]) -> Iterator[Verdict]:
        """Yield the verdicts on one file, or on the whole dump if that is one."""
        for piece in self._splitter.iter_pieces(chunks, first_line=self.first_line):
            match piece.kind:
                case PieceKind.COMMENT:
                    yield from self._read_comment(piece)
                case PieceKind.STATEMENT:
                    yield from self._judge_piece(piece)
                    self._splitter.mode = self._judge.session.mode
                case PieceKind.TOOL_LINE:
                    yield _judge_tool_line(piece)
                case PieceKind.UNFINISHED:
                    yield self._judge_unfinished(piece)
        self._last_line = self._splitter.line

    def iter_rows(self, table: str, chunks: Iterable[bytes]) -> Iterator[Verdict]:
        """Yield the verdicts on a file of rows of one table, which holds nothing else."""
        self.header = replace(self.header, holds_rows=True)
        self._last_line = self.first_line
        for rows in split_rows(chunks, first_line=self.first_line, longest=LONGEST_STATEMENT_BYTES):
            self.statements += 1
            self._last_line = rows.line + rows.text.count(b"\n")
            yield self._note_statement(self._judge.judge_rows(table, rows))

    def finish(self) -> Iterator[Verdict]:
        """Yield the verdicts that are certain only at the end of the dump."""
        if (last := self._judge.finish()) is not None:
            yield last
        yield from self._end_transaction()

    def _end_transaction(self) -> Iterator[Verdict]:
        if self._transaction.line is not None:
            yield _judge_open_transaction(self._transaction.line)

    def _judge_piece(self, piece: Piece) -> Iterator[Verdict]:
        """Judge the statements of one piece; only a DROP can be followed by another."""
        text, line, masked_text = piece.text, piece.line, piece.masked_text
        start = 0
        for _ in range(_MOST_DROPS):
            end = self._find_drop_end(text, start)
            if end < 0:
                break
            self.statements += 1
            yield self._note_statement(self._judge.judge(text[start:end], line))
            line += text.count(b"\n", start, end)
            start, masked_text = end + 1, None
            while text[start : start + 1].isspace():
                line += text[start] == ord("\n")
                start += 1
        text = text[start:]
        self.statements += piece.statements
        verdict = self._judge.judge(text, line, masked_text)
        if (switch := self._judge.take_switch(line)) is not None:
            yield switch
        yield self._note_statement(_note_piece(verdict, piece, self._judge.session.mode))

    def _find_drop_end(self, text: bytes, start: int) -> int:
        version = self.profile.version_number
        return find_drop_end(text, self._judge.session.mode, version, start=start)

    def _note_statement(self, verdict: Verdict) -> Verdict:
        if verdict.kind not in _CHANGES_NOTHING:
            self.header = read_statement(self.header)
        self._transaction = self._transaction.follow(
            verdict, self._judge.session, self.profile.version_number
        )
        self._is_sql = self._is_sql or _shows_sql(verdict)
        verdict = self._follow_tables(verdict)
        refusal = None if self._is_sql else verdict.refusal
        return verdict if refusal is None else _without_text(verdict, RuleUse(refusal.rule))

    def _follow_tables(self, verdict: Verdict) -> Verdict:
        """Return the verdict, or a refusal because of the tables that exist."""
        if verdict.refusal is not None:
            self._tables.lose_track()
            return verdict
        if not verdict.sql:
            return verdict
        statement = verdict.statement
        if verdict.kind is Kind.DROP_DATABASE and statement.name is not None:
            refusal = self._tables.find_lost_database(statement.name.name)
            self._tables.drop_database(statement.name.name)
        else:
            keys = [(name.schema or verdict.schema or "", name.name) for name in statement.names]
            refusal = self._tables.find_refusal(verdict.kind, keys)
            self._tables.follow(verdict.kind, keys, statement.text)
        return verdict if refusal is None else replace(verdict, sql=(), uses=(refusal,))

    def _judge_unfinished(self, piece: Piece) -> Verdict:
        rule, why = rules.CUT_OFF, "the dump ends inside this statement"
        if piece.too_long:
            rule, why = rules.TOO_LONG, "no end of it was found"
        verdict = _refuse(piece, rule, why)
        return verdict if self._is_sql else _without_text(verdict, *verdict.uses)

    def _read_comment(self, piece: Piece) -> Iterator[Verdict]:
        """Record what a comment says; if it begins another dump, start over."""
        if opens_dump(piece.text) and self.header.holds_something:
            yield from self._end_transaction()
            began_at = self.header.begins_at
            use = RuleUse(rules.DUMP_FOLLOWS, f"the previous dump begins at line {began_at}")
            yield self._open_next(piece.line, use)
        version = self.header.server_version
        self.header = read_comment(self.header, piece.text)
        if self.header.server_version not in (None, version):
            self._judge.set_source(self.header.server_version or "")
        self._judge.source_is_old = self.header.is_of_old_server
        self._is_sql = self._is_sql or self.header.producer is not None
        if self._schema is None:
            self._judge.default_schema = self.header.database or self._part_schema

    def _open_next(self, line: int, use: RuleUse) -> Verdict:
        self.headers.append(Header(begins_at=line))
        self._judge.begin_next_dump()
        self._transaction = Transaction()
        self._judge.default_schema = self._schema
        self._part_schema = None
        self._tables.begin_next_dump(f"the dump that begins at line {line}")
        self._splitter.mode = self._judge.session.mode
        return Verdict(Statement(Kind.SET, b""), line, NEW_SESSION, (use,))


def _shows_sql(verdict: Verdict) -> bool:
    """Tell whether a statement shows that the file is meant as SQL."""
    if verdict.kind in _SAYS_LITTLE:
        return False
    return verdict.refusal is None or verdict.kind not in _ONE_WORD


def _without_text(verdict: Verdict, use: RuleUse) -> Verdict:
    """Return the refusal of a statement without its content.

    A file among the dumps may be anything, such as a link to a private key.
    """
    return replace(verdict, statement=Statement(verdict.kind, _NOT_SHOWN), uses=(use,))


def _note_piece(verdict: Verdict, piece: Piece, mode: LexicalMode) -> Verdict:
    """Return the verdict on a piece with how it came to be one, and what its bytes are."""
    if not verdict.sql:
        return verdict
    uses = verdict.uses
    if piece.statements != 1:
        rule = rules.INSERTS_GATHERED if piece.statements else rules.INSERT_CUT
        count = f"{piece.statements:,} statements as one" if piece.statements else "its first rows"
        uses = (*uses, RuleUse(rule, f"{verdict.statement.name}: {count}"))
    if b"\0" in piece.text:
        uses = (*uses, RuleUse(rules.NUL_BYTE, _name(verdict)))
    if b"\r\n" in piece.text and (
        verdict.kind in _WITH_BODIES or find_in_strings(b"\r\n", piece.text, mode)
    ):
        uses = (*uses, RuleUse(rules.CRLF_KEPT, _name(verdict)))
    return verdict if uses is verdict.uses else replace(verdict, uses=uses)


def _name(verdict: Verdict) -> str:
    return str(verdict.statement.name or verdict.kind.value)


def _judge_tool_line(piece: Piece) -> Verdict:
    if not _WARNING.match(piece.text):
        return _refuse(piece, rules.CUT_OFF, "the dump program failed")
    use = RuleUse(rules.TOOL_LINE, excerpt(piece.text))
    return Verdict(Statement(Kind.EMPTY, piece.text), piece.line, uses=(use,))


def _judge_open_transaction(line: int) -> Verdict:
    use = RuleUse(rules.TRANSACTION_OPEN, f"the rows from line {line} on are not committed")
    return Verdict(Statement(Kind.EMPTY, b""), line, uses=(use,))


def _refuse(piece: Piece, rule: Rule, why: str) -> Verdict:
    use = RuleUse(rule, why)
    return Verdict(Statement(Kind.UNKNOWN, piece.text), piece.line, uses=(use,))
