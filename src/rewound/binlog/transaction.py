"""One whole transaction of a log: when, who, what kind, which tables, and its events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from rewound.binlog.events.header import LogEvent, take_event
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.payload import iter_payload
from rewound.binlog.events.table_map import TableName
from rewound.binlog.gtids import Gtid
from rewound.binlog.log_bytes import copy_again
from rewound.binlog.log_file import LogFile, log_name
from rewound.dump.file.location import Location
from rewound.errors import BinlogError


class TransactionKind(Enum):
    """What a transaction's changes are logged as; of several, the first that applies."""

    INCIDENT = "incident"
    """The server lost events: what it changed is not in the log."""
    STATEMENT = "statement"
    """At least one change as the statement itself: replaying it is not exact."""
    DDL = "ddl"
    """A statement that needs no rows; also CREATE TABLE … SELECT, with its rows."""
    XA = "xa"
    """The first or the second phase of an XA transaction."""
    ROWS = "rows"
    """Rows only, or nothing."""


@dataclass(frozen=True, slots=True)
class LoggedTransaction:
    """One transaction."""

    log: Location
    """The file that holds it."""
    start: int
    """Where its first event begins."""
    end: int
    """Where what follows it begins."""
    gtid: Gtid | None
    """None of an anonymous one."""
    committed_us: int
    """When it was committed on the server of the log, in µs since 1970."""
    originally_committed_us: int
    """When it was committed on the server that was first to do so, in µs since 1970."""
    has_exact_time: bool
    """Whether the times are of the commit; if not, the second in which its last statement began."""
    kind: TransactionKind
    """What its changes are logged as."""
    tables: tuple[TableName, ...]
    """The tables whose rows it holds, sorted."""
    statement_at: int | None
    """Where the first change begins that is logged as a statement, if there is one."""
    is_rolled_back: bool
    """Whether it ends with ROLLBACK: only its changes of tables without transactions were kept."""
    has_checksums: bool
    """Whether its events in the file have any."""
    held: tuple[bytes, ...] | None = field(repr=False, compare=False)
    """Its events as in the file; None of a large one, which is read again where it is needed."""
    unpacked: tuple[bytes, ...] | None = field(repr=False, compare=False)
    """The events in its payload, without checksums; None without one, or of a large one."""
    table_maps: frozenset[bytes] = field(repr=False, compare=False)
    """Its different table maps, each from the names on."""

    @property
    def is_kept(self) -> bool:
        """Whether all of its events are in memory, those of a payload decompressed."""
        return self.held is not None and (self.unpacked is not None or not self.has_payload)

    @property
    def has_payload(self) -> bool:
        """Whether its events are compressed as one."""
        payload = EventKind.TRANSACTION_PAYLOAD
        return self.held is None or any(data[4] == payload for data in self.held[:3])

    @property
    def begin(self) -> str:
        """The file, as its server calls it, and the position: what --at-position takes."""
        return f"{log_name(self.log)}:{self.start}"

    @property
    def place(self) -> str:
        """Where it begins, and the GTID, for messages."""
        return f"{self.begin}, {self.gtid}" if self.gtid else self.begin

    def iter_logged_events(self) -> Iterator[LogEvent]:
        """Yield its events as they are in the file.

        Raises:
            BinlogError: the file is read again and has changed.
        """
        if self.held is not None:
            position = self.start
            for data in self.held:
                yield take_event(data, position, has_checksum=self.has_checksums)
                position += len(data)
            return
        with LogFile(self.log) as log:
            for event in log.iter_events(self.start):
                if event.end > self.end:
                    raise BinlogError(
                        self.log, "changed while it was read", position=event.position
                    )
                yield event
                if event.end == self.end:
                    return
        raise BinlogError(
            self.log,
            "changed while it was read",
            position=self.start,
            hint=copy_again(self.log),
        )

    def iter_events(self) -> Iterator[LogEvent]:
        """Yield its events, those in a payload decompressed in the payload's place.

        Raises:
            BinlogError: a payload is damaged, or the file is read again and has changed.
        """
        for event in self.iter_logged_events():
            if event.kind != EventKind.TRANSACTION_PAYLOAD:
                yield event
                continue
            try:
                for data in self.unpacked or iter_payload(event.body):
                    yield take_event(data, event.position, has_checksum=False)
            except MalformedEvent as error:
                raise BinlogError(
                    self.log, str(error), position=event.position, hint=copy_again(self.log)
                ) from error
