"""A fleet on disk: its folder, its record, its passwords, and the lock around them.

Layout below the state folder, all of it readable by the user alone, and of a fleet that is
shared the record, the originals, the option file of reader and the sockets by a Unix group too:

    fleets/NAME/fleet.json      the record: what is known of every world
    fleets/NAME/ACCOUNT.cnf     login of one account, as an option file
    fleets/NAME/ledgers/W.json  the ledger of a world
    fleets/NAME/originals/W.json  what a world is compared with, to see whether it was changed
    fleets/NAME/sockets/PORT    a short name for the socket of a world whose own is too long
    fleets/NAME/worlds/W/       all that belongs to the server of a world
    fleets/NAME/again/W/        the same of a second load that it is compared with
    fleets/NAME/doors/          where the worlds of a fleet that sleeps are reached: `doors`
    fleets/NAME/expires         when the fleet is taken down by itself, if it is
    fleets/NAME.lock            held while a command changes the fleet; goes with it
    fleets/.NAME.going/         what a `down` that was killed had still to delete

A reader of the record sees an old one or a new one. Deleting `fleets/NAME` deletes the fleet.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rewound.engine.choice import EngineChoice
from rewound.engine.protocol import Server
from rewound.errors import FleetBusy, FleetError, FleetNotFound, UsageError
from rewound.files.json_files import decode, encode, write_file
from rewound.files.locks import is_locked, lock_file
from rewound.files.sharing import (
    find_owner,
    find_sharing,
    name_group,
    name_user,
    require_way,
    share_as_above,
    share_folder,
)
from rewound.files.writing import unwritable
from rewound.fleet.changes import Original
from rewound.fleet.record import RECORD_FORMAT, FleetRecord
from rewound.load.ledger import Ledger
from rewound.mysql.accounts import READER, option_file, read_password
from rewound.mysql.unix_socket import fits
from rewound.similar_names import suggest

_GOING = ".going"
_UNWRITABLE_HINT = "free some space there, or set REWOUND_STATE_DIR to a folder that can be written"

_NAME = re.compile(r"(?!.*\.lock$)[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LONGEST_PLAIN_NAME = 200
"""Of a world; a file may have 255 bytes."""

_ORIGINALS = "originals"
_SHARED = ("fleet.json", f"{READER}.cnf")
"""The files that a group may read which the fleet is shared with, besides the originals."""

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Stamp:
    """The one field that the records of all versions have."""

    format: int


class FleetFolder:
    """Guards the files of one fleet."""

    def __init__(self, state_dir: Path, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} is not a valid fleet name",
                hint="use letters, digits, dots, dashes and underscores, 40 at most, and no .lock"
                " at the end",
            )
        self.name = name
        self._state_dir = state_dir
        self._fleets = state_dir / "fleets"
        self.path = self._fleets / name
        self.going = self._fleets / f".{name}{_GOING}"
        """Where the folder is while it is being deleted: no fleet to be seen."""

    @property
    def is_ours(self) -> bool:
        """Whether this user may do all with it, and not only what a group may that shares it."""
        return os.access(self.path, os.W_OK)

    @property
    def exists(self) -> bool:
        """Whether there is anything of this fleet."""
        try:
            return self.path.exists()
        except PermissionError:
            return True  # somebody else's

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other command from changing the fleet.

        Raises:
            FleetBusy: another command is changing it.
            HostError: the state folder cannot be written.
        """
        try:
            self._fleets.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = lock_file(self._lock_file)
        except BlockingIOError as error:
            raise FleetBusy(
                f"another command is working on fleet {self.name}",
                hint="wait until it ends, or stop it",
            ) from error
        except PermissionError as error:
            if os.access(self.path, os.R_OK):
                raise self._not_ours("change it") from error
            if not _is_ours(self._fleets):
                raise FleetError(
                    f"the state folder {self._state_dir} belongs to user"
                    f" {find_owner(self._fleets)}, and user {name_user(os.getuid())} may not"
                    " change it",
                    hint="set REWOUND_STATE_DIR to a folder of your own",
                ) from error
            raise unwritable(self._fleets, error, hint=_UNWRITABLE_HINT) from error
        except OSError as error:
            raise unwritable(self._fleets, error, hint=_UNWRITABLE_HINT) from error
        try:
            yield
        finally:
            if not self.exists and not self.going.exists():
                self._lock_file.unlink(missing_ok=True)
            os.close(lock)

    @property
    def _lock_file(self) -> Path:
        return self._fleets / f"{self.name}.lock"

    @property
    def is_being_changed(self) -> bool:
        """Whether a command is changing the fleet right now."""
        return is_locked(self._lock_file)

    def require_shareable(self, group: int) -> None:
        """Check that a Unix group can be let in to this fleet.

        Raises:
            UsageError: it cannot get here, or the folder is shared with another group.
        """
        require_way(self._fleets, group)
        if (other := find_sharing(self._fleets)) not in (None, group):
            raise UsageError(
                f"{self._fleets} is shared with group {name_group(other or 0)} already",
                hint="set REWOUND_STATE_DIR to another folder for this group",
            )

    def create(self, *, group: int | None = None) -> None:
        """Make the empty folder, which must not exist; a Unix group may use the fleet.

        Raises:
            HostError: it could not be made.
        """
        try:
            for name in ("", "worlds", "again", "ledgers"):
                (self.path / name).mkdir(mode=0o700)
            if group is not None:
                share_folder(self._fleets, group, may_list=True)
                share_folder(self.path, group, may_list=True)
                share_folder(self.path / "worlds", group, may_list=False)
        except OSError as error:
            raise unwritable(self.path, error, hint=_UNWRITABLE_HINT) from error

    def world_folder(self, world: str) -> Path:
        """Return the folder of one world's server."""
        return self.path / "worlds" / world

    def read(self) -> FleetRecord:
        """Return the record.

        Raises:
            FleetError: there is no such fleet, or its record is unreadable.
        """
        try:
            content = (self.path / "fleet.json").read_bytes()
        except PermissionError as error:
            raise self._not_ours("read it") from error
        except FileNotFoundError as error:
            if self.exists:
                raise FleetError(
                    f"fleet {self.name} was interrupted before anything was recorded",
                    hint=f"remove it: rewound down --fleet {self.name}",
                ) from error
            raise FleetNotFound(
                f"no fleet named {self.name}",
                hint=_suggest_fleet(self._state_dir, self.name),
            ) from error
        if self._decode(content, _Stamp, "fleet.json").format != RECORD_FORMAT:
            raise FleetError(
                f"fleet {self.name} was created by another version of Rewound",
                hint=f"restore it again: rewound down --fleet {self.name}, then rewound up",
            )
        return self._decode(content, FleetRecord, "fleet.json")

    def find_engine(self) -> EngineChoice | None:
        """Return what makes the fleet's servers; None if no record tells."""
        record = self.find_record()
        return None if record is None else record.engine

    def find_record(self) -> FleetRecord | None:
        """Return the record; None if there is none that can be read."""
        try:
            return self.read()
        except FleetError:
            return None

    def write(self, record: FleetRecord) -> None:
        """Replace the record."""
        self._write("fleet.json", encode(record))

    def name_socket(self, server: Server) -> None:
        """Give the socket of a server a path that other programs can use, where it has none."""
        if fits(server.socket):
            return
        link = self._short_socket(server)
        link.parent.mkdir(mode=0o700, exist_ok=True)
        if (group := find_sharing(self.path)) is not None:
            share_folder(link.parent, group, may_list=False)
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(server.socket, link.parent))

    def find_socket(self, server: Server) -> Path:
        """Return the shortest path of the socket of a server."""
        link = self._short_socket(server)
        return link if not fits(server.socket) and link.is_symlink() else server.socket

    def _short_socket(self, server: Server) -> Path:
        return self.path / "sockets" / str(server.port)

    def has_ledger(self, world: str) -> bool:
        """Tell whether a world's load has ended; of a fleet of another user, always."""
        try:
            return (self.path / _file_of(world, "ledgers")).exists()
        except PermissionError:
            return True

    def read_ledger(self, world: str) -> Ledger:
        """Return a world's ledger; it has one once its load has ended."""
        try:
            content = (self.path / _file_of(world, "ledgers")).read_bytes()
        except PermissionError as error:
            raise self._not_ours("read its ledgers") from error
        except FileNotFoundError as error:
            raise FleetError(f"world {world} of fleet {self.name} has no ledger") from error
        return self._decode(content, Ledger, _file_of(world, "ledgers"))

    def write_ledger(self, world: str, ledger: Ledger) -> None:
        """Keep a world's ledger."""
        self._write(_file_of(world, "ledgers"), encode(ledger))

    def find_original(self, world: str) -> Original | None:
        """Return what a world was when it was restored; None if nothing tells this user."""
        try:
            content = (self.path / _file_of(world, _ORIGINALS)).read_bytes()
        except (FileNotFoundError, PermissionError):
            return None
        return self._decode(content, Original, _file_of(world, _ORIGINALS))

    def write_original(self, world: str, original: Original) -> None:
        """Keep what a world was when it was restored, or reset."""
        folder = self.path / _ORIGINALS
        folder.mkdir(mode=0o700, exist_ok=True)
        share_as_above(folder)
        self._write(_file_of(world, _ORIGINALS), encode(original))

    def option_file(self, account: str) -> Path:
        """Return the option file that logs an account in to every world of the fleet."""
        return self.path / f"{account}.cnf"

    def write_passwords(self, passwords: Mapping[str, str]) -> None:
        """Write the option files."""
        for account, password in passwords.items():
            self._write(f"{account}.cnf", option_file(account, password).encode())

    def read_password(self, account: str) -> str:
        """Return an account's password, out of its option file."""
        try:
            return read_password(self.option_file(account).read_text())
        except PermissionError as error:
            raise self._not_ours(f"log in as {account}") from error

    def _write(self, name: str, content: bytes) -> None:
        path = self.path / name
        try:
            is_shared = name in _SHARED or name.startswith(f"{_ORIGINALS}/")
            group = find_sharing(self.path) if is_shared else None
            write_file(path, content, group=group)
        except OSError as error:
            raise unwritable(path, error, hint=_UNWRITABLE_HINT) from error

    def _not_ours(self, act: str) -> FleetError:
        """Return the error of a user who may not do with another's fleet what they tried."""
        owner = find_owner(self.path)
        if os.access(self.path, os.R_OK):
            hint = "its group may use rewound status, query and connect"
        else:
            hint = (
                f"ask {owner} to share it: rewound up --group GROUP; or for an address and login:"
                " rewound connect --all --url"
            )
        return FleetError(
            f"fleet {self.name} belongs to user {owner}, and user {name_user(os.getuid())} may"
            f" not {act}",
            hint=hint,
        )

    def _decode(self, content: bytes, kind: type[_Value], name: str) -> _Value:
        try:
            return decode(content, kind)
        except ValueError as error:
            raise FleetError(
                f"{self.path / name} is unreadable: {error}",
                hint=f"remove the fleet: rewound down --fleet {self.name}",
            ) from error


def _file_of(world: str, folder: str) -> str:
    """Return where a file about a world is: a name with room for what is appended to it."""
    if len(world) > _LONGEST_PLAIN_NAME:
        digest = hashlib.sha256(world.encode()).hexdigest()[:16]
        world = f"{world[:_LONGEST_PLAIN_NAME]}-{digest}"
    return f"{folder}/{world}.json"


def list_fleets(state_dir: Path) -> list[str]:
    """Return the names of all fleets that have a folder."""
    fleets = state_dir / "fleets"
    return sorted(
        path.name for path in fleets.glob("*") if path.is_dir() and _NAME.fullmatch(path.name)
    )


def _suggest_fleet(state_dir: Path, name: str) -> str:
    fleets = list_fleets(state_dir)
    if fleets:
        return suggest(name, fleets, listed_as="--fleet chooses one of")
    return "rewound up SOURCE creates one; there are no fleets"


def list_going(state_dir: Path) -> list[str]:
    """Return the names of fleets of which a `down` that was killed left something."""
    return sorted(
        path.name.removeprefix(".").removesuffix(_GOING)
        for path in (state_dir / "fleets").glob(f".*{_GOING}")
    )


def _is_ours(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.getuid()
    except OSError:
        return False
