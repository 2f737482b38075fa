"""What another reader makes of a dump's text: the `mysql` client, on the same server."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from rewound.dump.text.quoting import quote_name
from rewound.mysql.client import Connection, Value
from tests.server.load_server import LoadServer

_STORED_OBJECTS = {
    "view": "SELECT table_name FROM information_schema.views WHERE table_schema = '%s'",
    "trigger": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = '%s'",
    "routine": "SELECT routine_name FROM information_schema.routines WHERE routine_schema = '%s'",
    "event": "SELECT event_name FROM information_schema.events WHERE event_schema = '%s'",
}


@dataclass(frozen=True, slots=True)
class Content:
    """What a server holds: definitions and checksums of tables, names of stored_objects."""

    tables: dict[str, tuple[Value, Value]]
    stored_objects: frozenset[tuple[str, str, str]]


class SecondReader:
    """Gives texts to the client."""

    def __init__(self, client: Sequence[str], server: LoadServer) -> None:
        self._server = server
        self._argv = [
            *client,
            "--no-defaults",
            f"--socket={server.root.socket}",
            f"--user={server.root.user}",
            "--binary-mode",
            "--default-character-set=utf8mb4",
        ]

    def read(self, text: bytes) -> str:
        """Fill the server; return the client's error, empty for none."""
        done = subprocess.run(
            self._argv,
            input=text,
            capture_output=True,
            timeout=60,
            check=False,
            env={"MYSQL_PWD": self._server.root.password},
        )
        return done.stderr.decode("utf-8", "replace") if done.returncode else ""

    def look(self) -> Content:
        """Return what the server holds."""
        tables: dict[str, tuple[Value, Value]] = {}
        stored_objects: set[tuple[str, str, str]] = set()
        schemas = self._server.schemas()
        with Connection(self._server.root) as connection:
            for schema in schemas:
                found = connection.names(
                    "SELECT table_name FROM information_schema.tables"
                    f" WHERE table_schema = '{schema}' AND table_type = 'BASE TABLE'"
                )
                for table in found:
                    name = quote_name(schema) + b"." + quote_name(table)
                    created = connection.query(b"SHOW CREATE TABLE " + name).rows[0][1]
                    checksum = connection.query(b"CHECKSUM TABLE " + name).rows[0][1]
                    tables[f"{schema}.{table}"] = created, checksum
                for kind, sql in _STORED_OBJECTS.items():
                    stored_objects |= {
                        (schema, kind, name) for name in connection.names(sql % schema)
                    }
        return Content(tables, frozenset(stored_objects))
