"""What a server holds by name."""

from rewound.mysql.client import Connection
from rewound.query.names import read_names
from tests.server.load_server import LoadServer


def test_names_are_tables_and_views_with_their_columns_and_what_needs_quotes(world: LoadServer):
    with Connection(world.root) as connection:
        for statement in (
            "CREATE DATABASE `a-b`",
            "CREATE TABLE `a-b`.t (z INT, `key` INT)",
            "CREATE VIEW `a-b`.`v é` AS SELECT z FROM `a-b`.t",
        ):
            connection.execute_sql(statement)
    names = read_names(world.root)
    assert names.schemas["a-b"] == {"t": ["z", "key"], "v é": ["z"]}
    assert "mysql" not in names.schemas
    assert "information_schema" in names.schemas
    assert {"KEY", "SELECT"} <= names.reserved
    assert "NAME" not in names.reserved
