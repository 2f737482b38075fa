import pytest

from rewound.dump.judging.judge import Judge

NUMBERED = "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, s text)"
PLAIN = "CREATE TABLE t (a int, s text)"


def may_regroup(profile, statements, head, rows):
    judge = Judge(profile, default_schema="g")
    for statement in statements:
        assert judge.judge(statement.encode(), 1).refusal is None
    passes = judge.find_row_test(head.encode())
    return passes is not None and passes(rows.encode())


@pytest.mark.parametrize(
    ("table", "head", "rows"),
    [
        (PLAIN, "INSERT INTO t VALUES ", "(1,''),(-2.5,NULL),(1e-3,_binary ''),(0xAB,x'')"),
        (PLAIN, "INSERT INTO `t` VALUES\n", "(1, ''),\n(2, ''''''),\n(TRUE, _utf8mb4'')"),
        (PLAIN, "INSERT IGNORE INTO g.t (s) VALUES ", "(''),(NULL)"),
        (PLAIN, "REPLACE INTO t (s, a) VALUES ", "('',0)"),
        (NUMBERED, "INSERT INTO t VALUES ", "(1,''),(20,'')"),
        (NUMBERED, "INSERT INTO t (s, ID) VALUES ", "('',7),(NULL,8)"),
    ],
)
def test_rows_of_literals_may_stand_in_other_statements(profile, table, head, rows):
    assert may_regroup(profile, [table], head, rows)


@pytest.mark.parametrize(
    ("statements", "head", "rows"),
    [
        # A function, a variable, a default; nothing at all.
        ([PLAIN], "INSERT INTO t VALUES ", "(1,''),(2,NOW())"),
        ([PLAIN], "INSERT INTO t VALUES ", "(LAST_INSERT_ID(),'')"),
        ([PLAIN], "INSERT INTO t VALUES ", "(@@identity,''),(@n,'')"),
        ([PLAIN], "INSERT INTO t VALUES ", "(1,DEFAULT)"),
        ([PLAIN], "INSERT INTO t VALUES ", "((1),'')"),
        ([PLAIN], "INSERT INTO t (s) VALUES ", "()"),
        ([PLAIN], "INSERT INTO t VALUES ", "(1,'') ON DUPLICATE KEY UPDATE s=''"),
        # Numbers that the server chooses, wherever they stand.
        ([NUMBERED], "INSERT INTO t VALUES ", "(1,''),(NULL,'')"),
        ([NUMBERED], "INSERT INTO t VALUES ", "(NULL,''),(NULL,'')"),
        ([NUMBERED], "INSERT INTO t VALUES ", "(1,''),(0,'')"),
        ([NUMBERED], "INSERT INTO t VALUES ", "('','')"),
        ([NUMBERED], "INSERT INTO t VALUES ", "(-1,'')"),
        ([NUMBERED], "INSERT INTO t (s, id) VALUES ", "('',5),('', 0 )"),
        ([NUMBERED], "INSERT INTO t (s) VALUES ", "('')"),
        ([PLAIN, "ALTER TABLE t ADD id serial"], "INSERT INTO t (a,s) VALUES ", "(1,'')"),
        ([PLAIN, "ALTER TABLE t MODIFY a int AUTO_INCREMENT"], "INSERT INTO t VALUES ", "(0,'')"),
        # A table of which nothing is known, or another one than is meant.
        ([], "INSERT INTO t VALUES ", "(1,'')"),
        ([PLAIN], "INSERT INTO other VALUES ", "(1,'')"),
        ([PLAIN], "INSERT INTO h.t VALUES ", "(1,'')"),
        ([PLAIN], "INSERT INTO t (z) VALUES ", "(1)"),
        ([PLAIN, "DROP TABLE t"], "INSERT INTO t VALUES ", "(1,'')"),
        ([PLAIN], "INSERT INTO t PARTITION (p) VALUES ", "(1,'')"),
        # A trigger may look at what LAST_INSERT_ID() gives, or count.
        (
            [PLAIN, "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET @a = 1"],
            "INSERT INTO t VALUES ",
            "(1,'')",
        ),
    ],
)
def test_rows_that_depend_on_their_statement_stay_in_it(profile, statements, head, rows):
    assert not may_regroup(profile, statements, head, rows)


def test_a_zero_is_a_number_like_others_where_the_session_keeps_it(profile):
    statements = [NUMBERED, "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'"]
    assert may_regroup(profile, statements, "INSERT INTO t VALUES ", "(0,''),(1,'')")
    assert not may_regroup(profile, statements, "INSERT INTO t VALUES ", "(NULL,''),(1,'')")
