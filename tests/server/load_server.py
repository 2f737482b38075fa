"""A server of which tests load dumps, and what they ask it."""

import threading
from dataclasses import dataclass
from pathlib import Path

from rewound.dump.file.location import one_file
from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS
from rewound.dump.text.quoting import quote_name
from rewound.load.ledger import Ledger
from rewound.load.loader import load_dump
from rewound.load.options import LoadOptions
from rewound.load.statement_watch import Note, say_nothing
from rewound.mysql.client import Connection, Value
from rewound.mysql.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class LoadServer:
    """A server to load dumps into, without a fleet around it."""

    root: Endpoint
    loader: Endpoint

    def load(
        self,
        dump: Path,
        options: LoadOptions | None = None,
        *,
        cancelled: threading.Event | None = None,
        note: Note = say_nothing,
    ) -> Ledger:
        return load_dump(
            self.loader,
            one_file(dump),
            options=options or LoadOptions(),
            progress=lambda bytes_read, table: None,
            cancelled=cancelled or threading.Event(),
            note=note,
        )

    def ask(self, sql: str) -> Value:
        with Connection(self.root) as connection:
            return connection.query(sql).rows[0][0]

    def schemas(self) -> set[str]:
        with Connection(self.root) as connection:
            names = connection.names("SELECT schema_name FROM information_schema.schemata")
        return {name for name in names if name.lower() not in SYSTEM_SCHEMAS}

    def execute(self, sql: str) -> None:
        with Connection(self.root) as connection:
            connection.execute_sql(sql)

    def clear(self) -> None:
        with Connection(self.root) as connection:
            for schema in self.schemas():
                connection.execute_sql(b"DROP DATABASE " + quote_name(schema))


def used(ledger: Ledger) -> dict[str, int]:
    """Return how often each rule was used."""
    return {use.rule: use.count for use in ledger.rules}
