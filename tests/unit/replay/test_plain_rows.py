from pathlib import Path

import pytest

from rewound.binlog import transactions
from rewound.binlog.events.kinds import ROW_KINDS
from rewound.binlog.events.table_map import TableName
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import iter_replay_events
from rewound.binlog.rows.left_out import leave_out_tables
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.binlog.transactions import TransactionReader
from rewound.replay.plain_rows import find_plain_rows
from tests.unit.binlog.made_log import (
    BEGIN,
    COMMIT,
    INSERT_1,
    PAYLOAD,
    QUERY,
    TABLE_MAP,
    WRITE_ROWS,
    MadeLog,
    make_event,
    payload_body,
    query_body,
    rows_body,
    table_map_body,
)

LOGS = Path(__file__).parents[1] / "binlog" / "logs"
MARIADB_GTID = 162
MAP_2 = (TABLE_MAP, table_map_body(2, b"game", b"other"))
VIEW_CHANGE = 37


def read_one(log: MadeLog, folder: Path) -> LoggedTransaction:
    with LogFile(log.write(folder)) as opened:
        (transaction,) = TransactionReader(opened).iter_transactions()
    return transaction


def make_payload(*events: tuple[int, bytes]) -> tuple[int, bytes]:
    """Return a payload that is not compressed."""
    inner = b"".join(make_event(kind, body, has_checksum=False) for kind, body in events)
    return PAYLOAD, payload_body(255, inner, len(inner))


def show(events: list[bytes] | None) -> list[tuple[int, bytes]] | None:
    return None if events is None else [(data[4], data[19:-4]) for data in events]


@pytest.mark.parametrize("has_checksums", [True, False])
@pytest.mark.parametrize("in_payload", [False, True])
def test_rows_are_found_with_checksums_whatever_they_come_in(
    tmp_path: Path, has_checksums: bool, in_payload: bool
) -> None:
    events = (BEGIN, *INSERT_1, COMMIT)
    log = MadeLog(has_checksums=has_checksums)
    log.add_transaction(*([make_payload(*events)] if in_payload else events))
    found = find_plain_rows(read_one(log, tmp_path))
    assert show(found) == list(INSERT_1)
    made = [make_event(kind, body) for kind, body in INSERT_1]
    lengths_and_bodies = [(data[9:13], data[19:-4]) for data in made]
    assert [(data[9:13], data[19:-4]) for data in found or ()] == lengths_and_bodies


@pytest.mark.parametrize("in_payload", [False, True])
@pytest.mark.parametrize("other", [(QUERY, query_body(b"SAVEPOINT a")), (VIEW_CHANGE, b"")])
def test_what_holds_other_things_is_not_plain(
    tmp_path: Path, other: tuple[int, bytes], in_payload: bool
) -> None:
    events = (BEGIN, *INSERT_1, other, *INSERT_1, COMMIT)
    log = MadeLog()
    log.add_transaction(*([make_payload(*events)] if in_payload else events))
    assert find_plain_rows(read_one(log, tmp_path)) is None


@pytest.mark.parametrize("in_payload", [False, True])
def test_what_is_too_large_to_be_kept_is_not_plain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_payload: bool
) -> None:
    events = (BEGIN, *INSERT_1, COMMIT)
    log = MadeLog()
    log.add_transaction(*([make_payload(*events)] if in_payload else events))
    monkeypatch.setattr(transactions, "HELD_BYTES", 100)
    assert find_plain_rows(read_one(log, tmp_path)) is None


def test_tables_are_left_out_and_statements_end(tmp_path: Path) -> None:
    rows = rows_body(101, b"\0\1\0\0\0", flags=0)
    other = (WRITE_ROWS, rows_body(2, b"\0\2\0\0\0"))
    log = MadeLog()
    log.add_transaction(BEGIN, INSERT_1[0], MAP_2, (WRITE_ROWS, rows), other, COMMIT)
    transaction = read_one(log, tmp_path)
    kept = find_plain_rows(transaction, {TableName("game", "other")})
    ended = (WRITE_ROWS, rows_body(101, b"\0\1\0\0\0", flags=1))
    assert show(kept) == [INSERT_1[0], ended]
    assert find_plain_rows(transaction, set(transaction.tables)) == []


@pytest.mark.parametrize("flags", [0, 64 | 4])
def test_rows_of_mariadb_are_as_mysql_writes_them(tmp_path: Path, flags: int) -> None:
    """Flag 64: of an XA transaction, which is not plain."""
    xid = b"\1\0\0\0\1\1ab" if flags & 64 else b""
    log = MadeLog("10.11.19-MariaDB-log")
    log.add(MARIADB_GTID, (7).to_bytes(8, "little") + bytes(4) + bytes([flags]) + xid)
    body = INSERT_1[1][1]
    for event in (INSERT_1[0], (23, body[:8] + body[10:]), COMMIT):
        log.add(*event)
    found = find_plain_rows(read_one(log, tmp_path))
    assert show(found) == (None if flags else list(INSERT_1))


@pytest.mark.parametrize("path", sorted(LOGS.iterdir()), ids=lambda path: path.stem)
def test_events_of_real_logs_are_those_that_are_applied_one_by_one(path: Path) -> None:
    plain = 0
    with LogFile(path) as log:
        for transaction in TransactionReader(log).iter_transactions():
            found = find_plain_rows(transaction)
            if found is None:
                continue
            plain += 1
            assert transaction.kind is TransactionKind.ROWS
            events = list(iter_replay_events(transaction))
            rows = [e.data for e in events if e.kind == TABLE_MAP or e.kind in ROW_KINDS]
            assert found == rows
            left_out = set(transaction.tables[:1])
            kept = leave_out_tables(events, left_out.__contains__)
            assert find_plain_rows(transaction, left_out) == [
                e.data for e in kept if e.kind == TABLE_MAP or e.kind in ROW_KINDS
            ]
    assert plain
