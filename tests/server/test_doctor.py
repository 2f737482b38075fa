"""`doctor` on a host with fleets, remains of fleets, and a source."""

import json
import os
import signal
import time
from pathlib import Path

from tests.conftest import EXAMPLES, Cli, Dumps, Finished
from tests.server.test_fleet import (
    servers_of,
    states_of,
    wait_for_state,
    write_game,
    write_slow_dump,
)


def checks_of(done: Finished) -> dict[str, dict[str, str]]:
    return {each["subject"]: each for each in json.loads(done.stdout)}


def look(cli: Cli, *arguments: object) -> dict[str, dict[str, str]]:
    done = cli("doctor", "--format", "json", *arguments)
    assert done.code == 0, done.stderr
    return checks_of(done)


def test_everything_that_worlds_need_is_looked_at(cli: Cli):
    checks = look(cli)
    assert set(checks) >= {
        *("MySQL", "cores", "memory", "state folder", "cache folder", "clone by copy"),
        *("Docker", "open files", "threads", "kernel", "clock", "fleets", "leftovers"),
    }
    assert checks["leftovers"]["detail"] == "none"
    assert not list(cli.state_dir.glob("fleets/*/"))


def test_a_source_is_reported_to_fit_or_not(cli: Cli, dumps: Dumps):
    checks = look(cli, EXAMPLES)
    assert checks["source"]["detail"] == "3 worlds, 0.2 MiB of dumps"
    assert checks["its memory"]["detail"].startswith("3 servers need ")
    assert checks["its disk"]["state"] == "ok"
    for number in range(2000):
        dumps.write("", name=f"w{number}_fulldump_20260302_211500.sql", header="", closing="")
    done = cli("doctor", dumps.folder, "--format", "json")
    assert done.code == 3
    assert checks_of(done)["its memory"]["state"] == "missing"
    assert "2,000 servers need 292,000 MiB" in checks_of(done)["its memory"]["detail"]
    assert "no world can be restored on this host: its memory" in done.stderr


def test_a_usable_fleet_is_not_a_leftover(cli: Cli, dumps: Dumps):
    write_game(dumps, "a")
    assert cli("up", dumps.folder).code == 0
    [server] = servers_of(cli)
    server.kill()
    server.wait()
    assert look(cli, "--fix")["leftovers"]["detail"] == "none"
    assert states_of(cli) == {"a": "stopped"}
    assert look(cli)["fleets"]["detail"] == "1: default"
    assert cli("down").code == 0


def test_what_killed_commands_left_is_named_and_removed(own_cache: Path, cli: Cli, dumps: Dumps):
    mine = Cli(cli.state_dir, cli.cwd, own_cache)
    write_game(dumps, "a")
    assert mine("up", dumps.folder, "--fleet", "gone", "--clone", "copy").code == 0
    # Moved, not deleted: a server whose files are gone ends by itself in a few seconds.
    (cli.state_dir / "fleets/gone").rename(own_cache / "moved")
    slow = write_slow_dump(dumps, "slow_fulldump_20260302_211500.sql")
    process = mine.start("up", slow)
    wait_for_state(mine, "loading")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (own_cache / "baselines/making-x").mkdir()
    told = look(mine)["leftovers"]
    assert told["state"] == "limited"
    for words in ("remains of fleet gone", "fleet default: all worlds are interrupted", "making-x"):
        assert words in told["detail"]
    assert look(mine, "--fix")["leftovers"]["detail"] == "none"
    assert servers_of(mine) == []
    assert not list(cli.state_dir.glob("fleets/*/"))
    assert not (own_cache / "baselines/making-x").exists()


def test_a_fleet_that_is_being_created_is_not_a_leftover(cli: Cli, dumps: Dumps):
    write_slow_dump(dumps, "slow_fulldump_20260302_211500.sql")
    process = cli.start("up", dumps.folder)
    wait_for_state(cli, "loading")
    assert look(cli, "--fix")["leftovers"]["detail"] == "none"
    process.terminate()
    process.communicate()
    assert process.returncode == 130


def test_a_clock_that_was_set_back_is_seen(cli: Cli, dumps: Dumps):
    folder = cli.state_dir / "fleets"
    folder.mkdir(mode=0o700)
    future = time.time() + 86_400
    os.utime(folder, (future, future))
    assert look(cli)["clock"]["state"] == "limited"


def test_a_folder_that_is_open_to_others_is_seen(cli: Cli):
    (cli.state_dir / "fleets").mkdir(mode=0o755)
    assert "is accessible to other users" in str(cli("doctor", "--format", "jsonl").stdout)
