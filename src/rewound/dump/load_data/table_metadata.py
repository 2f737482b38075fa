"""What must be known about a table before its rows are sent as fields. Pure values."""

import enum
from dataclasses import dataclass


class ValueKind(enum.Enum):
    """What a column's values may look like, in a row and as a field alike."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    TEXT = "text"
    """In quotes: text, temporal values, ENUM and SET, JSON, YEAR."""
    BYTES = "bytes"
    """In quotes, perhaps after `_binary`: BINARY, BLOB, BIT, GEOMETRY."""
    OTHER = "other"
    """Values that are not known to mean the same in both."""


@dataclass(frozen=True, slots=True)
class ColumnMetadata:
    """One column of a table, as far as its values are concerned."""

    name: str
    kind: ValueKind
    is_nullable: bool
    character_set: str | None
    """MySQL's name of it; None for a column without text."""
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class TableMetadata:
    """What must be known about a table before its rows are sent as fields."""

    columns: tuple[ColumnMetadata, ...]
    """All columns for which rows can state a value, in their order; without generated ones."""
    auto_increment_column: str | None
    """The column with AUTO_INCREMENT, if there is one."""
    has_primary_key: bool
    has_foreign_keys: bool
