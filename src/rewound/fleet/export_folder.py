"""A folder of copies of worlds for another host: complete or absent.

It is created next to its final place under another name, synced to disk, and renamed.
"""

import glob
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rewound.engine.boot import TEMPORARY
from rewound.engine.cloning import DATA, CloneMethod, export_data, probe_method
from rewound.engine.docker.container import ContainerUser
from rewound.errors import UsageError
from rewound.files.json_files import write_file
from rewound.files.locks import is_in_use, new_folder
from rewound.files.mounts import remove_tree
from rewound.files.writing import sync, unwritable
from rewound.fleet.plan import require_space_for_copies


class ExportFolder:
    """Guards a folder that is being made; what is not kept goes."""

    def __init__(self, unfinished: Path, place: Path, owner: ContainerUser) -> None:
        self._unfinished = unfinished
        self._place = place
        self._owner = owner

    def require_space(self, sizes: Mapping[str, int], *, source: Path) -> None:
        """Raise HostError if copies of so many bytes, by world, do not fit on the disk."""
        if probe_method(CloneMethod.REFLINK, source, self._unfinished).works:
            return  # the copies share their blocks with what they are copied from
        require_space_for_copies(
            sizes,
            free_bytes=shutil.disk_usage(self._unfinished).free,
            folder=self._unfinished.parent,
        )

    def add_world(self, source: Path, name: Path) -> None:
        """Copy a data directory into a server's home, without the TLS keys of this host.

        If they are missing, mysqld creates its own.
        """
        home = self._unfinished / name
        home.parent.mkdir(mode=0o700, exist_ok=True)
        home.mkdir(mode=0o700)
        export_data(CloneMethod.COPY, source, home / DATA)
        for key in (home / DATA).glob("*.pem"):
            key.unlink()
        (home / TEMPORARY).mkdir(mode=0o700)
        self._give_to_owner(home, *home.rglob("*"))

    def write(self, name: str, text: str, *, is_servers: bool = False) -> None:
        """Write a file for the user alone, or for who runs the servers."""
        write_file(self._unfinished / name, text.encode())
        if is_servers:
            self._give_to_owner(self._unfinished / name)

    def keep(self) -> None:
        """Sync everything to disk and put the folder in its place."""
        for path in (self._unfinished, *self._unfinished.rglob("*")):
            sync(path)
        self._unfinished.rename(self._place)
        sync(self._place.parent)

    def _give_to_owner(self, *paths: Path) -> None:
        """Give files to the one who runs the servers; who is not root has them already."""
        if os.getuid() == 0:
            for path in paths:
                os.chown(path, self._owner.uid, self._owner.gid, follow_symlinks=False)


def find_place(folder: Path) -> Path:
    """Return the path of the folder to be, which does not exist yet or is empty.

    Raises:
        UsageError: something else is there, or no folder that it could be in.
    """
    place = Path(os.path.realpath(folder))
    if not place.parent.is_dir():
        raise UsageError(f"folder {place.parent} does not exist")
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):
        raise UsageError(
            f"{folder} already exists" + (" and is not empty" if place.is_dir() else ""),
            hint="choose a folder that does not exist yet",
        )
    return place


@contextmanager
def new_export(place: Path, owner: ContainerUser) -> Iterator[ExportFolder]:
    """Yield a folder to fill for a place; it is removed unless it is kept in the end.

    So are the folders of killed exports to the same place.

    Raises:
        HostError: it cannot be written.
    """
    prefix = f".{place.name}.rewound-export-"
    try:
        for left in place.parent.glob(f"{glob.escape(prefix)}*"):
            if not is_in_use(left):
                remove_tree(left)
        with new_folder(place.parent, prefix) as unfinished:
            yield ExportFolder(unfinished, place, owner)
    except OSError as error:
        raise unwritable(place, error) from error
