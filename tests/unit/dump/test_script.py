import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.rules import table as rules
from rewound.dump.script import Script
from rewound.dump.text.statement import Kind

OPENING = b"-- MySQL dump 10.13  Distrib 8.0\n--\n-- Host: localhost    Database: game\n"
CLOSING = b"-- Dump completed on 2024-06-18 21:15:08\n"
TABLE = b"DROP TABLE IF EXISTS `t`;\nCREATE TABLE `t` (a int);\nINSERT INTO `t` VALUES (1);\n"


def run(target, text, **options):
    script = Script(target, **options)
    return script, list(script.iter_verdicts([text]))


def test_a_dump_without_use_goes_where_its_header_says(target):
    script, verdicts = run(target, OPENING + TABLE + CLOSING)
    assert verdicts[0].sql == (
        b"CREATE DATABASE IF NOT EXISTS `game`",
        b"USE `game`",
        b"DROP TABLE IF EXISTS `t`",
    )
    assert [verdict.schema for verdict in verdicts] == ["game"] * 3
    assert (script.statements, script.header.is_whole) == (3, True)


def test_the_schema_asked_for_wins_over_the_header(target):
    _, verdicts = run(target, OPENING + TABLE, schema="other")
    assert verdicts[0].schema == "other"


def test_a_set_statement_decides_how_the_text_after_it_is_read(target):
    text = b"SET sql_mode='NO_BACKSLASH_ESCAPES';SET @a='x\\';SET @b='y';"
    _, verdicts = run(target, text)
    assert [verdict.statement.text for verdict in verdicts][1:] == [b"SET @a='x\\'", b"SET @b='y'"]


def test_a_saved_character_set_comes_back_for_the_text_after_it(target):
    text = (
        b"SET @c=@@character_set_client;SET NAMES gbk;SET @x='\x95\\';"
        b"SET character_set_client=@c;SET @y='\xc3\\'';SET @z=1;"
    )
    _, verdicts = run(target, text)
    assert len(verdicts) == 6
    assert all(verdict.refusal is None for verdict in verdicts)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"mysqldump: [Warning] Using a password on the command line", rules.TOOL_LINE),
        (b"Warning: Using a password on the command line interface", rules.TOOL_LINE),
        (b"WARNING: --master-data is deprecated", rules.TOOL_LINE),
        (b"mysqldump: Error: 'Access denied; you need PROCESS'", rules.CUT_OFF),
        (b"mysqldump: Got error: 1045: Access denied", rules.CUT_OFF),
        (b"mysqldump: Couldn't execute 'SHOW FIELDS'", rules.CUT_OFF),
        (b"mysqldump: [ERROR] unknown option", rules.CUT_OFF),
        (b"mariadb-dump: Got error: 2013", rules.CUT_OFF),
        (b"mysqldump: Can't create/write to file", rules.CUT_OFF),
    ],
)
def test_what_the_dumping_program_said_is_a_warning_or_the_end(target, line, rule):
    _, [verdict] = run(target, line + b"\n")
    assert ([use.rule for use in verdict.uses], verdict.sql) == ([rule], ())


@pytest.mark.parametrize(
    "text",
    [
        *(b"INSERT INTO t VALUES (1", b"INSERT INTO t VALUES ('", b"/* x", b"/*!40101 SET a=1 */"),
        *(b"<?xml version='1.0'?>", b"GRANT ALL", b"DELIMITER ;;\nSET @a=1;"),
    ],
)
def test_text_after_the_last_delimiter_is_refused(target, text):
    _, [verdict] = run(target, text)
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
def test_statements_after_the_closing_line_leave_the_end_unproved(target, tail, is_whole):
    script, _ = run(target, OPENING + TABLE + CLOSING + tail)
    assert script.header.is_whole is is_whole


def test_a_closing_line_inside_a_string_closes_nothing(target):
    script, _ = run(target, OPENING + b"INSERT INTO t VALUES ('\n" + CLOSING + b"');\n")
    assert script.header.is_whole is False


def test_verdicts_know_their_lines(target):
    _, verdicts = run(target, b"-- x\n\nSET @a=1;\nDELIMITER ;;\nSET @b='\n';;\nSET @c=1;;\n")
    assert [verdict.line for verdict in verdicts] == [3, 5, 7]


def test_a_drop_and_what_follows_it_under_another_delimiter_are_two_statements(target):
    text = (
        b"USE g;\nDELIMITER $$\nDROP TRIGGER IF EXISTS x;\n\nCREATE TRIGGER x BEFORE INSERT ON t\n"
        b"FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END$$\nDROP TABLE `a;b`; \\! id$$\n"
    )
    script, verdicts = run(target, text)
    assert [(verdict.kind, verdict.line) for verdict in verdicts[1:]] == [
        (Kind.DROP_TRIGGER, 3),
        (Kind.CREATE_TRIGGER, 5),
        (Kind.DROP_TABLE, 7),
        (Kind.UNKNOWN, 7),
    ]
    assert script.statements == 5
    _, verdicts = run(target, b"DELIMITER $$\nDROP TABLE `a;b`; SHUTDOWN$$", schema="g")
    assert [bool(verdict.sql) for verdict in verdicts] == [True, False]


def test_client_commands_are_refused_where_a_statement_begins(target):
    _, verdicts = run(target, b"\\! rm -rf ~\n;SET @a=1;")
    assert verdicts[0].refusal is not None
    assert verdicts[0].refusal.rule is rules.UNREADABLE


@given(text=st.binary(max_size=80), size=st.integers(1, 10))
def test_any_bytes_are_judged_and_equally_however_they_are_chunked(target, text, size):
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    assert list(Script(target).iter_verdicts(chunks)) == run(target, text)[1]


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
def test_no_words_in_any_order_break_the_judge(target, words):
    for verdict in Script(target, schema="x").iter_verdicts([b"".join(words) + b";"]):
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
def test_nothing_is_shown_of_a_file_that_is_no_dump(target, text):
    _, verdicts = run(target, text)
    refused = [verdict for verdict in verdicts if verdict.refusal]
    assert refused
    for verdict in refused:
        assert b"c2VjcmV0" not in verdict.statement.text
        assert "c2VjcmV0" not in verdict.refusal.detail


@pytest.mark.parametrize("before", [SQL, OPENING, b"CREATE TABLE t AS SELECT 1;\n"])
def test_what_is_refused_is_shown_of_a_dump(target, before):
    for text in (b"INSTALL PLUGIN x SONAME 'x';", b"INSTALL PLUGIN x"):
        _, verdicts = run(target, before + text)
        assert verdicts[-1].refusal
        assert verdicts[-1].statement.text == text.rstrip(b";")


def test_without_regrouping_each_insert_stands_for_itself(target):
    text = b"USE g;\nCREATE TABLE t (a int);\n" + b"INSERT INTO `t` VALUES (1);\n" * 3
    _, verdicts = run(target, text, regroup=False)
    assert [verdict.statement.text for verdict in verdicts][2:] == [
        b"INSERT INTO `t` VALUES (1)"
    ] * 3
