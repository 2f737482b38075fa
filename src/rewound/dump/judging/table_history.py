"""Which tables a file has created so far, and which of its dumps filled them.

Pure. A statement that requires a missing table, or that deletes the rows of another dump in the
same file, is refused before a server would fail on it, or execute it.
"""

from collections.abc import Sequence

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse
from rewound.dump.text.statement import Kind

TableKey = tuple[str, str]

_FILLS = frozenset({Kind.INSERT, Kind.REPLACE, Kind.LOAD_DATA})
CHANGES_ROWS = _FILLS | {Kind.DELETE}
"""The kinds of statement that are about the rows of one table."""
_NEEDS = _FILLS | {Kind.ALTER_TABLE, Kind.CREATE_INDEX, Kind.LOCK, Kind.TRUNCATE, Kind.DELETE}
_EMPTIES = frozenset({Kind.DROP_TABLE, Kind.CREATE_TABLE, Kind.TRUNCATE, Kind.DELETE})


class TableHistory:
    """Guards the names of the tables and views that exist."""

    def __init__(self) -> None:
        self._made: set[TableKey] = set()
        self._views: set[TableKey] = set()
        self._filled: dict[TableKey, str] = {}
        """Each table with rows, and the dump that stated them."""
        self._dump = "the dump that begins at line 1"
        self._is_certain = True

    def begin_next_dump(self, what: str) -> None:
        """Record that another dump begins; `what` names it in messages."""
        self._dump = what

    def lose_track(self) -> None:
        """Stop judging what is missing: a statement that may have created tables was refused."""
        self._is_certain = False

    def find_refusal(self, kind: Kind, keys: Sequence[TableKey]) -> RuleUse | None:
        """Return the rule that refuses a statement of that kind about these tables."""
        if kind in _NEEDS and self._is_certain:
            for key in keys:
                if key not in self._made and _caseless(key) not in self._made:
                    return RuleUse(
                        rules.TABLE_MISSING,
                        f"it is for table {key[0]}.{key[1]}, which is not created before it",
                    )
        if kind in CHANGES_ROWS and not self._views.isdisjoint(map(_caseless, keys)):
            return RuleUse(rules.ROWS_FOR_VIEW, f"{keys[0][0]}.{keys[0][1]} is a view")
        if kind in _EMPTIES and self._filled:
            for key in keys:
                if (earlier := self._filled.get(key, self._dump)) != self._dump:
                    return self._overlap(f"table {key[0]}.{key[1]}", earlier)
        return None

    def find_lost_database(self, schema: str) -> RuleUse | None:
        """Return the rule that refuses to drop a database with rows of another dump."""
        for (owner, _), earlier in self._filled.items():
            if owner == schema and earlier != self._dump:
                return self._overlap(f"database {schema}", earlier)
        return None

    def _overlap(self, what: str, earlier: str) -> RuleUse:
        return RuleUse(
            rules.DUMPS_OVERLAP,
            f"{earlier} puts rows into {what}, and {self._dump} creates it again",
        )

    def follow(self, kind: Kind, keys: Sequence[TableKey], text: bytes) -> None:
        """Record an executed statement."""
        if kind in _FILLS:
            self._filled.setdefault(keys[0], self._dump)
        elif kind in (Kind.CREATE_TABLE, Kind.CREATE_VIEW):
            self._made |= {keys[0], _caseless(keys[0])}
            self._views.discard(_caseless(keys[0]))
            if kind is Kind.CREATE_VIEW:
                self._views.add(_caseless(keys[0]))
        elif kind is Kind.DROP_TABLE:
            for key in keys:
                self._made -= {key, _caseless(key)}
                self._views.discard(_caseless(key))
                self._filled.pop(key, None)
        elif kind is Kind.DROP_VIEW:
            # DROP VIEW leaves a table of that name alone.
            for key in keys:
                if _caseless(key) in self._views:
                    self._made -= {key, _caseless(key)}
                    self._views.discard(_caseless(key))
        elif kind is Kind.ALTER_TABLE and b"RENAME" in text.upper():
            self._is_certain = False

    def drop_database(self, schema: str) -> None:
        """Forget a database."""
        self._made = {key for key in self._made if key[0].lower() != schema.lower()}
        self._views = {key for key in self._views if key[0] != schema.lower()}
        self._filled = {key: dump for key, dump in self._filled.items() if key[0] != schema}


def _caseless(key: TableKey) -> TableKey:
    """Return the key in the form that all spellings of the name share.

    Only the server knows whether names that differ only in case are different.
    """
    return key[0].lower(), key[1].lower()
