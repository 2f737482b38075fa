r"""What a hostile dump could try, and what stops each: a rule, or an error of the server.

`{canary}` is a file of the host, `{folder}` a folder that anybody may write to, `{port}` a
port where nobody may call. Each comes behind `CREATE TABLE t (id INT PRIMARY KEY, s TEXT)`.
"""

from dataclasses import dataclass

LET_THROUGH = "let through"
"""It is executed, and does no harm."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One hostile dump."""

    name: str
    sql: str | bytes
    stopped_by: str
    """The rule that refuses, skips or rewrites it; `error` and MySQL's number; or LET_THROUGH."""


_CALLS = """\
CREATE FUNCTION f() RETURNS INT DETERMINISTIC BEGIN DO SLEEP(60); RETURN 1; END;;
CREATE PROCEDURE p() BEGIN DO SLEEP(60); END;;
DELIMITER ;
"""
_FUNCTION = "DELIMITER ;;\n" + _CALLS
_ENDLESS = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT COUNT(*) FROM r"
_GBK = b"SET NAMES gbk;\n"

PROGRAMS_AND_FILES = [
    Attempt("a shell", "\\! touch {folder}/x\n;", "unreadable"),
    Attempt("a shell at the end of a line", "SELECT 1 \\! touch {folder}/x\n;", "unreadable"),
    Attempt("a shell, spelled out", "system touch {folder}/x;", "unknown-statement"),
    Attempt("a shell behind another delimiter",
            "DELIMITER |\n\\! touch {folder}/x\n|", "unreadable"),
    Attempt("another script", "source {canary};", "other-file"),
    Attempt("a log of the client", "tee {folder}/x;", "unknown-statement"),
    Attempt("a pager", "pager cat > {folder}/x;", "unknown-statement"),
    Attempt("LOAD DATA", "LOAD DATA INFILE '{canary}' INTO TABLE t;", "unknown-statement"),
    Attempt("LOAD DATA LOCAL",
            "LOAD DATA LOCAL INFILE '{canary}' INTO TABLE t (s);", "unknown-statement"),
    Attempt("LOAD DATA in a comment",
            "/*!50000 LOAD DATA LOCAL INFILE '{canary}' INTO TABLE t (s) */;", "unknown-statement"),
    Attempt("LOAD XML", "LOAD XML LOCAL INFILE '{canary}' INTO TABLE t;", "unknown-statement"),
    Attempt("IMPORT TABLE", "IMPORT TABLE FROM '{canary}';", "unknown-statement"),
    Attempt("LOAD_FILE as a value",
            "INSERT INTO t VALUES (1, LOAD_FILE('{canary}'));", "computed-value"),
    Attempt("LOAD_FILE as a setting", "SET @x = LOAD_FILE('{canary}');", "unknown-setting"),
    Attempt("LOAD_FILE as a default",
            "CREATE TABLE u (s VARCHAR(99) DEFAULT (LOAD_FILE('{canary}')));", "error 3770"),
    Attempt("LOAD_FILE as a MariaDB default",
            "CREATE TABLE u (s VARCHAR(99) DEFAULT LOAD_FILE('{canary}'));", "error 3770"),
    Attempt("LOAD_FILE in a generated column",
            "CREATE TABLE u (s VARCHAR(99) AS (LOAD_FILE('{canary}')));", "error 3763"),
    Attempt("INTO OUTFILE", "SELECT 1 INTO OUTFILE '{folder}/x';", "unknown-statement"),
    Attempt("INTO DUMPFILE", "SELECT 1 INTO DUMPFILE '{folder}/x';", "unknown-statement"),
    Attempt("TABLE INTO OUTFILE", "TABLE t INTO OUTFILE '{folder}/x';", "unknown-statement"),
    Attempt("INTO OUTFILE in a view",
            "CREATE VIEW v AS SELECT 1 INTO OUTFILE '{folder}/x';", "object-lost"),
    Attempt("INTO OUTFILE of rows", "INSERT INTO t VALUES ROW(1, 'a') UNION SELECT 2, 'b'"
            " INTO OUTFILE '{folder}/x';", "computed-value"),
    Attempt("DATA DIRECTORY",
            "CREATE TABLE u (a INT) DATA DIRECTORY='{folder}' INDEX DIRECTORY='{folder}';",
            "table-directory"),
    Attempt("DATA DIRECTORY of a partition", "CREATE TABLE u (a INT) PARTITION BY HASH (a)"
            " (PARTITION p DATA DIRECTORY = '{folder}');", "table-directory"),
    Attempt("DATA DIRECTORY in pieces",
            "CREATE TABLE u (a INT) DATA PAGE_CHECKSUM=1 DIRECTORY='{folder}';", "unreadable"),
    Attempt("DATA DIRECTORY in a comment",
            "CREATE TABLE u (a INT) /*!50000 DATA */ /*!50000 DIRECTORY '{folder}' */;",
            "table-directory"),
    Attempt("a tablespace", "CREATE TABLESPACE x ADD DATAFILE '{folder}/x.ibd';",
            "unknown-statement"),
    Attempt("an undo tablespace",
            "CREATE UNDO TABLESPACE x ADD DATAFILE '{folder}/x.ibu';", "unknown-statement"),
    Attempt("the tablespace of the dictionary",
            "CREATE TABLE u (a INT) TABLESPACE=`mysql`;", "tablespace"),
    Attempt("a file of another table", "ALTER TABLE t DISCARD TABLESPACE;", "unknown-statement"),
    Attempt("MERGE of a table of the server",
            "CREATE TABLE u (a INT) ENGINE=MERGE UNION=(mysql.general_log);", "error 1142"),
    Attempt("a database outside of the data", "CREATE DATABASE `../../x`; USE `../../x`;"
            " CREATE TABLE `../../x`.`../../../x` (a INT);", LET_THROUGH),
    Attempt("a database by its old name",
            "CREATE DATABASE `#mysql50#../../x`;\nCREATE TABLE `#mysql50#../x` (a INT);",
            LET_THROUGH),
    Attempt("a path as a table", "CREATE TABLE `{folder}/x` (a INT);", LET_THROUGH),
    Attempt("a loadable function", "CREATE FUNCTION g RETURNS INT SONAME 'x.so';",
            "loadable-function"),
    Attempt("a loadable function in pieces",
            "/*!50003 CREATE */ /*!50003 FUNCTION g RETURNS INT */ /*!50003 SONAME 'x.so' */;",
            "loadable-function"),
    Attempt("a plugin", "INSTALL PLUGIN x SONAME 'ha_example.so';", "unknown-statement"),
    Attempt("a component", "INSTALL COMPONENT 'file://component_validate_password';",
            "unknown-statement"),
    Attempt("a function in JavaScript",
            "CREATE FUNCTION g() RETURNS INT LANGUAGE JAVASCRIPT AS 'return 1';", LET_THROUGH),
    Attempt("rows of the table of functions",
            "INSERT INTO mysql.func VALUES ('g', 2, 'x.so', 'function');", "system-schema"),
]  # fmt: skip

ACCOUNTS_AND_SETTINGS = [
    Attempt("an account", "CREATE USER x IDENTIFIED BY 'x'; GRANT ALL ON *.* TO x;", "accounts"),
    Attempt("a role", "CREATE ROLE x; SET DEFAULT ROLE x TO dev;", "accounts"),
    Attempt("the loader's password", "SET PASSWORD = 'x';", "accounts"),
    Attempt("root's password", "ALTER USER root@localhost IDENTIFIED BY '';", "accounts"),
    Attempt("a renamed account", "RENAME USER root@localhost TO x;", "accounts"),
    Attempt("an account in a nested comment",
            "/*!50000 CREATE /*!50000 USER x */ */;", "accounts"),
    Attempt("rows of the table of accounts",
            "USE mysql; INSERT INTO user (user, host) VALUES ('x', '%'); FLUSH PRIVILEGES;",
            "system-schema"),
    Attempt("a row of accounts, by a comment",
            "INSERT INTO /*!50000 mysql */ . /*!50000 user */ (user) VALUES ('x');",
            "system-schema"),
    Attempt("a row of accounts behind a harmless one",
            "INSERT INTO game.t VALUES (1,'a');\nINSERT INTO mysql.func VALUES ('g',0,'x',1);",
            "system-schema"),
    Attempt("a table renamed into a schema of the server",
            "ALTER TABLE t RENAME TO mysql.x;", "error 1142"),
    Attempt("a partition of a table of the server",
            "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE mysql.user;", "error 1142"),
    Attempt("a view of the accounts", "CREATE VIEW v AS SELECT * FROM mysql.user;",
            "object-lost"),
    Attempt("a view by root",
            "CREATE DEFINER=root@localhost SQL SECURITY DEFINER VIEW v AS SELECT 1;", "definer"),
    Attempt("a routine by root, in pieces", "CREATE /*!50017 DEFINER = */ /*!50017 'root'@"
            "'localhost' */ PROCEDURE q() SQL SECURITY DEFINER SHUTDOWN;", "definer"),
    Attempt("a database that is every database",
            "CREATE DATABASE `%`; USE `%`; CREATE TABLE u (a INT);", LET_THROUGH),
    Attempt("SET GLOBAL", "SET GLOBAL general_log_file = '{folder}/x';", "global-setting"),
    Attempt("SET GLOBAL, carried on",
            "SET GLOBAL general_log = 1, general_log_file = '{folder}/x';", "global-setting"),
    Attempt("SET @@GLOBAL", "SET @x = 1, @@GLOBAL.local_infile = 1;", "global-setting"),
    Attempt("SET @@`GLOBAL`", "SET @@`GLOBAL`.`local_infile` = 1;", "unknown-setting"),
    Attempt("SET @@ GLOBAL", "SET @@ GLOBAL . local_infile = 1;", "unknown-setting"),
    Attempt("SET PERSIST", "SET PERSIST max_connections = 1;", "global-setting"),
    Attempt("SET PERSIST_ONLY", "/*!80000 SET @@PERSIST_ONLY.port = 1 */;", "global-setting"),
    Attempt("SET of a structured variable", "SET hot.key_buffer_size = 1;", "unknown-setting"),
    Attempt("SET TRANSACTION of all", "SET GLOBAL TRANSACTION READ ONLY;", "global-setting"),
    Attempt("SET by a hint",
            "INSERT /*+ SET_VAR(sql_mode='ANSI_QUOTES') */ INTO t VALUES (1, 'a');", "unreadable"),
    Attempt("SET of a resource group", "SET RESOURCE GROUP x;", "unknown-setting"),
    Attempt("a resource group", "CREATE RESOURCE GROUP x TYPE=USER;", "unknown-statement"),
    Attempt("RESET PERSIST", "RESET PERSIST;", "unknown-statement"),
    Attempt("a server elsewhere", "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS"
            " (HOST '127.0.0.1', PORT {port}, DATABASE 'x');", "unknown-statement"),
    Attempt("a table elsewhere", "CREATE TABLE u (a INT) ENGINE=FEDERATED"
            " CONNECTION='mysql://x@127.0.0.1:{port}/x/u';", "remote-engine"),
    Attempt("an engine as a setting", "SET default_storage_engine = FEDERATED;"
            " CREATE TABLE u (a INT) CONNECTION='mysql://x@127.0.0.1:{port}/x/u';",
            "remote-engine"),
    Attempt("replication", "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1',"
            " SOURCE_PORT={port}; START REPLICA;", "replication-position"),
    Attempt("CLONE", "CLONE INSTANCE FROM x@127.0.0.1:{port} IDENTIFIED BY 'x';",
            "unknown-statement"),
    Attempt("BINLOG", "BINLOG 'AAAA';", "unknown-statement"),
    Attempt("a reference system",
            "CREATE SPATIAL REFERENCE_SERVER SYSTEM 1000001 NAME 'x' DEFINITION 'x';",
            "unknown-statement"),
]  # fmt: skip

TIME_AND_EVENTS = [
    Attempt("SHUTDOWN", "SHUTDOWN;", "unknown-statement"),
    Attempt("RESTART", "RESTART;", "unknown-statement"),
    Attempt("KILL", "KILL 1;", "unknown-statement"),
    Attempt("LOCK INSTANCE", "LOCK INSTANCE FOR BACKUP;", "unknown-statement"),
    Attempt("a read lock on all", "FLUSH TABLES WITH READ LOCK;", "flush"),
    Attempt("XA", "XA START 'x';", "unknown-statement"),
    Attempt("HANDLER", "HANDLER t OPEN;", "unknown-statement"),
    Attempt("DO SLEEP", "DO SLEEP(60);", "unknown-statement"),
    Attempt("SELECT SLEEP", "SELECT SLEEP(60);", "unknown-statement"),
    Attempt("CALL", f"{_FUNCTION}CALL p();", "unknown-statement"),
    Attempt("PREPARE", "PREPARE s FROM 'SHUTDOWN';", "unknown-statement"),
    Attempt("PREPARE of bulk load", "SET @enable_bulk_load = 'SHUTDOWN';\n"
            "PREPARE s FROM @enable_bulk_load;\nEXECUTE s;", "rocksdb-bulk-load"),
    Attempt("SLEEP as a value", "INSERT INTO t VALUES (1, SLEEP(60));", "computed-value"),
    Attempt("SLEEP in a SET", "INSERT INTO t SET id = SLEEP(60);", "computed-value"),
    Attempt("SLEEP for a duplicate", "INSERT INTO t VALUES (1, 'a');\nINSERT INTO t VALUES (1, 'b')"
            " ON DUPLICATE KEY UPDATE id = SLEEP(60);", "computed-value"),
    Attempt("BENCHMARK as a value", "REPLACE INTO t VALUES (BENCHMARK(1e12, MD5('a')), 'a');",
            "computed-value"),
    Attempt("GET_LOCK as a value", "INSERT INTO t VALUES (GET_LOCK('a', 60), 'a');",
            "computed-value"),
    Attempt("a function of the dump as a value",
            f"{_FUNCTION}INSERT INTO t VALUES (f(), 'a');", "computed-value"),
    Attempt("a function named like one of the server",
            f"{_FUNCTION}".replace(" f()", " `concat`()") + "INSERT INTO t VALUES"
            " (game . concat(), 'a');", "computed-value"),
    Attempt("a function named like one of the server, apart",
            f"{_FUNCTION}".replace(" f()", " `now`()") + "INSERT INTO t VALUES (NOW (), 'a');",
            "computed-value"),
    Attempt("a function in backquotes",
            f"{_FUNCTION}INSERT INTO t VALUES (`f`(), 'a');", "computed-value"),
    Attempt("an endless query as a value", f"INSERT INTO t VALUES (({_ENDLESS}), 'a');",
            "computed-value"),
    Attempt("rows of a table", "INSERT INTO t SELECT SLEEP(60), 'a';", "unknown-statement"),
    Attempt("rows behind a comment that is closed twice",
            "INSERT INTO t VALUES (1, 'a' /*/ */, SLEEP(60));", "computed-value"),
    Attempt("a value behind a comment that is not read",
            "INSERT INTO t VALUES (1 /*!99999 ' */, SLEEP(60)) -- ';\n;", "computed-value"),
    Attempt("a value behind a comment of dashes",
            "INSERT INTO t VALUES (1, 'a' --\x7f '\n, SLEEP(60)) -- '\n;", "computed-value"),
    Attempt("a value behind a comment in latin2",
            b"SET NAMES latin2;\nINSERT INTO t VALUES (1 --\x85 '\n, SLEEP(60)) -- '\n;",
            "unreadable"),
    Attempt("a value in dollar quotes",
            "INSERT INTO t VALUES ($$ ' $$, SLEEP(60), $$ ' $$);", "unreadable"),
    Attempt("rows of a new table", "CREATE TABLE u VALUES ROW(SLEEP(60));", "unknown-statement"),
    Attempt("rows of a new table, by a query", "CREATE TABLE u (a INT) AS (SELECT SLEEP(60) a);",
            "unknown-statement"),
    Attempt("SLEEP as a setting", "SET unique_checks = SLEEP(60);", "unknown-setting"),
    Attempt("SLEEP as a variable", "SET @x := (SELECT SLEEP(60));", "unknown-setting"),
    Attempt("a function of the dump as a setting", f"{_FUNCTION}SET @x = f();", "unknown-setting"),
    Attempt("SLEEP as a default", "CREATE TABLE u (a INT DEFAULT (SLEEP(60)));", "error 3770"),
    Attempt("SLEEP as a check", "CREATE TABLE u (a INT, CHECK (SLEEP(60) = 0));", "error 3814"),
    Attempt("SLEEP in a column", "CREATE TABLE u (a INT AS (SLEEP(60)));", "error 3763"),
    Attempt("SLEEP in a key", "CREATE TABLE u (a INT, KEY ((SLEEP(60))));", "error 3758"),
    Attempt("SLEEP in a partition", "CREATE TABLE u (a INT) PARTITION BY RANGE (a)"
            " (PARTITION p VALUES LESS THAN (SLEEP(60)));", "error 1064"),
    Attempt("SLEEP in a schedule",
            "CREATE EVENT e ON SCHEDULE EVERY SLEEP(60) + 1 DAY DO SET @x = 1;", "computed-value"),
    Attempt("a query in a schedule",
            "CREATE EVENT e ON SCHEDULE EVERY (SELECT 1) DAY DO SET @x = 1;", "computed-value"),
    Attempt("an endless view", f"CREATE VIEW v AS {_ENDLESS};", LET_THROUGH),
    Attempt("a view that waits", "CREATE VIEW v AS SELECT SLEEP(60);", LET_THROUGH),
    Attempt("a trigger that waits", "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.s ="
            " SLEEP(1);\nINSERT INTO t VALUES (1, 'a');", "trigger-fires"),
    Attempt("an event", "CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM t;",
            "event-disabled"),
    Attempt("an event that is enabled later", "CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DISABLE"
            " DO SET @x = 1;\nALTER EVENT e ENABLE;", "unknown-statement"),
    Attempt("an event that hides its state", "CREATE EVENT e ON SCHEDULE EVERY 1 SECOND"
            " /*!50100 ENABLE */ COMMENT 'DISABLE' DO SET @x = 1;", "event-disabled"),
    Attempt("the scheduler", "SET GLOBAL event_scheduler = ON;", "global-setting"),
    Attempt("a session that ends", "COMMIT RELEASE;", "unknown-statement"),
]  # fmt: skip
