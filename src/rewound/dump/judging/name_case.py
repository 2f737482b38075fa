"""The letter case of table names: whether the dumped server distinguished it.

Pure. With lower_case_table_names=1, as on Windows, a server stores names in lower case and finds
them in any case, so its dumps may use both. If a dump refers to a table that it created by a name
in another case, it needs such a server again; but not if it created two tables whose names differ
only in case.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import dropwhile

from rewound.dump.definitions.known_tables import TableKey
from rewound.dump.definitions.plan import STORED_OBJECTS
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.mentions import Mentions
from rewound.dump.text.statement import Kind, Name, Statement
from rewound.dump.text.tokens import Token, TokenKind, unquote

_MAKES = frozenset({Kind.CREATE_TABLE, Kind.CREATE_VIEW})
_UNMAKES = frozenset({Kind.DROP_TABLE, Kind.DROP_VIEW})
_USES = frozenset(
    {
        Kind.INSERT,
        Kind.REPLACE,
        Kind.LOAD_DATA,
        Kind.LOCK,
        Kind.ALTER_TABLE,
        Kind.TRUNCATE,
        Kind.DELETE,
    }
    | {Kind.CREATE_INDEX, Kind.CREATE_TRIGGER}
)
_NAMED_OTHERWISE = STORED_OBJECTS - {Kind.CREATE_VIEW}
"""Every server ignores case in the names of these."""
_DROPS = frozenset({Kind.DROP_TRIGGER, Kind.DROP_PROCEDURE, Kind.DROP_FUNCTION, Kind.DROP_EVENT})
_BEFORE_TABLE = frozenset({"FROM", "JOIN", "UPDATE", "REFERENCES"})


class NameCase:
    """Guards the names of the tables and views that a dump has created, as it writes them."""

    def __init__(self) -> None:
        self._made: dict[TableKey, TableKey] = {}
        """Each by its name in lower case."""
        self._schemas: dict[str, str] = {}
        self._are_told_apart = False
        self._is_found = False
        self._later: dict[TableKey, int] = {}
        """Names in bodies and foreign keys, whose tables may come later, with their lines."""

    def follow(
        self,
        statement: Statement,
        schemas: Sequence[str],
        tokens: Sequence[Token],
        mode: LexicalMode,
        line: int,
    ) -> str | None:
        """Return, once, what shows that names are case-insensitive; None if nothing does.

        The names of the statement are as written; `tokens` are those of a definition.
        """
        kind = statement.kind
        keys = [(schema, name.name) for schema, name in zip(schemas, statement.names, strict=False)]
        if kind in (Kind.CREATE_DATABASE, Kind.USE) and keys:
            return self._follow_schema(keys[0][1], is_made=kind is Kind.CREATE_DATABASE)
        found = None
        if kind in _MAKES:
            self._make(keys[0])
        elif kind in _UNMAKES:
            for key in keys:
                self._made.pop(_fold(key), None)
        elif kind in _USES:
            used = keys[-1:] if kind in (Kind.CREATE_TRIGGER, Kind.CREATE_INDEX) else keys
            found = next(filter(None, map(self._find_other_case, used)), None)
        for name in _iter_tables(tokens, mode):
            self._later.setdefault((name.schema or schemas[0], name.name), line)
        return self._once(found)

    def finish(self) -> tuple[int, str] | None:
        """Return a line and what it shows, when all tables of the dump are created."""
        for key, line in self._later.items():
            if (found := self._once(self._find_other_case(key))) is not None:
                return line, found
        return None

    def _follow_schema(self, schema: str, *, is_made: bool) -> str | None:
        made = self._schemas.setdefault(schema.lower(), schema)
        if made == schema:
            return None
        if is_made:
            self._are_told_apart = True
        return self._once(f"it refers to database {schema}, which it created as {made}")

    def _make(self, key: TableKey) -> None:
        if self._made.setdefault(_fold(key), key) != key:
            self._are_told_apart = True

    def _find_other_case(self, key: TableKey) -> str | None:
        made = self._made.get(_fold(key))
        if made is None or made == key:
            return None
        return f"it refers to table {'.'.join(key)}, which it created as {'.'.join(made)}"

    def _once(self, found: str | None) -> str | None:
        if found is None or self._is_found or self._are_told_apart:
            return None
        self._is_found = True
        return found


def fold_names(statement: Statement) -> Statement:
    """Return the statement with its names as lower_case_table_names=1 stores them."""
    names = [fold_name(name) for name in statement.names]
    if names and (statement.kind in _NAMED_OTHERWISE or statement.kind in _DROPS):
        names[0] = replace(names[0], name=statement.names[0].name)
    return replace(statement, names=tuple(names))


def fold_mentions(mentions: Mentions) -> Mentions:
    """Return the other tables of a definition, with their names in lower case."""
    new = mentions.renamed_to
    return replace(
        mentions,
        tables=tuple(map(fold_name, mentions.tables)),
        renamed_to=None if new is None else fold_name(new),
    )


def fold_name(name: Name) -> Name:
    """Return the name of a table in lower case."""
    return Name(None if name.schema is None else name.schema.lower(), name.name.lower())


def _fold(key: TableKey) -> TableKey:
    return key[0].lower(), key[1].lower()


def _iter_tables(tokens: Sequence[Token], mode: LexicalMode) -> Iterator[Name]:
    """Yield the tables that a definition refers to, as far as single words show."""
    for index, token in enumerate(tokens):
        if token.word not in _BEFORE_TABLE:
            continue
        rest = list(dropwhile(lambda each: each.text == b"(", tokens[index + 1 : index + 12]))
        parts = [each for each in rest[:3:2] if each.kind in (TokenKind.NAME, TokenKind.WORD)]
        if not parts or rest[0] is not parts[0]:
            continue
        is_qualified = len(parts) == 2 and rest[1].text == b"."
        names = [unquote(each, mode) for each in parts]
        yield Name(names[0], names[1]) if is_qualified else Name(None, names[0])
