"""Tables of a few columns, as the two sides of a comparison have them."""

from rewound.diff.rows.keys import ChosenKey, find_key
from rewound.diff.schema.definitions import ColumnDefinition, Key, KeyPart, TableDefinition

INT = {"type": "int", "base": "int", "is_nullable": False}
TEXT = {
    "type": "varchar(20)",
    "base": "varchar",
    "is_nullable": False,
    "character_set": "utf8mb4",
    "collation": "utf8mb4_0900_ai_ci",
}


def column(name: str, kind: dict[str, object] = INT, **changes: object) -> ColumnDefinition:
    return ColumnDefinition(name=name, **{**kind, **changes})  # type: ignore[arg-type]


def key(name: str, *parts: str | KeyPart, is_unique: bool = True, is_visible: bool = True) -> Key:
    listed = tuple(p if isinstance(p, KeyPart) else KeyPart(p) for p in parts)
    return Key(name, listed, is_unique=is_unique, is_visible=is_visible)


def table(columns: list[ColumnDefinition], *keys: Key) -> TableDefinition:
    return TableDefinition("t", tuple(columns), tuple(keys))


def choose(before: TableDefinition, after: TableDefinition | None = None) -> ChosenKey | None:
    after = after or before
    return find_key(before, after, usable={each.name for each in before.columns})


AB = [column("a"), column("b")]
