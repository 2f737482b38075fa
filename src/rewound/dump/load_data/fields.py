r"""The rows of an INSERT as the fields of a LOAD DATA, where both mean the same.

Pure. The text between VALUES and the delimiter, without its first and last parenthesis, is a file
that LOAD DATA reads with FIELDS TERMINATED BY ',' ENCLOSED BY '\'' LINES TERMINATED BY '),('. The
server then parses no SQL, which halves its work.

Fields are not SQL: a number in a text column keeps its spelling, `null` is four letters, `\%` loses
its backslash. Each such difference was found by sending both to MySQL 9.7.4, and rows that could
show one are not sent as fields; see `row_patterns`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from rewound.dump.load_data.row_patterns import Fitness, RowPatternReader, RowPatterns
from rewound.dump.load_data.table_metadata import TableMetadata, ValueKind
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.insert_head import read_insert_head
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.quoting import quote_name
from rewound.dump.text.statement import Statement


@dataclass(frozen=True, slots=True)
class FieldRows:
    """Rows in the form that LOAD DATA reads."""

    sql: bytes
    """The LOAD DATA statement."""
    statement: Statement
    """The INSERT that the rows come from."""
    row_end: bytes
    """The text between two rows."""
    has_prefixes: bool
    """Whether values have a prefix `_binary`, which is not part of a field."""

    @property
    def text(self) -> bytes:
        """The content that it reads instead of a file; built on each access, as it may be large."""
        text = self.statement.text[self.statement.rows_start :].strip()
        if self.has_prefixes:
            text = text.replace(_BINARY_PREFIX, b"'")
        return text[1:-1] + self.row_end


@dataclass(frozen=True, slots=True)
class ReadRows:
    """What was found about one statement's rows."""

    fitness: Fitness
    fields: FieldRows | None = None
    """Where `fitness` is FIELDS."""


class RowReader:
    """Reads the INSERTs of one table that begin alike. Guards the patterns seen so far."""

    def __init__(
        self,
        table: tuple[str, str],
        metadata: TableMetadata,
        head: bytes,
        session: DumpSession,
        version: int,
    ) -> None:
        mode = session.mode
        names = _read_columns(head, mode, version)
        by_name = {column.name.lower(): column for column in metadata.columns}
        listed = [column.name.lower() for column in metadata.columns] if names == () else names
        # An omitted column may get a value that depends on when the row is sent.
        fits = listed is not None and sorted(listed) == sorted(by_name)
        if metadata.auto_increment_column is not None and not session.sends_zero:
            fits = False
        self._columns = [by_name[name] for name in listed or ()] if fits else []
        self._has_bytes = any(column.kind is ValueKind.BYTES for column in self._columns)
        self._patterns = RowPatternReader(
            self._columns, auto_increment_column=metadata.auto_increment_column
        )
        self._table = table
        self._mode = mode
        self._character_set = session.character_set

    def read(self, statement: Statement) -> ReadRows:
        """Return how the statement's rows may be sent."""
        masked_text = statement.masked_rows.strip()
        if not self._columns or not statement.is_plain or statement.updates_rows:
            return ReadRows(Fitness.VERBATIM)
        patterns = self._patterns.read(masked_text, statement.rows)
        if patterns.fitness is not Fitness.FIELDS:
            return ReadRows(patterns.fitness)
        reading = self._find_reading(patterns.hexadecimal)
        if reading is None or not self._has_same_escapes(statement):
            return ReadRows(Fitness.LITERAL)
        prefixes = masked_text.count(_BINARY_PREFIX) if self._has_bytes else 0
        if prefixes and statement.text.count(_BINARY_PREFIX) != prefixes:
            return ReadRows(Fitness.LITERAL)
        sql = self._load_data(patterns, reading)
        # The masked text is no longer needed, and is half as large as the text.
        statement = replace(statement, masked_rows=b"")
        fields = FieldRows(sql, statement, patterns.layout.row_end, has_prefixes=prefixes > 0)
        return ReadRows(Fitness.FIELDS, fields)

    def _load_data(self, patterns: RowPatterns, character_set: str) -> bytes:
        encoding = self._mode.encoding
        table = b".".join(quote_name(name, encoding) for name in self._table)
        columns, decoded = [], []
        for number, column in enumerate(self._columns):
            name = quote_name(column.name, encoding)
            if column.name in patterns.hexadecimal:
                decoded.append(b"%b = UNHEX(SUBSTRING(@h%d, 3))" % (name, number))
                name = b"@h%d" % number
            columns.append(name)
        return (
            b"LOAD DATA LOCAL INFILE 'rows' INTO TABLE %b CHARACTER SET %b FIELDS TERMINATED"
            b" BY '%b' OPTIONALLY ENCLOSED BY '\\'' ESCAPED BY '\\\\' LINES TERMINATED BY '%b'"
            b" (%b)%b"
        ) % (
            table,
            character_set.encode(),
            patterns.layout.field_end,
            patterns.layout.row_end,
            b",".join(columns),
            b" SET " + b", ".join(decoded) if decoded else b"",
        )

    def _find_reading(self, hexadecimal: frozenset[str]) -> str | None:
        """Return the character set to read fields in; None if none has the same result as SQL.

        Bytes that are not hexadecimal need not be text of the session's character set. Read as
        `binary` they pass, and so does text that its column stores unchanged. JSON accepts no
        binary text.
        """
        character_set = self._character_set
        if not any(
            column.kind is ValueKind.BYTES and column.name not in hexadecimal
            for column in self._columns
        ):
            return character_set
        texts = {column.character_set for column in self._columns if column.character_set}
        if texts <= _KEPT_AS_THEY_COME.get(character_set, frozenset({character_set})) and not any(
            column.is_json for column in self._columns
        ):
            return "binary"
        return character_set if character_set in _EVERY_BYTE_IS_TEXT else None

    def _has_same_escapes(self, statement: Statement) -> bool:
        r"""Tell whether no string contains an escape that fields lack: `\%`, `\_`, `\N`.

        It also checks that a backslash is an escape at all.
        """
        if not self._mode.backslash_escapes or self._mode.two_byte_set is not None:
            return False
        text = statement.text
        if b"\\" not in text or not _OTHER_ESCAPE.search(text):
            return True
        return not _OTHER_ESCAPE.search(text.replace(b"\\\\", b""))


def _read_columns(head: bytes, mode: LexicalMode, server_version: int) -> tuple[str, ...] | None:
    """Return the columns that `INSERT INTO t (…) VALUES` lists, in lower case; () for no list.

    None for every other form: IGNORE, PARTITION and the like.
    """
    read = read_insert_head(head, mode, server_version)
    if read is None or read.verb != "INSERT" or read.modifiers:
        return None
    return tuple(name.lower() for name in read.columns or ())


_BINARY_PREFIX = b"_binary '"
_OTHER_ESCAPE = re.compile(rb"\\[%_N]")
_KEPT_AS_THEY_COME: Mapping[str, frozenset[str]] = {
    "utf8mb4": frozenset({"utf8mb4", "utf8mb3"}),
    "utf8mb3": frozenset({"utf8mb3"}),
    "utf8": frozenset({"utf8mb3"}),
}
_EVERY_BYTE_IS_TEXT = frozenset({"latin1", "binary"})
"""Character sets in which all bytes are valid, and reach a column of bytes unchanged. Tried with
all pairs of bytes on 9.7.4.
"""
