"""The place of the cursor in a statement, and the tables of the statement. Pure.

It reads text that is being typed, which may end anywhere; it skips unreadable text.
"""

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      (?P<comment> --(?=\s|$)[^\n]* | \#[^\n]* | /\*.*?\*/ )
    | (?P<string> '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" )
    | (?P<quoted> `(?:[^`]|``)+` )
    | (?P<open> /\*.* | ['"`].* )
    | (?P<word> [\w$@]+ )
    | (?P<space> \s+ )
    | (?P<mark> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_BEFORE_TABLE = {"FROM", "JOIN", "STRAIGHT_JOIN", "UPDATE", "INTO", "TABLE"}
_DESCRIBING = {"DESCRIBE", "DESC", "EXPLAIN"}
_WITH_COMMAS = {"FROM", "UPDATE"}
_NO_TABLE_BEHIND = {("FOR", "UPDATE"), ("KEY", "UPDATE")}
_CLAUSES = {
    *_BEFORE_TABLE,
    *("SELECT", "WHERE", "GROUP", "ORDER", "BY", "HAVING", "LIMIT", "SET", "VALUES"),
    *("VALUE", "ON", "USING", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "FOR"),
}
_NO_ALIAS = {
    *_CLAUSES,
    *("INNER", "LEFT", "RIGHT", "CROSS", "NATURAL", "OUTER", "PARTITION", "USE"),
    *("FORCE", "IGNORE", "LOCK", "AS", "OFFSET"),
}
_BEFORE_OPERAND = {
    *_CLAUSES,
    *("AND", "OR", "XOR", "NOT", "IN", "LIKE", "RLIKE", "REGEXP", "BETWEEN", "IS"),
    *("DISTINCT", "ALL", "CASE", "WHEN", "THEN", "ELSE", "DIV", "MOD", "INTERVAL"),
    *("SHOW", "EXPLAIN", "DESCRIBE", "ANALYZE", "CALL", "EXISTS", "WITH", "RECURSIVE"),
}


class Place(enum.Enum):
    """What can come next."""

    START = "start"
    """A statement."""
    SCHEMA = "schema"
    TABLE = "table"
    OPERAND = "operand"
    """A column, a function, a value."""
    BEHIND = "behind"
    """What can follow an operand or a table: an operator, the next clause."""
    NOTHING = "nothing"
    """The cursor is inside a string or a comment."""


class TableReference(NamedTuple):
    """A table that the statement names."""

    schema: str | None
    table: str
    alias: str | None

    @property
    def name(self) -> str:
        """The qualifier of its columns."""
        return self.alias or self.table


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about the cursor's place."""

    place: Place
    prefix: str = ""
    """The part of a word before the cursor; without the opening quote, if there is one."""
    length: int = 0
    """How many characters before the cursor belong to that word, including its opening quote."""
    is_quoted: bool = False
    """Whether a backtick is open."""
    qualifiers: tuple[str, ...] = ()
    """`game`, `player` before the cursor in `game.player.`"""
    tables: tuple[TableReference, ...] = ()
    is_lower: bool = False
    """Whether the user writes keywords in lower case."""


class _SqlWord(NamedTuple):
    kind: str
    text: str

    @property
    def word(self) -> str:
        """The word in upper case; empty for other tokens."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str | None:
        """The name that it can be; None if it cannot be a name."""
        if self.kind == "quoted":
            return self.text[1:-1].replace("``", "`")
        return self.text if self.kind == "word" else None


def read_context(text: str, cursor: int) -> Context:
    """Return the context at an offset in a text of one or more statements."""
    before = list(_iter_tokens(text[:cursor]))
    last = before[-1] if before else _SqlWord("space", "")
    if (last.kind == "open" and last.text[0] != "`") or _is_within_comment(last):
        return Context(Place.NOTHING)
    is_quoted = last.kind == "open"
    prefix = last.text.lstrip("`") if is_quoted or last.kind == "word" else ""
    length = len(last.text) if is_quoted or prefix else 0
    here = _last_statement(before[:-1] if length else before)
    behind = _last_statement([_SqlWord("mark", ";"), *_until_end(_iter_tokens(text[cursor:]))])
    qualifiers: list[str] = []
    chain = list(here)
    while len(chain) >= 2 and chain[-1].text == "." and chain[-2].name is not None:
        qualifiers.insert(0, chain[-2].name or "")
        chain = chain[:-2]
    sample = prefix or next((token.text for token in here), "")
    return Context(
        _find_place(chain),
        prefix,
        length,
        is_quoted,
        tuple(qualifiers),
        tuple(_iter_tables([*here, _SqlWord("mark", "?"), *behind])),
        sample.islower(),
    )


def _iter_tokens(text: str) -> Iterator[_SqlWord]:
    for match in _TOKEN.finditer(text):
        yield _SqlWord(match.lastgroup or "mark", match[0])


def _is_within_comment(token: _SqlWord) -> bool:
    return token.kind == "comment" and not token.text.startswith("/*")


def _last_statement(tokens: Sequence[_SqlWord]) -> list[_SqlWord]:
    """Return the tokens after the last semicolon, without white space and comments."""
    ends = [place for place, token in enumerate(tokens) if token == ("mark", ";")]
    start = ends[-1] + 1 if ends else 0
    return [token for token in tokens[start:] if token.kind not in ("space", "comment")]


def _until_end(tokens: Iterator[_SqlWord]) -> Iterator[_SqlWord]:
    for token in tokens:
        if token == ("mark", ";"):
            return
        yield token


def _find_place(here: Sequence[_SqlWord]) -> Place:
    if not here:
        return Place.START
    last = here[-1]
    if last.word == "USE" and len(here) == 1:
        return Place.SCHEMA
    if _is_before_table(here):
        return Place.TABLE
    if last.text == ")" or last.kind in ("string", "quoted"):
        return Place.BEHIND
    if last.text == "*" and (len(here) == 1 or here[-2].word in ("SELECT", "DISTINCT")):
        return Place.BEHIND
    if last.kind == "word" and last.word not in _BEFORE_OPERAND:
        return Place.BEHIND
    return Place.OPERAND


def _is_before_table(here: Sequence[_SqlWord]) -> bool:
    last = here[-1]
    if last.word in _DESCRIBING:
        return len(here) == 1
    if last.word in _BEFORE_TABLE:
        return tuple(token.word for token in here[-2:]) not in _NO_TABLE_BEHIND
    return last.text == "," and _find_clause(here) in _WITH_COMMAS


def _find_clause(here: Sequence[_SqlWord]) -> str:
    """Return the word that begins the clause at the end; empty inside parentheses."""
    depth = 0
    for token in reversed(here):
        depth += (token.text == ")") - (token.text == "(")
        if depth < 0:
            return ""
        if not depth and token.word in _CLAUSES:
            return token.word
    return ""


def _iter_tables(tokens: Sequence[_SqlWord]) -> Iterator[TableReference]:
    """Yield the tables after FROM, JOIN, UPDATE and INTO."""
    place = 0
    clause = ""
    while place < len(tokens):
        token = tokens[place]
        place += 1
        if token.word in _CLAUSES:
            clause = token.word
        is_next = token.text == "," and clause in _WITH_COMMAS
        if token.word not in _BEFORE_TABLE and not is_next:
            continue
        reference, place = _read_table(tokens, place)
        if reference is not None:
            yield reference


def _read_table(tokens: Sequence[_SqlWord], place: int) -> tuple[TableReference | None, int]:
    """Return the table that is named there, if any, and the index after it."""

    def name_at(index: int) -> str | None:
        token = tokens[index] if index < len(tokens) else _SqlWord("mark", "")
        return None if token.word in _NO_ALIAS else token.name

    def text_at(index: int) -> str:
        return tokens[index].text if index < len(tokens) else ""

    schema, table = None, name_at(place)
    if table is None:
        return None, place
    place += 1
    if text_at(place) == "." and name_at(place + 1) is not None:
        schema, table = table, name_at(place + 1) or ""
        place += 2
    place += text_at(place).upper() == "AS"
    alias = name_at(place)
    return TableReference(schema, table, alias), place + (alias is not None)
