"""Real dumps that nobody here wrote: each is restored to the row, or gets a clear no.

The corpus is no part of the project (its texts are of mixed licence); the tests are
skipped where it is absent. `REWOUND_CORPUS` names its folder.
"""

import gzip
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rewound.dump.file.foreign_formats import START_BYTES, find_foreign_format
from rewound.dump.file.location import one_file
from rewound.dump.text import splitter
from rewound.dump.text.quoting import quote_name
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import Server, ServerSpec
from rewound.engine.server_options import LOADING_STATEMENTS
from rewound.errors import DumpError, RewoundError
from rewound.load.ledger import find_imbalances
from rewound.load.loader import load_dump
from rewound.load.options import LoadMethod, LoadOptions
from rewound.mysql.accounts import ACCOUNTS, LOADER, ROOT, account_statements, new_password
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

BESIDE_THE_PROJECT = Path(__file__).parents[3] / "shared" / "data" / "corpus"
CORPUS = Path(os.environ.get("REWOUND_CORPUS", BESIDE_THE_PROJECT))
MANIFEST = CORPUS / "manifest.json"
DUMPS: list[dict[str, Any]] = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else []

pytestmark = pytest.mark.skipif(not DUMPS, reason=f"no corpus of dumps in {CORPUS}")

REFUSED_ON_PURPOSE = {
    "pt173_utf16le_bom_crlf": "UTF-16: bytes that are no text are lost already, so it is refused",
}
"""Dumps that the corpus' authors would restore with a note, and we do not."""
FROM_OLD_SERVERS = {"drupal_mysql57_mdbcli", "netgore_compat_mysql40_b"}
"""Dumps that leave the collation to their server, which was an older one. The corpus has what the
client makes of them, utf8mb4_0900_ai_ci; by rule default-collation it is what they meant."""


class World:
    """A server for one dump, with the logins of its accounts."""

    def __init__(self, server: Server, passwords: dict[str, str]) -> None:
        self._server = server
        self._passwords = passwords

    def endpoint(self, account: str) -> Endpoint:
        server = self._server
        return Endpoint(server.socket, server.host, server.port, account, self._passwords[account])


@pytest.fixture
def world(installation: Installation, cache_dir: Path) -> Iterator[World]:
    # pytest's own folders have paths too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="rw-"))
    engine = ProcessEngine(installation, cache_dir)
    passwords = {account: new_password() for account in ACCOUNTS}
    spec = ServerSpec(
        name="corpus",
        folder=folder,
        port=pick_ports(1, base=None)[0],
        buffer_pool_bytes=64 << 20,
        root_password=passwords[ROOT],
    )
    try:
        made = World(engine.start(spec), passwords)
        with Connection(made.endpoint(ROOT)) as connection:
            for statement in [*account_statements(passwords), *LOADING_STATEMENTS]:
                connection.execute_sql(statement)
        yield made
    finally:
        engine.end_all(folder)
        shutil.rmtree(folder)


@pytest.fixture(params=list(LoadMethod), ids=lambda method: method.value)
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> LoadMethod:
    # The fast ways are for much text; here any amount is much.
    monkeypatch.setattr(splitter, "SHORT_BYTES", 0)
    chosen: LoadMethod = request.param
    return chosen


def restore(world: World, dump: dict[str, Any], method: LoadMethod = LoadMethod.FAST) -> None:
    """Load a dump as `up --schema restored --allow-unfinished` would; raise if unproven."""
    ledger = load_dump(
        world.endpoint(LOADER),
        one_file(CORPUS / "files" / dump["file"]),
        options=LoadOptions(
            schema="restored", allow_unfinished=True, method=method, large_table_bytes=0
        ),
        progress=lambda _bytes_read, _table: None,
        cancelled=threading.Event(),
    )
    if imbalances := find_imbalances(ledger):
        raise RewoundError("; ".join(imbalances))


def describe(connection: Connection, schema: str) -> dict[str, Any]:
    """Return what a schema holds, in the shape of the corpus' ground truth."""
    literal = "'" + schema + "'"

    def names(table: str, column: str, owner: str) -> list[str]:
        found = connection.names(
            f"SELECT {column} FROM information_schema.{table} WHERE {owner} = {literal}"
        )
        return sorted(found)

    tables = connection.query(
        "SELECT table_name, table_collation FROM information_schema.tables"
        f" WHERE table_schema = {literal} AND table_type = 'BASE TABLE'"
    ).rows
    return {
        "tables": {
            str(table): {**count(connection, schema, str(table)), "collation": collation}
            for table, collation in tables
        },
        "views": names("views", "table_name", "table_schema"),
        "triggers": names("triggers", "trigger_name", "trigger_schema"),
        "routines": names("routines", "CONCAT(routine_type, ' ', routine_name)", "routine_schema"),
        "events": names("events", "CONCAT(event_name, ' ', status)", "event_schema"),
    }


def count(connection: Connection, schema: str, table: str) -> dict[str, Any]:
    name = quote_name(schema) + b"." + quote_name(table)
    rows = connection.query(b"SELECT COUNT(*) FROM " + name).rows[0][0]
    checksum = connection.query(b"CHECKSUM TABLE " + name).rows[0][1]
    return {"rows": rows, "checksum": str(checksum)}


def expected(truth: dict[str, Any]) -> dict[str, Any]:
    """Return the ground truth of a schema, as far as `describe` tells it."""
    return {
        "tables": {
            name: {key: table[key] for key in ("rows", "checksum", "collation")}
            for name, table in truth["tables"].items()
        },
        "views": sorted(truth["views"]),
        **{kind: sorted(truth[kind]) for kind in ("triggers", "routines")},
        # Every event is created disabled, by rule.
        "events": sorted(event.replace(" ENABLED", " DISABLED") for event in truth["events"]),
    }


def of_kind(*kinds: str) -> list[Any]:
    return [
        pytest.param(dump, id=dump["name"])
        for dump in DUMPS
        if dump["expected"] in kinds and dump["name"] not in REFUSED_ON_PURPOSE
    ]


@pytest.mark.parametrize("dump", of_kind("restore", "restore_with_note"))
def test_a_whole_dump_is_restored_to_the_row(
    dump: dict[str, Any], world: World, method: LoadMethod
) -> None:
    restore(world, dump, method)
    truth = json.loads((CORPUS / "truth" / f"{dump['name']}.json").read_text())["ground_truth"]
    with Connection(world.endpoint(ROOT)) as connection:
        for schema, content in truth["databases"].items():
            wanted = expected(content)
            if dump["name"] in FROM_OLD_SERVERS:
                for table in wanted["tables"].values():
                    table["collation"] = table["collation"].replace("0900_ai", "general")
            assert describe(connection, schema) == wanted


def test_only_what_is_no_dump_at_all_is_taken_for_foreign() -> None:
    found = {}
    for dump in DUMPS:
        with gzip.open(CORPUS / "files" / dump["file"]) as text:
            start = text.read1(START_BYTES)
        if foreign := find_foreign_format(start):
            found[dump["name"]] = foreign.name
    assert found == {
        "netgore_xml": "a dump in XML",
        "not_a_dump_mysql_help_text": "the help text of a program",
        "pt173_utf16le_bom_crlf": "text in UTF-16",
        # The reader knows better, and asks for compressed data first.
        "bar_eplant2_double_gzip": "binary data",
    }


@pytest.mark.parametrize("dump", [d for d in DUMPS if d["name"] in REFUSED_ON_PURPOSE])
def test_what_we_refuse_on_purpose_is_refused(dump: dict[str, Any], world: World) -> None:
    with pytest.raises(DumpError):
        restore(world, dump)


@pytest.mark.parametrize("dump", of_kind("refuse"))
def test_what_cannot_be_restored_is_refused(
    dump: dict[str, Any], world: World, method: LoadMethod
) -> None:
    with pytest.raises(RewoundError):
        restore(world, dump, method)
