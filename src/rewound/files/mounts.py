"""Mounts below a folder: finding and unmounting them, and deleting only afterwards.

The files behind a mount belong to others, so nothing is deleted through one: `remove_tree` unmounts
first, and refuses if that fails. Mounts are read from the kernel's own table, never from a record
of ours, so they are found after any crash.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from rewound import command
from rewound.errors import CommandFailed, HostError

_TIMEOUT_S = 30.0
_OCTAL = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the kernel's table of mounts."""

    point: Path
    """Where it is mounted."""
    lower: Path | None
    """For an overlay: the folder that it shows and never changes."""
    kind: str
    """The kind of file system, such as `ext4`."""


def parse_mounts(table: bytes) -> list[Mount]:
    """Return the mounts of a table in the format of /proc/self/mountinfo. Pure.

    Source: proc_pid_mountinfo(5); tried on Linux 6.18.
    """
    mounts = []
    for line in table.splitlines():
        fields, _, kind = line.partition(b" - ")
        point = _unescape(fields.split(b" ")[4])
        options = kind.split(b" ")[-1].split(b",")
        lower = next(
            (_unescape(o.partition(b"=")[2]) for o in options if o.startswith(b"lowerdir=")), None
        )
        mounts.append(Mount(point, lower, kind.split(b" ")[0].decode(errors="replace")))
    return mounts


def list_mounts() -> list[Mount]:
    """Return all mounts that this process sees."""
    return parse_mounts(Path("/proc/self/mountinfo").read_bytes())


def find_file_system(folder: Path) -> str:
    """Return the kind of the file system that a folder is on; empty if none is known."""
    real = folder.resolve()
    around = [mount for mount in list_mounts() if real.is_relative_to(mount.point)]
    # The deepest; where several are mounted at one place, only the last is visible.
    around.sort(key=lambda mount: len(mount.point.parts))
    return around[-1].kind if around else ""


def find_mounts_below(folder: Path) -> list[Path]:
    """Return the mount points at or below a folder, the deepest first."""
    real = folder.resolve()
    points = {mount.point for mount in list_mounts() if mount.point.is_relative_to(real)}
    return sorted(points, key=lambda point: -len(point.parts))


def unmount_below(folder: Path) -> None:
    """End every mount at or below a folder.

    Raises:
        HostError: one of them is still there.
    """
    if not (points := find_mounts_below(folder)):
        return
    try:
        command.run(["umount", "--", *map(str, points)], timeout_s=_TIMEOUT_S)
    except CommandFailed:
        # A program uses it: detach it now; the mount ends with that program.
        left = [str(point) for point in find_mounts_below(folder)]
        if left:
            command.run(["umount", "--lazy", "--", *left], timeout_s=_TIMEOUT_S)
    if left_points := find_mounts_below(folder):
        raise HostError(
            f"cannot unmount {', '.join(map(str, left_points))}",
            hint="stop the programs that use it, then run umount on it as root",
        )


def remove_tree(folder: Path) -> None:
    """Delete a folder of ours and everything in it, except what is mounted there.

    A missing folder is not an error.

    Raises:
        HostError: something in it could not be unmounted, or not be deleted.
    """
    unmount_below(folder)
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        if folder.exists():
            remove_tree(folder)
    except OSError as error:
        raise HostError(f"cannot delete {folder}: {error.strerror or error}") from error


def _unescape(text: bytes) -> Path:
    return Path(os.fsdecode(_OCTAL.sub(lambda match: bytes([int(match[1], 8)]), text)))
