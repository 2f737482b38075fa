import pytest

from rewound.dump.judging.judge import Judge

TABLE = b"CREATE TABLE t (a int, b int AS (a+1), s text, c int AS (b*2) STORED)"


def judge_rows(profile, insert, table=TABLE):
    judge = Judge(profile, default_schema="g")
    judge.judge(table, 1)
    return judge.judge(insert, 2)


@pytest.mark.parametrize(
    ("insert", "sent"),
    [
        (
            b"INSERT INTO t VALUES (1,2,'it''s (1,2,\\'x\\',3),',4),\n(5, 6 ,NULL,12)",
            b"INSERT INTO t VALUES (1,DEFAULT,'it''s (1,2,\\'x\\',3),',DEFAULT),"
            b"\n(5,DEFAULT,NULL,DEFAULT)",
        ),
        (
            b"REPLACE INTO `t` (`s`,`C`,`a`) VALUES (_binary 'x',-4,0x01)",
            b"REPLACE INTO `t` (`s`,`C`,`a`) VALUES (_binary 'x',DEFAULT,0x01)",
        ),
        (
            b"INSERT IGNORE INTO t (a,b) VALUES (1,2),(3,DEFAULT) ON DUPLICATE KEY UPDATE a=9",
            b"INSERT IGNORE INTO t (a,b) VALUES (1,DEFAULT),(3,DEFAULT)"
            b" ON DUPLICATE KEY UPDATE a=9",
        ),
    ],
)
def test_default_takes_the_place_of_generated_values(profile, insert, sent):
    verdict = judge_rows(profile, insert)
    assert verdict.sql[-1] == sent
    assert verdict.stated.rows in insert
    assert set(verdict.stated.generated) <= {"b", "c"}
    assert [use.rule.name for use in verdict.uses][-1] == "generated-value"


@pytest.mark.parametrize(
    "insert",
    [
        b"INSERT INTO t (a,s) VALUES (1,'x')",
        b"INSERT INTO t VALUES (1,DEFAULT,'x',default)",
        # Not to be told apart for certain: the server refuses the values.
        b"INSERT INTO t VALUES (1+POW(2,1),2,'x',3)",
        b"INSERT INTO t VALUES (1,2,'x')",
        b"INSERT INTO u VALUES (1,2,'x',4)",
    ],
)
def test_other_rows_stay_as_they_are(profile, insert):
    verdict = judge_rows(profile, insert)
    assert verdict.sql[-1] == insert
    assert verdict.stated is None
