"""One statement of a dump: its kind, its names, its rows.

Pure values, which `statement_parser` makes. The kinds say what a statement is, not what happens to
it: see `rules`.
"""

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """What a statement does."""

    EMPTY = "nothing but comments"
    SET = "SET"
    USE = "USE"
    CREATE_DATABASE = "CREATE DATABASE"
    ALTER_DATABASE = "ALTER DATABASE"
    DROP_DATABASE = "DROP DATABASE"
    CREATE_TABLE = "CREATE TABLE"
    ALTER_TABLE = "ALTER TABLE"
    DROP_TABLE = "DROP TABLE"
    TRUNCATE = "TRUNCATE TABLE"
    CREATE_INDEX = "CREATE INDEX"
    CREATE_VIEW = "CREATE VIEW"
    DROP_VIEW = "DROP VIEW"
    CREATE_TRIGGER = "CREATE TRIGGER"
    CREATE_PROCEDURE = "CREATE PROCEDURE"
    CREATE_FUNCTION = "CREATE FUNCTION"
    CREATE_EVENT = "CREATE EVENT"
    CREATE_LIBRARY = "CREATE LIBRARY"
    DROP_TRIGGER = "DROP TRIGGER"
    DROP_PROCEDURE = "DROP PROCEDURE"
    DROP_FUNCTION = "DROP FUNCTION"
    DROP_EVENT = "DROP EVENT"
    DROP_LIBRARY = "DROP LIBRARY"
    INSERT = "INSERT"
    REPLACE = "REPLACE"
    LOAD_DATA = "rows of a text file"
    DELETE = "DELETE of all rows"
    LOCK = "LOCK TABLES"
    UNLOCK = "UNLOCK TABLES"
    TRANSACTION = "START TRANSACTION, COMMIT"
    REPLICATION = "CHANGE MASTER, CHANGE REPLICATION SOURCE"
    ACCOUNT = "accounts and grants"
    FLUSH = "FLUSH"
    MAINTENANCE = "ANALYZE, CHECK, OPTIMIZE, REPAIR TABLE"
    MARIADB_OBJECT = "a sequence or package of MariaDB"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # each is looked up in fifty sets, and Enum's is slow


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a table, view or routine, as written."""

    schema: str | None
    """The part before the dot."""
    name: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, and what its first words show."""

    kind: Kind
    text: bytes
    """The bytes of the dump."""
    names: tuple[Name, ...] = ()
    """What it creates, drops, fills, locks or uses; the table of a trigger or index comes last."""

    rows_start: int = 0
    """For INSERT and REPLACE: the offset after VALUES or SET, where its rows begin."""

    masked_rows: bytes = b""
    """For INSERT and REPLACE: the masked text from there on."""

    is_plain: bool = False
    """For INSERT and REPLACE: its rows contain no comments and no quotes but single ones, so that
    text and masked text differ only in the contents of the strings."""

    rows: int = 0
    """For INSERT, REPLACE and LOAD_DATA: how many rows its text contains."""

    updates_rows: bool = False
    """For INSERT: ON DUPLICATE KEY UPDATE follows its rows."""

    @property
    def name(self) -> Name | None:
        """The first of its names."""
        return self.names[0] if self.names else None
