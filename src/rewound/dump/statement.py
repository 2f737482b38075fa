"""What kind of statement is this: the kinds that dumps hold, told by their first words.

Pure. A statement that fits no kind is UNKNOWN, and unknown statements never reach a
server. The kinds here say what a statement is, not what becomes of it: see `rules`.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from rewound.dump.lexical import LexicalMode
from rewound.dump.tokens import Token, TokenKind, iter_tokens, unquote


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
    CREATE_ROUTINE = "CREATE PROCEDURE or FUNCTION"
    CREATE_EVENT = "CREATE EVENT"
    DROP_PROGRAM = "DROP of a trigger, routine or event"
    INSERT = "INSERT"
    REPLACE = "REPLACE"
    LOCK = "LOCK or UNLOCK TABLES"
    TRANSACTION = "START TRANSACTION, COMMIT"
    REPLICATION = "CHANGE MASTER, CHANGE REPLICATION SOURCE"
    ACCOUNT = "accounts and grants"
    FLUSH = "FLUSH"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a table, view or routine, as far as it is written."""

    schema: str | None
    """The part before the dot."""
    name: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and what its first words say."""

    kind: Kind
    text: bytes
    """In the dump's own bytes."""
    name: Name | None = None
    """What it creates, drops, fills or uses, for the kinds that name one thing."""


_FIRST_WORDS = {
    "SET": Kind.SET,
    "USE": Kind.USE,
    "INSERT": Kind.INSERT,
    "REPLACE": Kind.REPLACE,
    "TRUNCATE": Kind.TRUNCATE,
    "LOCK": Kind.LOCK,
    "UNLOCK": Kind.LOCK,
    "BEGIN": Kind.TRANSACTION,
    "START": Kind.TRANSACTION,
    "COMMIT": Kind.TRANSACTION,
    "GRANT": Kind.ACCOUNT,
    "REVOKE": Kind.ACCOUNT,
    "FLUSH": Kind.FLUSH,
}

_OBJECTS = {
    ("CREATE", "DATABASE"): Kind.CREATE_DATABASE,
    ("CREATE", "SCHEMA"): Kind.CREATE_DATABASE,
    ("ALTER", "DATABASE"): Kind.ALTER_DATABASE,
    ("ALTER", "SCHEMA"): Kind.ALTER_DATABASE,
    ("DROP", "DATABASE"): Kind.DROP_DATABASE,
    ("DROP", "SCHEMA"): Kind.DROP_DATABASE,
    ("CREATE", "TABLE"): Kind.CREATE_TABLE,
    ("ALTER", "TABLE"): Kind.ALTER_TABLE,
    ("DROP", "TABLE"): Kind.DROP_TABLE,
    ("DROP", "TABLES"): Kind.DROP_TABLE,
    ("CREATE", "INDEX"): Kind.CREATE_INDEX,
    ("CREATE", "VIEW"): Kind.CREATE_VIEW,
    ("DROP", "VIEW"): Kind.DROP_VIEW,
    ("CREATE", "TRIGGER"): Kind.CREATE_TRIGGER,
    ("CREATE", "PROCEDURE"): Kind.CREATE_ROUTINE,
    ("CREATE", "FUNCTION"): Kind.CREATE_ROUTINE,
    ("CREATE", "EVENT"): Kind.CREATE_EVENT,
    ("DROP", "TRIGGER"): Kind.DROP_PROGRAM,
    ("DROP", "PROCEDURE"): Kind.DROP_PROGRAM,
    ("DROP", "FUNCTION"): Kind.DROP_PROGRAM,
    ("DROP", "EVENT"): Kind.DROP_PROGRAM,
    ("CREATE", "USER"): Kind.ACCOUNT,
    ("CREATE", "ROLE"): Kind.ACCOUNT,
    ("ALTER", "USER"): Kind.ACCOUNT,
    ("DROP", "USER"): Kind.ACCOUNT,
    ("DROP", "ROLE"): Kind.ACCOUNT,
    ("CHANGE", "MASTER"): Kind.REPLICATION,
    ("CHANGE", "REPLICATION"): Kind.REPLICATION,
}

# What may stand between CREATE and the kind of object. TEMPORARY is missing on purpose:
# a table that vanishes with the session is no part of a dump.
_CREATE_OPTIONS = frozenset(
    {"OR", "REPLACE", "UNIQUE", "FULLTEXT", "SPATIAL", "AGGREGATE", "SQL", "SECURITY"}
    | {"INVOKER", "ALGORITHM", "UNDEFINED", "MERGE", "TEMPTABLE", "DEFINER"}
)
_NAMED = frozenset(
    {Kind.USE, Kind.CREATE_DATABASE, Kind.ALTER_DATABASE, Kind.DROP_DATABASE}
    | {Kind.CREATE_TABLE, Kind.ALTER_TABLE, Kind.DROP_TABLE, Kind.TRUNCATE}
    | {Kind.CREATE_VIEW, Kind.DROP_VIEW, Kind.INSERT, Kind.REPLACE, Kind.CREATE_ROUTINE}
    | {Kind.CREATE_TRIGGER, Kind.CREATE_EVENT, Kind.DROP_PROGRAM}
)
_BEFORE_NAME = frozenset(
    {"IF", "NOT", "EXISTS", "INTO", "IGNORE", "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "TABLE"}
)


def parse_statement(text: bytes, mode: LexicalMode, server_version: int) -> Statement:
    """Return the statement with its kind and name.

    Only the first words are read; the rest may still be unreadable.

    Raises:
        UnreadableText: the first words have no certain reading.
    """
    tokens = iter_tokens(text, mode, server_version)
    first = next(tokens, None)
    if first is None:
        return Statement(Kind.EMPTY, text)
    kind = _FIRST_WORDS.get(first.word) or _kind_of_object(first, tokens)
    name = _read_name(tokens, mode) if kind in _NAMED else None
    if kind in _NAMED and name is None:
        # ALTER DATABASE and USE may leave the name out or not; without one we cannot judge.
        kind = Kind.UNKNOWN
    return Statement(kind, text, name)


def _kind_of_object(first: Token, tokens: Iterator[Token]) -> Kind:
    """Read on to the kind of object; for CREATE past DEFINER = … and the like."""
    if first.word not in ("CREATE", "ALTER", "DROP", "CHANGE"):
        return Kind.UNKNOWN
    after_definer = False
    for token in tokens:
        if kind := _OBJECTS.get((first.word, token.word)):
            return kind
        if first.word != "CREATE":
            break
        if token.kind is TokenKind.WORD and token.word not in _CREATE_OPTIONS and not after_definer:
            break
        after_definer = token.word == "DEFINER" or (after_definer and token.text == b"=")
    return Kind.UNKNOWN


def _read_name(tokens: Iterator[Token], mode: LexicalMode) -> Name | None:
    parts: list[str] = []
    expects_part = True
    for token in tokens:
        if token.word in _BEFORE_NAME and not parts:
            continue
        if expects_part and token.kind in (TokenKind.WORD, TokenKind.NAME):
            parts.append(unquote(token, mode))
        elif expects_part or token.text != b"." or len(parts) > 1:
            break
        expects_part = not expects_part
    if not parts:
        return None
    return Name(parts[0] if len(parts) > 1 else None, parts[-1])
