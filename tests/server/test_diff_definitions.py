"""Definitions are compared by what the server says of them."""

from collections.abc import Iterator

import pytest

from rewound.diff.schema.comparison import SchemaChange, compare_schemas
from rewound.diff.schema.reading import find_schema
from rewound.mysql.client import Connection
from tests.server.load_server import LoadServer

BASE = (
    "CREATE TABLE player (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'x', score INT,"
    " KEY by_score (score), CONSTRAINT low CHECK (score >= 0)) AUTO_INCREMENT = 5",
    "CREATE TABLE old (a INT)",
    "CREATE TABLE pair (a INT, b INT)",
    "CREATE VIEW top AS SELECT id FROM player",
    "CREATE TRIGGER counted BEFORE INSERT ON player FOR EACH ROW SET NEW.score = 0",
    "CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN 2 * n",
)
CHANGED = (
    "CREATE TABLE player (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL DEFAULT 'y',"
    " level INT, score INT, KEY by_score (score, id), CONSTRAINT low CHECK (score >= 1))"
    " AUTO_INCREMENT = 99",
    "CREATE TABLE new (a INT)",
    "CREATE TABLE pair (b INT, a INT)",
    "CREATE VIEW top AS SELECT id, name FROM player",
    "CREATE TRIGGER counted BEFORE INSERT ON player FOR EACH ROW SET NEW.score = 1",
    "CREATE FUNCTION twice(n INT) RETURNS BIGINT DETERMINISTIC RETURN 2 * n",
)


@pytest.fixture
def connection(server: LoadServer) -> Iterator[Connection]:
    with Connection(server.root) as connection:
        yield connection
        for schema in ("was", "is_now"):
            connection.execute_sql(f"DROP DATABASE IF EXISTS {schema}")


def compare(
    connection: Connection, before: tuple[str, ...], after: tuple[str, ...]
) -> tuple[SchemaChange, ...]:
    for schema, statements in (("was", before), ("is_now", after)):
        connection.execute_sql(f"CREATE DATABASE {schema}")
        connection.execute_sql(f"USE {schema}")
        for statement in statements:
            connection.execute_sql(statement)
    old, new = find_schema(connection, "was"), find_schema(connection, "is_now", shown_as="was")
    return compare_schemas(old, new)


def test_the_same_definitions_do_not_differ(connection: Connection):
    assert compare(connection, BASE, (BASE[0].replace("= 5", "= 77"), *BASE[1:])) == ()


def test_every_kind_of_change_is_told_with_what_differs(connection: Connection):
    found = {
        (each.change.value, each.kind.value, each.table, each.name): {
            one.property: (one.before, one.after) for one in each.differences
        }
        for each in compare(connection, BASE, CHANGED)
    }
    assert found[("changed", "column", "player", "id")] == {"type": ("int", "bigint")}
    assert found[("changed", "column", "player", "name")] == {
        "type": ("varchar(20)", "varchar(40)"),
        "default": ("x", "y"),
    }
    assert ("added", "column", "player", "level") in found
    assert ("added", "table", None, "new") in found
    assert ("removed", "table", None, "old") in found
    for kind, table, name in (
        ("key", "player", "by_score"),
        ("constraint", "player", "low"),
        ("view", None, "top"),
        ("trigger", "player", "counted"),
        ("function", None, "twice"),
        ("table", None, "pair"),
    ):
        assert found.get(("changed", kind, table, name)), (kind, sorted(found))


def test_a_schema_on_one_side_only_is_one_change(connection: Connection):
    connection.execute_sql("CREATE DATABASE was")
    old = find_schema(connection, "was")
    [change] = compare_schemas(old, find_schema(connection, "is_now"))
    assert (change.change.value, change.kind.value, change.name) == ("removed", "schema", "was")
    assert compare_schemas(None, None) == ()
