"""The tables that a dump has created so far, as far as its later statements depend on them.

Pure. It follows the definitions of one dump in their order. Nothing is known about tables that the
dump has not created, or whose definition is ambiguous.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rewound.dump.definitions.known_columns import (
    KnownColumn,
    NotCertain,
    alter_columns,
    numbers_may_repeat,
    read_columns,
)
from rewound.dump.definitions.known_merges import KnownMerges
from rewound.dump.definitions.table_options import read_auto_increment
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import Token

FOLLOWED = frozenset({Kind.CREATE_TABLE, Kind.ALTER_TABLE, Kind.DROP_TABLE, Kind.CREATE_TRIGGER})
"""The kinds of statement that may change what is known about a table."""
TableKey = tuple[str, str]
"""(schema, table)."""


@dataclass(frozen=True, slots=True)
class KnownTable:
    """One table that the dump has created."""

    columns: tuple[KnownColumn, ...]
    """The columns in their order."""
    next_number: int = 1
    """The AUTO_INCREMENT that its definition states."""
    has_triggers: bool = False
    numbers_repeat: bool = False
    """Its AUTO_INCREMENT is not unique: several rows may have the same number."""

    @property
    def auto_increment_column(self) -> str | None:
        """The name of the column whose values the server can choose."""
        return next((each.name for each in self.columns if each.has_auto_increment), None)

    @property
    def has_timestamps(self) -> bool:
        """Whether some of its values depend on the session's time zone."""
        return any(column.is_timestamp for column in self.columns)

    def listed(self, names: Sequence[str] | None) -> tuple[KnownColumn, ...] | None:
        """Return the columns that an INSERT with this list states; None if one does not exist.

        Without a list, it states all visible columns.
        """
        if names is None:
            return tuple(column for column in self.columns if not column.is_invisible)
        by_name = {column.name: column for column in self.columns}
        listed = [by_name[name.lower()] for name in names if name.lower() in by_name]
        return tuple(listed) if len(listed) == len(names) else None


class KnownTables:
    """Keeps what is known about each table after the statements so far."""

    def __init__(self) -> None:
        self._tables: dict[TableKey, KnownTable] = {}
        self._merges = KnownMerges()
        self.folds_names = False
        """Whether the server stores names in lower case."""
        self.version = 0
        """Changes with every statement that is followed."""

    def find(self, key: TableKey) -> KnownTable | None:
        """Return what is known about a table; None if nothing is."""
        return self._tables.get(key)

    def is_merge(self, key: TableKey) -> bool:
        """Tell whether a table is a MERGE table."""
        return key in self._merges

    def follow(
        self,
        kind: Kind,
        keys: Sequence[TableKey],
        tokens: Sequence[Token],
        mode: LexicalMode,
        *,
        default_engine: str = "InnoDB",
    ) -> None:
        """Record an executed statement about these tables, in its order."""
        self.version += 1
        is_known = keys[0] in self._tables or keys[0] in self._merges
        if kind is Kind.CREATE_TABLE and is_known and _only_if_missing(tokens):
            return
        self._merges.follow(
            kind, keys, tokens, mode, default_engine=default_engine, folds_names=self.folds_names
        )
        match kind:
            case Kind.CREATE_TABLE:
                self._create(keys, tokens, mode)
            case Kind.ALTER_TABLE:
                self._alter(keys[0], tokens, mode)
            case Kind.CREATE_TRIGGER:
                if (table := self._tables.get(keys[-1])) is not None:
                    self._tables[keys[-1]] = replace(table, has_triggers=True)
            case Kind.DROP_TABLE:
                for key in keys:
                    self._tables.pop(key, None)

    def drop_schema(self, schema: str) -> None:
        """Forget the tables of a database."""
        self.version += 1
        self._merges.drop_schema(schema)
        self._tables = {key: table for key, table in self._tables.items() if key[0] != schema}

    def _create(self, keys: Sequence[TableKey], tokens: Sequence[Token], mode: LexicalMode) -> None:
        if len(keys) > 1:
            table = self._tables.get(keys[1])
            table = None if table is None else replace(table, next_number=1, has_triggers=False)
        else:
            table = _read_table(tokens, mode)
        self._set(keys[0], table)

    def _alter(self, key: TableKey, tokens: Sequence[Token], mode: LexicalMode) -> None:
        table = self._tables.pop(key, None)
        if table is None:
            return
        try:
            columns, new_name = alter_columns(table.columns, tokens, mode)
        except NotCertain:
            return
        number = read_auto_increment(tokens, Kind.ALTER_TABLE, mode) or table.next_number
        if new_name is not None:
            key = (new_name[0] or key[0], new_name[1])
            if self.folds_names:
                key = (key[0].lower(), key[1].lower())
        self._set(key, replace(table, columns=columns, next_number=number))

    def _set(self, key: TableKey, table: KnownTable | None) -> None:
        if table is None:
            self._tables.pop(key, None)
        else:
            self._tables[key] = table


def _only_if_missing(tokens: Sequence[Token]) -> bool:
    return any(token.word == "EXISTS" for token in tokens[:6])


def _read_table(tokens: Sequence[Token], mode: LexicalMode) -> KnownTable | None:
    try:
        columns = read_columns(tokens, mode)
    except NotCertain:
        return None
    number = read_auto_increment(tokens, Kind.CREATE_TABLE, mode)
    repeats = numbers_may_repeat(columns, tokens, mode)
    return KnownTable(columns, number or 1, numbers_repeat=repeats) if columns else None
