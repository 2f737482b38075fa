"""One world that stands alone: restored, served, started again, refused, interrupted."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rewound import command
from rewound.engine.host.ports import pick_ports
from rewound.errors import MysqlError
from rewound.fleet.data_folder import DataFolder
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.conftest import EXAMPLES, Cli, Dumps

DUMP = EXAMPLES / "host1_fulldump_20260303_211508.sql.gz"
LONGEST_INTERRUPT_S = 5.0


class World:
    """One folder, and the process that restores into it and serves."""

    def __init__(self, cli: Cli) -> None:
        self.folder = DataFolder(cli.state_dir / "world")
        self.port = pick_ports(1, base=None)[0]
        self._cli = cli
        self._arguments = ("--data-dir", self.folder.path, "--port", self.port)

    def start(self, dump: Path, *more: str, by: Sequence[str] = ()) -> subprocess.Popen[str]:
        return self._cli.start(
            "restore-world", dump, *self._arguments, "--bind-address", "127.0.0.1", *more, by=by
        )

    def fail(self, dump: Path, *more: str) -> tuple[int, str]:
        """Run it where it must end by itself; return its exit code and stderr."""
        process = self.start(dump, *more)
        try:
            _, stderr = process.communicate(timeout=60)
        finally:
            process.kill()
        return process.returncode, stderr

    def is_ready(self) -> bool:
        return self._cli("check-world", "--data-dir", self.folder.path).code == 0

    def wait_until_ready(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + 60
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                pytest.fail(f"it did not become ready: {process.communicate()[1]}")
            time.sleep(0.05)

    def ask(self, user: str, sql: str) -> object:
        password = self.folder.find_password(user)
        assert password is not None
        endpoint = Endpoint(self.folder.socket, "127.0.0.1", self.port, user, password)
        with Connection(endpoint) as connection:
            return connection.query(sql).rows

    def servers(self) -> list[command.ProcessIdentity]:
        marks = command.find_daemons(f"--datadir={self.folder.world}{os.sep}")
        return [mark for mark in marks if command.is_running(mark)]


@pytest.fixture
def world(cli: Cli) -> Iterator[World]:
    world = World(cli)
    yield world
    command.kill(*world.servers())


def end(process: subprocess.Popen[str]) -> str:
    """End a server as `docker stop` does; return what it wrote."""
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 0, stderr
    return stderr


def test_the_command_becomes_the_server_of_a_proven_world(world: World, tmp_path: Path):
    secret = tmp_path / "dev"
    secret.write_text("given=by%me!\n")
    process = world.start(DUMP, "--dev-password-file", str(secret), "--memory", "32M")
    world.wait_until_ready(process)
    assert "mysqld" in Path(f"/proc/{process.pid}/cmdline").read_text()
    assert world.folder.find_password("dev") == "given=by%me!"
    assert world.ask("reader", "SELECT COUNT(*) FROM game.player") == ((155,),)
    world.ask("dev", "UPDATE game.player SET player_score = 0")
    with pytest.raises(MysqlError, match="denied"):
        world.ask("reader", "DELETE FROM game.player")
    assert world.ask("dev", "SELECT @@innodb_buffer_pool_size") == ((32 << 20,),)
    stderr = end(process)
    for account in ("dev", "reader"):
        password = world.folder.find_password(account)
        assert password and password not in stderr
    ledger = json.loads((world.folder.path / "ledger.json").read_text())
    assert ledger["ledger"]["schemas"] == ["game"]


def test_started_again_it_serves_what_is_there_with_the_passwords_of_now(
    world: World, tmp_path: Path
):
    process = world.start(DUMP)
    world.wait_until_ready(process)
    dev_password = world.folder.find_password("dev")
    world.ask("dev", "CREATE TABLE game.mine (id INT)")
    end(process)
    assert not world.is_ready()
    secret = tmp_path / "reader"
    secret.write_text("another-one")
    process = world.start(DUMP, "--reader-password-file", str(secret))
    world.wait_until_ready(process)
    assert world.ask("reader", "SELECT COUNT(*) FROM game.mine") == ((0,),)
    assert world.folder.find_password("reader") == "another-one"
    assert world.folder.find_password("dev") == dev_password
    world.ask("dev", "DO 1")
    code, stderr = world.fail(DUMP)
    assert (code, "a server is already running" in stderr) == (1, True)
    stderr = end(process)
    assert "already restored, proven" in stderr
    assert "loading" not in stderr


def test_another_dump_or_option_than_the_folders_is_refused(world: World):
    process = world.start(DUMP)
    world.wait_until_ready(process)
    end(process)
    before = (world.folder.path / "ledger.json").read_bytes()
    other = EXAMPLES / "host2_fulldump_20260303_211855.sql.gz"
    code, stderr = world.fail(other)
    assert code == 2
    assert f"contains a world of another dump: {DUMP.name}" in stderr
    code, stderr = world.fail(DUMP, "--only-table", "player")
    assert code == 2
    assert "restored with other options (dump filter)" in stderr
    assert (world.folder.path / "ledger.json").read_bytes() == before


def test_a_world_that_is_served_is_not_touched_by_a_second_command(world: World, tmp_path: Path):
    process = world.start(DUMP)
    world.wait_until_ready(process)
    kept = {path: path.stat() for path in world.folder.path.iterdir()}
    secret = tmp_path / "reader"
    secret.write_text("of-a-rolling-update")
    # In a container of its own it cannot see the server's process, only the lock.
    outside = ("unshare", "--mount", "--pid", "--fork", "--mount-proc") if os.getuid() == 0 else ()
    second = world.start(DUMP, "--reader-password-file", str(secret), by=outside)
    _, stderr = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"a server is already running on the world in {world.folder.path}" in stderr
    assert "hint: stop it first" in stderr
    assert {path: path.stat() for path in world.folder.path.iterdir()} == kept
    assert world.is_ready()
    end(process)
    process = world.start(DUMP)
    world.wait_until_ready(process)
    end(process)


@pytest.mark.skipif(os.getuid() != 0, reason="only root makes a namespace of processes")
def test_the_first_process_of_a_container_ends_when_it_is_stopped_however_early(world: World):
    process = world.start(DUMP)
    world.wait_until_ready(process)
    end(process)
    contained = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
    for delay_s in (0.0, 0.2, 0.5):
        process = world.start(DUMP, by=(*contained, "env", "--block-signal=TERM"))
        try:
            first = find_first_process(process)
            time.sleep(delay_s)
            os.kill(first, signal.SIGTERM)
            stderr = wait_for_end(process, first)
        finally:
            process.kill()
        assert process.returncode == 0, stderr
        assert not world.servers()


def wait_for_end(unshare: subprocess.Popen[str], first: int) -> str:
    """Return what a first process that was told to end wrote; say what became of the signal."""
    try:
        return unshare.communicate(timeout=60)[1]
    except subprocess.TimeoutExpired:
        status = Path(f"/proc/{first}/status").read_text()
        arguments = Path(f"/proc/{first}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        unshare.kill()
        pytest.fail(f"it goes on: {arguments}\n{status}\n{unshare.communicate()[1]}")


def find_first_process(unshare: subprocess.Popen[str]) -> int:
    """Return the first process of the namespace, from when it keeps TERM waiting."""
    children = Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for pid in map(int, children.read_text().split()):
            # unshare blocks it for a moment, too, in the process that becomes the first one. So its
            # program is read before its mask: once that is another, it has let go of the signal.
            program = Path(f"/proc/{pid}/cmdline").read_bytes().partition(b"\0")[0]
            if program != b"unshare" and keeps_waiting(pid, "SigBlk"):
                return pid
    pytest.fail("nothing was started")


def keeps_waiting(pid: int, mask: str) -> bool:
    """Tell whether TERM is in one of the masks of a process: `SigBlk`, `ShdPnd`, …"""
    status = Path(f"/proc/{pid}/status").read_text()
    signals = int(status.partition(f"{mask}:\t")[2].partition("\n")[0], 16)
    return bool(signals >> (signal.SIGTERM - 1) & 1)


def test_a_folder_that_is_not_ours_is_left_alone(world: World):
    world.folder.path.mkdir()
    (world.folder.path / "ibdata1").write_text("precious")
    code, stderr = world.fail(DUMP)
    assert code == 2
    assert "ibdata1" in stderr
    assert [path.name for path in world.folder.path.iterdir()] == ["ibdata1"]


@pytest.mark.parametrize(
    ("sql", "closing", "reason"),
    [
        ("CREATE TABLE t (id INT);\n", "", "cut off"),
        ("CREATE TABLE t (id INT);\n\\! touch /tmp/x\n", "\n-- Dump completed\n", "refused"),
        (
            "CREATE TABLE t (id TINYINT);\nINSERT INTO t VALUES (1000);\n",
            "\n-- Dump completed\n",
            "",
        ),
    ],
)
def test_a_dump_that_fails_leaves_nothing(
    sql: str, closing: str, reason: str, world: World, dumps: Dumps
):
    dump = dumps.write(sql, closing=closing)
    code, stderr = world.fail(dump, "--schema", "game")
    assert code == 1
    assert str(dump) in stderr
    assert reason in stderr
    assert [path.name for path in world.folder.path.iterdir()] == ["rewound.lock"]
    assert not world.servers()
    assert not world.is_ready()


def test_a_dump_that_is_not_there_is_named(world: World, tmp_path: Path):
    code, stderr = world.fail(tmp_path / "no.sql")
    assert (code, stderr) == (
        1,
        f"error: {tmp_path}/no.sql: cannot be read: No such file or directory\n"
        "hint: in a container, mount the folder of the dumps: -v /srv/backups:/backups:ro\n",
    )
    assert not world.folder.path.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_load_ends_everything_at_once(
    number: signal.Signals, world: World, dumps: Dumps
):
    process = wait_for_load(world, write_slow_dump(dumps))
    assert not world.is_ready()
    started = time.monotonic()
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert time.monotonic() - started < LONGEST_INTERRUPT_S
    assert (process.returncode, stderr.splitlines()[-1]) == (130, "interrupted")
    assert not world.servers()
    assert [path.name for path in world.folder.path.iterdir()] == ["rewound.lock"]


def test_what_a_killed_restore_left_is_made_anew(world: World, dumps: Dumps):
    process = wait_for_load(world, write_slow_dump(dumps))
    process.kill()
    process.communicate()
    assert world.servers()
    assert not world.is_ready()
    process = world.start(DUMP)
    world.wait_until_ready(process)
    assert world.ask("reader", "SELECT COUNT(*) FROM game.player") == ((155,),)
    end(process)


def test_during_the_load_the_server_listens_on_loopback_alone(world: World, dumps: Dumps):
    process = wait_for_load(world, write_slow_dump(dumps), "--bind-address", "0.0.0.0")
    pid = world.servers()[0].pid
    arguments = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    assert [a for a in arguments if a.startswith("--bind-address")] == ["--bind-address=127.0.0.1"]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


@pytest.mark.parametrize(
    ("text", "reason"), [("it's\n", "it contains characters other than"), ("\n", "it is empty")]
)
def test_an_unfit_password_is_refused_before_anything(
    text: str, reason: str, world: World, tmp_path: Path
):
    secret = tmp_path / "secret"
    secret.write_text(text)
    code, stderr = world.fail(DUMP, "--reader-password-file", str(secret))
    assert code == 2
    assert f"the password of reader in {secret} is not valid: {reason}" in stderr
    assert not re.search(re.escape(text.strip() or "nothing"), stderr)
    assert not world.folder.path.exists()


def test_check_world_fails_if_there_is_no_world(world: World, cli: Cli):
    done = cli("check-world", "--data-dir", world.folder.path)
    assert (done.code, done.stdout) == (1, "")
    assert "is not proven" in done.stderr


def wait_for_load(world: World, dump: Path, *more: str) -> subprocess.Popen[str]:
    process = world.start(dump, "--schema", "game", *more)
    assert process.stderr is not None
    for line in process.stderr:
        if line.endswith(": loading\n"):
            time.sleep(0.5)
            return process
    pytest.fail("it ended before it loaded")


def write_slow_dump(dumps: Dumps) -> Path:
    """Write a dump that takes far longer than a test to load."""
    table = (
        "CREATE TABLE t (id INT PRIMARY KEY, s TEXT,"
        " slow CHAR(128) AS (SHA2(REPEAT(s, 10000), 512)) STORED);\n"
    )
    rows = [
        f"INSERT INTO t (id, s) VALUES ({number},'some text of a row that is one of very many');\n"
        for number in range(1, 50_001)
    ]
    return dumps.write(table + "".join(rows), name="slow.sql")
