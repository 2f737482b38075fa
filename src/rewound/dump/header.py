"""What a dump says about itself in its comments: who made it, of what, and that it ended.

Pure. The facts go into the ledger; only two of them decide anything: a dump that opens
with a known producer's comment must close with its closing line, and its `Database:` is
where objects go that the dump names no database for.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

_PRODUCER = re.compile(rb"-- ((?:MySQL|MariaDB) dump [^\r\n]+)")
_ORIGIN = re.compile(rb"-- Host: (\S*)\s+Database: ?([^\r\n]*)")
_SERVER_VERSION = re.compile(rb"-- Server version[ \t]+([^\r\n]+)")
_CLOSING = re.compile(rb"-- Dump completed(?: on +(\d{4}-\d\d-\d\d) +(\d{1,2}:\d\d:\d\d))?\s*\Z")
_POSITION = re.compile(rb"-- (CHANGE (?:MASTER|REPLICATION SOURCE) TO [^\r\n]+)")


@dataclass(frozen=True, slots=True)
class Header:
    """The facts that a dump's own comments state."""

    producer: str | None = None
    """The first line of mysqldump or mariadb-dump, without the dashes."""
    database: str | None = None
    """The one database that was dumped; None where several were, or none is named."""
    server_version: str | None = None
    """Of the server that was dumped, as the dump writes it."""
    position: str | None = None
    """The statement that would set the replication position, as a comment."""
    completed_at: datetime | None = None
    """Time of the closing line; the dump's host wrote it in its own zone, read as UTC."""
    opened: int = 0
    """How many opening comments there are; several where dumps were concatenated."""
    closed: int = 0
    """How many closing lines there are."""

    @property
    def is_whole(self) -> bool | None:
        """Whether every opening comment has its closing line; None where there are neither."""
        if self.opened == self.closed == 0:
            return None
        return self.closed >= max(1, self.opened)


def read_comment(header: Header, comment: bytes) -> Header:
    """Return the header with what one comment of the dump adds to it."""
    if match := _PRODUCER.match(comment):
        producer = header.producer or _text(match[1])
        return replace(header, producer=producer, opened=header.opened + 1)
    if match := _ORIGIN.match(comment):
        return replace(header, database=header.database or _text(match[2]).strip() or None)
    if match := _SERVER_VERSION.match(comment):
        return replace(header, server_version=header.server_version or _text(match[1]))
    if match := _POSITION.match(comment):
        return replace(header, position=header.position or _text(match[1]))
    if match := _CLOSING.match(comment):
        return replace(header, completed_at=_closing_time(match), closed=header.closed + 1)
    return header


def find_closing_time(last_text: bytes) -> datetime | None:
    """Return the time of the closing line in the last bytes of a dump."""
    for line in reversed(last_text.splitlines()):
        if line.strip():
            match = _CLOSING.match(line.strip())
            return None if match is None else _closing_time(match)
    return None


def _closing_time(match: re.Match[bytes]) -> datetime | None:
    if match[1] is None:
        return None
    return datetime.strptime(_text(match[1] + b" " + match[2]), "%Y-%m-%d %H:%M:%S").replace(
        tzinfo=UTC
    )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
