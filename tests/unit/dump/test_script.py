from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.rules import table as rules
from rewound.dump.script import Script
from rewound.dump.text.statement import Kind

OPENING = b"-- MySQL dump 10.13  Distrib 8.0\n--\n-- Host: localhost    Database: game\n"
CLOSING = b"-- Dump completed on 2024-06-18 21:15:08\n"
TABLE = b"DROP TABLE IF EXISTS `t`;\nCREATE TABLE `t` (a int);\nINSERT INTO `t` VALUES (1);\n"


def run(profile, text, **options):
    script = Script(profile, **options)
    return script, list(script.iter_verdicts([text]))


def test_a_dump_without_use_goes_where_its_header_says(profile):
    script, verdicts = run(profile, OPENING + TABLE + CLOSING)
    assert verdicts[0].sql == (
        b"CREATE DATABASE IF NOT EXISTS `game`",
        b"USE `game`",
        b"DROP TABLE IF EXISTS `t`",
    )
    assert [verdict.schema for verdict in verdicts] == ["game"] * 3
    assert (script.statements, script.header.is_whole) == (3, True)


def test_the_schema_asked_for_wins_over_the_header(profile):
    _, verdicts = run(profile, OPENING + TABLE, schema="other")
    assert verdicts[0].schema == "other"


def test_a_set_statement_decides_how_the_text_after_it_is_read(profile):
    text = b"SET sql_mode='NO_BACKSLASH_ESCAPES';SET @a='x\\';SET @b='y';"
    _, verdicts = run(profile, text)
    assert [verdict.statement.text for verdict in verdicts][1:] == [b"SET @a='x\\'", b"SET @b='y'"]


def test_a_saved_character_set_comes_back_for_the_text_after_it(profile):
    text = (
        b"SET @c=@@character_set_client;SET NAMES gbk;SET @x='\x95\\';"
        b"SET character_set_client=@c;SET @y='\xc3\\'';SET @z=1;"
    )
    _, verdicts = run(profile, text)
    assert len(verdicts) == 6
    assert all(verdict.refusal is None for verdict in verdicts)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"mysqldump: [Warning] Using a password on the command line", rules.TOOL_LINE),
        (b"Warning: Using a password on the command line interface", rules.TOOL_LINE),
        (b"WARNING: --master-data is deprecated", rules.TOOL_LINE),
        (b"/usr/bin/mariadb-dump: Deprecated program name. It will be removed", rules.TOOL_LINE),
        (b"C:\\Program Files\\MySQL\\mysqldump.exe: [Warning] Using a password", rules.TOOL_LINE),
        (b"./mysqldump: [Warning] Using a password", rules.TOOL_LINE),
        (b"mysqldump: Error: 'Access denied' when trying to dump tablespaces", rules.TOOL_LINE),
        (b"mysqldump: Error: 'x: y' when trying to dump masking policies", rules.TOOL_LINE),
        (
            b"Warning: A dump with GTIDs in it\nIn order to ensure a consistent backup",
            rules.TOOL_LINE,
        ),
        (b"mysqldump: Error: 'Access denied; you need PROCESS'", rules.CUT_OFF),
        (b"mysqldump: Error 2013: Lost connection when dumping table `tablespaces`", rules.CUT_OFF),
        (b"/usr/bin/mysqldump: Got error: 1045: Access denied", rules.CUT_OFF),
        (b"D:\\mysqldump.exe: Couldn't execute 'SHOW FIELDS'", rules.CUT_OFF),
        (b"mysqldump: Got error: 1045: Access denied", rules.CUT_OFF),
        (b"mysqldump: Couldn't execute 'SHOW FIELDS'", rules.CUT_OFF),
        (b"mysqldump: [ERROR] unknown option", rules.CUT_OFF),
        (b"mariadb-dump: Got error: 2013", rules.CUT_OFF),
        (b"mysqldump: Can't create/write to file", rules.CUT_OFF),
    ],
)
def test_what_the_dumping_program_said_is_a_warning_or_the_end(profile, line, rule):
    _, [verdict] = run(profile, line + b"\n")
    assert ([use.rule for use in verdict.uses], verdict.sql) == ([rule], ())


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_warning_of_two_lines_does_not_swallow_the_header(profile, end):
    text = (
        b"Warning: A dump from a server that has GTIDs enabled will by default include them. \n"
        b"In order to ensure a consistent backup of the database, pass --single-transaction. "
    )
    script, verdicts = run(profile, text + end + OPENING + TABLE + CLOSING if end else text)
    assert [use.rule for use in verdicts[0].uses] == [rules.TOOL_LINE]
    assert script.is_whole is (True if end else None)


@pytest.mark.parametrize(
    "text",
    [
        *(b"INSERT INTO t VALUES (1", b"INSERT INTO t VALUES ('", b"/* x", b"/*!40101 SET a=1 */"),
        *(b"<?xml version='1.0'?>", b"GRANT ALL", b"DELIMITER ;;\nSET @a=1;"),
    ],
)
def test_text_after_the_last_delimiter_is_refused(profile, text):
    _, [verdict] = run(profile, text)
    assert verdict.refusal is not None
    assert (verdict.refusal.rule, verdict.sql) == (rules.CUT_OFF, ())


@pytest.mark.parametrize(
    ("tail", "is_whole"),
    [
        (b"", True),
        (b"SET FOREIGN_KEY_CHECKS=1;\nCOMMIT;\nUNLOCK TABLES;\n;\n", True),
        (b"INSERT INTO t VALUES (2);\n", None),
        (b"DROP TABLE t;\n", None),
        (OPENING, False),
    ],
)
def test_statements_after_the_closing_line_leave_the_end_unproved(profile, tail, is_whole):
    script, _ = run(profile, OPENING + TABLE + CLOSING + tail)
    assert script.header.is_whole is is_whole


def test_a_dump_that_follows_another_begins_anew(profile):
    second = OPENING.replace(b"game", b"shop") + TABLE + CLOSING
    text = OPENING + b"SET sql_mode='ANSI_QUOTES';\n" + TABLE + CLOSING + second
    script, verdicts = run(profile, text)
    follows = verdicts[4]
    assert [use.rule for use in follows.uses] == [rules.DUMP_FOLLOWS]
    assert follows.sql[1] == b"SET NAMES utf8mb4"
    assert verdicts[5].sql == (
        b"CREATE DATABASE IF NOT EXISTS `shop`",
        b"USE `shop`",
        b"DROP TABLE IF EXISTS `t`",
    )
    assert [header.database for header in script.headers] == ["game", "shop"]
    assert (script.is_whole, script.headers[1].begins_at) == (True, 9)


@pytest.mark.parametrize(
    ("first", "is_whole"),
    [
        (b"CREATE DATABASE game;\nUSE game;\n", True),
        (TABLE, None),
        (OPENING + TABLE, False),
        (OPENING + CLOSING, True),
        (OPENING + CLOSING + TABLE, None),
        (OPENING, True),
        (b"-- phpMyAdmin SQL Dump\n" + TABLE, None),
    ],
)
def test_a_file_is_whole_when_each_dump_in_it_is(profile, first, is_whole):
    script, _ = run(profile, b"USE x;\n" + first + OPENING + TABLE + CLOSING)
    assert script.is_whole is is_whole


def refusals(verdicts):
    return [verdict.refusal.rule for verdict in verdicts if verdict.refusal is not None]


@pytest.mark.parametrize(
    ("second", "options", "rule"),
    [
        (TABLE, {}, rules.DUMPS_OVERLAP),
        (b"TRUNCATE t;\n", {}, rules.DUMPS_OVERLAP),
        (b"CREATE TABLE IF NOT EXISTS t (a int);\n", {}, rules.DUMPS_OVERLAP),
        (b"DROP DATABASE game;\n", {}, rules.DUMPS_OVERLAP),
        (b"INSERT INTO t VALUES (2);\n", {}, None),
        (b"DROP TABLE IF EXISTS u;\nCREATE TABLE u (a int);\n", {}, None),
    ],
)
def test_a_later_dump_may_not_take_rows_of_an_earlier_one(profile, second, options, rule):
    text = OPENING + TABLE + CLOSING + OPENING + second + CLOSING
    _, verdicts = run(profile, text, **options)
    assert refusals(verdicts) == ([rule] if rule else [])


def test_definitions_and_rows_may_come_as_two_dumps(profile):
    definitions = b"DROP TABLE IF EXISTS t;\nCREATE TABLE t (a int);\n"
    text = OPENING + definitions + CLOSING + OPENING + definitions + b"INSERT INTO t VALUES (1);\n"
    script, verdicts = run(profile, text + CLOSING)
    assert (refusals(verdicts), script.is_whole) == ([], True)


def test_a_schema_asked_for_holds_both_where_their_tables_differ(profile):
    second = OPENING.replace(b"game", b"shop")
    _, verdicts = run(profile, OPENING + TABLE + CLOSING + second + TABLE + CLOSING, schema="x")
    assert rules.DUMPS_OVERLAP in refusals(verdicts)
    other = TABLE.replace(b"`t`", b"`u`")
    _, verdicts = run(profile, OPENING + TABLE + CLOSING + second + other + CLOSING, schema="x")
    assert refusals(verdicts) == []


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        (b"INSERT INTO t VALUES (1);", True),
        (b"LOCK TABLES `t` WRITE;", True),
        (b"/*!40000 ALTER TABLE `t` DISABLE KEYS */;", True),
        (b"CREATE TABLE t (a int);DROP TABLE t;INSERT INTO t VALUES (1);", True),
        (b"CREATE TABLE t (a int);DROP DATABASE game;INSERT INTO t VALUES (1);", True),
        (b"CREATE TABLE T (a int);INSERT INTO t VALUES (1);", False),
        (b"CREATE TABLE u (a int);ALTER TABLE u RENAME t;INSERT INTO t VALUES (1);", False),
        (b"DROP TABLE t;TRUNCATE t;", True),
        (b"INSERT INTO mysql.user VALUES (1);", False),
    ],
)
def test_rows_without_their_table_are_refused(profile, text, is_refused):
    _, verdicts = run(profile, text, schema="game")
    assert refusals(verdicts) == ([rules.TABLE_MISSING] if is_refused else [])


VIEW = b"CREATE TABLE t (a int);CREATE VIEW V AS SELECT 1;"


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        (b"INSERT INTO v VALUES (1);", True),
        (b"REPLACE INTO game.V VALUES (1);", True),
        (b"DELETE FROM v;", True),
        (b"LOCK TABLES v READ;UNLOCK TABLES;INSERT INTO t VALUES (1);", False),
        (b"DROP VIEW v;CREATE TABLE v (a int);INSERT INTO v VALUES (1);", False),
        (b"DROP TABLE IF EXISTS v;CREATE TABLE v (a int);INSERT INTO v VALUES (1);", False),
        (b"DROP VIEW IF EXISTS t;INSERT INTO t VALUES (1);", False),
    ],
)
def test_rows_for_a_view_are_refused(profile, text, is_refused):
    _, verdicts = run(profile, VIEW + text, schema="game")
    assert refusals(verdicts) == ([rules.ROWS_FOR_VIEW] if is_refused else [])


def test_a_closing_line_inside_a_string_closes_nothing(profile):
    script, _ = run(profile, OPENING + b"INSERT INTO t VALUES ('\n" + CLOSING + b"');\n")
    assert script.header.is_whole is False


def test_verdicts_know_their_lines(profile):
    _, verdicts = run(profile, b"-- x\n\nSET @a=1;\nDELIMITER ;;\nSET @b='\n';;\nSET @c=1;;\n")
    assert [verdict.line for verdict in verdicts] == [3, 5, 7]


def test_a_drop_and_what_follows_it_under_another_delimiter_are_two_statements(profile):
    text = (
        b"SET sql_mode = ''; USE g;\nDELIMITER $$\nDROP TRIGGER IF EXISTS x;\n\n"
        b"CREATE TRIGGER x BEFORE INSERT ON t\n"
        b"FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END$$\nDROP TABLE `a;b`; \\! id$$\n"
    )
    script, verdicts = run(profile, text)
    assert [(verdict.kind, verdict.line) for verdict in verdicts[2:]] == [
        (Kind.DROP_TRIGGER, 3),
        (Kind.CREATE_TRIGGER, 5),
        (Kind.DROP_TABLE, 7),
        (Kind.UNKNOWN, 7),
    ]
    assert script.statements == 6
    _, verdicts = run(profile, b"DELIMITER $$\nDROP TABLE `a;b`; SHUTDOWN$$", schema="g")
    assert [bool(verdict.sql) for verdict in verdicts] == [True, False]


def test_client_commands_are_refused_where_a_statement_begins(profile):
    _, verdicts = run(profile, b"\\! rm -rf ~\n;SET @a=1;")
    assert verdicts[0].refusal is not None
    assert verdicts[0].refusal.rule is rules.UNREADABLE


@given(text=st.binary(max_size=80), size=st.integers(1, 10))
def test_any_bytes_are_judged_and_equally_however_they_are_chunked(profile, text, size):
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    assert list(Script(profile).iter_verdicts(chunks)) == run(profile, text)[1]


@given(
    st.lists(
        st.sampled_from(
            [
                b"SET ",
                b"GLOBAL ",
                b"NAMES ",
                b"@@",
                b"@a",
                b"sql_mode",
                b"=",
                b"'",
                b'"',
                b"`",
                b",",
                b"CREATE ",
                b"EVENT ",
                b"DEFINER",
                b"VIEW ",
                b"TABLE ",
                b"t ",
                b"ENGINE",
                b"COLLATE ",
                b"ON ",
                b"SCHEDULE ",
                b"DO ",
                b"DISABLE ",
                b"DIRECTORY ",
                b"DATA ",
                b"(",
                b")",
                b";",
                b"/*!50001 ",
                b"*/",
                b"USE ",
                b"mysql",
                b".",
                b"ENCRYPTION",
                b"'Y'",
                b"TABLESPACE ",
            ]
        ),
        max_size=12,
    )
)
def test_no_words_in_any_order_break_the_judge(profile, words):
    for verdict in Script(profile, schema="x").iter_verdicts([b"".join(words) + b";"]):
        if verdict.refusal is not None:
            assert verdict.sql == ()
        assert verdict.kind is not Kind.UNKNOWN or verdict.refusal is not None


PRIVATE = b"-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n"
SQL = b"SET NAMES utf8mb4;\n"


@pytest.mark.parametrize(
    "text",
    [
        PRIVATE,
        b"root:$6$c2VjcmV0:19000:0:99999:7:::\n",
        b"[client]\npassword=c2VjcmV0;\n",
        b"#!/bin/sh\nset -eu; export TOKEN=c2VjcmV0;\n",
        b"#!/usr/bin/perl\nuse strict;\nmy $token = 'c2VjcmV0';\n",
        b"<?php define('DB_PASSWORD', 'c2VjcmV0'); ?>",
        b"begin;\n  Token := 'c2VjcmV0';\nend;",
        b"grant codeBase x { permission c2VjcmV0; };",
        b"set token c2VjcmV0;",
        b"insert the key c2VjcmV0;",
        b"$key\x01 = c2VjcmV0;",
        b"-- a comment\n/* and one more */\nc2VjcmV0;",
    ],
)
def test_nothing_is_shown_of_a_file_that_is_no_dump(profile, text):
    _, verdicts = run(profile, text)
    refused = [verdict for verdict in verdicts if verdict.refusal]
    assert refused
    for verdict in refused:
        assert b"c2VjcmV0" not in verdict.statement.text
        assert "c2VjcmV0" not in verdict.refusal.detail


@pytest.mark.parametrize("before", [SQL, OPENING, b"CREATE TABLE t AS SELECT 1;\n"])
def test_what_is_refused_is_shown_of_a_dump(profile, before):
    for text in (b"INSTALL PLUGIN x SONAME 'x';", b"INSTALL PLUGIN x"):
        _, verdicts = run(profile, before + text)
        assert verdicts[-1].refusal
        assert verdicts[-1].statement.text == text.rstrip(b";")


def test_without_regrouping_each_insert_stands_for_itself(profile):
    text = b"USE g;\nCREATE TABLE t (a int);\n" + b"INSERT INTO `t` VALUES (1);\n" * 3
    _, verdicts = run(profile, text, regroup=False)
    assert [verdict.statement.text for verdict in verdicts][2:] == [
        b"INSERT INTO `t` VALUES (1)"
    ] * 3


MERGED = "USE g; CREATE TABLE a (n int) ENGINE=MyISAM;\n"


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("CREATE TABLE m (n int) ENGINE=MRG_MyISAM UNION=(a); INSERT INTO m VALUES (1);", True),
        ("CREATE TABLE m (n int) TYPE='merge' UNION=(a); REPLACE INTO g.m VALUES (1);", True),
        ("CREATE TABLE m (n int) ENGINE=MERGE UNION=(a); DELETE FROM m;", True),
        ("CREATE TABLE m (n int); ALTER TABLE m ENGINE=MERGE; INSERT INTO m VALUES (1);", True),
        ("SET default_storage_engine=MERGE; CREATE TABLE m (n int); DELETE FROM m;", True),
        ("CREATE TABLE b (n int) ENGINE=MERGE; CREATE TABLE m LIKE b; DELETE FROM m;", True),
        ("CREATE TABLE m (n int) ENGINE=MERGE UNION=(a); INSERT INTO a VALUES (1);", False),
        ("CREATE TABLE m (n int) COMMENT='ENGINE=MERGE'; INSERT INTO m VALUES (1);", False),
        ("CREATE TABLE m (n int) ENGINE=MERGE; ALTER TABLE m ENGINE=InnoDB; DELETE FROM m;", False),
        (
            "CREATE TABLE m (n int) ENGINE=MERGE; DROP TABLE m; CREATE TABLE m (n int);\n"
            "INSERT INTO m VALUES (1);",
            False,
        ),
        ("CREATE TABLE m (n int) ENGINE=MERGE; ALTER TABLE m RENAME TO o; DELETE FROM o;", True),
        (
            "CREATE TABLE m (n int) ENGINE=MERGE; ALTER TABLE m RENAME o, COMMENT 'x';\n"
            "CREATE TABLE m (n int); INSERT INTO m VALUES (1);",
            False,
        ),
        (
            "CREATE DATABASE h; CREATE TABLE m (n int) ENGINE=MERGE;\n"
            "ALTER TABLE m RENAME h.m; INSERT INTO h.m VALUES (1);",
            True,
        ),
        ("CREATE TABLE m (n int) ENGINE=MERGE UNION=(a); ALTER TABLE a RENAME b;", False),
        (
            "CREATE TABLE m (n int) ENGINE=MERGE; CREATE TABLE IF NOT EXISTS m (n int);\n"
            "INSERT INTO m VALUES (1);",
            True,
        ),
        (
            "CREATE TABLE IF NOT EXISTS a (n int) ENGINE=MERGE; INSERT INTO a VALUES (1);",
            False,
        ),
    ],
)
def test_rows_of_a_merge_table_are_refused(profile, text, is_refused):
    _, verdicts = run(profile, MERGED.encode() + text.encode())
    assert refusals(verdicts) == ([rules.ROWS_FOR_MERGE] if is_refused else [])


def test_a_renamed_merge_table_is_found_in_lower_case_where_the_server_stores_it_so(profile):
    profile = replace(profile, lower_case_table_names=1)
    text = b"CREATE TABLE m (n int) ENGINE=MERGE; ALTER TABLE m RENAME O; INSERT INTO o VALUES (1);"
    assert rules.ROWS_FOR_MERGE in refusals(run(profile, MERGED.encode() + text)[1])


def test_a_merge_table_is_an_ordinary_one_where_there_is_no_such_engine(profile):
    profile = replace(profile, engines=profile.engines - {"mrg_myisam"})
    text = b"CREATE TABLE m (n int) ENGINE=MERGE UNION=(a); INSERT INTO m VALUES (1);"
    assert refusals(run(profile, MERGED.encode() + text)[1]) == []


def test_line_breaks_of_windows_are_noted_where_they_are_kept(profile):
    text = (
        TABLE.replace(b"\n", b"\r\n") + b"INSERT INTO t VALUES ('\\r\\n');\r\n"
        b"INSERT INTO t\r\nVALUES ('a'),\r\n('\r\n');\r\n"
        b"CREATE VIEW v AS\r\nSELECT 1;\r\n"
        b"CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW\r\nSET NEW.a = 1;\r\n"
    )
    _, verdicts = run(profile, text, schema="g")
    noted = [
        use.detail for verdict in verdicts for use in verdict.uses if use.rule.name == "crlf-kept"
    ]
    assert noted == ["t", "r"]


def test_a_raw_nul_byte_is_noted_and_a_written_one_is_not(profile):
    text = TABLE + b"INSERT INTO t VALUES ('\\0');\0\nINSERT INTO t VALUES ('\0');\n"
    _, verdicts = run(profile, text, schema="g")
    noted = [
        verdict.line for verdict in verdicts for use in verdict.uses if use.rule.name == "nul-byte"
    ]
    assert noted == [5]
