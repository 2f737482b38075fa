"""Whatever the bytes are, reading them ends in values or in an error of ours."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.binlog.chain import read_chain
from rewound.binlog.commit_points import iter_commit_points, require_start
from rewound.binlog.events import statement_events
from rewound.binlog.events.format_description import read_format
from rewound.binlog.events.gtid import read_start
from rewound.binlog.events.gtid_sets import read_gtid_list, read_previous_gtids
from rewound.binlog.events.header import LogEvent, take_event
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.mariadb import to_mysql
from rewound.binlog.events.payload import iter_payload
from rewound.binlog.events.query import read_query
from rewound.binlog.events.session_state import read_session
from rewound.binlog.events.table_map import read_table_map
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import count_rows, iter_replay_events
from rewound.binlog.rows.inverse import NotInvertible, invert
from rewound.binlog.rows.json_values import read_json, read_json_changes
from rewound.binlog.rows.left_out import leave_out_tables
from rewound.binlog.rows.row_counts import LoggedRowCounter, TableMaps
from rewound.binlog.rows.row_event import read_row_event
from rewound.binlog.rows.values import ValueReader
from rewound.binlog.transactions import TransactionReader
from rewound.errors import BinlogError
from tests.unit.binlog.made_log import make_event

LOGS = {
    path.stem: gzip.decompress(path.read_bytes())
    for path in sorted((Path(__file__).parent / "logs").iterdir())
}
_OURS = (BinlogError, MalformedEvent, NotInvertible)


def split(data: bytes) -> list[bytes]:
    """Return the events of a log that is whole."""
    events, at = [], 4
    while at < len(data):
        length = int.from_bytes(data[at + 9 : at + 13], "little")
        events.append(data[at : at + length])
        at += length
    return events


EVENTS = [event for data in LOGS.values() for event in split(data)]


def take(counter: LoggedRowCounter, event: LogEvent) -> None:
    counter.take(event.data, len(event.data) - 4)


def read_event(event: LogEvent, counter: LoggedRowCounter) -> None:
    """Read all that is read of an event."""
    body = event.body
    if event.kind == 19:
        take(counter, event)
        ValueReader(read_table_map(body))
    elif event.kind in (2, 165):
        read_query(event)
    elif event.kind in (33, 34, 42, 162):
        read_start(event.kind, body, event.server_id)
    elif event.kind == 40:
        list(iter_payload(body))
    else:
        read_small(event.kind, body)
    take(counter, to_mysql(event))


def read_small(kind: int, body: bytes) -> None:
    readers = {
        5: statement_events.read_intvar,
        13: statement_events.read_rand,
        14: statement_events.read_user_var,
        16: statement_events.read_xid,
        26: statement_events.read_incident,
        29: statement_events.read_rows_query,
        35: read_previous_gtids,
        38: statement_events.read_xa_prepare,
        163: read_gtid_list,
    }
    if kind in readers:
        readers[kind](body)


def read_whole(path: Path) -> None:
    """Read a file in every way."""
    try:
        with LogFile(path) as log:
            list(iter_commit_points(log))
            for transaction in TransactionReader(log).iter_transactions():
                count_rows(transaction)
                list(leave_out_tables(iter_replay_events(transaction), lambda table: True))
                invert(iter_replay_events(transaction))
    except _OURS:
        pass


@given(data=st.data())
def test_changed_bodies_with_good_checksums_give_values_or_errors(data: st.DataObject):
    place = data.draw(st.integers(0, len(EVENTS) - 1))
    original = EVENTS[place]
    body = bytearray(original[19:-4])
    for _ in range(data.draw(st.integers(1, 4))):
        if body:
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(body)))
    counter = LoggedRowCounter(TableMaps())
    for earlier in EVENTS[max(0, place - 3) : place]:  # its table map
        if earlier[4] == 19:
            counter.take(earlier, len(earlier) - 4)
    for each in (bytes(body), bytes(body[:cut])):
        event = take_event(make_event(original[4], each), 0, has_checksum=True)
        with suppress(MalformedEvent):
            read_event(event, counter)


@pytest.mark.parametrize("name", LOGS)
@given(data=st.data())
def test_logs_of_changed_events_with_good_checksums_are_read_or_refused(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
):
    events = split(LOGS[name])
    place = data.draw(st.integers(0, len(events) - 1))
    body = bytearray(events[place][19:-4])
    if body:
        body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    log = b"\xfebin"
    for number, event in enumerate(events):
        changed = bytes(body) if number == place else event[19:-4]
        log += make_event(event[4], changed, position=len(log))
    path = tmp_path_factory.getbasetemp() / "binlog.000001"
    path.write_bytes(log)
    read_whole(path)


@pytest.mark.parametrize("name", LOGS)
@given(data=st.data())
def test_cut_and_damaged_logs_are_read_or_refused(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
):
    log = bytearray(LOGS[name])
    for _ in range(data.draw(st.integers(0, 3))):
        log[data.draw(st.integers(0, len(log) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "binlog.000002"
    path.write_bytes(log[: data.draw(st.integers(0, len(log)))])
    read_whole(path)
    try:
        with LogFile(path) as opened:
            require_start(opened, data.draw(st.integers(0, len(log))))
        read_chain([path, path])
    except BinlogError:
        pass


@given(st.binary(max_size=80))
def test_random_bytes_are_read_or_refused(raw: bytes):
    for read in (read_json, read_json_changes, read_session, read_table_map, read_previous_gtids):
        with suppress(MalformedEvent):
            read(raw)
    for kind in (*range(2, 43), *range(160, 172)):
        event = take_event(make_event(kind, raw), 0, has_checksum=True)
        with suppress(MalformedEvent):
            read_event(event, LoggedRowCounter(TableMaps()))
        with suppress(MalformedEvent):
            read_row_event(event, raw)
    with suppress(MalformedEvent):
        read_format(make_event(15, raw))


@given(st.binary(max_size=60), st.sampled_from([bytes([kind]) for kind in range(16)]))
def test_json_of_any_type_is_read_or_refused(raw: bytes, kind: bytes):
    with suppress(MalformedEvent):
        read_json(kind + raw)


def test_json_that_points_at_itself_is_refused():
    array = b"\x02\xff\x00\x00\x04" + b"\x02\x00\x00" * 255
    with pytest.raises(MalformedEvent):
        read_json(array)
