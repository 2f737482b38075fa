"""The file that an answer is written to: complete, or not there at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from rewound.errors import UsageError


@contextlib.contextmanager
def create_file(path: Path, *, replaces: bool, named_by: str = "--output") -> Iterator[BinaryIO]:
    """Open a new file; delete it again if it cannot be completed.

    With `replaces`, an older file stays until the new one is complete; a device or pipe is written
    to directly. `named_by` is the option that names the file.

    Raises:
        UsageError: it cannot be created.
    """
    is_device = path.is_relative_to("/dev") or (path.exists() and not path.is_file())
    if replaces and is_device:
        # /dev/stdout may be a file that other programs write to as well.
        with _open(path, "ab", f"{named_by} {path}") as out:
            yield out
        return
    target = path.resolve() if replaces else path
    new = target.with_name(f".{target.name}.{os.getpid()}") if replaces else path
    with _open(new, "xb", f"{named_by} {path}") as out:
        try:
            yield out
            out.close()
            if replaces:
                new.replace(target)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def _open(path: Path, mode: str, shown_as: str) -> BinaryIO:
    try:
        return path.open(mode)  # type: ignore[return-value]  # both modes are binary
    except OSError as error:
        raise UsageError(
            f"{shown_as}: {error.strerror}",
            hint="choose a file that does not exist, in a folder that does",
        ) from error
