"""What the accounts of a world may see and do there, and what they may not."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from rewound.errors import MysqlError
from rewound.mysql.accounts import DEV, READER, grant_statements
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.conftest import Dumps
from tests.server.load_server import LoadServer

OBJECTS = """
CREATE TABLE t (a INT);
CREATE VIEW v AS SELECT a FROM t;
DELIMITER ;;
CREATE DEFINER=`someone`@`%` PROCEDURE p() BEGIN SELECT 1; END ;;
CREATE DEFINER=`someone`@`%` FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1 ;;
CREATE DEFINER=`someone`@`%` TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1 ;;
CREATE DEFINER=`someone`@`%` EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t ;;
DELIMITER ;
"""
KINDS = {"TABLE": "t", "VIEW": "v", "PROCEDURE": "p", "FUNCTION": "f", "TRIGGER": "g", "EVENT": "e"}


@pytest.fixture
def accounts(world: LoadServer, dumps: Dumps) -> Iterator[dict[str, Endpoint]]:
    """The logins of a world with one object of every kind."""
    world.load(dumps.write(OBJECTS))
    try:
        for statement in grant_statements(["`game`"]):
            world.execute(statement)
        yield {name: replace(world.root, user=name) for name in (DEV, READER)}
    finally:
        world.execute("ALTER USER 'rewound'@'localhost' ACCOUNT UNLOCK")


def show_create(endpoint: Endpoint, kind: str) -> str | None:
    """Return what SHOW CREATE answers; None if it refuses, or shows nothing."""
    with Connection(endpoint) as connection:
        try:
            [row] = connection.query(f"SHOW CREATE {kind} game.{KINDS[kind]}").rows
        except MysqlError:
            return None
    texts = [value.decode() if isinstance(value, bytes) else str(value) for value in row]
    return next((text for text in texts if text.startswith("CREATE ")), None)


@pytest.mark.parametrize("kind", KINDS)
def test_dev_sees_how_everything_in_its_world_was_created(accounts: dict[str, Endpoint], kind: str):
    assert re.search(rf"\b{KINDS[kind]}\b", show_create(accounts[DEV], kind) or "")


def test_reader_sees_tables_and_views_only(accounts: dict[str, Endpoint]):
    seen = {kind for kind in KINDS if show_create(accounts[READER], kind) is not None}
    assert seen == {"TABLE", "VIEW"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM mysql.user",
        "SELECT LOAD_FILE('/etc/passwd') IS NOT NULL FROM mysql.user",
        "SELECT 1 INTO OUTFILE '/tmp/rewound-test-outfile'",
        "CREATE DEFINER='root'@'localhost' PROCEDURE game.x() SELECT 1",
        "CREATE DEFINER='rewound'@'localhost' VIEW game.x AS SELECT 1",
        "GRANT SELECT ON game.* TO reader",
        "GRANT SHOW_ROUTINE ON *.* TO reader",
        "ALTER USER reader IDENTIFIED BY 'x'",
        "CREATE DATABASE other",
        "SET GLOBAL max_connections = 1",
        "KILL 1",
    ],
)
def test_dev_does_nothing_outside_of_its_world(accounts: dict[str, Endpoint], sql: str):
    with Connection(accounts[DEV]) as connection, pytest.raises(MysqlError) as caught:
        connection.query(sql)
    assert caught.value.number in {1044, 1045, 1094, 1095, 1142, 1227, 1410}
