"""A log that changes while it is read: two versions of one file, by the same server.

They have the same size and the same transactions; each row of the log has another text.
"""

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.server.planted import iter_events, stamp
from tests.server.replaying import Source

CONTENT = "SELECT COUNT(*), SUM(CRC32(CONCAT_WS(',', id, s))) FROM player"
_TRANSACTIONS = 150
_ROWS = 20
"""Of each transaction."""
_LETTERS = ("a", "b")
_TEXT_LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class LogVersion:
    """One of the contents that a log can have."""

    path: Path
    sha256: str
    content: str
    """The line that a world of it answers `CONTENT` with."""


@dataclass(frozen=True, slots=True)
class ChangingLog:
    """A dump, the versions of the log that follows it, and where the log ends."""

    dump: Path
    versions: dict[str, LogVersion]
    """By their hashes; the first is the old one."""
    name: str
    end: str
    """What `--at-position` takes."""
    content_of_dump: str = "0,"
    """The line of a world without the log."""


def write_changing_log(source: Source, folder: Path) -> ChangingLog:
    """Let a source write a log of some megabytes that takes about two seconds to replay."""
    source.run(
        "DROP DATABASE IF EXISTS game",
        "CREATE DATABASE game CHARACTER SET utf8mb4",
        "RESET BINARY LOGS AND GTIDS",
        "CREATE TABLE game.player (id INT PRIMARY KEY, s TEXT,"
        " slow CHAR(128) AS (SHA2(REPEAT(s, 60), 512)) STORED)",
    )
    dump = source.dump(folder / "dump.sql")
    old = _LETTERS[0]
    for first in range(0, _TRANSACTIONS * _ROWS, _ROWS):
        rows = ",".join(f"({id_},'{_text(old, id_)}')" for id_ in range(first, first + _ROWS))
        source.run(f"INSERT INTO game.player (id, s) VALUES {rows}")
    end = source.moment()
    [log] = source.logs()
    data = log.read_bytes()
    versions = []
    for letter in _LETTERS:
        path = folder / f"{letter}.log"
        path.write_bytes(_rewrite(data, old * _TEXT_LENGTH, letter * _TEXT_LENGTH))
        sums = [zlib.crc32(f"{id_},{_text(letter, id_)}".encode()) for id_ in range(first + _ROWS)]
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        versions.append(LogVersion(path, sha256, f"{len(sums)},{sum(sums)}"))
    by_hash = {each.sha256: each for each in versions}
    assert len(by_hash) == len(_LETTERS)
    return ChangingLog(dump, by_hash, log.name, f"{end.log_name}:{end.position}")


def _text(letter: str, id_: int) -> str:
    return f"{letter * _TEXT_LENGTH}{id_}"


def _rewrite(data: bytes, old: str, new: str) -> bytes:
    """Return a log with another text in its events, whose checksums are right again."""
    written = data[:4]
    for position, event in iter_events(data):
        changed = event.replace(old.encode(), new.encode())
        written += event if changed == event else stamp(changed, position)
    return written
