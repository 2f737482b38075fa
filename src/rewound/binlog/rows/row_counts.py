"""How many rows a transaction inserts, updates and deletes in which tables."""

from collections.abc import Iterable
from dataclasses import dataclass

from rewound.binlog.events.checksums import CHECKSUM_BYTES
from rewound.binlog.events.header import HEADER_BYTES, LogEvent, take_event
from rewound.binlog.events.kinds import DELETE_KINDS, INSERT_KINDS, ROW_KINDS, EventKind
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.mariadb import decompress_rows
from rewound.binlog.events.table_map import TableName, read_table_id, read_table_map
from rewound.binlog.rows.images import ImagePlans, PlainRows
from rewound.binlog.rows.row_event import DUMMY_TABLE_ID, read_row_event

_MOST_KNOWN_MAPS = 10_000
_MOST_TABLES = 100_000
"""Of one transaction, by their numbers: as many as a hostile log may have."""
_TABLE_ID_BYTES = 6
_TABLE_ID_END = HEADER_BYTES + _TABLE_ID_BYTES
_TABLE_MAP = int(EventKind.TABLE_MAP)  # ints are compared faster than members
_ROW_KINDS = frozenset(map(int, ROW_KINDS))
_UPDATE_ROWS = int(EventKind.UPDATE_ROWS)
_MYSQL_KINDS = frozenset({int(EventKind.WRITE_ROWS), _UPDATE_ROWS, int(EventKind.DELETE_ROWS)})


@dataclass(slots=True)
class ChangedRows:
    """How many rows of one table were changed."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    def add(self, other: "ChangedRows") -> None:
        """Add the numbers of another count."""
        self.inserted += other.inserted
        self.updated += other.updated
        self.deleted += other.deleted


class TableMaps:
    """The table maps of a log as they come: what row events refer to.

    One object for many transactions saves reading the same maps again and again.
    """

    def __init__(self) -> None:
        self._plans: dict[bytes, ImagePlans] = {}
        self._current: dict[bytes, ImagePlans] = {}

    def begin_transaction(self) -> None:
        """Forget everything if it has become much: a transaction states all of its tables."""
        if len(self._plans) >= _MOST_KNOWN_MAPS:
            self._plans.clear()
            self._current.clear()

    def learn(self, body: bytes) -> ImagePlans:
        """Take in the body of a TABLE_MAP event, and return the plans of its table.

        Raises:
            MalformedEvent: it is not one.
        """
        plans = self._plans.get(body)
        if plans is None:
            if len(self._plans) >= _MOST_TABLES:
                raise MalformedEvent(f"it is of a transaction with over {_MOST_TABLES:,} tables")
            plans = self._plans[body] = ImagePlans(read_table_map(body), body)
        self._current[body[:_TABLE_ID_BYTES]] = plans
        return plans

    def find_by_id(self, table_id: bytes) -> ImagePlans | None:
        """Return the plans of a table by the 6 bytes that row events begin with, if it is known."""
        return self._current.get(table_id)

    def get_plans(self, body: bytes) -> ImagePlans:
        """Return the plans of the table that the body of a row event begins with.

        Raises:
            MalformedEvent: no table map came before.
        """
        plans = self._current.get(body[:_TABLE_ID_BYTES])
        if plans is None:
            raise MalformedEvent(f"no TABLE_MAP event came before for table {read_table_id(body)}")
        return plans


FoundRows = tuple[bytes, ImagePlans, PlainRows | None]
"""What was found out about a row event while its rows were counted: all of its bytes, the plans of
its table, and where its images are. None: it has to be read with `ImagePlans.iter_spans`."""


class LoggedRowCounter:
    """Counts the rows of events that are given to it in order."""

    def __init__(self, maps: TableMaps, found: list[FoundRows] | None = None) -> None:
        """Where there is a list, each row event is added to it."""
        self._found = found
        self.counts: dict[TableName, ChangedRows] = {}
        """Rows per table so far."""
        self._maps = maps
        maps.begin_transaction()

    def take(self, data: bytes, end: int) -> None:
        """Count the rows of all bytes of an event; `end` is where its checksum begins.

        Raises:
            MalformedEvent: its rows are not those of its table.
        """
        self.take_all((data,), len(data) - end)

    def take_all(self, events: Iterable[bytes], checksum_bytes: int = CHECKSUM_BYTES) -> None:
        """Count the rows of all bytes of several events.

        Raises:
            MalformedEvent: the rows of the last one taken are not those of its table.
        """
        learn, find_by_id, found = self._maps.learn, self._maps.find_by_id, self._found
        with too_short("the row event"):
            for data in events:
                kind = data[4]
                end = len(data) - checksum_bytes
                if kind == _TABLE_MAP:
                    learn(data[HEADER_BYTES:end])
                elif kind in _ROW_KINDS:
                    plans = find_by_id(data[HEADER_BYTES:_TABLE_ID_END])
                    count = rows = None
                    if plans is not None and kind in _MYSQL_KINDS:
                        if found is None:
                            count = plans.count_plain_rows(data, end)
                        elif (rows := plans.find_plain_rows(data, end)) is not None:
                            count = (len(rows[2]) - 1) >> (kind == _UPDATE_ROWS)
                    if found is not None and plans is not None:
                        found.append((data, plans, rows))
                    if plans is None or count is None:
                        self._take_slowly(take_event(data[:end], 0, has_checksum=False))
                    else:
                        self._add(kind, plans.table.name, count)

    def _take_slowly(self, event: LogEvent) -> None:
        event = decompress_rows(event)
        body = event.body
        row_event = read_row_event(event, body)
        if row_event.table_id != DUMMY_TABLE_ID:
            plans = self._maps.get_plans(body)
            count = sum(1 for _ in plans.iter_spans(row_event, body))
            self._add(event.kind, plans.table.name, count)

    def _add(self, kind: int, name: TableName, count: int) -> None:
        rows = self.counts.get(name)
        if rows is None:
            rows = self.counts[name] = ChangedRows()
        if kind in INSERT_KINDS:
            rows.inserted += count
        elif kind in DELETE_KINDS:
            rows.deleted += count
        else:
            rows.updated += count
