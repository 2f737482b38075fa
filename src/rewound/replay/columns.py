"""Whether the columns that a log states are those of the table here. Pure.

A server applies rows to other columns without an error in many cases: it drops the last value,
fills in a default, reads bytes in another character set (tried on 9.7.4). So the definitions are
compared before the first row of a table, and again after each statement that may change them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rewound.binlog.events import column_types as types
from rewound.binlog.events.table_map import LoggedColumn, TableMap
from rewound.dump.text.lexical import lexical_mode
from rewound.dump.text.quoting import decode_name

_KINDS: Mapping[str, frozenset[int]] = {
    name: frozenset(kinds)
    for name, kinds in {
        "tinyint": {types.TINY},
        "smallint": {types.SHORT},
        "mediumint": {types.INT24},
        "int": {types.LONG},
        "bigint": {types.LONGLONG},
        "float": {types.FLOAT},
        "double": {types.DOUBLE},
        "decimal": {types.NEWDECIMAL},
        "year": {types.YEAR},
        "date": {types.DATE, types.NEWDATE},
        "time": {types.TIME, types.TIME2},
        "datetime": {types.DATETIME, types.DATETIME2},
        "timestamp": {types.TIMESTAMP, types.TIMESTAMP2},
        "char": {types.STRING},
        "binary": {types.STRING},
        "varchar": {types.VARCHAR, types.VAR_STRING},
        "varbinary": {types.VARCHAR, types.VAR_STRING},
        "bit": {types.BIT},
        "enum": {types.ENUM},
        "set": {types.SET},
        "json": {types.JSON},
        "vector": {types.VECTOR},
    }.items()
}
_OTHER_KINDS = frozenset({types.GEOMETRY})
_BLOBS = {"tiny": 1, "": 2, "medium": 3, "long": 4}
"""How many bytes state the length of a value."""
_FRACTIONAL = frozenset({types.TIME2, types.DATETIME2, types.TIMESTAMP2})
_VARIABLE = frozenset({types.VARCHAR, types.VAR_STRING})
_BINARY = 63
_WIDE = {"ucs2": "utf-16-be", "utf16": "utf-16-be", "utf16le": "utf-16-le", "utf32": "utf-32-be"}
"""Character sets that no client can have, and Python's names for them."""
_ESCAPED = str.maketrans({"'": "''", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\0": r"\0"})
"""Source: MySQL 9.7, sql/sql_show.cc (append_unescaped); tried on 9.7.4."""
_MOST_SHOWN = 3

FindCharset = Callable[[int], str | None]
"""Returns the character set of a collation by its number; None if it is not known."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column as the server here describes it."""

    name: str
    data_type: str
    """information_schema.columns.data_type, in lower case."""
    column_type: str
    """The same with length, words and signedness."""
    is_nullable: bool
    charset: str | None
    """The name of its character set; None of a column without text."""
    bytes: int | None
    """The greatest length of a text, in bytes."""
    digits: tuple[int, int] | None
    """Of a DECIMAL: all, and those behind the point."""
    fraction: int | None
    """Digits of the fraction of a second."""


def find_difference(
    table_map: TableMap, columns: Sequence[TableColumn], charset_of: FindCharset
) -> str | None:
    """Say how a table in a log differs from the one here; None if it does not.

    Collations may differ: they order values, and do not change them.
    """
    if len(table_map.columns) != len(columns):
        return f"{len(table_map.columns)} columns in the log, {len(columns)} here"
    differences = [
        f"column {here.name} is {difference}"
        for logged, here in zip(table_map.columns, columns, strict=True)
        if (difference := _compare(logged, here, charset_of)) is not None
    ]
    if not differences:
        return None
    more = f" and {len(differences) - _MOST_SHOWN} more" * (len(differences) > _MOST_SHOWN)
    return "; ".join(differences[:_MOST_SHOWN]) + more


def _compare(logged: LoggedColumn, here: TableColumn, charset_of: FindCharset) -> str | None:
    if logged.name is not None and logged.name.lower() != here.name.lower():
        return f"called {logged.name} in the log"
    kinds = _KINDS.get(here.data_type, _OTHER_KINDS)
    if here.data_type.endswith(("blob", "text")):
        prefix = _BLOBS.get(here.data_type.removesuffix("blob").removesuffix("text"))
        if logged.kind != types.BLOB or logged.prefix_bytes != prefix:
            return f"{here.column_type} here, of another type in the log"
    elif logged.kind not in kinds:
        return f"{here.column_type} here, of another type in the log"
    if logged.is_nullable != here.is_nullable:
        return "NOT NULL here and not in the log" if logged.is_nullable else "NULL only here"
    is_unsigned = "unsigned" in here.column_type
    if (
        logged.kind != types.YEAR
        and logged.is_unsigned is not None
        and logged.is_unsigned != is_unsigned
    ):
        return f"{here.column_type} here, and {'un' * logged.is_unsigned}signed in the log"
    return _compare_size(logged, here) or _compare_text(logged, here, charset_of)


def _compare_size(logged: LoggedColumn, here: TableColumn) -> str | None:
    kind, detail = logged.kind, logged.detail
    if kind == types.NEWDECIMAL and (detail >> 8, detail & 0xFF) != here.digits:
        return f"{here.column_type} here, decimal({detail >> 8},{detail & 0xFF}) in the log"
    if kind in _FRACTIONAL and detail != (here.fraction or 0):
        return f"{here.column_type} here, with {detail} digits in the log"
    if kind == types.STRING and detail != here.bytes:
        return f"{here.column_type} here, with {detail} bytes in the log"
    if kind in _VARIABLE and logged.prefix_bytes != (2 if (here.bytes or 0) > 255 else 1):
        return f"{here.column_type} here, of another length in the log"
    return None


def _compare_text(logged: LoggedColumn, here: TableColumn, charset_of: FindCharset) -> str | None:
    is_text = here.charset is not None and logged.kind not in (types.ENUM, types.SET)
    if is_text and logged.collation is not None:
        charset = charset_of(logged.collation)
        if charset is None:
            return f"of an unknown collation in the log (number {logged.collation})"
        if charset != here.charset:
            return f"of character set {here.charset} here, {charset} in the log"
    is_binary = here.data_type.endswith(("binary", "blob"))
    if is_binary and logged.collation not in (None, _BINARY):
        return f"{here.column_type} here, a text in the log"
    if logged.words is not None and here.data_type in ("enum", "set"):
        words = ",".join(_show_word(word, here.charset or "") for word in logged.words)
        if here.column_type != f"{here.data_type}({words})":
            return f"{here.column_type} here, ({words}) in the log"
    return None


def _show_word(word: bytes, charset: str) -> str:
    """Return a word, which a log has in the character set of its column, as servers show it."""
    encoding = _WIDE.get(charset) or lexical_mode("", charset).encoding
    return "'" + decode_name(word, encoding).translate(_ESCAPED) + "'"
