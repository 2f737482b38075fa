from base64 import b64decode

import pytest

from rewound.binlog.events.header import LogEvent, take_event
from rewound.replay.row_batches import RowBatches, binlog_statement
from tests.unit.binlog.made_log import (
    TABLE_MAP,
    WRITE_ROWS,
    make_event,
    rows_body,
    table_map_body,
)

_FLAGS_AT = 25


def event(kind: int, body: bytes) -> LogEvent:
    return take_event(make_event(kind, body), 4, has_checksum=True)


def map_event(table_id: int) -> LogEvent:
    return event(TABLE_MAP, table_map_body(table_id, b"game", b"t"))


def row_event(table_id: int, number: int, *, ends: bool) -> LogEvent:
    rows = b"\0" + number.to_bytes(4, "little")
    return event(WRITE_ROWS, rows_body(table_id, rows, flags=int(ends)))


def split(statement: bytes) -> list[tuple[int, int]]:
    """Return the type and the flags of each event in a BINLOG statement."""
    assert statement.startswith(b"BINLOG '")
    data, found = b64decode(statement[8:-1]), []
    while data:
        length = int.from_bytes(data[9:13], "little")
        found.append((data[4], data[_FLAGS_AT] if data[4] == WRITE_ROWS else 0))
        data = data[length:]
    return found


def test_a_short_statement_is_one() -> None:
    batches = RowBatches()
    for each in (map_event(1), row_event(1, 1, ends=False), row_event(1, 2, ends=True)):
        assert list(batches.add(each)) == []
    (statement,) = batches.take()
    assert split(statement) == [(TABLE_MAP, 0), (WRITE_ROWS, 0), (WRITE_ROWS, 1)]
    assert list(batches.take()) == []


def test_a_long_statement_is_cut_and_its_maps_are_repeated() -> None:
    batches = RowBatches(batch_bytes=200)
    sent: list[bytes] = []
    for each in (
        *(map_event(1), map_event(2)),
        *(row_event(1 + number % 2, number, ends=number == 9) for number in range(10)),
    ):
        sent += batches.add(each)
    sent += batches.take()
    assert len(sent) > 1
    for statement in sent:
        events = split(statement)
        assert events[:2] == [(TABLE_MAP, 0)] * 2
        assert [flags for _, flags in events[2:]] == [0] * (len(events) - 3) + [1]
    assert sum(len(split(statement)) - 2 for statement in sent) == 10


def test_the_maps_of_a_statement_that_has_ended_are_not_repeated() -> None:
    batches = RowBatches(batch_bytes=1)
    sent: list[bytes] = []
    for each in (
        *(map_event(1), row_event(1, 1, ends=True)),
        *(map_event(2), row_event(2, 2, ends=False), row_event(2, 3, ends=True)),
    ):
        sent += batches.add(each)
    sent += batches.take()
    maps = [sum(kind == TABLE_MAP for kind, _ in split(statement)) for statement in sent]
    assert sum(maps) == 3
    assert [flags for statement in sent for kind, flags in split(statement) if kind == WRITE_ROWS][
        -1
    ] == 1


def test_a_transaction_of_many_short_statements_is_sent_batch_by_batch() -> None:
    batches = RowBatches(batch_bytes=200)
    sent: list[bytes] = []
    for number in range(20):
        for each in (map_event(1), row_event(1, number, ends=True)):
            sent += batches.add(each)
    sent += batches.take()
    assert max(map(len, sent)) < 600
    events = [event for statement in sent for event in split(statement)]
    assert events == [(TABLE_MAP, 0), (WRITE_ROWS, 1)] * 20


@pytest.mark.parametrize(("size", "is_full"), [(1, True), (10_000, False)])
def test_whole_statements_fill_a_batch(size: int, is_full: bool) -> None:
    batches = RowBatches(batch_bytes=size)
    batches.add_whole([map_event(1).data, row_event(1, 1, ends=True).data])
    assert batches.is_full is is_full
    (statement,) = batches.take()
    assert statement == binlog_statement(map_event(1).data + row_event(1, 1, ends=True).data)
    assert not batches.is_full
