"""Comparing the rows of a table without an order that both sides share.

For tables without a key, whose rows are counted by their content, and for keys that the two sides
sort differently. Rows are distributed over buckets by the hash of their identity (the key, or the
whole row). Both sides return the fingerprint of each bucket; of buckets that differ, all rows are
read, sorted by that hash, and merged. Both steps read the whole table, and the second one sorts in
the server, so that our memory is bounded.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from rewound.diff.rows.comparison_session import ComparisonSession
from rewound.diff.rows.row_changes import Row, RowCounter
from rewound.diff.rows.statements import BUCKET_DIGITS, SideSql

_MOST_LISTED = 16**BUCKET_DIGITS // 2
"""Buckets that are worth being listed; of more of them all rows are read."""


def compare_by_hash(
    sides: tuple[ComparisonSession, ComparisonSession],
    sqls: tuple[SideSql, SideSql],
    *,
    counter: RowCounter,
    is_exhaustive: bool,
) -> None:
    """Compare, and give every row to the counter, changes in the order of a hash."""
    buckets: list[str] | None = None
    if not is_exhaustive:
        asked = [side.ask(sql.buckets()) for side, sql in zip(sides, sqls, strict=True)]
        before, after = ({str(row[0]): row[1:] for row in each.result()} for each in asked)
        buckets = sorted(
            bucket
            for bucket in before.keys() | after.keys()
            if before.get(bucket) != after.get(bucket)
        )
        counter.same += sum(
            int(str(row[0])) for name, row in before.items() if row == after.get(name)
        )
        if not buckets:
            return
        if len(buckets) > _MOST_LISTED:
            counter.same, buckets = 0, None
    streams = [
        side.ask_for_many(sql.rows_of_buckets(buckets))
        for side, sql in zip(sides, sqls, strict=True)
    ]
    for old, new in _merge(*(_by_hash(stream.result()) for stream in streams)):
        _settle(old, new, counter)


def _by_hash(rows: Iterable[Row]) -> Iterator[tuple[bytes, Counter[Row]]]:
    """Yield each hash with the contents of the rows that have it."""
    for hash_, group in groupby(rows, key=lambda row: row[0]):
        if isinstance(hash_, bytes):  # always: it is what UNHEX gives
            yield hash_, Counter(row[1:] for row in group)


def _merge(
    before: Iterator[tuple[bytes, Counter[Row]]], after: Iterator[tuple[bytes, Counter[Row]]]
) -> Iterator[tuple[Counter[Row], Counter[Row]]]:
    """Yield what both sides have of each hash; both come in the order of hashes."""
    both = heapq.merge(
        ((hash_, 0, rows) for hash_, rows in before),
        ((hash_, 1, rows) for hash_, rows in after),
        key=lambda each: each[:2],
    )
    for _, group in groupby(both, key=lambda each: each[0]):
        sides: list[Counter[Row]] = [Counter(), Counter()]
        for _, side, rows in group:
            sides[side] = rows
        yield sides[0], sides[1]


def _settle(before: Counter[Row], after: Counter[Row], counter: RowCounter) -> None:
    """Report the rows of one hash."""
    if counter.key_places:
        # A key's values are unique, so there is one row on each side at the most.
        counter.add_pair(next(iter(before), None), next(iter(after), None))
        return
    counter.same += sum((before & after).values())
    for row, times in (before - after).items():
        counter.add_times(row, None, times)
    for row, times in (after - before).items():
        counter.add_times(None, row, times)
