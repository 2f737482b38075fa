"""Rows that are not as the log has them from before: each is planted, and found (or named)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rewound.errors import ReplayError
from rewound.load.log_receipt import LogReceipt
from tests.server.load_server import LoadServer
from tests.server.planted import NO_GTIDS, History, tell
from tests.server.replaying import Source, restore

_TYPES = (
    "CREATE TABLE game.kind (a INT, b VARCHAR(9) COLLATE utf8mb4_0900_ai_ci, c CHAR(4),"
    " d DECIMAL(9,3), e ENUM('a','b'), f FLOAT, g SET('x','y'), h TIMESTAMP(3) NULL, i JSON,"
    " j BLOB, k BIT(5), l POINT, m DOUBLE, n DATETIME(6), o TINYTEXT CHARACTER SET latin1,"
    " p VECTOR(2), q INT AS (a + 1), r VARBINARY(9), s BINARY(4), t TIME(2), u YEAR,"
    " v INT INVISIBLE, w BIGINT UNSIGNED, x TEXT COLLATE utf8mb4_bin,"
    " PRIMARY KEY (b, w))"
)
_TYPED_ROW = (
    "INSERT INTO game.kind (a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,r,s,t,u,v,w,x) VALUES (1,'Bob','x',"
    "1.5,'b',1.23456789,'x,y','2026-03-03 02:30:00.123','{\"a\": [1, 2.0]}',x'00ff',b'101',"
    "POINT(1,2),0.1,'2026-03-03 02:30:00','\u00e9',TO_VECTOR('[1,2]'),x'01',x'0102','12:30:00.25',"
    "2026,7,18446744073709551615,'x')"
)


def receipt_of(history: History, world: LoadServer) -> LogReceipt:
    receipt = history.restore(world).receipt
    assert receipt is not None
    return receipt


def refuse(history: History, world: LoadServer, *words: str) -> ReplayError:
    with pytest.raises(ReplayError) as caught:
        history.restore(world)
    for word in words:
        assert word in str(caught.value), caught.value
    return caught.value


@pytest.fixture
def by_key(source: Source, tmp_path: Path) -> Iterator[History]:
    """Six transactions that update rows by their key, the first of the dump's place."""
    modes = ("ON_PERMISSIVE", "OFF_PERMISSIVE", "OFF")
    source.run(*(f"SET GLOBAL gtid_mode={mode}" for mode in modes))
    yield tell(
        source,
        tmp_path,
        *(f"UPDATE game.player SET score = score + 1 WHERE id = {1 + n % 3}" for n in range(6)),
        before=(
            "CREATE TABLE game.player (id INT PRIMARY KEY, name VARCHAR(20), score INT)",
            "INSERT INTO game.player VALUES (1,'ann',10),(2,'bob',20),(3,'eve',30)",
        ),
    )
    source.run(*(f"SET GLOBAL gtid_mode={mode}" for mode in (*reversed(modes[:2]), "ON")))


def test_without_any_fault_all_rows_are_compared(by_key: History, world: LoadServer) -> None:
    receipt = receipt_of(by_key, world)
    by_key.require_equal(world)
    assert receipt.images is not None
    assert (receipt.images.stated, receipt.images.same, receipt.images.asked) == (6, 3, 3)
    assert not any("not compared (--no-verify-images)" in text for text in receipt.not_proved)
    assert (
        world.ask(
            "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 'rewound%'"
        )
        == 0
    )


def test_a_start_three_transactions_late_is_found(by_key: History, world: LoadServer) -> None:
    points = by_key.points(0)[-6:]
    by_key.move_dump("binlog.000001", points[3].start)
    error = refuse(
        by_key,
        world,
        f"binlog.000001:{points[3].start}",
        "a row that it changes is not here as the log has it from before",
        "the row of game.player with id='1' is another one: score is '10' here, '11' in the log",
    )
    assert error.hint is not None
    assert "--single-transaction" in error.hint


def test_without_the_option_such_a_start_is_among_what_is_not_proved(
    by_key: History, world: LoadServer
) -> None:
    by_key.move_dump("binlog.000001", by_key.points(0)[-3].start)
    ledger = restore(world, by_key.dump, by_key.logs, by_key.target, verify_images=False)
    assert ledger.receipt is not None
    assert ledger.receipt.images is None
    assert any("not compared (--no-verify-images)" in text for text in ledger.receipt.not_proved)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("(2,'bob',20)", "(2,'bob',21)", "id='2' is another one: score is '21' here, '20' in"),
        ("(2,'bob',20)", "(2,'Bob',20)", "name is 'Bob' here, 'bob' in the log"),
        ("(2,'bob',20)", "(2,'bob ',20)", "name is 'bob ' here, 'bob' in the log"),
        ("(2,'bob',20)", "(2,NULL,20)", "name is NULL here, 'bob' in the log"),
        (",(2,'bob',20)", "", "with id='2' is not here"),
    ],
)
def test_a_row_that_was_edited_in_the_dump_is_found(
    by_key: History, world: LoadServer, old: str, new: str, words: str
) -> None:
    by_key.rewrite_dump(old, new)
    second = by_key.points(0)[-5]
    refuse(by_key, world, f"binlog.000001:{second.start}", words)


def test_columns_in_another_order_are_found(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "UPDATE game.pair SET a = 3",
        before=(
            "CREATE TABLE game.pair (id INT PRIMARY KEY, a INT, b INT)",
            "INSERT INTO game.pair VALUES (1,10,20)",
        ),
    )
    told.rewrite_dump(
        "  `a` int DEFAULT NULL,\n  `b` int DEFAULT NULL,\n",
        "  `b` int DEFAULT NULL,\n  `a` int DEFAULT NULL,\n",
    )
    told.rewrite_dump("(1,10,20)", "(1,20,10)")
    refuse(told, world, "with id='1' is another one: b is '20' here, '10' in the log; a is '10'")


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("(1,'Bob'", "(2,'Bob'", "a is '2' here"),
        ("'Bob'", "'bob'", "b is 'bob' here, 'Bob' in the log"),
        ("1.500", "1.501", "d is '1.501' here"),
        ("'b',1.23457", "'a',1.23457", "e is 'a' here"),
        ("1.23457", "1.23458", "f is '1.23458' here"),
        ("'x,y'", "'x'", "g is 'x' here"),
        ("02:30:00.123'", "02:30:00.124'", "h is '2026-03-03 02:30:00.124' here"),
        ("[1, 2.0]", "[1, 2]", "i is"),
        ("0x00FF", "0x00FE", "j is '0x00FE' here"),
        ("0x05", "0x04", "k is '4' here"),
        ("0.1,", "0.1000000000000001,", "m is"),
        ("'12:30:00.25'", "'12:30:00.26'", "t is '12:30:00.26' here"),
        ("2026,7", "2025,7", "u is '2025' here"),
        ("2026,7", "2026,8", "v is '8' here"),
        ("'x');", "'X');", "x is 'X' here"),
        ("0x00000000010100000", "0x01000000010100000", "l is '0x0100"),
        ("0x0000803F", "0x0000803E", "p is '0x0000803E"),
    ],
)
def test_one_value_of_any_type_is_found(
    source: Source, world: LoadServer, tmp_path: Path, old: str, new: str, column: str
) -> None:
    told = tell(
        source,
        tmp_path,
        "UPDATE game.kind SET a = a + 1",
        before=(_TYPES, _TYPED_ROW),
        dump=(*NO_GTIDS, "--hex-blob"),
    )
    told.rewrite_dump(old, new)
    refuse(told, world, "the row of game.kind with b=", column)


def test_equal_values_of_all_types_pass(source: Source, world: LoadServer, tmp_path: Path) -> None:
    told = tell(
        source,
        tmp_path,
        "UPDATE game.kind SET a = a + 1",
        "DELETE FROM game.kind",
        before=(_TYPES, _TYPED_ROW),
    )
    images = receipt_of(told, world).images
    told.require_equal(world)
    assert images is not None
    assert (images.stated, images.same, images.asked) == (2, 1, 1)


def test_words_that_dumps_do_not_tell_apart_pass(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "UPDATE game.kind SET a = a + 1",
        before=(
            "CREATE TABLE game.kind (id INT PRIMARY KEY, a INT, e ENUM('a',''), s SET('','b'))",
            "INSERT IGNORE INTO game.kind VALUES (1, 1, 'none', 0), (2, 1, '', 1), (3, 1, 'a', 2)",
        ),
    )
    images = receipt_of(told, world).images
    assert images is not None
    assert images.asked == 3


@pytest.mark.parametrize("column", ["f FLOAT", "j JSON"])
def test_a_table_without_a_key_whose_values_dumps_change_is_explained(
    source: Source, world: LoadServer, tmp_path: Path, column: str
) -> None:
    name, kind = column.split()
    value = "1.23456789" if kind == "FLOAT" else "JSON_OBJECT('at', DATE'2026-03-03')"
    told = tell(
        source,
        tmp_path,
        "DELETE FROM game.kind",
        before=(
            f"CREATE TABLE game.kind (id INT, {name} {kind})",
            f"INSERT INTO game.kind VALUES (1, {value})",
        ),
    )
    refuse(told, world, "a table without a key", "mysqldump has rounded its FLOAT values")


@pytest.mark.parametrize(
    ("image", "compared", "only_keys"), [("FULL", 3, 0), ("NOBLOB", 3, 0), ("MINIMAL", 0, 3)]
)
def test_images_without_all_columns_are_compared_as_far_as_they_go(
    source: Source, world: LoadServer, tmp_path: Path, image: str, compared: int, only_keys: int
) -> None:
    told = tell(
        source,
        tmp_path,
        f"SET binlog_row_image={image}",
        "UPDATE game.wide SET score = score + 1 WHERE id < 3",
        "FLUSH BINARY LOGS",
        "DELETE FROM game.wide WHERE id = 3",
        "SET binlog_row_image=FULL",
        before=(
            "CREATE TABLE game.wide (id INT, score INT NOT NULL, day DATE NOT NULL, note TEXT,"
            " PRIMARY KEY (id))",
            "INSERT INTO game.wide VALUES (1,1,'2026-01-01','a'),(2,2,'2026-01-01','b'),"
            "(3,3,'2026-01-01','c')",
        ),
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert receipt.images is not None
    assert (receipt.images.compared, receipt.images.only_keys) == (compared, only_keys)
    named = any("the log has only their keys" in text for text in receipt.not_proved)
    assert named is bool(only_keys)


def test_without_blobs_the_other_columns_are_compared(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET binlog_row_image=NOBLOB",
        "UPDATE game.wide SET day = '2026-01-02'",
        "SET binlog_row_image=FULL",
        before=(
            "CREATE TABLE game.wide (id INT PRIMARY KEY, score INT NOT NULL, day DATE, note TEXT)",
            "INSERT INTO game.wide VALUES (1,1,'2026-01-01','a')",
        ),
    )
    told.rewrite_dump("(1,1,'2026-01-01','a')", "(1,2,'2026-01-01','b')")
    refuse(told, world, "is another one: score is '2' here, '1' in the log")


def test_parts_of_json_values_are_compared_as_far_as_they_are_known(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET binlog_row_value_options=PARTIAL_JSON",
        "UPDATE game.doc SET j = JSON_SET(j, '$.a', 2)",
        "UPDATE game.doc SET j = JSON_SET(j, '$.a', 3)",
        "FLUSH BINARY LOGS",
        "UPDATE game.doc SET j = JSON_SET(j, '$.a', 4)",
        "SET binlog_row_value_options=''",
        before=(
            "CREATE TABLE game.doc (id INT PRIMARY KEY, j JSON)",
            'INSERT INTO game.doc VALUES (1,\'{"a": 1, "b": "xxxxxxxxxxxxxxxxxxxxxxxxxx"}\')',
        ),
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert receipt.images is not None
    assert (receipt.images.asked, receipt.images.repeated) == (2, 1)
    assert any("several times in a row" in text for text in receipt.not_proved)


def test_rows_are_followed_through_changes_of_keys_and_tables(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "BEGIN",
        "INSERT INTO game.t VALUES ('c',3),('d',4)",
        "UPDATE game.t SET k = 'e' WHERE k = 'a'",
        "UPDATE game.t SET k = 'a' WHERE k = 'b'",
        "UPDATE game.t SET v = v + 1",
        "COMMIT",
        "ALTER TABLE game.t ADD COLUMN w INT DEFAULT 5",
        "UPDATE game.t SET w = w + v",
        "DELETE FROM game.t WHERE k = 'c'",
        "INSERT INTO game.t VALUES ('c',9,9)",
        "UPDATE game.t SET v = 0",
        "BEGIN",
        "UPDATE game.t SET v = 1",
        "SAVEPOINT s",
        "UPDATE game.t SET v = 2",
        "ROLLBACK TO s",
        "UPDATE game.t SET v = 3",
        "COMMIT",
        "XA START 'x'",
        "UPDATE game.t SET v = 4 WHERE k = 'c'",
        "XA END 'x'",
        "XA PREPARE 'x'",
        "XA COMMIT 'x'",
        "RENAME TABLE game.t TO game.u",
        "DELETE FROM game.u",
        before=(
            "CREATE TABLE game.t (k VARCHAR(9), v INT, PRIMARY KEY (k))",
            "INSERT INTO game.t VALUES ('a',1),('b',2)",
        ),
    )
    images = receipt_of(told, world).images
    told.require_equal(world)
    assert images is not None
    assert images.compared == images.stated > 20


def test_a_change_that_the_log_lacks_is_found_in_the_middle_of_a_batch(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "UPDATE game.player SET score = 11 WHERE id = 1",
        "SET sql_log_bin=0",
        "UPDATE game.player SET score = 12 WHERE id = 1",
        "SET sql_log_bin=1",
        "UPDATE game.player SET score = 13 WHERE id = 1",
        before=(
            "CREATE TABLE game.player (id INT PRIMARY KEY, score INT)",
            "INSERT INTO game.player VALUES (1,10)",
        ),
    )
    last = told.points(0)[-1]
    refuse(told, world, f":{last.start}", "score is '11' here, '12' in the log")


def test_compressed_transactions_and_partitions_are_compared_too(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    source.run("SET SESSION binlog_transaction_compression=ON")
    told = tell(
        source,
        tmp_path,
        "UPDATE game.part SET v = v + 1",
        "UPDATE game.part SET id = id + 10",
        "SET SESSION binlog_transaction_compression=OFF",
        "UPDATE game.part SET v = v + 1",
        "DELETE FROM game.part WHERE id = 11",
        before=(
            "CREATE TABLE game.part (id INT PRIMARY KEY, v INT) PARTITION BY HASH (id)"
            " PARTITIONS 3",
            "INSERT INTO game.part VALUES (1,1),(2,2),(3,3)",
        ),
    )
    images = receipt_of(told, world).images
    told.require_equal(world)
    assert images is not None
    assert images.compared == images.stated == 10


@pytest.mark.parametrize("key", ["a", "a(3)", "a DESC"])
def test_a_row_that_is_found_by_a_part_of_it_is_compared_whole(
    key: str, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    history = tell(
        source,
        tmp_path,
        "UPDATE game.t SET b = b + 1",
        before=(
            f"CREATE TABLE game.t (a VARCHAR(50) NOT NULL, b INT, UNIQUE KEY ({key}))",
            "INSERT INTO game.t VALUES ('abcdef', 1)",
        ),
    )
    history.rewrite_dump("('abcdef',1)", "('abcdef',77)")
    refuse(history, world, "game.t with a='abcdef'", "b is '77' here, '1' in the log")
