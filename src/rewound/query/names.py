"""Names on a server: schemas, tables, columns, and the words that must be quoted.

For completion: read once, from one server that represents all of them.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rewound.mysql.endpoint import Endpoint
from rewound.mysql.server_url import ServerUrl
from rewound.mysql.stream import StreamSession

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
_RUN_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one server."""

    schemas: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Schema to its tables, each with its columns in their order."""
    reserved: frozenset[str] = frozenset()
    """Words, in upper case, that are names only in back quotes."""


def read_names(server: Endpoint | ServerUrl) -> Names:
    """Ask a server for its names.

    Raises:
        MysqlError: it does not answer.
    """
    return asyncio.run(_read_names(server))


async def _read_names(server: Endpoint | ServerUrl) -> Names:
    async with asyncio.timeout(_PATIENCE_S):
        session = await StreamSession.open(server)
        try:
            await session.execute_sql("SET NAMES utf8mb4")
            columns = await _read_texts(session, _COLUMNS)
            has_keywords = await _read_texts(session, _HAS_KEYWORDS)
            reserved = await _read_texts(session, _RESERVED) if has_keywords else []
        finally:
            session.close()
    return arrange_names(columns, [word for (word,) in reserved])


async def _read_texts(session: StreamSession, sql: str) -> list[list[str]]:
    await session.execute_sql(sql)
    texts: list[list[str]] = []
    while rows := await session.fetch(_RUN_ROWS):
        texts += [[(value or b"").decode("utf-8", "replace") for value in row] for row in rows]
    return texts


def arrange_names(columns: Iterable[Sequence[str]], reserved: Iterable[str]) -> Names:
    """Return the names that rows of (schema, table, column) hold."""
    schemas: dict[str, dict[str, list[str]]] = {}
    for schema, table, column in columns:
        schemas.setdefault(schema, {}).setdefault(table, []).append(column)
    return Names(schemas, frozenset(word.upper() for word in reserved))
