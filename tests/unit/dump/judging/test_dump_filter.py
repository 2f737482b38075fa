import pytest

from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.judging.judge import Judge

STATEMENTS = {
    "create game": "CREATE DATABASE game",
    "create shop": "CREATE DATABASE shop",
    "use shop": "USE shop",
    "shop.item": "INSERT INTO item VALUES (1)",
    "use game": "USE game",
    "drop player": "DROP TABLE IF EXISTS player",
    "player": "CREATE TABLE player (id INT)",
    "lock player": "LOCK TABLES `player` WRITE",
    "index": "CREATE INDEX i ON player (id)",
    "log": "INSERT INTO log_2024 VALUES (1)",
    "lock log": "LOCK TABLES `log_2024` WRITE",
    "trigger": "CREATE TRIGGER tr BEFORE INSERT ON log_2024 FOR EACH ROW SET @a = 1",
    "view": "CREATE VIEW player_view AS SELECT 1",
    "procedure": "CREATE PROCEDURE p() SELECT 1",
    "event": "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    "set": "SET @a = 1",
    "unlock": "UNLOCK TABLES",
}
GAME = {"create game", "use game", "set", "unlock"}
SHOP = {"create shop", "use shop", "shop.item"}
PLAYER = {"drop player", "player", "lock player", "index"}
LOG = {"log", "lock log", "trigger"}
STORED_OBJECTS = {"procedure", "event"}


@pytest.mark.parametrize(
    ("part", "executed"),
    [
        (DumpFilter(), set(STATEMENTS)),
        (DumpFilter(only_schemas=("game",)), set(STATEMENTS) - SHOP),
        (DumpFilter(only_schemas=("g*", "other")), set(STATEMENTS) - SHOP),
        (DumpFilter(skip_tables=("log_*",)), set(STATEMENTS) - LOG),
        (DumpFilter(skip_tables=("game.log_*",)), set(STATEMENTS) - LOG),
        (DumpFilter(skip_tables=("shop.log_*",)), set(STATEMENTS)),
        (DumpFilter(skip_tables=("item",)), set(STATEMENTS) - {"shop.item"}),
        (DumpFilter(only_tables=("player",)), GAME | SHOP - {"shop.item"} | PLAYER),
        (
            DumpFilter(only_tables=("game.player*",)),
            GAME | SHOP - {"shop.item"} | PLAYER | {"view"},
        ),
        (DumpFilter(("game",), ("player*", "log_*"), ("log_*",)), GAME | PLAYER | {"view"}),
    ],
    ids=lambda value: str(value) if isinstance(value, DumpFilter) else "",
)
def test_only_what_is_asked_for_is_executed(profile, part, executed):
    judge = Judge(profile, dump_filter=part)
    verdicts = {name: judge.judge(sql.encode(), 1) for name, sql in STATEMENTS.items()}
    assert {name for name, verdict in verdicts.items() if verdict.sql} == executed
    left_out = [verdict for name, verdict in verdicts.items() if name not in executed]
    assert all([use.rule.name for use in v.uses] == ["not-selected"] for v in left_out)


def test_what_is_asked_for_in_vain_is_found():
    part = DumpFilter(("game", "shop"), ("player", "game.log*", "plyer"), ("x",))
    unmet = part.find_unmet(["game"], [("game", "player"), ("game", "log_1")])
    assert unmet == ["--only-schema shop", "--only-table plyer"]
    assert str(part).endswith("--only-table plyer --skip-table x")


def test_skips_that_leave_out_nothing_are_found():
    part = DumpFilter(skip_tables=("log_*", "game.chat", "shop.chat", "plaier"))
    left_out = [("game", "log_2024"), ("game", "chat")]
    assert part.find_idle(left_out) == ["--skip-table shop.chat", "--skip-table plaier"]


def test_what_was_probably_meant_is_said_of_options_that_match_nothing():
    part = DumpFilter(only_schemas=("game",), only_tables=("plyer", "nope"))
    left_out = [("game", "player"), ("game", "chat")]
    assert part.describe_unmet(["game"], [], left_out) == [
        "--only-table plyer (did you mean player?)",
        "--only-table nope",
    ]
