"""Worlds that sleep: who wakes them, what they hold then, and what is left of them."""

import random
import re
import signal
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import psutil
import pymysql
import pytest

from rewound import command
from rewound.fleet.doors import find_doors
from rewound.fleet.expiry import FOLDER_OPTION
from tests.conftest import Cli, Dumps
from tests.server.test_baselines import ask, up
from tests.server.test_fleet import (
    is_free,
    kill_server,
    require_gone,
    servers_of,
    states_of,
    status_of,
    write_game,
)
from tests.waiting import wait_until

LONG = ("--sleep-after", "1h")
SHORT = ("--sleep-after", "1s")
Session: TypeAlias = "pymysql.Connection[pymysql.cursors.Cursor]"
COUNT = "SELECT COUNT(*) FROM player"


@pytest.fixture
def worlds(cli: Cli, dumps: Dumps, down: None) -> Path:
    """Dumps of three worlds whose baselines were counted, so that they need no server."""
    for world in ("a", "b", "c"):
        write_game(dumps, world)
    while True:  # at most three times; the cache is that of all tests
        up(cli, dumps.folder, *LONG)
        were_asleep = set(states_of(cli).values()) == {"asleep"}
        assert cli("down").code == 0
        if were_asleep:
            return dumps.folder


def keepers_of(cli: Cli) -> list[psutil.Process]:
    marks = command.find_daemons(f"{FOLDER_OPTION}{cli.state_dir}")
    return [psutil.Process(mark.pid) for mark in marks]


def sleep_all(cli: Cli) -> None:
    wait_until(lambda: set(states_of(cli).values()) == {"asleep"}, timeout_s=60, poll_s=0.2)
    wait_until(lambda: not servers_of(cli))


def url_of(cli: Cli, world: str, user: str = "dev") -> "re.Match[str]":
    done = cli("connect", world, "--url", "--user", user)
    assert done.code == 0, done.stderr
    found = re.match(r"mysql://(\w+):([^@]+)@([^:]+):(\d+)/(\w+)", done.stdout)
    assert found is not None
    return found


def log_in(
    url: "re.Match[str]", *, encrypts: bool = False
) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    context = None
    if encrypts:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return pymysql.connect(
        user=url[1], password=url[2], host=url[3], port=int(url[4]), database=url[5], ssl=context
    )


def test_worlds_of_counted_baselines_are_asleep_until_somebody_asks(cli: Cli, worlds: Path):
    said = up(cli, worlds, *LONG)
    assert "a: ready (2 rows, from its baseline, asleep)" in said
    assert states_of(cli) == dict.fromkeys("abc", "asleep")
    assert servers_of(cli) == []
    assert [row["rows"] for row in status_of(cli).values()] == [2, 2, 2]
    assert cli("report").code == 0
    assert servers_of(cli) == []  # neither has woken one
    assert ask(cli, COUNT, "--worlds", "a") == ["a,2"]
    assert states_of(cli) == {"a": "ready", "b": "asleep", "c": "asleep"}
    with log_in(url_of(cli, "b"), encrypts=True) as session, session.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER(), USER(), @@port, COUNT(*) FROM player")
        assert cursor.fetchall() == (("dev@%", "dev@127.0.0.1", int(url_of(cli, "b")[4]), 2),)
    assert states_of(cli) == {"a": "ready", "b": "ready", "c": "asleep"}
    assert {row["changed"] for row in status_of(cli).values()} == {None}


def test_what_was_changed_is_there_and_shown_after_sleeping(cli: Cli, worlds: Path):
    up(cli, worlds, *SHORT)
    assert cli("query", "--write", "INSERT INTO player VALUES (77)", "--worlds", "a").code == 0
    sleep_all(cli)
    changed = {world: row["changed"] for world, row in status_of(cli).items()}
    assert changed == {"a": "game.player", "b": None, "c": None}
    assert ask(cli, COUNT) == ["a,3", "b,2", "c,2"]
    changed = {world: row["changed"] for world, row in status_of(cli).items()}
    assert changed == {"a": "game.player", "b": None, "c": None}
    sleep_all(cli)
    assert cli("reset", "a").code == 0
    assert ask(cli, COUNT) == ["a,2", "b,2", "c,2"]
    assert {row["changed"] for row in status_of(cli).values()} == {None}


def test_worlds_restored_from_dumps_sleep_once_nobody_is_connected(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a")
    up(cli, dumps.folder, *SHORT)
    with log_in(url_of(cli, "a")) as session:
        time.sleep(3)
        assert states_of(cli) == {"a": "ready"}
        with session.cursor() as cursor:
            cursor.execute(COUNT)
            assert cursor.fetchall() == ((2,),)
    sleep_all(cli)
    assert ask(cli, COUNT) == ["a,2"]


def test_no_more_are_awake_than_may_be_and_all_are_asked(cli: Cli, dumps: Dumps, worlds: Path):
    for world in ("d", "e"):
        write_game(dumps, world)
    up(cli, worlds, *LONG, "--awake", "2")
    most = 0
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, cli, COUNT)
        while not asked.done():
            most = max(most, len(servers_of(cli)))
    assert asked.result() == [f"{world},2" for world in "abcde"]
    assert 1 <= most <= 2
    many = "SELECT a.id FROM player a, player b, player c, player d, player e, player f, player g"
    assert len(ask(cli, many)) == 5 * 2**7
    assert len(servers_of(cli)) <= 2


def test_connections_that_come_at_once_start_one_server(cli: Cli, worlds: Path):
    up(cli, worlds, *LONG)
    url = url_of(cli, "a")

    def count(_: int) -> object:
        with log_in(url) as session, session.cursor() as cursor:
            cursor.execute(COUNT)
            return cursor.fetchall()

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(count, range(16))) == {((2,),)}
    assert len(servers_of(cli)) == 1


def test_who_comes_while_a_world_falls_asleep_is_served(cli: Cli, worlds: Path):
    up(cli, worlds, *SHORT)
    chance = random.Random(7)
    url = url_of(cli, "a")
    for _ in range(12):
        with log_in(url) as session, session.cursor() as cursor:
            cursor.execute(COUNT)
            assert cursor.fetchall() == ((2,),)
        assert ask(cli, COUNT, "--worlds", "a") == ["a,2"]
        time.sleep(chance.uniform(0.5, 2.5))


def test_a_doorkeeper_that_was_killed_is_missed_and_comes_back(cli: Cli, worlds: Path):
    up(cli, worlds, *LONG)
    assert ask(cli, COUNT, "--worlds", "a") == ["a,2"]
    [keeper] = keepers_of(cli)
    keeper.kill()
    keeper.wait(10)
    assert states_of(cli) == {"a": "ready", "b": "stopped", "c": "stopped"}
    said = cli("status").stderr
    assert "the doorkeeper of fleet default has ended: no world wakes" in said
    assert "to start it again: rewound start\n" in said
    asked = cli("query", COUNT, "--format", "csv")
    assert (asked.code, asked.lines[1:]) == (4, ["a,2"])
    assert "the doorkeeper of fleet default has ended" in asked.stderr
    started = cli("start")
    assert started.code == 0, started.stderr
    assert "doorkeeper started: worlds that sleep wake" in started.stderr
    assert states_of(cli) == {"a": "ready", "b": "asleep", "c": "asleep"}
    with log_in(url_of(cli, "a")) as session:
        session.ping()
    assert ask(cli, COUNT) == ["a,2", "b,2", "c,2"]
    assert len(keepers_of(cli)) == 1


def test_a_server_that_a_killed_doorkeeper_was_starting_is_not_lost(cli: Cli, worlds: Path):
    up(cli, worlds, *LONG)
    [keeper] = keepers_of(cli)
    with socket.socket() as knocking:
        knocking.connect(("127.0.0.1", int(url_of(cli, "a")[4])))
        wait_until(lambda: servers_of(cli, "a"))
        keeper.kill()
        keeper.wait(10)
    assert cli("start").code == 0
    assert ask(cli, COUNT) == ["a,2", "b,2", "c,2"]
    assert len(servers_of(cli)) == 3


def test_a_killed_server_is_not_woken_but_started(cli: Cli, worlds: Path):
    up(cli, worlds, *LONG)
    assert ask(cli, COUNT, "--worlds", "a") == ["a,2"]
    kill_server(cli, "a")
    wait_until(lambda: states_of(cli)["a"] == "stopped")
    [doors] = [find_doors(path) for path in cli.state_dir.glob("fleets/default")]
    assert doors is not None
    assert doors.closed == {"a": "its server was killed"}
    url = url_of(cli, "b")
    port = int(status_of(cli)["a"]["port"])  # type: ignore[call-overload]  # it is a number
    with pytest.raises(pymysql.err.MySQLError) as caught:
        pymysql.connect(user=url[1], password=url[2], host=url[3], port=port)
    assert caught.value.args == (
        1105,
        "world a is stopped: its server was killed; rewound start a",
    )
    done = cli("start")
    assert done.code == 0, done.stderr
    assert "the last second of its changes may be missing" in done.stderr
    wait_until(lambda: states_of(cli)["a"] == "ready")
    assert ask(cli, COUNT) == ["a,2", "b,2", "c,2"]


def test_reset_add_and_start_leave_worlds_that_wake(cli: Cli, dumps: Dumps, worlds: Path):
    up(cli, worlds, *LONG)
    assert ask(cli, COUNT, "--worlds", "a") == ["a,2"]
    assert cli("reset").code == 0
    assert states_of(cli) == dict.fromkeys("abc", "asleep")
    write_game(dumps, "d")
    added = cli("up", worlds, "--add")
    assert added.code == 0, added.stderr
    assert states_of(cli)["d"] in ("ready", "asleep")
    again = cli("start")
    assert (again.code, again.stdout) == (0, "")
    assert ask(cli, COUNT) == ["a,2", "b,2", "c,2", "d,2"]
    with log_in(url_of(cli, "d")) as session:
        session.ping()
    up(cli, worlds, *LONG, "--fleet", "again")
    compared = cli("diff", "default", "again")
    assert compared.code == 0, compared.stderr


def test_down_leaves_no_doorkeeper_socket_or_port(cli: Cli, worlds: Path):
    up(cli, worlds, *LONG, "--expire", "8h")
    assert ask(cli, COUNT, "--worlds", "a") == ["a,2"]
    ports = [int(str(row["port"])) for row in status_of(cli).values()]
    assert not any(map(is_free, ports))
    assert cli("down").code == 0
    require_gone(cli)
    assert keepers_of(cli) == []
    assert all(map(is_free, ports))


def test_a_doorkeeper_ends_where_its_fleet_is_gone(cli: Cli, worlds: Path):
    up(cli, worlds, *LONG)
    [keeper] = keepers_of(cli)
    (cli.state_dir / "fleets/default/fleet.json").unlink()
    keeper.wait(10)
    assert cli("down").code == 0


def test_after_a_reboot_start_brings_the_doorkeeper_back(cli: Cli, worlds: Path):
    up(cli, worlds, *LONG)
    assert cli("query", "--write", "INSERT INTO player VALUES (77)", "--worlds", "a").code == 0
    for process in (*servers_of(cli), *keepers_of(cli)):
        process.send_signal(signal.SIGTERM)
    wait_until(lambda: not servers_of(cli) and not keepers_of(cli), timeout_s=60)
    assert states_of(cli) == dict.fromkeys("abc", "stopped")
    assert cli("start").code == 0
    assert states_of(cli) == dict.fromkeys("abc", "asleep")
    assert ask(cli, COUNT) == ["a,3", "b,2", "c,2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--awake", "3"), "--awake requires --sleep-after"),
        ((*LONG, "--keys", "later"), "--sleep-after and --keys later are mutually exclusive"),
        ((*LONG, "--awake", "100000"), "worlds cannot be awake at a time"),
    ],
)
def test_what_cannot_be_is_refused(cli: Cli, dumps: Dumps, options: tuple[str, ...], said: str):
    for number in range(200 if "100000" in options else 1):
        write_game(dumps, f"w{number}")
    done = cli("up", dumps.folder, *options)
    assert done.code != 0
    assert said in done.stderr
    require_gone(cli)
