import pytest

from rewound.dump.judging.judge import Judge


def known(profile, *statements):
    judge = Judge(profile, default_schema="g")
    for statement in statements:
        verdict = judge.judge(statement.encode(), 1)
        assert verdict.refusal is None, verdict.refusal
    return judge.tables


def describe(table):
    if table is None:
        return None
    return " ".join(
        column.name
        + "#" * column.has_auto_increment
        + "=" * column.is_generated
        + "?" * column.is_enum
        + "-" * column.is_invisible
        for column in table.columns
    )


@pytest.mark.parametrize(
    ("definition", "columns"),
    [
        ("(`ID` int NOT NULL AUTO_INCREMENT, b text, PRIMARY KEY (id), KEY k (b(3)))", "id# b"),
        ("(a serial, b int COMMENT 'AUTO_INCREMENT', `AS` int)", "a# b as"),
        ("(a int, b int GENERATED ALWAYS AS (a+1) STORED, c int AS (CAST(a AS char)))", "a b= c="),
        ("(a int, b int AS (a) PERSISTENT, c enum('x','') INVISIBLE, CHECK (a > 1))", "a b= c?-"),
        ("(a int) PARTITION BY HASH (a) (PARTITION p0, PARTITION p1)", "a"),
        ("(`key` int, `check` int, vector int, UNIQUE (vector))", "key check vector"),
        ("(a int /*!50606 STORAGE DISK */ DEFAULT (1+1), b int /*!80023 INVISIBLE */)", "a b-"),
    ],
)
def test_a_table_is_known_by_its_columns(profile, definition, columns):
    tables = known(profile, f"CREATE TABLE t {definition}")
    assert describe(tables.find(("g", "t"))) == columns


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ("MODIFY id int NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=9", "id# b c="),
        ("MODIFY `id` int(11) NOT NULL AUTO_INCREMENT AFTER b", "b id# c="),
        ("CHANGE id `n` int FIRST, CHANGE COLUMN b b enum('x')", "n b? c="),
        ("ADD d int AFTER id, ADD COLUMN (e int, f int AS (1)), DROP b", "id d c= e f="),
        ("ADD PRIMARY KEY (id), ADD KEY k (b), DROP COLUMN c, ENGINE=MyISAM", "id b"),
        (
            "ADD CONSTRAINT x CHECK (b > 0), ADD UNIQUE INDEX u (b), ADD COLUMN z serial",
            "id b c= z#",
        ),
        ("RENAME COLUMN b TO d, RENAME INDEX k TO l, ALTER id SET DEFAULT 3", "id d c="),
        ("DROP PRIMARY KEY, DROP INDEX k, ORDER BY b, CONVERT TO CHARACTER SET latin1", "id b c="),
        ("ADD PARTITION (PARTITION p1 VALUES LESS THAN (9))", "id b c="),
        ("DROP nothing_of_it", None),
        ("ALTER b SET INVISIBLE", None),
    ],
)
def test_a_table_is_known_after_a_change(profile, change, columns):
    tables = known(
        profile, "CREATE TABLE t (id int, b int, c int AS (1))", f"ALTER TABLE t {change}"
    )
    assert describe(tables.find(("g", "t"))) == columns


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["CREATE TABLE u LIKE t"], {"t": "a#", "u": "a#"}),
        (["CREATE TABLE u LIKE other"], {"u": None}),
        (["ALTER TABLE t RENAME TO u"], {"t": None, "u": "a#"}),
        (["ALTER TABLE t ADD b int, RENAME u"], {"t": None, "u": "a# b"}),
        (["CREATE TABLE IF NOT EXISTS t (z int)"], {"t": "a#"}),
        (["DROP TABLE IF EXISTS x, t"], {"t": None}),
        (["DROP DATABASE g"], {"t": None}),
        (["CREATE OR REPLACE TABLE t (z int)"], {"t": "z"}),
        (["ALTER TABLE u ADD b int"], {"t": "a#", "u": None}),
        (["USE h", "CREATE TABLE t (z int)"], {"t": "a#"}),
    ],
)
def test_tables_come_and_go_with_their_statements(profile, statements, found):
    tables = known(profile, "CREATE TABLE g.t (a serial)", *statements)
    assert {name: describe(tables.find(("g", name))) for name in found} == found
