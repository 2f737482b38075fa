"""The events of a transaction without those of some tables.

A server keeps the tables of a statement open until the event that ends it: where that one is left
out, the last one kept has to end it, else the next row is not found (1032, seen on 9.7.4).
"""

from collections.abc import Callable, Iterable, Iterator

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.kinds import ROW_KINDS, EventKind
from rewound.binlog.events.table_map import (
    NAMES_AT,
    TableName,
    read_table_id,
    read_table_name,
)
from rewound.binlog.rows.row_event import FLAGS_AT, STATEMENT_END_FLAG, set_statement_end


def leave_out_tables(
    events: Iterable[LogEvent], is_left_out: Callable[[TableName], bool]
) -> Iterator[LogEvent]:
    """Yield all events but the table maps and rows of tables that are left out.

    Statements of which nothing is kept lose all their table maps.

    Raises:
        MalformedEvent: a table map is damaged.
    """
    kept = _KeptTables(is_left_out)
    last: LogEvent | None = None  # held back: it may have to end its statement
    for event in events:
        if event.kind == EventKind.TABLE_MAP:
            kept.learn(event)
            continue
        if event.kind not in ROW_KINDS:
            yield from () if last is None else (last,)
            yield event
            last = None
            continue
        body = event.body
        if read_table_id(body) not in kept.left_out:
            yield from () if last is None else (last,)
            yield from kept.take_maps()
            last = event
        if body[FLAGS_AT] & STATEMENT_END_FLAG:
            if last is not None:
                yield set_statement_end(last, last.body, ends_statement=True)
            kept.take_maps()
            last = None
    yield from () if last is None else (last,)


class _KeptTables:
    """Which tables are left out, and the table maps of those that are kept."""

    def __init__(self, is_left_out: Callable[[TableName], bool]) -> None:
        self.left_out: set[int] = set()
        self._is_left_out = is_left_out
        self._maps: list[LogEvent] = []

    def learn(self, event: LogEvent) -> None:
        """Take in a TABLE_MAP event."""
        body = event.body
        if self._is_left_out(read_table_name(body[NAMES_AT:])[0]):
            self.left_out.add(read_table_id(body))
        else:
            self.left_out.discard(read_table_id(body))
            self._maps.append(event)

    def take_maps(self) -> list[LogEvent]:
        """Return the table maps of the statement that were not taken yet."""
        maps, self._maps = self._maps, []
        return maps
