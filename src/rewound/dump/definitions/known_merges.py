"""The MERGE tables that a dump has created so far: their rows are those of other tables. Pure."""

from collections.abc import Sequence

from rewound.dump.definitions.storage_engines import real_engine
from rewound.dump.definitions.table_options import read_engine
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.mentions import read_mentions
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import Token

TableKey = tuple[str, str]
"""(schema, table)."""
MERGE_ENGINE = "mrg_myisam"
"""Its name in the server, in lower case."""


class KnownMerges:
    """Keeps the names of the MERGE tables after the statements so far."""

    def __init__(self) -> None:
        self._keys: set[TableKey] = set()

    def __contains__(self, key: TableKey) -> bool:
        return key in self._keys

    def follow(
        self,
        kind: Kind,
        keys: Sequence[TableKey],
        tokens: Sequence[Token],
        mode: LexicalMode,
        *,
        default_engine: str,
        folds_names: bool = False,
    ) -> None:
        """Record an executed statement, but no CREATE TABLE IF NOT EXISTS of a table that exists.

        MySQL keeps the names of the merged tables as they were: if one of them is renamed, the
        MERGE table looks for a table of the old name.

        Source: MySQL 9.7.4, tried.
        """
        if kind is Kind.DROP_TABLE:
            self._keys.difference_update(keys)
        if kind not in (Kind.CREATE_TABLE, Kind.ALTER_TABLE):
            return
        engine = read_engine(tokens, kind, mode)
        if kind is Kind.CREATE_TABLE and len(keys) == 1:
            engine = engine or real_engine(default_engine)
        is_merge = keys[-1] in self._keys if engine is None else engine == MERGE_ENGINE
        self._keys.discard(keys[0])
        if is_merge:
            self._keys.add(_find_new_key(kind, keys[0], tokens, mode, folds_names=folds_names))

    def drop_schema(self, schema: str) -> None:
        """Forget the tables of a database."""
        self._keys = {key for key in self._keys if key[0] != schema}


def _find_new_key(
    kind: Kind, key: TableKey, tokens: Sequence[Token], mode: LexicalMode, *, folds_names: bool
) -> TableKey:
    """Return the key of a table after the statement, which may rename it."""
    new = read_mentions(tokens, kind, mode).renamed_to
    if new is None:
        return key
    schema, name = new.schema or key[0], new.name
    return (schema.lower(), name.lower()) if folds_names else (schema, name)
