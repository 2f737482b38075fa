"""A real MySQL, folders of state, dumps and the command line, for the tests of all folders.

No server, no container, no mount and no folder of fleets may outlive the test that made it:
that test fails, and what escapes even this check fails the run at its end. The cache is the
tests' own, with the user's servers and templates in it: baselines of tests end with the tests.

What is about Docker is imported only where a test asks for it: it takes 0.2 s.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NoReturn

import platformdirs
import pytest
from filelock import FileLock

from rewound import command
from rewound.engine.install.installation import Installation, find_installed, get_installation
from rewound.errors import HostError
from rewound.files.mounts import find_mounts_below, remove_tree
from rewound.fleet.expiry import FOLDER_OPTION

EXAMPLES = Path(__file__).parents[1] / "examples" / "backups"

HEADER = """\
-- MySQL dump 10.13  Distrib 8.4.3, for Linux (x86_64)
--
-- Host: localhost    Database: game
-- ------------------------------------------------------
-- Server version\t8.4.3

/*!50503 SET NAMES utf8mb4 */;
"""
CLOSING_LINE = "\n-- Dump completed on 2026-03-02 21:15:00\n"


_DOCKER_ADDRESS = pytest.StashKey[str]()
"""Where a Docker daemon answered, once a test of this worker needed one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-mysqld",
        action="store_true",
        help="fail, rather than skip, the tests that need a MySQL where there is none",
    )
    parser.addoption(
        "--require-chromium",
        action="store_true",
        help="fail, rather than skip, the tests that need a browser where there is none",
    )
    parser.addoption(
        "--require-docker",
        action="store_true",
        help="fail, rather than skip, the tests that need a Docker daemon where there is none",
    )
    parser.addoption(
        "--require-mariadb",
        action="store_true",
        help="fail, rather than skip, the tests that need a MariaDB where none can be fetched",
    )
    parser.addoption(
        "--require-stores",
        action="store_true",
        help="fail, rather than skip, the tests that need SeaweedFS, Azurite or sshd where one is"
        " missing",
    )
    parser.addoption(
        "--endurance",
        action="store_true",
        help="make all the tries of tests/endurance, not a few of them; takes long",
    )


def make_cache() -> Path:
    """Make a cache with what the user's own has, baselines excepted."""
    cache = Path(tempfile.mkdtemp(prefix="rwc-", dir="/tmp"))
    for name in ("servers", "packages", "templates"):
        shared = platformdirs.user_cache_path("rewound") / name
        shared.mkdir(mode=0o700, parents=True, exist_ok=True)
        (cache / name).symlink_to(shared)
    return cache


@pytest.fixture(scope="session")
def cache_dir() -> Iterator[Path]:
    """The cache of all tests of this worker."""
    cache = make_cache()
    yield cache
    shutil.rmtree(cache)


@pytest.fixture
def own_cache() -> Iterator[Path]:
    """A cache of this test alone, so without any baseline when it begins."""
    cache = make_cache()
    yield cache
    shutil.rmtree(cache)


@pytest.fixture(scope="session")
def installation(cache_dir: Path, pytestconfig: pytest.Config) -> Installation:
    """The MySQL that `--server auto` would take."""
    try:
        return get_installation("auto", cache_dir)
    except HostError as error:
        _skip(pytestconfig, "--require-mysqld", f"{error}; {error.hint}")


@pytest.fixture(scope="session", autouse=True)
def run_root() -> Iterator[Path]:
    """A folder for all servers of this worker; whatever is left in it fails the run.

    Its path is short: a socket's path has at most 107 bytes.
    """
    # The limit also rules out pytest's own temporary folders.
    root = Path(tempfile.mkdtemp(prefix="rw-", dir="/tmp"))
    yield root
    _require_nothing_left(root, inside=True)


@pytest.fixture(scope="session")
def make_folder(run_root: Path) -> Callable[[], Path]:
    """Makes folders for servers; who asks for one has to remove it."""
    numbers = count()

    def make() -> Path:
        folder = run_root / str(next(numbers))
        folder.mkdir(mode=0o700)
        return folder

    return make


@pytest.fixture
def state_dir(make_folder: Callable[[], Path], pytestconfig: pytest.Config) -> Iterator[Path]:
    """A state folder of this test alone; a server of it after the test is an error."""
    folder = make_folder()
    yield folder
    containers = _remove_containers(pytestconfig, folder)
    _require_nothing_left(folder, inside=False, containers=containers)


@pytest.fixture(scope="session")
def docker_address(run_root: Path, pytestconfig: pytest.Config) -> Iterator[str]:
    """The address of the Docker daemon; whatever container is left there fails the run."""
    from tests.docker_host.daemon import NoDaemon, connect, find_address

    address = find_address()
    try:
        with connect(address):
            pass
    except NoDaemon as error:
        _skip(pytestconfig, "--require-docker", str(error))
    pytestconfig.stash[_DOCKER_ADDRESS] = address
    yield address
    left = _remove_containers(pytestconfig, run_root)
    if left:
        pytest.fail(f"left behind: containers {left}")


@pytest.fixture(scope="session")
def docker_image(docker_address: str, cache_dir: Path, pytestconfig: pytest.Config) -> str:
    """The tag of an image with the newest installed MySQL, as the official one has it."""
    from tests.docker_host.daemon import connect
    from tests.docker_host.image import ImageNotBuilt, build_mysql_image, name_mysql_image

    installed = find_installed(cache_dir)
    if not installed:
        _skip(pytestconfig, "--require-docker", "no MySQL for an image: rewound server install")
    tag = name_mysql_image(installed[0])
    lock = Path(tempfile.gettempdir(), f"rewound-test-image-{os.getuid()}.lock")
    try:
        with FileLock(lock), connect(docker_address) as client:
            build_mysql_image(client, installed[0], tag=tag)
    except ImageNotBuilt as error:
        _skip(pytestconfig, "--require-docker", str(error))
    return tag


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run of the command line came to."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.stdout.splitlines()


class Cli:
    """Runs `rewound` as a process of its own, with a state folder of its own."""

    def __init__(self, state_dir: Path, cwd: Path, cache_dir: Path) -> None:
        self.state_dir = state_dir
        self.cwd = cwd
        self.cache_dir = cache_dir

    def __call__(
        self,
        *arguments: object,
        env: Mapping[str, str] | None = None,
        by: Sequence[str] = (),
        stdin: str | None = None,
        timeout_s: float = 60.0,
    ) -> Finished:
        """Run it to its end; `by` is a program that is to run it, with its arguments."""
        process = self.start(*arguments, env=env, by=by, has_stdin=stdin is not None)
        try:
            stdout, stderr = process.communicate(stdin, timeout=timeout_s)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        return Finished(process.returncode, stdout, stderr)

    def start(
        self,
        *arguments: object,
        env: Mapping[str, str] | None = None,
        by: Sequence[str] = (),
        has_stdin: bool = False,
    ) -> subprocess.Popen[str]:
        """Start it and return the running process."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("REWOUND_")}
        own = {
            "REWOUND_STATE_DIR": str(self.state_dir),
            "REWOUND_CACHE_DIR": str(self.cache_dir),
            "PYTHONWARNINGS": "error",
        }
        return subprocess.Popen(
            [*by, sys.executable, "-m", "rewound", *map(str, arguments)],
            stdin=subprocess.PIPE if has_stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**inherited, **own, **(env or {})},
            cwd=self.cwd,
        )


@pytest.fixture
def cli(state_dir: Path, tmp_path: Path, cache_dir: Path) -> Cli:
    """Runs `rewound` for this test, in its temporary folder."""
    return Cli(state_dir, tmp_path, cache_dir)


@dataclass(frozen=True, slots=True)
class Dumps:
    """Writes small dumps into one folder."""

    folder: Path

    def write(
        self,
        sql: str | bytes,
        *,
        name: str = "host1_fulldump_20260302_211500.sql",
        header: str = HEADER,
        closing: str = CLOSING_LINE,
    ) -> Path:
        """Write a dump of this SQL; packed if its name ends in .gz."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        body = sql if isinstance(sql, bytes) else sql.encode()
        text = header.encode() + body + closing.encode()
        path.write_bytes(gzip.compress(text, 1) if path.suffix == ".gz" else text)
        return path


@pytest.fixture
def dumps(tmp_path: Path) -> Dumps:
    """Writes dumps into the folder `backups` of this test."""
    folder = tmp_path / "backups"
    folder.mkdir()
    return Dumps(folder)


def _skip(config: pytest.Config, option: str, reason: str) -> NoReturn:
    """Skip a test for what this host lacks, or fail it where the option requires that."""
    if config.getoption(option):
        pytest.fail(reason)
    pytest.skip(reason)


def _remove_containers(config: pytest.Config, folder: Path) -> list[str]:
    """Remove the containers of folders below this one; return their names."""
    address = config.stash.get(_DOCKER_ADDRESS, None)
    if address is None:
        return []
    from tests.docker_host.daemon import remove_containers_below

    return remove_containers_below(address, folder)


def _require_nothing_left(folder: Path, *, inside: bool, containers: Sequence[str] = ()) -> None:
    """Remove a folder, its servers and mounts; fail where it had any, or anything at all."""
    keepers = command.find_daemons(f"{FOLDER_OPTION}{folder}{os.sep}")
    command.kill(*keepers)
    marks = {**keepers, **command.find_daemons(f"--datadir={folder}{os.sep}")}
    left = [str(path) for path in folder.glob("*" if inside else "fleets/*/")]
    mounts = find_mounts_below(folder)
    command.kill(*marks)
    remove_tree(folder)
    if marks or left or mounts or containers:
        pytest.fail(
            f"left behind: {len(marks)} servers or doorkeepers, containers {list(containers)}, "
            f"mounts {mounts}, folders {left}"
        )
