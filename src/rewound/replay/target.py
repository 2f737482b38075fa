"""The moments that a user can ask for: a time, a transaction, a position. Pure."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rewound.binlog.gtids import Gtid, parse_gtid
from rewound.binlog.log_file import log_name
from rewound.binlog.times import from_us, to_us
from rewound.errors import UsageError


@dataclass(frozen=True, slots=True)
class AtTime:
    """Everything up to the first transaction, in the log's order, that was committed later."""

    time_us: int
    """In µs since 1970."""
    is_strict: bool
    """Whether a transaction that was committed just then is left out."""

    def leaves_out(self, committed_us: int) -> bool:
        """Tell whether a transaction of this time is too late."""
        return committed_us > self.time_us or (self.is_strict and committed_us == self.time_us)

    def __str__(self) -> str:
        return f"{'before ' if self.is_strict else ''}{show_time(self.time_us)}"


@dataclass(frozen=True, slots=True)
class AtTransaction:
    """Everything up to one transaction."""

    gtid: Gtid
    is_included: bool

    def __str__(self) -> str:
        return f"{'after' if self.is_included else 'before'} transaction {self.gtid}"


@dataclass(frozen=True, slots=True)
class AtPosition:
    """Everything before a position."""

    log_name: str
    position: int
    """In bytes; a transaction begins there, or the file ends."""

    def __str__(self) -> str:
        return f"{self.log_name}:{self.position}"


Target = AtTime | AtTransaction | AtPosition


def at_time(moment: datetime, *, is_strict: bool) -> AtTime:
    """Return the target of a moment with a zone."""
    return AtTime(to_us(moment), is_strict)


def parse_transaction(text: str, *, is_included: bool) -> AtTransaction:
    """Read a GTID.

    Raises:
        UsageError: it is none.
    """
    try:
        return AtTransaction(parse_gtid(text), is_included)
    except ValueError as error:
        raise UsageError(
            str(error),
            hint="write it as the log has it: 3e11fa47-71ca-11e1-9e33-c80aa9429562:23, or 0-1-23 of"
            " MariaDB; rewound dumps shows the GTIDs of each world's logs",
        ) from error


def parse_position(text: str) -> AtPosition:
    """Read `FILE:POS`; a file may be given as its server or as the disk names it.

    Raises:
        UsageError: it is not of this form.
    """
    name, _, position = text.strip().rpartition(":")
    if not name or not position.isascii() or not position.isdecimal():
        raise UsageError(
            f"{text!r} is not a position in a binary log",
            hint="write the file and the position of a transaction: mysql-bin.000042:1337",
        )
    return AtPosition(log_name(Path(name)), int(position))


def show_time(time_us: int) -> str:
    """Return a time of a log for people, in UTC, with microseconds where it has some."""
    return f"{from_us(time_us).isoformat(' ').removesuffix('+00:00')} UTC"
