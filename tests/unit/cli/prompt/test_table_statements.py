import pytest

from rewound.cli.prompt.table_statements import list_tables, read_table_name
from rewound.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("player", (None, "player")),
        ("game.player", ("game", "player")),
        ("`a ``b`.`c.d`", ("a `b", "c.d")),
        ("`player`", (None, "player")),
    ],
)
def test_a_table_is_named_as_in_sql(text: str, expected: tuple[str | None, str]):
    assert read_table_name(text) == expected


@pytest.mark.parametrize("text", ["a b", "a.b.c", "`a", "a."])
def test_what_names_no_table_is_refused(text: str):
    with pytest.raises(UsageError, match="expected a table"):
        read_table_name(text)


def test_a_pattern_is_a_text_whatever_is_in_it():
    [statement] = list_tables("a_%'*", "ga'me")
    assert "LIKE _utf8mb4 X'" + b"a|_|%'%".hex() + "' ESCAPE '|'" in statement.text
    assert "ga'me" not in statement.text
