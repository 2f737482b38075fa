"""The folder of a standalone world: what it contains, and in which state it is.

    rewound.lock   says that the folder is ours; locked while a world is made in it or served
    world/         all of mysqld's: data, socket, log
    dev.cnf        login of one account, as an option file; reader.cnf likewise
    logins.sql     the same passwords, for mysqld when it starts
    hashes/        SHA-256 of the dump, so that a restart need not read it again
    ledger.json    the proof, written last: with it the world is proven, without it nothing

Files that are not ours are never touched. The folder itself may be a mount, so servers are ended
and mounts searched for only in `world/`. The module imports little, because health checks run
every few seconds.
"""

import enum
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rewound.errors import FleetError, HostError, UsageError
from rewound.files.json_files import write_file
from rewound.files.locks import lock_file
from rewound.files.mounts import remove_tree
from rewound.files.writing import unwritable
from rewound.mysql.accounts import (
    DEV,
    READER,
    option_file,
    password_statement,
    read_password,
)

_LOCK = "rewound.lock"
_WORLD = "world"
_LEDGER = "ledger.json"
_LOGINS = "logins.sql"
_OURS = frozenset(
    {
        _LOCK,
        _WORLD,
        f"{DEV}.cnf",
        f"{READER}.cnf",
        f"{DEV}.cnf.new",
        f"{READER}.cnf.new",
        _LOGINS,
        f"{_LOGINS}.new",
        "hashes",
        f"{_LEDGER}.new",
    }
)
_OF_THE_FILE_SYSTEM = frozenset({"lost+found"})  # what a volume of its own has from the start


class Contents(enum.Enum):
    """What a folder holds."""

    NOTHING = enum.auto()
    UNFINISHED = enum.auto()
    """The remains of an unfinished restore."""
    PROVEN = enum.auto()
    FOREIGN = enum.auto()
    """Something that is not ours."""


def judge_contents(names: Collection[str]) -> Contents:
    """Say what a folder with these entries holds. Pure."""
    rest = set(names) - _OF_THE_FILE_SYSTEM
    if not rest:
        return Contents.NOTHING
    if _LOCK in rest and _LEDGER in rest:
        return Contents.PROVEN
    return Contents.UNFINISHED if _LOCK in rest and rest <= _OURS else Contents.FOREIGN


class DataFolder:
    """Guards the folder of one world."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.world = self.path / _WORLD
        self.socket = self.world / "mysqld.sock"
        self.logins = self.path / _LOGINS
        self.hashes = self.path / "hashes"
        self._lock = -1

    @contextmanager
    def locked(self) -> Iterator[Contents]:
        """Claim the folder, keep every other command out, and return what is in it.

        The lock ends with the block, unless `pass_lock_on` has been called.

        Raises:
            UsageError: it holds something that is not ours.
            FleetError: a server runs on the world in it, or another command makes one.
            HostError: it cannot be written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._look()
            self._lock = lock_file(self.path / _LOCK)
        except BlockingIOError as error:
            raise self._in_use() from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield self._look()
        finally:
            os.close(self._lock)

    def pass_lock_on(self) -> None:
        """Keep the folder locked until this process ends, whatever program it becomes.

        A descriptor that survives exec shares the lock, so a running server keeps its folder.
        """
        os.set_inheritable(os.dup(self._lock), True)

    def clear(self) -> None:
        """Remove all of ours but the lock.

        Raises:
            HostError: something of it cannot be removed.
        """
        # First what says that the world is proven, so that half a removal is no world.
        for name in sorted({_LEDGER, *_OURS - {_LOCK}}, key=lambda name: name != _LEDGER):
            path = self.path / name
            if path.is_dir():
                remove_tree(path)
            else:
                path.unlink(missing_ok=True)

    def is_proven(self) -> bool:
        """Tell whether the world in here was proven; cheap."""
        return (self.path / _LEDGER).is_file()

    def read_proof(self) -> bytes:
        """Return what `write_proof` wrote."""
        return (self.path / _LEDGER).read_bytes()

    def write_proof(self, content: bytes) -> None:
        """Declare the world in here proven."""
        self._write(_LEDGER, content)

    def find_password(self, account: str) -> str | None:
        """Return an account's password; None if the folder has none."""
        try:
            return read_password(self.option_file(account).read_text())
        except FileNotFoundError:
            return None

    def write_passwords(self, passwords: Mapping[str, str]) -> None:
        """Write the option files, and what gives the accounts these passwords."""
        for account, password in passwords.items():
            self._write(f"{account}.cnf", option_file(account, password).encode())
        self._write(_LOGINS, f"{password_statement(passwords)};\n".encode())

    def option_file(self, account: str) -> Path:
        """Return the option file that logs an account in."""
        return self.path / f"{account}.cnf"

    def _look(self) -> Contents:
        names = [path.name for path in self.path.iterdir()]
        contents = judge_contents(names)
        if contents is Contents.FOREIGN:
            strange = ", ".join(sorted(set(names) - _OURS or names)[:3])
            raise UsageError(
                f"{self.path} contains files that are not Rewound's, such as {strange};"
                " nothing was changed",
                hint="use an empty folder, or one created by restore-world, as --data-dir",
            )
        return contents

    def _in_use(self) -> FleetError:
        if self.is_proven():
            return FleetError(
                f"a server is already running on the world in {self.path}; nothing was changed",
                hint="stop it first, or give this one a folder or volume of its own as --data-dir",
            )
        return FleetError(
            f"another command is restoring a world in {self.path}",
            hint="wait until it ends, or stop it",
        )

    def _write(self, name: str, content: bytes) -> None:
        try:
            write_file(self.path / name, content)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> HostError:
        hint = f"the folder or volume must belong to user {os.getuid()}, who runs this command,"
        return unwritable(self.path, error, hint=f"{hint} and have free space")
