r"""The rows of an INSERT as the fields of a LOAD DATA, where both mean the same.

Pure. What stands between VALUES and the delimiter is, but for its first and its last
parenthesis, a file that LOAD DATA reads with FIELDS TERMINATED BY ',' ENCLOSED BY '\''
LINES TERMINATED BY '),('. The server then has no SQL to parse, which halves its work.

Fields are not SQL: a number in a text column keeps its spelling, `null` is four letters,
`\%` loses its backslash. Each such difference was found by sending both to MySQL 9.7.4,
and what could show one is not sent as fields. That is decided by the *shape* of the rows:
their outline without digits. A table has a handful of shapes, so all rows of a statement
are checked by looking at each of them once.
"""

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewound.dump.judge import quote_name
from rewound.dump.lexical import LexicalMode
from rewound.dump.session import Session
from rewound.dump.statement import Statement
from rewound.dump.tokens import Cursor, TokenKind, UnreadableText, iter_tokens, unquote


class ValueKind(enum.Enum):
    """What a column's values may look like, in a row and as a field alike."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    TEXT = "text"
    """In quotes: text, temporal values, ENUM and SET, JSON, YEAR."""
    BYTES = "bytes"
    """In quotes, perhaps behind `_binary`: BINARY, BLOB, BIT, GEOMETRY."""
    OTHER = "other"
    """Nothing that we know to be the same in both."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as far as its values are concerned."""

    name: str
    kind: ValueKind
    is_nullable: bool
    character_set: str | None
    """MySQL's name of it; None where it holds no text."""
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class TableForm:
    """What has to be known of a table before rows are sent to it in another way."""

    columns: tuple[Column, ...]
    """All that rows can state a value for, in their order; generated ones are not among them."""
    numbered: str | None
    """The column with AUTO_INCREMENT, if there is one."""
    has_primary_key: bool
    has_foreign_keys: bool


class Fitness(enum.IntEnum):
    """How freely the rows of a statement may be sent."""

    AS_THEY_STAND = 0
    """They compute something, or let the server choose numbers: in their order, as SQL."""
    LITERAL = 1
    """The same whenever and by whichever session they are sent, as SQL."""
    FIELDS = 2
    """The same as fields of LOAD DATA, too."""


@dataclass(frozen=True, slots=True)
class FieldRows:
    """Rows as LOAD DATA takes them."""

    sql: bytes
    """The LOAD DATA statement."""
    text: bytes
    """What it reads in the place of a file."""


@dataclass(frozen=True, slots=True)
class ReadRows:
    """What was found of one statement's rows."""

    fitness: Fitness
    fields: FieldRows | None = None
    """Where `fitness` is FIELDS."""


class RowReader:
    """Reads the INSERTs of one table that begin alike. Guards the shapes seen so far."""

    def __init__(
        self, table: tuple[str, str], form: TableForm, head: bytes, session: Session, version: int
    ) -> None:
        mode = session.mode
        names = _read_columns(head, mode, version)
        by_name = {column.name.lower(): column for column in form.columns}
        listed = [column.name.lower() for column in form.columns] if names == () else names
        # A column that is left out may get a value that depends on when it is sent.
        fits = listed is not None and sorted(listed) == sorted(by_name)
        self._columns = [by_name[name] for name in listed or ()] if fits else []
        self._numbered = form.numbered
        self._table = table
        self._mode = mode
        self._character_set = session.character_set
        self._keeps_zero = "NO_AUTO_VALUE_ON_ZERO" in session.sql_mode.upper()
        self._shapes: dict[bytes, Fitness] = {}
        self._layout = _Layout(b"", b"")

    def read(self, statement: Statement) -> ReadRows:
        """Return how the statement's rows may be sent."""
        outline = statement.rows_outline.strip()
        if not self._columns or not statement.is_plain or statement.updates_rows:
            return ReadRows(Fitness.AS_THEY_STAND)
        fitness = self._read_shapes(outline, statement.rows)
        reading = self._find_reading()
        if fitness is not Fitness.FIELDS:
            return ReadRows(fitness)
        if reading is None or not self._has_same_escapes(statement):
            return ReadRows(Fitness.LITERAL)
        text = statement.text[statement.rows_start :].strip()
        prefixes = outline.count(_BINARY_PREFIX)
        if prefixes:
            if text.count(_BINARY_PREFIX) != prefixes:
                return ReadRows(Fitness.LITERAL)
            text = text.replace(_BINARY_PREFIX, b"'")
        text = text[1:-1] + self._layout.row_end
        return ReadRows(Fitness.FIELDS, FieldRows(self._load_data(reading), text))

    def _load_data(self, character_set: str) -> bytes:
        encoding = self._mode.encoding
        table = b".".join(quote_name(name, encoding) for name in self._table)
        columns = b",".join(quote_name(column.name, encoding) for column in self._columns)
        return (
            b"LOAD DATA LOCAL INFILE 'rows' INTO TABLE %b CHARACTER SET %b FIELDS TERMINATED"
            b" BY '%b' OPTIONALLY ENCLOSED BY '\\'' ESCAPED BY '\\\\' LINES TERMINATED BY '%b' (%b)"
        ) % (
            table,
            character_set.encode(),
            self._layout.field_end,
            self._layout.row_end,
            columns,
        )

    def _read_shapes(self, outline: bytes, rows: int) -> Fitness:
        """Return how freely the rows may be sent by what stands outside of their strings."""
        layout = _find_layout(outline)
        if layout is None:
            return Fitness.AS_THEY_STAND
        if layout != self._layout:
            self._layout, self._shapes = layout, {}
        skeleton = outline.translate(None, b"0123456789")
        shapes = _find_shapes(skeleton[1:-1], layout.row_end, rows)
        if shapes is None:
            return Fitness.AS_THEY_STAND
        fitness = min(map(self._fitness_of, shapes))
        has_floats = any(column.kind is ValueKind.FLOAT for column in self._columns)
        if has_floats and b"-0" in outline and _NEGATIVE_ZERO.search(outline):
            return min(fitness, Fitness.LITERAL)
        return fitness

    def _fitness_of(self, shape: bytes) -> Fitness:
        known = self._shapes.get(shape)
        if known is None:
            plain = shape
            while _DOUBLED_QUOTES in plain:
                plain = plain.replace(_DOUBLED_QUOTES, b"''")
            known = self._shapes[shape] = self._judge_shape(plain.split(self._layout.field_end))
        return known

    def _judge_shape(self, values: Sequence[bytes]) -> Fitness:
        if len(values) != len(self._columns):
            return Fitness.AS_THEY_STAND
        return min(map(self._judge_value, values, self._columns))

    def _judge_value(self, value: bytes, column: Column) -> Fitness:
        if column.name == self._numbered and not (self._keeps_zero and value in (b"", b"-")):
            return Fitness.AS_THEY_STAND
        if not _LITERAL.fullmatch(value):
            return Fitness.AS_THEY_STAND
        is_null = value == b"NULL" and column.is_nullable
        return Fitness.FIELDS if is_null or _fits(value, column.kind) else Fitness.LITERAL

    def _find_reading(self) -> str | None:
        """Return the character set to read fields in, None where none gives what SQL does.

        Bytes need not be text of the session's character set; read as `binary` they pass,
        and so does text that its column keeps as it comes. JSON takes no binary text.
        """
        character_set = self._character_set
        if not any(column.kind is ValueKind.BYTES for column in self._columns):
            return character_set
        texts = {column.character_set for column in self._columns if column.character_set}
        if texts <= _KEPT_AS_THEY_COME.get(character_set, frozenset({character_set})) and not any(
            column.is_json for column in self._columns
        ):
            return "binary"
        return character_set if character_set in _EVERY_BYTE_IS_TEXT else None

    def _has_same_escapes(self, statement: Statement) -> bool:
        r"""Tell whether no string holds an escape that a field has not: `\%`, `\_`, `\N`.

        And whether it is read as one at all.
        """
        if not self._mode.backslash_escapes or self._mode.two_byte_set is not None:
            return False
        text = statement.text
        if b"\\" not in text or not _OTHER_ESCAPE.search(text):
            return True
        return not _OTHER_ESCAPE.search(text.replace(b"\\\\", b""))


@dataclass(frozen=True, slots=True)
class _Layout:
    """What stands between the values, and between the rows."""

    field_end: bytes
    row_end: bytes


def _find_layout(outline: bytes) -> _Layout | None:
    """Return the layout of the first two rows; that all have it is for the shapes to tell."""
    if not (outline.startswith(b"(") and outline.endswith(b")")):
        return None
    between = _BETWEEN_ROWS.search(outline)
    row_end = b"),(" if between is None else between[0]
    end_of_first = len(outline) - 1 if between is None else between.start()
    field_end = b", " if b", " in outline[:end_of_first] else b","
    return _Layout(field_end, row_end)


def _find_shapes(skeleton: bytes, row_end: bytes, rows: int) -> set[bytes] | None:
    """Return the different ones among so many rows; None where there are not so many."""
    first = skeleton.partition(row_end)[0]
    if skeleton == row_end.join([first] * rows):
        return {first}
    shapes = skeleton.split(row_end)
    return set(shapes) if len(shapes) == rows else None


def _fits(value: bytes, kind: ValueKind) -> bool:
    if value == b"''":
        return kind is not ValueKind.OTHER
    match kind:
        case ValueKind.INTEGER:
            return value in (b"", b"-")
        case ValueKind.DECIMAL:
            return value in (b"", b"-", b".", b"-.")
        case ValueKind.FLOAT:
            return _NUMBER.fullmatch(value) is not None
        case ValueKind.BYTES:
            return value == _BINARY_PREFIX + b"'"
        case _:
            return False


def _read_columns(head: bytes, mode: LexicalMode, server_version: int) -> tuple[str, ...] | None:
    """Return the columns that `INSERT INTO t (…) VALUES` lists, in lower case; () for no list.

    None for every other way of beginning: IGNORE, PARTITION and the like.
    """
    cursor = Cursor(iter_tokens(head, mode, server_version))
    try:
        if [token.word for token in (cursor.take(), cursor.take()) if token] != ["INSERT", "INTO"]:
            return None
        for _ in range(2):
            name = cursor.take()
            if name is None or name.kind not in (TokenKind.NAME, TokenKind.WORD):
                return None
            if not cursor.take_mark(b"."):
                break
        names: list[str] = []
        if cursor.take_mark(b"("):
            while (name := cursor.take()) and name.kind in (TokenKind.NAME, TokenKind.WORD):
                names.append(unquote(name, mode).lower())
                if not cursor.take_mark(b","):
                    break
            if not names or not cursor.take_mark(b")"):
                return None
        is_last = cursor.word == "VALUES" and cursor.take() is not None and cursor.next is None
        return tuple(names) if is_last else None
    except UnreadableText:
        return None


_DOUBLED_QUOTES = b"''''"
"""Two strings side by side in the outline: one string with a doubled quote in it."""
_BINARY_PREFIX = b"_binary '"
_BETWEEN_ROWS = re.compile(rb"\),\s*\(")
_OTHER_ESCAPE = re.compile(rb"\\[%_N]")
# Numbers without their digits; a hexadecimal one keeps its letters. Without digits 1-2 looks
# like -12, and is as constant; as a field it is a number with a warning, which is not accepted.
_NUMBER = re.compile(rb"-?\.?(?:[eE][-+]?)?")
_LITERAL = re.compile(rb"-?\.?(?:[eE][-+]?)?|NULL|null|(?:_binary )?''|x[0-9A-Fa-f]*")
# SQL computes -0 and gets 0; a field keeps the sign.
_NEGATIVE_ZERO = re.compile(rb"-0*(?:\.0*)?(?:[eE][-+]?\d+)?[,)]")
_KEPT_AS_THEY_COME: Mapping[str, frozenset[str]] = {
    "utf8mb4": frozenset({"utf8mb4", "utf8mb3"}),
    "utf8mb3": frozenset({"utf8mb3"}),
    "utf8": frozenset({"utf8mb3"}),
}
_EVERY_BYTE_IS_TEXT = frozenset({"latin1", "binary"})
"""Character sets in which any bytes can be read and none are changed on their way to a column
of bytes. Tried with all pairs of bytes on 9.7.4."""
