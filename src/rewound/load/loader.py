"""Loading a dump: every statement that the judge lets through, in the dump's order.

Takes an endpoint, so it cannot know what kind of server it loads. A refused statement
or an error of the server ends the load at once; there is no half-loaded success.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rewound.dump.judge import quote_name
from rewound.dump.reader import DumpReader
from rewound.dump.script import Script
from rewound.dump.session import INITIAL_CHARACTER_SET, INITIAL_SQL_MODE
from rewound.dump.statement import Kind
from rewound.dump.target import SYSTEM_SCHEMAS, Target
from rewound.dump.verdict import Verdict, excerpt
from rewound.errors import HostError, Interrupted, LoadError, MysqlError, StatementRefused
from rewound.load.ledger import DumpFacts, Ledger
from rewound.load.tally import TableKey, Tally, table_key
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.version import Version

_NO_ROOM = frozenset({1021, 1114})
"""What MySQL says when the disk is full; 1114 was tried on 9.7.4 with a full tmpfs."""

Progress = Callable[[int, str], None]
"""Called with (bytes of the file read, the table being filled)."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How the user wants a dump to be taken."""

    schema: str | None = None
    """Where objects go that the dump names no database for."""
    allow_unfinished: bool = False
    """Accept a dump whose end cannot be proved."""
    allowed: frozenset[str] = frozenset()
    """The rules of `ALLOWABLE` that may apply, by name."""


def load_dump(
    endpoint: Endpoint,
    dump: Path,
    *,
    options: LoadOptions,
    progress: Progress,
    cancelled: threading.Event,
) -> Ledger:
    """Load a dump into an empty server and return the ledger, balanced or not.

    Raises:
        DumpError: the file is unreadable or cut off.
        StatementRefused: a rule refuses a statement; it was not executed.
        LoadError: the server refused a statement.
        HostError: the server has no room for the rows.
        Interrupted: `cancelled` was set.
    """
    started_at = datetime.now(UTC)
    tally = Tally()
    with Connection(endpoint) as connection, DumpReader(dump) as reader:
        target = read_target(connection)
        _prepare_session(connection)
        script = Script(target, schema=options.schema)
        for verdict in script.iter_verdicts(reader.iter_chunks()):
            if cancelled.is_set():
                raise Interrupted(f"loading {dump} was interrupted")
            tally.add_verdict(verdict)
            _execute(connection, verdict, tally, dump)
            if verdict.kind is Kind.INSERT:
                key = table_key(verdict)
                progress(reader.file_bytes_read, "" if key is None else key[1])
    with Connection(endpoint) as connection:
        counted = count_rows(connection)
        server_version = connection.names("SELECT VERSION()")[0]
        schemas = _schemas(connection)
    progress(reader.file_size_bytes, "")
    header = script.header
    return Ledger(
        dump=DumpFacts(
            path=dump,
            sha256=reader.sha256,
            file_bytes=reader.file_bytes_read,
            text_bytes=reader.text_bytes_read,
            producer=header.producer,
            source_server=header.server_version,
            completed_at=header.completed_at,
            is_whole=header.is_whole,
            positions=(*([header.position] if header.position else []), *tally.positions),
        ),
        server_version=server_version,
        started_at=started_at,
        ended_at=datetime.now(UTC),
        statements=script.statements,
        executed=dict(tally.executed),
        rules=tally.rules(),
        warnings=tally.warnings(),
        unseen_warnings=tally.unseen_warnings,
        schemas=tuple(schemas),
        tables=tally.tables(counted),
        unfinished_allowed=options.allow_unfinished,
        allowed=tuple(sorted(options.allowed)),
    )


def read_target(connection: Connection) -> Target:
    """Ask a server what the judge has to know of it."""
    collations = connection.query(
        "SELECT LOWER(collation_name), LOWER(character_set_name), is_default"
        " FROM information_schema.collations"
    ).rows
    engines = connection.names(
        "SELECT LOWER(engine) FROM information_schema.engines WHERE support IN ('YES', 'DEFAULT')"
    )
    return Target(
        version_number=_version_number(connection.names("SELECT VERSION()")[0]),
        engines=frozenset(engines),
        collations={str(name): str(owner) for name, owner, _ in collations},
        default_collations={
            str(owner): str(name) for name, owner, default in collations if default == "Yes"
        },
    )


def count_rows(connection: Connection) -> dict[TableKey, int]:
    """Return COUNT(*) of every table outside the system schemas."""
    tables = connection.query(
        "SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_type = 'BASE TABLE'"
    ).rows
    counts = {}
    for schema, table in ((str(schema), str(table)) for schema, table in tables):
        if schema.lower() not in SYSTEM_SCHEMAS:
            name = quote_name(schema) + b"." + quote_name(table)
            counts[schema, table] = int(connection.names(b"SELECT COUNT(*) FROM " + name)[0])
    return counts


def _version_number(version: str) -> int:
    match = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    if match is None:
        raise LoadError(f"the server calls its version {version!r}")
    major, minor, patch = map(int, match.groups())
    return Version(major, minor, patch).number


def _prepare_session(connection: Connection) -> None:
    """Put the session where the judge's model of it begins."""
    connection.execute(f"SET NAMES {INITIAL_CHARACTER_SET}")
    connection.execute(f"SET SESSION sql_mode = '{INITIAL_SQL_MODE}'")


def _execute(connection: Connection, verdict: Verdict, tally: Tally, dump: Path) -> None:
    refusal = verdict.refusal
    if refusal is not None:
        raise StatementRefused(
            dump,
            line=verdict.line,
            rule=refusal.rule.name,
            why=refusal.detail or refusal.rule.why,
            excerpt=excerpt(verdict.statement.text),
        )
    for sql in verdict.sql:
        try:
            execution = connection.execute(sql)
        except MysqlError as error:
            text = f"{dump}, line {verdict.line}: {error.message}\n    "
            text += excerpt(verdict.statement.text)
            if error.number in _NO_ROOM:
                raise HostError(
                    text,
                    hint="free some disk space, or set REWOUND_STATE_DIR to another disk;"
                    " a table of ENGINE=MEMORY may have reached its own limit",
                ) from error
            raise LoadError(text) from error
        if execution.warning_count:
            warnings = connection.warnings()
            tally.add_warnings(verdict, warnings, expected=execution.warning_count)
        if sql is verdict.sql[-1]:
            tally.add_execution(verdict, execution)


def _schemas(connection: Connection) -> list[str]:
    names = connection.names("SELECT schema_name FROM information_schema.schemata")
    return sorted(name for name in names if name.lower() not in SYSTEM_SCHEMAS)
