"""The settings of the dump's session, for every session that executes a part of the dump.

This is the only module that knows which settings matter outside the session that made them. Workers
that send rows, and sessions that create deferred triggers and views, apply those. If a setting
matters but cannot be applied in another session, rows stay in the dump's own session.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from rewound.dump.text.quoting import quote_name
from rewound.mysql.client import Connection

Statements = tuple[str | bytes, ...]
"""Statements that give a session certain settings, in this order."""


class Carriage(enum.Enum):
    """What happens to a setting if another session executes a part of the dump."""

    CARRIED = "entered by every other session as well"
    OWN_SESSION = "while it is no default, rows stay in the dump's own session"
    IMMATERIAL = "matters to no value, and to no view or trigger"


CARRIAGE: Mapping[str, Carriage] = {
    # How text, literals and stored objects are read.
    "sql_mode": Carriage.CARRIED,
    "character_set_client": Carriage.CARRIED,
    "character_set_connection": Carriage.CARRIED,  # by collation_connection, which implies it
    "collation_connection": Carriage.CARRIED,
    "default_collation_for_utf8mb4": Carriage.CARRIED,
    # The results of expressions, generated columns and CHECK constraints.
    "block_encryption_mode": Carriage.CARRIED,
    "foreign_key_checks": Carriage.CARRIED,
    "innodb_ft_enable_stopword": Carriage.CARRIED,  # which words a FULLTEXT index holds
    "time_zone": Carriage.CARRIED,
    "unique_checks": Carriage.CARRIED,
    # The server evaluates them in the expressions of a table that it keeps open, which sessions
    # share: DAYNAME() gave `Monday` in de_DE after another session had read it (9.7.4).
    "default_week_format": Carriage.OWN_SESSION,
    "div_precision_increment": Carriage.OWN_SESSION,
    "lc_time_names": Carriage.OWN_SESSION,
    # When off, NULL in a TIMESTAMP means the time of the statement.
    "explicit_defaults_for_timestamp": Carriage.OWN_SESSION,
    "insert_id": Carriage.OWN_SESSION,  # numbers the next statement
    "transaction_read_only": Carriage.OWN_SESSION,  # the server refuses rows
    # What rows compute from them is not a literal, and only literals leave the dump's session.
    "auto_increment_increment": Carriage.IMMATERIAL,
    "auto_increment_offset": Carriage.IMMATERIAL,
    "identity": Carriage.IMMATERIAL,
    "last_insert_id": Carriage.IMMATERIAL,
    "rand_seed1": Carriage.IMMATERIAL,
    "rand_seed2": Carriage.IMMATERIAL,
    "timestamp": Carriage.IMMATERIAL,
    # Only the dump's own session creates and alters databases and tables.
    "character_set_server": Carriage.IMMATERIAL,
    "collation_database": Carriage.IMMATERIAL,  # for triggers, see `deferred`
    "collation_server": Carriage.IMMATERIAL,
    "default_storage_engine": Carriage.IMMATERIAL,
    "sql_quote_show_create": Carriage.IMMATERIAL,
    # Transactions are followed by `rewound.dump.settings.transaction`.
    "autocommit": Carriage.IMMATERIAL,
    "transaction_isolation": Carriage.IMMATERIAL,
    # They affect queries, which rows do not contain; views and triggers use those of the caller.
    "cte_max_recursion_depth": Carriage.IMMATERIAL,
    "group_concat_max_len": Carriage.IMMATERIAL,
    "information_schema_stats_expiry": Carriage.IMMATERIAL,
    "show_create_table_verbosity": Carriage.IMMATERIAL,
    "sql_auto_is_null": Carriage.IMMATERIAL,
    "sql_safe_updates": Carriage.IMMATERIAL,  # DELETE stays in the own session
    "character_set_results": Carriage.IMMATERIAL,
}
"""Every session variable that a dump may set. Literals contain no user variables."""

_NUMBERS = frozenset({"foreign_key_checks", "innodb_ft_enable_stopword", "unique_checks"})
_CARRIED = tuple(name for name, how in CARRIAGE.items() if how is Carriage.CARRIED)
_OWN = tuple(name for name, how in CARRIAGE.items() if how is Carriage.OWN_SESSION)
_IS_DEFAULT = " AND ".join(
    # It has no global value.
    "@@insert_id = 0" if name == "insert_id" else f"@@SESSION.{name} = @@GLOBAL.{name}"
    for name in _OWN
)
_QUERY = f"SELECT {', '.join(f'@@SESSION.{name}' for name in _CARRIED)}, {_IS_DEFAULT}"


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """The settings of the dump's session at one point, as far as they matter to other sessions."""

    statements: Statements
    """Statements that give them to another session."""
    checks_foreign_keys: bool
    character_set: str
    """character_set_client."""
    converts_text: bool
    """character_set_connection differs from character_set_client: the server converts literals."""
    fits_workers: bool
    """Whether rows mean the same in another session with these settings."""


def read_session(connection: Connection, schema: str | None) -> SessionSettings:
    """Return the current settings of a session."""
    *row, is_default = connection.query(_QUERY).rows[0]
    # If the dump asks for results in `binary`, text arrives as bytes.
    values = {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in zip(_CARRIED, row, strict=True)
    }
    # None of these values contains a quote.
    carried = ", ".join(
        f"{name} = {value}" if name in _NUMBERS else f"{name} = '{value}'"
        for name, value in values.items()
        if name != "character_set_connection"
    )
    database = () if schema is None else ("SET NAMES utf8mb4", b"USE " + quote_name(schema))
    return SessionSettings(
        (*database, f"SET SESSION {carried}"),
        checks_foreign_keys=values["foreign_key_checks"] == "1",
        character_set=values["character_set_client"],
        converts_text=values["character_set_connection"] != values["character_set_client"],
        fits_workers=bool(is_default),
    )


def enter(connection: Connection, statements: Statements) -> None:
    """Give a session these settings."""
    for sql in statements:
        connection.execute_sql(sql)


def read_collation(connection: Connection, schema: str) -> str:
    """Return a database's default collation."""
    # In hexadecimal: any name is safe, whatever character set the session uses.
    name = schema.encode("utf-8", "surrogateescape").hex()
    return connection.names(
        "SELECT default_collation_name FROM information_schema.schemata"
        f" WHERE schema_name = _utf8mb4 0x{name}"
    )[0]


def set_collation(connection: Connection, schema: str, collation: str) -> None:
    """Give a database another default collation."""
    connection.execute_sql("SET NAMES utf8mb4")
    connection.execute_sql(
        b"ALTER DATABASE " + quote_name(schema) + b" COLLATE " + collation.encode()
    )
