"""Row events as `BINLOG` statements: many in one, and a very long statement in several. Pure.

A server takes any number of TABLE_MAP and row events in one `BINLOG` (tried on 9.7.4). A statement
of the source that is longer than a batch is cut between two of its events: the last one before the
cut ends it, and its table maps are repeated behind. Rows do not depend on where their statement
ends.
"""

from base64 import b64encode
from collections.abc import Iterator

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.rows.row_event import FLAGS_AT, STATEMENT_END_FLAG, set_statement_end

BATCH_BYTES = 1 << 20
"""Of events; as measured (ADR 24)."""
_FLAGS_IN_EVENT = 19 + FLAGS_AT


class RowBatches:
    """Gathers row events until they are worth a statement."""

    def __init__(self, batch_bytes: int = BATCH_BYTES) -> None:
        self._batch_bytes = batch_bytes
        self._events: list[bytes] = []
        self._bytes = 0
        self._maps: list[LogEvent] = []
        """The table maps of the statement that is not ended yet."""

    @property
    def is_full(self) -> bool:
        """Whether the events so far are worth a statement."""
        return self._bytes >= self._batch_bytes

    def add_whole(self, events: list[bytes]) -> None:
        """Add the events of whole statements of the source, as they are."""
        self._events += events
        self._bytes += sum(map(len, events))

    def add(self, event: LogEvent) -> Iterator[bytes]:
        """Add one TABLE_MAP or row event; yield a statement where it gets too long."""
        if event.kind == EventKind.TABLE_MAP:
            self._maps.append(event)
            self._append(event.data)
            return
        if event.data[_FLAGS_IN_EVENT] & STATEMENT_END_FLAG:
            self._maps.clear()
            self._append(event.data)
            if self.is_full:
                yield from self.take()
        elif self.is_full:
            self._append(set_statement_end(event, event.body, ends_statement=True).data)
            yield from self.take()
            for table_map in self._maps:
                self._append(table_map.data)
        else:
            self._append(event.data)

    def take(self) -> Iterator[bytes]:
        """Yield the statement for the events so far, if there are any."""
        if self._events:
            yield binlog_statement(b"".join(self._events))
            self._events.clear()
            self._bytes = 0

    def _append(self, data: bytes) -> None:
        self._events.append(data)
        self._bytes += len(data)


def binlog_statement(events: bytes) -> bytes:
    """Return the statement that applies events."""
    return b"BINLOG '%b'" % b64encode(events)
