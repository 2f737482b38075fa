import pytest

from rewound.dump.judging.judge import Judge

A = "CREATE TABLE a (n int) ENGINE=MyISAM"
M = "CREATE TABLE m (n int) ENGINE=MERGE UNION=(a)"


def merges(profile, *statements):
    judge = Judge(profile, default_schema="g")
    for statement in (A, M, *statements):
        verdict = judge.judge(statement.encode(), 1)
        assert verdict.refusal is None, verdict.refusal
    names = [(schema, name) for schema in "gh" for name in "abmo"]
    return {".".join(key) for key in names if judge.tables.is_merge(key)}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], {"g.m"}),
        (["ALTER TABLE m RENAME TO o"], {"g.o"}),
        (["ALTER TABLE m RENAME AS h.o"], {"h.o"}),
        (["ALTER TABLE m RENAME INDEX x TO o"], {"g.m"}),
        (["ALTER TABLE m RENAME COLUMN n TO o"], {"g.m"}),
        (["ALTER TABLE m ENGINE=MyISAM, RENAME o"], set()),
        (["ALTER TABLE a RENAME b"], {"g.m"}),
        (["CREATE TABLE IF NOT EXISTS m (n int)"], {"g.m"}),
        (["CREATE TABLE IF NOT EXISTS a (n int) ENGINE=MERGE"], {"g.m"}),
        (["CREATE TABLE IF NOT EXISTS b (n int) ENGINE=MERGE"], {"g.m", "g.b"}),
        (["CREATE TABLE b LIKE m", "DROP TABLE m"], {"g.b"}),
        (["DROP TABLE m", "CREATE TABLE m (n int)"], set()),
        (["DROP DATABASE g"], set()),
        # After such an ALTER, nothing is known about the columns.
        (
            [
                "ALTER TABLE m ADD b int",
                "ALTER TABLE m ALTER b SET INVISIBLE",
                "CREATE TABLE IF NOT EXISTS m (n int)",
            ],
            {"g.m"},
        ),
    ],
)
def test_merge_tables_are_followed(profile, statements, expected):
    assert merges(profile, *statements) == expected
