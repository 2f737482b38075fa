"""Row images: where each begins and ends, by a plan per set of columns and NULLs.

Source: MySQL 9.7, sql/rpl_record.cc (`unpack_row`) and, for parts of JSON values,
libs/mysql/binlog/event/rows_event.h (`Update_rows_event`); tried on 9.7.4.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rewound.binlog.events import column_types as types
from rewound.binlog.events.header import HEADER_BYTES
from rewound.binlog.events.kinds import UPDATE_KINDS, EventKind
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.packed import read_packed, write_packed
from rewound.binlog.events.table_map import TableMap
from rewound.binlog.rows.row_event import RowEvent, is_partial

_MOST_PLANS = 1_000
_EXTRA_AT, _WIDTH_AT = 27, 29  # in all bytes of an event of version 2 without extra data
_NO_EXTRA = b"\x02\0"
_UPDATE_ROWS = int(EventKind.UPDATE_ROWS)  # an int is compared faster than a member
_PARTIAL_JSON_OPTION = 1


class RowSpan(NamedTuple):
    """Where the images of one row are in the body of its event."""

    before: tuple[int, int] | None
    """Of the image before the change: its NULL bits and its values."""
    after: tuple[int, int] | None
    """Of the image after the change: its NULL bits and its values."""
    partial_columns: frozenset[int] = frozenset()
    """Places of JSON columns whose value after the change is a list of changes."""


PlainRows = tuple[int, int, list[int]]
"""The images of a row event: which columns the first image of each row has, one bit each; the same
of an update's second image, else the same again; where the first image begins in all bytes of the
event, then where each image ends. A plain tuple takes a third of the time of a named one."""


class _ImageLayout(NamedTuple):
    """The images that have the same columns."""

    columns: int
    """Which these are, one bit each."""
    null_bytes: int
    """How many bytes of NULL bits they begin with."""
    steps: dict[bytes, tuple[int, ...]]
    """The steps through an image with these NULL bits: sizes, or negative: bytes of a length."""


class ImagePlans:
    """What is where in the images of one table."""

    def __init__(self, table: TableMap, map_body: bytes = b"") -> None:
        self.table = table
        self.map_body = map_body
        """The body of the TABLE_MAP event that states it."""
        self._json = [
            place for place, column in enumerate(table.columns) if column.kind == types.JSON
        ]
        self._width_bytes = len(write_packed(len(table.columns)))
        self._bitmap_bytes = (len(table.columns) + 7) // 8
        self._insert_rows_at = _WIDTH_AT + self._width_bytes + self._bitmap_bytes
        self._update_rows_at = self._insert_rows_at + self._bitmap_bytes
        self._layouts: dict[int, _ImageLayout] = {}
        self._heads: dict[bytes, tuple[_ImageLayout, ...]] = {}
        """The images of a row, by all bytes between the flags and the rows."""

    def iter_spans(self, row_event: RowEvent, body: bytes) -> Iterator[RowSpan]:
        """Yield the rows of an event in order.

        Raises:
            MalformedEvent: the rows are not those of this table, or cut off.
        """
        self.require_width(row_event)
        at, end = row_event.rows_at, len(body)
        before_columns, after_columns = row_event.before, row_event.after
        has_parts = is_partial(row_event.kind)
        before = after = None
        partial: frozenset[int] = frozenset()
        with too_short("the row event"):
            while at < end:
                start = at
                if before_columns is not None:
                    at = self.find_end(body, at, before_columns)
                    before = (start, at)
                if has_parts:
                    partial, at = self.read_partial_columns(body, at)
                if after_columns is not None:
                    after_start, at = at, self.find_end(body, at, after_columns)
                    after = (after_start, at)
                if at == start:
                    raise MalformedEvent("the row event has rows without columns")
                yield RowSpan(before, after, partial)

    def require_width(self, row_event: RowEvent) -> None:
        """Check that an event is about a table of as many columns.

        Raises:
            MalformedEvent: it is not.
        """
        if row_event.width != len(self.table.columns):
            raise MalformedEvent(
                f"the row event has {row_event.width} columns, its table map"
                f" {len(self.table.columns)}"
            )

    def find_usual_rows(self, kind: int) -> int:
        """Return where rows begin in the body of an event of version 2 without extra data."""
        images = 2 if kind in UPDATE_KINDS else 1
        return _WIDTH_AT - HEADER_BYTES + self._width_bytes + self._bitmap_bytes * images

    def find_end(self, body: bytes, at: int, columns: int) -> int:
        """Return where the image ends that begins at `at`.

        Raises:
            IndexError: it is cut off.
        """
        if columns:  # an image without columns has no bytes
            at, _ = self._pass(body, at, at + 1, (self._find_layout(columns),))
        if at > len(body):
            raise IndexError(at)
        return at

    def count_plain_rows(self, event: bytes, end: int) -> int | None:
        """Return how many rows are in all bytes of an event of MySQL's kinds 30 to 32.

        `end` is where its checksum begins. None: the event has to be read with `iter_spans`.

        Raises:
            IndexError: the rows are cut off.
        """
        is_update = event[4] == _UPDATE_ROWS
        at = self._update_rows_at if is_update else self._insert_rows_at
        layouts = self._heads.get(event[_EXTRA_AT:at])
        if layouts is None:
            layouts = self._read_head(event[_EXTRA_AT:at], is_update=is_update)
            if layouts is None:
                return None
        at, count = self._pass(event, at, end, layouts)
        if at != end:
            raise IndexError(at)
        return count

    def find_plain_rows(self, event: bytes, end: int) -> PlainRows | None:
        """Return where the images are that `count_plain_rows` would count; None where it would.

        Raises:
            IndexError: the rows are cut off.
        """
        is_update = event[4] == _UPDATE_ROWS
        at = self._update_rows_at if is_update else self._insert_rows_at
        layouts = self._heads.get(event[_EXTRA_AT:at])
        if layouts is None:
            layouts = self._read_head(event[_EXTRA_AT:at], is_update=is_update)
            if layouts is None:
                return None
        ends = [at]
        at, _ = self._pass(event, at, end, layouts, ends)
        if at != end:
            raise IndexError(at)
        return layouts[0].columns, layouts[-1].columns, ends

    def _pass(
        self,
        body: bytes,
        at: int,
        end: int,
        layouts: tuple[_ImageLayout, ...],
        ends: list[int] | None = None,
    ) -> tuple[int, int]:
        """Go from row to row up to `end`, or past it; return where, and how many rows.

        Where each image ends is added to `ends`.

        All there is of a row, without calls: most events have one, and calls would take longer.
        """
        count = 0
        while at < end:
            for columns, null_bytes, known in layouts:
                null_end = at + null_bytes
                nulls = body[at:null_end]
                steps = known.get(nulls)
                if steps is None:
                    if len(known) >= _MOST_PLANS:
                        known.clear()
                    steps = known[nulls] = self._plan(columns, nulls)
                at = null_end
                for step in steps:
                    if step >= 0:
                        at += step
                    elif step == -1:
                        at += 1 + body[at]
                    elif step == -2:
                        at += 2 + (body[at] | body[at + 1] << 8)
                    else:
                        at += int.from_bytes(body[at : at - step], "little") - step
                if ends is not None:
                    ends.append(at)
            count += 1
        return at, count

    def _find_layout(self, columns: int) -> _ImageLayout:
        layout = self._layouts.get(columns)
        if layout is None:
            if len(self._layouts) >= _MOST_PLANS:
                self._layouts.clear()
            null_bytes = (columns.bit_count() + 7) // 8
            layout = self._layouts[columns] = _ImageLayout(columns, null_bytes, {})
        return layout

    def _read_head(self, head: bytes, *, is_update: bool) -> tuple[_ImageLayout, ...] | None:
        """Return the images of a row in an event that begins with `head`; None if it is unusual."""
        width = write_packed(len(self.table.columns))
        bitmaps = head[len(_NO_EXTRA) + len(width) :]
        size = self._bitmap_bytes
        if not head.startswith(_NO_EXTRA + width) or len(bitmaps) != size * (1 + is_update):
            return None
        whole = (1 << len(self.table.columns)) - 1
        first = int.from_bytes(bitmaps[:size], "little") & whole
        second = int.from_bytes(bitmaps[-size:], "little") & whole
        if not first or not second:
            return None
        if len(self._heads) >= _MOST_PLANS:
            self._heads.clear()
        columns = (first, second) if is_update else (first,)
        layouts = self._heads[head] = tuple(map(self._find_layout, columns))
        return layouts

    def _plan(self, columns: int, nulls: bytes) -> tuple[int, ...]:
        """Return the steps through an image with these columns and NULL bits."""
        null_bits = int.from_bytes(nulls, "little")
        steps: list[int] = []
        for column in self.table.columns:
            is_present, columns = columns & 1, columns >> 1
            if not is_present:
                continue
            is_null, null_bits = null_bits & 1, null_bits >> 1
            if is_null:
                continue
            if column.prefix_bytes:
                steps.append(-column.prefix_bytes)
            elif steps and steps[-1] >= 0:
                steps[-1] += column.size
            else:
                steps.append(column.size)
        return tuple(steps)

    def read_partial_columns(self, body: bytes, at: int) -> tuple[frozenset[int], int]:
        """Return which JSON columns of the image after `at` are changes only, and where it begins.

        Raises:
            IndexError: the event ends before.
        """
        options, at = read_packed(body, at)
        if not options & _PARTIAL_JSON_OPTION:
            return frozenset(), at
        size = (len(self._json) + 7) // 8
        bits = int.from_bytes(body[at : at + size], "little")
        return frozenset(p for n, p in enumerate(self._json) if bits >> n & 1), at + size
