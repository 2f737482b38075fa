"""All definitions of a server's databases, as the server reports them, verbatim.

Only what two loads of one dump cannot share is left out: the times at which objects were
created. The account must see everything, as root does.

Source: MySQL 9.7 manual, "SHOW Statements"; tried on 9.7.4.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rewound.diff.sql_text import quote_name, quote_text
from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS
from rewound.errors import MysqlError
from rewound.mysql.client import Connection

_DATABASES = "SELECT schema_name FROM information_schema.schemata ORDER BY schema_name"
_OBJECTS = (
    "SELECT IF(table_type = 'VIEW', 'VIEW', 'TABLE') AS kind, table_name AS name, ''"
    " FROM information_schema.tables WHERE table_schema = {schema} UNION ALL"
    " SELECT 'TRIGGER', trigger_name, CONCAT_WS(' ', action_order, 'on', event_object_table)"
    " FROM information_schema.triggers WHERE trigger_schema = {schema} UNION ALL"
    " SELECT routine_type, routine_name, '' FROM information_schema.routines"
    " WHERE routine_schema = {schema} UNION ALL"
    " SELECT 'EVENT', event_name, '' FROM information_schema.events WHERE event_schema = {schema}"
    " ORDER BY kind, name"
)
_TIMES = frozenset({"Created"})


@dataclass(frozen=True, slots=True, order=True)
class ObjectName:
    """Which object a definition is of."""

    schema: str
    kind: str
    """As SHOW CREATE calls it: DATABASE, TABLE, VIEW, TRIGGER, PROCEDURE, FUNCTION, EVENT."""
    name: str

    def __str__(self) -> str:
        if self.kind == "DATABASE":
            return f"database {self.name}"
        return f"{self.kind.lower()} {self.schema}.{self.name}"


Definition = dict[str, str]
"""Every property that the server shows, by its name in the answer."""


def read_definitions(connection: Connection) -> dict[ObjectName, Definition]:
    """Return what a server says of all databases but its own."""
    found: dict[ObjectName, Definition] = {}
    for schema in connection.names(_DATABASES):
        if schema.lower() in SYSTEM_SCHEMAS:
            continue
        found[ObjectName(schema, "DATABASE", schema)] = dict(
            _show(connection, f"SHOW CREATE DATABASE {quote_name(schema)}")
        )
        listed = connection.query(_OBJECTS.format(schema=quote_text(schema))).rows
        for kind, name, place in (tuple(map(str, row)) for row in listed):
            shown = _show(connection, f"SHOW CREATE {kind} {quote_name(schema)}.{quote_name(name)}")
            found[ObjectName(schema, kind, name)] = {"place": place, **dict(shown)}
    return found


def _show(connection: Connection, sql: str) -> Iterator[tuple[str, str]]:
    try:
        answer = connection.query(sql)
    except MysqlError as error:  # a view whose tables are gone
        yield "error", error.message
        return
    for name, value in zip(answer.columns, answer.rows[0], strict=True):
        if name not in _TIMES:
            text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
            yield name, str(text)
