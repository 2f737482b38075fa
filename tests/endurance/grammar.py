r"""Random statements out of what two readers could take in two ways.

Each begins as a statement that a dump may hold, or one that it may not, and goes on with
quotes, comments of all kinds, escapes and characters of several bytes, in any company.
"""

from hypothesis import strategies as st

CHARACTER_SETS = ("utf8mb4", "latin1", "latin2", "gbk", "sjis", "big5", "cp932", "gb18030")
SQL_MODES = (
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
    "PIPES_AS_CONCAT,IGNORE_SPACE,HIGH_NOT_PRECEDENCE",
)
WAYS_TO_SET = (
    "SET NAMES %s",
    "SET NAMES '%s'",
    "SET CHARACTER SET %s, @x = 1",
    "/*!50503 SET character_set_client = %s */",
    "SET @@session.`character_set_client` := %s",
    "SET @x = 1, LOCAL character_set_client='%s'",
    "SET sql_notes = 1, NAMES %s",
)
WAYS_TO_SET_MODE = (
    "SET sql_mode = '%s'",
    "SET @@SESSION.sql_mode := '%s'",
    "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='%s' */",
    "SET @a = '%s', @@local.sql_mode = @`A`",
    "SET GLOBAL max_connections = 1, @@sql_mode = '%s'",
    "SET sql_notes = 0, SESSION sql_mode = '%s', @b = @@sql_mode",
)

_STARTS = (
    *(b"INSERT INTO t VALUES (1, ", b"INSERT INTO t (a, b) VALUES ", b"REPLACE t SET a = "),
    *(b"INSERT INTO ", b"INSERT INTO `t` VALUES (", b"insert/**/into t value (1, "),
    *(b"SET @a = ", b"SET ", b"DROP TABLE IF EXISTS t", b"DROP TABLE ", b"CREATE TABLE u (a INT "),
    *(b"ALTER TABLE t ", b"TRUNCATE t ", b"USE ", b"LOCK TABLES t ", b"UNLOCK TABLES ", b"COMMIT "),
    *(b"CREATE VIEW v AS SELECT ", b"CREATE DATABASE ", b"DELETE FROM t ", b"", b"BEGIN "),
    *(b"CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET @a = ", b"FLUSH ", b"CREATE "),
    *(b"CREATE PROCEDURE p() SELECT ", b"CREATE INDEX i ON t ", b"GRANT ", b"SELECT "),
)
_WORDS = (
    *(
        b"SLEEP(0)",
        b"f()",
        b"1",
        b"'a'",
        b"(1)",
        b",",
        b"(",
        b")",
        b"SELECT 1",
        b"mysql.user",
        b"u",
    ),
    *(
        b"t",
        b"t.",
        b".",
        b"a",
        b"=",
        b";",
        b"; SHUTDOWN",
        b"INTO OUTFILE 'x'",
        b"NULL",
        b"@a",
        b":=",
    ),
    *(b"GLOBAL ", b"TABLE", b"INTO", b"VALUES", b"x'41'", b"N'a'", b"_gbk'a'", b"b'1'", b"now ()"),
    *(b"game . f ()", b"`f`()", b"VALUES (1, 2)", b"AS new(a, b)", b"*", b"/", b"-", b"$$", b"$a$"),
    *(b"WRITE", b"READ", b"IF EXISTS", b"\\N", b"{x 1}", b"1.e", b"0x", b"\\", b"ON", b"SET"),
)
_SPACES = (b" ", b"\t", b"\n", b"\r", b"\f", b"\v", b"\xa0", b"\x00", b"\x1a", b"", b"\x85")
_COMMENTS = (
    *(
        b"/*",
        b"*/",
        b"/* */",
        b"/*/",
        b"/**/",
        b"/*+ x */",
        b"/*+ `*/",
        b"/*M! x */",
        b"/*M!100000 ",
    ),
    *(b"/*! ", b"/*!", b"/*!00000 ", b"/*!50000", b"/*!50003 ", b"/*!080400 ", b"/*!090704 "),
    *(b"/*!99999 ", b"/*!999999 ", b"/*!100616 ", b"/*!5000 ", b"/*!500001", b"/*!99999 /* */ "),
    *(b"-- ", b"--\t", b"--\x01", b"--\x7f", b"--\xa0", b"--\x85", b"--1", b"--\n", b"#", b"# \n"),
)
_QUOTES = (b"'", b'"', b"`", b"''", b'""', b"``", b"\\'", b'\\"', b"\\`", b"\\\\", b"\\")
_CHARACTERS = (
    *(
        b"\xbf\\",
        b"\xbf'",
        b"\xbf\x5c'",
        b"\x95\\",
        b"\x83\\",
        b"\xa4\\",
        b"\x81`",
        b"\x81\x30\x81\x30",
    ),
    *(
        b"\xc3\xa4",
        b"\xc3",
        b"\xe8\xaa\x9e",
        b"\xf0\x9f\x90\x89",
        b"\xff",
        b"\x81",
        b"\xfe",
        b"\x80",
    ),
    *(b"[", b"]", b"{", b"|", b"~", b"^", b"@"),
)

_PART = st.one_of(
    *map(st.sampled_from, (_WORDS, _SPACES, _COMMENTS, _QUOTES, _CHARACTERS, _SPACES))
)

STATEMENTS = st.builds(
    lambda start, parts: start + b"".join(parts),
    st.sampled_from(_STARTS),
    st.lists(_PART, max_size=12),
)
"""Texts of one statement, or of what looks like one."""
