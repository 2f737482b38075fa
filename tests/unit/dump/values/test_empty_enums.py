from rewound.dump.judging.judge import Judge
from rewound.dump.values.empty_enums import RowPlace, find_empty_enums

TABLE = b"CREATE TABLE t (id int, K enum('a','b'), s set('x'), l enum('c'))"


def test_an_empty_text_for_an_enum_is_distinguished_from_all_else(profile):
    judge = Judge(profile, default_schema="g")
    judge.judge(TABLE, 1)
    rows = (
        b"(1,'','',''),(2,'q','',_utf8mb4 ''),(3,' ',NULL,'c'),\n(4, '' ,'x',\"\"),(5,'''','x','c')"
    )
    verdict = judge.judge(b"INSERT INTO t VALUES " + rows, 2)
    assert verdict.enums is not None
    asked = [RowPlace(column, row) for column in ("k", "s", "l") for row in range(1, 7)]
    found = find_empty_enums(verdict.statement, verdict.enums, asked)
    assert found == {
        *(RowPlace("k", 1), RowPlace("l", 1), RowPlace("l", 2), RowPlace("k", 4), RowPlace("l", 4)),
    }
    some = [RowPlace("k", 4), RowPlace("k", 5)]
    assert find_empty_enums(verdict.statement, verdict.enums, some) == {RowPlace("k", 4)}


def test_without_an_enum_among_the_values_nothing_is_known(profile):
    judge = Judge(profile, default_schema="g")
    judge.judge(TABLE, 1)
    assert judge.judge(b"INSERT INTO t (id, s) VALUES (1,'')", 2).enums is None
    assert judge.judge(b"INSERT INTO u VALUES (1,'')", 2).enums is None
