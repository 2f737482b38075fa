"""Loading into a real server: what is executed, what is counted, and what stops a load."""

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from rewound.dump.file import expansion
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.rules.table import (
    ALLOWABLE,
    CHARACTERS_LOST,
    COMPRESSED_TOO_WELL,
    DUPLICATE_ROWS,
    FOREIGN_KEY_LOST,
    GENERATED_DIFFERS,
    MERGE_BROKEN,
    OBJECT_LOST,
    TRANSACTION_OPEN,
    Effect,
)
from rewound.errors import (
    DumpError,
    HostError,
    Interrupted,
    LoadError,
    MysqlError,
    StatementRefused,
)
from rewound.load.ledger import TableCount, find_imbalances
from rewound.load.options import LoadMethod, LoadOptions
from rewound.mysql.client import Connection
from tests.conftest import CLOSING_LINE, EXAMPLES, HEADER, Dumps
from tests.server.load_server import LoadServer, used

TRIED_ELSEWHERE = (
    *(OBJECT_LOST, FOREIGN_KEY_LOST, COMPRESSED_TOO_WELL, MERGE_BROKEN, GENERATED_DIFFERS),
    *(DUPLICATE_ROWS, TRANSACTION_OPEN, CHARACTERS_LOST),
)
CREATE = "CREATE TABLE t (id INT PRIMARY KEY, n TINYINT, s VARCHAR(20));\n"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.gz")), ids=lambda path: path.name[:23])
def test_every_dump_of_the_sample_balances(world: LoadServer, path: Path):
    ledger = world.load(path)
    assert find_imbalances(ledger) == []
    assert ledger.schemas == ("game",)
    assert ledger.rows == sum(table.loaded for table in ledger.tables) > 3000
    assert ledger.dump.file_bytes == path.stat().st_size
    assert ledger.dump.is_whole
    assert ledger.dump.completed_at is not None
    assert len(ledger.dump.positions) == 2  # a place in the logs, and GTIDs
    slower = [use.rule for use in ledger.rules if use.effect != Effect.FASTER.value]
    assert set(slower) == {
        "definer",
        "binary-log-setting",
        "replication-position",
        "event-disabled",
        "trigger-last",
        "warnings-kept",
    }


def test_a_restored_event_is_disabled_and_stored_objects_belong_to_the_loader(world: LoadServer):
    world.load(EXAMPLES / "host1_fulldump_20260303_211508.sql.gz")
    assert world.ask("SELECT GROUP_CONCAT(status) FROM information_schema.events") == "DISABLED"
    definers = "SELECT GROUP_CONCAT(DISTINCT definer) FROM information_schema"
    for table in ("routines", "views", "triggers", "events"):
        schema = {"views": "table_schema", "triggers": "trigger_schema"}.get(table, "")
        column = schema or ("event_schema" if table == "events" else "routine_schema")
        assert world.ask(f"{definers}.{table} WHERE {column} = 'game'") == "rewound@localhost"


@pytest.mark.parametrize(
    "statement",
    [
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "SELECT * FROM t INTO OUTFILE '/tmp/rewound-test-outfile'",
        "INSTALL PLUGIN p SONAME 'p.so'",
        "CREATE FUNCTION f RETURNS INTEGER SONAME 'f.so'",
        "SHUTDOWN",
        "CALL p()",
        "KILL 1",
        "\\! touch /tmp/rewound-test-shell",
    ],
)
def test_a_refused_statement_is_not_executed_and_is_shown(
    world: LoadServer, dumps: Dumps, statement: str
):
    dump = dumps.write(f"{CREATE}{statement};\nCREATE TABLE after_it (id INT);\n")
    with pytest.raises(StatementRefused) as caught:
        world.load(dump)
    assert caught.value.line == 9
    assert caught.value.path == dump
    assert caught.value.rule in caught.value.message
    assert statement.split()[0] in caught.value.excerpt
    assert f"{dump}, line 9: refused by rule" in caught.value.message
    assert world.ask("SELECT GROUP_CONCAT(table_name) FROM information_schema.tables"
                     " WHERE table_schema = 'game'") == "t"  # fmt: skip
    assert not Path("/tmp/rewound-test-outfile").exists()
    assert not Path("/tmp/rewound-test-shell").exists()


def test_an_sql_error_names_file_line_statement_and_the_servers_message(
    world: LoadServer, dumps: Dumps
):
    long = ", ".join(f"({number}, 1, 'x')" for number in range(2, 100))
    dump = dumps.write(f"{CREATE}\nINSERT INTO t VALUES (1, 1, 'a');\n\nINSERT INTO t VALUES"
                       f" (1, 2, 'b'), {long};\n")  # fmt: skip
    with pytest.raises(LoadError) as caught:
        world.load(dump)
    first, second = str(caught.value).split("\n")
    assert first == (f"{dump}, line 12: MySQL error 1062: Duplicate entry '1' for key 't.PRIMARY'")
    assert second.strip().startswith("INSERT INTO t VALUES (1, 2, 'b'), (2, 1, 'x')")
    assert len(second.strip()) == 201


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ("(1, 300, 'a')", "number-clipped"),
        ("(1, 1, REPEAT('x', 21))", "value-cut"),
        ("(1, 'many', 'a')", "value-invalid"),
        ("(1, 1, 'a'), (NULL, 1, 'b')", "null-replaced"),
    ],
)
def test_a_value_that_the_server_changed_is_an_imbalance(
    world: LoadServer, dumps: Dumps, values: str, rule: str
):
    dump = dumps.write(f"SET sql_mode = '';\n{CREATE}INSERT INTO t VALUES {values};\n")
    ledger = world.load(dump)
    [imbalance] = find_imbalances(ledger)
    assert imbalance.startswith(f"rule {rule}: ")
    assert "1 time, first at line 10" in imbalance
    assert find_imbalances(replace(ledger, allowed=(rule,))) == []


def test_the_rules_that_may_be_allowed_are_all_tried_here():
    mark = next(
        m for m in test_a_value_that_the_server_changed_is_an_imbalance.pytestmark if m.args
    )
    tried = {rule for _, rule in mark.args[1]} | {rule.name for rule in TRIED_ELSEWHERE}
    assert tried == {rule.name for rule in ALLOWABLE}


def test_a_table_of_merge_that_cannot_be_read_is_an_imbalance(world: LoadServer, dumps: Dumps):
    tables = "CREATE TABLE m (n int) ENGINE=MERGE UNION=(a);\nCREATE TABLE a (n int);\n"
    ledger = world.load(dumps.write(f"{tables}INSERT INTO a VALUES (1);\n"))
    [imbalance] = find_imbalances(ledger)
    assert imbalance.startswith("rule merge-broken: game.m: Unable to open underlying table")
    assert find_imbalances(replace(ledger, allowed=(MERGE_BROKEN.name,))) == []


def test_a_table_of_merge_whose_table_was_renamed_is_an_imbalance(world: LoadServer, dumps: Dumps):
    text = (
        "CREATE TABLE a (n int) ENGINE=MyISAM;\nCREATE TABLE m (n int) ENGINE=MERGE UNION=(a);\n"
        "INSERT INTO a VALUES (1);\nALTER TABLE a RENAME TO b;\n"
    )
    ledger = world.load(dumps.write(text))
    [imbalance] = find_imbalances(ledger)
    assert imbalance.startswith("rule merge-broken: game.m: Unable to open underlying table")
    assert [(each.table, each.counted) for each in ledger.tables] == [("b", 1), ("m", 0)]


def test_a_renamed_table_of_merge_shows_the_rows_of_its_tables(world: LoadServer, dumps: Dumps):
    text = (
        "CREATE TABLE a (n int) ENGINE=MyISAM;\nCREATE TABLE m (n int) ENGINE=MERGE UNION=(a)"
        " INSERT_METHOD=LAST;\nINSERT INTO a VALUES (1);\nALTER TABLE m RENAME TO o;\n"
    )
    assert find_imbalances(world.load(dumps.write(text))) == []
    assert world.ask("SELECT n FROM game.o") == 1


def test_inserts_that_ignore_and_replace_are_counted_by_what_they_leave(
    world: LoadServer, dumps: Dumps
):
    ledger = world.load(
        dumps.write(
            f"{CREATE}INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'b');\n"
            "INSERT IGNORE INTO t VALUES (2, 2, 'c'), (3, 1, 'd');\n"
            "REPLACE INTO t VALUES (1, 9, 'z');\n"
            "REPLACE INTO t VALUES (2, 9, 'y'), (3, 9, 'x'), (4, 9, 'w');\n"
            "REPLACE INTO t VALUES (5, 9, 'v');\n"
        )
    )
    assert find_imbalances(replace(ledger, allowed=(DUPLICATE_ROWS.name,))) == []
    [imbalance] = find_imbalances(ledger)
    assert imbalance.startswith("rule duplicate-rows: t: 1 of 2 rows of one statement (2 times")
    assert ledger.tables == (TableCount("game", "t", 9, 4, 5, 5),)


def test_rows_that_are_updated_are_told_from_new_ones(world: LoadServer, dumps: Dumps):
    update = "ON DUPLICATE KEY UPDATE n = VALUES(n)"
    ledger = world.load(
        dumps.write(
            f"{CREATE}INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'b') {update};\n"
            f"INSERT INTO t VALUES (2, 1, 'c'), (1, 7, 'd'), (3, 1, 'd') {update};\n"
            f"INSERT INTO t VALUES (4, 1, 'c') {update};\n"
            f"INSERT INTO t VALUES (4, 1, 'c') {update};\n"
            f"INSERT INTO t VALUES (4, 2, 'c') {update};\n"
        )
    )
    assert find_imbalances(replace(ledger, allowed=(DUPLICATE_ROWS.name,))) == []
    assert ledger.tables == (TableCount("game", "t", 8, 4, 4, 4),)


def test_single_inserts_are_gathered_and_counted_each(world: LoadServer, dumps: Dumps):
    rows = "".join(f"INSERT INTO t VALUES ({n},{n % 100},'it''s;');\n" for n in range(5000))
    ledger = world.load(dumps.write(f"SET sql_mode = '';\n{CREATE}{rows}"))
    assert find_imbalances(ledger) == []
    assert ledger.tables == (TableCount("game", "t", 5000, 0, 5000, 5000),)
    assert ledger.executed["INSERT"] < 10
    assert "inserts-gathered" in {rule.rule for rule in ledger.rules}


def test_an_insert_of_40_mb_arrives_in_parts(world: LoadServer, dumps: Dumps):
    row = "('" + "x" * 999_990 + "')"
    insert = "INSERT INTO b VALUES " + ",".join([row] * 40) + ";\n"
    ledger = world.load(dumps.write(f"CREATE TABLE b (v LONGTEXT);\n{insert}"))
    assert find_imbalances(ledger) == []
    assert ledger.tables == (TableCount("game", "b", 40, 0, 40, 40),)
    assert "insert-cut" in {rule.rule for rule in ledger.rules}


def test_all_bytes_arrive_as_they_are_in_the_dump(world: LoadServer, dumps: Dumps):
    everything = bytes(range(256))
    quoted = everything.replace(b"\\", b"\\\\").replace(b"'", b"\\'").replace(b"\0", b"\\0")
    insert = b"INSERT INTO b VALUES (_binary '" + quoted + b"');\n"
    ledger = world.load(dumps.write(b"CREATE TABLE b (v BLOB);\n" + insert))
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT v FROM game.b") == everything


@pytest.mark.parametrize("method", LoadMethod)
def test_a_raw_nul_byte_is_kept_and_noted(world: LoadServer, dumps: Dumps, method: LoadMethod):
    insert = b"INSERT INTO b VALUES (1, 'a\0b'), (2, '\0');\n"
    ledger = world.load(
        dumps.write(b"CREATE TABLE b (n INT, v TEXT);\n" + insert),
        LoadOptions(method=method, large_table_bytes=0),
    )
    assert find_imbalances(ledger) == []
    assert used(ledger)["nul-byte"] == 1
    assert world.ask("SELECT GROUP_CONCAT(HEX(v) ORDER BY n) FROM game.b") == "610062,00"


@pytest.mark.parametrize("method", LoadMethod)
def test_a_line_break_of_windows_is_kept_and_noted(
    world: LoadServer, dumps: Dumps, method: LoadMethod
):
    insert = b"INSERT INTO b VALUES (1, 'a\r\nb'),\r\n(2, '\\r\\n');\r\n"
    ledger = world.load(
        dumps.write(b"CREATE TABLE b (n INT, v TEXT);\r\n" + insert),
        LoadOptions(method=method, large_table_bytes=0),
    )
    assert find_imbalances(ledger) == []
    assert used(ledger)["crlf-kept"] == 1
    assert world.ask("SELECT GROUP_CONCAT(HEX(v) ORDER BY n) FROM game.b") == "610D0A62,0D0A"


def test_a_foreign_key_to_columns_without_a_unique_key_is_noted(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            "CREATE TABLE p (id INT PRIMARY KEY, a INT, KEY (a));\n"
            "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES p (a));\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert used(ledger)["key-not-unique"] == 1
    assert ledger.foreign_keys.count == 1


ZERO_TIMES = (
    "SET explicit_defaults_for_timestamp = 0;\n"
    "CREATE TABLE z (a TIMESTAMP DEFAULT '0000-00-00 00:00:00', b TIMESTAMP NOT NULL);\n"
)


@pytest.mark.parametrize("method", LoadMethod)
@pytest.mark.parametrize("modes", ["", "STRICT_TRANS_TABLES", "STRICT_TRANS_TABLES,NO_ZERO_DATE"])
def test_a_zero_time_is_refused_where_the_dump_says_so(
    world: LoadServer, dumps: Dumps, method: LoadMethod, modes: str
):
    text = f"SET sql_mode = '{modes}';\n" if modes else ""
    dump, options = dumps.write(text + ZERO_TIMES), LoadOptions(method=method)
    if "NO_ZERO_DATE" not in modes:
        assert find_imbalances(world.load(dump, options)) == []
        return
    with pytest.raises(LoadError, match="MySQL error 1067"):
        world.load(dump, options)


def test_a_latin1_dump_keeps_its_text(world: LoadServer, dumps: Dumps):
    sql = (
        "SET NAMES latin1;\nCREATE TABLE l (s VARCHAR(20)) DEFAULT CHARSET=latin1;\n"
        "INSERT INTO l VALUES ('Müller');\n"
    )
    ledger = world.load(dumps.write(sql.encode("latin-1")))
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT s FROM game.l") == "Müller"
    assert world.ask("SELECT HEX(s) FROM game.l") == "4DFC6C6C6572"


def test_a_statement_of_20_mb_is_one_statement(world: LoadServer, dumps: Dumps):
    size = 20 << 20
    insert = b"INSERT INTO b VALUES ('" + b"x" * size + b"');\n"
    ledger = world.load(
        dumps.write(b"CREATE TABLE b (v LONGBLOB);\n" + insert, name="host1-20260302.sql.gz")
    )
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT LENGTH(v) FROM game.b") == size


def test_a_dump_without_its_closing_line_is_an_imbalance(world: LoadServer, dumps: Dumps):
    ledger = world.load(dumps.write(CREATE, closing=""))
    [imbalance] = find_imbalances(ledger)
    assert imbalance == (
        f"the closing line (-- Dump completed) is missing after {len(HEADER + CREATE)} bytes of"
        " text: the dump is cut off"
    )


def test_a_dump_without_any_comments_needs_the_users_word(world: LoadServer, dumps: Dumps):
    dump = dumps.write(CREATE, header="", closing="")
    ledger = world.load(dump, LoadOptions(schema="shop"))
    [imbalance] = find_imbalances(ledger)
    assert "completeness cannot be proven" in imbalance


def test_the_users_word_accepts_a_dump_without_any_comments(world: LoadServer, dumps: Dumps):
    dump = dumps.write(CREATE, header="", closing="")
    ledger = world.load(dump, LoadOptions(schema="shop", allow_unfinished=True))
    assert find_imbalances(ledger) == []
    assert ledger.schemas == ("shop",)


def test_a_dump_that_names_no_database_is_refused_without_schema(world: LoadServer, dumps: Dumps):
    with pytest.raises(StatementRefused, match="no-database"):
        world.load(dumps.write(CREATE, header=""))


def test_a_cut_off_gzip_is_a_dump_error(world: LoadServer, dumps: Dumps):
    dump = dumps.write(CREATE * 1, name="host1-20260302.sql.gz")
    dump.write_bytes(dump.read_bytes()[:-12])
    with pytest.raises(DumpError, match="cut off"):
        world.load(dump)


def test_a_dump_that_was_compressed_too_well_needs_the_users_word(
    world: LoadServer, dumps: Dumps, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(expansion, "HARMLESS_TEXT_BYTES", 4 << 20)
    monkeypatch.setattr(expansion, "LARGEST_RATIO", 50)
    dump = dumps.write(CREATE + "\n" * (10 << 20), name="host1-20260302.sql.gz")
    with pytest.raises(DumpError, match=r"gz: refused by rule compressed-too-well: .* times as"):
        world.load(dump)
    world.clear()
    ledger = world.load(dump, LoadOptions(allowed=frozenset({COMPRESSED_TOO_WELL.name})))
    assert find_imbalances(ledger) == []
    assert [use.rule for use in ledger.rules if use.effect == Effect.DAMAGE.value] == [
        COMPRESSED_TOO_WELL.name
    ]


@pytest.mark.parametrize("statement", ["LOCK TABLES `t`!WRITE", "UNLOCK TABLES x"])
@pytest.mark.parametrize("method", LoadMethod)
def test_a_lock_that_cannot_be_read_is_not_passed_over(
    world: LoadServer, dumps: Dumps, statement: str, method: LoadMethod
):
    with pytest.raises(LoadError, match="line 9: MySQL error 1064"):
        world.load(dumps.write(f"{CREATE}{statement};\n"), LoadOptions(method=method))


def test_tables_that_are_locked_in_other_words_are_not_kept_locked(world: LoadServer, dumps: Dumps):
    rows = ",".join(f"({number}, 1, 'a')" for number in range(20_000))
    sql = f"{CREATE}LOCK TABLES t AS x READ LOCAL, t write;\nINSERT INTO t VALUES {rows};\n"
    assert find_imbalances(world.load(dumps.write(sql))) == []


@pytest.mark.parametrize(
    "statement", ["LOCK TABLES `u` WRITE", "/*!40000 ALTER TABLE `u` DISABLE KEYS */"]
)
@pytest.mark.parametrize("method", LoadMethod)
def test_a_table_that_is_not_there_is_neither_locked_nor_passed_over(
    world: LoadServer, dumps: Dumps, statement: str, method: LoadMethod
):
    dump = dumps.write(f"{CREATE}{statement};\nUNLOCK TABLES;\n")
    with pytest.raises(StatementRefused, match="line 9: refused by rule table-missing"):
        world.load(dump, LoadOptions(method=method))


def test_a_cancelled_load_ends_at_the_next_statement(world: LoadServer, dumps: Dumps):
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Interrupted):
        world.load(dumps.write(CREATE), cancelled=cancelled)
    assert world.schemas() == set()


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT user FROM mysql.user", 1142),
        ("CREATE USER 'x'@'%'", 1227),
        ("GRANT ALL ON *.* TO 'dev'@'%'", 1045),
        ("SET GLOBAL local_infile = ON", 1227),
        ("SELECT 1 INTO OUTFILE '/tmp/rewound-test-outfile'", 1045),
        ("SHUTDOWN", 1227),
        ("CREATE TABLE mysql.x (id INT)", 1142),
    ],
)
def test_the_loaders_account_may_do_nothing_outside_of_worlds(
    world: LoadServer, sql: str, number: int
):
    with Connection(world.loader) as connection, pytest.raises(MysqlError) as caught:
        connection.execute_sql(sql)
    assert caught.value.number in (number, 1044, 1142, 1227)


def test_the_loaders_account_reads_no_file_of_the_host(world: LoadServer):
    with Connection(world.loader) as connection:
        assert connection.query("SELECT LOAD_FILE('/etc/passwd')").rows == ((None,),)


def test_a_view_cannot_show_the_accounts(world: LoadServer, dumps: Dumps):
    dump = dumps.write("CREATE VIEW v AS SELECT user, authentication_string FROM mysql.user;\n")
    [problem] = find_imbalances(world.load(dump))
    assert problem.startswith("rule object-lost: view game.v: ")
    assert "denied" in problem


def test_no_room_for_the_rows_is_the_hosts_fault_and_no_defect_of_the_dump(
    world: LoadServer, dumps: Dumps
):
    # A table of MyISAM that is as long as its pointers reach says what a full disk says.
    rows = ", ".join(["(REPEAT('x', 1000))"] * 1000)
    table = "CREATE TABLE m (s VARCHAR(1000)) ENGINE=MyISAM MAX_ROWS=1 AVG_ROW_LENGTH=1;\n"
    dump = dumps.write(f"{table}INSERT INTO m VALUES {rows};\n")
    with pytest.raises(HostError, match=r"line \d+: MySQL error 1114") as caught:
        world.load(dump)
    assert "free some disk space" in str(caught.value.hint)


def test_a_closing_line_inside_a_value_does_not_count(world: LoadServer, dumps: Dumps):
    value = CLOSING_LINE.strip()
    dump = dumps.write(
        f"CREATE TABLE c (s TEXT);\nINSERT INTO c VALUES ('\n{value}\n');\n", closing=""
    )
    assert "cut off" in find_imbalances(world.load(dump))[0]


MARIADB = r"""
/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;
/*!100616 SET @OLD_MODE=@@OLD_MODE */;
/*!50112 PREPARE s FROM @enable_bulk_load */;
/*!50112 EXECUTE s */;
CREATE TABLE `types` (
  `id` uuid NOT NULL DEFAULT uuid(),
  `v4` inet4 DEFAULT NULL,
  `v6` inet6 DEFAULT NULL,
  `doc` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '{}' CHECK (json_valid(`doc`)),
  `note` text /*!100301 COMPRESSED*/ NOT NULL DEFAULT 'x' COMMENT 'COMPRESSED',
  `n` int(11) WITHOUT SYSTEM VERSIONING,
  `twice` int(11) GENERATED ALWAYS AS (`n` * 2) PERSISTENT,
  `day` date DEFAULT curdate(),
  `at` datetime(6) DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
  `place` point REF_SYSTEM_ID=0 DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `n` (`n`) IGNORED,
  KEY `day` TYPE BTREE (`day`) NOT IGNORED
) ENGINE=Aria DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_uca1400_ai_ci PAGE_CHECKSUM=1
  TRANSACTIONAL=1 `PAGE_COMPRESSED`='ON' `ENCRYPTION_KEY_ID`=2;
INSERT INTO `types` (`id`, `v4`, `v6`, `n`) VALUES
  ('123e4567-e89b-12d3-a456-426655440000', '192.0.2.1',
   '2001:db8:1111:2222:3333:4444:5555:6666', 7);
CREATE TABLE `toku` (
  `a` int(11) DEFAULT NULL, CLUSTERING KEY `k` (`a`), KEY `l` (`a`) `clustering`=yes
) ENGINE=TokuDB ROW_FORMAT=TOKUDB_ZLIB `COMPRESSION`='tokudb_zlib';
CREATE TABLE `zlib` (`a` int) ENGINE=TokuDB COMPRESSION=TOKUDB_ZLIB;
CREATE TABLE `vectors` (`v` vector(2) NOT NULL, VECTOR KEY `v` (`v`) `M`=8 `DISTANCE`=cosine);
INSERT INTO `vectors` VALUES (0x0000803F00000040);
CREATE TABLE `remote` (`a` int(11) NOT NULL) ENGINE=FEDERATED
  CONNECTION='mysql://user:secret@db1:3306/game/t' COMMENT='far';
CREATE TABLE `file` (`a` int(11) NOT NULL `FIELD_FORMAT`='x') ENGINE=CONNECT `TABLE_TYPE`='CSV'
  `FILE_NAME`='/etc/passwd';
CREATE TABLE `parts` (`a` int(11) DEFAULT NULL) ENGINE=MyISAM ROW_FORMAT=FIXED
/*!50100 PARTITION BY HASH (`a`) (PARTITION p0 ENGINE = MyISAM, PARTITION p1 ENGINE = MyISAM) */;
INSERT INTO `parts` VALUES (1),(2);
CREATE OR REPLACE TABLE `again` (`a` int(11) DEFAULT NULL);
CREATE OR REPLACE TABLE `again` (`b` int(11) DEFAULT NULL);
/*!50112 EXECUTE s */;
"""
OLD = r"""
CREATE TABLE one (n int(11) NOT NULL default '0', at timestamp(14) NOT NULL,
  short timestamp(12) NOT NULL, day timestamp(8) NOT NULL, KEY k TYPE BTREE (n)) TYPE=HEAP;
INSERT INTO one VALUES (1, 20040203040506, '040203040506', 20040203);
CREATE TABLE two (n int(11) NOT NULL default '0') TYPE=MyISAM AUTO_INCREMENT=5 CHECKSUM=1;
CREATE TABLE `both` (n int(11) NOT NULL default '0') TYPE=MERGE UNION=(two) INSERT_METHOD=LAST;
CREATE TABLE hole (n int(11) NOT NULL default '0') TYPE=BLACKHOLE;
CREATE TABLE users (name varchar(16) NOT NULL, pass varchar(41) NOT NULL) TYPE=MyISAM;
INSERT INTO users VALUES ('PASSWORD(\'x\')', PASSWORD('mypass')), ('none', PASSWORD(''));
"""


def test_a_dump_in_mariadbs_dialect_is_restored_with_its_values(world: LoadServer, dumps: Dumps):
    ledger = world.load(dumps.write(MARIADB))
    assert find_imbalances(ledger) == []
    assert {rule.rule for rule in ledger.rules} == {
        *("comment-not-executed", "database-created", "rocksdb-bulk-load", "engine-missing"),
        *("mariadb-type", "default-expression", "text-default", "six-digit-comment"),
        *("mariadb-column-option", "mariadb-key-option", "mariadb-table-option", "vector-key"),
        *("collation-unknown", "row-format-unknown", "remote-engine", "partition-engine"),
        "or-replace",
    }
    columns = "CONCAT_WS('|', id, v4, v6, doc, note, twice, day = CURDATE(), at IS NOT NULL)"
    assert world.ask(f"SELECT {columns} FROM game.types") == (
        "123e4567-e89b-12d3-a456-426655440000|192.0.2.1|2001:db8:1111:2222:3333:4444:5555:6666"
        "|{}|x|14|1|1"
    )
    assert world.ask("SELECT HEX(v) FROM game.vectors") == "0000803F00000040"
    tables = "FROM information_schema.tables WHERE table_schema = 'game'"
    assert world.ask(f"SELECT GROUP_CONCAT(DISTINCT engine) {tables}") == "InnoDB"
    hidden = "SELECT GROUP_CONCAT(index_name) FROM information_schema.statistics"
    assert world.ask(f"{hidden} WHERE table_schema = 'game' AND is_visible = 'NO'") == "n"
    with Connection(world.root) as connection:
        for table in ("remote", "file"):
            [[_, sql]] = connection.query(f"SHOW CREATE TABLE game.{table}").rows
            assert not {"secret", "passwd", "db1"} & set(re.findall(r"\w+", str(sql)))


def test_a_dump_of_mysql_40_is_restored_with_its_values(world: LoadServer, dumps: Dumps):
    ledger = world.load(dumps.write(OLD))
    assert find_imbalances(ledger) == []
    assert {rule.rule for rule in ledger.rules} == {
        *("database-created", "type-option", "timestamp-width", "password-function"),
        *("volatile-engine", "zone-assumed"),
    }
    assert world.ask("SELECT CONCAT_WS('|', at, short, day) FROM game.one") == (
        "2004-02-03 04:05:06|2004-02-03 04:05:06|2004-02-03 00:00:00"
    )
    # Source: MySQL 5.7 manual, "Password Hashing in MySQL", SELECT PASSWORD('mypass').
    assert world.ask("SELECT GROUP_CONCAT(pass ORDER BY name DESC) FROM game.users") == (
        "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4,"
    )
    assert world.ask("SELECT name FROM game.users LIMIT 1") == "PASSWORD('x')"
    engines = "SELECT GROUP_CONCAT(engine ORDER BY table_name) FROM information_schema.tables"
    assert world.ask(f"{engines} WHERE table_schema = 'game'") == (
        "MRG_MYISAM,InnoDB,InnoDB,MyISAM,MyISAM"
    )


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("CREATE SEQUENCE `s1` start with 1 minvalue 1 ENGINE=InnoDB", "`s1`"),
        ("SELECT SETVAL(`s2`, 1, 0)", "`s2`"),
        ("CREATE TABLE s3 (a int) WITH SYSTEM VERSIONING", "s3: the table keeps the history"),
        ("CREATE TABLE s4 (a int DEFAULT nextval(`game`.`s1`))", "s4: a column takes"),
    ],
)
def test_what_only_mariadb_has_is_refused_by_name(
    world: LoadServer, dumps: Dumps, sql: str, named: str
):
    with pytest.raises(StatementRefused, match="mariadb-only") as caught:
        world.load(dumps.write(f"{CREATE}{sql};\n"))
    assert named in caught.value.message


@pytest.mark.parametrize(
    ("comment", "value"),
    [
        ("/*!100301 + 1 */", 1),
        ("/*!080400 + 1 */", 2),
        ("/*!090704 + 1 */", 2),
        ("/*!090705 + 1 */", 1),
        ("/*!504001\t+ 1 */", 1),
        ("/*!999999 + 1 */", 1),
        ("/*M!100301 + 1 */", 1),
        ("/*!40101 + 1 */", 2),
    ],
)
def test_a_versioned_comment_is_read_as_this_server_would(
    world: LoadServer, dumps: Dumps, comment: str, value: int
):
    """Six digits are settled by us; the server is asked what it would have made of them."""
    assert world.ask(f"SELECT 1 {comment}") == value
    world.load(dumps.write(f"{CREATE}INSERT INTO t VALUES (1 {comment}, 1, 'a');\n"))
    assert world.ask("SELECT id FROM game.t") == value


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("CREATE TABLE r (a timestamp(14))", 1426),
        ("INSERT INTO t VALUES (1, 1, PASSWORD(''))", 1064),
        ("CREATE TABLE r (a int) ENGINE=FEDERATED", 1286),
        ("CREATE TABLE r (a int) `PAGE_COMPRESSED`=1", 1064),
        ("CREATE TABLE r (a int) ENCRYPTED=YES", 1064),
        ("CREATE TABLE r (a int) ENGINE=MyISAM PARTITION BY HASH (a)", 1178),
        ("CREATE TABLE r (a int) PARTITION BY HASH (a) (PARTITION p ENGINE=MyISAM)", 1178),
        ("CREATE TABLE r (a date DEFAULT curdate())", 1064),
        ("CREATE TABLE r (a longtext DEFAULT 'x')", 1101),
        ("CREATE TABLE r (a int, b int AS (a) PERSISTENT)", 1064),
        ("CREATE TABLE r (a text COMPRESSED)", 1064),
        ("CREATE TABLE r (a point REF_SYSTEM_ID=0)", 1064),
        ("CREATE TABLE r (a int WITHOUT SYSTEM VERSIONING)", 1064),
        ("CREATE TABLE r (a uuid)", 1064),
        ("CREATE TABLE r (a inet6)", 1064),
        ("CREATE TABLE r (a int, KEY k (a) IGNORED)", 1064),
        ("CREATE TABLE r (a int, CLUSTERING KEY k (a))", 1064),
        ("CREATE TABLE r (v vector(2), VECTOR KEY k (v))", 1064),
        ("CREATE OR REPLACE TABLE r (a int)", 1064),
        ("CREATE TABLE r (a int) ENGINE=PERFORMANCE_SCHEMA", 1683),
    ],
)
def test_a_rewrite_is_needed_by_this_server_and_is_enough(
    world: LoadServer, dumps: Dumps, sql: str, number: int
):
    world.load(dumps.write(CREATE))
    with Connection(world.loader) as connection:
        connection.execute_sql("USE game")
        with pytest.raises(MysqlError) as caught:
            connection.execute_sql(sql)
    assert caught.value.number == number
    ledger = world.load(dumps.write(f"DROP TABLE t;\n{CREATE}{sql};\n"))
    assert any(rule.effect == "rewritten" for rule in ledger.rules)
    assert find_imbalances(ledger) == []


def test_a_part_of_a_dump_says_that_it_is_one(world: LoadServer, dumps: Dumps):
    dump = dumps.write(
        f"{CREATE}CREATE TABLE log_1 (id INT);\nLOCK TABLES log_1 WRITE;\n"
        "INSERT INTO log_1 VALUES (1);\nUNLOCK TABLES;\nINSERT INTO t VALUES (1, 1, 'a');\n"
        "CREATE VIEW v AS SELECT id FROM log_1;\n"
    )
    ledger = world.load(dump, LoadOptions(dump_filter=DumpFilter(skip_tables=("log_*",))))
    assert find_imbalances(ledger) == []
    assert [table.table for table in ledger.tables] == ["t"]
    assert ledger.dump_filter == "--skip-table log_*"
    assert [each.name for each in ledger.objects if each.is_broken] == ["v"]
    world.clear()
    ledger = world.load(dump, LoadOptions(dump_filter=DumpFilter(only_tables=("plyer",))))
    assert find_imbalances(ledger) == ["nothing in this dump matches --only-table plyer"]
