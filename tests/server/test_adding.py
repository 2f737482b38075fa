"""Worlds come into a fleet that is up, and a fleet takes the place of another."""

import signal

import pytest

from tests.conftest import Cli, Dumps
from tests.server.test_baselines import ask, up
from tests.server.test_fleet import (
    corrupt,
    login_of,
    servers_of,
    states_of,
    status_of,
    wait_for_state,
    write_game,
    write_slow_dump,
)
from tests.waiting import wait_until


def test_the_hint_of_a_failure_brings_the_world_in_and_leaves_the_others(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a", sql="CREATE TABLE t (n INT); CREATE TABLE skipped (n INT);\n")
    corrupt(write_game(dumps, "b"))
    done = cli("up", dumps.folder, "--at", "2026-03-02", "--skip-table", "skipped")
    assert done.code == 4
    hint = f"rewound up {dumps.folder} --add --worlds b"
    assert hint in done.stderr
    refused = cli("reset", "b")
    assert refused.code == 1
    assert "no baseline to reset b of fleet default to: world b failed" in refused.stderr
    assert f"hint: once the cause is fixed: {hint}" in refused.stderr
    refused = cli("reset")
    assert refused.code == 4
    assert "world b: cannot be reset: it has failed: " in refused.stderr
    assert f"hint: once the cause is fixed, restore it: {hint}" in refused.stderr
    before = login_of(cli, "a", "dev")
    assert cli("query", "--write", "INSERT INTO t VALUES (1)", "--worlds", "a").code == 0
    write_game(dumps, "b", sql="CREATE TABLE t (n INT); CREATE TABLE skipped (n INT);\n")
    write_game(dumps, "b", day=3)  # later than the time asked for
    added = cli(*hint.split()[1:])
    assert added.code == 0, added.stderr
    assert "1 of 1 world ready, " in added.stderr
    assert "; fleet default: 2 of 2 worlds ready\n" in added.stderr
    assert states_of(cli) == {"a": "ready", "b": "ready"}
    assert status_of(cli)["b"]["dump"] == "b_fulldump_20260302_211500.sql.gz"
    assert ask(cli, "SELECT COUNT(*) FROM t") == ["a,1", "b,0"]
    assert "skipped" not in cli("query", "SHOW TABLES").stdout
    assert login_of(cli, "a", "dev") == before
    assert login_of(cli, "b", "dev")["password"] == before["password"]
    again = cli("up", dumps.folder, "--add")
    assert (again.code, again.stdout) == (0, "")
    assert "nothing to add" in again.stderr
    write_game(dumps, "c")
    up(cli, dumps.folder, "--add")
    assert list(states_of(cli)) == ["a", "b", "c"]
    assert cli("reset").code == 0
    assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,2", "b,2", "c,2"]


def test_a_world_that_fails_again_leaves_the_fleet_as_it_was(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    corrupt(write_game(dumps, "b"))
    done = cli("up", dumps.folder, "--add")
    assert done.code == 1
    assert "the gzip data is damaged" in done.stderr
    assert states_of(cli) == {"a": "ready", "b": "failed"}
    assert len(servers_of(cli)) == 1
    assert f"rewound up {dumps.folder} --add --worlds b\n" in cli("status").stderr
    asked = cli("query", "SELECT 1")
    assert "error: world b has failed; rewound status shows why\n" in asked.stderr
    only = cli("connect", "b", "--url").stderr
    assert only.startswith("error: world b of fleet default has failed: ")
    assert only.endswith("\nhint: rewound status shows what repairs it\n")
    write_game(dumps, "c")
    partly = cli("up", dumps.folder, "--add")
    assert (partly.code, states_of(cli)) == (4, {"a": "ready", "b": "failed", "c": "ready"})
    assert partly.stderr.endswith(
        "error: 1 of 2 worlds failed, the others are ready\n"
        "hint: the reasons are above; once the cause is fixed, run this command again\n"
    )
    listed = [line.split() for line in cli("status").lines if line.startswith("b ")]
    assert listed == [["b", "failed", "2026-03-02", "21:15:00"]]
    refused = cli("up", dumps.folder, "--add", "--server", "auto")
    assert (refused.code, refused.stdout) == (2, "")
    assert "--server cannot be used with --add" in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_addition_that_is_interrupted_or_killed_costs_the_others_nothing(
    cli: Cli, dumps: Dumps, down: None, number: signal.Signals
):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    slow = write_slow_dump(dumps, "b_fulldump_20260302_211500.sql.gz")
    process = cli.start("up", dumps.folder, "--add")
    wait_for_state(cli, "loading")
    process.send_signal(number)
    process.communicate(timeout=30)
    if number is signal.SIGINT:
        assert process.returncode == 130
        assert states_of(cli) == {"a": "ready"}
        assert len(servers_of(cli)) == 1
    else:
        assert states_of(cli) == {"a": "ready", "b": "interrupted"}
    assert ask(cli, "SELECT COUNT(*) FROM player", "--worlds", "a") == ["a,2"]
    slow.unlink()
    write_game(dumps, "b")
    up(cli, dumps.folder, "--add")
    assert states_of(cli) == {"a": "ready", "b": "ready"}
    assert len(servers_of(cli)) == 2


def test_replace_takes_the_place_of_a_fleet_once_it_knows_what_to_restore(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a", day=2)
    up(cli, dumps.folder, "--replace")
    assert cli("up", dumps.folder).code == 1
    assert cli("up", dumps.folder, "--replace", "--at", "2020-01-01").code == 1
    assert states_of(cli) == {"a": "ready"}
    write_game(dumps, "a", day=3)
    assert "earlier fleet deleted: 1 server stopped" in up(cli, dumps.folder, "--replace")
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,3"]
    assert len(servers_of(cli)) == 1
    both = cli("up", dumps.folder, "--replace", "--add")
    assert (both.code, "mutually exclusive" in both.stderr) == (2, True)


def test_replace_deletes_no_world_that_it_does_not_restore(cli: Cli, dumps: Dumps, down: None):
    first = write_game(dumps, "a")
    write_game(dumps, "b")
    up(cli, dumps.folder)
    for narrow in ([dumps.folder, "--worlds", "a"], [first]):
        refused = cli("up", *narrow, "--replace")
        assert (refused.code, refused.stdout) == (1, "")
        assert "--replace would delete world b of fleet default" in refused.stderr
        assert "use --add in place of --replace" in refused.stderr
        assert states_of(cli) == {"a": "ready", "b": "ready"}
    up(cli, dumps.folder, "--replace", "--worlds", "a,b")
    assert states_of(cli) == {"a": "ready", "b": "ready"}


def test_add_gives_a_world_that_fell_back_its_newer_dump_once_that_is_whole(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a", day=2)
    write_game(dumps, "b", day=3)
    corrupt(write_game(dumps, "a", day=3))
    up(cli, dumps.folder, "--fallback")
    before, servers = login_of(cli, "a", "dev"), servers_of(cli)
    still = cli("up", dumps.folder, "--add")
    assert (still.code, still.stdout) == (4, "")
    assert (
        "error: world a keeps its older dump, because the newer one still fails\n" in still.stderr
    )
    assert "once the cause is fixed, run this command again\n" in still.stderr
    assert "nothing to add" not in still.stderr
    assert "a: its newer dump still fails: " in still.stderr
    assert "a: ready (with its older dump, as before)" in still.stderr
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,2", "b,3"]
    assert servers_of(cli) == servers
    assert list((cli.state_dir / "fleets/default/again").iterdir()) == []
    write_game(dumps, "a", day=3)
    assert cli("query", "--write", "INSERT INTO player VALUES (77)", "--worlds", "a").code == 0
    kept = cli("up", dumps.folder, "--add").stderr
    assert "world a was changed after its restore, so it keeps its older dump" in kept
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,77", "b,3"]
    assert cli("reset", "a").code == 0
    done = cli("up", dumps.folder, "--add")
    assert done.code == 0, done.stderr
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,3", "b,3"]
    row = status_of(cli)["a"]
    assert (row["state"], row["older"], row["passed_over"]) == ("ready", 0, None)
    assert login_of(cli, "a", "dev") == before
    assert len(servers_of(cli)) == 2
    assert "nothing to add" in cli("up", dumps.folder, "--add").stderr


def test_add_exits_with_4_where_it_repairs_one_world_and_another_keeps_its_older_dump(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a", day=2)
    corrupt(write_game(dumps, "a", day=3))
    up(cli, dumps.folder, "--fallback")
    write_game(dumps, "b", day=3)
    done = cli("up", dumps.folder, "--add")
    assert (done.code, states_of(cli)) == (4, {"a": "ready", "b": "ready"})
    assert "error: world a keeps its older dump, because the newer one still fails\n" in done.stderr
    assert "once the cause is fixed, run this command again\n" in done.stderr


def test_a_renewal_that_is_interrupted_leaves_the_world_with_its_older_dump(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a", day=2)
    write_game(dumps, "b", day=3)
    corrupt(write_game(dumps, "a", day=3))
    up(cli, dumps.folder, "--fallback")
    servers, again = servers_of(cli), cli.state_dir / "fleets/default/again"
    write_slow_dump(dumps, "a_fulldump_20260303_211500.sql.gz")
    process = cli.start("up", dumps.folder, "--add")
    wait_until(lambda: len(servers_of(cli)) == 3, process=process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert servers_of(cli) == servers
    assert not again.exists() or list(again.iterdir()) == []
    states = {world: (row["state"], row["older"]) for world, row in status_of(cli).items()}
    assert states == {"a": ("ready", 1), "b": ("ready", 0)}
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,2", "b,3"]
    write_game(dumps, "a", day=3)
    up(cli, dumps.folder, "--add")
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,3", "b,3"]
