"""A MariaDB server with binary logs, out of Debian's packages, unpacked and not installed.

They are fetched once, by the host's apt, into a folder beside the caches; without apt, network or
lists of packages there is no such server, and the tests that need one are skipped with the reason.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock

from rewound import command
from rewound.errors import MysqlError
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.server.replaying import Source
from tests.waiting import wait_until

_PACKAGES = ("mariadb-server-core", "mariadb-client-core", "mariadb-client")
_LIBRARIES = ("liburing2", "libaio1")
_SMALL = ("--innodb-log-file-size=4M", "--innodb-buffer-pool-size=32M")
_AS_IN_PRODUCTION = (
    *("--log-bin=mysql-bin", "--server-id=7", "--binlog-format=ROW", "--sync-binlog=0"),
    *("--log-bin-trust-function-creators=ON", "--character-set-server=utf8mb4"),
    *("--innodb-flush-log-at-trx-commit=0", "--skip-networking", "--skip-name-resolve"),
)


class NoMariaDb(Exception):
    """Why there is no MariaDB on this host."""


@dataclass(frozen=True, slots=True)
class MariaDb:
    """The unpacked programs, and a data folder of a server that was never used."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        libraries = [*self.folder.glob("usr/lib/*-linux-*"), *self.folder.glob("lib/*-linux-*")]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}

    @property
    def options(self) -> list[str]:
        user = ["--user=root"] if os.getuid() == 0 else []
        return ["--no-defaults", f"--basedir={self.folder / 'usr'}", *user, *_SMALL]


def get_mariadb() -> MariaDb:
    """Return the server's programs; fetch them first if need be.

    Raises:
        NoMariaDb: they cannot be had.
    """
    folder = platformdirs.user_cache_path("rewound-tests") / "mariadb"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "template").is_dir():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _fetch(folder)
    return MariaDb(folder)


def _fetch(folder: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NoMariaDb("this host has no apt-get and dpkg-deb")
    packages = folder / "packages"
    packages.mkdir()
    _run(["apt-get", "download", "-qq", *_PACKAGES], packages)
    for library in _LIBRARIES:  # not in every release, and not needed in every release
        subprocess.run(["apt-get", "download", "-qq", library], cwd=packages, capture_output=True)
    for package in packages.glob("*.deb"):
        _run(["dpkg-deb", "-x", str(package), str(folder)], packages)
    shutil.rmtree(packages)
    server = MariaDb(folder)
    new = folder / "new"
    _run(
        [
            str(folder / "usr/bin/mariadb-install-db"),
            *server.options,
            f"--datadir={new}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
        ],
        folder,
        server.environment,
    )
    new.rename(folder / "template")


def _run(argv: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise NoMariaDb(f"{Path(argv[0]).name} failed: {(done.stderr or done.stdout)[-400:]}")


def answers(socket: Path) -> bool:
    """Tell whether a server accepts connections: its socket is there before that."""
    try:
        Connection(Endpoint(socket, "127.0.0.1", 0, "root", "")).close()
    except MysqlError:
        return False
    return True


@contextmanager
def running_mariadb(server: MariaDb, make_folder: Callable[[], Path]) -> Iterator[Source]:
    """Start a server, and end it."""
    folder = make_folder()
    socket = folder / "mysqld.sock"
    shutil.copytree(server.folder / "template", folder / "data")
    mark = command.start_daemon(
        [
            *("env", f"LD_LIBRARY_PATH={server.environment['LD_LIBRARY_PATH']}"),
            str(server.folder / "usr/sbin/mariadbd"),
            *server.options,
            *_AS_IN_PRODUCTION,
            f"--datadir={folder / 'data'}",
            f"--socket={socket}",
            f"--pid-file={folder / 'pid'}",
        ],
        log=folder / "mysqld.log",
        cwd=folder,
    )
    try:
        wait_until(lambda: answers(socket) or not command.is_running(mark))
        assert command.is_running(mark), (folder / "mysqld.log").read_text()
        with Connection(Endpoint(socket, "127.0.0.1", 0, "root", "")) as connection:
            yield Source(
                connection,
                folder,
                (
                    *("env", f"LD_LIBRARY_PATH={server.environment['LD_LIBRARY_PATH']}"),
                    str(server.folder / "usr/bin/mariadb-dump"),
                ),
            )
            connection.execute_sql("SHUTDOWN")
        wait_until(lambda: not command.is_running(mark))
    finally:
        command.stop(mark, grace_s=10)
        shutil.rmtree(folder)
