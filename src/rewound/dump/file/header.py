"""What a dump's comments say: which program made it, of which server, and that it is complete.

Pure. The facts go into the ledger; only two of them decide anything: a dump that begins with the
comment of a known program must end with its closing line, and `Database:` names the database for
objects that have none. A file may contain several dumps, one after the other; each has a header of
its own.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rewound.dump.text.lexical import repeated

_PRODUCER = re.compile(rb"-- ((?:MySQL|MariaDB) dump [^\r\n]+)")
_OTHER_PRODUCER = re.compile(rb"-- (?:phpMyAdmin SQL Dump|Adminer \S+ MySQL )")
"""Programs that write no closing line."""
_ORIGIN = re.compile(rb"-- Host: (\S*)\s+Database: ?([^\n]*)")
_SERVER_VERSION = re.compile(rb"-- [Ss]erver[ -][Vv]ersion:?[ \t]+([^\r\n]+)")
_OTHER_VERSION = re.compile(
    rb"-- Adminer \S+ MySQL (\S+) dump|# Host: .*\(MySQL ([^)\r\n]+)\)"
    rb"|/\*[^/]{0,400}?(?:Source Server Version *: \d+ \(([^)\r\n]+)\)|\bMySQL - (\S+) : Database)",
    re.DOTALL,
)
"""How Adminer, Sequel Pro, Navicat and SQLyog write the server's version."""
_CLOSING = re.compile(rb"-- Dump completed(?: on +(\d{4}-\d\d-\d\d) +(\d{1,2}:\d\d:\d\d))?\s*\Z")
_POSITION = re.compile(rb"-- (CHANGE (?:MASTER|REPLICATION SOURCE) TO [^\r\n]+)")

IDLE_COMMENT = (
    rb"#(?! Host: )[^\n]*+\n"
    rb"|--(?=[\s\x00-\x1f\x7f])(?! (?:MySQL dump |MariaDB dump |phpMyAdmin SQL Dump|Adminer "
    rb"|Host: |[Ss]erver[ -][Vv]ersion|Dump completed|CHANGE (?:MASTER|REPLICATION)))[^\n]*+\n"
    rb"|/\*(?!!)[^*SM]*+" + repeated(rb"(?!\*/|Source Server|MySQL - )[*SM][^*SM]*+") + rb"\*/"
)
"""Whole comments, with the line's end, in which nothing of the above begins."""


@dataclass(frozen=True, slots=True)
class Header:
    """The facts that a dump's own comments state."""

    begins_at: int = 1
    """The line of the file on which this dump begins."""
    producer: str | None = None
    """The first line of mysqldump or mariadb-dump, without the dashes."""
    database: str | None = None
    """The one database that was dumped; None if there are several, or none is named."""
    server_version: str | None = None
    """The version of the dumped server, as the dump writes it."""
    position: str | None = None
    """The statement that would set the replication position, as a comment."""
    completed_at: datetime | None = None
    """The time of the closing line, in the zone of the dump's host, but read as UTC."""
    closed: int = 0
    """The number of closing lines."""
    is_open: bool = False
    """Whether an opening comment has no closing line yet."""
    is_followed: bool = False
    """Whether statements follow the last opening comment or closing line."""
    holds_rows: bool = False
    """Whether it is a file of rows, which has no comments."""

    @property
    def is_of_old_server(self) -> bool:
        """Whether the dumped server was MySQL before 8.0 or MariaDB, according to the header."""
        version = self.server_version or ""
        return "MariaDB" in version or version[:2] in ("4.", "5.")

    @property
    def is_whole(self) -> bool | None:
        """Whether the dump has its closing line; None if nothing proves that it is complete.

        A closing line proves the text before it: if statements follow the last one, the end is
        unproven.
        """
        if self.is_open:
            return False
        return None if self.closed == 0 or self.is_followed else True

    @property
    def holds_something(self) -> bool:
        """Whether the next header starts another dump, rather than belonging to this one."""
        return self.is_followed or self.closed > 0


def find_server_version(head: bytes) -> str | None:
    """Return the version of the dumped server, read from a dump's first bytes."""
    for line in head.splitlines():
        if match := _SERVER_VERSION.match(line):
            return _text(match[1])
    return None


def find_database(head: bytes) -> str | None:
    """Return the one database that was dumped, read from a dump's first bytes."""
    match = re.search(rb"^" + _ORIGIN.pattern, head, re.MULTILINE)
    return None if match is None else _text(match[2]).strip() or None


def opens_dump(comment: bytes) -> bool:
    """Tell whether a comment is the first line of a dump."""
    return bool(_PRODUCER.match(comment) or _OTHER_PRODUCER.match(comment))


def are_whole(headers: Iterable[Header]) -> bool | None:
    """Return whether all dumps of a file are complete; None if one of them is unproven."""
    states = {header.is_whole for header in headers}
    return False if False in states else None if None in states else True


def find_unproven(
    headers: Sequence[Header], describe: Callable[[int], str] = lambda line: f"line {line}"
) -> str | None:
    """Describe which of several dumps is not proven to be complete, and where.

    `describe` returns how a line is called.
    """
    if len(headers) < 2:
        return None
    for header, following in itertools.zip_longest(headers, headers[1:]):
        if header.holds_rows:
            return (
                f"{describe(header.begins_at)}: a file of rows has no mark of its end, so that it"
                " is complete cannot be proven"
            )
        if not header.is_whole:
            end = "the end" if following is None else describe(following.begins_at)
            return (
                f"the dump that begins at {describe(header.begins_at)} has no closing line"
                f" (-- Dump completed) before {end}"
                + ("" if following is None else ", where the next one begins")
            )
    return None


def read_comment(header: Header, comment: bytes) -> Header:
    """Return the header extended by one comment of the dump."""
    if match := _PRODUCER.match(comment):
        producer = header.producer or _text(match[1])
        return replace(header, producer=producer, is_open=True, is_followed=False)
    if match := _ORIGIN.match(comment):
        return replace(header, database=header.database or _text(match[2]).strip() or None)
    if match := _SERVER_VERSION.match(comment):
        return replace(header, server_version=header.server_version or _text(match[1]))
    if match := _OTHER_VERSION.match(comment):
        found = next(filter(None, match.groups()))
        return replace(header, server_version=header.server_version or _text(found))
    if match := _POSITION.match(comment):
        return replace(header, position=header.position or _text(match[1]))
    if match := _CLOSING.match(comment):
        return replace(
            header,
            completed_at=_closing_time(match),
            closed=header.closed + 1,
            is_open=False,
            is_followed=False,
        )
    return header


def read_statement(header: Header) -> Header:
    """Return the header after a statement that creates or fills something."""
    return header if header.is_followed else replace(header, is_followed=True)


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
    text = _text(match[1] + b"T" + match[2].rjust(8, b"0") + b"+00:00")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
