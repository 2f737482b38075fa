"""The settings of the dump's session, read from the server and entered in another one."""

from rewound.dump.text.quoting import quote_name
from rewound.mysql.client import Connection

SessionSettings = tuple[str | bytes, ...]
"""The statements that put a session where the one that they were read from was."""

_READ = (
    "SELECT @@SESSION.sql_mode, @@SESSION.character_set_client,"
    " @@SESSION.collation_connection, @@SESSION.time_zone, @@SESSION.foreign_key_checks,"
    " @@SESSION.unique_checks, @@SESSION.sql_notes"
)


def read_session(connection: Connection, schema: str | None) -> SessionSettings:
    """Return what makes a session what this one is now, for rows and programs alike."""
    values = connection.query(_READ).rows[0]
    # Where the dump asks for answers in `binary`, text comes as bytes.
    sql_mode, client, collation, time_zone, foreign_keys, unique, notes = (
        value.decode() if isinstance(value, bytes) else str(value) for value in values
    )
    settings = (
        f"SET SESSION sql_mode = '{sql_mode}', character_set_client = {client},"
        f" collation_connection = {collation}, time_zone = '{time_zone}',"
        f" foreign_key_checks = {foreign_keys}, unique_checks = {unique},"
        f" sql_notes = {notes}"
    )
    if schema is None:
        return (settings,)
    return ("SET NAMES utf8mb4", b"USE " + quote_name(schema), settings)


def enter(connection: Connection, settings: SessionSettings) -> None:
    """Put a session there."""
    for sql in settings:
        connection.execute(sql)
