import pytest

from rewound.dump.definitions.default_collation import (
    OLD_DEFAULT,
    find_source_default,
    shows_old_default,
)
from rewound.dump.judging.judge import Judge
from rewound.dump.script import Script

C = " COLLATE utf8mb4_general_ci"


@pytest.mark.parametrize(
    ("version", "is_old"),
    [
        *(("5.7.44-log", True), ("5.1.53-log", True), ("4.1.22", True), ("8.0.36", False)),
        *(("9.7.4-2", False), ("5.5.5-10.0.20-MariaDB", True), ("10.11.6-MariaDB-0+deb12u1", True)),
        *(("11.4.2-MariaDB", True), ("11.5.2-MariaDB", False), ("11.8.2-MariaDB-ubu2404", False)),
        *(("12.0.1-MariaDB", False), ("5.7.mysql_aurora.2.11.3", True), ("x", False)),
        *(("10.4.22-MariaDB - mariadb.org binary distribution", True), ("5.7.44-48-57", True)),
    ],
)
def test_the_default_of_a_server_follows_from_its_version(version, is_old):
    assert find_source_default(version) == (OLD_DEFAULT if is_old else None)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("CREATE TABLE t (a text) DEFAULT CHARSET=utf8mb4", "{}" + C),
        ("CREATE TABLE t (a text) CHARACTER SET = utf8mb4", "{}" + C),
        ("CREATE TABLE t (a text) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin", "{}"),
        ("CREATE TABLE t (a text) COLLATE=utf8mb4_bin DEFAULT CHARSET=utf8mb4", "{}"),
        ("CREATE TABLE t (a text) DEFAULT CHARSET=utf8", "{}"),
        (
            "CREATE TABLE t (a char(3) CHARACTER SET utf8mb4 NOT NULL, b text COLLATE utf8mb4_bin)",
            f"CREATE TABLE t (a char(3) CHARACTER SET utf8mb4{C} NOT NULL,"
            " b text COLLATE utf8mb4_bin)",
        ),
        ("CREATE TABLE t (a char(3) CHARSET utf8mb4 NOT NULL COLLATE utf8mb4_bin)", "{}"),
        ("CREATE TABLE t (a text AS (cast(b as char charset utf8mb4)))", "{}"),
        ("CREATE TABLE t (a char(3) CHARACTER SET utf8mb4 BINARY)", "{}"),
        ("CREATE TABLE t (a char(3) BINARY CHARACTER SET utf8mb4)", "{}"),
        (
            "CREATE TABLE t (a char(3) charset 'utf8mb4')",
            f"CREATE TABLE t (a char(3) charset 'utf8mb4'{C})",
        ),
        ('CREATE TABLE t (a int) CHARSET="utf8mb4"', "{}" + C),
        ("CREATE TABLE t (a int COMMENT 'utf8mb4')", "{}"),
        ("CREATE TABLE t (utf8mb4 int, b int)", "{}"),
        ("ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", "{}" + C),
        ("CREATE DATABASE h /*!40100 DEFAULT CHARACTER SET utf8mb4 */", None),
        ("ALTER DATABASE g CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "{}"),
        (
            "CREATE FUNCTION f(a varchar(20) CHARSET utf8mb4, b int) RETURNS text CHARSET utf8mb4"
            " DETERMINISTIC RETURN a COLLATE utf8mb4_bin",
            f"CREATE FUNCTION f(a varchar(20) CHARSET utf8mb4{C}, b int) RETURNS text CHARSET"
            f" utf8mb4{C} DETERMINISTIC RETURN a COLLATE utf8mb4_bin",
        ),
        (
            "CREATE VIEW v AS SELECT convert(a using utf8mb4) AS x, cast(b as char(3) charset"
            " utf8mb4) AS y FROM t",
            f"CREATE VIEW v AS SELECT convert(a using utf8mb4){C} AS x, cast(b as char(3) charset"
            f" utf8mb4){C} AS y FROM t",
        ),
        ("CREATE VIEW v AS SELECT convert(a using utf8mb4) COLLATE utf8mb4_bin FROM t", "{}"),
        ("CREATE VIEW v AS SELECT _utf8mb4'x' AS utf8mb4", "{}"),
        ("SET NAMES utf8mb4", "{}" + C),
        ("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "{}"),
        ("SET NAMES utf8", "{}"),
    ],
)
def test_utf8mb4_alone_gets_the_old_default(profile, text, sent):
    judge = Judge(profile)
    judge.set_source("5.7.44")
    judge.judge(b"CREATE DATABASE g CHARSET utf8mb4 COLLATE utf8mb4_bin", 1)
    judge.judge(b"USE g", 2)
    verdict = judge.judge(text.encode(), 3)
    assert verdict.refusal is None
    if sent is None:
        assert C.encode() in verdict.sql[-1]
    else:
        assert verdict.sql[-1].decode() == sent.format(text)
    assert any(use.rule.name == "default-collation" for use in verdict.uses) is (sent != "{}")
    new = Judge(profile, default_schema="g")
    new.set_source("8.0.36")
    assert new.judge(text.encode(), 1).sql[-1].decode() == text


MACHINE = "CREATE TABLE `t` (\n  `a` text\n) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4"


@pytest.mark.parametrize(
    ("text", "is_old"),
    [
        (MACHINE, True),
        (MACHINE + " ROW_FORMAT=COMPACT", True),
        (MACHINE + " COLLATE=utf8mb4_0900_ai_ci", False),
        ("CREATE TABLE t (a int) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4", False),
    ],
)
def test_a_table_as_old_servers_write_it_shows_the_old_default(text, is_old):
    assert shows_old_default(text.encode()) is is_old


def test_a_dump_without_header_is_known_by_its_first_table(profile):
    script = Script(profile, schema="g")
    text = f"DROP TABLE IF EXISTS `t`;\n{MACHINE};\nCREATE TABLE u (a int) CHARSET utf8mb4;\n"
    _drop, first, second = script.iter_verdicts([text.encode()])
    assert first.sql == (
        b"ALTER DATABASE `g` COLLATE utf8mb4_general_ci",
        (MACHINE + C).encode(),
    )
    assert second.sql == (f"CREATE TABLE u (a int) CHARSET utf8mb4{C}".encode(),)


def test_a_database_that_the_dump_does_not_create_has_the_old_default(profile):
    text = b"-- Host: x    Database: game\n-- Server version\t5.7.44\nDROP TABLE IF EXISTS t;\n"
    [verdict] = Script(profile).iter_verdicts([text])
    assert verdict.sql[0] == b"CREATE DATABASE IF NOT EXISTS `game` COLLATE utf8mb4_general_ci"
