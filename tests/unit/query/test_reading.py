import pytest

from rewound.query.reading import find_change


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "(SELECT 1) UNION (SELECT 2)",
        "/* a */ -- b\n show tables",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "EXPLAIN ANALYZE SELECT 1",
        "SET @a = 1, @@session.sql_mode = ''",
        "SELECT 'DROP TABLE t', `drop` FROM t",
        "SELECT 1 INTO @a",
    ],
)
def test_what_only_reads_is_let_through(statement: str):
    assert find_change([statement]) is None


@pytest.mark.parametrize(
    ("statement", "change"),
    [
        ("DROP DATABASE game", "DROP"),
        ("/*!50000 DROP TABLE t */", "DROP"),
        ("/*!99999 DROP TABLE t */", "DROP"),
        ("CALL p()", "CALL"),
        ("alter table t add a int", "ALTER"),
        ("KILL 1", "KILL"),
        ("SHUTDOWN", "SHUTDOWN"),
        ("SELECT 1 INTO OUTFILE '/tmp/a'", "SELECT … INTO OUTFILE"),
        ("SET GLOBAL max_connections = 1", "SET beyond the session"),
        ("SET @@global.max_connections = 1", "SET beyond the session"),
        ("SET @@GLOBAL.max_connections = 1", "SET beyond the session"),
        ("SET PERSIST max_connections = 1", "SET beyond the session"),
        ("SET @a = 1, GLOBAL max_connections = 1", "SET beyond the session"),
        ("SET PASSWORD = 'a'", "SET beyond the session"),
        ("XA START 'a'", "XA"),
        ("LOAD DATA INFILE 'a' INTO TABLE t", "LOAD"),
        ("PREPARE a FROM 'DROP TABLE t'", "PREPARE"),
        ("EXECUTE a", "EXECUTE"),
        ("HANDLER t OPEN", "HANDLER"),
    ],
)
def test_what_may_change_a_server_is_named(statement: str, change: str):
    assert find_change(["SELECT 1", statement]) == change
