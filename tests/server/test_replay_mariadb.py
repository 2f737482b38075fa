"""MariaDB's dumps taken to a moment of MariaDB's binary logs, on MySQL: equal to what it held."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from rewound.mysql.client import Connection
from rewound.replay.target import AtPosition, AtTransaction, Target, parse_transaction
from tests.server.load_server import LoadServer
from tests.server.mariadb_source import NoMariaDb, get_mariadb, running_mariadb
from tests.server.random_workload import MARIADB_FORMS, Workload
from tests.server.replaying import Source, restore

_STEPS_BEFORE_DUMP, _STEPS_AFTER = 15, 60


@pytest.fixture(scope="module")
def source(make_folder: Callable[[], Path]) -> Iterator[Source]:
    try:
        server = get_mariadb()
    except NoMariaDb as reason:
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
