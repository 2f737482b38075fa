"""Converting column definitions of MariaDB and old servers to MySQL's syntax.

Pure. The contents of a column never change: its type becomes one that accepts every value that a
dump states for it, and its default remains the same value.
"""

from collections.abc import Iterable, Iterator, Sequence

from rewound.dump.definitions.table_elements import TableElement
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.nesting import closing_parenthesis, iter_outside
from rewound.dump.text.tokens import Token, TokenKind

_MARIADB_TYPES = {
    "UUID": b"char(36)",
    "INET4": b"varchar(15)",
    "INET6": b"varchar(39)",
    "XMLTYPE": b"longtext",
}
"""Each type to the MySQL type that holds its values as dumps write them: text, in the longest
form."""
_NO_LITERAL_DEFAULT = frozenset(
    {"TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"}
    | {"LONG", "JSON", "XMLTYPE", "GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT"}
    | {"MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION", "GEOMCOLLECTION"}
)
_BARE_FUNCTIONS = frozenset({"CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"})
"""Functions that MySQL accepts as a default without parentheses. Tried on 9.7.4."""
_FUNCTIONS_WITHOUT_ARGUMENTS = frozenset(
    {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_USER", "UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP"}
)
_LARGEST_PRECISION = 6
_CHANGED_ATTRIBUTES = frozenset({"WITHOUT", "PERSISTENT", "COMPRESSED"})
"""Without one of these and without an equals sign, no attribute of a column is changed."""


def plan_column_edits(elements: Iterable[TableElement]) -> list[Edit]:
    """Return the edits of the columns of a CREATE or ALTER TABLE."""
    edits: list[Edit] = []
    for element in elements:
        if element.is_column:
            edits += _edit_type(element.tokens)
            edits += _edit_default(element.tokens)
            edits += _edit_attributes(element.tokens)
    return edits


def _edit_type(column: Sequence[Token]) -> Iterator[Edit]:
    name = column[0]
    if name.word in _MARIADB_TYPES:
        yield Edit(name.start, name.end, _MARIADB_TYPES[name.word], rules.MARIADB_TYPE)
    if name.word != "TIMESTAMP":
        return
    width = [token.text for token in column[1:4]]
    if width[:1] == [b"("] and width[2:] == [b")"]:
        digits = width[1]
        if digits.isdigit() and int(digits) > _LARGEST_PRECISION:
            yield Edit(column[1].start, column[3].end, b"", rules.TIMESTAMP_WIDTH)


def _edit_default(column: Sequence[Token]) -> Iterator[Edit]:
    """Put a default in parentheses that MySQL accepts only in them."""
    for index, token in iter_outside(column):
        if token.word != "DEFAULT" or index + 1 == len(column):
            continue
        first = column[index + 1]
        last = _end_of_function(column, index + 1)
        rule = rules.DEFAULT_EXPRESSION
        if last is None and column[0].word in _NO_LITERAL_DEFAULT:
            last = _end_of_literal(column, index + 1)
            rule = rules.TEXT_DEFAULT
        if last is not None:
            yield Edit(first.start, first.start, b"(", rule)
            yield Edit(last.end, last.end, b")", rule)


def _end_of_function(column: Sequence[Token], index: int) -> Token | None:
    """Return the last token of a function call or a column's name."""
    token = column[index]
    if token.kind is TokenKind.NAME or token.word in _FUNCTIONS_WITHOUT_ARGUMENTS:
        if not _is_call(column, index):
            return token
    elif token.kind is not TokenKind.WORD or token.word in _BARE_FUNCTIONS:
        return None
    return column[closing_parenthesis(column, index + 1)] if _is_call(column, index) else None


def _is_call(column: Sequence[Token], index: int) -> bool:
    return index + 1 < len(column) and column[index + 1].text == b"("


def _end_of_literal(column: Sequence[Token], index: int) -> Token | None:
    """Return the last token of a literal that is not NULL: 'a', _utf8mb4'a', x'61', -1.5."""
    token = column[index]
    if token.kind is TokenKind.STRING:
        return token
    if token.text in (b"-", b"+"):
        index += 1
    if index == len(column) or column[index].kind is not TokenKind.WORD:
        return None
    if index + 1 < len(column) and column[index + 1].kind is TokenKind.STRING:
        is_introducer = column[index].text[:1] == b"_" or column[index].word in ("X", "B", "N")
        return column[index + 1] if is_introducer else None
    if not column[index].text[:1].isdigit():
        return column[index] if column[index].word in ("TRUE", "FALSE") else None
    has_fraction = [token.text for token in column[index + 1 : index + 2]] == [b"."]
    return column[min(index + 2, len(column) - 1)] if has_fraction else column[index]


def _edit_attributes(column: Sequence[Token]) -> Iterator[Edit]:
    rule = rules.MARIADB_COLUMN_OPTION
    words = [token.word for token in column]
    if _CHANGED_ATTRIBUTES.isdisjoint(words) and all(token.text != b"=" for token in column):
        return
    expression = words.index("AS") if "AS" in words else len(words)
    for index, token in iter_outside(column):
        if index == 0:
            continue
        rest = column[index + 1 : index + 3]
        has_sign = len(rest) == 2 and rest[0].text == b"="
        if words[index : index + 3] == ["WITHOUT", "SYSTEM", "VERSIONING"]:
            yield Edit(token.start, column[index + 2].end, b"", rule)
        elif token.word == "PERSISTENT" and index > expression:
            yield Edit(token.start, token.end, b"STORED", rule)
        elif has_sign and (token.kind is TokenKind.NAME or token.word == "REF_SYSTEM_ID"):
            yield Edit(token.start, rest[1].end, b"", rule)
        elif token.word == "COMPRESSED":
            # Percona Server: COLUMN_FORMAT COMPRESSED WITH COMPRESSION_DICTIONARY name.
            first = column[index - 1] if words[index - 1] == "COLUMN_FORMAT" else token
            has_dictionary = words[index + 1 : index + 3] == ["WITH", "COMPRESSION_DICTIONARY"]
            last = rest[1] if has_sign else token
            last = column[min(index + 3, len(column) - 1)] if has_dictionary else last
            yield Edit(first.start, last.end, b"", rule)
