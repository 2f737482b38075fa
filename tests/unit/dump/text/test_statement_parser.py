import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Kind
from rewound.dump.text.statement_parser import parse_statement
from rewound.dump.text.tokens import UnreadableText

EXAMPLES = [
    (Kind.EMPTY, b"", ""),
    (Kind.EMPTY, b"/*!99999 DROP TABLE t */", ""),
    (Kind.SET, b"/*!40101 SET NAMES utf8 */", ""),
    (Kind.USE, b"USE `a``b`", "a`b"),
    (Kind.CREATE_DATABASE, b"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `game` /*!40100 */", "game"),
    (Kind.CREATE_DATABASE, b"CREATE SCHEMA game", "game"),
    (Kind.ALTER_DATABASE, b"ALTER DATABASE `game` CHARACTER SET latin1", "game"),
    (Kind.ALTER_DATABASE, b"ALTER DATABASE CHARACTER SET latin1", ""),
    (Kind.ALTER_DATABASE, b"ALTER SCHEMA DEFAULT COLLATE latin1_bin", ""),
    (Kind.DROP_DATABASE, b"DROP DATABASE IF EXISTS game", "game"),
    (Kind.CREATE_TABLE, b"CREATE TABLE IF NOT EXISTS g.t (a int)", "g.t"),
    (Kind.CREATE_TABLE, b"CREATE TABLE t LIKE g.u", "t g.u"),
    (Kind.CREATE_TABLE, b"CREATE TABLE t (LIKE u)", "t u"),
    (Kind.ALTER_TABLE, b"/*!40000 ALTER TABLE `t` DISABLE KEYS */", "t"),
    (Kind.DROP_TABLE, b"DROP TABLE IF EXISTS `a`, g . b /* c */ , `c`.`d` CASCADE", "a g.b c.d"),
    (Kind.TRUNCATE, b"TRUNCATE t", "t"),
    (Kind.TRUNCATE, b"truncate table g.t", "g.t"),
    (Kind.CREATE_INDEX, b"CREATE UNIQUE INDEX i USING BTREE ON g.t (a)", "g.t"),
    (Kind.CREATE_INDEX, b"CREATE FULLTEXT INDEX `on` ON t (a)", "t"),
    (Kind.CREATE_VIEW, b"CREATE OR REPLACE ALGORITHM=MERGE VIEW v AS SELECT 1", "v"),
    (
        Kind.CREATE_VIEW,
        b"/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`root`@`%` SQL SECURITY DEFINER "
        b"*/\n/*!50001 VIEW `v` AS select 1 */",
        "v",
    ),
    (Kind.CREATE_VIEW, b"CREATE SQL SECURITY DEFINER VIEW v AS SELECT 1", "v"),
    (Kind.DROP_VIEW, b"DROP VIEW IF EXISTS v, w", "v w"),
    (
        Kind.CREATE_TRIGGER,
        b"/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON u "
        b"FOR EACH ROW SET NEW.a = 1 */",
        "t u",
    ),
    (Kind.CREATE_PROCEDURE, b"CREATE DEFINER=CURRENT_USER() PROCEDURE p() SELECT 1", "p"),
    (Kind.CREATE_FUNCTION, b"CREATE DEFINER=root@localhost FUNCTION g.f() RETURNS int", "g.f"),
    (Kind.CREATE_FUNCTION, b"CREATE AGGREGATE FUNCTION f RETURNS STRING SONAME 'x.so'", "f"),
    (Kind.CREATE_EVENT, b"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", "e"),
    (Kind.CREATE_EVENT, b"CREATE DEFINER=view EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", "e"),
    (Kind.DROP_TRIGGER, b"DROP TRIGGER IF EXISTS g.t", "g.t"),
    (Kind.DROP_PROCEDURE, b"DROP PROCEDURE IF EXISTS p", "p"),
    (Kind.DROP_FUNCTION, b"DROP FUNCTION f", "f"),
    (Kind.DROP_EVENT, b"/*!50106 DROP EVENT IF EXISTS `e` */", "e"),
    (Kind.INSERT, b"INSERT IGNORE INTO `t` (`a`, value) VALUES (1,2)", "t"),
    (Kind.INSERT, b"insert delayed g.t value (1)", "g.t"),
    (Kind.INSERT, b"INSERT INTO t SET a = 1", "t"),
    (Kind.INSERT, b"INSERT INTO t PARTITION (p0) VALUES ROW(1)", "t"),
    (Kind.INSERT, b"INSERT INTO t () VALUES ()", "t"),
    (Kind.REPLACE, b"REPLACE INTO t VALUES (1)", "t"),
    (Kind.REPLACE, b"REPLACE t(a) VALUES (1)", "t"),
    (Kind.DELETE, b"DELETE FROM `g`.`t`", "g.t"),
    (Kind.LOCK, b"LOCK TABLES `a` WRITE, g.b AS x READ LOCAL, c LOW_PRIORITY WRITE", "a g.b c"),
    (Kind.UNLOCK, b"UNLOCK TABLES", ""),
    (Kind.TRANSACTION, b"START TRANSACTION WITH CONSISTENT SNAPSHOT", ""),
    (Kind.TRANSACTION, b"COMMIT", ""),
    (Kind.TRANSACTION, b"begin", ""),
    (Kind.REPLICATION, b"CHANGE MASTER TO MASTER_LOG_FILE='x'", ""),
    (Kind.REPLICATION, b"CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='x'", ""),
    (Kind.REPLICATION, b"STOP REPLICA", ""),
    (Kind.REPLICATION, b"START SLAVE", ""),
    (Kind.ACCOUNT, b"GRANT ALL ON *.* TO x", ""),
    (Kind.ACCOUNT, b"CREATE USER x", ""),
    (Kind.FLUSH, b"FLUSH PRIVILEGES", ""),
    (Kind.MAINTENANCE, b"/*!80002 ANALYZE TABLE `t` UPDATE HISTOGRAM ON `a` WITH 9 BUCKETS */", ""),
    (Kind.MAINTENANCE, b"ANALYZE NO_WRITE_TO_BINLOG TABLE a, b", ""),
    (Kind.MAINTENANCE, b"OPTIMIZE LOCAL TABLES a", ""),
    (Kind.UNKNOWN, b"ANALYZE FORMAT=JSON SELECT SLEEP(60)", ""),
    (Kind.CREATE_LIBRARY, b"CREATE LIBRARY IF NOT EXISTS d.l LANGUAGE JAVASCRIPT AS 'x'", "d.l"),
    (Kind.DROP_LIBRARY, b"DROP LIBRARY IF EXISTS `l`", "l"),
    (Kind.CREATE_VIEW, b"CREATE OR REPLACE JSON RELATIONAL DUALITY VIEW `v` AS SELECT 1", "v"),
    (Kind.MARIADB_OBJECT, b"CREATE OR REPLACE SEQUENCE IF NOT EXISTS `s` start with 1", "s"),
    (Kind.MARIADB_OBJECT, b"DROP SEQUENCE IF EXISTS g.s", "g.s"),
    (Kind.MARIADB_OBJECT, b"SELECT SETVAL(`s`, 1, 0)", "s"),
    (Kind.MARIADB_OBJECT, b"DO SETVAL(g.`s`, 1, 0)", "g.s"),
    (Kind.MARIADB_OBJECT, b"CREATE DEFINER=`a`@`b` PACKAGE BODY p AS END", "p"),
    (Kind.UNKNOWN, b"SELECT 1", ""),
    (Kind.UNKNOWN, b"DO sleep(1)", ""),
    (Kind.UNKNOWN, b"CREATE TEMPORARY TABLE t (a int)", ""),
    (Kind.UNKNOWN, b"CREATE SPATIAL REFERENCE_SERVER SYSTEM 1 NAME 'x'", ""),
    (Kind.UNKNOWN, b"DELETE FROM t WHERE a = 1", ""),
    (Kind.UNKNOWN, b"USE game CREATE TABLE t (a int)", ""),
    (Kind.UNKNOWN, b"LOCK INSTANCE FOR BACKUP", ""),
    (Kind.UNKNOWN, b"START GROUP_REPLICATION", ""),
    (Kind.UNKNOWN, b"INSERT INTO t SELECT * FROM u", ""),
    (Kind.UNKNOWN, b"INSERT INTO t (SELECT 1)", ""),
    (Kind.UNKNOWN, b"INSERT INTO t (a) TABLE u", ""),
    (Kind.UNKNOWN, b"REPLACE INTO t WITH x AS (SELECT 1) SELECT * FROM x", ""),
    (Kind.UNKNOWN, b"DROP TABLE", ""),
    (Kind.UNKNOWN, b"DROP TABLE a,", ""),
    (Kind.UNKNOWN, b"CREATE", ""),
    (Kind.UNKNOWN, b"'SET'", ""),
    (Kind.UNKNOWN, b"`SET` a = 1", ""),
    (Kind.UNKNOWN, b"CREATE DEFINER=root TABLESPACE t ADD DATAFILE 'x'", ""),
]


def parse(text):
    return parse_statement(text, LexicalMode(), 90704)


@pytest.mark.parametrize(("kind", "text", "names"), EXAMPLES, ids=repr)
def test_a_statement_is_known_by_its_first_words(kind, text, names):
    statement = parse(text)
    assert (statement.kind, " ".join(map(str, statement.names))) == (kind, names)
    assert statement.text == text


def test_every_kind_has_an_example():
    assert {kind for kind, _, _ in EXAMPLES} == set(Kind) - {Kind.LOAD_DATA}  # no statement's


@given(
    st.lists(
        st.sampled_from(
            [
                b"CREATE",
                b"ALTER",
                b"DROP",
                b"DEFINER",
                b"=",
                b"root",
                b"@localhost",
                b"VIEW",
                b"(",
                b"TABLE",
                b"TABLES",
                b"LOCK",
                b"INSERT",
                b"INTO",
                b"t",
                b".",
                b",",
                b"ON",
                b"LIKE",
                b"VALUES",
                b"SELECT",
                b")",
                b"USE",
                b"DELETE",
                b"FROM",
                b"CURRENT_USER",
                b"EVENT",
            ]
        ),
        max_size=8,
    )
)
def test_any_words_are_a_statement_of_some_kind_or_unreadable(words):
    try:
        assert parse(b" ".join(words)).kind in Kind
    except UnreadableText:
        assert b"DEFINER" in words


def test_a_name_is_shown_as_it_is_written():
    assert str(parse(b"DROP TABLE a.b").name) == "a.b"
    assert parse(b"COMMIT").name is None


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        (b"INSERT INTO t VALUES", b" (1)"),
        (b"INSERT INTO t (a, value) VALUES", b"(1,2)"),
        (b"REPLACE t SET", b" a = 1"),
        (b"INSERT INTO t (a) /*!50001 VALUES", b" */ (1)"),
    ],
)
def test_rows_of_an_insert_begin_behind_its_head(head, rows):
    assert parse(head + rows).rows_start == len(head)
    assert parse(b"DELETE FROM t").rows_start == 0
