"""Collecting what `changes` compares of a world: its files, and what its server reports.

The files are the lasting sign: they keep it while the server is stopped, and after a crash. What
was written in the last second may be only in the server's memory, so the server is asked. Nothing
is written, and no other session has to wait.
"""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS, SYSTEM_SCHEMAS_SQL
from rewound.errors import MysqlError
from rewound.files.states import FileState
from rewound.fleet.changes import TABLE, Original, Seen, is_of_table, object_name, table_name
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

_LOOK_TIMEOUT_S = 2.0
_OBJECTS = (
    f"SELECT '{TABLE}', table_schema, table_name, CAST(create_time AS CHAR)"
    f" FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
    f" AND table_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
    " UNION ALL SELECT 'view', table_schema, table_name, MD5(view_definition)"
    f" FROM information_schema.views WHERE table_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
    " UNION ALL SELECT 'trigger', trigger_schema, trigger_name, CAST(created AS CHAR)"
    f" FROM information_schema.triggers WHERE trigger_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
    " UNION ALL SELECT LOWER(routine_type), routine_schema, routine_name,"
    " CAST(last_altered AS CHAR)"
    f" FROM information_schema.routines WHERE routine_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
    " UNION ALL SELECT 'event', event_schema, event_name, CAST(last_altered AS CHAR)"
    f" FROM information_schema.events WHERE event_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
)
_WRITTEN = (
    "SELECT table_schema, table_name, CAST(UNIX_TIMESTAMP(update_time) AS CHAR)"
    f" FROM information_schema.tables WHERE table_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"
    " AND engine = 'InnoDB' AND update_time IS NOT NULL"
)
_ENCODED_NAMES = (
    "SELECT file_name, tablespace_name FROM information_schema.files WHERE file_name LIKE '%@%'"
)
_HIDDEN_FROM_READER = ("trigger", "procedure", "function", "event")
_NO_TEXT = hashlib.md5(b"", usedforsecurity=False).hexdigest()
"""Of a view whose definition is not shown."""
_UNWRITTEN_PAGES = "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'"


def read_original(
    connection: Connection, files: Mapping[str, FileState] | None, *, was_loaded: bool
) -> Original:
    """Return the signs of an unchanged world, from its running server and its files.

    A server that `was_loaded` remembers when the load wrote to its tables.
    """
    _prepare(connection)
    read_at = None
    if was_loaded:
        ((now,),) = connection.query("SELECT UNIX_TIMESTAMP()").rows
        read_at = datetime.fromtimestamp(float(str(now)), UTC)
    return Original(files, _read_objects(connection), _read_names(connection), read_at)


def look(data: Path, endpoint: Endpoint | None) -> Seen:
    """Return the current signs of a world; `endpoint` is root's if its server runs.

    A server that does not answer is skipped.
    """
    if endpoint is None:
        return Seen(list_table_files(data))
    try:
        with _connect(endpoint) as connection:
            _prepare(connection)
            objects, names = _read_objects(connection), _read_names(connection)
            # Before the files: what is no longer in memory by then is there.
            written = _read_written(connection)
    except MysqlError:
        return Seen(list_table_files(data))
    return Seen(list_table_files(data), objects, names, written)


def look_as_reader(endpoint: Endpoint, original: Original) -> Seen:
    """Return the current signs of a world whose files are another user's; `endpoint` is reader's.

    Objects that reader is not shown (triggers, routines, events) are taken to be as they were. A
    server that does not answer is skipped.
    """
    try:
        with _connect(endpoint) as connection:
            _prepare(connection)
            shown = _read_objects(connection)
            written = _read_written(connection, is_only_sign=True)
    except MysqlError:
        return Seen(None)
    unseen = {
        name: stamp
        for name, stamp in original.objects.items()
        if name.partition(" ")[0] in _HIDDEN_FROM_READER
    }
    known = {
        name: original.objects.get(name, stamp) if stamp == _NO_TEXT else stamp
        for name, stamp in shown.items()
    }
    return Seen(None, {**known, **unseen}, written=written)


def look_at_layer(layer: Path, original: Original) -> Seen:
    """Return what is seen of a world whose changes alone are at hand: an overlay's upper layer."""
    changed = list_table_files(layer)
    if changed is None or original.files is None:
        return Seen(None)
    gone = {
        path.relative_to(layer).as_posix()
        for path in (*layer.glob("*"), *layer.glob("*/*"))
        if path.is_char_device()  # how an overlay marks what was removed
    }
    files = {**original.files, **changed}
    return Seen(
        {
            path: state
            for path, state in files.items()
            if path not in gone and path.partition("/")[0] not in gone
        }
    )


def list_table_files(data: Path) -> dict[str, FileState] | None:
    """Return the files of tables below a data directory; None if it cannot be read."""
    files: dict[str, FileState] = {}
    try:
        for schema in os.scandir(data):
            if schema.name in SYSTEM_SCHEMAS or schema.name[0] in "#." or not schema.is_dir():
                continue
            for file in os.scandir(schema.path):
                if is_of_table(file.name):
                    stat = file.stat(follow_symlinks=False)
                    path = f"{schema.name}/{file.name}"
                    files[path] = FileState(stat.st_size, stat.st_mtime_ns)
    except OSError:  # another user's, as in a container without root; or just dropped
        return None
    return files


def _connect(endpoint: Endpoint) -> Connection:
    return Connection(endpoint, connect_timeout_s=_LOOK_TIMEOUT_S, answer_timeout_s=_LOOK_TIMEOUT_S)


def _prepare(connection: Connection) -> None:
    connection.execute_sql("SET time_zone = '+00:00', information_schema_stats_expiry = 0")


def _read_objects(connection: Connection) -> dict[str, str]:
    return {
        object_name(str(kind), str(schema), str(name)): str(stamp)
        for kind, schema, name, stamp in connection.query(_OBJECTS).rows
    }


def _read_names(connection: Connection) -> dict[str, str]:
    """Return the tables of files whose names the server encodes."""
    names = {}
    for file, tablespace in connection.query(_ENCODED_NAMES).rows:
        path = str(file).removeprefix("./")
        schema, _, name = str(tablespace).partition("/")
        names[path] = table_name(f"{schema}/{name}.ibd")
    return names


def _read_written(connection: Connection, *, is_only_sign: bool = False) -> dict[str, datetime]:
    """Return the tables that were written to, as far as the server's memory tells.

    It opens every table, which is worthwhile only if memory holds what the files do not, or if
    these are not seen.
    """
    if not is_only_sign:
        ((_, unwritten),) = connection.query(_UNWRITTEN_PAGES).rows
        if str(unwritten) == "0":
            return {}
    return {
        object_name(TABLE, str(schema), str(name)): datetime.fromtimestamp(float(str(at)), UTC)
        for schema, name, at in connection.query(_WRITTEN).rows
    }
