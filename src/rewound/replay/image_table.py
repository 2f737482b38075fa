"""One table in row events: how its rows are known again by their key, and which are known. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rewound.binlog.events.checksums import CHECKSUM_BYTES
from rewound.binlog.events.header import HEADER_BYTES, take_event
from rewound.binlog.rows.images import ImagePlans
from rewound.binlog.rows.row_counts import FoundRows
from rewound.binlog.rows.row_event import read_row_event


@dataclass(slots=True)
class KnownRows:
    """The rows of one table that the replay has written: key to the hash of the last image.

    None instead of a hash: the log does not have the whole row.
    """

    earlier: dict[bytes, int | None] = field(default_factory=dict)
    """Those that the server has."""
    fresh: dict[bytes, int | None] = field(default_factory=dict)
    """Those of the batch."""
    tables: list["ImageTable"] = field(default_factory=list)
    """The table as the logs have it: again and again with another number."""


class ImageTable:
    """A table as a log has it, and how its rows are known again."""

    def __init__(self, plans: ImagePlans, key: Sequence[int], known: KnownRows) -> None:
        """Take what its TABLE_MAP event states, and the places of the columns of its key."""
        self.plans = plans
        self.columns = plans.table.columns
        self.key = frozenset(key)
        self.known = known
        known.tables.append(self)
        self.inserts: list[FoundRows] = []
        """Events of the batch that are read only once updates or deletes come to this table."""
        self.whole = (1 << len(self.columns)) - 1
        self.key_bits = sum(1 << place for place in self.key)
        self.bitmap_bytes = (len(self.columns) + 7) // 8
        self._last_key = max(self.key)
        leads = self._last_key == len(self.key) - 1
        is_fixed = leads and all(not self.columns[place].prefix_bytes for place in self.key)
        self.fixed_key = sum(self.columns[p].size for p in self.key) if is_fixed else None
        """How many bytes the key has, if images begin with it and it always has as many."""

    def read_key(self, event: bytes, at: int, columns: int) -> bytes | None:
        """Return the key in the image at a place; None if it does not have all of it."""
        if self.fixed_key is not None and columns == self.whole:
            start = at + self.bitmap_bytes
            return event[start : start + self.fixed_key]
        if self.key_bits & ~columns:
            return None
        null_at, at = at, at + (columns.bit_count() + 7) // 8
        parts, present = [], 0
        for place in range(self._last_key + 1):
            if not columns >> place & 1:
                continue
            is_null = event[null_at + (present >> 3)] >> (present & 7) & 1
            present += 1
            if is_null:
                continue
            column, start = self.columns[place], at
            if column.prefix_bytes:
                at += column.prefix_bytes
                at += int.from_bytes(event[start:at], "little")
            else:
                at += column.size
            if place in self.key:
                parts.append(event[start:at])
        return b"".join(parts)

    def read_inserts(self) -> None:
        """Make the rows of the inserts known.

        Raises:
            MalformedEvent: an event is damaged.
        """
        for event, _, rows in self.inserts:
            if rows is None:
                body = event[HEADER_BYTES:-CHECKSUM_BYTES]
                row_event = read_row_event(take_event(event, 0, has_checksum=True), body)
                spans = self.plans.iter_spans(row_event, body)
                images = (span.after for span in spans if span.after is not None)
                self._note_rows(body, row_event.after or 0, images)
            else:
                columns, _, ends = rows
                self._note_rows(event, columns, pairwise(ends))
        self.inserts.clear()

    def _note_rows(self, data: bytes, columns: int, images: Iterable[tuple[int, int]]) -> None:
        fresh, read_key, is_whole = self.known.fresh, self.read_key, columns == self.whole
        for start, end in images:
            key = read_key(data, start, columns)
            if key is not None:
                fresh[key] = hash(data[start:end]) if is_whole else None
