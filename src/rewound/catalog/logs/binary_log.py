"""The values of this room: one file of a binary log, and what kind of log a file may be."""

from dataclasses import dataclass
from enum import Enum

from rewound.dump.file.location import Location


class LogKind(Enum):
    """What a file has to do with binary logs; the value is shown to the user."""

    BINARY_LOG = "a binary log"
    RELAY_LOG = (
        "a relay log: a replica's copy of what another server has logged; copy the files that"
        " `SHOW BINARY LOGS` lists"
    )
    ENCRYPTED = (
        "an encrypted binary log (binlog_encryption): the key is on its server; copy it with"
        " mysqlbinlog --read-from-remote-server --raw, which decrypts it"
    )
    INDEX = "an index of binary logs: a server's list of its files, which is not needed"


@dataclass(frozen=True, slots=True)
class BinaryLog:
    """One file of a world's binary log."""

    world: str
    """The world, which has a dump."""
    location: Location
    """Where the file is."""
    size_bytes: int
    """Its size on disk, compressed or not."""
