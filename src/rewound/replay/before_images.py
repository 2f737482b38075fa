"""The before-images of row events, and which of them the server has to be asked about. Pure.

An update or a delete states the row as it was before. A row that the replay itself has written is
known: its last after-image has to be the next before-image, byte for byte. Every other image is
one that only the server can compare. Images that differ are left to the server too: it compares
values, and JSON has several images of one value.
"""

from collections.abc import Callable, Iterable, Sequence

from rewound.binlog.events.checksums import CHECKSUM_BYTES
from rewound.binlog.events.header import HEADER_BYTES, take_event
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.table_map import TableMap, TableName
from rewound.binlog.rows.images import ImagePlans, PlainRows
from rewound.binlog.rows.row_counts import FoundRows
from rewound.binlog.rows.row_event import is_partial, read_row_event
from rewound.load.log_receipt import ImageCounts
from rewound.replay.image_table import ImageTable, KnownRows

_MOST_KNOWN_ROWS = 200_000
"""Of all tables; about 50 MB."""
_MOST_TABLES = 10_000
_WRITE, _DELETE = int(EventKind.WRITE_ROWS), int(EventKind.DELETE_ROWS)

FindKey = Callable[[TableMap], Sequence[int]]
"""Returns the places of the columns by which the server finds a row of a table; none if it
compares whole rows, or if its rows are not to be compared."""


class BeforeImages:
    """Takes the events of transactions in their order, and collects what is to be compared."""

    def __init__(
        self, find_key: FindKey, take_other: Callable[[FoundRows], None] = lambda _found: None
    ) -> None:
        """Take what finds keys, and who is told of row events of tables without one."""
        self.counts = ImageCounts()
        """Of the batches so far, without those that the server was asked about."""
        self._find_key = find_key
        self._take_other = take_other
        self._tables: dict[ImagePlans, ImageTable | None] = {}
        self._known: dict[TableName, KnownRows] = {}
        self._unknown: list[bytes] = []
        """Images that only the server can compare: NULL bits and values."""
        self._groups: list[ImageTable] = []
        """The table of each of them."""
        self._columns: list[int] = []
        """Which columns each of them has, one bit each."""
        self._stated = self._same = self._partial = self._repeated = 0
        self._is_torn = False
        """Whether rows of events that were not taken are among the known ones."""

    def take(self, found: Iterable[FoundRows], *, is_alone: bool = False) -> bool:
        """Take in row events.

        False: a row was changed in the batch, by other events, to something else than what one of
        these says of it. Nothing is taken then: apply the batch, and take them again, `is_alone`.
        Where even that does not help, the image cannot be compared, and is counted as such.

        Raises:
            MalformedEvent: an event is damaged.
        """
        before = len(self._unknown), self._stated, self._same, self._partial, self._repeated
        for rows in found:
            event, plans, _ = rows
            if plans not in self._tables:
                self._learn(plans)
            table = self._tables[plans]
            if table is None:
                self._take_other(rows)
            elif event[4] == _WRITE:
                table.inserts.append(rows)
            elif not self._take_rows(table, rows) and not is_alone:
                size, self._stated, self._same, self._partial, self._repeated = before
                del self._unknown[size:], self._groups[size:], self._columns[size:]
                self._is_torn = True
                return False
        return True

    def take_unknown(self) -> dict[tuple[ImageTable, int], list[bytes]]:
        """Return the images of the batch that the server has to be asked about, and end it.

        By their table, and which columns they have, one bit each.

        The caller compares them, and then applies the batch.
        """
        unknown: dict[tuple[ImageTable, int], list[bytes]] = {}
        groups = zip(self._groups, self._columns, strict=True)
        for group, image in zip(groups, self._unknown, strict=True):
            unknown.setdefault(group, []).append(image)
        self._unknown.clear()
        self._groups.clear()
        self._columns.clear()
        size = 0
        for known in self._known.values():
            for table in known.tables:
                table.inserts.clear()
            if known.fresh:
                known.earlier.update(known.fresh)
                known.fresh.clear()
            size += len(known.earlier)
        if self._is_torn or size > _MOST_KNOWN_ROWS:
            for known in self._known.values():
                known.earlier.clear()
            self._is_torn = False
        return unknown

    def count_compared(self) -> None:
        """Count the images of the batch: they were compared."""
        self.counts += ImageCounts(
            self._stated, self._same, only_keys=self._partial, repeated=self._repeated
        )
        self._stated = self._same = self._partial = self._repeated = 0

    def forget(self) -> None:
        """Forget all rows and tables: they may have been changed by something else."""
        self._tables.clear()
        self._known.clear()
        self._unknown.clear()
        self._groups.clear()
        self._columns.clear()
        self._stated = self._same = self._partial = self._repeated = 0

    def _learn(self, plans: ImagePlans) -> None:
        if len(self._tables) >= _MOST_TABLES:
            self._tables.clear()
        table = plans.table
        key = self._find_key(table)
        known = self._known.setdefault(table.name, KnownRows())
        self._tables[plans] = ImageTable(plans, key, known) if key else None

    def _take_rows(self, table: ImageTable, found: FoundRows) -> bool:
        """Take in updates and deletes; tell whether all of them could follow from the batch."""
        known = table.known
        for same in known.tables:
            if same.inserts:
                same.read_inserts()
        event, _, rows = found
        if rows is None:
            return self._take_unusual(table, event)
        if table.fixed_key is None or rows[0] != table.whole or rows[1] != table.whole:
            return self._take_any(table, event, rows)
        return self._take_whole(table, event, rows[2], table.fixed_key)

    def _take_whole(self, table: ImageTable, event: bytes, ends: list[int], size: int) -> bool:
        """Take in rows with all columns and a key of a fixed size: nearly all rows there are."""
        fresh, earlier = table.known.fresh, table.known.earlier
        bitmap_bytes, whole = table.bitmap_bytes, table.whole
        is_delete = event[4] == _DELETE
        follows = True
        for index in range(0, len(ends) - 1, 1 if is_delete else 2):
            at, middle = ends[index], ends[index + 1]
            key_at = at + bitmap_bytes
            key, image = event[key_at : key_at + size], event[at:middle]
            if key in fresh:
                follows = self._compare(table, key, image, whole) and follows
            else:
                self._stated += 1
                if earlier.get(key) == hash(image):
                    self._same += 1
                else:
                    self._unknown.append(image)
                    self._groups.append(table)
                    self._columns.append(whole)
            if is_delete:
                fresh.pop(key, None)
                earlier.pop(key, None)
            else:
                key_at = middle + bitmap_bytes
                fresh[event[key_at : key_at + size]] = hash(event[middle : ends[index + 2]])
        return follows

    def _take_any(self, table: ImageTable, event: bytes, rows: PlainRows) -> bool:
        """Take in rows of any key and with any columns."""
        before, after, ends = rows
        fresh, earlier, read_key = table.known.fresh, table.known.earlier, table.read_key
        is_delete = event[4] == _DELETE
        follows = True
        for index in range(0, len(ends) - 1, 1 if is_delete else 2):
            at, middle = ends[index], ends[index + 1]
            key = read_key(event, at, before)
            follows = self._compare(table, key, event[at:middle], before) and follows
            if key is not None:
                fresh.pop(key, None)
                earlier.pop(key, None)
            if not is_delete:
                end = ends[index + 2]
                if (new := read_key(event, middle, after) or key) is not None:
                    fresh[new] = hash(event[middle:end]) if after == table.whole else None
        return follows

    def _take_unusual(self, table: ImageTable, event: bytes) -> bool:
        """Take in rows with parts of JSON values, or with the numbers of partitions."""
        body = event[HEADER_BYTES:-CHECKSUM_BYTES]
        row_event = read_row_event(take_event(event, 0, has_checksum=True), body)
        before, after = row_event.before or 0, row_event.after
        fresh, earlier = table.known.fresh, table.known.earlier
        follows = True
        for span in table.plans.iter_spans(row_event, body):
            if span.before is None:
                continue
            key = table.read_key(body, span.before[0], before)
            follows = self._compare(table, key, body[slice(*span.before)], before) and follows
            if key is not None:
                fresh.pop(key, None)
                earlier.pop(key, None)
            if span.after is None or after is None:
                continue
            new = table.read_key(body, span.after[0], after) or key
            if new is not None:
                is_whole = after == table.whole and not is_partial(row_event.kind)
                fresh[new] = hash(body[slice(*span.after)]) if is_whole else None
        return follows

    def _compare(self, table: ImageTable, key: bytes | None, image: bytes, columns: int) -> bool:
        """Compare an image with what the batch has made of its row, or leave it to the server."""
        self._stated += 1
        if key is None or (columns != table.whole and not columns & ~table.key_bits):
            self._partial += 1
            return True
        known = table.known
        if key not in known.fresh:
            if columns == table.whole and known.earlier.get(key) == hash(image):
                self._same += 1
            else:
                self._unknown.append(image)
                self._groups.append(table)
                self._columns.append(columns)
            return True
        expected = known.fresh[key]
        if expected is not None and columns == table.whole:
            if expected == hash(image):
                self._same += 1
                return True
            self._repeated += 1
            return False
        self._repeated += 1
        return True
