"""A world that was changed after its restore shows it, until it is reset."""

import json

import pytest

from tests.conftest import Cli, Dumps
from tests.server.test_baselines import ask, up
from tests.server.test_fleet import kill_server, states_of, status_of, write_game
from tests.waiting import wait_until

OBJECTS = (
    "CREATE TABLE item (id INT PRIMARY KEY, s TEXT, FULLTEXT KEY (s));\n"
    "INSERT INTO item VALUES (1, 'red sword'), (2, 'blue sword');\n"
    "CREATE TABLE log (id INT) ENGINE=MyISAM;\nINSERT INTO log VALUES (1);\n"
    "CREATE TABLE sheet (id INT NOT NULL) ENGINE=CSV;\nINSERT INTO sheet VALUES (1);\n"
    "CREATE TABLE `größe` (id INT PRIMARY KEY);\n"
    "CREATE TABLE part (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2;\n"
    "CREATE TABLE gone (id INT); CREATE TABLE wide (id INT);\n"
    "CREATE VIEW best AS SELECT id FROM player;\n"
)
READS = (
    "SELECT COUNT(*) FROM player; SELECT * FROM log; SELECT * FROM sheet; SELECT * FROM best;"
    " SELECT COUNT(*) FROM item WHERE MATCH (s) AGAINST ('sword'); SELECT COUNT(*) FROM part"
)


def changed_of(cli: Cli) -> dict[str, str]:
    return {world: str(row["changed"]) for world, row in status_of(cli).items() if row["changed"]}


def require_changed(cli: Cli, world: str, objects: set[str]) -> None:
    """Wait until a world shows what was changed in it, which may take it seconds."""
    wait_until(lambda: set(changed_of(cli).get(world, "").split(", ")) == objects, poll_s=0.1)


def change(cli: Cli, sql: str, *arguments: str) -> None:
    done = cli("query", "--write", sql, *arguments)
    assert done.code == 0, done.stderr


def test_only_a_world_that_is_changed_shows_it_until_it_is_reset(
    cli: Cli, dumps: Dumps, down: None
):
    for world in ("a", "b"):
        write_game(dumps, world, sql=OBJECTS)
    up(cli, dumps.folder)
    ask(cli, READS)
    assert changed_of(cli) == {}
    change(cli, "INSERT INTO player VALUES (77)", "--worlds", "b")
    assert changed_of(cli) == {"b": "game.player"}
    shown = cli("status")
    assert "ready, changed" in shown.lines[3]
    assert "world b changed after the restore: game.player; last written 20" in shown.stderr
    assert "to undo: rewound reset b" in shown.stderr
    asked = cli("query", "SELECT 1")
    assert asked.stderr.count("warning: world b changed after the restore: game.player") == 1
    assert "changed after" not in cli("query", "SELECT 1", "--worlds", "a").stderr
    assert "  changed     after the restore: game.player;" in cli("report", "b").stdout
    reports = json.loads(cli("report", "--format", "json").stdout)
    assert {world: each["changed"] for world, each in reports.items()} == {
        "a": [],
        "b": ["game.player"],
    }
    compared = cli("diff", "--world", "a", "b", "--html", "diff.html", "--format", "json")
    assert compared.stderr.count("warning: world b changed after the restore: game.player") == 1
    [said] = json.loads(compared.stdout)["changed_since"]
    assert said in (cli.cwd / "diff.html").read_text()
    assert cli("reset", "b").code == 0
    assert changed_of(cli) == {}
    assert "changed" not in cli("status").stdout + cli("report").stdout


CHANGES = {
    "UPDATE item SET s = 'green' WHERE id = 1": "game.item",
    "DELETE FROM log": "game.log",
    "INSERT INTO sheet VALUES (2)": "game.sheet",
    "INSERT INTO `größe` VALUES (2)": "game.größe",
    "INSERT INTO part VALUES (2)": "game.part",
    "TRUNCATE player": "game.player",
    "CREATE TABLE loot (id INT)": "game.loot (new)",
    "ALTER TABLE wide ADD COLUMN n INT": "game.wide",
    "DROP TABLE gone": "game.gone (dropped)",
    "CREATE OR REPLACE VIEW best AS SELECT 1 AS id": "view game.best",
    "CREATE PROCEDURE p() SELECT 1": "procedure game.p (new)",
}


@pytest.mark.parametrize("options", [(), ("--no-baseline",), ("--clone", "copy")], ids=str)
def test_each_kind_of_change_is_named(cli: Cli, dumps: Dumps, down: None, options: tuple[str, ...]):
    write_game(dumps, "a", sql=OBJECTS)
    up(cli, dumps.folder, *options)
    assert changed_of(cli) == {}
    change(cli, "; ".join(CHANGES))
    require_changed(cli, "a", set(CHANGES.values()))


def test_the_sign_outlives_the_server(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a", sql=OBJECTS)
    up(cli, dumps.folder)
    item = cli.state_dir / "fleets/default/worlds/a/data/game/item.ibd"
    before = item.stat().st_mtime_ns
    change(cli, "DELETE FROM item")
    wait_until(lambda: item.stat().st_mtime_ns != before)
    kill_server(cli, "a")
    assert states_of(cli) == {"a": "stopped"}
    assert changed_of(cli) == {"a": "game.item"}


def test_a_temporary_table_and_a_failed_statement_change_nothing(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a", sql=OBJECTS)
    up(cli, dumps.folder)
    change(
        cli, "CREATE TEMPORARY TABLE mine AS SELECT * FROM item; INSERT INTO mine VALUES (3, 'x')"
    )
    assert cli("query", "--write", "INSERT INTO player VALUES (1)").code == 1
    change(cli, "ANALYZE TABLE player")
    assert changed_of(cli) == {}
