"""How many rows a transaction inserts, updates and deletes in which tables."""

from dataclasses import dataclass

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.kinds import DELETE_KINDS, INSERT_KINDS, ROW_KINDS, EventKind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.mariadb import decompress_rows
from rewound.binlog.events.table_map import TableName, read_table_map
from rewound.binlog.rows.images import ImagePlans
from rewound.binlog.rows.row_event import DUMMY_TABLE_ID, read_row_event

_MOST_KNOWN_MAPS = 10_000


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
    """The table maps of a log as they come: what row events refer to."""

    def __init__(self) -> None:
        self._plans: dict[bytes, ImagePlans] = {}
        self._current: dict[int, ImagePlans] = {}

    def learn(self, event: LogEvent) -> ImagePlans:
        """Take in a TABLE_MAP event, and return the plans of its table.

        Raises:
            MalformedEvent: it is not one.
        """
        body = event.body
        plans = self._plans.get(body)
        if plans is None:
            if len(self._plans) >= _MOST_KNOWN_MAPS:
                self._plans.clear()
                self._current.clear()
            plans = self._plans[body] = ImagePlans(read_table_map(body))
        self._current[plans.table.table_id] = plans
        return plans

    def find(self, table_id: int) -> ImagePlans:
        """Return the plans of the table that a row event refers to.

        Raises:
            MalformedEvent: no table map came before.
        """
        plans = self._current.get(table_id)
        if plans is None:
            raise MalformedEvent(f"no TABLE_MAP event came before for table {table_id}")
        return plans


class LoggedRowCounter:
    """Counts the rows of events that are given to it in order."""

    def __init__(self) -> None:
        self.counts: dict[TableName, ChangedRows] = {}
        """Rows per table so far."""
        self._maps = TableMaps()

    def take(self, event: LogEvent) -> None:
        """Count the rows of an event; of events without rows: none.

        Raises:
            MalformedEvent: its rows are not those of its table.
        """
        if event.kind == EventKind.TABLE_MAP:
            self._maps.learn(event)
        elif event.kind in ROW_KINDS:
            event = decompress_rows(event)
            body = event.body
            row_event = read_row_event(event, body)
            if row_event.table_id == DUMMY_TABLE_ID:
                return
            plans = self._maps.find(row_event.table_id)
            count = sum(1 for _ in plans.iter_spans(row_event, body))
            rows = self.counts.setdefault(plans.table.name, ChangedRows())
            if event.kind in INSERT_KINDS:
                rows.inserted += count
            elif event.kind in DELETE_KINDS:
                rows.deleted += count
            else:
                rows.updated += count
