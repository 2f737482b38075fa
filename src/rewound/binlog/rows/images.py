"""Row images: where each begins and ends, by a plan per set of columns and NULLs.

Source: MySQL 9.7, sql/rpl_record.cc (`unpack_row`) and, for parts of JSON values,
libs/mysql/binlog/event/rows_event.h (`Update_rows_event`); tried on 9.7.4.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rewound.binlog.events import column_types as types
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.packed import read_packed
from rewound.binlog.events.table_map import TableMap
from rewound.binlog.rows.row_event import RowEvent, is_partial

_MOST_PLANS = 1_000
_PARTIAL_JSON_OPTION = 1


class RowSpan(NamedTuple):
    """Where the images of one row are in the body of its event."""

    before: tuple[int, int] | None
    """Of the image before the change: its NULL bits and its values."""
    after: tuple[int, int] | None
    """Of the image after the change: its NULL bits and its values."""
    partial_columns: frozenset[int] = frozenset()
    """Places of JSON columns whose value after the change is a list of changes."""


class ImagePlans:
    """What is where in the images of one table."""

    def __init__(self, table: TableMap) -> None:
        self.table = table
        self._json = [
            place for place, column in enumerate(table.columns) if column.kind == types.JSON
        ]
        self._steps: dict[tuple[int, bytes], tuple[int, ...]] = {}
        self._null_bytes: dict[int, int] = {}

    def iter_spans(self, row_event: RowEvent, body: bytes) -> Iterator[RowSpan]:
        """Yield the rows of an event in order.

        Raises:
            MalformedEvent: the rows are not those of this table, or cut off.
        """
        if row_event.width != len(self.table.columns):
            raise MalformedEvent(
                f"the row event has {row_event.width} columns, its table map"
                f" {len(self.table.columns)}"
            )
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
                    partial, at = self._read_partial_columns(body, at)
                if after_columns is not None:
                    after_start, at = at, self.find_end(body, at, after_columns)
                    after = (after_start, at)
                if at == start:
                    raise MalformedEvent("the row event has rows without columns")
                yield RowSpan(before, after, partial)

    def find_end(self, body: bytes, at: int, columns: int) -> int:
        """Return where the image ends that begins at `at`.

        Raises:
            IndexError: it is cut off.
        """
        null_bytes = self._null_bytes.get(columns)
        if null_bytes is None:
            null_bytes = self._null_bytes[columns] = (columns.bit_count() + 7) // 8
        nulls = body[at : at + null_bytes]
        steps = self._steps.get((columns, nulls))
        if steps is None:
            if len(self._steps) >= _MOST_PLANS:
                self._steps.clear()
            steps = self._steps[columns, nulls] = self._plan(columns, nulls)
        at += null_bytes
        for step in steps:
            if step >= 0:
                at += step
            elif step == -1:
                at += 1 + body[at]
            elif step == -2:
                at += 2 + (body[at] | body[at + 1] << 8)
            else:
                at += int.from_bytes(body[at : at - step], "little") - step
        if at > len(body):
            raise IndexError(at)
        return at

    def _plan(self, columns: int, nulls: bytes) -> tuple[int, ...]:
        """Return the steps through an image: sizes, or negative: bytes of a length."""
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

    def _read_partial_columns(self, body: bytes, at: int) -> tuple[frozenset[int], int]:
        options, at = read_packed(body, at)
        if not options & _PARTIAL_JSON_OPTION:
            return frozenset(), at
        size = (len(self._json) + 7) // 8
        bits = int.from_bytes(body[at : at + size], "little")
        return frozenset(p for n, p in enumerate(self._json) if bits >> n & 1), at + size
