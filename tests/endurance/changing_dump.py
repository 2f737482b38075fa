"""A dump that changes while it is read: how it is made, and the ways it changes."""

import hashlib
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.conftest import Dumps

_ROWS = 3000
_A_STATEMENT = 20


CONTENT = "SELECT COUNT(*), SUM(CRC32(CONCAT_WS(',', id, s))) FROM player"


@dataclass(frozen=True, slots=True)
class Version:
    """One of the dumps that a file can hold."""

    path: Path
    sha256: str
    content: str
    """The line that a world of it answers `CONTENT` with."""


def write_version(dumps: Dumps, seed: str) -> Version:
    """Write a dump of some megabytes that takes about two seconds to load.

    Those of different seeds have the same size, and rows that differ everywhere.
    """
    rng = Random(seed)
    table = (
        "CREATE TABLE player (id INT PRIMARY KEY, s TEXT,"
        " slow CHAR(128) AS (SHA2(REPEAT(s, 60), 512)) STORED);\n"
    )
    rows = [(number, rng.randbytes(1000).hex()) for number in range(10_000, 10_000 + _ROWS)]
    inserts = [
        "INSERT INTO player (id, s) VALUES "
        + ",".join(f"({number},'{text}')" for number, text in rows[first : first + _A_STATEMENT])
        + ";\n"
        for first in range(0, _ROWS, _A_STATEMENT)
    ]
    path = dumps.write(table + "".join(inserts), name=f"{seed}.sql")
    return Version(
        path,
        hashlib.sha256(path.read_bytes()).hexdigest(),
        f"{_ROWS},{sum(zlib.crc32(f'{number},{text}'.encode()) for number, text in rows)}",
    )


def _replace(dump: Path, other: Path) -> None:
    new = dump.with_suffix(".new")
    new.write_bytes(other.read_bytes())
    new.rename(dump)


def _overwrite(dump: Path, other: Path) -> None:
    with dump.open("r+b") as file:
        file.write(other.read_bytes())


def _overwrite_and_hide(dump: Path, other: Path) -> None:
    times = dump.stat()
    _overwrite(dump, other)
    os.utime(dump, ns=(times.st_atime_ns, times.st_mtime_ns))


def _append(dump: Path, other: Path) -> None:
    with dump.open("ab") as file:
        file.write(b"INSERT INTO player (id, s) VALUES (-1, 'one more');\n")


CHANGES: Mapping[str, Callable[[Path, Path], object]] = {
    "overwritten, its time set back": _overwrite_and_hide,
    "replaced by another": _replace,
    "overwritten in place": _overwrite,
    "cut off": lambda dump, _other: os.truncate(dump, dump.stat().st_size // 2),
    "appended to": _append,
    "removed": lambda dump, _other: dump.unlink(),
    "renamed": lambda dump, _other: dump.rename(dump.with_suffix(".old")),
}
"""What happens to a dump, given another one of the same size."""
