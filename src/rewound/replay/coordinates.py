"""Where a dump stands in its server's binary logs, as its first lines state it. Pure.

Source: mysqldump of MySQL 5.7 to 9.7 and mariadb-dump 10.11; tried with both. What `--dump-replica`
(`--dump-slave`) writes is in the same words, but about the logs of the server that was replicated.
"""

import re
from dataclasses import dataclass

from rewound.binlog.gtids import GtidSet

HEAD_BYTES = 1 << 20
"""How much of a dump's beginning has its coordinates: they come before the first table."""

_POSITION = re.compile(
    rb"^(?:-- )?CHANGE (?:MASTER|REPLICATION SOURCE) TO (?:MASTER|SOURCE)_LOG_FILE *= *"
    rb"'([^'\r\n]+)', *(?:MASTER|SOURCE)_LOG_POS *= *(\d{1,19})(?!\d)",
    re.MULTILINE,
)
_GTIDS = re.compile(
    rb"^SET @@GLOBAL\.GTID_PURGED *= *(?:/\*!80000 *'\+' *\*/)? *'([0-9A-Za-z_:,\s-]*)'",
    re.MULTILINE | re.IGNORECASE,
)
_OF_THE_REPLICATED = re.compile(
    rb"^-- Position to start replication or point-in-time recovery from"
    rb" \(the (?:master|source) of this (?:slave|replica)\)",
    re.MULTILINE,
)
_FIRST_TABLE = re.compile(rb"^(?:CREATE TABLE|INSERT INTO) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """The place in a server's binary logs up to which a dump has its changes."""

    log_name: str | None = None
    """The name of the file, as the server calls it."""
    position: int | None = None
    """Where in this file what the dump does not have begins, in bytes."""
    gtids: GtidSet | None = None
    """All transactions that the dump has, of a server with GTIDs."""
    of_the_replicated: bool = False
    """The file is one of the server that the dumped one replicates."""

    @property
    def has_position(self) -> bool:
        """Whether the dump names a file and a position."""
        return self.log_name is not None and self.position is not None

    def __bool__(self) -> bool:
        return self.has_position or self.gtids is not None

    def __str__(self) -> str:
        texts = [f"{self.log_name}:{self.position}"] if self.has_position else []
        if self.gtids is not None:
            texts.append(f"GTIDs {self.gtids or 'none'}")
        return " and ".join(texts) or "none"


def read_coordinates(head: bytes) -> Coordinates:
    """Return the coordinates in the beginning of a dump's text."""
    if first := _FIRST_TABLE.search(head):
        head = head[: first.start()]
    position = _POSITION.search(head)
    gtids = None
    for match in _GTIDS.finditer(head):
        gtids = gtids or GtidSet()
        try:
            gtids.update(GtidSet.parse(match[1].decode("ascii")))
        except ValueError:
            gtids = None
            break
    return Coordinates(
        None if position is None else _base_name(position[1]),
        None if position is None else int(position[2]),
        gtids,
        bool(_OF_THE_REPLICATED.search(head)),
    )


def _base_name(log: bytes) -> str:
    return log.decode("utf-8", "surrogateescape").replace("\\", "/").rpartition("/")[2]
