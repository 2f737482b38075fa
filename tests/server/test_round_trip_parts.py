"""What the real mysqldump wrote of a random schema into many files comes back as it was.

As `test_round_trip`, but with a file for each table, with the definitions and the rows in files of
their own, and with `--tab`. Here the parts are given to the loader; how their names are read is
tried in the unit tests of the catalog.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from rewound.dump.file.location import DumpFiles, DumpPart, Holds
from rewound.dump.text.text_rows import UNREADABLE_SETS
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.engine.server_options import LOADING_STATEMENTS
from rewound.errors import RewoundError
from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.loader import load_dump
from rewound.load.options import LoadMethod, LoadOptions
from rewound.load.verification import VerifiedState, verify_dump
from rewound.mysql.accounts import ACCOUNTS, LOADER, ROOT, account_statements
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.server.random_schema import Schema, schemas
from tests.server.source_server import start_source
from tests.server.test_round_trip import DUMP_TIMEOUT_S, describe, drop_all, make_schema

EXAMPLES = int(os.environ.get("REWOUND_TEST_EXAMPLES", "150")) // 6
_PASSWORD = "secret"
_OBJECTS = ("--no-data", "--no-create-info", "--skip-triggers", "--routines", "--events")


@dataclass(frozen=True, slots=True)
class Servers:
    """The server that is dumped, the one that is loaded, and what dumps the first."""

    source: Connection
    target: Connection
    loader: Endpoint
    mysqldump: tuple[str, ...]
    folder: Path
    """Where the first may write as well."""

    def dump(self, path: Path, *arguments: str) -> DumpPart:
        """Run mysqldump, and return what it wrote to stdout as a part."""
        with path.open("wb") as file:
            done = subprocess.run(
                [*self.mysqldump, *arguments],
                stdout=file,
                stderr=subprocess.PIPE,
                timeout=DUMP_TIMEOUT_S,
                check=False,
            )
        stderr = done.stderr.decode(errors="replace")
        # mysqldump 9.7 cannot order by a column with a line end in its name.
        assume("in 'order clause' (1054)" not in stderr)
        assert done.returncode == 0, stderr
        return DumpPart(path)


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
        source = start_source(
            installation,
            cache_dir,
            source_folder,
            port=source_port,
            options=("--secure-file-priv=",),
        )
        spec = ServerSpec("target", target_folder, target_port, 64 << 20, _PASSWORD)
        target = engine.start(spec)
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
                (
                    *installation.mysqldump,
                    *("--no-defaults", "--user=root", f"--socket={source.socket}"),
                    *("--set-gtid-purged=OFF", "--column-statistics=0", "--hex-blob"),
                ),
                source_folder,
            )
    finally:
        for folder in (source_folder, target_folder):
            engine.end_all(folder)
            shutil.rmtree(folder)


def dump_per_table(servers: Servers, schema: Schema, folder: Path) -> list[DumpPart]:
    """Dump each table and view into a file of its own, and stored objects into another."""
    hexadecimal = schema.name.encode().hex()
    names = servers.source.names(
        "SELECT table_name FROM information_schema.tables"
        f" WHERE table_schema = _utf8mb4 0x{hexadecimal} ORDER BY table_type, table_name"
    )
    parts = [
        servers.dump(folder / f"{number}.sql", "--", schema.name, name)
        for number, name in enumerate(names)
    ]
    return [*parts, servers.dump(folder / "objects.sql", *_OBJECTS, "--", schema.name)]


def dump_by_kind(servers: Servers, schema: Schema, folder: Path) -> list[DumpPart]:
    """Dump the definitions into one file, triggers included, and the rows into another."""
    options = ("--no-data", "--routines", "--events")
    return [
        servers.dump(folder / "schema.sql", *options, "--", schema.name),
        servers.dump(folder / "data.sql", "--no-create-info", "--skip-triggers", "--", schema.name),
    ]


def dump_tab(servers: Servers, schema: Schema, folder: Path) -> list[DumpPart]:
    """Dump with --tab: the definition and the rows of each table in a file of their own."""
    folder.chmod(0o777)
    servers.dump(folder / "none", f"--tab={folder}", "--", schema.name)
    parts = []
    for path in sorted(folder.glob("*.sql")):
        parts.append(DumpPart(path, database=schema.name))
        rows = path.with_suffix(".txt")
        if rows.exists():
            parts.append(DumpPart(rows, Holds.ROWS, schema.name, path.stem))
    objects = servers.dump(folder / "objects", *_OBJECTS, "--", schema.name)
    return [*parts, objects]


LAYOUTS = {"per table": dump_per_table, "by kind": dump_by_kind, "tab": dump_tab}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_dump_of_many_files_is_restored_as_it_was(servers: Servers, layout: str) -> None:
    _restore_cases(servers, layout)


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, *([Phase.shrink] if "REWOUND_TEST_SHRINK" in os.environ else [])],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)
@given(schema=schemas(1), method=st.sampled_from(LoadMethod))
def _restore_cases(servers: Servers, layout: str, schema: Schema, method: LoadMethod) -> None:
    # Only a dump with CREATE DATABASE says what the database's character set is, and the names of
    # files with --tab are those of tables.
    assume(not schema.options and (layout != "tab" or not schema.has_odd_names))
    # Files of rows with these are refused, as the server itself reads them wrongly.
    assume(layout != "tab" or not any(name in str(schema) for name in UNREADABLE_SETS))
    note(f"loaded by {method}: {schema};\n")
    folder = servers.folder / "dump"
    folder.mkdir()
    try:
        make_schema(servers.source, schema)
        parts = LAYOUTS[layout](servers, schema, folder)
        dump = DumpFiles(folder, tuple(parts))
        ledger = restore(servers, dump, method, schema=schema.name)
        assert find_imbalances(ledger) == []
        assert describe(servers.target, schema.name) == describe(servers.source, schema.name)
        verified = verify_dump(dump, LoadOptions(schema=schema.name))
        assert verified.state in (VerifiedState.WHOLE, VerifiedState.UNPROVEN), verified.problems
        assert verified.rows == sum(table.rows_in_dump for table in ledger.tables)
    finally:
        drop_all(servers.source)
        drop_all(servers.target)
        shutil.rmtree(folder)


def restore(servers: Servers, dump: DumpFiles, method: LoadMethod, *, schema: str) -> Ledger:
    """Load the parts of a dump as `up` does."""
    return load_dump(
        servers.loader,
        dump,
        options=LoadOptions(
            schema=schema,
            allow_unfinished=any(part.holds is Holds.ROWS for part in dump.parts),
            method=method,
            large_table_bytes=0,
        ),
        progress=lambda bytes_read, table: None,
        cancelled=threading.Event(),
    )


def restore_texts(servers: Servers, texts: dict[str, str], method: LoadMethod) -> Ledger:
    """Load files with these texts into database game, in their order."""
    folder = servers.folder / "texts"
    folder.mkdir()
    parts = []
    try:
        for name, text in texts.items():
            path = folder / name
            path.write_text(text, encoding="latin-1")
            is_rows = path.suffix == ".txt"
            parts.append(
                DumpPart(path, Holds.ROWS, "game", path.stem)
                if is_rows
                else DumpPart(path, database="game")
            )
        return restore(servers, DumpFiles(folder, tuple(parts)), method, schema="game")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def clean(servers: Servers) -> Iterator[Servers]:
    yield servers
    drop_all(servers.target)


TRIGGER = (
    "CREATE TABLE log (a INT);\nCREATE TABLE t (a INT);\n"
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.a);\n"
)


@pytest.mark.parametrize("method", LoadMethod)
@pytest.mark.parametrize("rows", ["t.txt", "rows.sql"])
def test_a_trigger_of_one_file_does_not_fire_for_the_rows_of_another(
    clean: Servers, method: LoadMethod, rows: str
):
    text = "1\n2\n" if rows == "t.txt" else "INSERT INTO t VALUES (1), (2);\n"
    folder = clean.folder / "texts"
    folder.mkdir()
    (folder / "t.sql").write_text(TRIGGER)
    (folder / rows).write_text(text)
    is_rows = rows == "t.txt"
    second = (
        DumpPart(folder / rows, Holds.ROWS, "game", "t") if is_rows else DumpPart(folder / rows)
    )
    dump = DumpFiles(folder, (DumpPart(folder / "t.sql"), second))
    options = LoadOptions(schema="game", allow_unfinished=True, method=method, large_table_bytes=0)
    try:
        ledger = load_dump(
            clean.loader,
            dump,
            options=options,
            progress=lambda bytes_read, table: None,
            cancelled=threading.Event(),
        )
    finally:
        shutil.rmtree(folder)
    assert find_imbalances(ledger) == []
    assert {table.table: table.counted for table in ledger.tables} == {"log": 0, "t": 2}
    assert clean.target.names(
        "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = 'game'"
    ) == ["g"]


@pytest.mark.parametrize("method", LoadMethod)
@pytest.mark.parametrize(
    ("definition", "rows", "reason"),
    [
        ("a INT, b INT", "1\t2\n3\t4\t5\n", "2.5 fields each, and table game.t has 2 columns"),
        ("a INT, b INT", "1;2\n", "1 fields each, and table game.t has 2 columns"),
        ("a INT", "1\n2", "the file ends inside of this row"),
        ("a VARCHAR(9) CHARACTER SET utf16", "\\N\n\0\\\0x\n", "characters with the byte of a"),
        ("a VARCHAR(9) CHARACTER SET big5", "\xa5\\x\n", "characters with the byte of a"),
    ],
)
def test_a_file_of_rows_that_does_not_fit_is_refused(
    clean: Servers, method: LoadMethod, definition: str, rows: str, reason: str
):
    texts = {"t.sql": f"CREATE TABLE t ({definition});\n", "t.txt": rows}
    with pytest.raises(RewoundError, match=reason) as refused:
        restore_texts(clean, texts, method)
    assert "/texts/t.txt, line " in str(refused.value)


@pytest.mark.parametrize("method", LoadMethod)
@pytest.mark.parametrize(
    ("definition", "rows"),
    [
        ("a TINYINT", "300\n"),
        ("a INT NOT NULL", "\\N\n"),
        ("a DATE", "2024-13-01\n"),
        ("a VARCHAR(2)", "abc\n"),
        ("a VARCHAR(9) CHARACTER SET utf8mb4", "\xff\xfe\n"),
        ("a INT PRIMARY KEY", "1\n1\n"),
        ("a ENUM('x')", "y\n"),
        ("a INT, b INT", "1\t2\t3\n4\n"),
    ],
)
def test_rows_that_the_server_changes_fail_the_world(
    clean: Servers, method: LoadMethod, definition: str, rows: str
):
    texts = {"t.sql": f"CREATE TABLE t ({definition});\n", "t.txt": rows}
    try:
        ledger = restore_texts(clean, texts, method)
    except RewoundError:
        return
    assert find_imbalances(ledger) != []


@pytest.mark.parametrize("method", LoadMethod)
def test_values_of_a_file_of_rows_are_as_they_were(clean: Servers, method: LoadMethod):
    definition = (
        "id INT AUTO_INCREMENT PRIMARY KEY, d DATETIME, b BIT(3), j JSON, t TEXT, n INT,"
        " g INT AS (n + 1), bytes BLOB"
    )
    rows = '0\t0000-00-00 00:00:00\t\x05\t{"a": "\\\\n"}\ta\\\tb\\\nc\\\\\t\\N\t\\0\xff\n'
    texts = {"t.sql": f"CREATE TABLE t ({definition});\n", "t.txt": rows}
    ledger = restore_texts(clean, texts, method)
    assert find_imbalances(ledger) == []
    found = clean.target.query(
        "SELECT id, CAST(d AS CHAR), HEX(b), j ->> '$.a', HEX(t), n, g, HEX(bytes) FROM game.t"
    ).rows
    assert found == ((0, "0000-00-00 00:00:00", "5", "\n", "6109620A635C", None, None, "00FF"),)
