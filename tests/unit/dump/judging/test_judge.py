import pytest

from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.judging.judge import LONGEST_DEFINITION_BYTES, Judge
from rewound.dump.rules.table import (
    INSERT_CUT,
    INSERTS_GATHERED,
    PART_FOLLOWS,
    RULES,
    ZERO_KEPT,
    ZERO_NUMBERED,
    Effect,
)
from rewound.dump.script import Script
from rewound.dump.text import splitter
from rewound.dump.text.quoting import decode_name, quote_name

# In place of 16 MiB and 1 GiB.
LONG_INSERT_BYTES, LONGEST_STATEMENT_BYTES = 1 << 13, 1 << 16

# Rule to pieces of a dump that meet it, as real dumps write them. A fresh dump each.
EXAMPLES = {
    "sql-mode-removed": b"SET sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER';",
    "engine-missing": b"USE g; CREATE TABLE t (a int) ENGINE=TokuDB;",
    "remote-engine": b"USE g; CREATE TABLE t (a int) ENGINE=FEDERATED CONNECTION='mysql://h/t';",
    "volatile-engine": b"USE g; CREATE TABLE t (a int) ENGINE=MEMORY;",
    "partition-engine": b"USE g; CREATE TABLE t (a int) ENGINE=MyISAM PARTITION BY HASH (a);",
    "type-option": b"USE g; CREATE TABLE t (a int) TYPE=InnoDB;",
    "collation-unknown": b"CREATE DATABASE g COLLATE utf8mb4_uca1400_ai_ci;",
    "default-collation": b"-- Server version\t5.7.44\nCREATE DATABASE g CHARSET utf8mb4;",
    "row-format-unknown": b"USE g; CREATE TABLE t (a int) ENGINE=Aria ROW_FORMAT=PAGE;",
    "table-directory": b"USE g; CREATE TABLE t (a int) DATA DIRECTORY='/mnt/fast';",
    "file-size": b"USE g; CREATE TABLE t (a int) /*!80023 AUTOEXTEND_SIZE=4194304 */;",
    "tablespace": b"USE g; CREATE TABLE t (a int) /*!50100 TABLESPACE `ts1` */;",
    "encryption": b"USE g; CREATE TABLE t (a int) /*!80016 ENCRYPTION='Y' */;",
    "mariadb-table-option": b"USE g; CREATE TABLE t (a int) ENGINE=MyISAM PAGE_CHECKSUM=1;",
    "mariadb-column-option": b"USE g; CREATE TABLE t (a text COMPRESSED);",
    "mariadb-key-option": b"USE g; CREATE TABLE t (a int, KEY k (a) IGNORED);",
    "mariadb-type": b"USE g; CREATE TABLE t (a uuid NOT NULL);",
    "vector-key": b"USE g; CREATE TABLE t (a vector(2) NOT NULL, VECTOR KEY `a` (`a`) `M`=8);",
    "default-expression": b"USE g; CREATE TABLE t (a date DEFAULT curdate());",
    "text-default": b"USE g; CREATE TABLE t (a longtext NOT NULL DEFAULT '');",
    "timestamp-width": b"USE g; CREATE TABLE t (a timestamp(14) NOT NULL) TYPE=MyISAM;",
    "or-replace": b"USE g; CREATE OR REPLACE TABLE t (a int);",
    "six-digit-comment": b"USE g; CREATE TABLE t (a text /*!100301 COMPRESSED*/);",
    "zero-kept": b"USE g; CREATE TABLE t (a serial); INSERT INTO t VALUES (0),(1);",
    "zero-numbered": b"USE g; CREATE TABLE t (a serial); INSERT INTO t VALUES (0),(0);",
    "generated-value": b"USE g; CREATE TABLE t (a int, b int AS (a)); INSERT INTO t VALUES (1,1);",
    "password-function": b"USE g; CREATE TABLE users (i int, n text, p text);"
    b"INSERT INTO users VALUES (1,'joe',PASSWORD('secret'));",
    "spatial-function": b"USE g; CREATE TABLE t (a int, b geometry);"
    b"INSERT INTO t VALUES (1,GeomFromText('POINT(1 2)'));",
    "definer": b"USE g; CREATE DEFINER=`root`@`%` VIEW v AS SELECT 1;",
    "event-disabled": b"USE g; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t;",
    "database-created": b"USE g;",
    "dump-follows": b"-- MySQL dump 10\nUSE g;\n-- Dump completed\n-- MySQL dump 10\n",
    "drop-missing": b"DROP DATABASE `g`;",
    "inserts-gathered": b"USE g;\nCREATE TABLE t (a int);\n"
    b"INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3);\n",
    "insert-cut": b"USE g; CREATE TABLE t (a text); INSERT INTO t VALUES (1)"
    + b",('a')" * LONG_INSERT_BYTES
    + b";",
    "global-setting": b"/*!50106 SET GLOBAL event_scheduler = ON */;",
    "binary-log-setting": b"SET @@SESSION.SQL_LOG_BIN= 0;",
    "foreign-variable": b"SET storage_engine=MyISAM;",
    "tuning-setting": b"SET SESSION sort_buffer_size = 1048576;",
    "setting-decided": b"SET innodb_strict_mode=OFF;",
    "warnings-kept": b"SET SQL_NOTES=@OLD_SQL_NOTES;",
    "accounts": b"CREATE USER 'game'@'%' IDENTIFIED BY 'secret';",
    "system-schema": b"USE `mysql`; INSERT INTO `user` VALUES (1);",
    "flush": b"FLUSH PRIVILEGES;",
    "table-maintenance": b"/*!80002 ANALYZE TABLE `t` UPDATE HISTOGRAM ON `a` WITH 100 BUCKETS */;",
    "not-selected": b"CREATE TABLE `left_out`.`t` (a int);",
    "tool-line": b"mysqldump: [Warning] Using a password on the command line.\n",
    "rocksdb-bulk-load": b"/*!50112 PREPARE s FROM @enable_bulk_load */;",
    "comment-not-executed": b"/*!999999 ALTER TABLE t NOTHING */;",
    "replication-position": b"CHANGE MASTER TO MASTER_LOG_FILE='b.1', MASTER_LOG_POS=154;",
    "unreadable": b"\\! id\n;",
    "unknown-statement": b"LOAD DATA INFILE 'x' INTO TABLE t;",
    "other-file": b"source part2.sql ;",
    "mariadb-only": b"USE g; CREATE SEQUENCE `s` start with 1 minvalue 1 ENGINE=InnoDB;",
    "old-password-function": b"USE g; INSERT INTO users VALUES (1,OLD_PASSWORD('x'));",
    "host-variable": b"USE g; CREATE VIEW v AS SELECT @@hostname AS a;",
    "computed-value": b"USE g; INSERT INTO t VALUES (SLEEP(60));",
    "unknown-setting": b"SET sql_mode = concat(@@sql_mode, ',ANSI');",
    "loadable-function": b"USE g; CREATE FUNCTION f RETURNS STRING SONAME 'udf.so';",
    "no-database": b"CREATE TABLE t (a int);",
    "table-missing": b"USE g; INSERT INTO t VALUES (1);",
    "rows-for-view": b"USE g; CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t;\n"
    b"INSERT INTO v VALUES (1);",
    "rows-for-merge": b"USE g; CREATE TABLE a (n int) ENGINE=MyISAM;\n"
    b"CREATE TABLE m (n int) ENGINE=MERGE UNION=(a); INSERT INTO m VALUES (1);",
    "dumps-overlap": b"USE g; CREATE TABLE t (a int); INSERT INTO t VALUES (1);\n"
    b"-- Dump completed\n-- MySQL dump 10\nUSE g; DROP TABLE t;",
    "too-long": b"USE g; INSERT INTO t VALUES ('%b');" % (b"a" * 2 * LONGEST_STATEMENT_BYTES),
    "cut-off": b"USE g; INSERT INTO t VALUES (1",
}

# The text is not changed: the statements or the session are others.
OTHER_WAYS = (INSERTS_GATHERED, INSERT_CUT, ZERO_KEPT, ZERO_NUMBERED)

HOSTILE = [
    *("\\! touch /tmp/x", "system id", "source /etc/passwd", "\\. /etc/passwd", "tee /tmp/x"),
    *("pager cat > /tmp/x", "edit", "LOAD DATA INFILE '/etc/passwd' INTO TABLE t"),
    *("LOAD DATA LOCAL INFILE 'x' INTO TABLE t", "LOAD XML INFILE 'x' INTO TABLE t"),
    *("LOAD INDEX INTO CACHE t", "SELECT 1 INTO OUTFILE '/tmp/x'", "SELECT 'x' INTO DUMPFILE 'y'"),
    *("SELECT load_file('/etc/passwd')", "(SELECT 1)", "TABLE t INTO OUTFILE 'x'"),
    *("WITH x AS (SELECT 1) SELECT * FROM x INTO OUTFILE 'y'", "VALUES ROW(1)"),
    *("INSTALL PLUGIN x SONAME 'x.so'", "INSTALL COMPONENT 'file://x'", "UNINSTALL PLUGIN x"),
    *(
        "SHUTDOWN",
        "RESTART",
        "CLONE INSTANCE FROM x@y:1 IDENTIFIED BY 'z'",
        "KILL 1",
        "KILL QUERY 1",
    ),
    *("CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x')", "ALTER INSTANCE RELOAD TLS"),
    *("PREPARE s FROM 'SHUTDOWN'", "PREPARE s FROM @enable", "EXECUTE s USING @a", "EXECUTE S"),
    *("PREPARE p FROM @enable_bulk_load", "PREPARE s FROM @enable_bulk_load, x", "EXECUTE `s`"),
    *("SELECT COUNT(*) INTO @is_rocksdb_supported FROM mysql.user", "DROP PREPARE s"),
    *("PREPARE p FROM 'SHUTDOWN'", "EXECUTE p", "CALL p()", "DO sleep(1)", "HANDLER t OPEN"),
    *(
        "CREATE FUNCTION f RETURNS STRING SONAME 'udf.so'",
        "RESET MASTER",
        "PURGE BINARY LOGS TO 'x'",
    ),
    *("CREATE AGGREGATE FUNCTION IF NOT EXISTS f RETURNS INT SONAME 'udf.so'", "BINLOG 'x'"),
    *(
        "/*!50003 CREATE */ FUNCTION f RETURNS INT /*!50003 SONAME 'x.so' */",
        "IMPORT TABLE FROM 'x'",
    ),
    *("CREATE TABLESPACE t ADD DATAFILE '/tmp/x.ibd'", "CREATE UNDO TABLESPACE u ADD DATAFILE 'x'"),
    *(
        "CREATE LOGFILE GROUP g ADD UNDOFILE 'x'",
        "ALTER TABLE t IMPORT TABLESPACE",
        "CHECK TABLE t",
    ),
    *("ALTER TABLE t DISCARD TABLESPACE", "RENAME TABLE t TO mysql.t", "UPDATE mysql.user SET a=1"),
    *("START GROUP_REPLICATION", "START REPLICA", "STOP SLAVE", "CHANGE MASTER TO MASTER_HOST='x'"),
    *("CHANGE REPLICATION FILTER REPLICATE_DO_DB=(a)", "XA START 'x'", "SET PERSIST a = 1"),
    *("SET GLOBAL a = 1", "SET @@global.general_log_file = '/tmp/x'", "SET PERSIST_ONLY a = 1"),
    *("SET GLOBAL a = 1, b = 2", "SET @@GLOBAL.a = 1, GLOBAL b = 2", "SET debug = 'd,x'"),
    *("SET SESSION sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')", "SET PASSWORD = 'x'"),
    *(
        "SET RESOURCE GROUP x",
        "SET DEFAULT ROLE ALL TO x",
        "CREATE USER x",
        "GRANT ALL ON *.* TO x",
    ),
    *("/*!50001 GRANT ALL ON *.* TO x */", "REVOKE ALL ON *.* FROM x", "ALTER USER x ACCOUNT LOCK"),
    *("DROP USER root", "DROP ROLE x", "RENAME USER a TO b", "CREATE ROLE x"),
    *("CREATE DEFINER=TABLE DATABASE mysql.t", "CREATE DEFINER= VIEW", "CREATE DEFINER"),
    *("CREATE DEFINER=root@localhost USER x", "CREATE DEFINER=x TABLESPACE t ADD DATAFILE 'x'"),
    *("INSERT INTO mysql.user VALUES (1)", "INSERT INTO `mysql`.`user` VALUES (1)"),
    *("INSERT INTO mysql . user VALUES (1)", "REPLACE mysql/* x */./* y */user VALUES (1)"),
    *("INSERT INTO /*!50001 mysql */ . /*!50001 user */ VALUES (1)", "DELETE FROM MySQL.user"),
    *("INSERT INTO mysql -- x\n . -- y\n user SET a = 1", "TRUNCATE mysql.user"),
    *("DROP TABLE t, mysql.user", "LOCK TABLES t READ, mysql.user WRITE", "DROP VIEW a, sys.b"),
    *(
        "ALTER TABLE mysql.user ENGINE=MyISAM",
        "CREATE TABLE mysql.x (a int)",
        "DROP DATABASE mysql",
    ),
    *("CREATE INDEX i ON mysql.user (a)", "CREATE TABLE t LIKE mysql.user", "ALTER DATABASE `sys`"),
    *("CREATE TRIGGER t BEFORE INSERT ON mysql.user FOR EACH ROW SET @a = 1", "USE mysql"),
    *("CREATE PROCEDURE sys.p() SELECT 1", "USE `MySQL`", "USE Performance_Schema", "USE\nmysql"),
    *("/*!40000 USE mysql */", "USE/**/mysql", "CREATE DATABASE IF NOT EXISTS `mysql`"),
    *("INSERT INTO t SELECT * FROM mysql.user", "CREATE TABLE t SELECT * FROM mysql.user"),
    *("CREATE TABLE t (a int) AS (SELECT 1)", "CREATE TABLE t TABLE mysql.user"),
    *("DROP /*!100616TABLE */ TABLE t", "DROP /*!100616*/ TABLE t"),
    *("/*!080400 GRANT ALL ON *.* TO x */", "INSERT /*!100616 INTO t VALUES (1) */ INTO mysql.t"),
    *("INSERT INTO /*!080400 mysql. */ user VALUES (1)", "SELECT /*!100616 x */ 1"),
    *("USE /*!100616 g */ mysql", "USE /*!090704 mysql */", "SET /*!080400 GLOBAL */ a = 1"),
    *("DROP /*!99999 x /* y */ TABLE */ TABLE t", "DROP TABLE t /*!50001", "/*!50001 DROP TABLE t"),
    *("DROP TABLE /*!50001 t", "CREATE TABLE t (a int) /*!50001", "CREATE TABLE t (a 'int)"),
    *("INSERT /*+ SET_VAR(sql_mode='x') QB_NAME(`*/ INTO t VALUES (1)", "SHOW TABLES", "BACKUP x"),
    *(
        "CREATE PROCEDURE p() LANGUAGE JAVASCRIPT AS $1$ x $1$",
        "ALTER LIBRARY l COMMENT 'x'",
    ),
    *(
        "COMMIT RELEASE",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY",
        "ALTER EVENT e ENABLE",
        "HELP 'x'",
        "connect x y",
    ),
]


def rules_of(verdicts):
    return {use.rule.name for verdict in verdicts for use in verdict.uses}


ON_A_SERVER = (Effect.ADAPT, Effect.DAMAGE, Effect.DEFER, Effect.FASTER, Effect.NOTE)
JUDGED = [rule for rule in RULES if rule.effect not in ON_A_SERVER and rule is not PART_FOLLOWS]
"""The rules that one text alone shows; the others are tried on a server, or with several texts."""


def test_every_rule_has_an_example():
    assert list(EXAMPLES) == [rule.name for rule in JUDGED]


@pytest.mark.parametrize("rule", JUDGED, ids=lambda rule: rule.name)
def test_rule_is_used_for_its_example_and_has_its_effect(profile, rule, monkeypatch):
    monkeypatch.setattr(splitter, "LONG_INSERT_BYTES", LONG_INSERT_BYTES)
    monkeypatch.setattr(splitter, "LONGEST_STATEMENT_BYTES", LONGEST_STATEMENT_BYTES)
    text = EXAMPLES[rule.name]
    chunks = [text[start : start + 1000] for start in range(0, len(text), 1000)]
    part = DumpFilter(skip_tables=("left_out.*",))
    verdicts = list(Script(profile, dump_filter=part).iter_verdicts(chunks))
    assert rule.name in rules_of(verdicts)
    verdict = next(v for v in verdicts if rule in [use.rule for use in v.uses])
    assert bool(verdict.sql) is (rule.effect is Effect.REWRITE)
    assert (verdict.refusal is not None) is (rule.effect is Effect.REFUSE)
    if rule.effect is Effect.REWRITE and rule not in OTHER_WAYS:
        assert verdict.sql != (verdict.statement.text,)


def test_what_refuses_says_what_can_be_done():
    assert all(bool(rule.remedy) is (rule.effect is Effect.REFUSE) for rule in RULES)


def test_rules_have_names_of_their_own():
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_statement_is_never_executed(judge, text):
    verdict = judge.judge(text.encode(), 1)
    assert verdict.sql == ()
    assert verdict.uses


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (b"SET unique_checks=1, GLOBAL b=2", b"SET unique_checks=1"),
        (b"SET NAMES utf8mb4, GLOBAL b=2", b"SET NAMES utf8mb4"),
        (b"SET @a='GLOBAL', PERSIST b=2, c=3", b"SET @a='GLOBAL'"),
    ],
)
def test_the_harmless_part_of_a_set_is_all_that_is_sent(judge, text, sent):
    assert judge.judge(text, 1).sql == (sent,)


@pytest.mark.parametrize(
    "text",
    [
        b"DROP TABLE IF EXISTS `t`",
        b"CREATE TABLE `t` (`a` int DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=latin1",
        b"LOCK TABLES `t` WRITE",
        b"/*!40000 ALTER TABLE `t` DISABLE KEYS */",
        b"INSERT INTO `t` VALUES (1),(_binary '\\0\xff'),('\\! id')",
        b"DELETE FROM `t`",
        b"UNLOCK TABLES",
        b"COMMIT",
        b"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        b"/*!40000 BEGIN WORK */",
        b"ALTER DATABASE CHARACTER SET latin1",
        b"CREATE INDEX i ON t (a)",
        b"CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
        b"DROP TABLE a, b",
        b"TRUNCATE TABLE t",
    ],
)
def test_ordinary_statements_are_sent_as_they_are(judge, text):
    verdict = judge.judge(text, 7)
    assert (verdict.sql, verdict.uses, verdict.line, verdict.schema) == ((text,), (), 7, "game")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (b"CREATE TABLE t (a text /*!100301 COMPRESSED*/)", b"CREATE TABLE t (a text  )"),
        (b"CREATE TABLE t (a /*!080023 int*/)", b"CREATE TABLE t (a /*! int*/)"),
        (b"DROP /*!100616 TABLE */ TABLE t", b"DROP   TABLE t"),
        (b"INSERT INTO t /*!100616 (a) */ VALUES ('/*!100616 x */')",
         b"INSERT INTO t   VALUES ('/*!100616 x */')"),
        (b"SET /*!100616 GLOBAL */ unique_checks = 1", b"SET   unique_checks = 1"),
    ],
)  # fmt: skip
def test_a_comment_of_six_digits_is_settled_before_anything_else(judge, text, sent):
    verdict = judge.judge(text, 1)
    assert verdict.sql == (sent,)
    assert rules_of([verdict]) == {"six-digit-comment"}
    assert verdict.statement.text == text
    rows_start = verdict.statement.rows_start
    assert text[rows_start - 6 : rows_start] in (b"", b"VALUES")


def test_a_statement_inside_a_comment_of_six_digits_is_not_executed(judge):
    verdict = judge.judge(b"/*!100616 SET @a = 1 */", 1)
    assert (verdict.sql, rules_of([verdict])) == ((), {"comment-not-executed"})


def judge_all(profile, *texts, schema=None):
    judge = Judge(profile, default_schema=schema)
    return [judge.judge(text, 1) for text in texts]


def test_a_database_is_created_once_before_its_first_use(profile):
    sent = [v.sql for v in judge_all(profile, b"USE g", b"INSERT INTO h.t VALUES (1)", b"USE h")]
    assert sent == [
        (b"CREATE DATABASE IF NOT EXISTS `g`", b"USE g"),
        (b"CREATE DATABASE IF NOT EXISTS `h`", b"INSERT INTO h.t VALUES (1)"),
        (b"USE h",),
    ]


def test_a_dropped_database_is_neither_used_nor_known_any_longer(profile):
    *_, drop, create = judge_all(
        profile, b"USE g", b"DROP DATABASE g", b"CREATE TABLE t (a int)", schema="x"
    )
    assert drop.sql == (b"DROP DATABASE g",)
    assert create.sql[:2] == (b"CREATE DATABASE IF NOT EXISTS `x`", b"USE `x`")


@pytest.mark.parametrize(
    ("texts", "sent"),
    [
        ([b"DROP DATABASE `g`"], b"DROP DATABASE IF EXISTS `g`"),
        ([b"/*!40000 DROP DATABASE IF EXISTS `g`*/"], b"/*!40000 DROP DATABASE IF EXISTS `g`*/"),
        ([b"CREATE SCHEMA g", b"DROP SCHEMA g"], b"DROP SCHEMA g"),
        ([b"CREATE SCHEMA g", b"DROP SCHEMA g", b"DROP SCHEMA g"], b"DROP SCHEMA IF EXISTS g"),
    ],
)
def test_drop_database_goes_on_where_there_is_none(profile, texts, sent):
    assert judge_all(profile, *texts)[-1].sql == (sent,)


@pytest.mark.parametrize(
    ("first", "second", "is_sent"),
    [
        (b"INSERT INTO t VALUES (1)", b"INSERT INTO t VALUES (2)", True),
        (b"INSERT INTO t VALUES (1)", b"INSERT INTO t VALUESX (2)", False),
        (b"INSERT INTO t VALUES(1)", b"INSERT INTO t VALUES SELECT 1", False),
        (b"INSERT INTO t VALUES (1)", b"INSERT INTO mysql.t VALUES (2)", False),
        (b"INSERT INTO t SET a=1", b"INSERT INTO t SETTING a=1", False),
        (b'INSERT INTO "t" VALUES (1)', b'INSERT INTO "t" VALUES (2)', False),
        (b"INSERT INTO t VALUES", b"INSERT INTO t VALUESX", False),
    ],
)
def test_an_insert_that_begins_like_the_last_one_is_judged_no_differently(
    judge, profile, first, second, is_sent
):
    judge.judge(first, 1)
    again = judge.judge(second, 2)
    _, alone = judge_all(profile, b"CREATE DATABASE game", second, schema="game")
    assert bool(again.sql) is is_sent
    assert (again.statement, bool(again.sql)) == (alone.statement, bool(alone.sql))


def test_a_remembered_insert_is_forgotten_when_the_reading_changes(judge):
    text = b'INSERT INTO "t" VALUES (1)'
    assert judge.judge(text, 1).refusal is not None
    judge.judge(b"SET sql_mode='ANSI_QUOTES'", 2)
    assert judge.judge(text, 3).sql == (text,)
    judge.judge(b"SET sql_mode=''", 4)
    assert judge.judge(text, 5).refusal is not None


def test_a_remembered_insert_goes_where_the_session_is(judge):
    judge.judge(b"INSERT INTO t VALUES (1)", 1)
    judge.judge(b"USE mysql", 2)
    assert judge.judge(b"INSERT INTO t VALUES (1)", 3).sql == ()


def test_a_system_schema_is_left_again_with_the_next_use(profile):
    verdicts = judge_all(profile, b"USE mysql", b"DROP TABLE t", b"USE g", b"DROP TABLE t")
    assert [bool(verdict.sql) for verdict in verdicts] == [False, False, True, True]


def test_a_qualified_name_is_judged_by_itself_inside_a_system_schema(profile):
    _, verdict = judge_all(profile, b"USE mysql", b"DROP TABLE g.t")
    assert verdict.sql[-1] == b"DROP TABLE g.t"


@pytest.mark.parametrize("text", [b"UNLOCK TABLES", b"COMMIT", b"SET unique_checks=0"])
def test_what_names_nothing_is_executed_in_a_system_schema_and_without_any(profile, text):
    assert judge_all(profile, b"USE mysql", text)[-1].sql == (text,)
    assert judge_all(profile, text)[0].sql == (text,)


@pytest.mark.parametrize("schema", ["mysql", "MYSQL", "sys"])
def test_a_system_schema_is_never_the_default_of_a_dump(profile, schema):
    [verdict] = judge_all(profile, b"DROP TABLE user", schema=schema)
    assert (verdict.sql, rules_of([verdict])) == ((), {"system-schema"})


def test_a_header_cannot_lead_into_a_system_schema(profile):
    text = b"-- Host: localhost    Database: mysql\nDROP TABLE `user`;"
    [verdict] = Script(profile).iter_verdicts([text])
    assert verdict.sql == ()


def test_schema_of_unqualified_names_is_the_one_in_use(profile):
    _, verdict = judge_all(profile, b"USE g", b"DROP TABLE a.t, u")
    assert verdict.schema == "g"


def test_a_position_is_recorded_whole_without_its_password(profile):
    text = b"CHANGE MASTER TO MASTER_HOST='db1',\n MASTER_PASSWORD='secret', " + b" " * 300
    [verdict] = judge_all(profile, text + b"MASTER_LOG_POS=4")
    assert verdict.uses[0].detail == (
        "CHANGE MASTER TO MASTER_HOST='db1', MASTER_PASSWORD='...', MASTER_LOG_POS=4"
    )


@pytest.mark.parametrize(
    "text",
    [
        b"CREATE USER x IDENTIFIED BY 'secret'",
        b"CREATE USER x IDENTIFIED WITH mysql_native_password AS 'secret'",
        b"GRANT ALL ON *.* TO x IDENTIFIED BY PASSWORD 'secret'",
        b"SET PASSWORD FOR x = PASSWORD('secret')",
        b'ALTER USER x IDENTIFIED BY "secret"',
    ],
)
def test_passwords_do_not_reach_the_ledger(profile, text):
    [verdict] = judge_all(profile, text)
    assert "secret" not in verdict.uses[0].detail


def test_details_of_other_rules_are_short(profile):
    [verdict] = judge_all(profile, b"LOAD DATA INFILE '" + b"x" * 1000 + b"'")
    assert len(verdict.uses[0].detail) < 100


@pytest.mark.parametrize(
    ("name", "quoted"), [("a", b"`a`"), ("a`b", b"`a``b`"), ("\udcff", b"`\xff`")]
)
def test_quote_name_holds_whatever_is_in_a_name(name, quoted):
    assert quote_name(name) == quoted


@pytest.mark.parametrize(
    ("encoding", "name", "text"),
    [
        ("cp1252", b"a\x81\x9d\xe9", "a\x81\x9d\xe9"),
        ("cp1251", b"a\x98", "a?"),
        ("utf-8", b"a\xff", "a\udcff"),
    ],
)
def test_a_name_has_the_letters_that_the_server_finds_in_it(encoding, name, text):
    assert decode_name(name, encoding) == text
    if "?" not in text:
        assert quote_name(text, encoding) == b"`" + name + b"`"


@pytest.mark.parametrize(
    "refused",
    [
        b"CREATE TABLE g.t (a int) WITH SYSTEM VERSIONING",
        b"CREATE SEQUENCE g.s",
        b"CREATE TABLE g.t (a 'int)",
        b"CREATE TABLE g.t SELECT 1",
        b"SET NAMES latin1, foo = 1",
        b"USE g; x",
    ],
)
def test_what_is_refused_leaves_the_session_as_it_was(profile, refused):
    verdicts = judge_all(profile, refused, b"CREATE TABLE t (a int)", schema="g")
    assert verdicts[0].refusal is not None
    assert verdicts[1].sql == (
        b"CREATE DATABASE IF NOT EXISTS `g`",
        b"USE `g`",
        b"CREATE TABLE t (a int)",
    )


def test_a_reading_goes_on_after_a_refusal_and_finds_them_all(profile):
    text = (
        b"CREATE DATABASE g;\nUSE g;\nCREATE SEQUENCE `s1`;\nDO SETVAL(`s1`, 5, 0);\n"
        b"CREATE TABLE a (b int DEFAULT nextval(`g`.`s1`));\nSET sql_mode = 'ANSI_QUOTES';\n"
        b'CREATE TABLE "c" (d int) WITH SYSTEM VERSIONING;\nCREATE TABLE "e" (f int);\n'
    )
    verdicts = list(Script(profile).iter_verdicts([text]))
    refused = [(v.line, v.refusal.detail) for v in verdicts if v.refusal is not None]
    assert refused == [
        (3, "CREATE SEQUENCE `s1`"),
        (4, "DO SETVAL(`s1`, 5, 0)"),
        (5, "a: a column takes its values from a sequence"),
        (7, "c: the table keeps the history of its rows"),
    ]
    assert verdicts[-1].sql == (b'CREATE TABLE "e" (f int)',)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"SET SESSION binlog_format = 'ROW'", "binary-log-setting"),
        (b"SET wsrep_on = OFF", "foreign-variable"),
        (b"SET default_storage_engine = Aria", "engine-missing"),
        (b"SET default_storage_engine = 'InnoDB'", None),
        (b"SET innodb_lock_wait_timeout = 50", "tuning-setting"),
    ],
)
def test_settings_that_dumps_of_other_servers_make(judge, text, rule):
    assert rules_of([judge.judge(text, 1)]) == ({rule} if rule else set())


@pytest.mark.parametrize("text", [b"CREATE TABLE t (", b"SET @a = ", b"LOCK TABLES a, ", b"("])
def test_a_long_statement_without_rows_is_not_read(judge, text):
    verdict = judge.judge(text + b"(" * LONGEST_DEFINITION_BYTES, 1)
    assert verdict.refusal.rule.name == "too-long"


@pytest.mark.parametrize("start", [b"INSERT", b"/*!50003 replace", b"/*! INSERT"])
def test_a_long_statement_of_rows_is_read(judge, start):
    rows = b"('" + b"a" * LONGEST_DEFINITION_BYTES + b"')"
    end = b" */" if start[:1] == b"/" else b""
    assert judge.judge(start + b" INTO t VALUES " + rows + end, 1).refusal is None


@pytest.mark.parametrize(
    "text",
    [
        b"UNLOCK TABLES; INSERT INTO t VALUES (1)",
        b"LOCK TABLES t WRITE;\nINSERT INTO t VALUES (1)",
        b"FLUSH PRIVILEGES; INSERT INTO t VALUES (1)",
        b"GRANT ALL ON *.* TO x; INSERT INTO t VALUES (1)",
        b"CHANGE MASTER TO MASTER_LOG_POS=4; INSERT INTO t VALUES (1)",
        b"USE mysql; INSERT INTO game.t VALUES (1)",
        b"INSERT INTO mysql.t VALUES (1); INSERT INTO t VALUES (1)",
        b"INSERT INTO mysql.t; INSERT INTO t VALUES (1)",
        b"CREATE VIEW mysql.v AS SELECT 1; INSERT INTO t VALUES (1)",
        b"SET GLOBAL a = 1; INSERT INTO t VALUES (1)",
        b"SET @a = 1, GLOBAL b = 1; INSERT INTO t VALUES (1)",
        b"DROP TABLE mysql.t /* x */ ; /* y */ INSERT INTO t VALUES (1)",
    ],
)
def test_a_statement_behind_one_that_is_not_sent_is_not_lost(judge, text):
    assert judge.judge(text, 1).refusal is not None


@pytest.mark.parametrize(
    "text",
    [
        b"UNLOCK TABLES;",
        b"INSERT INTO t VALUES (';x'); ; -- ;x",
        b"/*!50003 INSERT INTO t /* ; */ VALUES (';x') */",
        b"CREATE TABLE t (a int COMMENT ';x') /* ;x */;",
        b"CREATE PROCEDURE p() BEGIN SET @a = 1; SET @b = 2; END",
    ],
)
def test_a_semicolon_with_nothing_after_it_is_not_a_second_statement(judge, text):
    assert judge.judge(text, 1).sql == (text,)


def test_a_short_statement_is_read_in_the_mode_of_its_session_each_time(judge):
    def read_name():
        return str(judge.judge(b'DROP TABLE IF EXISTS game."t"', 1).statement.name)

    assert read_name() == "game"
    judge.judge(b"SET sql_mode = 'ANSI_QUOTES'", 1)
    assert read_name() == "game.t"
    judge.judge(b"SET sql_mode = ''", 1)
    assert read_name() == "game"
