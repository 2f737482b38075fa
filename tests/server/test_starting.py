"""`rewound start` brings stopped servers back, with what was changed in their worlds."""

import signal
from pathlib import Path

import pytest

import rewound
from rewound.files.mounts import unmount_below
from tests.conftest import Cli, Dumps
from tests.server.test_baselines import ask, up
from tests.server.test_fleet import (
    kill_server,
    login_of,
    servers_of,
    states_of,
    status_of,
    write_game,
)
from tests.waiting import wait_until


def reboot(cli: Cli) -> None:
    """Do to the servers what a host does that is shut down: ask them to end, and unmount."""
    servers = servers_of(cli)
    for server in servers:
        server.send_signal(signal.SIGTERM)
    wait_until(lambda: not servers_of(cli), timeout_s=60)
    unmount_below(cli.state_dir / "fleets")


def forget_boot(cli: Cli) -> None:
    """Make the record one of an earlier boot of this host."""
    record = cli.state_dir / "fleets/default/fleet.json"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    text = record.read_text()
    assert boot in text
    record.write_text(text.replace(boot, boot[::-1]))


@pytest.mark.parametrize("options", [(), ("--clone", "copy"), ("--no-baseline",)], ids=str)
def test_after_a_reboot_changes_addresses_and_passwords_are_there(
    cli: Cli, dumps: Dumps, down: None, options: tuple[str, ...]
):
    for world in ("a", "b"):
        write_game(dumps, world)
    up(cli, dumps.folder, *options)
    login = login_of(cli, "a", "dev")
    done = cli("query", "--write", "INSERT INTO player VALUES (77)", "--worlds", "a")
    assert done.code == 0
    reboot(cli)
    forget_boot(cli)
    assert states_of(cli) == {"a": "stopped", "b": "stopped"}
    refused = cli("connect", "a", "--print")
    assert "rewound start a" in refused.stderr
    changed = {world: row["changed"] for world, row in status_of(cli).items()}
    assert changed == {"a": "game.player", "b": None}
    assert "again, changes kept: rewound start a,b\n" in cli("status").stderr
    started = cli("start")
    assert started.code == 0, started.stderr
    assert "a: ready (with the changes it had)" in started.stderr
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,77", "b,2"]
    assert login_of(cli, "a", "dev") == login
    changed = {world: row["changed"] for world, row in status_of(cli).items()}
    assert changed == {"a": "game.player", "b": None}
    again = cli("start")
    assert (again.code, again.stdout) == (0, "")
    assert "nothing to start" in again.stderr
    if "--no-baseline" not in options:
        assert cli("reset").code == 0
        assert ask(cli, "SELECT MAX(id) FROM player") == ["a,2", "b,2"]


def test_a_killed_server_recovers_and_says_what_may_be_missing(cli: Cli, dumps: Dumps, down: None):
    for world in ("a", "b"):
        write_game(dumps, world)
    up(cli, dumps.folder)
    kill_server(cli, "a")
    done = cli("start", "a")
    assert done.code == 0, done.stderr
    assert "the last second of its changes may be missing" in done.stderr
    assert ask(cli, "SELECT COUNT(*) FROM player") == ["a,2", "b,2"]


def test_a_world_of_a_host_that_went_down_without_it_is_not_trusted(
    cli: Cli, dumps: Dumps, down: None
):
    for world in ("a", "b"):
        write_game(dumps, world)
    up(cli, dumps.folder)
    kill_server(cli, "a")
    reboot(cli)
    forget_boot(cli)
    done = cli("start")
    assert done.code == 4
    assert "the host went down without stopping its server" in done.stderr
    assert states_of(cli) == {"a": "stopped", "b": "ready"}
    assert cli("reset", "a").code == 0
    assert states_of(cli) == {"a": "ready", "b": "ready"}


def test_a_start_that_is_killed_can_be_done_again(cli: Cli, dumps: Dumps, down: None):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    assert cli("query", "--write", "INSERT INTO player VALUES (77)").code == 0
    reboot(cli)
    process = cli.start("start")
    wait_until(lambda: servers_of(cli))
    process.kill()
    process.communicate()
    assert states_of(cli) == {"a": "stopped"}
    assert cli("start").code == 0
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,77"]
    assert len(servers_of(cli)) == 1


def test_a_start_that_is_interrupted_loses_nothing_and_can_be_done_again(
    cli: Cli, dumps: Dumps, down: None
):
    write_game(dumps, "a")
    up(cli, dumps.folder)
    assert cli("query", "--write", "INSERT INTO player VALUES (77)").code == 0
    reboot(cli)
    process = cli.start("start")
    wait_until(lambda: servers_of(cli), process=process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert (servers_of(cli), states_of(cli)) == ([], {"a": "stopped"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REWOUND_STATE_DIR", str(cli.state_dir))
        patch.setenv("REWOUND_CACHE_DIR", str(cli.cache_dir))
        rewound.Fleet("default").start()
    assert states_of(cli) == {"a": "ready"}
    assert ask(cli, "SELECT MAX(id) FROM player") == ["a,77"]
