"""MariaDB's dumps taken to a moment of MariaDB's binary logs, on MySQL: equal to what it held."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from rewound.errors import ReplayError
from rewound.mysql.client import Connection
from rewound.replay.target import AtPosition, AtTransaction, Target, parse_transaction
from tests.server.finding import find_or_refuse, go_to
from tests.server.load_server import LoadServer
from tests.server.mariadb_source import NoMariaDb, get_mariadb, running_mariadb
from tests.server.random_workload import MARIADB_FORMS, Workload
from tests.server.replaying import Moment, Source, count_binlog_statements, restore

_STEPS_BEFORE_DUMP, _STEPS_AFTER = 15, 60


@pytest.fixture(scope="module")
def source(make_folder: Callable[[], Path], pytestconfig: pytest.Config) -> Iterator[Source]:
    try:
        server = get_mariadb()
    except NoMariaDb as reason:
        if pytestconfig.getoption("--require-mariadb"):
            pytest.fail(f"no MariaDB: {reason}")
        pytest.skip(f"no MariaDB: {reason}")
    with running_mariadb(server, make_folder) as source:
        yield source


def read_rows(connection: Connection) -> dict[str, object]:
    """Return all rows of `game`, and what it has else, in words that both servers share."""
    content: dict[str, object] = {}
    tables = connection.names(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'game'"
        " AND table_type = 'BASE TABLE'"
    )
    for name in tables:
        rows = connection.query(f"SELECT * FROM game.`{name}`").rows
        content[f"rows of {name}"] = sorted(map(str, rows))
    for key, sql in (
        ("columns", "table_name, ordinal_position, column_name, is_nullable, data_type"),
        ("statistics", "table_name, index_name, seq_in_index, column_name"),
    ):
        found = connection.texts(
            f"SELECT {sql} FROM information_schema.{key} WHERE table_schema = 'game'"
        )
        content[key] = sorted(map(str, found))
    for kind, sql in (
        ("views", "SELECT table_name FROM information_schema.views WHERE table_schema = 'game'"),
        (
            "routines",
            "SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'game'",
        ),
        (
            "triggers",
            "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = 'game'",
        ),
    ):
        content[kind] = sorted(connection.names(sql))
    return content


def rows_of(world: LoadServer) -> dict[str, object]:
    with Connection(world.root) as connection:
        return read_rows(connection)


@pytest.mark.parametrize("number", range(6))
def test_random_moments_are_the_sources(
    number: int, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    random = Random(f"mariadb {number}")
    source.run("RESET MASTER")
    is_compressed, metadata = number % 2, ("NO_LOG", "MINIMAL", "FULL")[number % 3]
    source.run(f"SET GLOBAL log_bin_compress={is_compressed}, log_bin_compress_min_len=10")
    source.run(f"SET GLOBAL binlog_row_metadata={metadata}")
    workload = Workload(source.connection, f"mariadb {number}", forms=MARIADB_FORMS)
    workload.create()
    for _ in range(_STEPS_BEFORE_DUMP):
        workload.step()
    options = ("--master-data=2", "--gtid") if number % 2 else ("--master-data=2",)
    dump = source.dump(tmp_path / "w.sql", *options)
    wanted = random.randrange(_STEPS_AFTER)
    for step in range(_STEPS_AFTER):
        workload.step()
        if random.randrange(15) == 0:
            source.run("FLUSH BINARY LOGS")
        if step == wanted:
            name, position = source.connection.query("SHOW MASTER STATUS").rows[0][:2]
            gtid = str(source.connection.query("SELECT @@gtid_binlog_pos").rows[0][0])
            content = read_rows(source.connection)
    target: Target = AtPosition(str(name), int(str(position)))
    if number % 2:
        target = parse_transaction(gtid, is_included=True)
        assert isinstance(target, AtTransaction)
    restore(world, dump, source.logs(), target)
    assert rows_of(world) == content


@pytest.mark.parametrize(
    "statements",
    [
        (
            "CREATE TABLE game.j (id INT PRIMARY KEY, doc JSON NOT NULL, json JSON, `x` json)",
            """INSERT INTO game.j VALUES (1,'{"a":1}','[]',NULL)""",
            "ALTER TABLE game.j ADD COLUMN more JSON DEFAULT '[1]' AFTER json, MODIFY json JSON",
            "INSERT INTO game.j (id, doc) VALUES (2,'{}')",
        ),
        (
            "CREATE PROCEDURE game.p() SELECT 1",
            "CREATE OR REPLACE PROCEDURE game.p() SELECT 2",
            "CREATE OR REPLACE DEFINER=root@localhost FUNCTION game.f() RETURNS INT RETURN 1",
            "CREATE OR REPLACE TRIGGER game.tr BEFORE INSERT ON game.t FOR EACH ROW SET NEW.n='z'",
            "INSERT INTO game.t (id) VALUES (8)",
            "CREATE OR REPLACE EVENT game.e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
            "CREATE OR REPLACE VIEW game.v AS SELECT 1 AS a",
            "CREATE OR REPLACE TABLE game.r (a JSON)",
            "INSERT INTO game.r VALUES ('1')",
        ),
        (
            "SET collation_connection=utf8mb4_uca1400_ai_ci",
            "CREATE TABLE game.u (a VARCHAR(10) COLLATE utf8mb4_uca1400_as_cs DEFAULT '\xe9')",
            "INSERT INTO game.u VALUES (DEFAULT),('x')",
            "SET NAMES utf8mb4",
        ),
        (
            "BEGIN",
            "INSERT INTO game.t VALUES (10,'a','1')",
            "INSERT INTO game.my VALUES (5)",
            "ROLLBACK",
            "CREATE TEMPORARY TABLE game.tmp (a INT)",
            "INSERT INTO game.tmp VALUES (1)",
            "INSERT INTO game.my SELECT * FROM game.tmp",
            "DROP TEMPORARY TABLE game.tmp",
        ),
        (
            "CREATE TABLE game.a (a INT, b TEXT DEFAULT 'x', c INT AS (a+1) PERSISTENT,"
            " d INT INVISIBLE DEFAULT 4, e TIMESTAMP DEFAULT current_timestamp())"
            " ENGINE=Aria PAGE_CHECKSUM=1",
            "INSERT INTO game.a (a) VALUES (1)",
            "UPDATE game.a SET a = 2",
        ),
        (
            "ALTER TABLE game.t ADD COLUMN IF NOT EXISTS y INT DEFAULT 1",
            "ALTER TABLE game.t ADD COLUMN IF NOT EXISTS y BIGINT",
            "ALTER TABLE game.t DROP COLUMN IF EXISTS nope",
            "ALTER TABLE IF EXISTS game.nope ADD COLUMN y INT",
            "CREATE INDEX IF NOT EXISTS i ON game.t (n)",
            "CREATE INDEX IF NOT EXISTS i ON game.t (y)",
            "DROP INDEX IF EXISTS nope ON game.t",
            "ALTER TABLE game.t ADD INDEX IF NOT EXISTS i (id)",
            "ALTER TABLE game.t ADD CONSTRAINT IF NOT EXISTS c CHECK (id > 0)",
            "ALTER TABLE game.t DROP CONSTRAINT IF EXISTS nope",
            "ALTER TABLE game.t MODIFY COLUMN IF EXISTS y INT DEFAULT 2",
            "INSERT INTO game.t (id) VALUES (2)",
        ),
        (
            "CREATE TABLE game.fk (a INT, FOREIGN KEY (a) REFERENCES game.t (id)"
            " ON DELETE CASCADE)",
            "INSERT INTO game.fk VALUES (1),(1)",
            "DELETE FROM game.t WHERE id = 1",
        ),
    ],
)
def test_statements_of_mariadb(
    source: Source, world: LoadServer, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    restore_all(source, world, tmp_path, *statements)
    assert rows_of(world) == read_rows(source.connection)


@pytest.mark.parametrize("is_compressed", [0, 1])
def test_transactions_of_nothing_but_rows_go_in_one_statement(
    source: Source, world: LoadServer, tmp_path: Path, is_compressed: int
) -> None:
    source.run(f"SET GLOBAL log_bin_compress={is_compressed}, log_bin_compress_min_len=10")
    before = count_binlog_statements(world)
    inserts = [f"INSERT INTO game.t VALUES ({n},REPEAT('x',20),'1')" for n in range(10, 30)]
    changes = (*inserts, "UPDATE game.t SET n = 'y'")
    restore_all(source, world, tmp_path, *changes, verify_images=False)  # it would send more
    assert rows_of(world) == read_rows(source.connection)
    assert count_binlog_statements(world) - before == 2  # the first has the FORMAT event


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["SET SESSION binlog_format=STATEMENT", "DELETE FROM game.t"], "rule statement-replayed"),
        (["CREATE SEQUENCE game.s"], "rule mariadb-only"),
        (["CREATE TABLE game.s (a INT) WITH SYSTEM VERSIONING"], "keeps the history of its rows"),
        (
            ["CREATE TABLE game.u (a UUID)", "INSERT INTO game.u VALUES (UUID())"],
            "column a is char(36) here, with 16 bytes in the log",
        ),
        (
            ["ALTER TABLE game.t ADD COLUMN IF NOT EXISTS y INT, ADD COLUMN z INT"],
            "MySQL error 1064",
        ),
    ],
)
def test_what_mysql_does_not_have_is_refused(
    source: Source, world: LoadServer, tmp_path: Path, statements: list[str], words: str
) -> None:
    with pytest.raises(ReplayError) as caught:
        restore_all(source, world, tmp_path, *statements, "SET SESSION binlog_format=ROW")
    assert words in str(caught.value)


def restore_all(
    source: Source, world: LoadServer, folder: Path, *statements: str, verify_images: bool = True
) -> None:
    """Dump a few tables, run statements, and restore all of them."""
    source.run(
        "DROP DATABASE IF EXISTS game",
        "RESET MASTER",
        "SET NAMES utf8mb4",
        "SET GLOBAL binlog_row_metadata=FULL",
        "CREATE DATABASE game CHARACTER SET utf8mb4",
        "CREATE TABLE game.t (id INT PRIMARY KEY, n VARCHAR(20), doc JSON)",
        "CREATE TABLE game.my (a INT) ENGINE=MyISAM",
        "INSERT INTO game.t VALUES (1,'a','{}')",
    )
    dump = source.dump(folder / "w.sql", "--master-data=2")
    source.run(*statements)
    name, position = source.connection.query("SHOW MASTER STATUS").rows[0][:2]
    target = AtPosition(str(name), int(str(position)))
    restore(world, dump, source.logs(), target, verify_images=verify_images)


@pytest.mark.parametrize("number", range(3))
def test_random_dumps_without_coordinates(
    number: int, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    source.run("RESET MASTER", f"SET GLOBAL log_bin_compress={number % 2}")
    source.run(f"SET GLOBAL binlog_row_metadata={('FULL', 'NO_LOG', 'MINIMAL')[number]}")
    workload = Workload(source.connection, f"mariadb by content {number}", forms=MARIADB_FORMS)
    workload.create()
    for _ in range(20):
        workload.step()
    dump = source.dump(tmp_path / "w.sql", "--skip-lock-tables")
    begin = _find_end(source)
    for _ in range(40):
        workload.step()
    rows = read_rows(source.connection)
    ledger, moment = world.load(dump), _find_end(source)
    if (found := find_or_refuse(world, ledger, source.logs(), begin)) is not None:
        go_to(world, ledger, found, source.logs(), moment)
        assert rows_of(world) == rows


def _find_end(source: Source) -> Moment:
    name, position = source.connection.query("SHOW MASTER STATUS").rows[0][:2]
    return Moment(str(name), int(str(position)), "", {})
