import pytest

from rewound.similar_names import find_similar, list_names, suggest

COMMANDS = ["dumps", "verify", "up", "status", "connect", "query", "diff", "report", "reset"]
COLUMNS = ["player_id", "player_name", "player_score", "guild_id", "created_at"]


@pytest.mark.parametrize(
    ("wanted", "known", "similar"),
    [
        ("dump", COMMANDS, ["dumps"]),
        ("dmups", COMMANDS, ["dumps"]),
        ("stat", COMMANDS, ["status"]),
        ("conect", COMMANDS, ["connect"]),
        ("qurey", COMMANDS, ["query"]),
        ("QUERY", COMMANDS, ["query"]),
        ("up", COMMANDS, ["up"]),
        ("frobnicate", COMMANDS, []),
        ("", COMMANDS, []),
        ("player_scroe", COLUMNS, ["player_score"]),
        ("playerscore", COLUMNS, ["player_score"]),
        ("score", COLUMNS, ["player_score"]),
        ("Player-ID", COLUMNS, ["player_id"]),
        ("player", COLUMNS, ["player_id", "player_name", "player_score"]),
        ("hots2", ["host1", "host2", "eu-1"], ["host2"]),
        ("eu-wset", ["eu-west", "eu-east"], ["eu-west"]),
        ("host9", ["host1", "host2", "host3"], []),
        ("host9.example.com", ["host1.example.com", "eu.example.com"], []),
        ("befor", ["before", "after"], ["before"]),
        ("scor", COLUMNS, ["player_score"]),
        ("nmae", COLUMNS, ["player_name"]),
        ("nam", COLUMNS, ["player_name"]),
        ("x", [], []),
    ],
)
def test_find_similar_finds_what_was_meant(wanted: str, known: list[str], similar: list[str]):
    assert find_similar(wanted, known) == similar


def test_suggest_asks_for_one_of_several():
    assert suggest("player", COLUMNS) == "did you mean player_id, player_name or player_score?"


def test_suggest_lists_what_there_is_where_nothing_is_similar():
    assert suggest("zzz", ["a", "b"], listed_as="columns") == "columns: a, b"
    assert suggest("zzz", []) == "known: none"


def test_a_long_list_is_cut():
    names = [f"t{number}" for number in range(100)]
    assert list_names(names).endswith("t19 and 80 more")
    assert list_names(names[:20]).endswith("t18, t19")
