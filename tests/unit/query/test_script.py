import pytest

from rewound.errors import UsageError
from rewound.query.script import (
    find_unread_variables,
    find_unset_variables,
    is_complete,
    is_read_by_line,
    read_script,
    read_statements,
)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;", ["SELECT 1"]),
        ("SELECT 1; SELECT ';'", ["SELECT 1", "SELECT ';'"]),
        ("-- a\nSELECT 1 # b\n; /* c */", ["SELECT 1 # b"]),
        (
            "DELIMITER //\nSELECT 1; SELECT 2//\nDELIMITER ;\nSELECT 3",
            ["SELECT 1; SELECT 2", "SELECT 3"],
        ),
        ("SELECT 'é😀'", ["SELECT 'é😀'"]),
        ("WARNING: x", ["WARNING: x"]),
    ],
)
def test_statements_are_cut_as_the_client_does(text, statements):
    assert read_statements(text) == statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("SELECT 1\\G", [("SELECT 1", True)]),
        ("SELECT 1\\g SELECT 2;", [("SELECT 1", False), ("SELECT 2", False)]),
        ("SELECT 1; SELECT 2\\GSELECT 3", [(f"SELECT {n}", n == 2) for n in (1, 2, 3)]),
        ("SELECT 1;\\G", [("SELECT 1", True)]),
        ("SELECT '\\G', `\\G`, \"\\G\";", [("SELECT '\\G', `\\G`, \"\\G\"", False)]),
        ("SELECT 1 -- \\G\n/* \\G */;", [("SELECT 1 -- \\G\n/* \\G */", False)]),
        (
            "DELIMITER //\nSELECT 1; SELECT 2//\nSELECT 3\\G SELECT 4; SELECT 5//",
            [("SELECT 1; SELECT 2", False), ("SELECT 3", True), ("SELECT 4; SELECT 5", False)],
        ),
    ],
)
def test_a_backslash_and_g_end_a_statement_outside_of_texts(text, statements):
    assert [tuple(statement) for statement in read_script(text)] == statements


def test_what_is_not_closed_is_named_by_its_line_in_the_whole_text():
    with pytest.raises(UsageError, match="line 3: a quote"):
        read_script("SELECT 1\\G\nSELECT 2\\G\nSELECT 'a\\G")


@pytest.mark.parametrize(
    ("statement", "columns", "expected"),
    [
        ("SHOW CREATE TABLE t", ["Table", "Create Table"], True),
        ("/* a */ show  create view v", ["View"], True),
        ("SHOW TABLES", ["Tables_in_game"], False),
        ("EXPLAIN SELECT 1", ["EXPLAIN"], True),
        ("EXPLAIN SELECT 1", ["id", "select_type"], False),
        ("DESC t", ["Field", "Type"], False),
        ("SELECT 1 AS `EXPLAIN`", ["EXPLAIN"], False),
    ],
)
def test_what_is_read_by_line_is_told_by_statement_and_columns(statement, columns, expected):
    assert is_read_by_line(statement, columns) is expected


@pytest.mark.parametrize("text", ["", " ;\n; ", "-- nothing", "/* nothing */"])
def test_no_statement_is_a_usage_error(text):
    with pytest.raises(UsageError, match="no SQL statement was given"):
        read_statements(text)


@pytest.mark.parametrize("text", ["SELECT 'a", "SELECT 1;\nSELECT `a", "/* a"])
def test_what_is_not_closed_is_a_usage_error(text):
    with pytest.raises(UsageError, match="is not closed"):
        read_statements(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "SELECT 1;",
        "SELECT 1 ; ",
        "SELECT\n1;\nSELECT 2;",
        "SELECT 1; -- a word",
        "SELECT 1; # a word",
        "SELECT 1; /* a word */",
        "-- nothing",
        "SELECT ';';",
        "DELIMITER //\nSELECT 1; SELECT 2//\nDELIMITER ;",
        "SELECT 1\\G",
        "SELECT 1\nFROM t\\g ",
    ],
)
def test_a_text_is_complete_where_its_last_statement_ends(text):
    assert is_complete(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "SELECT 1 -- not yet;",
        "SELECT 1; SELECT 2",
        "SELECT 'a;",
        'SELECT "a;',
        "SELECT `a;",
        "SELECT 'it''s;",
        r"SELECT 'it\';",
        "SELECT 1 /* a;",
        "SELECT 1; /* a",
        "DELIMITER //",
        "DELIMITER //\nSELECT 1;",
        "DELIMITER //\nSELECT 1//",
    ],
)
def test_a_text_is_incomplete_within_a_statement_quote_comment_or_delimiter(text):
    assert not is_complete(text)


@pytest.mark.parametrize(
    ("statements", "unset"),
    [
        (["SELECT @a"], ["a"]),
        (["SELECT @A, @`b c`, @given, @@sql_mode, '@d'"], ["a", "b c"]),
        (["SET @a = 1", "SELECT @a"], []),
        (["SELECT @a", "SET @a = 1"], ["a"]),
        (["SET @a = @b, @c := 1"], ["b"]),
        (["SELECT @a := 1, @a"], []),
        (["SELECT 1 INTO @a", "SELECT @a"], []),
        (["SELECT 'broken"], []),
    ],
)
def test_variables_that_are_read_before_they_are_set(statements, unset):
    assert find_unset_variables(statements, ["GIVEN"]) == unset


def test_variables_that_no_statement_names_are_found():
    statements = ["SELECT @Level, 'text @nope'", "SET @set = 1"]
    assert find_unread_variables(statements, ["level", "set", "nope", "lev"]) == ["nope", "lev"]
