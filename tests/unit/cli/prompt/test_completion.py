import pytest

from rewound.cli.prompt.completion import Suggestion, complete_sql, complete_word
from rewound.query.names import Names, arrange_names

GAME = {
    "guild": ("guild_id", "guild_name"),
    "order": ("order_id", "key", "when it was"),
    "player": ("player_id", "player_name", "points"),
    "player_item": ("player_id", "item_id"),
}
SERVER = {"TABLES": ("TABLE_SCHEMA", "TABLE_NAME")}
RESERVED = frozenset({"ORDER", "KEY", "SELECT"})
NAMES = Names({"game": GAME, "information_schema": SERVER}, RESERVED)
TWO_SCHEMAS = Names({"game": GAME, "shop-1": {"sale": ("sale_id",)}}, RESERVED)


def complete(text: str, names: Names = NAMES, schema: str | None = None) -> list[str]:
    """Complete at the bar, else at the end."""
    before, _, after = text.partition("|")
    found = complete_sql(before + after, len(before), names=names, schema=schema)
    return [suggestion.text for suggestion in found]


@pytest.mark.parametrize("before", ["FROM", "JOIN", "UPDATE", "INTO", "TABLE", "FROM guild,"])
def test_tables_come_first_where_one_is_named(before: str):
    tables = ["guild", "`order`", "player", "player_item", "game", "information_schema"]
    assert complete(f"SELECT * {before} ") == tables
    assert complete(f"SELECT * {before} PLAY")[:2] == ["player", "player_item"]


@pytest.mark.parametrize("text", ["DESC pl", "describe pl", "EXPLAIN pl", "SHOW CREATE TABLE pl"])
def test_tables_complete_what_describes_them(text: str):
    assert complete(text)[0] == "player"


@pytest.mark.parametrize("text", ["SELECT 1 FROM player FOR UPDATE pl", "SELECT 1 ORDER BY a, p"])
def test_no_table_comes_where_none_can_be(text: str):
    assert "player_item" not in complete(text)


def test_columns_of_the_statements_tables_come_first_even_if_named_behind():
    assert complete("SELECT g| FROM guild")[:3] == ["guild_id", "guild_name", "guild"]
    assert complete("SELECT p| FROM player")[:4] == ["player_id", "player_name", "points", "player"]
    assert complete("SELECT 1 FROM guild g WHERE gu")[:2] == ["guild_id", "guild_name"]


def test_without_a_table_all_columns_can_be_meant():
    assert complete("SELECT item") == ["item_id"]
    assert "guild_id" in complete("SELECT ")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT p.| FROM player p",
        "SELECT p.| FROM guild g, player AS p",
        "SELECT * FROM game.player AS p WHERE P.",
        "SELECT player.",
        "SELECT PLAYER.",
        "SELECT `player`.",
        "SELECT game.player.",
        "UPDATE player p SET p.",
        "SELECT 1; SELECT p.| FROM player p; SELECT 2 FROM guild p",
    ],
)
def test_behind_a_table_and_a_dot_come_its_columns(text: str):
    assert complete(text) == ["player_id", "player_name", "points"]


def test_behind_a_schema_and_a_dot_come_its_tables():
    assert complete("SELECT * FROM game.p") == ["player", "player_item"]
    assert complete("SELECT * FROM information_schema.t") == ["TABLES"]
    assert complete("SELECT * FROM nothing.") == []


def test_of_several_schemas_tables_come_with_theirs():
    assert complete("SELECT * FROM sa", TWO_SCHEMAS) == ["`shop-1`.sale"]
    assert complete("SELECT * FROM sa", TWO_SCHEMAS, schema="shop-1") == ["sale"]
    assert complete("USE ", TWO_SCHEMAS) == ["game", "`shop-1`"]


def test_names_that_need_it_are_back_quoted():
    columns = ["order_id", "`key`", "`when it was`"]
    assert complete("SELECT o.| FROM `order` o") == columns
    assert complete("SELECT * FROM `pl") == ["`player`", "`player_item`"]
    assert complete_sql("SELECT * FROM `gu", 17, names=NAMES) == [Suggestion("`guild`", 3, "table")]


def test_words_are_written_as_the_user_writes_them():
    assert complete("SEL")[0] == "SELECT"
    assert complete("sel")[0] == "select"
    assert complete("Sel")[0] == "SELECT"
    assert complete("select * from player wh")[0] == "where"
    assert complete("SELECT COU")[0] == "COUNT"


def test_behind_a_table_come_the_clauses():
    assert complete("SELECT * FROM player ")[:3] == ["FROM", "WHERE", "JOIN"]
    assert complete("SELECT * FROM player p ORD")[0] == "ORDER BY"


@pytest.mark.parametrize(
    "text", ["SELECT 'pl", 'SELECT "pl', "SELECT 1 -- pl", "SELECT 1 # pl", "SELECT /* pl"]
)
def test_nothing_completes_a_text_or_a_comment(text: str):
    assert complete(text) == []


def test_a_statement_that_ended_says_nothing_of_the_next():
    assert complete("SELECT 1 FROM player; SE")[0] == "SELECT"
    assert complete("SELECT 'a;b' FROM guild WHERE gu")[0] == "guild_id"


def test_without_names_there_are_words():
    assert complete("SELECT * FROM pl", Names()) == []
    assert complete("sel", Names())[0] == "select"


def test_a_word_is_completed_out_of_a_list():
    assert complete_word("HOST1", ["host1", "host2", "host10"], "world") == [
        Suggestion("host1", 5, "world"),
        Suggestion("host10", 5, "world"),
    ]


def test_names_are_arranged_by_schema_and_table():
    rows = [("s", "t", "b"), ("s", "t", "a"), ("s", "u", "c")]
    assert arrange_names(rows, ["key"]) == Names(
        {"s": {"t": ["b", "a"], "u": ["c"]}}, frozenset({"KEY"})
    )
