import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.binlog.events.header import LogEvent, take_event
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.table_map import TableName, read_table_map
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import count_rows, iter_replay_events
from rewound.binlog.rows.inverse import NotInvertible, invert
from rewound.binlog.rows.left_out import leave_out_tables
from rewound.binlog.rows.row_counts import ChangedRows, LoggedRowCounter, TableMaps
from rewound.binlog.rows.row_event import read_row_event
from rewound.binlog.rows.value_plan import Unlogged
from rewound.binlog.rows.values import LoggedChange, ValueReader
from rewound.binlog.transactions import TransactionReader
from rewound.errors import BinlogError
from tests.unit.binlog.made_log import (
    BEGIN,
    COMMIT,
    DELETE_ROWS,
    INSERT_1,
    QUERY,
    TABLE_MAP,
    UPDATE_ROWS,
    WRITE_ROWS,
    MadeLog,
    make_event,
    query_body,
    rows_body,
    table_map_body,
)

LOGS = Path(__file__).parent / "logs"
_INT, _VARCHAR, _UPDATE_V1 = 3, 15, 24


def event(kind: int, body: bytes) -> LogEvent:
    return take_event(make_event(kind, body), 0, has_checksum=True)


def number(value: int) -> bytes:
    return b"\0" + struct.pack("<i", value)


def read(rows: LogEvent, table: bytes) -> list[LoggedChange]:
    reader = ValueReader(read_table_map(table))
    first, second = list(reader.iter_event(rows)), list(reader.iter_event(rows))
    assert first == second  # by a head that is known
    return first


def test_inserts_updates_and_deletes_are_read():
    table = table_map_body(7, b"game", b"a")
    two = number(1) + number(-2)
    assert read(event(WRITE_ROWS, rows_body(7, two)), table) == [
        LoggedChange(None, (1,)),
        LoggedChange(None, (-2,)),
    ]
    assert read(event(DELETE_ROWS, rows_body(7, two)), table) == [
        LoggedChange((1,), None),
        LoggedChange((-2,), None),
    ]
    updated = event(UPDATE_ROWS, rows_body(7, two, images=2))
    assert read(updated, table) == [LoggedChange((1,), (-2,))]


def test_columns_that_are_not_in_an_image_are_absent():
    table = table_map_body(7, b"game", b"a", b"\x03\x03\x03")
    body = bytes([7, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0b101, 0b10]) + number(1) + bytes(4) + b"\1"
    (change,) = read(event(UPDATE_ROWS, body), table)
    assert change == LoggedChange(
        (1, Unlogged.UNLOGGED, 0), (Unlogged.UNLOGGED, None, Unlogged.UNLOGGED)
    )


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (rows_body(7, number(1)[:-1]), "too short"),
        (rows_body(7, number(1), columns=2), "has 2 columns, its table map 1"),
        (rows_body(7, b"", images=0), "too short"),
        (b"\7", "too short"),
    ],
)
def test_rows_of_another_table_are_refused(rows: bytes, reason: str):
    with pytest.raises(MalformedEvent, match=reason):
        read(event(WRITE_ROWS, rows), table_map_body(7, b"game", b"a"))


def test_rows_are_counted_by_table_and_kind(tmp_path: Path):
    made = MadeLog()
    made.add_transaction(
        BEGIN,
        (TABLE_MAP, table_map_body(1, b"game", b"a")),
        (TABLE_MAP, table_map_body(2, b"game", b"b")),
        (WRITE_ROWS, rows_body(1, number(1) + number(2), flags=0)),
        (UPDATE_ROWS, rows_body(2, number(1) + number(2), images=2, flags=0)),
        (DELETE_ROWS, rows_body(2, number(3))),
        (WRITE_ROWS, rows_body(0xFFFFFF, b"", columns=0)),
        COMMIT,
    )
    with LogFile(made.write(tmp_path)) as log:
        (transaction,) = TransactionReader(log).iter_transactions()
    assert count_rows(transaction) == {
        TableName("game", "a"): ChangedRows(inserted=2),
        TableName("game", "b"): ChangedRows(updated=1, deleted=1),
    }


def test_rows_without_a_table_map_name_file_and_position(tmp_path: Path):
    made = MadeLog()
    made.add_transaction(BEGIN, (WRITE_ROWS, rows_body(1, number(1))), COMMIT)
    with LogFile(made.write(tmp_path)) as log:
        (transaction,) = TransactionReader(log).iter_transactions()
    with pytest.raises(BinlogError, match="no TABLE_MAP event came before") as caught:
        count_rows(transaction)
    assert caught.value.position is not None


def inverse_of(*events: tuple[int, bytes]) -> list[tuple[int, bytes]]:
    return [(e.kind, e.body) for e in invert(event(kind, body) for kind, body in events)]


def test_an_inverse_has_statements_events_rows_and_images_turned_around():
    first, second = table_map_body(1, b"game", b"a"), table_map_body(2, b"game", b"b")
    assert inverse_of(
        BEGIN,
        (TABLE_MAP, first),
        (WRITE_ROWS, rows_body(1, number(1) + number(2), flags=0)),
        (WRITE_ROWS, rows_body(1, number(3))),
        (TABLE_MAP, second),
        (UPDATE_ROWS, rows_body(2, number(1) + number(2), images=2, flags=0)),
        (DELETE_ROWS, rows_body(2, number(9))),
        COMMIT,
    ) == [
        (TABLE_MAP, second),
        (WRITE_ROWS, rows_body(2, number(9), flags=0)),
        (UPDATE_ROWS, rows_body(2, number(2) + number(1), images=2)),
        (TABLE_MAP, first),
        (DELETE_ROWS, rows_body(1, number(3), flags=0)),
        (DELETE_ROWS, rows_body(1, number(2) + number(1))),
    ]


@given(st.lists(st.tuples(st.sampled_from([30, 31, 32]), st.lists(st.integers(-9, 9), min_size=1))))
def test_an_inverse_of_an_inverse_is_what_it_was(statements: list[tuple[int, list[int]]]):
    events = []
    for kind, values in statements:
        rows = b"".join(map(number, values * 2))
        images = 2 if kind == UPDATE_ROWS else 1
        events += [
            (TABLE_MAP, table_map_body(1, b"game", b"a")),
            (kind, rows_body(1, rows, images=images)),
        ]
    assert inverse_of(*inverse_of(*events)) == events


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([(QUERY, query_body(b"DROP TABLE a"))], "changes that are not rows"),
        ([(QUERY, query_body(b"ROLLBACK TO `s`"))], "changes that are not rows"),
        ([(5, bytes(9))], "changes that are not rows"),
        ([INSERT_1[0], (_UPDATE_V1, rows_body(101, b"")[:8] + b"\1\xff\xff" + number(1) * 2)],
         "rows of an old version"),
        ([INSERT_1[0], (39, rows_body(101, b"", images=2))], "parts of JSON"),
        ([INSERT_1[0], (WRITE_ROWS, rows_body(101, number(1), flags=0))], "has no end"),
        ([(TABLE_MAP, table_map_body(1, b"a", b"b", b"\3\3")),
          (WRITE_ROWS, rows_body(1, number(1))[:10] + b"\2\1" + number(1))], "lack columns"),
    ],
)  # fmt: skip
def test_what_cannot_be_turned_around_is_told(events: list[tuple[int, bytes]], reason: str):
    with pytest.raises(NotInvertible, match=reason):
        inverse_of(*events)


def kept_of(*events: tuple[int, bytes], left_out: str = "b") -> list[tuple[int, bytes]]:
    kept = leave_out_tables(
        (event(kind, body) for kind, body in events), lambda table: table.table == left_out
    )
    return [(e.kind, e.body) for e in kept]


def test_the_last_event_kept_ends_its_statement():
    first, second = table_map_body(1, b"game", b"a"), table_map_body(2, b"game", b"b")
    rows, no_end = rows_body(1, number(1)), rows_body(1, number(1), flags=0)
    others = rows_body(2, number(5))
    maps = ((TABLE_MAP, first), (TABLE_MAP, second))
    assert kept_of(BEGIN, *maps, (WRITE_ROWS, no_end), (WRITE_ROWS, others), COMMIT) == [
        BEGIN,
        (TABLE_MAP, first),
        (WRITE_ROWS, rows),
        COMMIT,
    ]
    both = (BEGIN, *maps, (WRITE_ROWS, no_end), (WRITE_ROWS, others), COMMIT)
    assert kept_of(*both, left_out="") == list(both)
    assert kept_of(BEGIN, (TABLE_MAP, second), (WRITE_ROWS, others), COMMIT) == [BEGIN, COMMIT]
    assert kept_of(BEGIN, *maps, (WRITE_ROWS, others), COMMIT) == [BEGIN, COMMIT]


def test_a_number_that_is_given_to_another_table_is_kept():
    first, second = table_map_body(1, b"game", b"b"), table_map_body(1, b"game", b"a")
    rows = (WRITE_ROWS, rows_body(1, number(1)))
    assert kept_of((TABLE_MAP, first), rows, (TABLE_MAP, second), rows) == [
        (TABLE_MAP, second),
        rows,
    ]


@pytest.mark.parametrize("path", sorted(LOGS.iterdir()), ids=lambda path: path.stem)
def test_real_logs_are_read_to_their_values(path: Path):
    values: dict[str, list[LoggedChange]] = {}
    counter = LoggedRowCounter(TableMaps())
    with LogFile(path) as log:
        for transaction in TransactionReader(log).iter_transactions():
            readers = {}
            for each in iter_replay_events(transaction):
                assert each.has_checksum
                counter.take(each.data, len(each.data) - 4)
                body = each.body
                if each.kind == TABLE_MAP:
                    table = read_table_map(body)
                    readers[table.table_id] = ValueReader(table)
                elif 23 <= each.kind <= 39 and each.kind in (30, 31, 32, 39):
                    head = read_row_event(each, body)
                    reader = readers[head.table_id]
                    values.setdefault(reader.table.name.table, []).extend(
                        reader.iter_changes(head, body)
                    )
    if path.stem == "mariadb-10.11.19.000001":
        assert values["packed"][0].after == (1, b"z" * 500, b"v" * 400)
        assert values["old_times"][0].after == (
            b"2026-03-03 21:15:02",
            b"2026-03-03 21:15:02",
            b"-12:34:56",
            b"2026-03-03",
        )
        assert values["described"][0].after == (b"2026", 4_000_000_000, -1, 3, b"x")
    assert {str(name): vars_of(rows) for name, rows in counter.counts.items()} == {
        f"game.{table}": (
            sum(change.before is None for change in changes),
            sum(None not in (change.before, change.after) for change in changes),
            sum(change.after is None for change in changes),
        )
        for table, changes in values.items()
    }


def vars_of(rows: ChangedRows) -> tuple[int, int, int]:
    return rows.inserted, rows.updated, rows.deleted
