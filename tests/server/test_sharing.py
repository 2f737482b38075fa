"""A fleet that is shared with a Unix group: what its members can do, and what others cannot."""

import grp
import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import rewound
from rewound.engine.install.installation import Installation
from rewound.mysql.accounts import DEV, LOADER, READER, ROOT
from tests.conftest import EXAMPLES, Cli, Finished
from tests.server.test_fleet import servers_of
from tests.waiting import wait_until

STRANGER = 65_534
PYTHON = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
GROUP = next(each for each in grp.getgrall() if each.gr_gid not in (0, STRANGER))
SHARED = {"fleet.json", f"{READER}.cnf"}


class Shared:
    """A fleet of ours, and other users of the host."""

    def __init__(self, cli: Cli, home: Path) -> None:
        self.cli = cli
        self.folder = cli.state_dir / "fleets/default"
        self._home = home

    def run(self, *arguments: object, is_member: bool) -> Finished:
        """Run `rewound` as another user, who is a member of the group or not."""
        packages = [Path(rewound.__file__).parents[1], *site.getsitepackages()]
        done = self.call([str(PYTHON), "-m", "rewound", *map(str, arguments)], is_member, packages)
        return Finished(done.returncode, done.stdout, done.stderr)

    def can_read(self, path: Path, *, is_member: bool) -> bool:
        """Tell whether another user can read a file, list a folder or connect to a socket."""
        code = (
            "import os, socket, stat, sys\n"
            "path = sys.argv[1]\n"
            "try:\n"
            "    kind = os.stat(path).st_mode\n"
            "    if stat.S_ISSOCK(kind): socket.socket(socket.AF_UNIX).connect(path)\n"
            "    elif stat.S_ISDIR(kind): os.listdir(path)\n"
            "    else: open(path, 'rb').read(1)\n"
            "except PermissionError: print('denied')\n"
            "else: print('got in')\n"
        )
        done = self.call([str(PYTHON), "-I", "-c", code, str(path)], is_member)
        assert done.stdout in ("denied\n", "got in\n"), done.stderr
        return done.stdout == "got in\n"

    def call(
        self, argv: list[str], is_member: bool, packages: list[object] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            argv,
            user=STRANGER,
            group=STRANGER,
            extra_groups=[GROUP.gr_gid] if is_member else [],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            env={
                "HOME": str(self._home),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": os.pathsep.join(map(str, packages or ())),
                "REWOUND_STATE_DIR": str(self.cli.state_dir),
            },
        )


@pytest.fixture(scope="module")
def shared(
    installation: Installation, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shared]:
    if os.getuid() != 0:
        pytest.skip("only root can be somebody else")
    if not PYTHON.exists():
        pytest.skip(f"there is no {PYTHON}, which other users could run")
    top = Path(tempfile.mkdtemp(prefix="rw-", dir="/tmp"))
    top.chmod(0o755)
    home = top / "home"
    home.mkdir()
    os.chown(home, STRANGER, STRANGER)
    cli = Cli(top / "state", tmp_path_factory.mktemp("shared"), cache_dir)
    try:
        done = cli("up", EXAMPLES, "--worlds", "host1,host2", "--group", GROUP.gr_name)
        assert done.code == 0, done.stderr
        yield Shared(cli, home)
    finally:
        ended = cli("down", "--all")
        shutil.rmtree(top)
    assert ended.code == 0


def test_a_member_sees_asks_and_connects(shared: Shared):
    status = shared.run("status", "--format", "csv", is_member=True)
    assert [line.split(",")[1:3] for line in status.lines[1:]] == [
        ["host1", "ready"],
        ["host2", "ready"],
    ]
    for _ in range(2):
        asked = shared.run("query", "SELECT 1 AS n", "--format", "csv", is_member=True)
        assert (asked.code, asked.lines) == (0, ["world,n", "host1,1", "host2,1"])
        assert shared.cli("reset").code == 0  # and what comes in the place of the old is shared
    url = shared.run("connect", "host1", "--url", "--user", "reader", is_member=True)
    assert url.stdout.startswith("mysql://reader:"), url.stderr


def test_a_member_sees_what_was_changed(shared: Shared):
    def list_changed() -> list[str]:
        done = shared.run("status", "--format", "csv", is_member=True)
        assert done.code == 0, done.stderr
        return [line.split(",")[16] for line in done.lines[1:]]

    assert shared.cli("reset").code == 0
    assert list_changed() == ["", ""]
    change = "DELETE FROM score_event; CREATE VIEW best AS SELECT 1 AS one"
    assert shared.cli("query", "--write", change, "--worlds", "host1").code == 0
    try:
        assert list_changed() == ['"game.score_event', ""]
        said = shared.run("status", is_member=True).stderr
        assert (
            "world host1 changed after the restore: game.score_event, view game.best (new)" in said
        )
        assert "rewound reset" not in said  # only its user can
        asked = shared.run("query", "SELECT 1", is_member=True).stderr
        assert "warning: world host1 changed after the restore: game.score_event" in asked
        [server] = servers_of(shared.cli, "host1")
        server.terminate()
        server.wait(60)
        assert shared.cli("start").code == 0
        assert list_changed() == ['"game.score_event', ""]
    finally:
        assert shared.cli("reset").code == 0
    assert list_changed() == ["", ""]


@pytest.mark.parametrize(
    "arguments",
    [
        ("reset",),
        ("down",),
        ("report",),
        ("connect", "host1", "--url", "--user", "dev"),
        ("query", "--write", "DELETE FROM player"),
        ("up", str(EXAMPLES)),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_member_changes_nothing_and_is_told_why(shared: Shared, arguments: tuple[str, ...]):
    done = shared.run(*arguments, is_member=True)
    assert (done.code, done.stdout) == (1, "")
    assert "error: fleet default belongs to user root, and user nobody may not" in done.stderr
    assert "hint: its group may use rewound status, query and connect\n" in done.stderr


@pytest.mark.parametrize("arguments", [("status",), ("query", "SELECT 1"), ("connect", "host1")])
def test_others_are_told_whose_it_is_and_how_to_get_in(shared: Shared, arguments: tuple[str, ...]):
    done = shared.run(*arguments, is_member=False)
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr == (
        "error: fleet default belongs to user root, and user nobody may not read it\n"
        "hint: ask root to share it: rewound up --group GROUP; or for an address and login:"
        " rewound connect --all --url\n"
    )


def test_only_what_is_shared_can_be_read(shared: Shared):
    fleet = shared.folder
    paths = [path for path in fleet.rglob("*") if "overlay" not in path.parts]
    sockets = {path for path in paths if path.is_socket()}
    assert len(sockets) == 2
    for path in [fleet, *paths]:
        is_original = path.parent == fleet / "originals"
        is_shared = path == fleet or path in sockets or path.name in SHARED or is_original
        if path.is_dir() or not path.is_relative_to(fleet / "worlds") or path in sockets:
            assert shared.can_read(path, is_member=True) == is_shared, path
        with suppress(FileNotFoundError):  # a server takes redo logs away at any time
            assert path.lstat().st_mode & 0o007 == 0 or path in sockets, path
    for name in (f"{ROOT}.cnf", f"{LOADER}.cnf", f"{DEV}.cnf", "worlds/host1/mysqld.log"):
        assert not shared.can_read(fleet / name, is_member=True)
    for path in [fleet, *sockets, *(fleet / name for name in SHARED)]:
        assert not shared.can_read(path, is_member=False), path


def test_the_group_must_exist_and_get_there(cli: Cli):
    assert "error: this host has no group gmaes" in cli("up", EXAMPLES, "--group", "gmaes").stderr
    closed = cli("up", EXAMPLES, "--group", GROUP.gr_name)
    assert closed.code == 2
    assert f"error: group {GROUP.gr_name} cannot reach " in closed.stderr
    assert "hint: set REWOUND_STATE_DIR to a folder that the group can enter" in closed.stderr
    assert not (cli.state_dir / "fleets/default").exists()


def test_another_group_gets_a_folder_of_its_own(shared: Shared):
    other = next(each for each in grp.getgrall() if each.gr_gid not in (0, GROUP.gr_gid))
    done = shared.cli("up", EXAMPLES, "--fleet", "other", "--group", other.gr_name)
    assert done.code == 2
    assert f"is shared with group {GROUP.gr_name} already" in done.stderr


def test_a_fleet_that_is_not_shared_stays_its_users_own(shared: Shared):
    assert shared.cli("up", EXAMPLES, "--worlds", "host1", "--fleet", "own").code == 0
    try:
        own = shared.folder.with_name("own")
        for path in (own, own / "fleet.json", own / f"{READER}.cnf"):
            assert not shared.can_read(path, is_member=True), path
        done = shared.run("query", "SELECT 1", "--fleet", "own", is_member=True)
        assert "error: fleet own belongs to user root" in done.stderr
    finally:
        assert shared.cli("down", "--fleet", "own").code == 0


def test_a_member_wakes_a_world_that_sleeps(shared: Shared):
    options = ("--worlds", "host1", "--fleet", "sleepy", "--group", GROUP.gr_name)
    assert shared.cli("up", EXAMPLES, *options, "--sleep-after", "1s").code == 0
    try:

        def state() -> str:
            done = shared.run("status", "--fleet", "sleepy", "--format", "csv", is_member=True)
            assert done.code == 0, done.stderr
            return done.lines[1].split(",")[2]

        wait_until(lambda: state() == "asleep", timeout_s=60, poll_s=0.2)
        ask = ("query", "SELECT 1 AS n", "--fleet", "sleepy", "--format", "csv")
        asked = shared.run(*ask, is_member=True)
        assert (asked.code, asked.lines) == (0, ["world,n", "host1,1"])
        assert shared.run(*ask, is_member=False).code == 1
        [door] = (shared.folder.with_name("sleepy") / "doors").glob("*.door")
        assert shared.can_read(door, is_member=True)
        assert not shared.can_read(door, is_member=False)
    finally:
        assert shared.cli("down", "--fleet", "sleepy").code == 0
