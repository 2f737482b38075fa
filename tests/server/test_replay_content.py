"""Faults of what is in logs: each is planted, and replayed exactly, refused, or named."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest

from rewound.dump.judging.dump_filter import DumpFilter
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.errors import ReplayError
from rewound.load.log_receipt import LogReceipt
from rewound.mysql.client import Connection
from tests.server.load_server import LoadServer
from tests.server.planted import NO_GTIDS, TABLES, History, copy_logs, made, made_statement, tell
from tests.server.replaying import Source, restore, running_source
from tests.server.source_server import start_again
from tests.unit.binlog.made_log import (
    BEGIN,
    COMMIT,
    TABLE_MAP,
    WRITE_ROWS,
    MadeLog,
    rows_body,
    table_map_body,
)
from tests.waiting import wait_until

_INCIDENT = 26
_ALL = DumpFilter()


@pytest.fixture
def plain(source: Source, tmp_path: Path) -> History:
    """A dump without GTIDs, for logs that are made byte by byte."""
    return tell(source, tmp_path, dump=NO_GTIDS)


def receipt_of(history: History, world: LoadServer, part: DumpFilter = _ALL) -> LogReceipt:
    """Replay up to the end, and return the receipt."""
    receipt = history.restore(world, dump_filter=part).receipt
    assert receipt is not None
    return receipt


def rules_of(receipt: LogReceipt) -> dict[str, tuple[str, int]]:
    return {use.rule: (use.effect, use.count) for use in receipt.rules}


def refuse(
    history: History, world: LoadServer, *words: str, part: DumpFilter = _ALL
) -> ReplayError:
    with pytest.raises(ReplayError) as caught:
        history.restore(world, dump_filter=part)
    for word in words:
        assert word in str(caught.value), caught.value
    return caught.value


# Definitions that differ: the dump's text is changed, as a restore into another table would be.
_WIDE = (
    "CREATE TABLE game.player (id INT PRIMARY KEY, a INT, b INT, e ENUM('x','y','z'),"
    " t VARCHAR(20))"
)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  `t` varchar(20) DEFAULT NULL,\n", "", "5 columns in the log, 4 here"),
        (
            "  `t` varchar(20) DEFAULT NULL,\n",
            "  `t` varchar(20) DEFAULT NULL,\n  `more` int DEFAULT 1,\n",
            "5 columns in the log, 6 here",
        ),
        (
            "`a` int DEFAULT",
            "`a` int unsigned DEFAULT",
            "column a is int unsigned here, and signed",
        ),
        ("`a` int DEFAULT", "`a` bigint DEFAULT", "column a is bigint here, of another type"),
        ("`a` int DEFAULT NULL", "`a` int NOT NULL", "column a is NOT NULL here"),
        (
            "`t` varchar(20)",
            "`t` varchar(20) CHARACTER SET latin1",
            "column t is of character set latin1 here, utf8mb4 in the log",
        ),
        ("`t` varchar(20)", "`t` text", "column t is text here, of another type in the log"),
        (
            "  `a` int DEFAULT NULL,\n  `b` int DEFAULT NULL,\n",
            "  `b` int DEFAULT NULL,\n  `a` int DEFAULT NULL,\n",
            "column b is called a in the log; column a is called b in the log",
        ),
        ("enum('x','y','z')", "enum('z','y','x')", "enum('z','y','x') here, ('x','y','z') in"),
        ("enum('x','y','z')", "enum('w','x','y','z')", "here, ('x','y','z') in the log"),
    ],
)
def test_a_table_that_is_not_as_in_the_log_is_refused(
    source: Source, world: LoadServer, tmp_path: Path, old: str, new: str, words: str
) -> None:
    source.run("SET GLOBAL binlog_row_metadata=FULL")
    told = tell(
        source,
        tmp_path,
        "INSERT INTO game.player VALUES (1,-5,6,'x','t')",
        before=(_WIDE,),
    )
    source.run("SET GLOBAL binlog_row_metadata=MINIMAL")
    told.rewrite_dump(old, new)
    refuse(told, world, "binlog.000001:", "table game.player", words)
    assert world.ask("SELECT COUNT(*) FROM game.player") == 0


@pytest.mark.parametrize(
    ("old", "new", "unproved"),
    [
        (
            "  `a` int DEFAULT NULL,\n  `b` int DEFAULT NULL,\n",
            "  `b` int DEFAULT NULL,\n  `a` int DEFAULT NULL,\n",
            "columns of the same type are in the same order in the log and here, in game.player",
        ),
        (
            "enum('x','y','z')",
            "enum('z','y','x')",
            "the same words in the same order in the log and here, in game.player",
        ),
    ],
)
def test_what_minimal_metadata_does_not_show_is_not_proved(
    source: Source, world: LoadServer, tmp_path: Path, old: str, new: str, unproved: str
) -> None:
    told = tell(
        source,
        tmp_path,
        "INSERT INTO game.player VALUES (1,-5,6,'x','t')",
        before=(_WIDE,),
    )
    told.rewrite_dump(old, new)
    receipt = receipt_of(told, world)
    assert any(unproved in text for text in receipt.not_proved), receipt.not_proved


def test_words_of_any_charset_and_escapes_are_compared(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    source.run("SET GLOBAL binlog_row_metadata=FULL")
    told = tell(
        source,
        tmp_path,
        "INSERT INTO game.e VALUES (1,1,1,'wahr',1,2)",
        before=(
            "CREATE TABLE game.e (id INT PRIMARY KEY, a ENUM('caf\xe9','it''s','b\\\\s','a,b')"
            " CHARACTER SET latin1, s SET('\u96ea','x') CHARACTER SET utf8mb4,"
            " `Wort` ENUM('wahr','Falsch') COLLATE utf8mb4_bin,"
            " g ENUM('\u96ea') CHARACTER SET gbk, u ENUM('\u96ea','n\\nl') CHARACTER SET utf16)",
        ),
    )
    source.run("SET GLOBAL binlog_row_metadata=MINIMAL")
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert not any("binlog_row_metadata" in text for text in receipt.not_proved)


def test_floats_are_not_proved(source: Source, world: LoadServer, tmp_path: Path) -> None:
    told = tell(
        source,
        tmp_path,
        "INSERT INTO game.f VALUES (2, 2.5)",
        before=("CREATE TABLE game.f (id INT PRIMARY KEY, x FLOAT)",),
    )
    receipt = receipt_of(told, world)
    assert any("FLOAT values after the sixth, in game.f" in text for text in receipt.not_proved)


# Changes that are not logged as rows.


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE game.player SET score = score + RAND() * 10",
        "INSERT INTO game.player VALUES (9, 'i', 1)",
        "DELETE FROM game.player LIMIT 1",
        "CREATE TABLE game.copy AS SELECT * FROM game.player",
    ],
)
def test_changes_that_are_logged_as_statements_are_refused(
    source: Source, world: LoadServer, tmp_path: Path, statement: str
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET SESSION binlog_format=STATEMENT",
        statement,
        "SET SESSION binlog_format=ROW",
    )
    rule = "log-statement" if statement.startswith("CREATE") else "statement-replayed"
    error = refuse(told, world, "binlog.000001", f"refused by rule {rule}", "not exact")
    assert statement in str(error)
    assert error.hint is not None
    assert "ask for a moment before it" in error.hint
    assert world.ask("SELECT COUNT(*) FROM game.player") == 3


def test_an_incident_is_refused(plain: History, world: LoadServer, tmp_path: Path) -> None:
    log = MadeLog()
    log.add_transaction((_INCIDENT, b"\x01\x00\x04lost"))
    told = made(plain, log, tmp_path)
    told = replace(told, end=replace(told.end, position=log.position))
    refuse(told, world, "made.000001:", "refused by rule log-incident", "lost")


def test_a_rollback_of_tables_without_transactions_is_refused(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    source.run(*(f"SET GLOBAL gtid_mode={m}" for m in ("ON_PERMISSIVE", "OFF_PERMISSIVE", "OFF")))
    source.run("SET GLOBAL enforce_gtid_consistency=OFF")
    told = tell(
        source,
        tmp_path,
        "SET SESSION binlog_format=STATEMENT",
        "BEGIN",
        "INSERT INTO game.player VALUES (9,'i',1)",
        "INSERT INTO game.my VALUES (1)",
        "ROLLBACK",
        "SET SESSION binlog_format=ROW",
        before=(*TABLES, "CREATE TABLE game.my (a INT) ENGINE=MyISAM"),
    )
    source.run("SET GLOBAL enforce_gtid_consistency=ON")
    source.run(*(f"SET GLOBAL gtid_mode={m}" for m in ("OFF_PERMISSIVE", "ON_PERMISSIVE", "ON")))
    refuse(told, world, "refused by rule statement-replayed")
    world.clear()
    with pytest.raises(ReplayError, match="refused by rule log-rolled-back"):
        restore(
            world,
            told.dump,
            told.logs,
            told.target,
            allowed=frozenset({"statement-replayed"}),
        )


# What a log may hold besides rows of the world.


def test_accounts_are_skipped_and_counted(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    accounts = str(world.ask("SELECT GROUP_CONCAT(user ORDER BY user) FROM mysql.user"))
    told = tell(
        source,
        tmp_path,
        "CREATE USER intruder IDENTIFIED BY 'x'",
        "GRANT ALL ON *.* TO intruder",
        "SET PASSWORD FOR intruder='y'",
        "RENAME USER intruder TO guest",
        "ALTER USER guest ACCOUNT LOCK",
        "CREATE ROLE r",
        "GRANT r TO guest",
        "SET DEFAULT ROLE r TO guest",
        "REVOKE ALL ON *.* FROM guest",
        "DROP ROLE r",
        "DROP USER guest",
        "FLUSH PRIVILEGES",
        "INSERT INTO game.player VALUES (9,'i',1)",
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert rules_of(receipt) == {"accounts": ("skipped", 11), "flush": ("skipped", 1)}
    assert world.ask("SELECT GROUP_CONCAT(user ORDER BY user) FROM mysql.user") == accounts
    assert "'x'" not in str(receipt)
    assert "'y'" not in str(receipt)


def test_rows_of_system_tables_are_left_out_and_counted(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    before = world.ask("SELECT COUNT(*) FROM mysql.help_category")
    told = tell(
        source,
        tmp_path,
        "BEGIN",
        "INSERT INTO mysql.help_category VALUES (9999,'planted',0,'')",
        "INSERT INTO game.player VALUES (9,'i',1)",
        "COMMIT",
        "DELETE FROM mysql.help_category WHERE help_category_id = 9999",
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert rules_of(receipt) == {"system-schema": ("skipped", 2)}
    assert world.ask("SELECT COUNT(*) FROM mysql.help_category") == before


def test_forged_rows_of_an_account_table_are_left_out(
    plain: History, world: LoadServer, tmp_path: Path
) -> None:
    accounts = world.ask("SELECT COUNT(*) FROM mysql.user")
    for number, schema in enumerate((b"mysql", b"MySQL", b"sys")):
        log = MadeLog()
        log.add_transaction(
            BEGIN,
            (TABLE_MAP, table_map_body(7, schema, b"user")),
            (WRITE_ROWS, rows_body(7, b"\0" + b"\x01\0\0\0")),
            COMMIT,
        )
        folder = tmp_path / str(number)
        folder.mkdir()
        told = made(plain, log, folder)
        world.clear()
        receipt = receipt_of(replace(told, end=replace(told.end, position=log.position)), world)
        assert rules_of(receipt) == {"system-schema": ("skipped", 1)}
    assert world.ask("SELECT COUNT(*) FROM mysql.user") == accounts


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("CREATE FUNCTION f RETURNS STRING SONAME 'udf.so'", "refused by rule loadable-function"),
        ("LOAD DATA INFILE '/etc/passwd' INTO TABLE player", "refused by rule log-statement"),
        ("CREATE TABLE t SELECT * FROM mysql.user", "refused by rule log-statement"),
        ("CREATE TABLE t (SELECT * FROM player)", "refused by rule log-statement"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", "refused by rule unknown-statement"),
        ("INSTALL PLUGIN x SONAME 'y.so'", "refused by rule unknown-statement"),
        ("CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h')", "unknown-statement"),
        ("CREATE TABLESPACE t ADD DATAFILE '/tmp/x.ibd'", "refused by rule unknown-statement"),
        ("ALTER INSTANCE ROTATE INNODB MASTER KEY", "refused by rule unknown-statement"),
        ("CREATE TABLE t (a INT); DROP TABLE player", "it consists of several statements"),
        ("RENAME TABLE player TO mysql.player", "1142"),
        ("CREATE VIEW v AS SELECT user FROM mysql.user", "1142"),
        ("LOCK TABLES player WRITE", "refused by rule log-session"),
        ("START TRANSACTION", "refused by rule log-session"),
        ("SET SESSION unique_checks=0", "refused by rule log-session"),
        ("USE game", "refused by rule log-session"),
    ],
)
def test_a_hostile_statement_is_refused(
    plain: History, world: LoadServer, tmp_path: Path, statement: str, words: str
) -> None:
    refuse(made_statement(plain, statement, tmp_path), world, "made.000001", words)
    assert world.ask("SELECT COUNT(*) FROM game.player") == 3


@pytest.mark.parametrize(
    ("statement", "rule", "check"),
    [
        (
            "CREATE TABLE t (a INT) DATA DIRECTORY='/tmp'",
            "table-directory",
            "SELECT COUNT(*) = 0 FROM information_schema.files WHERE file_name LIKE '/tmp/%'",
        ),
        (
            "CREATE DEFINER=`root`@`localhost` PROCEDURE p() DELETE FROM mysql.user",
            "definer",
            "SELECT definer = 'rewound@localhost' FROM information_schema.routines"
            " WHERE routine_schema = 'game'",
        ),
        (
            "ALTER TABLE player ENGINE=FEDERATED CONNECTION='mysql://u:p@h/d/t'",
            "remote-engine",
            "SELECT engine = 'InnoDB' FROM information_schema.tables WHERE table_name = 'player'",
        ),
        ("DROP DATABASE mysql", "system-schema", "SELECT COUNT(*) > 0 FROM mysql.user"),
        ("SET GLOBAL general_log=1", "global-setting", "SELECT @@general_log = 0"),
    ],
)
def test_a_hostile_statement_is_made_harmless_and_counted(
    plain: History, world: LoadServer, tmp_path: Path, statement: str, rule: str, check: str
) -> None:
    receipt = receipt_of(made_statement(plain, statement, tmp_path), world)
    assert list(rules_of(receipt)) == [rule]
    assert world.ask(check) == 1


# Forms of rows, XA, and parts of a dump.


@pytest.mark.parametrize(
    ("setting", "usual"),
    [
        ("binlog_row_image=MINIMAL", "binlog_row_image=FULL"),
        ("binlog_row_image=NOBLOB", "binlog_row_image=FULL"),
        ("binlog_row_value_options=PARTIAL_JSON", "binlog_row_value_options=''"),
        ("binlog_transaction_compression=ON", "binlog_transaction_compression=OFF"),
    ],
)
def test_rows_that_are_not_whole_are_replayed_exactly(
    source: Source, world: LoadServer, tmp_path: Path, setting: str, usual: str
) -> None:
    told = tell(
        source,
        tmp_path,
        f"SET SESSION {setting}",
        "UPDATE game.d SET doc = JSON_SET(doc, '$.a', 7, '$.b[0]', 'long'), n = 5 WHERE id = 1",
        "UPDATE game.d SET doc = JSON_REMOVE(doc, '$.b') WHERE id = 2",
        "UPDATE game.d SET n = 6",
        "DELETE FROM game.d WHERE id = 3",
        f"SET SESSION {usual}",
        before=(
            "CREATE TABLE game.d (id INT PRIMARY KEY, n INT, doc JSON, bio TEXT)",
            "INSERT INTO game.d VALUES (1,1,'{\"a\":1,\"b\":[1,2]}','x'),"
            "(2,2,'{\"a\":1,\"b\":[1,2]}','y'),(3,3,NULL,NULL)",
        ),
    )
    receipt_of(told, world)
    told.require_equal(world)


def test_a_partial_json_of_another_document_is_refused(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET SESSION binlog_row_value_options=PARTIAL_JSON",
        "UPDATE game.d SET doc = JSON_SET(doc, '$.b[1]', 'long') WHERE id = 1",
        "SET SESSION binlog_row_value_options=''",
        before=(
            "CREATE TABLE game.d (id INT PRIMARY KEY, doc JSON)",
            'INSERT INTO game.d VALUES (1,\'{"a": 1, "b": [1, 2]}\')',
        ),
    )
    told.rewrite_dump('{\\"a\\": 1, \\"b\\": [1, 2]}', "[]")
    refuse(told, world, "binlog.000001:")


def test_an_xa_transaction_that_was_prepared_before_the_dump_is_refused(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    source.run("SET SESSION lock_wait_timeout=5")
    told = tell(
        source,
        tmp_path,
        "XA COMMIT 'early'",
        before=(
            *TABLES,
            "XA START 'early'",
            "INSERT INTO game.player VALUES (9,'i',1)",
            "XA END 'early'",
            "XA PREPARE 'early'",
        ),
    )
    refuse(told, world, "an XA transaction was prepared before the dump")


def test_an_xa_transaction_that_is_undecided_at_the_target_is_left_out_and_named(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "XA START 'late','b',7",
        "INSERT INTO game.player VALUES (9,'i',1)",
        "XA END 'late','b',7",
        "XA PREPARE 'late','b',7",
    )
    source.run("XA ROLLBACK 'late','b',7")
    receipt = receipt_of(told, world)
    assert rules_of(receipt) == {"xa-undecided": ("skipped", 1)}
    assert receipt.rules[0].first_detail == "X'6c617465',X'62',7"
    assert world.ask("SELECT COUNT(*) FROM game.player") == 3


_TWO_TABLES = (
    *TABLES,
    "CREATE TABLE game.item (id INT PRIMARY KEY, player INT)",
    "INSERT INTO game.item VALUES (1,1),(2,2)",
)


@pytest.mark.parametrize(
    "dump_filter", [DumpFilter(only_tables=("player",)), DumpFilter(skip_tables=("item",))]
)
def test_a_statement_that_changes_a_kept_and_a_left_out_table_keeps_its_half(
    source: Source, world: LoadServer, tmp_path: Path, dump_filter: DumpFilter
) -> None:
    told = tell(
        source,
        tmp_path,
        "UPDATE game.player p, game.item i SET p.score = 99, i.player = 98 WHERE p.id = i.player",
        "USE game",
        "DELETE p, i FROM game.player AS p, game.item AS i WHERE p.id = 2 AND i.id = 2",
        "ALTER TABLE game.item ADD COLUMN x INT",
        "INSERT INTO game.item VALUES (3,3,3)",
        before=_TWO_TABLES,
    )
    receipt = receipt_of(told, world, part=dump_filter)
    assert rules_of(receipt) == {"not-selected": ("skipped", 4)}
    assert world.ask("SELECT GROUP_CONCAT(id, '-', score ORDER BY id) FROM game.player") == (
        "1-99,3-30"
    )
    assert receipt.tables[0].table == "player"
    assert len(receipt.tables) == 1


def test_dropping_a_kept_and_a_left_out_table_at_once_drops_the_kept_one(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "DROP TABLE game.player, game.item",
        before=(*_TWO_TABLES, "CREATE TABLE game.rest (a INT)"),
    )
    receipt_of(told, world, part=DumpFilter(skip_tables=("item",)))
    assert (
        world.ask(
            "SELECT GROUP_CONCAT(table_name) FROM information_schema.tables"
            " WHERE table_schema = 'game'"
        )
        == "rest"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "RENAME TABLE game.player TO game.old, game.item TO game.player",
        "RENAME TABLE game.player TO game.item2",
        "ALTER TABLE game.item RENAME TO game.player2",
        "CREATE TABLE game.player3 LIKE game.item",
    ],
)
def test_what_makes_a_kept_table_of_a_left_out_one_is_refused(
    source: Source, world: LoadServer, tmp_path: Path, statement: str
) -> None:
    told = tell(source, tmp_path, statement, before=_TWO_TABLES)
    refuse(told, world, "refused by rule log-selection", part=DumpFilter(only_tables=("player*",)))


@pytest.mark.parametrize(
    ("part", "triggers"),
    [
        (DumpFilter(only_tables=("player",)), "kept"),
        (DumpFilter(skip_tables=("item",)), "kept"),
        (DumpFilter(skip_tables=("player",)), None),
    ],
)
def test_triggers_that_are_dropped_are_gone_whatever_their_table_is(
    source: Source, world: LoadServer, tmp_path: Path, part: DumpFilter, triggers: str | None
) -> None:
    create = "CREATE TRIGGER game.{} BEFORE INSERT ON game.{} FOR EACH ROW SET NEW.id = NEW.id"
    told = tell(
        source,
        tmp_path,
        "DROP TRIGGER game.of_player",
        "DROP TRIGGER game.of_item",
        create.format("kept", "player"),
        before=(
            *_TWO_TABLES,
            create.format("of_player", "player"),
            create.format("of_item", "item"),
        ),
    )
    receipt_of(told, world, part)
    assert triggers == world.ask(
        "SELECT GROUP_CONCAT(trigger_name) FROM information_schema.triggers"
        " WHERE trigger_schema = 'game'"
    )


def test_other_databases_of_the_server_are_refused_or_left_out(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    source.run("DROP DATABASE IF EXISTS other", "CREATE DATABASE other")
    for statements, words in (
        (["CREATE TABLE other.t (a INT)"], "refused by rule log-database-missing"),
        (["CREATE TABLE other.u (a INT)", "INSERT INTO other.t VALUES (1)"], "log-database-miss"),
    ):
        told = tell(source, tmp_path, *statements, "INSERT INTO game.player VALUES (9,'i',1)")
        world.clear()
        refuse(told, world, words)
        world.clear()
        receipt = receipt_of(told, world, DumpFilter(only_schemas=("game",)))
        told.require_equal(world)
        assert rules_of(receipt) == {"not-selected": ("skipped", len(statements))}
        assert world.schemas() == {"game"}


def test_rows_that_the_server_did_not_log_are_refused_where_they_are_touched(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    unlogged = (
        "SET sql_log_bin=0",
        "INSERT INTO game.player VALUES (9,'i',1)",
        "SET sql_log_bin=1",
    )
    told = tell(source, tmp_path, *unlogged, "UPDATE game.player SET score = 5")
    refuse(told, world, "a row that it changes is not here")
    world.clear()
    told = tell(source, tmp_path, *unlogged)
    receipt = receipt_of(told, world)
    assert any("binlog-do-db" in text for text in receipt.not_proved)


def test_a_dump_of_no_single_moment_is_refused_where_a_row_shows_it(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(source, tmp_path, "INSERT INTO game.player VALUES (4,'dan',40)")
    told.rewrite_dump("(3,'eve',30)", "(3,'eve',30),(4,'dan',40)")
    refuse(told, world, "dumped without --single-transaction")


def test_views_are_renamed_as_tables_are(source: Source, world: LoadServer, tmp_path: Path) -> None:
    told = tell(
        source,
        tmp_path,
        "RENAME TABLE game.v TO game.t, game.player TO game.v, game.t TO game.player",
        "INSERT INTO game.v VALUES (9,'i',1)",
        before=(*TABLES, "CREATE VIEW game.v AS SELECT 1 AS one"),
    )
    receipt_of(told, world)
    told.require_equal(world)


def test_definitions_after_one_in_another_zone_are_in_that_of_the_server(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET SESSION time_zone='+05:30', lc_time_names='de_DE', auto_increment_increment=7",
        "CREATE TABLE game.k1 (id INT PRIMARY KEY, t TIMESTAMP DEFAULT '2000-01-01 00:00:00')",
        "SET SESSION time_zone='SYSTEM', lc_time_names=DEFAULT, auto_increment_increment=DEFAULT",
        "CREATE TABLE game.k2 (id INT PRIMARY KEY, t TIMESTAMP DEFAULT '2000-01-01 00:00:00')",
        "INSERT INTO game.k2 (id) VALUES (1)",
        "ALTER TABLE game.k2 ADD d DATETIME DEFAULT CURRENT_TIMESTAMP,"
        " ADD u TIMESTAMP NOT NULL DEFAULT '2001-02-03 04:05:06'",
        "ALTER TABLE game.k2 MODIFY t DATETIME",
        "SET SESSION time_zone=DEFAULT",
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert rules_of(receipt)["log-host-zone"][0] == "executed, and noted"
    assert any("the time zone" in text for text in receipt.findings)


def test_columns_of_every_kind_are_those_of_the_table(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "CREATE TABLE game.kinds (id INT PRIMARY KEY, y YEAR, v VECTOR(3), a VARCHAR(9) COLLATE"
        " utf8mb4_bin, b BIT(3), g POINT, j JSON, s SET('a'), t TEXT CHARACTER SET latin1)",
        "INSERT INTO game.kinds VALUES (1,2024,STRING_TO_VECTOR('[1,2,3]'),'x',b'1',POINT(1,2),"
        "'{}','a','y'),(2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)",
        "UPDATE game.kinds SET y = 1999 WHERE id = 2",
    )
    receipt_of(told, world)
    told.require_equal(world)


def test_a_table_that_a_select_fills_has_its_options(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET SESSION show_create_table_verbosity=ON",
        "CREATE TABLE game.filled (PRIMARY KEY (id)) ROW_FORMAT=DYNAMIC SELECT id, name"
        " FROM game.player",
        "SET SESSION show_create_table_verbosity=OFF",
        "UPDATE game.filled SET name = 'z'",
    )
    receipt_of(told, world)
    told.require_equal(world)


def test_events_and_routines_that_are_altered_stay_and_are_named(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "CREATE EVENT game.e ON SCHEDULE EVERY 1 DAY DO SET @a = 1",
        "ALTER EVENT game.e COMMENT 'x'",
        "CREATE PROCEDURE game.p() SELECT 1",
        "ALTER PROCEDURE game.p SQL SECURITY INVOKER",
        "UPDATE game.player SET score = 0",
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert rules_of(receipt)["log-altered-object"] == ("skipped", 2)
    assert any("ALTER EVENT" in text for text in receipt.findings)


def test_memory_tables_of_a_server_that_was_restarted_are_named(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "UPDATE game.player SET score = 0",
        "FLUSH BINARY LOGS",
        before=(*TABLES, "CREATE TABLE game.m (a INT) ENGINE=MEMORY"),
    )
    assert receipt_of(told, world).findings == ()
    start = told.logs[-1].read_bytes()
    # As a server that has just started begins a file: with the time, in its FORMAT event.
    created = start[:74] + start[4:8] + start[78:]
    end = 4 + int.from_bytes(created[13:17], "little")
    body = created[4 : end - 4]
    closed = body[:17] + b"\0\0" + body[19:]  # without the flag of a file in use
    told.change(-1, created[:4] + body + crc32(closed).to_bytes(4, "little") + created[end:])
    world.clear()
    (finding,) = receipt_of(told, world).findings
    assert "the source was restarted before" in finding


# A server with other options.


@pytest.fixture(scope="module")
def peculiar(
    installation: Installation,
    engine: ProcessEngine,
    cache_dir: Path,
    make_folder: Callable[[], Path],
) -> Iterator[Source]:
    with running_source(installation, engine, cache_dir, make_folder, *_PECULIAR) as source:
        yield source


_PECULIAR = ("--innodb-native-foreign-keys=ON", "--binlog-do-db=game", "--secure-file-priv=")


def test_load_data_is_rows_or_refused(peculiar: Source, world: LoadServer, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("7\tg\t70\n8\th\t80\n")
    load = f"LOAD DATA INFILE '{file}' INTO TABLE game.player"
    told = tell(peculiar, tmp_path, load)
    assert receipt_of(told, world).read.inserted == 2
    told.require_equal(world)
    statement = "SET SESSION binlog_format=STATEMENT"
    told = tell(
        peculiar, tmp_path, "USE game", statement, load, statement.replace("STATEMENT", "ROW")
    )
    world.clear()
    refuse(told, world, "refused by rule log-statement", "LOAD DATA")


_CASCADES = (
    *TABLES,
    "CREATE TABLE game.item (id INT PRIMARY KEY, player INT, FOREIGN KEY (player)"
    " REFERENCES game.player (id) ON DELETE CASCADE)",
    "INSERT INTO game.item VALUES (1,1),(2,1),(3,2)",
)


def test_cascades_that_are_not_logged_are_made_by_the_world_and_not_proved(
    peculiar: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(peculiar, tmp_path, "DELETE FROM game.player WHERE id = 1", before=_CASCADES)
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert receipt.read.deleted == 1
    cascaded = {rows.table: rows.by_cascades for rows in receipt.tables}
    assert cascaded == {"player": 0, "item": -2}
    assert any("foreign keys deleted (CASCADE) in game.item" in t for t in receipt.not_proved)


def test_cascades_that_are_logged_are_in_the_balance(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(source, tmp_path, "DELETE FROM game.player WHERE id = 1", before=_CASCADES)
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert receipt.read.deleted == 3
    assert not any("foreign keys" in text for text in receipt.not_proved)


def test_changes_that_a_filter_of_the_server_did_not_log(
    peculiar: Source, world: LoadServer, tmp_path: Path
) -> None:
    peculiar.run("DROP DATABASE IF EXISTS other", "CREATE DATABASE other")
    told = tell(
        peculiar,
        tmp_path,
        "USE other",
        "CREATE TABLE game.new (a INT)",  # of another default database: not logged
        "USE game",
        "INSERT INTO game.new VALUES (1)",
    )
    refuse(told, world, "rows of table game.new, which is not here")


def test_a_memory_table_is_emptied_as_by_the_restart_of_its_server(
    peculiar: Source, installation: Installation, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        peculiar,
        tmp_path,
        "INSERT INTO game.mem VALUES (3)",
        before=(
            "CREATE TABLE game.mem (a INT) ENGINE=MEMORY",
            "INSERT INTO game.mem VALUES (1),(2)",
        ),
    )
    peculiar.run("SHUTDOWN")
    wait_until(lambda: not (peculiar.folder / "mysqld.sock").exists())
    port = pick_ports(1, base=None)[0]
    endpoint = start_again(installation, peculiar.folder, port=port, options=_PECULIAR)
    with Connection(endpoint) as connection:
        again = replace(peculiar, connection=connection)
        again.run("INSERT INTO game.mem VALUES (9)")
        logs = copy_logs(again, tmp_path)
        told = replace(told, logs=logs, end=again.moment())
    receipt = receipt_of(told, world)
    assert rules_of(receipt) == {}
    assert any("TRUNCATE TABLE" in text for text in receipt.definitions)
    assert world.ask("SELECT GROUP_CONCAT(a) FROM game.mem") == "9"
