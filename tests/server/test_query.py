"""`rewound query` on the sample's three worlds."""

import time

import pytest

from tests.conftest import Cli, Dumps

SEVERAL_ANSWERS = """
DELIMITER //
CREATE PROCEDURE p(n INT) BEGIN
  SELECT 1 AS a;
  IF (SELECT COUNT(*) FROM information_schema.columns WHERE column_name = 'a') THEN
    SELECT 2 AS x;
    IF n > 1 THEN CALL nope.nope(); END IF;
  END IF;
END//
DELIMITER ;
CALL p(1);
SELECT 3 AS last;
"""
PLAYERS = "SELECT COUNT(*) AS players FROM player"


def test_each_statement_has_its_table(sample: Cli):
    done = sample("query", "SELECT 1 AS one; -- a word\nSELECT ';' AS two", "--format", "csv")
    assert done.code == 0, done.stderr
    expected = ["world,one", "host1,1", "host2,1", "host3,1"]
    assert done.lines == [*expected, "world,two", "host1,;", "host2,;", "host3,;"]


def test_statements_of_a_file_share_their_session(sample: Cli):
    script = sample.cwd / "q.sql"
    script.write_text("SET @a = 2;\nDELIMITER //\nSELECT @a + 1 AS n//\n")
    done = sample("query", "--file", script, "--format", "csv", "--worlds", "host1")
    assert done.code == 0, done.stderr
    assert done.lines[-2:] == ["world,n", "host1,3"]
    assert "has no value" not in done.stderr


def test_behind_a_statement_that_fails_no_other_runs(sample: Cli):
    done = sample("query", "SELECT nothing; SELECT 1")
    assert done.code == 1
    assert done.stdout == ""
    assert "in every world: MySQL error 1054" in done.stderr


@pytest.mark.parametrize("value", ["Zoë", "it's", "a\\'b", '"; DROP TABLE player; --', "", "a=b"])
def test_a_parameter_is_a_text_whatever_is_in_it(sample: Cli, value: str):
    sql = "SELECT @p = CONVERT(UNHEX(@h) USING utf8mb4) AS same"
    done = sample(
        *("query", sql, "--param", f"p={value}", "--param", f"h={value.encode().hex()}"),
        *("--format", "csv", "--worlds", "host1"),
    )
    assert done.code == 0, done.stderr
    assert done.lines == ["world,same", "host1,1"]


def test_a_variable_without_a_value_is_warned_of(sample: Cli):
    done = sample("query", "SELECT @since AS s", "--format", "csv", "--worlds", "host1")
    assert done.stderr.startswith(
        "warning: @since has no value, so it is NULL; set it with --param since="
    )
    assert done.lines == ["world,s", "host1,"]


# MySQL ends SLEEP and BENCHMARK in a SELECT too, but takes what they return for its answer.
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT SLEEP(30) AS s",
        "SELECT player_id, SLEEP(30) AS s FROM player",
        "SELECT BENCHMARK(1000000000000, MD5('a')) AS b",
        "SELECT SLEEP(30) + RAND() AS s UNION ALL SELECT 2",
        "SELECT SUM(a.points * b.points) FROM score_event a, score_event b, score_event c",
        "DO SLEEP(30)",
    ],
)
def test_a_statement_whose_time_is_up_ends_on_the_server(sample: Cli, sql: str):
    started = time.monotonic()
    done = sample("query", sql, "--timeout", "0.5")
    assert time.monotonic() - started < 10
    running = sample(
        *("query", "SELECT COUNT(*) AS n FROM information_schema.processlist"),
        *("--format", "csv"),
    )
    assert running.lines == ["world,n", "host1,1", "host2,1", "host3,1"]
    assert done.code == 1, done.stdout
    assert "timed out after 0.5 s" in done.stderr
    assert done.stdout == ""  # no row, whatever came before its time was up


def test_a_statement_over_its_own_time_limit_in_the_sql_has_no_answer_either(sample: Cli):
    sql = "SELECT /*+ MAX_EXECUTION_TIME(200) */ SLEEP(30) AS s"
    done = sample("query", sql, "--format", "tsv")
    assert (done.code, done.stdout) == (1, "")
    assert "in every world: timed out by its own max_execution_time" in done.stderr


def test_a_statement_that_ends_in_time_keeps_its_rows(sample: Cli):
    done = sample("query", "SELECT SLEEP(0.1) AS s", "--timeout", "20", "--format", "csv")
    assert (done.code, done.lines) == (0, ["world,s", "host1,0", "host2,0", "host3,0"])


def test_a_limit_counts_for_each_world_and_says_what_it_left_out(sample: Cli):
    sql = "SELECT player_id FROM player ORDER BY player_id"
    done = sample("query", sql, "--limit", "2", "--format", "csv")
    assert done.code == 0, done.stderr
    worlds = [line.partition(",")[0] for line in done.lines[1:]]
    assert worlds == [world for world in ("host1", "host2", "host3") for _ in range(2)]
    assert "warning: host[1-3]: output truncated by --limit" in done.stderr
    done = sample("query", PLAYERS, "--limit", "1")
    assert "more rows" not in done.stderr


def test_a_plan_is_that_of_the_statement_as_it_stands(sample: Cli):
    for format_option in ([], ["--limit", "7"]):
        done = sample("query", "EXPLAIN SELECT * FROM player", *format_option, "--worlds", "host1")
        assert done.code == 0, done.stderr
        assert "EXPLAIN: -> Table scan on player" in done.stdout
    limited = sample("query", "EXPLAIN SELECT 1; SELECT * FROM player", "--limit", "7")
    assert "21 rows" not in limited.stdout
    assert "host[1-3]: output truncated by --limit" in limited.stderr


def test_a_definition_is_shown_line_by_line(sample: Cli):
    done = sample("query", "SHOW CREATE TABLE player", "--worlds", "host1")
    assert "Create Table: CREATE TABLE `player` (\n" in done.stdout
    assert "\n                `player_id` int unsigned NOT NULL" in done.stdout
    for output_format in ("table", "csv"):
        done = sample("query", "SHOW CREATE TABLE player", "--format", output_format)
        assert "1. row" not in done.stdout


def test_a_statement_that_ends_in_backslash_g_is_shown_vertically(sample: Cli):
    done = sample("query", "SELECT 1 AS one\\G SELECT 2 AS two", "--worlds", "host1")
    assert [line.rstrip() for line in done.lines] == [
        "*************************** 1. row ***************************",
        "world: host1",
        "  one: 1",
        "world   two",
        "───────────",
        "host1     2",
    ]
    done = sample("query", "SELECT 1 AS one\\G", "--worlds", "host1", "--format", "csv")
    assert done.lines == ["world,one", "host1,1"]
    done = sample("query", "SELECT 1 AS one", "--format", "vertical", "--worlds", "host1")
    assert done.lines[1:] == ["world: host1", "  one: 1"]


@pytest.mark.parametrize("arguments", [[], ["-"], ["--file", "-"]])
def test_statements_are_read_from_standard_input(sample: Cli, arguments: list[str]):
    sql = "SELECT 'é' AS a;\nSELECT 2 AS b"
    done = sample("query", *arguments, "--format", "csv", "--worlds", "host1", stdin=sql)
    assert done.code == 0, done.stderr
    assert done.lines == ["world,a", "host1,é", "world,b", "host1,2"]


def test_standard_input_is_left_alone_where_there_is_sql(sample: Cli):
    done = sample("query", "SELECT 1", "--format", "csv", "--worlds", "host1", stdin="SELECT 2")
    assert done.lines == ["world,1", "host1,1"]


def test_worlds_that_answer_alike_are_shown_once(sample: Cli):
    sql = "SELECT IF(COUNT(*) > 200, 'many', 'few') AS players FROM player"
    done = sample("query", sql, "--group", "--format", "csv")
    assert done.code == 0, done.stderr
    assert done.lines == ["worlds,count,players", '"host[1,3]",2,few', "host2,1,many"]


def test_one_error_of_several_worlds_is_said_once(cli: Cli, dumps: Dumps):
    for world in ("w1", "w2", "w3"):
        column = "a" if world == "w3" else "b"
        dumps.write(
            f"CREATE TABLE t ({column} INT);\nINSERT INTO t VALUES (1);\n",
            name=f"{world}_fulldump_20260302_211500.sql",
        )
    try:
        assert cli("up", dumps.folder).code == 0
        done = cli("query", "SELECT a FROM t", "--format", "csv")
        assert done.code == 4
        assert done.lines == ["world,a", "w3,1"]
        assert "error: worlds w[1-2]: MySQL error 1054: Unknown column 'a'" in done.stderr
        assert "1 ok, 2 failed (w[1-2]); 1 row, " in done.stderr

        refused = cli("query", "UPDATE t SET a = 2", "--worlds", "w3")
        assert refused.code == 1
        assert "UPDATE command denied to user 'reader'" in refused.stderr
        written = cli("query", "UPDATE t SET a = 2; SELECT a FROM t", "--write", "--worlds", "w3")
        assert written.code == 0, written.stderr
        assert "until rewound reset" in written.stderr

        called = cli("query", SEVERAL_ANSWERS, "--write", "--format", "csv", "--worlds", "w[2-3]")
        assert called.code == 0, called.stderr
        answers = ["world,a", "w2,1", "w3,1", "world,x", "w3,2", "world,last", "w2,3", "w3,3"]
        assert called.lines == answers
        assert "2 ok; 5 rows" in called.stderr
        called = cli("query", "CALL p(9)", "--write", "--format", "csv", "--worlds", "w[2-3]")
        assert (called.code, called.lines[:3]) == (4, ["world,a", "w2,1", "w3,1"])
        assert "error: world w3: MySQL error 1370: execute command denied" in called.stderr
        assert "(after 1 row)" in called.stderr
        assert "1 ok, 1 failed (w3); 3 rows" in called.stderr
        one = cli("query", "CALL p(1)", "--write", "--output", "one.csv", "--worlds", "w[2-3]")
        assert (one.code, one.stdout) == (1, "")
        assert "the statement has several answers; the file holds the first" in one.stderr
        assert cli("reset", "w3").code == 0
        done = cli("query", "SELECT a FROM t", "--worlds", "w3", "--format", "csv")
        assert done.lines == ["world,a", "w3,1"]
    finally:
        cli("down")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query"], "no SQL statement was given"),
        (["query", ""], "no SQL statement was given"),
        (["query", " ; -- nothing"], "no SQL statement was given"),
        (
            ["query", "SELECT 'a"],
            "line 1: a quote or comment that starts on this line is not closed",
        ),
        (["query", "SELECT 1", "--param", "since"], "expected NAME=VALUE"),
        (["query", "SELECT 1", "--param", "1=2"], "expected NAME=VALUE"),
        (["query", "SELECT 1", "--file", "-"], "SQL and --file are mutually exclusive"),
        (["query", "SELECT 1", "--timeout", "0"], "--timeout 0.0: expected a number above 0"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(sample: Cli, arguments: list[str], said: str):
    done = sample(*arguments)
    assert done.code == 2
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["SELECT COUNT(*) AS n FROM score_event WHERE scored_at >= @s", "--param", "s=junk"],
            "warning: worlds host[1-3]: MySQL warning 1292: Incorrect datetime value: 'junk'",
        ),
        (["DELETE FROM player"], "hint: only reading is allowed; --write allows changes"),
        (
            ["SELECT 1", "--schema", "nope"],
            "error: worlds host[1-3] have no schema nope; it has: game",
        ),
        (
            ["SELECT 1; SELECT 2", "--output", "two.csv"],
            "2 statements cannot be written to one file",
        ),
        (["SELECT 1", "--reduce", "SELECT 1; SELECT 2"], "--reduce: expected one statement, got 2"),
        (["SELECT 1", "--reduce", "SELECT"], "--reduce: Parser Error"),
        (["SELEC 1", "--worlds", "host1"], "error: world host1: MySQL error 1064"),
    ],
)
def test_what_is_amiss_is_said(sample: Cli, arguments: list[str], said: str):
    assert said in sample("query", *arguments).stderr
