"""The session that a log states for a statement, as the SET statements that make it. Pure.

Each QUERY event states all variables on which its statement may depend, the usual ones always; what
it does not state has no effect on it. Left out is what the loader may not set and what changes no
result: sql_require_primary_key, the encryption of tables, the numbers of XA transactions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.query import Query
from rewound.binlog.events.session_state import NO_FOREIGN_KEY_CHECKS, NO_UNIQUE_CHECKS
from rewound.replay.sql_modes import name_modes

_MICROSECONDS = 1_000_000
_SERVERS_OWN_ZONE = "SYSTEM"
_NO_PAD = 1024
"""What MariaDB adds to the number of a collation for the same one without padding."""
_UCA1400_CHARSETS = ("utf8mb3", "utf8mb4", "ucs2", "utf16", "utf32")
_UCA1400 = range(2048, 2048 + (len(_UCA1400_CHARSETS) << 8))
"""MariaDB's collations of Unicode 14, which a rule replaces; in the number, the character set, the
language and the sensitivity follow each other. Source: MariaDB 10.11, strings/ctype-uca1400.h."""


@dataclass(frozen=True, slots=True)
class LogServer:
    """What has to be known of the server that wrote a log, and of the one that replays it."""

    version: str
    """Of the first, as its FORMAT event states it."""
    collations: Mapping[int, tuple[str, str]]
    """Of the second: number to collation and character set."""

    @property
    def is_mariadb(self) -> bool:
        """Whether MariaDB wrote the log."""
        return "mariadb" in self.version.lower()


def iter_session_statements(
    query: Query, at_s: int, server: LogServer, *, is_definition: bool = True
) -> Iterator[bytes]:
    """Yield the statements that give a session the variables of a QUERY event.

    `at_s` is the second in which it began, since 1970. What only definitions depend on is left out
    of the session of others: it cannot be set in a transaction (error 1766).

    Raises:
        MalformedEvent: a number stands for no collation that the server knows.
    """
    state = query.session
    flags = state.flags or 0
    # The session is that of all statements: what one does not state must not be the last one's.
    settings = [
        "sql_mode = DEFAULT, time_zone = DEFAULT, auto_increment_increment = DEFAULT,"
        " auto_increment_offset = DEFAULT"
        + ", explicit_defaults_for_timestamp = DEFAULT"
        * is_definition,
        f"lc_time_names = {state.lc_time_names or 0}",
        f"foreign_key_checks = {int(not flags & NO_FOREIGN_KEY_CHECKS)}",
        f"unique_checks = {int(not flags & NO_UNIQUE_CHECKS)}",
        f"timestamp = {at_s}.{state.microseconds or 0:06d}",
    ]
    if state.sql_mode is not None:
        modes = name_modes(state.sql_mode, is_mariadb=server.is_mariadb)
        settings.append(f"sql_mode = '{modes}'")
    if state.time_zone and not depends_on_host_zone(query):
        settings.append(f"time_zone = '{_plain(state.time_zone)}'")
    if state.auto_increment is not None:
        increment, offset = state.auto_increment
        settings += [f"auto_increment_increment = {increment}", f"auto_increment_offset = {offset}"]
    if is_definition and state.explicit_defaults_for_timestamp is not None:
        value = int(state.explicit_defaults_for_timestamp)
        settings.append(f"explicit_defaults_for_timestamp = {value}")
    if state.collations is not None:
        client, connection, of_server = state.collations
        yield f"SET NAMES {_collation(client, server)[1]}".encode()
        settings.append(f"collation_connection = '{_collation(connection, server)[0]}'")
        settings.append(f"collation_server = '{_collation(of_server, server)[0]}'")
    else:
        yield b"SET NAMES utf8mb4"
    for setting in settings:
        yield f"SET SESSION {setting}".encode()


def depends_on_host_zone(query: Query) -> bool:
    """Tell whether a statement was executed in the time zone of its server's host.

    A log states the zone of statements that depend on it; this one by no other name.
    """
    return query.session.time_zone == _SERVERS_OWN_ZONE


def find_default_collation(query: Query, server: LogServer) -> str | None:
    """Return the collation of utf8mb4 where a statement names none; None if it is not stated.

    Raises:
        MalformedEvent: a number stands for no collation that the server knows.
    """
    number = query.session.default_collation_for_utf8mb4
    return _collation(number, server)[0] if number else None


def find_collation(number: int, server: LogServer) -> tuple[str, str] | None:
    """Return the name of a collation and its character set; None if neither server has it."""
    known = server.collations.get(number)
    if known is not None or not server.is_mariadb:
        return known
    if number in _UCA1400:
        charset = _UCA1400_CHARSETS[(number - _UCA1400.start) >> 8]
        return f"{charset}_uca1400_ai_ci", charset
    return server.collations.get(number - _NO_PAD)


def _collation(number: int, server: LogServer) -> tuple[str, str]:
    known = find_collation(number, server)
    if known is None:
        raise MalformedEvent(f"its session uses collation {number}, which this MySQL does not know")
    return known


def _plain(text: str) -> str:
    if not text.isascii() or not all(letter.isalnum() or letter in "/+-_:" for letter in text):
        raise MalformedEvent("its session has an impossible time zone")
    return text
