"""A server is at rest while its files hold all that it knows, and nothing else ever is."""

import pytest

from rewound.engine.at_rest import Rest, can_rest, find_rest, settle
from rewound.mysql.client import Connection
from tests.server.load_server import LoadServer


@pytest.fixture
def root(world: LoadServer) -> Connection:
    world.execute("SET GLOBAL innodb_stats_auto_recalc = OFF")  # writes whenever it likes
    world.execute("CREATE DATABASE game")
    world.execute("CREATE TABLE game.t (id INT AUTO_INCREMENT PRIMARY KEY, a INT, KEY (a))")
    world.execute("INSERT INTO game.t (a) VALUES (1), (2), (3)")
    world.execute("UPDATE game.t SET a = a + 1")  # leaves something to purge
    return Connection(world.root)


def come_to_rest(root: Connection) -> Rest:
    """Settle a server until it rests: threads of its own may write a moment later."""
    for _ in range(10):
        settle(root)
        if rest := find_rest(root):
            return rest
    raise AssertionError("it does not come to rest")


def test_a_server_that_was_loaded_comes_to_rest_and_stays_there(root: Connection):
    assert find_rest(root) is None
    rest = come_to_rest(root)
    assert len(root.query("SELECT * FROM game.t WHERE a > 1").rows) == 3
    assert find_rest(root) == rest
    assert root.query("SELECT @@GLOBAL.innodb_purge_rseg_truncate_frequency").rows == ((128,),)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO game.t (a) VALUES (4)",
        "DELETE FROM game.t WHERE id = 1",
        "CREATE TABLE game.other (id INT)",
        "CREATE USER someone",
        "ANALYZE TABLE game.t",
    ],
)
def test_whatever_is_written_ends_its_rest(root: Connection, sql: str):
    rest = come_to_rest(root)
    root.query(sql)
    assert find_rest(root) != rest
    assert come_to_rest(root) != rest
    root.execute_sql("DROP USER IF EXISTS someone")


def test_a_transaction_that_is_open_ends_it_too(root: Connection, world: LoadServer):
    with Connection(world.root) as other:
        rest = come_to_rest(root)
        other.execute_sql("START TRANSACTION")
        other.execute_sql("INSERT INTO game.t (a) VALUES (5)")
        assert find_rest(root) != rest


@pytest.mark.parametrize("kind", ["MyISAM", "MEMORY", "ARCHIVE"])
def test_only_innodb_is_known_to_rest(root: Connection, kind: str):
    root.execute_sql(f"CREATE TABLE game.other (id INT) ENGINE={kind}")
    assert not can_rest(root)
    root.execute_sql("DROP TABLE game.other")
    assert can_rest(root)
