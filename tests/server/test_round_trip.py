"""What the real mysqldump wrote of a random schema comes back as it was.

Source and target are real servers. A schema is made in the first, dumped with random
options, and loaded into the second as `up` does; then all that both can tell of it must be
equal, and the ledger must balance. `REWOUND_TEST_EXAMPLES` sets how many schemas.

Equal up to what rules change: the definer, and an event's being enabled.
"""

import os
import re
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from rewound.dump.file.location import one_file
from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS
from rewound.dump.text import splitter
from rewound.dump.text.quoting import quote_name
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.engine.server_options import LOADING_STATEMENTS
from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.loader import load_dump
from rewound.load.options import LoadMethod, LoadOptions
from rewound.mysql.accounts import ACCOUNTS, LOADER, ROOT, account_statements
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.server.random_dump import DumpPlan, dump_plans
from tests.server.random_schema import Schema, schemas
from tests.server.source_server import start_source

EXAMPLES = int(os.environ.get("REWOUND_TEST_EXAMPLES", "150"))
DUMP_TIMEOUT_S = 60.0

_PASSWORD = "secret"
# What an old production server lets in: zero dates, and rows that INSERT IGNORE has cut to fit.
_SOURCE_MODE = "SET sql_mode = 'NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'"
_DEFINER = re.compile(r"DEFINER=`[^`]*`@`[^`]*`")
_ENABLED = re.compile(r"^(CREATE .* EVENT .*?) (?:ENABLE|DISABLE)\b", re.DOTALL)
_CHARACTER_SET = re.compile(r"CHARACTER SET \w+ COLLATE")
_CREATED = {
    "VIEW": ("views", "table_name", "table_schema"),
    "TRIGGER": ("triggers", "trigger_name", "trigger_schema"),
    "PROCEDURE": ("routines", "routine_name", "routine_schema"),
    "FUNCTION": ("routines", "routine_name", "routine_schema"),
    "EVENT": ("events", "event_name", "event_schema"),
}


@dataclass(frozen=True, slots=True)
class Servers:
    """The server that is dumped, the one that is loaded, and what dumps the first."""

    source: Connection
    target: Connection
    loader: Endpoint
    mysqldump: tuple[str, ...]
    """argv without options of the dump."""
    folder: Path


@pytest.fixture(scope="module")
def servers(
    installation: Installation,
    engine: ProcessEngine,
    cache_dir: Path,
    make_folder: Callable[[], Path],
) -> Iterator[Servers]:
    if installation.mysqldump is None:
        pytest.fail("this MySQL has no mysqldump")
    source_folder, target_folder = make_folder(), make_folder()
    source_port, target_port = pick_ports(2, base=None)
    try:
        source = start_source(installation, cache_dir, source_folder, port=source_port)
        spec = ServerSpec("target", target_folder, target_port, 64 << 20, _PASSWORD)
        target = engine.start(spec)
        argv = (*installation.mysqldump, "--no-defaults", "--user=root")
        with (
            Connection(source) as source_connection,
            Connection(target.endpoint(ROOT, _PASSWORD)) as target_connection,
        ):
            accounts = account_statements(dict.fromkeys(ACCOUNTS, _PASSWORD))
            for statement in [*accounts, *LOADING_STATEMENTS]:
                target_connection.execute_sql(statement)
            yield Servers(
                source_connection,
                target_connection,
                target.endpoint(LOADER, _PASSWORD),
                (*argv, f"--socket={source.socket}"),
                source_folder,
            )
    finally:
        for folder in (source_folder, target_folder):
            engine.end_all(folder)
            shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Case:
    """One or two schemas, how they are dumped and how they are loaded."""

    made: list[Schema]
    plan: DumpPlan
    method: LoadMethod


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case; the fast ways of loading have more of them, having more to get wrong."""
    made = [draw(schemas(number)) for number in range(1, draw(st.sampled_from([2, 2, 3])))]
    method = draw(st.sampled_from([LoadMethod.FAST] * 3 + [LoadMethod.PLAIN]))
    return Case(made, draw(dump_plans(made)), method)


def test_a_dump_is_restored_as_it_was(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    # The fast ways are for much text; here any amount is much.
    monkeypatch.setattr(splitter, "SHORT_BYTES", 0)
    used: Counter[str] = Counter()
    _restore_cases(servers, used)
    assert {"rows-as-fields", "indexes-deferred", "inserts-gathered"} <= used.keys()


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    # Shrinking takes minutes; REWOUND_TEST_SHRINK=1 asks for it.
    phases=[Phase.generate, *([Phase.shrink] if "REWOUND_TEST_SHRINK" in os.environ else [])],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(case=cases())
def _restore_cases(servers: Servers, used: Counter[str], case: Case) -> None:
    made, plan = case.made, case.plan
    note(f"loaded by {case.method}")
    try:
        for schema in made:
            note(f"{schema};\n")
            make_schema(servers.source, schema)
        for call in plan.calls:
            note(f"mysqldump {' '.join(call)}")
        path = _dump(servers, plan)
        ledger = _restore(servers, path, case)
        used.update({use.rule: use.count for use in ledger.rules})
        for schema in made:
            before = describe(servers.source, schema.name)
            after = describe(servers.target, schema.name)
            assert after == before
    finally:
        drop_all(servers.source)
        drop_all(servers.target)


def make_schema(source: Connection, schema: Schema) -> None:
    name = quote_name(schema.name)
    source.execute_sql(_SOURCE_MODE)
    source.execute_sql("SET foreign_key_checks = 0")
    source.execute_sql(b"CREATE DATABASE " + name + schema.options.encode())
    source.execute_sql(b"USE " + name)
    for statement in schema.statements:
        source.execute_sql(statement)


def _dump(servers: Servers, plan: DumpPlan) -> Path:
    path = servers.folder / "dump.sql"
    with path.open("wb") as file:
        for call in plan.calls:
            done = subprocess.run(
                [*servers.mysqldump, *call],
                stdout=file,
                stderr=subprocess.PIPE,
                timeout=DUMP_TIMEOUT_S,
                check=False,
            )
            stderr = done.stderr.decode(errors="replace")
            # mysqldump 9.7 cannot order by a column with a line end in its name.
            assume("in 'order clause' (1054)" not in stderr)
            assert done.returncode == 0, stderr
    return path


def _restore(servers: Servers, path: Path, case: Case) -> Ledger:
    ledger = load_dump(
        servers.loader,
        one_file(path),
        options=LoadOptions(
            schema=case.plan.schema,
            allow_unfinished=not case.plan.says_its_end,
            method=case.method,
            large_table_bytes=0,
        ),
        progress=lambda bytes_read, table: None,
        cancelled=threading.Event(),
    )
    assert find_imbalances(ledger) == []
    return ledger


def describe(connection: Connection, schema: str) -> dict[str, object]:
    """Return all that a server tells of a schema, by kind and name."""
    name = quote_name(schema)
    literal = b"'" + schema.replace("\\", "\\\\").replace("'", "''").encode() + b"'"
    connection.execute_sql(b"USE " + name)
    connection.execute_sql("SET SESSION information_schema_stats_expiry = 0")
    told: dict[str, object] = {}
    tables = connection.names(
        b"SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
        b" AND table_schema = " + literal
    )
    for table in tables:
        quoted = quote_name(table)
        # With an explicit collation, the server sometimes shows the character set as well,
        # and it does so when it is given back its own text.
        [[_, create]] = connection.query(b"SHOW CREATE TABLE " + quoted).rows
        told[f"TABLE {table}"] = _CHARACTER_SET.sub("COLLATE", str(create))
        told[f"rows of {table}"] = connection.query(b"SELECT COUNT(*) FROM " + quoted).rows
        checksum = connection.query(b"CHECKSUM TABLE " + quoted + b" EXTENDED").rows
        told[f"checksum of {table}"] = checksum[0][1]
    for kind, (view, column, owner) in _CREATED.items():
        condition = f" AND routine_type = '{kind}'" if view == "routines" else ""
        found = connection.names(
            f"SELECT {column} FROM information_schema.{view} WHERE {owner} = ".encode()
            + literal
            + condition.encode()
        )
        for created in found:
            shown = connection.query(f"SHOW CREATE {kind} ".encode() + quote_name(created))
            told[f"{kind} {created}"] = {
                column: _without_ruled(value)
                for column, value in zip(shown.columns, shown.rows[0], strict=True)
                if column != "Created"
            }
    return told


def _without_ruled(value: object) -> object:
    """Return a text without what rules change."""
    if not isinstance(value, str):
        return value
    return _ENABLED.sub(r"\1", _DEFINER.sub("", value))


def drop_all(connection: Connection) -> None:
    connection.execute_sql("SET foreign_key_checks = 0")
    for name in connection.names("SELECT schema_name FROM information_schema.schemata"):
        if name.lower() not in SYSTEM_SCHEMAS:
            connection.execute_sql(b"DROP DATABASE " + quote_name(name))
