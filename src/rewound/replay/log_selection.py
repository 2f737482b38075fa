"""Statements of a log when only part of a dump was restored: `--only-table` and its kin. Pure.

The judge skips statements whose tables are all left out, and executes the others whole. Between
these are statements that name tables of both kinds: lists are narrowed to the tables that are here;
what would make a table that is here of one that is not, or the reverse, is refused.
"""

from collections.abc import Iterator, Sequence

from rewound.dump.judging.dump_filter import DumpFilter, ObjectName
from rewound.dump.judging.statement_reading import StatementReader
from rewound.dump.rules.verdict import RuleUse, excerpt
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.mentions import read_mentions
from rewound.dump.text.quoting import quote_name
from rewound.dump.text.statement import Kind, Name, Statement
from rewound.dump.text.tokens import Token, TooManyTokens, UnreadableText, unquote
from rewound.replay import log_rules

_DROPS = {
    Kind.DROP_TABLE: b"DROP TABLE ",
    Kind.DROP_VIEW: b"DROP VIEW ",
    Kind.DROP_TRIGGER: b"DROP TRIGGER ",
}
_IF_EXISTS = ["IF", "EXISTS"]


class LogSelection:
    """Applies a filter to the statements of a log."""

    def __init__(self, dump_filter: DumpFilter, server_version: int) -> None:
        self._filter = dump_filter
        self._reader = StatementReader(server_version)

    def narrow(self, text: bytes, mode: LexicalMode, schema: str | None) -> bytes | RuleUse:
        """Return the statement for the tables that are here, or the rule that refuses it.

        `schema` is the default database.
        """
        if self._filter.is_all:
            return text
        try:
            statement = self._reader.read(text, None, mode)
            tokens = self._reader.read_tokens(text, mode)
        except (UnreadableText, TooManyTokens):
            return text  # the judge says why
        if statement.kind in _DROPS:
            return self._narrow_list(statement, tokens, mode, schema)
        if statement.kind not in (Kind.CREATE_TABLE, Kind.ALTER_TABLE):
            return text
        own = self._has(statement.names[0], schema)
        partners = _iter_partners(statement, tokens, mode)
        if any(self._has(partner, schema) != own for partner in partners):
            return RuleUse(log_rules.LOG_SELECTION, excerpt(text))
        return text

    def _narrow_list(
        self, statement: Statement, tokens: Sequence[Token], mode: LexicalMode, schema: str | None
    ) -> bytes:
        """Return a DROP with the names of the list that are here.

        A trigger may be one of a table that is left out: whose it was, the statement does not say.
        """
        is_trigger = statement.kind is Kind.DROP_TRIGGER
        kept = [name for name in statement.names if is_trigger or self._has(name, schema)]
        if not kept or (len(kept) == len(statement.names) and not is_trigger):
            return statement.text
        words = [token.word for token in tokens[2:4]]
        exists = b"IF EXISTS " if is_trigger or words == _IF_EXISTS else b""
        names = b", ".join(_quote(name, mode.encoding) for name in kept)
        return _DROPS[statement.kind] + exists + names

    def _has(self, name: Name, schema: str | None) -> bool:
        key: ObjectName = (name.schema or schema or "", name.name)
        return self._filter.has_table(*key)


def _iter_partners(
    statement: Statement, tokens: Sequence[Token], mode: LexicalMode
) -> Iterator[Name]:
    """Yield the tables whose definition or rows a table takes over, or gives its own to."""
    mentions = read_mentions(tokens, statement.kind, mode)
    if mentions.renamed_to is not None:
        yield mentions.renamed_to
    words = [token.word for token in tokens]
    if statement.kind is Kind.CREATE_TABLE and "LIKE" in words[2:10]:
        yield from _read_name(tokens[words.index("LIKE", 2) + 1 :], mode)
    if "EXCHANGE" in words and "WITH" in words:
        yield from _read_name(tokens[words.index("WITH", words.index("EXCHANGE")) + 2 :], mode)


def _read_name(tokens: Sequence[Token], mode: LexicalMode) -> Iterator[Name]:
    if len(tokens) > 2 and tokens[1].text == b".":
        yield Name(unquote(tokens[0], mode), unquote(tokens[2], mode))
    elif tokens:
        yield Name(None, unquote(tokens[0], mode))


def _quote(name: Name, encoding: str) -> bytes:
    quoted = quote_name(name.name, encoding)
    return quoted if name.schema is None else quote_name(name.schema, encoding) + b"." + quoted
