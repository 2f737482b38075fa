"""A dump from its first byte to its last: pieces, verdicts, and what it says of itself.

Pure: chunks in, verdicts out. Ties the splitter to the judge, because what a statement
sets decides how the text after it is read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rewound.dump.file.header import Header, read_comment, read_statement
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.judging.judge import Judge
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import RuleUse, Verdict, excerpt
from rewound.dump.settings.session import Session
from rewound.dump.settings.transaction import Transaction
from rewound.dump.text.splitter import Piece, PieceKind, Splitter
from rewound.dump.text.statement import Kind, Statement, find_drop_end

_WARNING = re.compile(
    rb"(?i:warning: )|\S+: (?:\[(?:Warning|Note)\]|(?i:warning|note|ignoring )|Deprecated)"
)
_SAYS_LITTLE = frozenset(
    {Kind.EMPTY, Kind.UNKNOWN, Kind.USE, Kind.TRANSACTION, Kind.FLUSH, Kind.ACCOUNT}
)
"""Kinds that text which is no SQL may seem to hold: `use strict;`, `begin;`, `grant {…};`."""
_ONE_WORD = frozenset({Kind.SET, Kind.INSERT, Kind.REPLACE, Kind.DELETE, Kind.TRUNCATE})
"""Kinds that one word begins, so that only a whole statement shows that it was meant."""
_NOT_SHOWN = b"(not shown: nothing so far shows that this file is a dump)"

_MOST_DROPS = 1000
"""In one piece of text; dumps write one in front of what they create."""
_CHANGES_NOTHING = frozenset({Kind.SET, Kind.EMPTY, Kind.TRANSACTION, Kind.UNLOCK, Kind.FLUSH})


class Script:
    """The statements of one dump, judged for one target.

    `header` and `statements` grow while the verdicts are drawn.
    """

    def __init__(
        self,
        target: ServerProfile,
        *,
        schema: str | None = None,
        part: DumpFilter | None = None,
        allowed: frozenset[str] = frozenset(),
        regroup: bool = True,
    ) -> None:
        """Take statements as they stand, or with `regroup` INSERTs in pieces of a good size."""
        self.header = Header()
        self.statements = 0
        self.target = target
        self._schema = schema
        self._judge = Judge(
            target, default_schema=schema, part=part or DumpFilter(), allowed=allowed
        )
        mode = self._judge.session.mode
        row_tests = self._judge.find_row_test if regroup else None
        self._splitter = Splitter(mode, row_tests=row_tests)
        self._transaction = Transaction()
        self._is_sql = False

    @property
    def schemas(self) -> frozenset[str]:
        """The databases that there are after the statements so far."""
        return frozenset(self._judge.created_schemas)

    @property
    def session(self) -> Session:
        """The dump's session behind the last verdict."""
        return self._judge.session

    def iter_verdicts(self, chunks: Iterable[bytes]) -> Iterator[Verdict]:
        """Yield one verdict for each statement, in the dump's order, refusals included."""
        for piece in self._splitter.iter_pieces(chunks):
            match piece.kind:
                case PieceKind.COMMENT:
                    self._read_comment(piece.text)
                case PieceKind.STATEMENT:
                    yield from self._judge_piece(piece)
                    self._splitter.mode = self._judge.session.mode
                case PieceKind.TOOL_LINE:
                    yield _judge_tool_line(piece)
                case PieceKind.UNFINISHED:
                    yield self._judge_unfinished(piece)
        if (last := self._judge.finish()) is not None:
            yield last
        if self._transaction.line is not None:
            yield _judge_open_transaction(self._transaction.line)

    def _judge_piece(self, piece: Piece) -> Iterator[Verdict]:
        """Judge the statements of one piece; only behind a DROP there is more than one."""
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
        yield self._note_statement(_note_regrouping(verdict, piece))

    def _find_drop_end(self, text: bytes, start: int) -> int:
        version = self.target.version_number
        return find_drop_end(text, self._judge.session.mode, version, start=start)

    def _note_statement(self, verdict: Verdict) -> Verdict:
        if verdict.kind not in _CHANGES_NOTHING:
            self.header = read_statement(self.header)
        self._transaction = self._transaction.follow(
            verdict, self._judge.session, self.target.version_number
        )
        self._is_sql = self._is_sql or _shows_sql(verdict)
        refusal = None if self._is_sql else verdict.refusal
        return verdict if refusal is None else _without_text(verdict, RuleUse(refusal.rule))

    def _judge_unfinished(self, piece: Piece) -> Verdict:
        rule, why = rules.CUT_OFF, "the dump ends inside this statement"
        if piece.too_long:
            rule, why = rules.TOO_LONG, "no end of it was found"
        verdict = _refuse(piece, rule, why)
        return verdict if self._is_sql else _without_text(verdict, *verdict.uses)

    def _read_comment(self, text: bytes) -> None:
        self.header = read_comment(self.header, text)
        self._judge.source_is_old = self.header.is_of_old_server
        self._is_sql = self._is_sql or self.header.producer is not None
        if self._schema is None:
            self._judge.default_schema = self.header.database


def _shows_sql(verdict: Verdict) -> bool:
    """Tell whether a statement shows that the file is meant as SQL."""
    if verdict.kind in _SAYS_LITTLE:
        return False
    return verdict.refusal is None or verdict.kind not in _ONE_WORD


def _without_text(verdict: Verdict, use: RuleUse) -> Verdict:
    """Return the refusal of a statement with nothing of what it holds.

    A file among the dumps may be anything, such as a link to a private key.
    """
    return replace(verdict, statement=Statement(verdict.kind, _NOT_SHOWN), uses=(use,))


def _note_regrouping(verdict: Verdict, piece: Piece) -> Verdict:
    if piece.statements == 1 or not verdict.sql:
        return verdict
    rule = rules.INSERTS_GATHERED if piece.statements else rules.INSERT_CUT
    count = f"{piece.statements:,} statements as one" if piece.statements else "its first rows"
    use = RuleUse(rule, f"{verdict.statement.name}: {count}")
    return replace(verdict, uses=(*verdict.uses, use))


def _judge_tool_line(piece: Piece) -> Verdict:
    if not _WARNING.match(piece.text):
        return _refuse(piece, rules.CUT_OFF, "the dumping program failed")
    use = RuleUse(rules.TOOL_LINE, excerpt(piece.text))
    return Verdict(Statement(Kind.EMPTY, piece.text), piece.line, uses=(use,))


def _judge_open_transaction(line: int) -> Verdict:
    use = RuleUse(rules.TRANSACTION_OPEN, f"the rows from line {line} on are not committed")
    return Verdict(Statement(Kind.EMPTY, b""), line, uses=(use,))


def _refuse(piece: Piece, rule: Rule, why: str) -> Verdict:
    use = RuleUse(rule, why)
    return Verdict(Statement(Kind.UNKNOWN, piece.text), piece.line, uses=(use,))
