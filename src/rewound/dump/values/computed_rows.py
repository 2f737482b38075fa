"""Queries and function calls in rows, which would run inside the server during the load.

Pure. A dump states its rows and settings. Some programs write functions around them that only
compute a value from their arguments; these are allowed. Anything that queries tables, waits, reads
files or calls a routine of the dump is refused: it could take for ever.

A name that is not a function on every supported server, or is not directly followed by its
parenthesis, could be a routine of the dump.
Source: MySQL 9.7 manual, "Function Name Parsing and Resolution"; tried on 9.7.4.
"""

import re
from collections.abc import Iterable

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse, excerpt
from rewound.dump.text.lexical import NAME_BYTES, LexicalMode
from rewound.dump.text.statement import Statement
from rewound.dump.text.tokens import Token, TokenKind, UnreadableText, iter_tokens
from rewound.dump.values.spatial_functions import CONSTRUCTORS
from rewound.dump.values.system_variables import OF_THE_SESSION, read_system_variable

_NAMES = frozenset({TokenKind.WORD, TokenKind.NAME})
_QUERIES = frozenset({"SELECT", "TABLE", "WITH", "UNION", "EXCEPT", "INTERSECT", "INTO"})
# These can never call a function of the dump, with or without a space.
_RESERVED = frozenset(
    {"VALUES", "ROW", "IN", "AND", "OR", "XOR", "NOT", "LIKE", "BETWEEN", "WHEN", "THEN", "ELSE"}
    | {"CASE", "INTERVAL", "DIV", "MOD", "IF", "LEFT", "RIGHT", "REPLACE", "REPEAT", "CONVERT"}
    | {"CHAR", "VARCHAR", "BINARY", "DECIMAL", "FLOAT", "DOUBLE", "DEFAULT", "UTC_DATE"}
    | {"UTC_TIME", "UTC_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"}
    | {"CURRENT_USER", "LOCALTIME", "LOCALTIMESTAMP", "DATABASE", "SCHEMA"}
)
_FUNCTIONS = frozenset(
    # text and bytes
    {"CONCAT", "CONCAT_WS", "UPPER", "LOWER", "UCASE", "LCASE", "TRIM", "LTRIM", "RTRIM", "LPAD"}
    | {"RPAD", "SUBSTR", "SUBSTRING", "REVERSE", "HEX", "UNHEX", "QUOTE", "BIN", "CONV", "ASCII"}
    | {"TO_BASE64", "FROM_BASE64", "CAST", "LENGTH", "CHAR_LENGTH", "COMPRESS", "UNCOMPRESS"}
    | {"MD5", "SHA", "SHA1", "SHA2", "CRC32", "AES_ENCRYPT", "AES_DECRYPT", "NCHAR"}
    # numbers and choices
    | {"ABS", "ROUND", "FLOOR", "CEIL", "CEILING", "TRUNCATE", "POW", "POWER", "RAND", "SIGN"}
    | {"GREATEST", "LEAST", "IFNULL", "NULLIF", "COALESCE", "ISNULL", "ELT", "FIELD"}
    # times
    | {"NOW", "SYSDATE", "CURDATE", "CURTIME", "UNIX_TIMESTAMP", "FROM_UNIXTIME", "STR_TO_DATE"}
    | {"DATE", "TIME", "TIMESTAMP", "DATETIME", "YEAR", "MAKEDATE", "MAKETIME", "DATE_FORMAT"}
    | {"DATE_ADD", "DATE_SUB", "ADDDATE", "SUBDATE", "ADDTIME", "SUBTIME", "TIMESTAMPADD"}
    | {"TO_DAYS", "FROM_DAYS", "SEC_TO_TIME", "TIME_TO_SEC", "LAST_DAY", "CONVERT_TZ"}
    # identities and addresses
    | {"UUID", "UUID_SHORT", "UUID_TO_BIN", "BIN_TO_UUID", "LAST_INSERT_ID", "VERSION", "USER"}
    | {"INET_ATON", "INET_NTOA", "INET6_ATON", "INET6_NTOA"}
    # documents and shapes
    | {"JSON_ARRAY", "JSON_OBJECT", "JSON_QUOTE", "JSON_UNQUOTE", "JSON_EXTRACT", "JSON_SET"}
    | {"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"}
    | {"GEOMETRYCOLLECTION", "GEOMCOLLECTION"}
    | {name.upper() for name in CONSTRUCTORS.values()}
    | {"ST_GEOMFROMGEOJSON", "ST_SRID", "ST_SWAPXY"}
)
"""Functions of both MySQL 8.0 and 9.7."""

_LETTER = rb"[" + NAME_BYTES + rb"]"
# A name is matched only from its beginning; a value of many digits also matches.
_CALL = re.compile(
    rb"(?:(?<![.'`" + NAME_BYTES + rb"])|(?=\.\s))"
    rb"(?>\.\s++|\bAS\s++|)[.'`" + NAME_BYTES + rb"]++\s*+\(",
    re.IGNORECASE,
)
_WORD = re.compile(rb"(?<![@." + NAME_BYTES + rb"])[A-Za-z]++(?!" + _LETTER + rb")")
_VARIABLE = re.compile(rb"@@[`.\w]*+")
_DOLLAR = re.compile(rb"(?<!" + _LETTER + rb")\$")


def find_computed_rows(
    statement: Statement, mode: LexicalMode, server_version: int
) -> RuleUse | None:
    """Return the rule that refuses an INSERT because of what its rows would execute.

    Raises:
        UnreadableText: the text between the strings is ambiguous.
    """
    masked_text = statement.masked_rows.strip()
    if not mode.utf8 and not masked_text.isascii():
        raise UnreadableText("the rows contain bytes that may be spaces or letters")
    if b"$" in masked_text and _DOLLAR.search(masked_text):
        raise UnreadableText("a $ could open a text")
    if b"@@" in masked_text and (variable := _find_variable(masked_text)):
        return RuleUse(rules.COMPUTED_VALUE, f"{statement.name}: {variable}")
    if not statement.is_plain and b"/*!" in masked_text:
        tokens = iter_tokens(statement.text, mode, server_version)
        found = find_computed(token for token in tokens if token.start >= statement.rows_start)
    else:
        # Most rows have no nested parentheses: avoid a step for each row. In a quoted name, which
        # may precede the first string, parentheses do not count.
        has_own_only = masked_text.count(b"(") == statement.rows and b"`" not in masked_text
        if has_own_only and masked_text.startswith(b"(") and masked_text.endswith(b")"):
            return None
        found = _find_in_masked_text(masked_text)
    return None if found is None else RuleUse(rules.COMPUTED_VALUE, f"{statement.name}: {found}")


def _find_variable(masked_text: bytes) -> str | None:
    """Return the first system variable that is not one of the dump's own session."""
    for variable in _VARIABLE.findall(masked_text):
        if read_system_variable(variable) not in OF_THE_SESSION:
            return str(excerpt(variable, 60))
    return None


def find_computed(tokens: Iterable[Token]) -> str | None:
    """Return the call or query that the tokens would execute; None if there is none.

    If there is none, all tokens are consumed.
    """
    before: Token | None = None
    previous: Token | None = None
    for token in tokens:
        if token.word in _QUERIES:
            return token.word
        if token.text == b"(" and previous is not None and previous.kind in _NAMES:
            mark = b"" if before is None else before.text.upper()
            is_harmless = _is_harmless(previous.word, is_apart=previous.end != token.start)
            if mark == b"." or (mark != b"AS" and not is_harmless):
                return _describe(previous.text)
        before, previous = previous, token
    return None


def _find_in_masked_text(masked_text: bytes) -> str | None:
    words: set[bytes] = set(_WORD.findall(masked_text))
    for word in sorted(words):
        if word.decode().upper() in _QUERIES:
            return word.decode().upper()
    calls: set[bytes] = set(_CALL.findall(masked_text))
    for call in sorted(calls):
        first, *rest = call[:-1].split()
        # AS is followed by the name of a row or of a type.
        if first.upper() == b"AS" and rest:
            continue
        is_apart = call[-2:-1].isspace()
        if not _is_harmless(first.decode("latin-1").upper(), is_apart=is_apart):
            return _describe((rest or [first])[-1].rpartition(b".")[2])
    return None


def _describe(name: bytes) -> str:
    return "a quoted name(…)" if name[:1] in (b"'", b"`", b'"') else f"{excerpt(name, 60)}(…)"


def _is_harmless(word: str, *, is_apart: bool) -> bool:
    return word in _RESERVED or (word in _FUNCTIONS and not is_apart)
