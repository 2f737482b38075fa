from dataclasses import replace

import pytest

from rewound.dump.script import Script
from rewound.dump.text.statement import Kind

TABLE = "CREATE TABLE player (id int, guild int);\n"


def find_folded(profile, text, **changes):
    script = Script(replace(profile, **changes), schema="g")
    verdicts = list(script.iter_verdicts([text.encode()]))
    assert not [verdict.refusal for verdict in verdicts if verdict.refusal]
    uses = [(v.line, use) for v in verdicts for use in v.uses if use.rule.name == "names-folded"]
    return [(line, use.detail) for line, use in uses]


@pytest.mark.parametrize(
    "use",
    [
        "INSERT INTO Player VALUES (1,2);",
        "REPLACE INTO `G`.`player` VALUES (1,2);",
        "LOCK TABLES `PLAYER` WRITE;",
        "ALTER TABLE `Player` ADD KEY (id);",
        "CREATE TRIGGER player_bi BEFORE INSERT ON `Player` FOR EACH ROW SET @a = 1;",
        "CREATE INDEX i ON Player (id);",
        "CREATE VIEW v AS select `p`.`id` from (`Player` `p` join `player` `q`);",
        "CREATE FUNCTION f() RETURNS int RETURN (SELECT MAX(id) FROM g.PLAYER);",
        "CREATE TABLE item (id int, FOREIGN KEY (id) REFERENCES `Player` (id));",
        "CREATE DATABASE h; USE H;",
    ],
)
def test_a_name_that_differs_in_case_alone_shows_the_servers_setting(profile, use):
    [(line, detail)] = find_folded(profile, TABLE + use)
    assert line == 2
    assert "which it created as" in detail


@pytest.mark.parametrize(
    "text",
    [
        # Told apart: both are there, or the other one comes later.
        TABLE + "CREATE TABLE Player (id int); INSERT INTO Player VALUES (1);",
        TABLE + "CREATE TABLE i (id int, FOREIGN KEY (id) REFERENCES Player (id));"
        " CREATE TABLE Player (id int);",
        # No table of the dump, a column, a name that every server finds in any case.
        TABLE + "CREATE TABLE other (id int); INSERT INTO other VALUES (1);",
        TABLE + "CREATE VIEW v AS SELECT ID, Player.GUILD FROM player AS Player;",
        TABLE + "CREATE TRIGGER Player BEFORE INSERT ON player FOR EACH ROW SET @a = 1;",
        TABLE + "DROP TABLE IF EXISTS Player;",
    ],
)
def test_other_names_show_nothing(profile, text):
    assert find_folded(profile, text) == []


def test_a_server_that_ignores_case_has_its_names_in_lower_case(profile):
    text = TABLE + "USE Shop; CREATE TABLE Hero (id int);\nINSERT INTO HERO VALUES (1);\n"
    text += "CREATE TRIGGER Hero_bi BEFORE INSERT ON Hero FOR EACH ROW SET @a = 1;"
    script = Script(replace(profile, lower_case_table_names=1), schema="G")
    verdicts = list(script.iter_verdicts([text.encode()]))
    named = [v for v in verdicts if v.kind is not Kind.SET]
    names = [(v.schema, [str(name) for name in v.statement.names]) for v in named]
    assert names == [
        ("g", ["player"]),
        ("shop", ["shop"]),
        ("shop", ["hero"]),
        ("shop", ["hero"]),
        ("shop", ["Hero_bi", "hero"]),
    ]
    assert script.schemas == {"g", "shop"}
    assert [use.rule.name for v in verdicts for use in v.uses].count("names-folded") == 1
