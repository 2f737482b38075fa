"""The decision about one statement of a dump."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rewound.dump.rules.table import Effect, Rule
from rewound.dump.text.lexical import NAME_BYTES, LexicalMode, repeated
from rewound.dump.text.mentions import NONE, Mentions
from rewound.dump.text.splitter import RowTest
from rewound.dump.text.statement import Kind, Statement
from rewound.dump.text.tokens import UnreadableText

_PASSWORD = re.compile(
    rb"(PASSWORD\s*+(?:FOR\b[^=]{0,400}+)?=?\s*+\(?\s*+"
    rb"|\bIDENTIFIED\s++(?:WITH\s++\S{1,100}+\s++)?(?:BY|AS)\s++(?:PASSWORD\s++)?)"
    rb"(?:'" + repeated(rb"[^'\\]++|\\.") + rb"(?:'|\Z)"
    rb"|\"" + repeated(rb"[^\"\\]++|\\.") + rb"(?:\"|\Z))",
    re.IGNORECASE | re.DOTALL,
)

_JOINS_NOTHING = re.compile(rb"[\s,()]|\Z")
_TWO_LETTERS = re.compile(rb"[" + NAME_BYTES + rb"]{2}")


class Edit(NamedTuple):
    """Replace the bytes from `start` to `end` of a statement."""

    start: int
    end: int
    text: bytes
    rule: Rule


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One use of one rule."""

    rule: Rule
    detail: str = ""
    """The text that the rule was applied to, or what it found."""


@dataclass(frozen=True, slots=True)
class StatedValues:
    """Rows that state values for generated columns."""

    columns: tuple[str, ...]
    """The columns that each row states, in their order."""
    generated: tuple[str, ...]
    """Which of these are generated."""
    rows: bytes
    """The rows as the dump has them, without the text before and after them."""


@dataclass(frozen=True, slots=True)
class EnumColumns:
    """The positions at which the rows of an INSERT state ENUM values."""

    columns: tuple[str, ...]
    """The columns that each row states, in their order, in lower case."""
    enums: tuple[int, ...]
    """The indexes of ENUM columns among them."""
    mode: LexicalMode
    """How the rows are read."""
    row_test: RowTest | None
    """Tells by the masked text whether rows stay the same when they are sent again."""

    def may_repeat(self, statement: Statement) -> bool:
        """Tell whether repeating the statement after a failed attempt gives the same rows."""
        return self.row_test is not None and self.row_test(statement.masked_rows)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision about one piece of a dump."""

    statement: Statement
    """The statement, as in the dump."""
    line: int
    """The line of the dump on which it begins, counted from 1."""
    sql: tuple[bytes, ...] = ()
    """What to send to the server, in order; empty if nothing is executed."""
    uses: tuple[RuleUse, ...] = ()
    """The rules that changed `sql`, or kept the statement from the server."""
    schema: str | None = None
    """The schema for unqualified names."""
    auto_increment: int | None = None
    """For CREATE and ALTER TABLE: the AUTO_INCREMENT that it states."""
    mentions: Mentions = NONE
    """The other tables that it refers to."""

    stated: StatedValues | None = None
    """For INSERT and REPLACE: the values of generated columns that DEFAULT replaces."""

    enums: EnumColumns | None = None
    """For INSERT and REPLACE: the positions of ENUM values in its rows, if known."""

    computed: frozenset[str] = frozenset()
    """For INSERT and REPLACE: the generated columns of its table, in lower case."""

    @property
    def refusal(self) -> RuleUse | None:
        """The rule that refuses it, if any; then the world fails."""
        return next((use for use in self.uses if use.rule.effect is Effect.REFUSE), None)

    @property
    def kind(self) -> Kind:
        """The statement's kind."""
        return self.statement.kind


def excerpt(text: bytes, length: int = 200) -> str:
    """Return the beginning of a statement on one line, for a message."""
    line = one_line(text[: 4 * length])
    return line if len(line) <= length else line[:length] + "…"


def one_line(text: bytes) -> str:
    """Return the whole statement on one line, without its passwords."""
    shown = _PASSWORD.sub(rb"\1'...'", text).decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in shown).split())


def describe_edit(edit: Edit, text: bytes, prefix: str = "") -> RuleUse:
    """Return the use of a rule that changes a statement, and the text that it changes."""
    return RuleUse(edit.rule, prefix + excerpt(text[edit.start : edit.end], 60))


def apply_edits(text: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the text with all edits applied, its other tokens unchanged.

    Raises:
        UnreadableText: two rules would change the same place.
    """
    parts, position = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start < position:
            raise UnreadableText("two rules meet in one place")
        parts += [text[position : edit.start], _set_apart(text, edit)]
        position = edit.end
    return b"".join([*parts, text[position:]])


def _set_apart(text: bytes, edit: Edit) -> bytes:
    """Return the text of an edit, with a space if it would otherwise join two tokens.

    Otherwise the text on both sides of a cut could open a comment: /PAGE_CHECKSUM=1*.
    """
    left, right = text[edit.start - 1 : edit.start], text[edit.end : edit.end + 1]
    if not edit.text:
        return b"" if _JOINS_NOTHING.match(left) or _JOINS_NOTHING.match(right) else b" "
    before = b" " if _TWO_LETTERS.fullmatch(left + edit.text[:1]) else b""
    after = b" " if _TWO_LETTERS.fullmatch(edit.text[-1:] + right) else b""
    return before + edit.text + after
