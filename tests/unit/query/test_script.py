import pytest

from rewound.errors import UsageError
from rewound.query.script import find_unset_variables, is_complete, read_statements


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
