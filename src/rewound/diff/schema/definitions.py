"""The definitions of a server's schemas, as values. Pure.

Left out on purpose are differences without meaning: the AUTO_INCREMENT counter, estimates of rows,
times of creation, DEFINER, and the position of a column, except for the order of those that both
sides have.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class ObjectKind(enum.Enum):
    """The kinds of objects that can be added, removed or changed."""

    SCHEMA = "schema"
    TABLE = "table"
    COLUMN = "column"
    KEY = "key"
    CONSTRAINT = "constraint"
    """A CHECK or a FOREIGN KEY."""
    VIEW = "view"
    TRIGGER = "trigger"
    PROCEDURE = "procedure"
    FUNCTION = "function"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """One column of a table."""

    name: str
    type: str
    """As in a CREATE TABLE: `decimal(12,2) unsigned`."""
    base: str = field(metadata={"shown": False})
    """The type's name alone, in lower case: `decimal`."""
    is_nullable: bool = True
    default: str | None = None
    """None if there is none, and for NULL."""
    character_set: str | None = field(default=None, metadata={"shown": False})
    collation: str | None = None
    blank: str = field(default="", metadata={"shown": False})
    """What a blank weighs, in hexadecimal, where the collation takes texts for equal that
    differ in blanks at their end; else empty."""
    scale: int | None = field(default=None, metadata={"shown": False})
    """Digits after the point of a DECIMAL, or of a second."""
    expression: str = ""
    """What a generated column computes."""
    extra: str = ""
    """`auto_increment`, `STORED GENERATED`, `on update CURRENT_TIMESTAMP`, `INVISIBLE`."""
    srid: str | None = None
    """The reference system of a geometry."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class KeyPart:
    """One part of a key."""

    column: str | None
    """None for an expression."""
    expression: str | None = None
    prefix_length: int | None = None
    """Only so many characters or bytes of the column are in the key."""
    is_descending: bool = False

    def __str__(self) -> str:
        text = self.column or f"({self.expression})"
        text += f"({self.prefix_length})" if self.prefix_length else ""
        return text + (" DESC" if self.is_descending else "")


@dataclass(frozen=True, slots=True)
class Key:
    """One index of a table."""

    name: str
    """`PRIMARY` for the primary key."""
    parts: tuple[KeyPart, ...]
    is_unique: bool
    type: str = "BTREE"
    """BTREE, HASH, FULLTEXT or SPATIAL."""
    is_visible: bool = True
    """Whether the optimizer may use it."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One CHECK or FOREIGN KEY of a table."""

    name: str
    definition: str
    """The condition; or the columns, what they refer to, and what happens on changes."""
    is_enforced: bool = True


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """One base table."""

    name: str
    columns: tuple[ColumnDefinition, ...]
    """In the table's order."""
    keys: tuple[Key, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    engine: str = ""
    collation: str | None = None
    """What new columns get."""
    options: str = ""
    """As SHOW CREATE TABLE would have them: `row_format=COMPRESSED`."""
    partitions: tuple[str, ...] = ()
    """Each with its method, expression and limits."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One view."""

    name: str
    definition: str
    """The SELECT as the server wrote it, without the name of its own schema."""
    check_option: str = "NONE"
    security: str = "DEFINER"
    """Whose privileges count: DEFINER or INVOKER."""


@dataclass(frozen=True, slots=True)
class TriggerDefinition:
    """One trigger."""

    name: str
    table: str
    when: str
    """`BEFORE INSERT` and its kin."""
    order: int
    """Its place among the triggers of the same event."""
    body: str
    sql_mode: str = ""


@dataclass(frozen=True, slots=True)
class Routine:
    """One procedure or function."""

    name: str
    kind: ObjectKind
    parameters: tuple[str, ...]
    """Each with its mode, name and type."""
    returns: str | None
    """The type of a function."""
    body: str | None
    """None if the account may not see it."""
    is_deterministic: bool = False
    data_access: str = "CONTAINS SQL"
    security: str = "DEFINER"
    sql_mode: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    name: str
    schedule: str
    body: str
    sql_mode: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Schema:
    """All that is in one schema, each by its name."""

    name: str
    collation: str
    """What new tables get."""
    tables: Mapping[str, TableDefinition] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)
    triggers: Mapping[str, TriggerDefinition] = field(default_factory=dict)
    routines: Mapping[tuple[ObjectKind, str], Routine] = field(default_factory=dict)
    """By their kind and their name in lower case."""
    events: Mapping[str, Event] = field(default_factory=dict)
    unseen: frozenset[ObjectKind] = frozenset()
    """Kinds of objects that the account may not see completely."""
