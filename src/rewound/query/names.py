"""Names on a server: schemas, tables, columns, and the words that must be quoted.

For completion: read once, from one server that represents all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

_HIDDEN = ("mysql", "performance_schema", "sys")
"""Schemas of the server itself; `reader` sees next to nothing of them."""
_COLUMNS = (
    "SELECT table_schema, table_name, column_name FROM information_schema.columns"
    f" WHERE table_schema NOT IN {_HIDDEN} ORDER BY table_schema, table_name, ordinal_position"
)
# It came with MySQL 8.0; worlds may run on an older server of the user's.
_HAS_KEYWORDS = (
    "SELECT 1 FROM information_schema.tables"
    " WHERE table_schema = 'information_schema' AND table_name = 'KEYWORDS'"
)
_RESERVED = "SELECT word FROM information_schema.keywords WHERE reserved = 1"
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one server."""

    schemas: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Schema to its tables, each with its columns in their order."""
    reserved: frozenset[str] = frozenset()
    """Words, in upper case, that are names only in back quotes."""


def read_names(endpoint: Endpoint) -> Names:
    """Ask a server for its names.

    Raises:
        MysqlError: it does not answer.
    """
    with Connection(endpoint, answer_timeout_s=_PATIENCE_S) as connection:
        columns = connection.query(_COLUMNS).rows
        reserved = connection.names(_RESERVED) if connection.names(_HAS_KEYWORDS) else []
    return arrange_names([tuple(map(str, row)) for row in columns], reserved)


def arrange_names(columns: Iterable[Sequence[str]], reserved: Iterable[str]) -> Names:
    """Return the names that rows of (schema, table, column) hold."""
    schemas: dict[str, dict[str, list[str]]] = {}
    for schema, table, column in columns:
        schemas.setdefault(schema, {}).setdefault(table, []).append(column)
    return Names(schemas, frozenset(word.upper() for word in reserved))
