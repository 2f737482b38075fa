"""What is served after the proof: counted again, in its zone, and read-only to the reader."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from rewound.errors import MysqlError
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.conftest import Cli, Dumps
from tests.server.test_fleet import login_of, write_game

HOSTILE = """\
CREATE DATABASE game; USE game;
CREATE TABLE player (id int primary key, gold int);
INSERT INTO player VALUES (1,100),(2,200);
CREATE TABLE loose (id int) ENGINE=MyISAM;
DELIMITER ;;
CREATE FUNCTION f() RETURNS int MODIFIES SQL DATA
BEGIN UPDATE player SET gold = gold + 1; RETURN 1; END ;;
CREATE FUNCTION g() RETURNS int MODIFIES SQL DATA
BEGIN INSERT INTO loose VALUES (1); RETURN 1; END ;;
CREATE FUNCTION opens() RETURNS int MODIFIES SQL DATA
BEGIN SET SESSION transaction_read_only = OFF; RETURN 1; END ;;
CREATE PROCEDURE p() BEGIN UPDATE player SET gold = 0; END ;;
CREATE FUNCTION calls() RETURNS int MODIFIES SQL DATA BEGIN CALL p(); RETURN 1; END ;;
DELIMITER ;
CREATE VIEW writes AS SELECT f() AS x;
CREATE VIEW writes_loosely AS SELECT g() AS x;
CREATE VIEW unlocks AS SELECT opens() AS x;
CREATE VIEW calls_on AS SELECT id FROM player WHERE calls() = 1;
"""
WRITING = ("writes", "writes_loosely", "calls_on")
REFUSED = "Cannot execute statement in a READ ONLY transaction"


@pytest.fixture
def cli(state_dir: Path, tmp_path: Path, own_cache: Path) -> Iterator[Cli]:
    """The command line with a cache that has no baseline yet."""
    cli = Cli(state_dir, tmp_path, own_cache)
    yield cli
    cli("down", "--all")


def ask(cli: Cli, sql: str, *more: str) -> list[str]:
    done = cli("query", sql, "--format", "csv", *more)
    assert done.code == 0, done.stderr
    return [line.partition(",")[2] for line in done.lines[1:]]


def test_the_reader_writes_nothing_whatever_a_view_calls(cli: Cli, dumps: Dumps):
    dumps.write(HOSTILE, name="a_fulldump_20260302_211500.sql")
    assert cli("up", dumps.folder).code == 0
    for view in WRITING:
        asked = cli("query", f"SELECT * FROM unlocks; SELECT * FROM {view}")
        assert REFUSED in asked.stderr
    login = login_of(cli, "a", "reader")
    endpoint = Endpoint(Path(login["socket"]), "127.0.0.1", 0, "reader", login["password"])
    with Connection(endpoint, schema="game") as any_client:
        for view in WRITING:
            with pytest.raises(MysqlError, match=REFUSED):
                any_client.query(f"SELECT * FROM {view}")
    assert ask(cli, "SELECT SUM(gold), (SELECT COUNT(*) FROM loose) FROM player") == ["300,0"]
    assert cli("diff", "default", "default", "--query", "SELECT * FROM writes").code != 0
    assert ask(cli, "SELECT x FROM writes", "--write") == ["1"]
    assert ask(cli, "SELECT SUM(gold) FROM player") == ["302"]


def test_a_world_that_lost_rows_since_its_proof_is_not_served(cli: Cli, dumps: Dumps):
    write_game(dumps, "a")
    assert cli("up", dumps.folder).code == 0
    assert cli("reset").code == 0, "it counts the rows of a baseline that was not used yet"
    [baseline] = (cli.cache_dir / "baselines").glob("?" * 64)
    assert (baseline / "counted").exists()
    description = json.loads((baseline / "baseline.json").read_text())
    description["ledger"]["tables"][0]["counted"] += 1
    (baseline / "baseline.json").write_text(json.dumps(description))
    assert cli("reset").code == 0, "its files are those that were counted"
    (baseline / "counted").unlink()
    lost = cli("reset")
    assert lost.code == 1
    assert "rows, but" in lost.stderr
    assert cli("down").code == 0
    again = cli("up", dumps.folder)
    assert again.code == 0, again.stderr
    assert "its baseline lost data and has been discarded" in again.stderr
    assert "from its baseline" not in again.stderr


def test_a_dump_without_a_zone_is_read_in_the_one_that_is_asked_for(cli: Cli, dumps: Dumps):
    sql = "CREATE DATABASE game; USE game;\nCREATE TABLE t (a timestamp);\n"
    dumps.write(
        f"{sql}INSERT INTO t VALUES ('2024-06-18 12:00:00');\n",
        name="a_fulldump_20260302_211500.sql",
    )
    question = "SELECT a, UNIX_TIMESTAMP(a) FROM t"
    for zone, second in (("Europe/Berlin", 1718704800), ("+00:00", 1718712000)):
        done = cli("up", dumps.folder, "--world-timezone", zone, env={"TZ": "Asia/Tokyo"})
        assert done.code == 0, done.stderr
        assert f"were read in {zone} (--world-timezone)" in done.stderr
        assert "from its baseline" not in done.stderr
        assert cli("reset", env={"TZ": "America/New_York"}).code == 0
        assert ask(cli, question) == [f"2024-06-18 12:00:00,{second}"]
        assert cli("down").code == 0
    wrong = cli("up", dumps.folder, "--world-timezone", "Europe/Nowhere")
    assert (wrong.code, "is not a time zone" in wrong.stderr) == (2, True)
