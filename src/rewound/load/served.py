"""Comparing a server with its ledger after it was stopped and started again.

The ledger is proven on the server that was loaded, but another one is served: the same data after a
stop, often a clone of it. If an engine keeps data only in memory, or a copy loses some, it is
missing only then. So the served data is checked again:

- fully, by COUNT(*) of every table, when data is started for the first time since its load;
- otherwise, if that was done and the files are known to be the same: every table opens and has rows
where it should, which costs a fraction of a millisecond per table.

Objects are looked up by name both times. Definitions are not compared: they are in the data
dictionary, which a server that starts has read.
"""

from collections.abc import Iterator, Sequence

from rewound.errors import MysqlError
from rewound.figures import show_count
from rewound.load.ledger import Ledger, TableCount
from rewound.load.objects import object_key, quote_table
from rewound.load.proof import MERGE_ENGINE
from rewound.mysql.client import Connection

_TABLES_PER_QUESTION = 40
_COUNT = b"(SELECT COUNT(*) FROM %b)"
_HAS_ROWS = b"EXISTS (SELECT 1 FROM %b)"
_MERGES = (
    "SELECT table_schema, table_name FROM information_schema.tables"
    f" WHERE engine = '{MERGE_ENGINE}'"
)
_NAMES = (
    "SELECT 'view', table_schema, table_name"
    " FROM information_schema.tables WHERE table_type = 'VIEW'"
    " UNION ALL SELECT 'trigger', trigger_schema, trigger_name FROM information_schema.triggers"
    " UNION ALL SELECT LOWER(routine_type), routine_schema, routine_name"
    " FROM information_schema.routines"
    " UNION ALL SELECT 'event', event_schema, event_name FROM information_schema.events"
)
_LIBRARIES = "SELECT 'library', library_schema, library_name FROM information_schema.libraries"


def find_losses(connection: Connection, ledger: Ledger, *, counts_rows: bool) -> list[str]:
    """Describe what a server lacks of what its ledger proves; nothing if all of it is there."""
    merges = {(str(schema), str(name)) for schema, name in connection.query(_MERGES).rows}
    tables = [
        table
        for table in ledger.tables
        if table.counted is not None and (table.schema, table.table) not in merges
    ]
    losses: list[str] = []
    for start in range(0, len(tables), _TABLES_PER_QUESTION):
        some = tables[start : start + _TABLES_PER_QUESTION]
        losses += _look_at(connection, some, _COUNT if counts_rows else _HAS_ROWS)
    return [*losses, *_find_missing_objects(connection, ledger)]


def _look_at(connection: Connection, tables: Sequence[TableCount], question: bytes) -> list[str]:
    """Ask one question of several tables; ask each alone if one of them cannot be read."""
    asked = (question % quote_table((table.schema, table.table)) for table in tables)
    try:
        answers = connection.query(b"SELECT " + b", ".join(asked)).rows[0]
    except MysqlError as error:
        if len(tables) == 1:
            return [f"table {_name(tables[0])} can no longer be read: {error.text}"]
        return [loss for table in tables for loss in _look_at(connection, [table], question)]
    return [
        f"table {_name(table)} contains {_describe(int(str(found)), question)}, but"
        f" {table.counted:,} were counted after the load"
        for table, found in zip(tables, answers, strict=True)
        if int(str(found)) != _expect(table, question)
    ]


def _expect(table: TableCount, question: bytes) -> int:
    counted = table.counted or 0
    return counted if question == _COUNT else int(counted > 0)


def _describe(found: int, question: bytes) -> str:
    if question == _COUNT:
        return show_count(found, "row")
    return "rows" if found else "no rows"


def _name(table: TableCount) -> str:
    return f"{table.schema}.{table.table}"


def _find_missing_objects(connection: Connection, ledger: Ledger) -> Iterator[str]:
    rows = connection.query(_NAMES).rows
    # Older servers have no such table.
    if any(each.kind == "library" for each in ledger.objects):
        rows += connection.query(_LIBRARIES).rows
    there = {object_key(*map(str, row)) for row in rows}
    for each in ledger.objects:
        if each.is_there and object_key(each.kind, each.schema, each.name) not in there:
            yield f"{each.kind} {each.schema}.{each.name} no longer exists"
