"""Rows of every kind, dumped, changed and replayed: equal, and no false alarm when compared."""

from pathlib import Path

import pytest

from tests.server.load_server import LoadServer
from tests.server.planted import tell
from tests.server.replaying import Source

_MANY = ", ".join(f"c{number} VARCHAR(60)" for number in range(240))
_LOOSE, _STRICT = "SET SESSION sql_mode = ''", "SET SESSION sql_mode = DEFAULT"
_HIDDEN_KEY = "SET SESSION sql_generate_invisible_primary_key"

_CASES: dict[str, tuple[list[str], list[str]]] = {
    "a row that InnoDB may refuse": (
        [
            f"CREATE TABLE game.t (id INT PRIMARY KEY, {_MANY}) ENGINE=MyISAM",
            "INSERT INTO game.t (id, c1) VALUES (1, 'a'), (2, 'b')",
        ],
        ["UPDATE game.t SET c1 = 'x' WHERE id = 1", "DELETE FROM game.t WHERE id = 2"],
    ),
    "JSON that text cannot say": (
        [
            "CREATE TABLE game.t (id INT PRIMARY KEY, j JSON, k JSON)",
            "INSERT INTO game.t VALUES (1, JSON_OBJECT('day', CURRENT_DATE, 'n', 1.10, 'at',"
            " NOW(6), 'raw', x'00ff', 'bit', b'101', 'f', 1e300, 'u', 18446744073709551615),"
            " JSON_ARRAY(1.0, 1, '1', TRUE, NULL, 0.1)), (2,"
            " JSON_OBJECT('n', 12345678901234567890.123456789), CAST(NOW() AS JSON))",
        ],
        [
            "UPDATE game.t SET k = JSON_SET(k, '$[0]', 7)",
            "UPDATE game.t SET j = JSON_SET(j, '$.n', 1.10)",
            "UPDATE game.t SET j = NULL WHERE id = 2",
        ],
    ),
    "a key that nobody sees": (
        [
            f"{_HIDDEN_KEY} = ON",
            "CREATE TABLE game.t (a INT, b VARCHAR(9))",
            f"{_HIDDEN_KEY} = OFF",
            "INSERT INTO game.t VALUES (1, 'a'), (1, 'a'), (2, 'b')",
        ],
        [
            "UPDATE game.t SET b = 'x' WHERE a = 2",
            "DELETE FROM game.t WHERE a = 1 LIMIT 1",
            "INSERT INTO game.t VALUES (9, 'n')",
        ],
    ),
    "character sets": (
        [
            "CREATE TABLE game.t (k VARCHAR(20) CHARACTER SET sjis PRIMARY KEY,"
            " a VARCHAR(20) CHARACTER SET ucs2, b TEXT CHARACTER SET utf16,"
            " c CHAR(5) CHARACTER SET gbk, d VARCHAR(9) CHARACTER SET utf32,"
            " e CHAR(3) CHARACTER SET binary, f ENUM('é', 'ü') CHARACTER SET latin1)",
            "INSERT INTO game.t VALUES (_utf8mb4'表ソ', _utf8mb4'aé', _utf8mb4'😀', _utf8mb4'汉',"
            " _utf8mb4'😀', x'0100', 'ü')",
        ],
        [
            "UPDATE game.t SET a = _utf8mb4'zz'",
            "UPDATE game.t SET k = _utf8mb4'能'",
            "UPDATE game.t SET f = 'é'",
        ],
    ),
    "values that a strict server refuses": (
        [
            _LOOSE,
            "CREATE TABLE game.t (id INT PRIMARY KEY, e ENUM('a', 'b') NOT NULL, d DATE NOT NULL,"
            " t DATETIME, ts TIMESTAMP NULL, y YEAR, c CHAR(5))",
            "INSERT INTO game.t VALUES"
            " (1, 'zz', '0000-00-00', '2020-00-00', '1970-01-01 00:00:01', 0, 'a  '),"
            " (2, '', '2020-02-31', '0000-00-00', NULL, 1901, '  '), (3, 'a', 0, 0, NULL, 0, '')",
            _STRICT,
        ],
        [
            _LOOSE,
            "UPDATE game.t SET c = 'q'",
            "UPDATE game.t SET e = 'b' WHERE id = 2",
            "DELETE FROM game.t WHERE id = 1",
            _STRICT,
        ],
    ),
    "places": (
        [
            "CREATE TABLE game.t (id INT PRIMARY KEY, g GEOMETRY NOT NULL SRID 4326,"
            " l LINESTRING, SPATIAL KEY (g))",
            "INSERT INTO game.t VALUES (1, ST_GeomFromText('POINT(1 2)', 4326),"
            " ST_GeomFromText('LINESTRING(0 0, 1 1)'))",
        ],
        ["UPDATE game.t SET g = ST_GeomFromText('POINT(3 4)', 4326)", "UPDATE game.t SET l = NULL"],
    ),
    "tables that change their columns, keys and names": (
        [
            "CREATE TABLE game.t (id INT PRIMARY KEY, a INT, b VARCHAR(9))",
            "INSERT INTO game.t VALUES (1, 1, 'x'), (2, 2, 'y')",
        ],
        [
            "UPDATE game.t SET a = 5",
            "ALTER TABLE game.t RENAME COLUMN a TO z, ADD COLUMN q JSON FIRST",
            "UPDATE game.t SET z = 6, q = '[1.5]'",
            "RENAME TABLE game.t TO game.u",
            "UPDATE game.u SET b = 'w' WHERE id = 1",
            "CREATE TABLE game.t LIKE game.u",
            "INSERT INTO game.t SELECT * FROM game.u",
            "UPDATE game.t SET z = z + 1",
            "ALTER TABLE game.u DROP PRIMARY KEY, ADD UNIQUE (b)",
            "UPDATE game.u SET b = 'k' WHERE id = 2",
            "TRUNCATE game.t",
            "INSERT INTO game.t VALUES (NULL, 1, 1, '1')",
            "UPDATE game.t SET z = 2",
        ],
    ),
    "a unique key in the place of a primary one": (
        [
            "CREATE TABLE game.t (a INT, b VARCHAR(5) NOT NULL COLLATE utf8mb4_0900_ai_ci, c INT,"
            " UNIQUE KEY (b), UNIQUE KEY (a))",
            "INSERT INTO game.t VALUES (NULL, 'a', 1), (NULL, 'b', 2), (3, 'c', 3)",
        ],
        [
            "UPDATE game.t SET c = c + 1",
            "UPDATE game.t SET b = 'A' WHERE b = 'a'",
            "DELETE FROM game.t WHERE b = 'a'",
        ],
    ),
    "a unique key on the beginning of a column": (
        [
            "CREATE TABLE game.t (a VARCHAR(50) NOT NULL, b INT, UNIQUE KEY (a(3)))",
            "INSERT INTO game.t VALUES ('abcdef', 1), ('xyz', 2)",
        ],
        ["UPDATE game.t SET b = b + 1", "UPDATE game.t SET a = 'abd' WHERE b = 2"],
    ),
    "columns and keys that are computed": (
        [
            "CREATE TABLE game.t (id INT PRIMARY KEY, a INT, s INT AS (a * 2) STORED,"
            " v VARCHAR(20) AS (CONCAT('x', a)) VIRTUAL, n VARCHAR(9), UNIQUE KEY (v),"
            " UNIQUE KEY ((LOWER(n))))",
            "INSERT INTO game.t (id, a, n) VALUES (1, 1, 'Ab'), (2, 2, 'Cd')",
        ],
        [
            "UPDATE game.t SET a = 9, n = 'Zz' WHERE id = 1",
            "UPDATE game.t SET a = 1 WHERE id = 2",
            "DELETE FROM game.t WHERE id = 1",
        ],
    ),
    "values of several MB": (
        [
            "CREATE TABLE game.t (id INT PRIMARY KEY, b LONGBLOB, t LONGTEXT)",
            "INSERT INTO game.t VALUES (1, REPEAT('x', 6000000), REPEAT('é', 3000000))",
        ],
        ["UPDATE game.t SET t = CONCAT(t, 'a')", "UPDATE game.t SET b = CONCAT(b, 'b')"],
    ),
    "numbers at their ends": (
        [
            "CREATE TABLE game.t (id INT PRIMARY KEY, f FLOAT, d DOUBLE, w FLOAT, n INT)",
            "INSERT INTO game.t VALUES (1, 1.5, 0.1 + 0.2, 1234.5, 0), (2, 16777216, 1e-300, 0, 0),"
            " (3, -0.0, -0.0, 0.5, 0), (4, 0.25, 1.7e308, 9999.5, 0)",
        ],
        [
            "UPDATE game.t SET n = 1",
            "UPDATE game.t SET d = d / 3",
            "DELETE FROM game.t WHERE id < 3",
        ],
    ),
    "foreign keys that change rows": (
        [
            "CREATE TABLE game.p (id INT PRIMARY KEY)",
            "CREATE TABLE game.c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES game.p (id)"
            " ON DELETE SET NULL ON UPDATE CASCADE)",
            "INSERT INTO game.p VALUES (1), (2), (3)",
            "INSERT INTO game.c VALUES (1, 1), (2, 1), (3, 2)",
        ],
        [
            "UPDATE game.p SET id = 9 WHERE id = 1",
            "DELETE FROM game.p WHERE id = 2",
            "BEGIN",
            "DELETE FROM game.p WHERE id = 9",
            "UPDATE game.c SET p = 3",
            "DELETE FROM game.p WHERE id = 3",
            "COMMIT",
        ],
    ),
    "rows that move between partitions": (
        [
            "CREATE TABLE game.t (id INT, r INT, v JSON, PRIMARY KEY (id, r)) PARTITION BY LIST (r)"
            " (PARTITION a VALUES IN (1, 2), PARTITION b VALUES IN (3, 4))",
            "INSERT INTO game.t VALUES (1, 1, '1.50'), (2, 3, '{}')",
        ],
        [
            "UPDATE game.t SET r = 4 WHERE id = 1",
            "UPDATE game.t SET v = '2'",
            "ALTER TABLE game.t DROP PARTITION a",
            "DELETE FROM game.t WHERE id = 2",
        ],
    ),
    "odd names": (
        [
            "CREATE TABLE game.`tä b;-- x` (`sel ect` INT PRIMARY KEY, `ü``` VARCHAR(9))",
            "INSERT INTO game.`tä b;-- x` VALUES (1, 'a'), (2, 'b')",
        ],
        ["UPDATE game.`tä b;-- x` SET `ü``` = 'c' WHERE `sel ect` = 1"],
    ),
}


@pytest.mark.parametrize("compression", ["OFF", "ON"])
@pytest.mark.parametrize("kind", _CASES)
def test_rows_of_a_kind_are_replayed_and_compared(
    kind: str, compression: str, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    before, after = _CASES[kind]
    source.run(f"SET SESSION binlog_transaction_compression = {compression}")
    try:
        history = tell(source, tmp_path, *after, before=before)
    finally:
        source.run("SET SESSION binlog_transaction_compression = OFF")
    receipt = history.restore(world).receipt
    history.require_equal(world)
    assert receipt is not None
    assert receipt.images is not None
    assert receipt.images.stated > 0
