"""Baselines from the command line: up again, reset, the cache, and what may go wrong."""

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest

from rewound import command
from rewound.engine.install.installation import Installation
from rewound.files.mounts import find_mounts_below
from rewound.fleet.baseline import BASELINE_FORMAT
from tests.conftest import EXAMPLES, Cli, Dumps
from tests.server.test_fleet import (
    ROWS,
    count_running,
    kill_server,
    login_of,
    require_gone,
    states_of,
    status_of,
    write_game,
)
from tests.waiting import wait_until

CHECKSUM = "CHECKSUM TABLE player"


@pytest.fixture
def cli(state_dir: Path, tmp_path: Path, own_cache: Path) -> Cli:
    """The command line with a cache that has no baseline yet."""
    return Cli(state_dir, tmp_path, own_cache)


def up(cli: Cli, *arguments: object) -> str:
    done = cli("up", *arguments)
    assert done.code == 0, done.stderr
    return done.stderr


def ask(cli: Cli, sql: str, *arguments: str) -> list[str]:
    done = cli("query", sql, "--format", "csv", *arguments)
    assert done.code == 0, done.stderr
    return done.lines[1:]


def baselines_of(cli: Cli) -> list[dict[str, object]]:
    done = cli("cache", "list", "--format", "json")
    assert done.code == 0, done.stderr
    return list(json.loads(done.stdout))


def execute_as_dev(cli: Cli, installation: Installation, sql: str) -> None:
    if installation.client is None:
        pytest.skip("no mysql client found")
    options = cli.state_dir / "fleets/default/dev.cnf"
    socket = login_of(cli, "a", "dev")["socket"]
    argv = [*installation.client, f"--defaults-file={options}", f"--socket={socket}"]
    command.run([*argv, f"--execute={sql}", "game"], timeout_s=30)


def test_the_second_up_is_from_baselines_and_holds_the_same(cli: Cli, down: None):
    assert "baseline" not in up(cli, EXAMPLES)
    checksums = ask(cli, CHECKSUM)
    reports = json.loads(cli("report", "--format", "json").stdout)
    assert cli("down").code == 0
    require_gone(cli)
    again = up(cli, EXAMPLES)
    for world, rows in ROWS.items():
        assert f"{world}: ready ({rows:,} rows, from its baseline)" in again
        assert f"{world}: loading" not in again
    assert ask(cli, CHECKSUM) == checksums
    assert json.loads(cli("report", "--format", "json").stdout) == reports
    assert {row["rows"] for row in status_of(cli).values()} == set(ROWS.values())


def test_fleets_of_one_baseline_share_neither_passwords_nor_data(
    cli: Cli, dumps: Dumps, installation: Installation, down: None
):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    assert "from its baseline" in up(cli, dumps.folder, "--fleet", "other")
    others = cli("connect", "a", "--print", "--fleet", "other")
    for user in ("dev", "reader"):
        assert login_of(cli, "a", user)["password"] not in others.stdout
    execute_as_dev(cli, installation, "DELETE FROM player")
    assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,0"]
    assert ask(cli, "SELECT COUNT(*) FROM player", "--fleet", "other") == ["a,2"]
    logins = "SELECT 1"
    assert ask(cli, logins, "--fleet", "other") == ["a,1"]
    # The password of the fleet that made the baseline opens nothing of another one.
    shutil.copy(
        cli.state_dir / "fleets/default/reader.cnf", cli.state_dir / "fleets/other/reader.cnf"
    )
    refused = cli("query", logins, "--fleet", "other")
    assert refused.code == 1
    assert "Access denied" in refused.stderr


def test_only_who_should_has_a_login_in_a_world_from_its_baseline(
    cli: Cli, dumps: Dumps, installation: Installation, down: None
):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    assert cli("down").code == 0
    up(cli, dumps.folder)
    if installation.client is None:
        pytest.skip("no mysql client found")
    options = cli.state_dir / "fleets/default/root.cnf"
    socket = login_of(cli, "a", "dev")["socket"]
    argv = [*installation.client, f"--defaults-file={options}", f"--socket={socket}"]
    sql = "SELECT user FROM mysql.user WHERE account_locked = 'N' ORDER BY user"
    answer = command.run([*argv, "--batch", "-N", f"--execute={sql}"], timeout_s=30)
    assert answer.split() == ["dev", "reader", "root"]


def test_reset_brings_back_what_dev_destroyed_and_keeps_the_address(
    cli: Cli, dumps: Dumps, installation: Installation, down: None
):
    write_game(dumps, "a")
    write_game(dumps, "b")
    up(cli, dumps.folder)
    checksum, logins = ask(cli, CHECKSUM), {w: login_of(cli, w, "dev") for w in "ab"}
    execute_as_dev(cli, installation, "DROP TABLE player; CREATE TABLE player (x INT)")
    sleeping = cli.start("query", "SELECT SLEEP(300)", "--worlds", "a")
    wait_until(lambda: count_running(cli, "SELECT SLEEP(300)") == 1, process=sleeping)
    started = time.monotonic()
    done = cli("reset", "a")
    assert time.monotonic() - started < 100
    sleeping.communicate(timeout=30)
    assert done.code == 0, done.stderr
    assert "a: connections closed: 1 (reader@localhost 1)" in done.stderr
    assert "b: " not in done.stderr
    assert ask(cli, CHECKSUM) == checksum
    assert {w: login_of(cli, w, "dev") for w in "ab"} == logins
    assert states_of(cli) == {"a": "ready", "b": "ready"}


def test_reset_brings_back_a_world_that_crashed(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a")
    write_game(dumps, "b")
    up(cli, dumps.folder)
    kill_server(cli, "a")
    assert states_of(cli) == {"a": "stopped", "b": "ready"}
    done = cli("reset")
    assert done.code == 0, done.stderr
    assert re.search(r"^2 of 2 worlds reset, \d+ s$", done.stderr, re.MULTILINE)
    assert states_of(cli) == {"a": "ready", "b": "ready"}
    assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,2", "b,2"]


def test_a_reset_that_was_killed_is_interrupted_and_can_be_done_again(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    process = cli.start("reset")
    record = cli.state_dir / "fleets/default/fleet.json"
    wait_until(lambda: '"state":"starting"' in record.read_text(), process=process, poll_s=0.002)
    process.kill()
    process.communicate()
    assert states_of(cli) == {"a": "interrupted"}
    assert cli("query", "SELECT 1").code == 1
    assert cli("reset").code == 0
    assert states_of(cli) == {"a": "ready"}


def test_a_world_that_cannot_be_reset_does_not_stop_the_others(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a")
    write_game(dumps, "b", sql="INSERT INTO player VALUES (77);\n")
    moment = ("--at", "2026-03-05", "--timezone", "Europe/Berlin")
    up(cli, dumps.folder, *moment)
    [gone] = [each for each in baselines_of(cli) if each["worlds"] == "default/b"]
    [folder] = (cli.cache_dir / "baselines").glob(f"{gone['baseline']}*")
    (folder / "baseline.json").write_text("{")
    kill_server(cli, "a")
    done = cli("reset")
    assert done.code == 4
    assert f"error: world b: cannot be reset: baseline {gone['baseline']} of b_" in done.stderr
    hint = f"hint: restore the whole fleet again: rewound up {dumps.folder} --replace"
    assert f"{hint} {' '.join(moment)}\n" in done.stderr
    # Without anything to go back to, the world is left as it is.
    assert states_of(cli) == {"a": "ready", "b": "ready"}


def test_without_baselines_reset_says_what_to_do(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a")
    up(cli, dumps.folder, "--no-baseline")
    assert baselines_of(cli) == []
    done = cli("reset")
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no baseline to reset a of fleet default to\n")
    assert "hint: restore it again: rewound down, then rewound up" in done.stderr
    assert cli("reset", "nosuch").code == 2


def test_prune_takes_what_no_fleet_is_reset_to(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a")
    write_game(dumps, "b", sql="INSERT INTO player VALUES (77);\n")
    up(cli, dumps.folder, "--worlds", "a")
    up(cli, dumps.folder, "--worlds", "b", "--fleet", "other")
    assert cli("down", "--fleet", "other").code == 0
    assert {each["worlds"] for each in baselines_of(cli)} == {"default/a", None}
    assert cli("cache", "prune").stderr.startswith("0 baselines removed, 0 MiB; 2 kept, ")
    assert cli("cache", "prune", "--all").stderr.startswith("1 baseline removed, ")
    [kept] = baselines_of(cli)
    assert kept["worlds"] == "default/a"
    assert cli("reset").code == 0
    assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,2"]


def test_prune_keeps_what_fleets_of_other_state_folders_are_reset_to(
    cli: Cli, dumps: Dumps, down: None, tmp_path: Path
):
    write_game(dumps, "a")
    up(cli, dumps.folder, "--clone", "copy")
    elsewhere = {"REWOUND_STATE_DIR": str(tmp_path / "elsewhere")}
    assert "0 baselines removed" in cli("cache", "prune", "--all", env=elsewhere).stderr
    [seen] = json.loads(cli("cache", "list", "--format", "json", env=elsewhere).stdout)
    assert seen["worlds"] == f"default/a in {cli.state_dir}"
    assert cli("reset").code == 0
    [lease] = (cli.cache_dir / "baselines").glob("*/leases/*")
    lease.unlink()  # a fleet of an earlier version has none before its next reset
    assert cli("reset", "--clone", "copy").code == 0
    assert "0 baselines removed" in cli("cache", "prune", "--all", env=elsewhere).stderr
    assert cli("down").code == 0
    assert list((cli.cache_dir / "baselines").glob("*/leases/*")) == []
    assert "1 baseline removed" in cli("cache", "prune", "--all", env=elsewhere).stderr


def test_a_baseline_that_is_mounted_by_who_is_unknown_is_not_removed(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    if not find_mounts_below(cli.state_dir):
        pytest.skip("no overlays here")
    elsewhere = {"REWOUND_STATE_DIR": str(cli.cwd / "elsewhere")}
    assert "0 baselines removed" in cli("cache", "prune", "--all", env=elsewhere).stderr
    assert len(baselines_of(cli)) == 1


def test_the_limit_is_kept_after_each_up(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    assert cli("down").code == 0
    write_game(dumps, "a", sql="INSERT INTO player VALUES (77);\n")
    up(cli, dumps.folder, "--cache-limit", "1M")
    [kept] = baselines_of(cli)
    assert kept["worlds"] == "default/a"


@pytest.mark.parametrize("damage", ["missing", "cut", "written", "version"])
def test_a_damaged_baseline_is_not_used(cli: Cli, dumps: Dumps, down: None, damage: str):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    checksum = ask(cli, CHECKSUM)
    assert cli("down").code == 0
    [folder] = (cli.cache_dir / "baselines").glob("?*")
    if damage == "missing":
        (folder / "data/game/player.ibd").unlink()
    elif damage == "cut":
        os.truncate(folder / "data/ibdata1", 4096)
    elif damage == "written":
        with (folder / "data/game/player.ibd").open("r+b") as table:
            table.write(b"\xff")
    else:
        text = (folder / "baseline.json").read_text()
        other = text.replace('"server_version":"', '"server_version":"1', 1)
        (folder / "baseline.json").write_text(other)
    said = up(cli, dumps.folder)
    assert "a: its baseline was damaged and has been discarded" in said
    assert "a: loading" in said
    assert ask(cli, CHECKSUM) == checksum
    assert cli("down").code == 0
    assert "from its baseline" in up(cli, dumps.folder)


def test_a_baseline_that_a_disk_spoiled_and_does_not_start_is_not_used_twice(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    assert cli("down").code == 0
    [folder] = (cli.cache_dir / "baselines").glob("?*")
    space = folder / "data/mysql.ibd"
    before = space.stat()
    space.write_bytes(b"\xff" * before.st_size)
    os.utime(space, ns=(before.st_atime_ns, before.st_mtime_ns))
    said = up(cli, dumps.folder)
    assert "a: its baseline did not start and has been discarded" in said
    assert "a: ready (2 rows)" in said


def test_a_dump_that_changed_under_its_name_is_loaded_anew(cli: Cli, dumps: Dumps, down: None):
    dump = write_game(dumps, "a")
    old = dump.stat()
    up(cli, dumps.folder)
    assert cli("down").code == 0
    write_game(dumps, "a", sql="UNLOCK TABLES;\n")
    text = dump.read_bytes()
    dump.write_bytes(text.ljust(old.st_size, b"\0"))
    os.utime(dump, ns=(old.st_mtime_ns, old.st_mtime_ns))
    said = up(cli, dumps.folder)
    assert "from its baseline" not in said
    assert len(baselines_of(cli)) == 2


def test_other_load_options_mean_another_baseline(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a", sql="CREATE TABLE guild (id INT);\n")
    up(cli, dumps.folder)
    said = up(cli, dumps.folder, "--skip-table", "guild", "--fleet", "part")
    assert "from its baseline" not in said
    assert ask(cli, "SHOW TABLES", "--fleet", "part") == ["a,player"]
    assert ask(cli, "SHOW TABLES") == ["a,guild", "a,player"]


def test_an_up_that_is_killed_while_it_takes_its_baseline_leaves_none_that_is_used(
    cli: Cli, dumps: Dumps, down: None
):
    dump = write_game(dumps, "a")
    folder = cli.cache_dir / "baselines"
    process = cli.start("up", dumps.folder)
    wait_until(lambda: list(folder.glob("making-*")), process=process, poll_s=0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert states_of(cli) == {"a": "interrupted"}
    assert cli("down").code == 0
    whole = [path for path in folder.iterdir() if not path.name.startswith("making-")]
    said = up(cli, dumps.folder)
    assert ("from its baseline" in said) == bool(whole)
    assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,2"]
    assert [path.name for path in folder.glob("making-*")] == []
    assert len(baselines_of(cli)) == 1
    assert dump.exists()


def test_a_signal_while_the_server_stops_for_its_baseline_leaves_nothing(cli: Cli, dumps: Dumps):
    write_game(dumps, "a", sql="CREATE TABLE old (id INT) ENGINE=MyISAM;\n")  # not copied running
    process = cli.start("up", dumps.folder)
    ledger = cli.state_dir / "fleets/default/worlds/a/mysqld.log"
    wait_until(
        lambda: ledger.exists() and "Received SHUTDOWN" in ledger.read_text(),
        process=process,
        poll_s=0.002,
    )
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 130
    require_gone(cli)
    assert find_mounts_below(cli.state_dir) == []


def test_a_cache_without_room_costs_the_baseline_and_not_the_world(
    cli: Cli, dumps: Dumps, down: None
):
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    write_game(dumps, "a")
    folder = cli.cache_dir / "baselines"
    folder.mkdir()
    command.run(["mount", "-t", "tmpfs", "-o", "size=10M", "tmpfs", str(folder)], timeout_s=30)
    try:
        said = up(cli, dumps.folder)
        assert "a: has no baseline to reset to: " in said
        assert "No space left on device" in said
        assert list(folder.iterdir()) == []
        assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,2"]
        assert "no baseline to reset a" in cli("reset").stderr
        assert cli("down").code == 0
    finally:
        command.run(["umount", str(folder)], timeout_s=30)


@pytest.mark.parametrize("method", ["copy", "overlay"])
def test_a_way_of_cloning_can_be_asked_for(cli: Cli, dumps: Dumps, down: None, method: str):
    if method == "overlay" and os.geteuid() != 0:
        pytest.skip("only root may mount")
    write_game(dumps, "a")
    (cli.cwd / "rewound.toml").write_text(f'clone = "{method}"\n')
    up(cli, dumps.folder)
    assert cli("reset").code == 0
    assert bool(find_mounts_below(cli.state_dir)) == (method == "overlay")
    assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,2"]
    assert cli("down").code == 0
    assert "from its baseline" in up(cli, dumps.folder)


def test_doctor_says_what_this_host_can_do(cli: Cli):
    done = cli("doctor", "--format", "json")
    assert done.code == 0, done.stderr
    checks = {check["subject"]: check for check in json.loads(done.stdout)}
    assert {"MySQL", "cores", "memory", "state folder", "cache folder"} <= checks.keys()
    assert checks["clone by copy"]["state"] == "ok"
    assert sum("up and reset use it" in str(check["detail"]) for check in checks.values()) == 1


def test_the_next_numbers_of_a_sequence_are_the_same_after_a_reset(
    cli: Cli, down: None, dumps: Dumps
):
    dumps.write(
        "SET auto_increment_increment = 5, auto_increment_offset = 3;\n"
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s TEXT);\n"
        f"INSERT INTO t (s) VALUES {','.join(['(1)'] * 40)};\n",
        name="a_20260302_211500.sql",
    )
    up(cli, dumps.folder)
    insert = "INSERT INTO game.t (s) VALUES ('next'); SELECT MAX(id) FROM game.t"
    assert ask(cli, insert, "--write", "--worlds", "a") == ["a,203"]
    assert cli("reset").code == 0
    assert ask(cli, insert, "--write", "--worlds", "a") == ["a,203"]


def test_a_baseline_of_which_an_earlier_version_made_another_key_is_reset_to(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    [description] = cli.cache_dir.glob("baselines/*/baseline.json")
    text = description.read_text()
    current = f'"origin":{{"format":{BASELINE_FORMAT}'
    assert text.count(current) == 1
    older = f'"origin":{{"format":{BASELINE_FORMAT - 1}'
    description.write_text(text.replace(current, older))
    done = cli("reset")
    assert done.code == 0, done.stderr
    assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,2"]
