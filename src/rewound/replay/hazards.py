"""What a statement, or the body of a program that it runs, has that must not be executed again.

It may wait, read files or system schemas, or read what is this server's own, so that it would write
other values than on the source. Pure; a name counts as a function where a call may stand.

Source: MySQL 8.4 manual, "Determination of Safe and Unsafe Statements in Binary Logging" and
"Replication and Variables"; tried on 9.7.4. RAND is replayed: its seeds are in the log, if it was
called. So are NOW and LAST_INSERT_ID.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.quoting import decode_name
from rewound.dump.text.tokens import Token, TokenKind

_FILES = frozenset({"OUTFILE", "DUMPFILE", "INFILE"})
_WAITS_OR_READS = frozenset(
    {"load_file", "sleep", "benchmark", "get_lock", "is_free_lock", "is_used_lock"}
    | {"release_lock", "release_all_locks", "master_pos_wait", "source_pos_wait"}
    | {"wait_for_executed_gtid_set", "wait_until_sql_thread_after_gtids", "master_gtid_wait"}
)
_OF_THIS_SERVER = frozenset(
    {"user", "session_user", "system_user", "current_user", "current_role", "roles_graphml"}
    | {"connection_id", "ps_current_thread_id", "ps_thread_id", "found_rows", "row_count"}
    | {"uuid", "uuid_short", "random_bytes", "sysdate", "version", "icu_version"}
)
_REPLAYED_VARIABLES = frozenset(
    {"auto_increment_increment", "auto_increment_offset", "character_set_client", "timestamp"}
    | {"character_set_connection", "character_set_database", "character_set_server", "sql_mode"}
    | {"collation_connection", "collation_database", "collation_server", "foreign_key_checks"}
    | {"identity", "insert_id", "last_insert_id", "lc_time_names", "time_zone", "unique_checks"}
)
"""The variables of a session that a log states."""
_SCOPE = re.compile(r"^(?:session|local)\.")
_BEFORE_TABLES = frozenset(
    {"INTO", "INSERT", "REPLACE", "IGNORE", "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED"}
    | {"WITH", "RECURSIVE", "AS"}
)
"""The words after which a name before a parenthesis is that of a table: INSERT INTO user (id)."""
_NAMES = frozenset({TokenKind.WORD, TokenKind.NAME})
_NO_TOKEN = Token(TokenKind.MARK, b"", 0)


class Scanned(NamedTuple):
    """What the tokens of a text show."""

    hazard: str | None
    """What it does that must not be done again: `calls SLEEP`; None if nothing."""
    names: frozenset[str]
    """Everything in it that may be a name, keywords too, in lower case."""
    first_word: str
    """The keyword that it begins with."""


def scan(tokens: Iterable[Token], mode: LexicalMode) -> Scanned:
    """Look through a text, which may be as long as rows are.

    Raises:
        UnreadableText: it is ambiguous.
    """
    names: set[str] = set()
    hazard: str | None = None
    first = name = ""
    is_callable = False
    before = _NO_TOKEN
    for token in tokens:
        first = first or token.word
        hazard = hazard or _find_hazard(name, token, before, is_callable=is_callable)
        name = ""
        if token.kind in _NAMES:
            name = read_name(token, mode).lower()
            names.add(name)
            is_callable = before.word not in _BEFORE_TABLES and before.text != b"."
        before = token
    return Scanned(hazard, frozenset(names), first)


def _find_hazard(name: str, token: Token, before: Token, *, is_callable: bool) -> str | None:
    """Say what is wrong with a token, and the token or the name before it if it is one."""
    if token.word in _FILES:
        return f"has {token.word}"
    if token.text == b"(" and is_callable:
        if name in _WAITS_OR_READS:
            return f"calls {name.upper()}"
        if name in _OF_THIS_SERVER:
            return f"calls {name.upper()}, whose value would be that of this server"
    if token.word == "CURRENT_USER" and before.text != b".":
        return "has CURRENT_USER, whose value would be that of this server"
    if token.text == b"." and name in SYSTEM_SCHEMAS:
        return f"names schema {name}"
    if token.text.startswith(b"@@") or (before.text == b"@" and token.text.startswith(b"@")):
        variable = token.text.decode("utf-8", "replace").lstrip("@").replace("`", "").lower()
        if _SCOPE.sub("", variable) not in _REPLAYED_VARIABLES or before.text == b"@":
            return f"reads @@{variable}, whose value would be that of this server"
    return None


def read_name(token: Token, mode: LexicalMode) -> str:
    """Return a name without its quotes."""
    text = token.text
    if token.kind is TokenKind.NAME:
        text = text[1:-1].replace(text[:1] * 2, text[:1])
    return decode_name(text, mode.encoding)
