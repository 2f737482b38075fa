import pytest

from rewound.cli.prompt.commands import (
    HELP,
    Command,
    Verb,
    find_schema,
    is_finished,
    parse_command,
    split_entry,
)
from rewound.errors import UsageError


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("\\worlds", Command(Verb.WORLDS)),
        ("\\worlds host[1-3],eu-* ", Command(Verb.WORLDS, "host[1-3],eu-*")),
        ("  \\w host1;", Command(Verb.WORLDS, "host1")),
        ("\\f csv", Command(Verb.FORMAT, "csv")),
        ("\\fl before,after", Command(Verb.FLEET, "before,after")),
        ("\\tables player_*", Command(Verb.TABLES, "player_*")),
        ("\\d `a b`;", Command(Verb.DESCRIBE, "`a b`")),
        ("\\G", Command(Verb.VERTICAL)),
        ("\\g", Command(Verb.GROUP)),
        ("\\o --force a.csv", Command(Verb.OUTPUT, "--force a.csv")),
        ("\\FORMAT csv", Command(Verb.FORMAT, "csv")),
        ("\\reduce SELECT SUM(n) FROM result;", Command(Verb.REDUCE, "SELECT SUM(n) FROM result")),
        ("\\timing", Command(Verb.TIMING)),
        ("\\?", Command(Verb.HELP)),
        ("help", Command(Verb.HELP)),
        ("\\q", Command(Verb.QUIT)),
        ("exit", Command(Verb.QUIT)),
        ("QUIT ;", Command(Verb.QUIT)),
    ],
)
def test_a_command_is_its_verb_and_its_arguments(text: str, command: Command):
    assert parse_command(text) == command
    assert is_finished(text)


@pytest.mark.parametrize("text", ["", ";", "SELECT 1;", "SELECT '\\q';", "quit x", "help me"])
def test_everything_else_is_sql(text: str):
    assert parse_command(text) is None


@pytest.mark.parametrize(
    "text", ["\\", "\\ worlds", "\\nope", "\\wi\\de", "\\t", "\\worldsx host1"]
)
def test_an_unknown_command_is_an_error_that_names_those_there_are(text: str):
    with pytest.raises(UsageError) as caught:
        parse_command(text)
    assert "unknown command \\" in caught.value.message
    for verb in Verb:
        assert f"\\{verb.value}" in str(caught.value.hint)
    assert is_finished(text)


def test_the_help_explains_every_command_in_80_columns():
    for verb in Verb:
        assert f"\n\\{verb.value} " in HELP
    assert max(map(len, HELP.splitlines())) <= 80


@pytest.mark.parametrize("text", ["SELECT 1", "SELECT '\\q", "quit x", "SELECT ';"])
def test_a_statement_is_finished_by_its_semicolon_only(text: str):
    assert not is_finished(text)


@pytest.mark.parametrize(
    ("statement", "schema"),
    [
        ("USE game", "game"),
        ("use  game ", "game"),
        ("USE\ngame", "game"),
        ("USE `a ``b`", "a `b"),
        ("USE", None),
        ("USE a b", None),
        ("SELECT 1", None),
    ],
)
def test_use_names_a_schema(statement: str, schema: str | None):
    assert find_schema(statement) == schema


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT\n\\?", ["SELECT\n", "\\?"]),
        ("SELECT\n  \\w host1\n1;", ["SELECT\n", "  \\w host1\n", "1;"]),
        ("\\w host1\n\\tables", ["\\w host1\n", "\\tables"]),
        ("\\w host1\nSELECT 1;\n", ["\\w host1\n", "SELECT 1;\n"]),
        # Within quotes and comments, a line is text.
        ("SELECT '\n\\q\n';", ["SELECT '\n\\q\n';"]),
        ("SELECT /*\n\\q\n*/ 1\n\\q", ["SELECT /*\n\\q\n*/ 1\n", "\\q"]),
        ("SELECT `a\n\\q", ["SELECT `a\n\\q"]),
        # The end of a statement is no command; nor is \\N in the middle of a line.
        ("SELECT 1\n\\G", ["SELECT 1\n\\G"]),
        ("SELECT 1\n\\g ;", ["SELECT 1\n\\g ;"]),
        ("SELECT 1\n\\group", ["SELECT 1\n", "\\group"]),
        ("SELECT \\N\n", ["SELECT \\N\n"]),
    ],
)
def test_a_command_may_stand_on_any_line_outside_of_quotes(text: str, parts: list[str]):
    assert split_entry(text) == parts
    assert "".join(split_entry(text)) == text


@pytest.mark.parametrize("text", ["SELECT\n\\?", "SELECT 'it''s'\n\\c", "a\n\\nope", "SELECT\n\\q"])
def test_enter_after_a_command_runs_it_in_an_unfinished_statement(text: str):
    assert is_finished(text)


@pytest.mark.parametrize("text", ["SELECT '\n\\q", "SELECT\n\\?\nFROM t", "/*\n\\c"])
def test_enter_goes_on_where_nothing_is_finished(text: str):
    assert not is_finished(text)
