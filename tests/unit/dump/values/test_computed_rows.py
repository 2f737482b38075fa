import pytest

from rewound.dump.script import Script

LET_THROUGH = [
    "VALUES (1,'SLEEP(1)')",
    "VALUES (1,'a'), (2,NULL)",
    "VALUES (1,ST_GeomFromText('POINT(1 1)', 4326)),(2,NOW())",
    "VALUES (CAST('{}' AS CHAR(10)), CONVERT('a' USING latin1))",
    "VALUES (1, IF (1 IN (1, 2), CONCAT('a', CHAR(10)), 'b'))",
    "VALUES (1,'a') ON DUPLICATE KEY UPDATE a = VALUES(a)",
    "VALUES (1,'a') AS new(b, c) ON DUPLICATE KEY UPDATE a = new.b + ABS(new.c)",
    "VALUES ROW(1, 'a'), ROW (2, 'b')",
    "SET a = 1, b = CONCAT('x', 'y')",
    "VALUES (@a := 1, @@sql_mode, a$b)",
    "VALUES ('a' /* SLEEP(1) */, 1) -- SLEEP(1)",
    "VALUES (DEFAULT(a), REPEAT('x', 3))",
    "VALUES (1 /*!50000 + 1 */, CAST(1 AS CHAR(3)) /*!99999 , SLEEP(1) */)",
]
REFUSED = [
    ("VALUES (1, SLEEP(60))", "SLEEP(…)"),
    ("VALUES (1, CONCAT(LOAD_FILE('/etc/passwd')))", "LOAD_FILE(…)"),
    ("VALUES (1, game.concat('a'))", "concat(…)"),
    ("VALUES (1, game . concat('a'))", "concat(…)"),
    ("VALUES (1, game./**/concat('a'))", "concat(…)"),
    ("VALUES (1, game/**/. /**/concat/**/('a'))", "concat(…)"),
    ("VALUES (1, NOW ())", "NOW(…)"),
    ("VALUES (1, NOW/**/())", "NOW(…)"),
    ("VALUES (1, `now`())", "a quoted name(…)"),
    ("VALUES (1, GeomFromText('POINT(1 1)', 4326))", "GeomFromText(…)"),
    ("VALUES ((SELECT 1))", "SELECT"),
    ("VALUES ((TABLE u))", "TABLE"),
    ("VALUES ROW(1) UNION VALUES ROW(2)", "UNION"),
    ("VALUES (1) UNION SELECT 2", "SELECT"),
    ("SET a = SLEEP(1)", "SLEEP(…)"),
    ("VALUES (1) ON DUPLICATE KEY UPDATE a = f(a)", "f(…)"),
    ("VALUES (1 --\x7f '\n, SLEEP(60)) -- '", "SLEEP(…)"),
    ("VALUES (1 /*/ */, SLEEP(60))", "SLEEP(…)"),
    ("VALUES (1 /*!99999 ' */, SLEEP(60)) -- '", "SLEEP(…)"),
    ("VALUES (1 /*!50000 , game . */ concat())", "concat(…)"),
    ("VALUES (1 /*!50000 , */ `now`())", "a quoted name(…)"),
]
UNREADABLE = [
    b"VALUES (1 /*!50000 , 2)",
    b"VALUES ($$ ' $$, SLEEP(60), $$ ' $$)",
]


@pytest.mark.parametrize("rows", LET_THROUGH)
def test_rows_that_state_or_shape_values_are_let_through(judge, rows):
    text = f"INSERT INTO t {rows}".encode()
    assert judge.judge(text, 1).sql == (text,)


@pytest.mark.parametrize(("rows", "why"), REFUSED)
def test_rows_that_run_something_are_refused(judge, rows, why):
    refusal = judge.judge(f"REPLACE INTO t {rows}".encode(), 1).refusal
    assert (refusal.rule.name, refusal.detail) == ("computed-value", f"t: {why}")


@pytest.mark.parametrize("rows", UNREADABLE)
def test_rows_that_two_servers_could_read_in_two_ways_are_refused(judge, rows):
    assert judge.judge(b"INSERT INTO t " + rows, 1).refusal.rule.name == "unreadable"


def test_bytes_between_values_are_letters_in_utf8_and_may_be_space_elsewhere(judge):
    rows = "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE ä = 1".encode()
    assert judge.judge(rows, 1).refusal is None
    judge.judge(b"SET NAMES latin2", 2)
    assert judge.judge(rows, 3).refusal.rule.name == "unreadable"


@pytest.mark.parametrize(
    "text",
    [
        b"SET @x = SLEEP(1)",
        b"SET unique_checks = (SELECT 1)",
        b"SET @x = 1, @y := game.f()",
        b"SET @x = `f`()",
        b"SET @x = (1 + LOAD_FILE('x'))",
        b"SET time_zone = IFNULL(f(), 'UTC')",
    ],
)
def test_a_setting_that_runs_something_is_refused(judge, text):
    assert judge.judge(text, 1).refusal.rule.name == "unknown-setting"


@pytest.mark.parametrize("text", [b"SET @x = IF (@y, CONCAT('a', 'b'), 1)", b"SET @x = ((1))"])
def test_a_setting_that_shapes_a_value_is_let_through(judge, text):
    assert judge.judge(text, 1).sql == (text,)


@pytest.mark.parametrize(
    "schedule",
    [
        "EVERY SLEEP(60) DAY",
        "EVERY (SELECT 1) DAY",
        "EVERY disable() SECOND",
        "EVERY 1 DAY STARTS NOW() + INTERVAL game.now() DAY",
        "AT now ()",
    ],
)
def test_an_event_whose_schedule_runs_something_is_refused(judge, schedule):
    text = f"CREATE EVENT e ON SCHEDULE {schedule} DO SET @x = 1"
    assert judge.judge(text.encode(), 1).refusal.rule.name == "computed-value"


@pytest.mark.parametrize("rest", ["VALUES ROW(1)", "(a INT) AS VALUES ROW (1)", "REPLACE VALUES"
                                  " ROW(SLEEP(1))"])  # fmt: skip
def test_a_table_that_comes_with_rows_is_refused(judge, rest):
    assert judge.judge(f"CREATE TABLE u {rest}".encode(), 1).refusal is not None


@pytest.mark.parametrize(
    "rows",
    ["(`f`(), '')", "(`)`.`\xe9`(),1)", "(`f x`(), '')", "(1, `a concat(b`())", "(`),(`(),'')"],
)
def test_a_quoted_name_before_the_first_string_calls_nothing(profile, rows):
    text = f"INSERT INTO t VALUES {rows};".encode()
    # The splitter makes the masked text of a long statement, which keeps such names.
    for padding in (b"", b"," + b"('')," * 3000 + b"('')"):
        script = Script(profile, schema="game")
        [verdict] = script.iter_verdicts([text.replace(b";", padding + b";")])
        assert verdict.refusal is not None
        assert verdict.refusal.rule.name == "computed-value"
