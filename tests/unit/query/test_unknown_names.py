import pytest

from rewound.query.names import Names
from rewound.query.unknown_names import is_about_a_name, suggest_name

NAMES = Names({"game": {"player": ["player_id", "player_score"], "guild": ["guild_id", "name"]}})


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (
            "in every world: MySQL error 1146: Table 'game.playr' doesn't exist",
            "did you mean player?",
        ),
        (
            "MySQL error 1054: Unknown column 'p.player_scroe' in 'field list'",
            "did you mean player_score?",
        ),
        ("MySQL error 1054: Unknown column 'zzz' in 'where clause'", None),
        ("MySQL error 1049: Unknown database 'gmae'", "did you mean game?"),
        ("MySQL error 1146: Table 'other.playr' doesn't exist", None),
        ("MySQL error 1064: You have an error in your SQL syntax", None),
    ],
)
def test_a_name_that_the_server_does_not_know_has_its_hint(error: str, hint: str | None):
    assert suggest_name(error, NAMES) == hint
    assert is_about_a_name(error) == ("1064" not in error)


def test_columns_of_the_tables_in_the_statement_come_first():
    error = "MySQL error 1054: Unknown column 'nam' in 'field list'"
    names = Names(
        {"game": {"player": ["player_name"]}, "information_schema": {"PLUGINS": ["NAME", "id"]}}
    )
    assert suggest_name(error, names, sql="SELECT nam FROM Player") == "did you mean player_name?"
    assert suggest_name(error, names, sql="SELECT nam FROM other") == "did you mean NAME?"
