"""Cloning data directories by the cheapest way that the file systems offer.

The way is found by trying each in the folders concerned. All have the same result: a folder `data`
that a server may change without changing the original.

- reflink: the files share their blocks until one changes (XFS, btrfs, ...);
- overlay: a mount that shows the source and takes the changes (root only);
- copy: works everywhere, and takes the time and the space of all bytes.
"""

import enum
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rewound import command
from rewound.errors import CommandFailed, HostError
from rewound.files.locks import new_folder
from rewound.files.mounts import remove_tree
from rewound.files.writing import writing

DATA = "data"
"""The name of the data directory in a server's folder."""
PROBE = "probe-"
"""What the names of folders begin with in which ways of cloning are tried."""
PID_FILE = "mysqld.pid"
"""The file in a data directory that a server removes as the last thing it does."""
UUID_FILE = "auto.cnf"
"""The file in a data directory with the server's UUID, which no clone may have."""

_OF_ONE_SERVER = (UUID_FILE, PID_FILE, "ibtmp1", "#innodb_temp")
"""Files in a data directory that no copy of it may have, or that are made anew."""
_MOUNT_TIMEOUT_S = 30.0
_FILES_A_COPY = 500
_COPY_TIMEOUT_S = 24 * 3600.0
_FULL = ("--reflink=auto", "--sparse=auto")
_LAYERS = "overlay"
_REDO = "#innodb_redo"
_SPARE_ENDING = "_tmp"
"""What the names of redo log files end with that hold nothing, and are made ahead."""
_SPECIAL_IN_MOUNT_OPTIONS = frozenset(",:\\ \t\n\"'")


class CloneMethod(enum.Enum):
    """A way of cloning; the order is that of preference."""

    REFLINK = "reflink"
    OVERLAY = "overlay"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Probe:
    """The result of trying one way."""

    method: CloneMethod
    works: bool
    why: str
    """What was seen, for people."""


def probe_methods(source: Path, target: Path) -> list[Probe]:
    """Try every way of cloning from below one folder to below another; both exist."""
    return [probe_method(method, source, target) for method in CloneMethod]


def probe_method(method: CloneMethod, source: Path, target: Path) -> Probe:
    """Try one way of cloning with a folder of one small file; nothing is left of it."""
    if method is CloneMethod.COPY:
        return Probe(method, works=True, why="always works")
    with new_folder(source, PROBE) as origin, new_folder(target, PROBE) as clone_folder:
        return _try(method, origin, clone_folder)


def _try(method: CloneMethod, origin: Path, clone_folder: Path) -> Probe:
    try:
        (origin / "file").write_bytes(b"x" * 4096)
        _CLONERS[method](origin, clone_folder)
        (clone_folder / DATA / "file").write_bytes(b"changed")
        if (origin / "file").read_bytes()[:1] != b"x":
            return Probe(method, works=False, why="changing the clone changed its source")
    except HostError as error:
        # The programs' messages end in the reason: "cp: failed to clone …: Not supported".
        return Probe(method, works=False, why=error.message.rpartition(": ")[2])
    except OSError as error:
        return Probe(method, works=False, why=error.strerror or str(error))
    return Probe(method, works=True, why=f"works from {origin.parent} to {clone_folder.parent}")


def choose_method(source: Path, target: Path, wanted: CloneMethod | None) -> CloneMethod:
    """Return the first way that works, or the one that is wanted.

    Raises:
        HostError: the one that is wanted does not work here.
    """
    for method in CloneMethod if wanted is None else [wanted]:
        probe = probe_method(method, source, target)
        if probe.works:
            return method
    raise HostError(
        f"cloning by {probe.method.value} does not work here: {probe.why}",
        hint="remove --clone; rewound doctor shows what works",
    )


def clone(method: CloneMethod, source: Path, folder: Path) -> None:
    """Make `folder/data` a clone of a cleanly stopped data directory.

    Raises:
        HostError: it could not be made, for example for lack of space.
    """
    _CLONERS[method](source, folder)
    (folder / DATA).chmod(0o700)


def discard_clone(folder: Path) -> None:
    """Remove `folder/data`, and the layers of its overlay if it is one.

    Raises:
        HostError: it could not be unmounted or removed.
    """
    for name in (DATA, _LAYERS):
        remove_tree(folder / name)


def export_data(method: CloneMethod, data: Path, target: Path) -> None:
    """Make `target` a data directory with the content of one that is cleanly stopped, or at rest.

    With the overlay method, both may be the same files if they are on one file system: then no
    server may run on `data` any more, only on clones of `target`. Files that a data directory does
    not need are left out: its UUID, temporary tables, redo log files that hold nothing.

    Raises:
        HostError: for example, no space is left.
    """
    may_link = method is CloneMethod.OVERLAY and _same_file_system(data, target.parent)
    how = ["--link"] if may_link else _FULL
    kept = [path for path in data.iterdir() if path.name not in (*_OF_ONE_SERVER, _REDO)]
    redo = [path for path in data.glob(f"{_REDO}/*") if not path.name.endswith(_SPARE_ENDING)]
    for files, folder, origin in ((kept, target, data), (redo, target / _REDO, data / _REDO)):
        if origin.is_dir():
            with writing(folder):
                folder.mkdir(mode=0o700)
                stat = origin.stat()
                os.chown(folder, stat.st_uid, stat.st_gid)
            _copy_into(files, folder, how)


def restore_access(source: Path | None, folder: Path) -> None:
    """Make `folder/data` usable as it was before its server, or this host, was stopped.

    `source` is what it was cloned from, which only an overlay needs.

    Raises:
        HostError: the data is not there, or cannot be mounted.
    """
    data, layers = folder / DATA, folder / _LAYERS
    if layers.exists() and source is not None:
        if not data.is_mount():
            # A volatile overlay leaves a mark that forbids to mount it again, as after a crash of
            # the host its upper layer may not be whole. Who calls this has made sure of that.
            remove_tree(layers / "work")
            (layers / "work").mkdir(mode=0o700)
            _mount(source, folder)
    elif layers.exists() or not data.is_dir():
        raise HostError(
            f"the data of the server in {folder} is no longer there",
            hint="rewound reset restores what it held first",
        )


def is_based_on_source(folder: Path) -> bool:
    """Tell whether `folder/data` needs what it was cloned from for as long as it is there."""
    return (folder / _LAYERS).exists()


def find_unmounted_layer(folder: Path) -> Path | None:
    """Return where the changes of `folder/data` are while its overlay is not mounted."""
    upper = folder / _LAYERS / "upper"
    return upper if upper.is_dir() and not (folder / DATA).is_mount() else None


def was_closed(folder: Path) -> bool:
    """Tell whether the server of `folder/data` shut down cleanly: its pid file is gone.

    If that cannot be seen, as in a rootless container's folder, the answer is no.
    """
    places = (folder / DATA, folder / _LAYERS / "upper")
    try:
        return not any((place / PID_FILE).exists() for place in places)
    except PermissionError:
        return False


def disk_bytes(folder: Path) -> int:
    """Return what the files of a folder take on disk."""
    return sum(path.lstat().st_blocks * 512 for path in (folder, *folder.rglob("*")))


def _same_file_system(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def _reflink(source: Path, folder: Path) -> None:
    _copy(source, folder / DATA, ["--reflink=always"])


def _plain_copy(source: Path, folder: Path) -> None:
    _copy(source, folder / DATA, _FULL)


def lay_out_overlay(source: Path, folder: Path) -> None:
    """Make the layers of an overlay that `restore_access` mounts.

    Raises:
        HostError: the path of the source cannot be mounted.
    """
    lower = source.resolve()
    if unfit := _SPECIAL_IN_MOUNT_OPTIONS & set(str(lower)):
        raise HostError(
            f"overlay mount options cannot contain {', '.join(map(repr, unfit))} of {lower}"
        )
    for name in (DATA, _LAYERS, f"{_LAYERS}/upper", f"{_LAYERS}/work"):
        (folder / name).mkdir(mode=0o700)


def _overlay(source: Path, folder: Path) -> None:
    lay_out_overlay(source, folder)
    _mount(source, folder)


def _mount(source: Path, folder: Path) -> None:
    """Mount the overlay of a folder that has its layers."""
    lower = source.resolve()
    # Relative to the folder, so that no name of a world has to fit into the options.
    # Volatile: nothing is flushed to disk, boot 0.4 s instead of 0.6, first use of a table of
    # 490 MB 0.1 s instead of 1.3 (Linux 5.10 or newer; measured on 6.18, ext4).
    layers = f"volatile,lowerdir={lower},upperdir={_LAYERS}/upper,workdir={_LAYERS}/work"
    try:
        command.run(
            ["mount", "-t", "overlay", "-o", layers, "rewound", DATA],
            timeout_s=_MOUNT_TIMEOUT_S,
            cwd=folder,
        )
    except CommandFailed as error:
        raise HostError(f"cannot mount an overlay: {error.stderr_tail or error.message}") from error


def _copy(source: Path, target: Path, how: Sequence[str]) -> None:
    _cp([*how, "--no-target-directory", "--", str(source), str(target)], target)


def _copy_into(files: Sequence[Path], folder: Path, how: Sequence[str]) -> None:
    for start in range(0, len(files), _FILES_A_COPY):
        some = map(str, files[start : start + _FILES_A_COPY])
        _cp([*how, f"--target-directory={folder}", "--", *some], folder)


def _cp(arguments: Sequence[str], target: Path) -> None:
    try:
        command.run(["cp", "--archive", *arguments], timeout_s=_COPY_TIMEOUT_S)
    except CommandFailed as error:
        last_words = error.stderr_tail or error.message
        raise HostError(
            f"cannot copy to {target}: {last_words.splitlines()[-1]}", hint="free some disk space"
        ) from error


_CLONERS: dict[CloneMethod, Callable[[Path, Path], None]] = {
    CloneMethod.REFLINK: _reflink,
    CloneMethod.OVERLAY: _overlay,
    CloneMethod.COPY: _plain_copy,
}
