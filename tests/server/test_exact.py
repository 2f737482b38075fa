"""Two servers are compared to the bit: every kind of difference is found, and equal is equal."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rewound.diff.exact.comparison import compare_exactly
from rewound.engine.host.ports import pick_ports
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.mysql.accounts import ROOT
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

MEMBERS = ",".join(f"'m{number}'" for number in range(64))
ROWS = [
    """INSERT INTO kinds (id, i, z, d, f, f2, b, b2, c, v, t, u, vb, bb, bl, bi, y, da, ti, dt,
    ts, e, s, j, g, ve, h) VALUES (1, 5, 5, 1.5, 1.1, 1.25, 0.1, 123456789012.25, 'c', 'v ', 't',
    'u', 'vb', 'b', 'bl', 18446744073709551615, 2000, '0000-00-00', '-838:59:59',
    '0000-00-00 00:00:00', '2024-01-01 00:00:00.000001', '', 9223372036854775808, '[1.0, "a"]',
    ST_GeomFromText('POINT(1 2)'), STRING_TO_VECTOR('[1,2]'), 7)""",
    "INSERT INTO kinds (id) VALUES (2)",
]
SCHEMA = [
    "CREATE DATABASE g CHARACTER SET latin1",
    "USE g",
    "SET time_zone = '+00:00', sql_mode = ''",
    f"""CREATE TABLE kinds (id INT PRIMARY KEY, i INT, z INT(5) ZEROFILL, d DECIMAL(20,5),
    f FLOAT, f2 FLOAT(9,2), b DOUBLE, b2 DOUBLE(20,2), c CHAR(9), v VARCHAR(20), t TEXT,
    u VARCHAR(20) CHARACTER SET utf16, vb VARBINARY(9), bb BINARY(3), bl BLOB, bi BIT(64),
    y YEAR, da DATE, ti TIME(6), dt DATETIME(6), ts TIMESTAMP(6) NULL, e ENUM('a','','c'),
    s SET({MEMBERS}), j JSON, g GEOMETRY, ve VECTOR(2), h INT INVISIBLE,
    w INT AS (i + 1) VIRTUAL, KEY (w))""",
    *ROWS,
    "CREATE TABLE texts (k VARCHAR(9) COLLATE latin1_swedish_ci PRIMARY KEY, n INT AUTO_INCREMENT,"
    " KEY (n))",
    "INSERT INTO texts (k) VALUES ('a'), ('b'), ('c')",
    "CREATE TABLE keyless (a VARCHAR(9), b DOUBLE)",
    "INSERT INTO keyless VALUES ('x', 1), ('x', 1), ('y', 0), (NULL, NULL)",
    "CREATE TABLE mine (a INT PRIMARY KEY) PARTITION BY HASH (a) PARTITIONS 2",
    "INSERT INTO mine VALUES (1), (2)",
    "CREATE VIEW shown AS SELECT i FROM kinds",
    "CREATE VIEW broken AS SELECT a FROM mine",
    "CREATE TRIGGER one BEFORE INSERT ON mine FOR EACH ROW SET NEW.a = NEW.a",
    "CREATE TRIGGER two BEFORE INSERT ON mine FOR EACH ROW SET NEW.a = NEW.a",
    "CREATE PROCEDURE same () SELECT 1",
    "CREATE FUNCTION same () RETURNS INT DETERMINISTIC RETURN 1",
    "CREATE EVENT later ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01 00:00:00' DISABLE DO SELECT 1",
]

VALUES = {
    "z": "6",
    "d": "1.50001",
    "f": "1.10000013",
    "f2": "1.26",
    "b": "0.10000000000000002",
    "b2": "123456789012.26",
    "c": "'C'",
    "v": "'v'",
    "t": "'T'",
    "u": "'U'",
    "vb": "'vb\\0'",
    "bb": "'b '",
    "bl": "''",
    "bi": "18446744073709551614",
    "y": "0",
    "da": "'2024-01-01'",
    "ti": "'838:59:59'",
    "dt": "NULL",
    "ts": "'2024-01-01 00:00:00.000002'",
    "e": "0",
    "s": "9223372036854775809",
    "j": "'[1, \"a\"]'",
    "g": "ST_GeomFromText('POINT(1 2)', 4326)",
    "ve": "STRING_TO_VECTOR('[1,3]')",
    "h": "8",
}
"""A column of the first row, and what it becomes on the second server."""
ROW_CHANGES = [
    *(
        (f"UPDATE g.kinds SET {column} = {value} WHERE id = 1", f"row id = 1, column {column}: ")
        for column, value in VALUES.items()
    ),
    ("UPDATE g.kinds SET i = 6 WHERE id = 1", "kinds, row id = 1, column i: 5 in one, 6 in two"),
    ("UPDATE g.kinds SET b = -0e0 WHERE id = 2", "row id = 2, column b: NULL in one, -0.0 in two"),
    ("UPDATE g.kinds SET t = '' WHERE id = 2", "row id = 2, column t: NULL in one, '' in two"),
]
"""What is done to the rows of `kinds` on the second server, and what has to be said of it."""
CHANGES = [
    (
        "UPDATE g.texts SET k = 'A' WHERE k = 'a'",
        "texts, row k = 'a', column k: 'a' in one, 'A' in",
    ),
    ("INSERT INTO g.texts VALUES ('d', 3)", "AUTO_INCREMENT|texts, row k = 'd': in two only"),
    ("DELETE FROM g.mine WHERE a = 1", "mine, row a = 1: in one only"),
    (
        "INSERT INTO g.keyless VALUES ('x', 1)",
        r"keyless, row a = 'x', b = 1.0: in two 1 times more",
    ),
    ("UPDATE g.keyless SET b = -0e0 WHERE a = 'y'", r"keyless, row a = 'y', b = -?0.0: in"),
    ("UPDATE g.keyless SET a = '' WHERE a IS NULL", r"keyless, row a = (NULL|''), b = NULL: in"),
    (
        "ALTER TABLE g.texts AUTO_INCREMENT = 77",
        "Create Table of table g.texts: .*AUTO_INCREMENT=4",
    ),
    ("ALTER DATABASE g COLLATE latin1_bin", "Create Database of database g"),
    ("CREATE DATABASE h", "database h is in two only"),
    ("DROP VIEW g.shown", "view g.shown is in one only"),
    ("DROP PROCEDURE g.same", "procedure g.same is in one only"),
    ("ALTER PROCEDURE g.same COMMENT 'x'", "Create Procedure of procedure g.same"),
    ("ALTER TABLE g.kinds COMMENT 'x'", "Create Table of table g.kinds"),
    ("DROP TRIGGER g.one", "trigger g.one is in one only"),
]
"""What else is done there."""
IN_SESSIONS = [
    (
        [
            "SET sql_mode = 'ANSI_QUOTES'",
            "CREATE TRIGGER one BEFORE INSERT ON mine FOR EACH ROW FOLLOWS two SET NEW.a = NEW.a",
        ],
        "DROP TRIGGER g.one",
        "of trigger g.one: ",
    ),
    (
        ["SET NAMES latin1", "CREATE FUNCTION same () RETURNS INT DETERMINISTIC RETURN 1"],
        "DROP FUNCTION g.same",
        "character_set_client of function g.same|collation_connection of function g.same",
    ),
    (
        [
            "SET time_zone = '+05:00'",
            "CREATE EVENT later ON SCHEDULE EVERY 1 DAY"
            " STARTS '2024-01-01 05:00:00' DISABLE DO SELECT 1",
        ],
        "DROP EVENT g.later",
        "time_zone of event g.later",
    ),
]


@pytest.fixture(scope="module")
def both(
    engine: ProcessEngine, make_folder: Callable[[], Path]
) -> Iterator[tuple[Endpoint, Endpoint]]:
    """Two servers for all tests of this module."""
    folders = make_folder(), make_folder()
    try:
        ports = pick_ports(2, base=None)
        one, two = (
            engine.start(ServerSpec("exact", folder, port, 32 << 20, "secret"))
            for folder, port in zip(folders, ports, strict=True)
        )
        for server in (one, two):
            with Connection(server.endpoint(ROOT, "secret")) as connection:
                connection.execute_sql("ALTER INSTANCE DISABLE INNODB REDO_LOG")
        yield one.endpoint(ROOT, "secret"), two.endpoint(ROOT, "secret")
    finally:
        for folder in folders:
            engine.end_all(folder)
            shutil.rmtree(folder)


def make(endpoint: Endpoint) -> None:
    with Connection(endpoint) as connection:
        connection.execute_sql("DROP DATABASE IF EXISTS g")
        connection.execute_sql("DROP DATABASE IF EXISTS h")
        for statement in SCHEMA:
            connection.execute_sql(statement)


def not_found(both: tuple[Endpoint, Endpoint], change: str, expected: str) -> list[str]:
    """Return what is to be complained of where a change was not found, or not as expected."""
    found = str(compare_exactly(both, ("one", "two")).difference)
    return [] if re.search(expected, found) else [f"{change}: {found}"]


def test_what_is_the_same_is_found_to_be(both: tuple[Endpoint, Endpoint]) -> None:
    for endpoint in both:
        make(endpoint)
    found = compare_exactly(both, ("one", "two"))
    assert (found.difference, found.tables, found.rows) == (None, 4, 11)


def test_every_difference_of_a_value_is_found(both: tuple[Endpoint, Endpoint]) -> None:
    make(both[0])
    make(both[1])
    missed = []
    for change, expected in ROW_CHANGES:
        with Connection(both[1], schema="g") as connection:
            for statement in (
                "SET time_zone = '+00:00', sql_mode = ''",
                "DELETE FROM kinds",
                *ROWS,
            ):
                connection.execute_sql(statement)
            connection.execute_sql(change)
        missed += not_found(both, change, expected)
    assert missed == []


def test_every_other_difference_is_found(both: tuple[Endpoint, Endpoint]) -> None:
    make(both[0])
    missed = []
    for change, expected in CHANGES:
        make(both[1])
        with Connection(both[1]) as connection:
            connection.execute_sql(change)
        missed += not_found(both, change, expected)
    assert missed == []


def test_what_objects_keep_of_their_session_is_found(both: tuple[Endpoint, Endpoint]) -> None:
    make(both[0])
    missed = []
    for statements, change, expected in IN_SESSIONS:
        make(both[1])
        with Connection(both[1], schema="g") as connection:
            for statement in ("SET sql_mode = '', time_zone = '+00:00'", change, *statements):
                connection.execute_sql(statement)
        missed += not_found(both, change, expected)
    assert missed == []


def test_what_a_key_keeps_of_a_virtual_column_is_found(both: tuple[Endpoint, Endpoint]) -> None:
    for endpoint, language in zip(both, ("en_US", "de_DE"), strict=True):
        make(endpoint)
        with Connection(endpoint, schema="g") as connection:
            connection.execute_sql(f"SET lc_time_names = '{language}'")
            connection.execute_sql(
                "CREATE TABLE months (n DOUBLE, m CHAR(9) AS (DATE_FORMAT('2024-05-05', '%M')),"
                " KEY k (m))"
            )
            connection.execute_sql("INSERT INTO months VALUES ()")
    assert not_found(both, "lc_time_names", "key k of table g.months, row m = 'Ma[iy]'") == []


def test_the_order_of_triggers_is_found(both: tuple[Endpoint, Endpoint]) -> None:
    make(both[0])
    make(both[1])
    with Connection(both[1], schema="g") as connection:
        connection.execute_sql("DROP TRIGGER one")
        connection.execute_sql(SCHEMA[-5])
    assert not_found(both, "order", "place of trigger g.one") == []
