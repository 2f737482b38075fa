r"""Dumps that would have the judge read something else than the server does.

All hide the same: rows of the server's own table of accounts, or a value that waits. What
stops them is what would stop it in the open, or that the text has no certain reading.
"""

from tests.endurance.attempts import LET_THROUGH, Attempt

_USER = b"CREATE USER x"
_WAITS = b"SLEEP(60)"


def _hidden(character: bytes) -> bytes:
    """Return an INSERT that waits if a string ends at the quote behind `character`."""
    return b"INSERT INTO t VALUES (1, '" + character + b"', " + _WAITS + b"); -- ');\n"


def _escaping(character_set: bytes, character: bytes) -> list[Attempt]:
    """Return attempts to hide a quote behind the second byte of a character, or to show one."""
    name = character_set.decode()
    start = b"SET NAMES " + character_set + b";\n"
    return [
        Attempt(f"a character of {name} that ends in a backslash",
                start + _hidden(character + b"\\"), "computed-value"),
        Attempt(f"a lead byte of {name} before a quote",
                start + _hidden(character), "computed-value"),
        Attempt(f"a lead byte of {name} before a quote, in a comment",
                start + b"/* " + character + b"*/ CREATE USER x; -- */\n;", "accounts"),
        Attempt(f"a lead byte of {name} before a line's end",
                start + b"-- " + character + b"\nCREATE USER x;", "accounts"),
        Attempt(f"a name of {name} that ends in a backquote",
                start + b"DROP TABLE IF EXISTS `" + character + b"``; CREATE USER x; -- `;",
                LET_THROUGH),
        Attempt(f"an introducer of {name}", b"INSERT INTO t VALUES (1, _" + character_set + b"'"
                + character + b"\\', " + _WAITS + b"); -- ');\n;", "error"),
    ]  # fmt: skip


MISLEADING = [
    *_escaping(b"gbk", b"\xbf"),
    *_escaping(b"sjis", b"\x95"),
    *_escaping(b"big5", b"\xa4"),
    *_escaping(b"cp932", b"\x83"),
    *_escaping(b"gb18030", b"\x81"),
    Attempt("a character set by SET CHARACTER SET",
            b"SET CHARACTER SET gbk;\n" + _hidden(b"\xbf\\"), "computed-value"),
    Attempt("a character set by SET CHARSET",
            b"SET CHARSET 'gbk';\n" + _hidden(b"\xbf\\"), "computed-value"),
    Attempt("a character set by a variable",
            b"SET @@session.character_set_client = gbk;\n" + _hidden(b"\xbf\\"), "computed-value"),
    Attempt("a character set by a variable in quotes",
            b"SET @@`character_set_client` = 'GBK';\n" + _hidden(b"\xbf\\"), "computed-value"),
    Attempt("a character set that was saved",
            b"SET @x = 'gbk';\nSET LOCAL character_set_client = @x;\n" + _hidden(b"\xbf\\"),
            "computed-value"),
    Attempt("a character set that is computed",
            b"SET character_set_client = CONCAT('g', 'bk');\n" + _hidden(b"\xbf\\"),
            "unknown-setting"),
    Attempt("a character set by its number",
            b"SET character_set_client = 28;\n" + _hidden(b"\xbf\\"), "unknown-setting"),
    Attempt("a character set in a list",
            b"SET @x = 1, NAMES gbk;\n" + _hidden(b"\xbf\\"), "computed-value"),
    Attempt("a character set of wide characters", b"SET NAMES utf16le;\n", "error 1231"),
    Attempt("NO_BACKSLASH_ESCAPES", b"SET sql_mode = 'NO_BACKSLASH_ESCAPES';\n"
            + _hidden(b"\\"), "computed-value"),
    Attempt("NO_BACKSLASH_ESCAPES in a comment",
            b"/*!50000 SET sql_mode = 'NO_BACKSLASH_ESCAPES' */;\n" + _hidden(b"\\"),
            "computed-value"),
    Attempt("NO_BACKSLASH_ESCAPES by another spelling",
            b"SET @@local.sql_mode := no_backslash_escapes;\n" + _hidden(b"\\"), "computed-value"),
    Attempt("NO_BACKSLASH_ESCAPES out of a variable",
            b"SET @a = 'NO_BACKSLASH_ESCAPES';\nSET sql_mode = @`A`;\n" + _hidden(b"\\"),
            "computed-value"),
    Attempt("NO_BACKSLASH_ESCAPES that a row puts into a variable",
            b"SET @a = '';\nINSERT INTO t VALUES (7, @a := 'NO_BACKSLASH_ESCAPES');\n"
            b"SET sql_mode = @a;\n" + _hidden(b"\\'"), "computed-value"),
    Attempt("NO_BACKSLASH_ESCAPES that is put together",
            b"SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');\n" + _hidden(b"\\"),
            "unknown-setting"),
    Attempt("a sql_mode by its number", b"SET sql_mode = 1048576;\n", "unknown-setting"),
    Attempt("a sql_mode by its number in quotes", b"SET sql_mode = '1048576';\n", "error 1231"),
    Attempt("a sql_mode with an introducer",
            b"SET sql_mode = _utf8mb4'ANSI_QUOTES';\n", "unknown-setting"),
    Attempt("a sql_mode in two pieces", b"SET sql_mode = 'ANSI' '_QUOTES';\n", "unknown-setting"),
    Attempt("ANSI_QUOTES", b"SET sql_mode = 'ANSI_QUOTES';\n"
            b'INSERT INTO t VALUES (1, "\\", ' + _WAITS + b') -- ");\n;', "computed-value"),
    Attempt("ANSI_QUOTES by a combination", b"SET sql_mode = 'ansi';\n"
            b'INSERT INTO t VALUES (1, "\\", ' + _WAITS + b') -- ");\n;', "computed-value"),
    Attempt("ANSI_QUOTES around a schema of the server",
            b'SET sql_mode = \'ANSI_QUOTES\';\nINSERT INTO "mysql"."user" VALUES (1);\n',
            "system-schema"),
    Attempt("a name in strings", b'INSERT INTO "mysql"."user" VALUES (1);\n', "unknown-statement"),
    Attempt("IGNORE_SPACE", b"DELIMITER ;;\nCREATE FUNCTION `now`() RETURNS INT DETERMINISTIC"
            b" BEGIN DO SLEEP(60); RETURN 1; END;;\nDELIMITER ;\nSET sql_mode = 'IGNORE_SPACE';\n"
            b"INSERT INTO t VALUES (NOW (), 'a');\n", "computed-value"),
    Attempt("PIPES_AS_CONCAT, HIGH_NOT_PRECEDENCE", b"SET sql_mode ="
            b" 'PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE';\nINSERT INTO t VALUES (NOT 1 || 2, 'a');\n",
            LET_THROUGH),
    *(
        Attempt(f"a comment of version {version}",
                f"/*!{version} CREATE USER x */;\n/*!{version} USE mysql */;\n", rule)
        for version, rule in (
            ("", "accounts"), ("00000", "accounts"), ("50003", "accounts"), ("80400", "accounts"),
            ("99999", "comment-not-executed"), ("999999", "comment-not-executed"),
            ("080400", "accounts"), ("100616", "comment-not-executed"), ("5", "unreadable"),
            ("500030", "comment-not-executed"), ("0804001", "unreadable"),
        )
    ),
    Attempt("a comment for MariaDB", b"/*M!100616 CREATE USER x */;\n", LET_THROUGH),
    Attempt("a comment that is not closed", b"/*!50000 CREATE USER x;\n", "accounts"),
    Attempt("a comment around a table that is not closed",
            b"/*!50000 DROP TABLE IF EXISTS u;\n", "unreadable"),
    Attempt("a comment that is closed early",
            b"/*!99999 a /* */ CREATE USER x */;\n", "unreadable"),
    Attempt("a comment in a comment that is not read",
            b"/*!99999 /*!50000 a */ CREATE USER x */;\n", "unreadable"),
    Attempt("a string in a comment that is not read",
            b"DROP TABLE IF EXISTS u /*!99999 ' */; CREATE USER x; -- ';\n", "accounts"),
    Attempt("a string in a comment that is read",
            b"DROP TABLE IF EXISTS u /*!50000 , `*/; CREATE USER x; -- `*/;\n",
            "error 1103"),
    Attempt("a hint that goes on in quotes",
            b"INSERT /*+ QB_NAME(`*/ `) */ INTO t VALUES (1, 'a');\n", "cut-off"),
    Attempt("a comment of dashes without a space", b"SELECT 1 --1\n;", "unknown-statement"),
    Attempt("a comment of dashes and a tab", b"--\tx'\nCREATE USER x;", "accounts"),
    Attempt("a comment of a hash", b"# it's\nCREATE USER x;", "accounts"),
    Attempt("a delimiter that is a quote", b"DELIMITER '\nCREATE USER x'\nDELIMITER ;\n",
            "cut-off"),
    Attempt("a delimiter in a string",
            b"DELIMITER $\nINSERT INTO t VALUES (1, '$')$\nCREATE USER x$\n", "accounts"),
    Attempt("a delimiter that opens a comment",
            b"DELIMITER /*\nCREATE USER x /*\nDELIMITER ;\n", "accounts"),
    Attempt("a delimiter in a row", b"INSERT INTO t VALUES (1, 'a\nDELIMITER //\n'); CREATE USER x;"
            b"\n", "accounts"),
    Attempt("statements in one", b"DELIMITER ;;\nDROP TABLE IF EXISTS u; CREATE USER x;;\n",
            "accounts"),
    Attempt("statements in one that is no DROP",
            b"DELIMITER ;;\nTRUNCATE t; CREATE USER x;;\n", "unreadable"),
    Attempt("a statement behind one that is not sent",
            b"DELIMITER ;;\nFLUSH TABLES; CREATE USER x;;\n", "unreadable"),
    Attempt("a line of the client in a string",
            b"INSERT INTO t VALUES (1, 'a\n\\! touch {folder}/x\nsystem touch {folder}/x\n');\n",
            LET_THROUGH),
    Attempt("a line of the client in a statement",
            b"INSERT INTO t VALUES (1,\n\\! touch {folder}/x\n'a');\n", "error 1064"),
    Attempt("a NUL in a name", b"CREATE TABLE `u\0` (a INT);\n", "error 1064"),
    Attempt("a NUL behind a word", b"INSERT INTO t\0VALUES (1, 'a');\n", "error 1064"),
    Attempt("a NUL before a schema", b"INSERT INTO `\0mysql`.`user` VALUES (1);\n",
            "table-missing"),
    Attempt("a space behind a schema", b"INSERT INTO `mysql `.`user` VALUES (1);\n",
            "table-missing"),
    Attempt("a space of latin1 before a schema",
            b"SET NAMES latin1;\nINSERT INTO\xa0mysql.user VALUES (1);\n", "unreadable"),
    Attempt("a schema in capitals", b"USE MYSQL; CREATE TABLE x (a INT);\n", "system-schema"),
    Attempt("a schema in letters that look alike",
            "CREATE TABLE `\uff4d\uff59\uff53\uff51\uff4c`.x (a INT);\n".encode(), LET_THROUGH),
    Attempt("a backquote in a schema", b"CREATE DATABASE `a``.``b`; USE `a``.``b`;"
            b" CREATE TABLE `c``d` (`e``f` INT);\n", LET_THROUGH),
    Attempt("a name that is a command to a terminal",
            b"CREATE TABLE `\x1b]0;x\x07\x1b[2J` (a INT);\nDROP TABLE `\x1b[2J`, `\x1b[31m`;",
            "error 1051"),
    Attempt("a very long name", b"USE " + b"a" * 100_000 + b";\n", "error 1102"),
    Attempt("a very long first word", b"S" * 1_000_000 + b";\n", "unknown-statement"),
    Attempt("a very long name of a table that is filled",
            b"INSERT INTO " + b"a" * 60 + b" SET id = 1;\n", "table-missing"),
    Attempt("much space behind a password",
            b"CHANGE MASTER TO MASTER_PASSWORD" + b" " * 100_000 + b"x;\n", "replication-position"),
    Attempt("many passwords", b"CHANGE MASTER TO " + b"PASSWORD FOR " * 100_000 + b";\n",
            "replication-position"),
    Attempt("many parentheses", b"INSERT INTO t VALUES (" + b"(" * 50_000 + b"1"
            + b")" * 50_000 + b", 'a');\n", "error"),
    Attempt("a long definition", b"CREATE TABLE u (" + b"(" * (5 << 20) + b");\n", "too-long"),
]  # fmt: skip
