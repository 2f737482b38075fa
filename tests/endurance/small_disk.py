"""A small file system that something else fills up while we work on it; only root has one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rewound import command
from rewound.files.mounts import unmount_below

_TIMEOUT_S = 60.0
_BLOCK_BYTES = 1 << 16


class SmallDisk:
    """A file system of its own at a folder."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / ".rewound-test-disk"
        self._folder = folder

    def fill(self, *, leave_bytes: int) -> None:
        """Take all room but so much."""
        with self._filler.open("ab") as filler:
            while (room := shutil.disk_usage(self._folder).free - leave_bytes) >= _BLOCK_BYTES:
                try:
                    os.posix_fallocate(filler.fileno(), filler.tell(), room)
                except OSError:
                    return  # somebody was faster: it is full
                filler.seek(0, os.SEEK_END)

    def free(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, *, kind: str, mib: int, image: Path) -> Iterator[SmallDisk]:
    """Mount a `tmpfs` or an `ext4` of a size at a folder; `image` is a file that may be made."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    if kind == "tmpfs":
        mount = ["-t", "tmpfs", "-o", f"size={mib}M,mode=700", "tmpfs"]
    else:
        with image.open("wb") as file:
            file.truncate(mib << 20)
        command.run(["mkfs.ext4", "-q", "-m", "0", str(image)], timeout_s=_TIMEOUT_S)
        mount = ["-o", "loop", str(image)]
    command.run(["mount", *mount, str(folder)], timeout_s=_TIMEOUT_S)
    try:
        yield SmallDisk(folder)
    finally:
        unmount_below(folder)
        image.unlink(missing_ok=True)
