"""The doors of a fleet whose worlds sleep: where they are reached, and what is known of each.

Layout below the fleet's folder:

    doors/PORT         what programs connect to: a link to the doorkeeper's socket while the world
                       sleeps, to its server's while it is awake
    doors/PORT.door    the doorkeeper's socket of this world
    doors/PORT.lock    held by whoever starts or ends the world's server: doorkeeper or command
    doors/keeper.lock  held by the doorkeeper
    doors.json         what the doorkeeper tells: `Doors`

The doorkeeper (`rewound.doorkeeper`) is a process of its own. It dies without taking anything
along, so what it tells counts only as far as the running processes confirm it.
"""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rewound.command import ProcessIdentity
from rewound.engine.protocol import Server
from rewound.errors import FleetBusy
from rewound.files.json_files import decode, encode, write_file
from rewound.files.locks import lock_file
from rewound.files.sharing import find_sharing, share_folder

_FOLDER = "doors"
_STATE = "doors.json"
_LOCK_PATIENCE_S = 120.0
_LOCK_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Sleeping:
    """How the worlds of a fleet sleep."""

    after_s: float
    """A world that nobody is connected to for so long is put to sleep."""
    most_awake: int
    """If more are wanted, those that nobody is connected to go to sleep earlier."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What the doorkeeper of a fleet tells."""

    keeper: ProcessIdentity
    awake: Mapping[str, Server] = field(default_factory=dict)
    """The worlds whose servers run."""
    closed: Mapping[str, str] = field(default_factory=dict)
    """The worlds that it does not wake any more, and why."""


def doors_folder(fleet: Path) -> Path:
    """Return the folder of a fleet's doors."""
    return fleet / _FOLDER


def door_path(fleet: Path, port: int) -> Path:
    """Return the socket by which programs reach a world of a fleet."""
    return fleet / _FOLDER / str(port)


def keeper_socket(fleet: Path, port: int) -> Path:
    """Return the socket by which the doorkeeper is asked for a world."""
    return fleet / _FOLDER / f"{port}.door"


def keeper_lock(fleet: Path) -> Path:
    """Return the file that the doorkeeper of a fleet holds locked."""
    return fleet / _FOLDER / "keeper.lock"


def make_doors_folder(fleet: Path) -> None:
    """Make the folder of a fleet's doors; who may enter the fleet's folder may enter it."""
    folder = doors_folder(fleet)
    folder.mkdir(mode=0o700, exist_ok=True)
    if (group := find_sharing(fleet)) is not None:
        share_folder(folder, group, may_list=False)


def lead_to(fleet: Path, port: int, socket: Path) -> None:
    """Let the door of a world lead to a socket from now on, at once for all programs."""
    door = door_path(fleet, port)
    link = door.with_name(f"{door.name}.new")
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(socket, door.parent))
    link.rename(door)


def note_look(fleet: Path, port: int) -> None:
    """Note that a command connects to an awake world only to look, which does not count as use.

    A fleet without a doorkeeper has no doors, and somebody else's cannot be noted in.
    """
    with contextlib.suppress(OSError), _looks(fleet, port).open("ab") as looks:
        looks.write(b".")


def count_looks(fleet: Path, port: int) -> int:
    """Return how often commands have connected to a world only to look."""
    try:
        return _looks(fleet, port).stat().st_size
    except OSError:
        return 0


def _looks(fleet: Path, port: int) -> Path:
    return doors_folder(fleet) / f"{port}.looks"


def find_doors(fleet: Path) -> Doors | None:
    """Return what the doorkeeper of a fleet told last; None if there never was one."""
    try:
        return decode((fleet / _STATE).read_bytes(), Doors)
    except (OSError, ValueError):
        return None


def write_doors(fleet: Path, doors: Doors) -> None:
    """Replace what the doorkeeper of a fleet tells.

    Raises:
        OSError: it could not be written.
    """
    write_file(fleet / _STATE, encode(doors), group=find_sharing(fleet), is_durable=False)


def lock_door(fleet: Path, port: int) -> int:
    """Lock the server of a world against its doorkeeper, or commands; return the descriptor.

    Raises:
        BlockingIOError: another process starts or ends it just now.
    """
    return lock_file(doors_folder(fleet) / f"{port}.lock")


@contextmanager
def door_locked(fleet: Path, port: int) -> Iterator[None]:
    """Keep the doorkeeper of a fleet, if there is one, from starting or ending a world's server.

    Raises:
        FleetBusy: it is starting or ending it, and does not come to an end.
    """
    if not doors_folder(fleet).exists():
        yield
        return
    deadline = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            lock = lock_door(fleet, port)
            break
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise FleetBusy(
                    f"the doorkeeper of fleet {fleet.name} does not let go of the server at port"
                    f" {port}",
                    hint=f"see {fleet / 'doorkeeper.log'}",
                ) from error
            time.sleep(_LOCK_POLL_S)
    try:
        yield
    finally:
        os.close(lock)
