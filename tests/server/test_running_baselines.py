"""A world is served by the server that loaded it; its baseline is a copy of that (ADR 18)."""

import re

import pytest

from tests.conftest import Cli, Dumps
from tests.server.test_baselines import ask, baselines_of, up
from tests.server.test_baselines import cli as cli
from tests.server.test_changes import change, changed_of, require_changed
from tests.server.test_fleet import kill_server, write_game

TABLES = (
    "CREATE TABLE spent (id INT AUTO_INCREMENT PRIMARY KEY, gold INT, KEY (gold));\n"
    "INSERT INTO spent VALUES (1, 10), (2, 20), (900, 30);\nDELETE FROM spent;\n"
    "INSERT INTO spent VALUES (1, 10), (2, 20);\n"
    "CREATE TABLE item (id INT PRIMARY KEY, s TEXT, FULLTEXT KEY (s));\n"
    "INSERT INTO item VALUES (1, 'red sword'), (2, 'blue sword');\n"
    "CREATE TABLE part (id INT PRIMARY KEY, twice INT AS (id * 2) STORED)"
    " PARTITION BY HASH (id) PARTITIONS 3;\nINSERT INTO part (id) VALUES (1), (2), (3);\n"
    "CREATE TABLE big (id INT PRIMARY KEY, body LONGTEXT);\n"
    "INSERT INTO big VALUES (1, '{}');\n"
    "CREATE VIEW best AS SELECT MAX(gold) AS gold FROM spent;\n"
    "CREATE TRIGGER twice BEFORE INSERT ON spent FOR EACH ROW SET NEW.gold = NEW.gold * 2;\n"
).format("x" * 300_000)
CONTENT = (
    "CHECKSUM TABLE player, spent, item, part, big",
    "SHOW CREATE TABLE spent",  # with the next number
    "SELECT gold FROM best",
    "SELECT SUM(twice), COUNT(*) FROM part",
    "SELECT COUNT(*) FROM item WHERE MATCH (s) AGAINST ('sword')",
    "SHOW TRIGGERS",
    "SELECT @@GLOBAL.sql_mode, @@GLOBAL.innodb_strict_mode, @@GLOBAL.local_infile,"
    " @@GLOBAL.innodb_fast_shutdown, @@GLOBAL.innodb_purge_rseg_truncate_frequency",
)


def boots_of(cli: Cli, world: str) -> int:
    log = cli.state_dir / f"fleets/default/worlds/{world}/mysqld.log"
    return len(re.findall("ready for connections", log.read_text()))


def content_of(cli: Cli) -> list[list[str]]:
    return [ask(cli, statement) for statement in CONTENT]


@pytest.mark.parametrize("options", [(), ("--no-baseline",), ("--clone", "copy")])
def test_a_world_boots_once(cli: Cli, dumps: Dumps, down: None, options: tuple[str, ...]):
    write_game(dumps, "a", sql=TABLES)
    up(cli, dumps.folder, *options)
    assert boots_of(cli, "a") == 1
    assert changed_of(cli) == {}
    assert len(baselines_of(cli)) == ("--no-baseline" not in options)
    change(cli, "INSERT INTO player VALUES (77)")
    require_changed(cli, "a", {"game.player"})


def test_its_baseline_holds_the_same(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a", sql=TABLES)
    up(cli, dumps.folder)
    content = content_of(cli)
    assert any("AUTO_INCREMENT=901" in line for line in content[1])
    change(cli, "DELETE FROM spent; INSERT INTO part (id) VALUES (9); DROP VIEW best")
    assert cli("reset").code == 0
    before_defaults = content[-1][0].split(",")
    assert content_of(cli)[:-1] == content[:-1]
    assert changed_of(cli) == {}
    [baseline] = (cli.cache_dir / "baselines").glob("?" * 64)
    assert (baseline / "counted").exists()
    assert not any((baseline / "data" / name).exists() for name in ("auto.cnf", "mysqld.pid"))
    # What the load needed is over, and the world keeps its source's modes.
    assert before_defaults[-5:] == [*before_defaults[-5:-4], "1", "0", "0", "128"]
    assert cli("down").code == 0
    assert "from its baseline" in up(cli, dumps.folder)
    assert content_of(cli)[:-1] == content[:-1]


def test_a_world_that_was_stopped_or_killed_untouched_is_not_changed(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a", sql=TABLES)
    up(cli, dumps.folder)
    content = content_of(cli)
    kill_server(cli, "a")
    assert changed_of(cli) == {}
    started = cli("start")
    assert started.code == 0, started.stderr
    assert content_of(cli)[:-1] == content[:-1]
    assert changed_of(cli) == {}


@pytest.mark.parametrize(
    "table",
    ["CREATE TABLE old (id INT) ENGINE=MyISAM", "CREATE TABLE old (id INT NOT NULL) ENGINE=CSV"],
)
def test_a_server_with_tables_of_other_engines_is_stopped(
    cli: Cli, dumps: Dumps, down: None, table: str
):
    write_game(dumps, "a", sql=f"{table};\nINSERT INTO old VALUES (1);\n")
    up(cli, dumps.folder)
    assert ask(cli, "SELECT COUNT(*) FROM old") == ["a,1"]
    assert cli("reset").code == 0
    assert ask(cli, "SELECT COUNT(*) FROM old") == ["a,1"]
