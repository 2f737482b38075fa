import pytest

from rewound.dump.judging.judge import Judge
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.rules.verdict import Verdict


def judge(*statements: str) -> Verdict:
    judge = Judge(REFERENCE_SERVER, default_schema="g")
    verdicts = [judge.judge(text.encode(), 1) for text in statements]
    return verdicts[-1]


@pytest.mark.parametrize(
    "rows",
    [
        "(1,@@hostname)",
        "(@@datadir),('x')",
        "(1,CONCAT('a',@@GLOBAL.socket))",
        "(@@global.`hostname`)",
        "(@@`tmpdir`)",
        "(@@SESSION.some_variable_of_tomorrow)",
        "('@@x',@@version_comment)",
        "(1,/*!50000 @@hostname */)",
        "(1) ON DUPLICATE KEY UPDATE a = @@hostname",
    ],
)
def test_rows_that_tell_of_this_host_are_refused(rows: str):
    verdict = judge(f"INSERT INTO t VALUES {rows}")
    assert [use.rule.name for use in verdict.uses][-1:] in (["computed-value"], ["unreadable"])
    assert verdict.sql == ()


@pytest.mark.parametrize(
    "rows", ["('@@hostname')", "(@@IDENTITY,1)", "(@a)", "('a@@b'),(@@session.timestamp)"]
)
def test_rows_that_state_what_the_session_has_are_executed(rows: str):
    assert judge(f"INSERT INTO t VALUES {rows}").refusal is None


@pytest.mark.parametrize("value", ["@@hostname", "IFNULL(@@GLOBAL.datadir,'')", "@@`socket`"])
def test_no_variable_of_the_dump_is_set_to_what_tells_of_this_host(value: str):
    verdict = judge(f"SET @a = {value}")
    assert verdict.refusal is not None
    assert "describes this host" in verdict.refusal.detail


@pytest.mark.parametrize(
    ("statement", "sent"),
    [
        (
            "CREATE VIEW v AS SELECT @@hostname AS `h`, @@time_zone AS `z`",
            "CREATE VIEW v AS SELECT NULL AS `h`, @@time_zone AS `z`",
        ),
        (
            "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = @@GLOBAL.datadir",
            "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NULL",
        ),
        ("CREATE FUNCTION f() RETURNS TEXT RETURN '@@hostname'",) * 2,
    ],
)
def test_stored_objects_tell_nothing_of_this_host(statement: str, sent: str):
    assert judge(statement).sql[-1].decode() == sent


@pytest.mark.parametrize(
    ("statements", "is_assumed"),
    [
        (["CREATE TABLE t (a TIMESTAMP)"], True),
        (["CREATE TABLE t (a int, `timestamp` datetime)"], False),
        (["SET time_zone = '+00:00'", "CREATE TABLE t (a timestamp(6))"], False),
        (["/*!40103 SET TIME_ZONE='+00:00' */", "CREATE TABLE t (a timestamp)"], False),
        (["CREATE TABLE t (a int)", "ALTER TABLE t ADD b timestamp"], True),
        (["CREATE TABLE t (a timestamp)", "ALTER TABLE t ADD KEY (a)"], False),
        (["CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET @a = 1"], True),
        (
            ["SET time_zone = 'SYSTEM'", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET @a = 1"],
            False,
        ),
        (["CREATE TABLE t (a timestamp)", "INSERT INTO t VALUES ('2024-01-01')"], False),
    ],
)
def test_a_zone_is_assumed_for_timestamps_and_events_where_the_dump_has_set_none(
    statements: list[str], is_assumed: bool
):
    names = [use.rule.name for use in judge(*statements).uses]
    assert ("zone-assumed" in names) is is_assumed
