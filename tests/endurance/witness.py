"""What a dump must not have changed, read, left or called on a server and its host."""

import socket
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS
from rewound.dump.text.quoting import quote_name
from rewound.mysql.client import Connection, Value
from tests.server.load_server import LoadServer

SECRET = "canary-4b1d7f"
"""Stands in a file of the host, and must never stand in a table."""

_SYSTEM_TABLES = (
    *("user", "db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv"),
    *("global_grants", "role_edges", "default_roles", "password_history"),
    *("func", "component", "plugin", "servers", "slave_master_info"),
)
_COUNTED = {
    "plugins": "SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_status = 'ACTIVE'",
    "resource groups": "SELECT COUNT(*) FROM information_schema.resource_groups",
    "tablespaces": "SELECT COUNT(*) FROM information_schema.innodb_tablespaces"
    " WHERE space_type <> 'Single'",
    "reference systems": "SELECT COUNT(*) FROM information_schema.st_spatial_reference_systems",
    "events that could run": "SELECT COUNT(*) FROM information_schema.events"
    " WHERE status <> 'DISABLED'",
    "strange definers": "SELECT COUNT(*) FROM (SELECT definer FROM information_schema.routines"
    " WHERE routine_schema <> 'sys' UNION ALL SELECT definer FROM information_schema.views"
    " WHERE table_schema <> 'sys' UNION ALL SELECT definer FROM information_schema.triggers"
    " WHERE trigger_schema <> 'sys' UNION ALL SELECT definer FROM information_schema.events) d"
    " WHERE definer <> 'rewound@localhost'",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is at one moment."""

    variables: dict[str, Value]
    """Global, by name."""
    counted: dict[str, Value]
    """What nothing may be added to, and checksums of the server's own tables."""
    files: frozenset[str]
    """In the canary's folder, and of the server outside of its databases."""


class Witness:
    """Looks at a server and its host before and after. Use it as a context manager."""

    def __init__(self, server: LoadServer, folder: Path) -> None:
        self._server = server
        self._data = Path(str(server.ask("SELECT @@datadir")))
        self.folder = folder
        """A folder of the host that anybody could write to."""
        self.canary = folder / "canary.txt"
        self.canary.write_text(f"{SECRET}\n")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        """Where nobody may call."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.close()

    def look(self) -> Sight:
        """Return what there is now."""
        tables = ", ".join(f"mysql.{name}" for name in _SYSTEM_TABLES)
        with Connection(self._server.root) as connection:
            variables = {str(k): v for k, v in connection.query("SHOW GLOBAL VARIABLES").rows}
            sums = {str(k): v for k, v in connection.query(f"CHECKSUM TABLE {tables}").rows}
            counts = {what: connection.query(sql).rows[0][0] for what, sql in _COUNTED.items()}
        return Sight(variables, {**sums, **counts}, frozenset(self._files()))

    def find_changes(self, before: Sight) -> list[str]:
        """Return every way in which now is not as it was, the restored databases excepted."""
        now = self.look()
        changed = [
            f"{name} was {old.get(name)!r} and is {new.get(name)!r}"
            for old, new in ((before.variables, now.variables), (before.counted, now.counted))
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ]
        changed += [f"{path} was made" for path in sorted(now.files - before.files)]
        changed += [f"{path} is gone" for path in sorted(before.files - now.files)]
        if self.canary.read_text() != f"{SECRET}\n":
            changed.append("the canary's file was written to")
        return changed + self._find_secrets() + self._find_calls()

    def _files(self) -> list[str]:
        """Return the files of the folder, and what lies beside the databases of the server."""
        beside = [path for path in self._data.iterdir() if not path.is_dir() or path.is_symlink()]
        around = [path for path in self._data.parent.iterdir() if path.suffix != ".log"]
        return [str(path) for path in [*self.folder.rglob("*"), *beside, *around]]

    def _find_secrets(self) -> list[str]:
        """Look for the canary's content in all that was restored."""
        found = []
        with Connection(self._server.root) as connection:
            tables = connection.query(
                "SELECT table_schema, table_name FROM information_schema.tables"
                " WHERE table_type = 'BASE TABLE'"
            ).rows
            for schema, table in tables:
                if str(schema).lower() not in SYSTEM_SCHEMAS:
                    name = quote_name(str(schema)) + b"." + quote_name(str(table))
                    rows = connection.query(b"SELECT * FROM " + name + b" LIMIT 1000").rows
                    if SECRET in repr(rows):
                        found.append(f"{name!r} holds the canary's content")
        return found

    def _find_calls(self) -> list[str]:
        try:
            connection, address = self._listener.accept()
        except BlockingIOError:
            return []
        connection.close()
        return [f"{address} called the canary's port"]
