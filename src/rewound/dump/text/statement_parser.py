"""The kind and names of a statement, recognised by its first words.

Pure. A statement that matches no kind is UNKNOWN, and unknown statements never reach a server.
"""

from collections.abc import Set
from dataclasses import replace

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.masked_text import count_rows, mask_text, updates_rows
from rewound.dump.text.statement import Kind, Name, Statement
from rewound.dump.text.tokens import (
    Cursor,
    Token,
    TokenKind,
    TooManyTokens,
    UnreadableText,
    iter_tokens,
    unquote,
)

_FIRST_WORDS = {
    "SET": Kind.SET,
    "USE": Kind.USE,
    "INSERT": Kind.INSERT,
    "REPLACE": Kind.REPLACE,
    "DELETE": Kind.DELETE,
    "TRUNCATE": Kind.TRUNCATE,
    "BEGIN": Kind.TRANSACTION,
    "COMMIT": Kind.TRANSACTION,
    "GRANT": Kind.ACCOUNT,
    "REVOKE": Kind.ACCOUNT,
    "FLUSH": Kind.FLUSH,
}

_TWO_WORDS = {
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
    ("CREATE", "PROCEDURE"): Kind.CREATE_PROCEDURE,
    ("CREATE", "FUNCTION"): Kind.CREATE_FUNCTION,
    ("CREATE", "EVENT"): Kind.CREATE_EVENT,
    ("DROP", "TRIGGER"): Kind.DROP_TRIGGER,
    ("DROP", "PROCEDURE"): Kind.DROP_PROCEDURE,
    ("DROP", "FUNCTION"): Kind.DROP_FUNCTION,
    ("DROP", "EVENT"): Kind.DROP_EVENT,
    ("CREATE", "LIBRARY"): Kind.CREATE_LIBRARY,
    ("DROP", "LIBRARY"): Kind.DROP_LIBRARY,
    **{
        (verb, noun): Kind.MAINTENANCE
        for verb in ("ANALYZE", "CHECK", "CHECKSUM", "OPTIMIZE", "REPAIR")
        for noun in ("TABLE", "TABLES")
    },
    ("LOCK", "TABLE"): Kind.LOCK,
    ("LOCK", "TABLES"): Kind.LOCK,
    ("UNLOCK", "TABLE"): Kind.UNLOCK,
    ("UNLOCK", "TABLES"): Kind.UNLOCK,
    ("START", "TRANSACTION"): Kind.TRANSACTION,
    ("CREATE", "USER"): Kind.ACCOUNT,
    ("CREATE", "ROLE"): Kind.ACCOUNT,
    ("ALTER", "USER"): Kind.ACCOUNT,
    ("DROP", "USER"): Kind.ACCOUNT,
    ("RENAME", "USER"): Kind.ACCOUNT,
    ("DROP", "ROLE"): Kind.ACCOUNT,
    ("CREATE", "SEQUENCE"): Kind.MARIADB_OBJECT,
    ("ALTER", "SEQUENCE"): Kind.MARIADB_OBJECT,
    ("DROP", "SEQUENCE"): Kind.MARIADB_OBJECT,
    ("SELECT", "SETVAL"): Kind.MARIADB_OBJECT,
    ("DO", "SETVAL"): Kind.MARIADB_OBJECT,
    ("CREATE", "PACKAGE"): Kind.MARIADB_OBJECT,
    ("DROP", "PACKAGE"): Kind.MARIADB_OBJECT,
    ("CHANGE", "MASTER"): Kind.REPLICATION,
    ("CHANGE", "REPLICATION"): Kind.REPLICATION,
    ("START", "SLAVE"): Kind.REPLICATION,
    ("START", "REPLICA"): Kind.REPLICATION,
    ("STOP", "SLAVE"): Kind.REPLICATION,
    ("STOP", "REPLICA"): Kind.REPLICATION,
}

FIRST_WORDS = frozenset(_FIRST_WORDS) | {first for first, _ in _TWO_WORDS}
"""The words that a statement of a known kind can begin with, in upper case."""

_MAINTAINS = frozenset({"ANALYZE", "OPTIMIZE", "REPAIR"})
# Words between CREATE and the kind of object. TEMPORARY is missing on purpose: a table that
# vanishes with the session is not part of a dump.
_CREATE_OPTIONS = frozenset(
    {"OR", "REPLACE", "UNIQUE", "FULLTEXT", "SPATIAL", "AGGREGATE", "SQL", "SECURITY"}
    | {"INVOKER", "ALGORITHM", "UNDEFINED", "MERGE", "TEMPTABLE", "DEFINER"}
    | {"JSON", "RELATIONAL", "DUALITY"}
)
# Kinds whose names are a list with commas, and kinds that name their table after ON.
_LISTS = frozenset({Kind.DROP_TABLE, Kind.DROP_VIEW, Kind.LOCK})
_ON_TABLE = frozenset({Kind.CREATE_TRIGGER, Kind.CREATE_INDEX})
_NAMELESS = frozenset(
    {Kind.SET, Kind.UNLOCK, Kind.TRANSACTION, Kind.REPLICATION, Kind.ACCOUNT, Kind.FLUSH}
    | {Kind.UNKNOWN, Kind.MAINTENANCE}
)
_DATABASES = frozenset({Kind.USE, Kind.CREATE_DATABASE, Kind.ALTER_DATABASE, Kind.DROP_DATABASE})
_ENDS_WITH_NAME = frozenset({Kind.USE, Kind.DELETE})
_BEFORE_NAME = frozenset(
    {"IF", "NOT", "EXISTS", "INTO", "IGNORE", "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY"}
    | {"TABLE", "FROM", "LIKE"}
)
_OF_A_TRANSACTION = frozenset(
    {"BEGIN", "WORK", "START", "TRANSACTION", "WITH", "CONSISTENT", "SNAPSHOT", "READ", "ONLY"}
    | {"WRITE", "COMMIT", "AND", "NO", "CHAIN"}
)
"""Without RELEASE, which ends the session."""
_MOST_NAMES = _MOST_TOKENS_OF_HEAD = 100_000
"""The limit for a list of names, and for the head of an INSERT (a table has 4,096 columns)."""
_OPTIONS_OF_A_DATABASE = frozenset({"DEFAULT", "CHARACTER", "COLLATE"})


def parse_statement(text: bytes, mode: LexicalMode, server_version: int) -> Statement:
    """Return the statement with its kind and names.

    It reads only the first words; the rest may still be unreadable.

    Raises:
        UnreadableText: the first words are ambiguous.
        TooManyTokens: it names more than any statement of a real dump.
    """
    cursor = Cursor(iter_tokens(text, mode, server_version))
    if cursor.next is None:
        return Statement(Kind.EMPTY, text)
    kind = _read_kind(cursor)
    if kind is Kind.TRANSACTION and not _are_words(cursor, _OF_A_TRANSACTION):
        return Statement(Kind.UNKNOWN, text)
    if kind in _NAMELESS:
        return Statement(kind, text)
    if kind is Kind.ALTER_DATABASE and cursor.word in _OPTIONS_OF_A_DATABASE:
        return Statement(kind, text)
    names = _read_names(cursor, kind, mode)
    # A statement without a name cannot be judged; a database's name has no dot.
    if not names or (kind in _DATABASES and names[0].schema):
        return Statement(Kind.UNKNOWN, text)
    if kind in (Kind.INSERT, Kind.REPLACE):
        rows_start = _find_rows(cursor)
        if not rows_start:
            return Statement(Kind.UNKNOWN, text)
        return Statement(kind, text, tuple(names), rows_start)
    if kind in _ENDS_WITH_NAME and cursor.next is not None:
        return Statement(Kind.UNKNOWN, text)
    return Statement(kind, text, tuple(names))


def with_rows(
    statement: Statement, mode: LexicalMode, masked_text: bytes | None = None
) -> Statement:
    """Return the statement with what is known of its rows; `masked_text` is its own, if known."""
    if not statement.rows_start:
        return statement
    head = statement.text[: statement.rows_start]
    is_plain = masked_text is not None and masked_text.startswith(head)
    if masked_text is not None and is_plain:
        masked_rows = masked_text[len(head) :]
    else:
        masked_rows = mask_text(statement.text[len(head) :], mode)
    return replace(
        statement,
        masked_rows=masked_rows,
        is_plain=is_plain,
        rows=count_rows(masked_rows),
        updates_rows=updates_rows(masked_rows),
    )


def find_drop_end(text: bytes, mode: LexicalMode, server_version: int, *, start: int = 0) -> int:
    """Return the offset of the semicolon after a DROP that is followed by more statements, or -1.

    The DROP is the first statement from `start` on.

    With another DELIMITER, dumps write `DROP TRIGGER t; CREATE TRIGGER t …` in one, which the
    `mysql` client sends as one text with several statements. No other kind is examined: in the body
    of a routine, a semicolon ends nothing.
    """
    if text.find(b";", start) < 0:
        return -1
    tokens = iter_tokens(text, mode, server_version, start=start)
    try:
        first = next(tokens, None)
        if first is None or first.word != "DROP":
            return -1
        return next((token.start for token in tokens if token.text == b";"), -1)
    except UnreadableText:
        return -1


def read_account(cursor: Cursor) -> tuple[Token, Token]:
    """Take the account after `DEFINER =` and return its first and last token.

    Source: MySQL 9.7 manual, "Specifying Account Names"; 9.7.4 allows no space beside the @.

    Raises:
        UnreadableText: the text ends there.
    """
    user = last = cursor.take()
    if user is None or last is None:
        raise UnreadableText("DEFINER is not followed by an account")
    host = cursor.next
    if host is not None and host.kind is TokenKind.VARIABLE and not host.text.startswith(b"@@"):
        cursor.take()
        last = host
    elif user.word == "CURRENT_USER" and cursor.take_mark(b"("):
        last = cursor.take() or user
    return user, last


def _read_kind(cursor: Cursor) -> Kind:
    """Consume the words that determine the kind; for CREATE, skip DEFINER = … and the like."""
    first = cursor.take()
    first_word = "" if first is None else first.word
    if kind := _FIRST_WORDS.get(first_word):
        return kind
    if first_word == "CREATE":
        _skip_create_options(cursor)
    if first_word in _MAINTAINS and cursor.word in ("LOCAL", "NO_WRITE_TO_BINLOG"):
        cursor.take()
    second_word = cursor.word
    cursor.take()
    return _TWO_WORDS.get((first_word, second_word), Kind.UNKNOWN)


def _skip_create_options(cursor: Cursor) -> None:
    while cursor.word in _CREATE_OPTIONS:
        option = cursor.take()
        if cursor.take_mark(b"=") and option is not None and option.word == "DEFINER":
            read_account(cursor)


def _read_names(cursor: Cursor, kind: Kind, mode: LexicalMode) -> list[Name]:
    """Return the statement's names; none if a required name is missing."""
    if kind is Kind.MARIADB_OBJECT:
        cursor.take_mark(b"(")  # SETVAL(`s`, 1, 0)
        if cursor.word == "BODY":  # PACKAGE BODY p
            cursor.take()
    names = [] if kind is Kind.CREATE_INDEX else [_read_name(cursor, mode)]
    if kind in _ON_TABLE:
        _skip_to(cursor, "ON")
        names.append(_read_name(cursor, mode))
    if kind in _LISTS:
        while _skip_to(cursor, ","):
            names.append(_read_name(cursor, mode))
            if len(names) > _MOST_NAMES:
                raise TooManyTokens(f"it refers to more than {_MOST_NAMES:,} objects")
    if kind is Kind.CREATE_TABLE:
        cursor.take_mark(b"(")
        if cursor.word == "LIKE":
            names.append(_read_name(cursor, mode))
    known = [name for name in names if name is not None]
    return known if len(known) == len(names) else []


def _are_words(cursor: Cursor, words: Set[str]) -> bool:
    """Consume the rest, and tell whether it consists of these words."""
    while (token := cursor.take()) is not None:
        if token.word not in words and token.text != b",":
            return False
    return True


def _skip_to(cursor: Cursor, text: str) -> bool:
    """Consume everything up to a keyword or mark, and tell whether it was found."""
    mark = text.encode("ascii")
    while (token := cursor.take()) is not None:
        if token.text == mark or token.word == text:
            return True
    return False


def _read_name(cursor: Cursor, mode: LexicalMode) -> Name | None:
    while cursor.word in _BEFORE_NAME:
        cursor.take()
    parts: list[str] = []
    while (token := cursor.next) is not None and token.kind in (TokenKind.WORD, TokenKind.NAME):
        cursor.take()
        parts.append(unquote(token, mode))
        if len(parts) == 2 or not cursor.take_mark(b"."):
            break
    if not parts:
        return None
    return Name(parts[0] if len(parts) > 1 else None, parts[-1])


def _find_rows(cursor: Cursor) -> int:
    """Return where the rows of an INSERT begin; 0 if it reads them from tables.

    No dump program writes INSERT … SELECT. It would do no harm, as the loader's account has neither
    FILE nor the `mysql` schema; but a world's rows are proven to be those that the dump states, and
    this statement states none.
    """
    depth = 0
    for _ in range(_MOST_TOKENS_OF_HEAD):
        token = cursor.take()
        if token is None:
            return 0
        depth += {b"(": 1, b")": -1}.get(token.text, 0)
        if token.word in ("SELECT", "TABLE", "WITH"):
            return 0
        if depth == 0 and token.word in ("VALUES", "VALUE", "SET"):
            return token.end
    raise TooManyTokens(f"it has more than {_MOST_TOKENS_OF_HEAD:,} words before its rows")
