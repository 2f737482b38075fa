"""The fast ways of loading keep what the plain one keeps, and refuse what it refuses."""

import pytest

from rewound.dump.text import splitter
from rewound.errors import RewoundError
from rewound.load.ledger import find_imbalances
from rewound.load.options import LoadMethod, LoadOptions
from rewound.mysql.client import Connection
from tests.conftest import Dumps
from tests.server.load_server import LoadServer

TEXTS = [
    *(rb"'a'", rb"''", rb"'NULL'", rb"NULL", rb"null", rb"'a''b'", rb"''''", rb"'''),('''"),
    *(rb"'it\'s'", rb"'a\'),(b'", rb"'a),(b'", rb"'\N'", rb"'\Nx'", rb"'\%'", rb"'\_'", rb"'\\%'"),
    *(rb"'\0\n\r\t\b\Z\\\a'", b"'\n\r\t'", "'é€😀'".encode(), rb"'\\\\\'),('", rb"'a\\'", rb"' '"),
    *(rb"1", rb"1.50", rb"1e3", rb"-0", rb"007", rb"TRUE", rb"0x61", rb"x'61'", rb"_binary 'a'"),
    *(rb"_utf8mb4'a'", rb"N'a'", rb"'a' 'b'", rb'"a"', rb"CONCAT('a','b')", rb"/**/'a'", rb"'a' "),
]
NUMBERS = [
    *(b"0", b"-0", b"1", b"-5", b"12.5", b"-12.50", b"1e3", b"1.5e-7", b"'5'", b"'1e3'", b"0.1"),
    *(
        b"-0.0",
        b"-0.00e5",
        b"16777217",
        b"9223372036854775807",
        b"0000",
        b"007",
        b".5",
        b"5.",
        b"+5",
    ),
    *(b"1.005", b"2.5", b"3.5", b"1-2", b"1 + 1", b"TRUE", b"b'101'", b"0x10", b"NULL", b"null"),
    *(b"0.30000001192092896", b"1.7976931348623157e308", b"18446744073709551615"),
]
TIMES = [
    *(b"'2024-01-02'", b"'0000-00-00'", b"'2024-01-02 03:04:05'", b"'2024-01-02 03:04:05.123456'"),
    *(
        b"'838:59:59'",
        b"'-838:59:59'",
        b"'12:34:56.5'",
        b"20240102",
        b"0",
        b"2024",
        b"'2024'",
        b"NULL",
    ),
    *(b"'0000-00-00 00:00:00'", b"'1970-01-01 00:00:01'", b"5", b"'5'", b"'00'", b"0000"),
]
LABELS = [b"'a'", b"'1'", b"1", b"2", b"''", b"'a,b'", b"'b'", b"0", b"NULL"]
BYTES = [
    *(rb"_binary 'a'", b"_binary '\xff\xc3'", rb"_binary '\0\n\r\Z\\\'" + b"'", b"'\x80'", b"''"),
    *(rb"0xFF00", rb"0x", rb"x'FF'", rb"NULL", rb"b'101'", b"'_binary ''x'", b"_binary 'x''y'"),
]
DOCUMENTS = [rb"""'{"a": "it\\"s"}'""", "'\"é\"'".encode(), b"'[1, 2.50]'", b"NULL", b"'null'"]
UTF8, LATIN1, UTF8MB3 = "utf8mb4", "latin1", "utf8"
VALUES = [
    *(("varchar(50)", TEXTS, names) for names in (UTF8, LATIN1, UTF8MB3)),
    *((f"{kind} CHARACTER SET latin1", TEXTS, UTF8) for kind in ("varchar(50)", "text")),
    *((kind, NUMBERS, UTF8) for kind in ("int", "bigint unsigned", "decimal(30,10)", "float")),
    *((kind, NUMBERS, UTF8) for kind in ("double", "bit(8)", "smallint zerofill")),
    *((kind, TIMES, UTF8) for kind in ("date", "datetime(6)", "timestamp(3) NULL", "time(6)")),
    *((kind, TIMES + LABELS, UTF8) for kind in ("year", "enum('a','b','1','')", "set('a','b')")),
    *(("blob", BYTES, names) for names in (UTF8, LATIN1, UTF8MB3, "binary", "cp1251")),
    *((kind, BYTES, UTF8) for kind in ("varbinary(9)", "binary(3)", "bit(16)", "varchar(9)")),
    *(("json", DOCUMENTS, names) for names in (UTF8, LATIN1)),
]


@pytest.fixture(autouse=True)
def _any_amount_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitter, "SHORT_BYTES", 0)


class Loads:
    """Loads one dump in both ways."""

    def __init__(self, server: LoadServer, dumps: Dumps) -> None:
        self._server = server
        self._dumps = dumps

    def fast(self, sql: bytes) -> dict[str, object]:
        return self._load(sql, LoadMethod.FAST)

    def plain(self, sql: bytes) -> dict[str, object]:
        return self._load(sql, LoadMethod.PLAIN)

    def _load(self, sql: bytes, method: LoadMethod) -> dict[str, object]:
        """Return all that there is to compare."""
        self._server.clear()
        dump = self._dumps.write(b"CREATE DATABASE `game`; USE `game`;\n" + sql)
        options = LoadOptions(method=method, large_table_bytes=0)
        try:
            ledger = self._server.load(dump, options)
        except RewoundError as error:
            _, _, says = error.message.partition("MySQL error ")
            return {"error": type(error), "says": says.partition("\n")[0]}
        self.rules = {use.rule: use.count for use in ledger.rules}
        told: dict[str, object] = {"problems": find_imbalances(ledger), "tables": ledger.tables}
        with Connection(self._server.root, schema="game") as connection:
            for table in connection.names("SHOW TABLES"):
                told[table] = [
                    connection.query(f"SHOW CREATE TABLE `{table}`").rows,
                    connection.query(f"CHECKSUM TABLE `{table}` EXTENDED").rows,
                    connection.query(f"SELECT COUNT(*) FROM `{table}`").rows,
                ]
        return told


@pytest.fixture
def loads(world: LoadServer, dumps: Dumps) -> Loads:
    return Loads(world, dumps)


def settings(mode: str = "NO_AUTO_VALUE_ON_ZERO", names: str = "utf8mb4") -> bytes:
    return f"SET NAMES {names};\nSET sql_mode = '{mode}', foreign_key_checks = 0;\n".encode()


@pytest.mark.parametrize("mode", ["NO_AUTO_VALUE_ON_ZERO", "STRICT_TRANS_TABLES"])
@pytest.mark.parametrize(
    ("kind", "values", "names"), VALUES, ids=[f"{kind} {names}" for kind, _, names in VALUES]
)
def test_every_value_is_what_its_sql_says(
    loads: Loads, kind: str, values: list[bytes], names: str, mode: str
) -> None:
    # One table for each value, so that none hides what another does.
    tables = [
        f"CREATE TABLE t{number} (id int PRIMARY KEY, v {kind}, KEY k (id));\n".encode()
        + b"INSERT INTO t%d VALUES (1,%b),(2,%b);\n" % (number, value, value)
        for number, value in enumerate(values)
    ]
    sent = settings(mode, names) + b"".join(tables)
    fast, plain = loads.fast(sent), loads.plain(sent)
    if "error" not in plain:
        assert fast == plain
        loads.fast(sent)
        assert "rows-as-fields" in loads.rules
        return
    # One value that the server refuses would hide the others.
    for table in tables:
        fast, plain = (load(settings(mode, names) + table) for load in (loads.fast, loads.plain))
        assert fast == plain


def test_rows_of_every_layout_come_as_they_are(loads: Loads) -> None:
    table = b"CREATE TABLE t (a int NOT NULL, b varchar(9), PRIMARY KEY (a), KEY b (b));\n"
    rows = [b"(%d%b'x%d')" % (number, b"%b", number) for number in range(200)]
    for between, comma in ((b",", b","), (b",\n", b", "), (b", ", b", "), (b",\r\n", b",")):
        sent = settings() + table + b"INSERT INTO `t` VALUES\n"
        sent += between.join(row % comma for row in rows) + b";\n"
        fast = loads.fast(sent)
        assert loads.rules["rows-as-fields"] == 1
        assert fast == loads.plain(sent)


def test_what_the_server_refuses_is_refused_alike(loads: Loads) -> None:
    table = b"CREATE TABLE t (a int PRIMARY KEY, b int, c int NOT NULL, UNIQUE KEY (b));\n"
    for rows in (b"(1,1,1),(1,2,1)", b"(1,1,1),(2,1,1)", b"(1,1,NULL)", b"(1,1)", b"(1,'x',1)"):
        for mode in ("", "STRICT_TRANS_TABLES"):
            sent = settings(mode) + table + b"INSERT INTO `t` VALUES " + rows + b";\n"
            fast, plain = loads.fast(sent), loads.plain(sent)
            assert fast == plain


def test_checked_foreign_keys_find_their_rows(loads: Loads) -> None:
    sent = b"""SET NAMES utf8mb4; SET sql_mode = '', foreign_key_checks = 1;
CREATE TABLE p (a int PRIMARY KEY, b int, KEY k (b));
CREATE TABLE c (a int PRIMARY KEY, p int, KEY k (p), KEY l (a), FOREIGN KEY (p) REFERENCES p (a));
INSERT INTO p VALUES (1,1),(2,2),(3,3);
INSERT INTO c VALUES (1,1),(2,2);
INSERT INTO p VALUES (4,4);
INSERT INTO c VALUES (3,4);
"""
    assert loads.fast(sent) == loads.plain(sent)
    broken = sent + b"INSERT INTO c VALUES (4,5);\n"
    assert loads.fast(broken) == loads.plain(broken)
    assert "error" in loads.plain(broken)


def test_statements_meet_the_rows_before_them(loads: Loads) -> None:
    sent = (
        settings()
        + b"""CREATE TABLE a (id int PRIMARY KEY, v int, KEY v (v));
CREATE TABLE b LIKE a;
INSERT INTO `a` VALUES (1,1),(2,2);
INSERT INTO `b` VALUES (1,1),(2,2);
INSERT INTO `a` VALUES (3,3);
REPLACE INTO `a` VALUES (3,4),(5,5);
INSERT IGNORE INTO `a` VALUES (3,9),(6,6);
INSERT INTO `a` VALUES (7,1+6);
ALTER TABLE `a` ADD COLUMN w int DEFAULT 7, ADD KEY w (w);
INSERT INTO `a` VALUES (8,8,8),(9,9,9);
DELETE FROM `b`;
INSERT INTO `b` VALUES (5,5);
DROP TABLE IF EXISTS `c`;
CREATE TABLE c (x int, y varchar(5), KEY (y));
INSERT INTO `c` VALUES (3,'c'),(1,'a');
INSERT INTO `c` VALUES (2,'b'),(2,'b');
TRUNCATE TABLE `b`;
INSERT INTO `b` VALUES (6,6);
CREATE INDEX z ON `c` (x);
INSERT INTO `c` VALUES (4,'d');
DROP TABLE `b`;
CREATE TABLE b (id int AUTO_INCREMENT PRIMARY KEY, v int, KEY v (v)) AUTO_INCREMENT=50;
INSERT INTO `b` VALUES (60,1),(0,2);
INSERT INTO `b` (v) VALUES (3);
"""
    )
    assert loads.fast(sent) == loads.plain(sent)


def test_a_dump_in_transactions_locks_nobody_out(loads: Loads) -> None:
    sent = (
        settings()
        + b"""SET autocommit = 0;
CREATE TABLE a (id int PRIMARY KEY, v int, KEY v (v));
START TRANSACTION;
INSERT IGNORE INTO `a` VALUES (1,1);
INSERT INTO `a` VALUES (2,2);
INSERT INTO `a` VALUES (3,1+2);
INSERT INTO `a` VALUES (4,4);
COMMIT;
"""
    )
    assert loads.fast(sent) == loads.plain(sent)


@pytest.mark.parametrize(("enables", "found"), [(0, 1), (1, 0)])
def test_the_words_of_a_fulltext_index_are_those_that_the_dump_asks_for(
    world: LoadServer, dumps: Dumps, enables: int, found: int
) -> None:
    ledger = world.load(
        dumps.write(
            f"SET SESSION innodb_ft_enable_stopword = {enables};\n"
            "CREATE TABLE t (id INT PRIMARY KEY, s TEXT, FULLTEXT KEY (s));\n"
            "INSERT INTO t VALUES (1,'all about it');\n"
        ),
        LoadOptions(large_table_bytes=0),
    )
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT COUNT(*) FROM game.t WHERE MATCH (s) AGAINST ('about')") == found


def test_a_trigger_that_waited_is_made_within_a_transaction(loads: Loads) -> None:
    sent = (
        settings()
        + b"""CREATE TABLE a (id int PRIMARY KEY);
CREATE TRIGGER d BEFORE DELETE ON a FOR EACH ROW SET @x = 1;
START TRANSACTION;
INSERT IGNORE INTO `a` VALUES (1);
DELETE FROM `a`;
INSERT INTO `a` VALUES (2);
COMMIT;
"""
    )
    assert loads.fast(sent) == loads.plain(sent)


def test_rows_follow_the_session_that_they_stand_in(loads: Loads) -> None:
    sent = (
        settings()
        + """CREATE TABLE t (id int PRIMARY KEY, v varchar(9), w timestamp NULL);
SET time_zone = '+00:00';
INSERT INTO `t` VALUES (1,'é','2024-01-01 12:00:00');
SET time_zone = '+05:00';
INSERT INTO `t` VALUES (2,'é','2024-01-01 12:00:00');
SET NAMES latin1;
""".encode()
        + b"""INSERT INTO `t` VALUES (3,'\xe9','2024-01-01 12:00:00');
SET NAMES gbk;
INSERT INTO `t` VALUES (4,'\xb0\x5c','2024-01-01 12:00:00');
SET NAMES utf8mb4;
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
INSERT INTO `t` VALUES (5,'\\n','2024-01-01 12:00:00');
SET sql_mode = 'ANSI_QUOTES';
INSERT INTO `t` VALUES (6,'\\n','2024-01-01 12:00:00');
"""
    )
    assert loads.fast(sent) == loads.plain(sent)


def test_definitions_that_wait_for_each_other_are_tried_again(loads: Loads) -> None:
    # Keys of a parent and of its child come and go at the same time, and deadlock.
    tables = [
        b"CREATE TABLE t%d (id int PRIMARY KEY, up int, v int, w int, KEY k (up), KEY v (v),"
        b" UNIQUE KEY w (w), FOREIGN KEY (up) REFERENCES t%d (id));\n"
        b"INSERT INTO `t%d` VALUES (1,1,1,1),(2,2,2,2);\n" % (number, number - 1, number)
        for number in range(1, 25)
    ]
    first = b"CREATE TABLE t0 (id int PRIMARY KEY, v int, KEY v (v));\n"
    sent = settings() + first + b"INSERT INTO `t0` VALUES (1,1),(2,2);\n" + b"".join(tables)
    plain = loads.plain(sent)
    for _ in range(5):
        assert loads.fast(sent) == plain


def test_names_beyond_ascii_are_found_in_every_session(loads: Loads) -> None:
    table = "CREATE TABLE `stück` (`größe` int PRIMARY KEY, `über` int, KEY `ü` (`über`));\n"
    insert = "INSERT INTO `stück` VALUES (1,2),(2,3);\n"
    for names, codec in (("utf8mb4", "utf-8"), ("latin1", "latin-1")):
        sent = settings(names=names) + (table + insert).encode(codec)
        fast = loads.fast(sent)
        assert {"rows-as-fields", "indexes-deferred"} <= loads.rules.keys()
        assert fast == loads.plain(sent)


def test_tables_of_other_engines_and_shapes_are_left_to_the_plain_way(loads: Loads) -> None:
    sent = (
        settings()
        + b"""CREATE TABLE a (id int PRIMARY KEY, v int, KEY v (v)) ENGINE=MyISAM;
INSERT INTO `a` VALUES (1,1),(2,2);
CREATE TABLE b (id int PRIMARY KEY, v int INVISIBLE);
INSERT INTO `b` VALUES (1),(2);
INSERT INTO `b` (`id`, `v`) VALUES (3,3);
CREATE TABLE c (id int PRIMARY KEY, v int GENERATED ALWAYS AS (id + 1) STORED, KEY v (v));
INSERT INTO `c` (`id`) VALUES (1),(2);
CREATE TABLE d (id int PRIMARY KEY, at timestamp DEFAULT '2024-01-01 00:00:00');
INSERT INTO `d` (`id`) VALUES (1),(2);
CREATE TABLE e (id int, v int, CHECK (v < 5)) PARTITION BY HASH (id) PARTITIONS 3;
INSERT INTO `e` VALUES (1,1),(2,2),(3,4);
"""
    )
    fast = loads.fast(sent)
    assert fast == loads.plain(sent)
    # c, whose list has all that can be stated, and e.
    loads.fast(sent)
    assert loads.rules["rows-as-fields"] == 2


@pytest.mark.parametrize("method", LoadMethod)
def test_the_next_number_is_of_the_sequence_that_the_dump_sets(
    world: LoadServer, dumps: Dumps, method: LoadMethod
):
    rows = ",".join(f"({number},'{number}')" for number in range(4, 201))
    text = (
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s TEXT);\n"
        "SET auto_increment_increment = 5, auto_increment_offset = 3;\n"
        f"INSERT INTO t (s) VALUES ('3');\nINSERT INTO t VALUES {rows};\n"
    )
    world.load(dumps.write(text), LoadOptions(method=method, large_table_bytes=0))
    world.execute("INSERT INTO game.t (s) VALUES ('next')")
    # As after the mysql client.
    assert world.ask("SELECT MAX(id) FROM game.t") == 203
