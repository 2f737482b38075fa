"""Completing the text being typed, the likeliest completion first. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from pygments.lexers import sql as pygments_sql

from rewound.cli.prompt.context import Context, Place, TableReference, read_context
from rewound.query.names import Names

_Value = TypeVar("_Value")

_OF_THE_SERVER = "information_schema"
_PLAIN_NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][0-9A-Za-z_$\u0080-\uffff]*")
_STATEMENTS = (
    *("SELECT", "SHOW", "DESCRIBE", "EXPLAIN", "WITH", "USE", "INSERT INTO", "UPDATE"),
    *("DELETE FROM", "REPLACE INTO", "CREATE TABLE", "ALTER TABLE", "DROP TABLE", "SET", "CALL"),
)
_CLAUSES = (
    *("FROM", "WHERE", "JOIN", "LEFT JOIN", "ON", "USING", "GROUP BY", "HAVING", "ORDER BY"),
    *("LIMIT", "AS", "AND", "OR", "IN", "IS NULL", "IS NOT NULL", "LIKE", "BETWEEN", "ASC"),
    *("DESC", "SET", "VALUES", "UNION"),
)
_OPERANDS = ("DISTINCT", "CASE", "NOT", "NULL", "TRUE", "FALSE", "INTERVAL", "EXISTS")
_INTERNAL = re.compile("internal_|can_access_|get_dd_|remove_dd_|get_jdv_|convert_.*_mask|like_")
"""Functions of the server's own views, which the lexer lists as well."""


def _list_words(*lists: str) -> tuple[str, ...]:
    """Return the words in lists of the lexer; they are private, so they may be missing."""
    builtins = getattr(pygments_sql, "_mysql_builtins", None)
    words = {word.upper() for name in lists for word in getattr(builtins, name, ())}
    return tuple(sorted(word for word in words if not _INTERNAL.match(word.lower())))


_KEYWORDS = _list_words("MYSQL_KEYWORDS", "MYSQL_DATATYPES", "MYSQL_CONSTANTS")
_FUNCTIONS = _list_words("MYSQL_FUNCTIONS")


class Suggestion(NamedTuple):
    """One possible completion."""

    text: str
    """The text that it inserts."""
    length: int
    """How many characters before the cursor it replaces."""
    what: str
    """What it is: `table`, `player` for a column of that table, `keyword`."""


class _Candidate(NamedTuple):
    name: str
    what: str
    prefix: str = ""
    """The text before the name."""


def complete_sql(
    text: str, cursor: int, *, names: Names, schema: str | None = None
) -> list[Suggestion]:
    """Return the completions at an offset in the text.

    Unqualified names belong to `schema`, by default to the only schema. Names match in any case,
    and are quoted with backticks where necessary.
    """
    context = read_context(text, cursor)
    if context.place is Place.NOTHING:
        return []
    default = schema or _only_schema(names)
    suggestions: dict[str, Suggestion] = {}
    for candidate in _iter_names(context, names, default):
        if _begins(candidate.name, context.prefix):
            shown = _quote(candidate.name, names, is_forced=context.is_quoted)
            shown = candidate.prefix + shown
            suggestions.setdefault(shown, Suggestion(shown, context.length, candidate.what))
    words = [] if context.is_quoted or context.qualifiers else list(_iter_words(context))
    found = [*suggestions.values()]
    if context.place in (Place.START, Place.BEHIND):
        return [*words, *(found if context.prefix else [])]
    return [*found, *words]


def complete_word(word: str, choices: Iterable[str], what: str) -> list[Suggestion]:
    """Return the choices that begin with a word."""
    return [Suggestion(each, len(word), what) for each in choices if _begins(each, word)]


def _iter_names(context: Context, names: Names, default: str | None) -> Iterator[_Candidate]:
    if context.qualifiers:
        yield from _iter_qualified(context, names, default)
    elif context.place is Place.TABLE:
        yield from _iter_tables(names, default)
        yield from _iter_schemas(names)
    elif context.place is Place.SCHEMA:
        yield from _iter_schemas(names)
    elif context.place in (Place.OPERAND, Place.BEHIND):
        known = list(_iter_known(context, names, default))
        for reference, columns in known:
            yield from (_Candidate(column, reference.name) for column in columns)
        yield from (_Candidate(reference.name, "table") for reference in context.tables)
        if not known:
            for table, columns in _get(names.schemas, default, {}).items():
                yield from (_Candidate(column, table) for column in columns)


def _iter_qualified(context: Context, names: Names, default: str | None) -> Iterator[_Candidate]:
    """Yield the columns of `table.` and `schema.table.`, and the tables of `schema.`."""
    *schemas, last = context.qualifiers
    if schemas or context.place is not Place.TABLE:
        references = [TableReference(schemas[-1] if schemas else None, last, None)]
        if not schemas:
            fitting = (each for each in context.tables if each.name.lower() == last.lower())
            references = [*fitting, *references]
        for reference in references:
            columns = _find_columns(reference, names, default)
            yield from (_Candidate(column, reference.table) for column in columns)
    if not schemas:
        yield from (_Candidate(table, "table") for table in _get(names.schemas, last, {}))


def _iter_tables(names: Names, default: str | None) -> Iterator[_Candidate]:
    if default is not None:
        yield from (_Candidate(table, "table") for table in _get(names.schemas, default, {}))
        return
    for schema, tables in names.schemas.items():
        if schema.lower() != _OF_THE_SERVER:
            prefix = _quote(schema, names) + "."
            yield from (_Candidate(table, "table", prefix) for table in tables)


def _iter_schemas(names: Names) -> Iterator[_Candidate]:
    # The server's own schemas come last.
    for schema in sorted(names.schemas, key=lambda name: (name.lower() == _OF_THE_SERVER, name)):
        yield _Candidate(schema, "schema")


def _iter_known(
    context: Context, names: Names, default: str | None
) -> Iterator[tuple[TableReference, Sequence[str]]]:
    """Yield those of the statement's tables that exist, with their columns."""
    for reference in context.tables:
        if columns := _find_columns(reference, names, default):
            yield reference, columns


def _find_columns(reference: TableReference, names: Names, default: str | None) -> Sequence[str]:
    tables = _get(names.schemas, reference.schema or default, {})
    return _get(tables, reference.table, ())


def _iter_words(context: Context) -> Iterator[Suggestion]:
    """Yield keywords and functions: the usual ones, and with a prefix all others."""
    groups: list[tuple[Sequence[str], str]] = []
    match context.place:
        case Place.START:
            groups = [(_STATEMENTS, "keyword")]
        case Place.BEHIND:
            groups = [(_CLAUSES, "keyword")]
        case Place.OPERAND if context.prefix:
            groups = [(_OPERANDS, "keyword"), (_FUNCTIONS, "function"), (_CLAUSES, "keyword")]
    # Where a table name is expected, hardly anything else can follow.
    if context.prefix and context.place not in (Place.TABLE, Place.SCHEMA):
        groups.append((_KEYWORDS, "keyword"))
    seen = set()
    for words, what in groups:
        for word in words:
            if word not in seen and _begins(word, context.prefix):
                seen.add(word)
                shown = word.lower() if context.is_lower else word
                yield Suggestion(shown, context.length, what)


def _only_schema(names: Names) -> str | None:
    own = [schema for schema in names.schemas if schema.lower() != _OF_THE_SERVER]
    return own[0] if len(own) == 1 else None


def _get(mapping: Mapping[str, _Value], name: str | None, default: _Value) -> _Value:
    """Return the value of a name, regardless of its case."""
    if name is None or name in mapping:
        return default if name is None else mapping[name]
    return next((value for key, value in mapping.items() if key.lower() == name.lower()), default)


def _begins(name: str, prefix: str) -> bool:
    return name.lower().startswith(prefix.lower())


def _quote(name: str, names: Names, *, is_forced: bool = False) -> str:
    is_plain = _PLAIN_NAME.fullmatch(name) and name.upper() not in names.reserved
    return name if is_plain and not is_forced else "`" + name.replace("`", "``") + "`"
