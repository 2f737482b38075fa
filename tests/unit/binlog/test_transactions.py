import gzip
import random
import struct
from pathlib import Path

import pytest
import zstandard

from rewound.binlog import transactions
from rewound.binlog.log_file import LogFile
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.binlog.transactions import TransactionReader
from rewound.errors import BinlogError
from tests.unit.binlog.made_log import (
    ANONYMOUS_GTID,
    BEGIN,
    COMMIT,
    GTID,
    INSERT_1,
    NOW_S,
    NOW_US,
    PAYLOAD,
    PREVIOUS_GTIDS,
    QUERY,
    ROTATE,
    STOP,
    TABLE_MAP,
    UUID,
    WRITE_ROWS,
    XID,
    MadeLog,
    gtid_body,
    make_event,
    payload_body,
    query_body,
    table_map_body,
)

_KIND = TransactionKind


def read(path: Path, start: int | None = None) -> list[LoggedTransaction]:
    with LogFile(path) as log:
        return list(TransactionReader(log).iter_transactions(start))


def refuse(path: Path, start: int | None = None) -> BinlogError:
    with pytest.raises(BinlogError) as caught:
        read(path, start)
    assert caught.value.hint
    return caught.value


def test_a_transaction_has_its_place_gtid_times_and_tables(tmp_path: Path):
    made = MadeLog()
    start = made.add_transaction(BEGIN, *INSERT_1, COMMIT, number=7, committed_us=NOW_US + 5)
    end = made.position
    (transaction,) = read(made.write(tmp_path))
    assert (transaction.start, transaction.end) == (start, end)
    assert str(transaction.gtid) == f"{UUID}:7"
    assert transaction.committed_us == transaction.originally_committed_us == NOW_US + 5
    assert transaction.has_exact_time
    assert transaction.kind is _KIND.ROWS
    assert [str(table) for table in transaction.tables] == ["game.plain"]
    assert transaction.statement_at is None
    assert b"".join(event.data for event in transaction.iter_events()) == made.data[start:end]


def test_a_replicated_transaction_keeps_the_time_of_its_first_commit(tmp_path: Path):
    made = MadeLog()
    made.add(GTID, gtid_body(committed_us=NOW_US, originally_us=NOW_US - 9))
    made.add(QUERY, query_body(b"DROP TABLE player"))
    (transaction,) = read(made.write(tmp_path))
    assert (transaction.committed_us, transaction.originally_committed_us) == (NOW_US, NOW_US - 9)


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([(QUERY, b"DROP TABLE player")], _KIND.DDL),
        ([(QUERY, b"BEGIN"), (QUERY, b"COMMIT")], _KIND.ROWS),
        ([(QUERY, b"BEGIN"), (QUERY, b"SAVEPOINT `a`"), (QUERY, b"ROLLBACK TO `a`"), COMMIT],
         _KIND.ROWS),
        ([(QUERY, b"BEGIN"), (QUERY, b"INSERT INTO a VALUES (1)"), COMMIT], _KIND.STATEMENT),
        ([(QUERY, b"BEGIN"), (5, b"\2" + bytes(8)), (QUERY, b"INSERT INTO a VALUES (1)"), COMMIT],
         _KIND.STATEMENT),
        ([(QUERY, b"INSERT INTO a VALUES (1)")], _KIND.STATEMENT),
        ([(QUERY, b"BEGIN"), (QUERY, b"CREATE TABLE a (b INT) START TRANSACTION"), *INSERT_1,
          COMMIT], _KIND.DDL),
        ([(QUERY, b"XA START X'78',X'',1"), *INSERT_1, (QUERY, b"XA END X'78',X'',1"),
          (38, bytes(20))], _KIND.XA),
        ([(QUERY, b"XA COMMIT X'78',X'',1")], _KIND.XA),
        ([(26, b"\1\0")], _KIND.INCIDENT),
        ([(QUERY, b"BEGIN"), (17, bytes(5)), (18, bytes(40)), COMMIT], _KIND.STATEMENT),
    ],
)  # fmt: skip
def test_the_kind_of_a_transaction(tmp_path: Path, events: list[tuple[int, bytes]], kind):
    made = MadeLog()
    made.add_transaction(
        *((each, query_body(body) if each == QUERY else body) for each, body in events)
    )
    made.add_transaction(BEGIN, *INSERT_1, COMMIT, number=2)
    assert [read.kind for read in read(made.write(tmp_path))] == [kind, _KIND.ROWS]


def test_the_first_statement_of_a_transaction_has_a_position(tmp_path: Path):
    made = MadeLog()
    made.add(GTID, gtid_body())
    made.add(*BEGIN)
    position = made.add(5, b"\2" + bytes(8))
    made.add(QUERY, query_body(b"INSERT INTO a VALUES (LAST_INSERT_ID())"))
    made.add(*COMMIT)
    assert read(made.write(tmp_path))[0].statement_at == position


def test_a_rollback_at_the_end_is_told(tmp_path: Path):
    made = MadeLog()
    made.add_transaction(BEGIN, *INSERT_1, (QUERY, query_body(b"ROLLBACK")))
    assert read(made.write(tmp_path))[0].is_rolled_back


def test_without_gtid_events_begin_begins_and_times_are_seconds(tmp_path: Path):
    made = MadeLog("5.6.51-log")
    first = made.add(QUERY, query_body(b"CREATE TABLE plain (a INT)"))
    second = made.add(*BEGIN, at_s=NOW_S)
    made.add(*INSERT_1[0])
    made.add(*INSERT_1[1])
    made.add(*COMMIT, at_s=NOW_S + 3)
    third = made.add(5, b"\2" + bytes(8))
    made.add(QUERY, query_body(b"INSERT INTO a VALUES (1)"))
    made.add(STOP, b"")
    found = read(made.write(tmp_path))
    assert [transaction.start for transaction in found] == [first, second, third]
    assert [transaction.kind for transaction in found] == [_KIND.DDL, _KIND.ROWS, _KIND.STATEMENT]
    assert not found[1].has_exact_time
    assert found[1].committed_us == (NOW_S + 3) * 1_000_000


def test_a_payload_is_one_transaction_with_the_tables_in_it(tmp_path: Path):
    inner = b"".join(
        make_event(kind, body, has_checksum=False) for kind, body in (BEGIN, *INSERT_1, COMMIT)
    )
    body = payload_body(0, zstandard.compress(inner), len(inner))
    made = MadeLog()
    made.add_transaction((PAYLOAD, body))
    (transaction,) = read(made.write(tmp_path))
    assert [str(table) for table in transaction.tables] == ["game.plain"]
    events = list(transaction.iter_events())
    assert [event.kind for event in events] == [GTID, QUERY, TABLE_MAP, WRITE_ROWS, XID]
    assert b"".join(event.data for event in events[1:]) == inner
    assert [event.has_checksum for event in events] == [True, False, False, False, False]


def test_a_payload_that_is_long_once_decompressed_is_decompressed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    comment = (29, bytes(1_000))
    inner = b"".join(
        make_event(kind, body, has_checksum=False)
        for kind, body in (BEGIN, *INSERT_1, comment, comment, COMMIT)
    )
    made = MadeLog()
    made.add_transaction((PAYLOAD, payload_body(0, zstandard.compress(inner), len(inner))))
    (short,) = read(made.write(tmp_path))
    monkeypatch.setattr(transactions, "HELD_BYTES", 1_000)
    (long,) = read(made.write(tmp_path))
    assert (short.is_kept, long.is_kept, long.unpacked) == (True, False, None)
    assert long.held is not None
    assert [*long.iter_events()] == [*short.iter_events()]


def test_a_payload_with_events_that_are_longer_than_its_pieces(tmp_path: Path):
    large = (29, random.Random(1).randbytes(3_000_000))
    inner = b"".join(
        make_event(kind, body, has_checksum=False)
        for kind, body in (BEGIN, large, *INSERT_1, large, *INSERT_1, COMMIT)
    )
    packed = zstandard.compress(inner)
    made = MadeLog()
    made.add_transaction((PAYLOAD, payload_body(0, packed, len(inner))))
    made.add_transaction((PAYLOAD, payload_body(255, inner, len(inner))), number=2)
    for transaction in read(made.write(tmp_path)):
        assert b"".join(e.data for e in list(transaction.iter_events())[1:]) == inner


@pytest.mark.parametrize(
    ("compression", "plain_bytes", "cut", "reason"),
    [
        (0, 1, 0, "instead of 1"),
        (0, None, 9, "decompressed instead of"),
        (7, None, 0, "in the unknown way 7"),
        (255, None, 5, "the payload ends inside"),
    ],
)
def test_a_damaged_payload_is_refused(
    tmp_path: Path, compression: int, plain_bytes: int | None, cut: int, reason: str
):
    inner = b"".join(make_event(*event, has_checksum=False) for event in (BEGIN, *INSERT_1, COMMIT))
    data = inner if compression == 255 else zstandard.compress(inner)
    data = data[: len(data) - cut]
    made = MadeLog()
    made.add_transaction((PAYLOAD, payload_body(compression, data, plain_bytes or len(inner))))
    assert reason in refuse(made.write(tmp_path)).reason


@pytest.mark.parametrize("has_checksums", [True, False])
def test_a_log_is_read_with_and_without_checksums(tmp_path: Path, has_checksums: bool):
    made = MadeLog(has_checksums=has_checksums)
    made.add_transaction(BEGIN, *INSERT_1, COMMIT)
    made.add(STOP, b"")
    assert [str(t.tables[0]) for t in read(made.write(tmp_path))] == ["game.plain"]


def test_a_compressed_log_is_read_as_the_plain_one(tmp_path: Path):
    made = MadeLog()
    for number in range(1, 4):
        made.add_transaction(BEGIN, *INSERT_1, COMMIT, number=number)
    path = tmp_path / "binlog.000001.gz"
    path.write_bytes(gzip.compress(made.data))
    plain, packed = read(made.write(tmp_path)), read(path)
    assert [t.gtid for t in packed] == [t.gtid for t in plain]
    assert read(path, packed[1].start)[0].gtid == packed[1].gtid
    with LogFile(path) as log:
        assert log.name == "binlog.000001"


def test_a_large_transaction_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transactions, "HELD_BYTES", 100)
    made = MadeLog()
    made.add_transaction(BEGIN, *INSERT_1, COMMIT)
    start = made.add_transaction(BEGIN, *INSERT_1, COMMIT, number=2)
    end = made.position
    made.add(STOP, b"")
    for name in ("binlog.000001", "binlog.000001.gz"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(made.data) if name.endswith("gz") else made.data)
        large = read(path)[1]
        assert large.held is None
        assert b"".join(e.data for e in large.iter_logged_events()) == made.data[start:end]


def test_the_ending_and_the_gtids_before_a_file_are_known(tmp_path: Path):
    made = MadeLog()
    raw = bytes.fromhex(UUID.replace("-", ""))
    made.add(PREVIOUS_GTIDS, struct.pack("<Q16sQQQ", 1, raw, 1, 1, 10))
    made.add_transaction(BEGIN, COMMIT, number=10)
    made.add(ROTATE, struct.pack("<Q", 4) + b"binlog.000002")
    with LogFile(made.write(tmp_path)) as log:
        reader = TransactionReader(log)
        assert len(list(reader.iter_transactions())) == 1
    assert str(reader.previous_gtids) == f"{UUID}:1-9"
    assert reader.ending is not None
    assert reader.ending.next_name == "binlog.000002"
    assert reader.ending.position == len(made.data)


def test_an_open_file_ends_between_two_transactions(tmp_path: Path):
    made = MadeLog(flags=1)
    made.add_transaction(BEGIN, COMMIT)
    with LogFile(made.write(tmp_path)) as log:
        assert log.format.is_in_use
        reader = TransactionReader(log)
        assert len(list(reader.iter_transactions())) == 1
        assert reader.ending is not None
        assert not reader.ending.is_closed


def test_a_file_that_ends_inside_a_transaction_names_the_last_whole_one(tmp_path: Path):
    made = MadeLog()
    made.add_transaction(BEGIN, *INSERT_1, COMMIT, number=41)
    start = made.add_transaction(BEGIN, *INSERT_1, number=42)
    for cut in (0, 3):
        path = tmp_path / f"binlog.00000{cut}"
        path.write_bytes(made.data[: len(made.data) - cut])
        error = refuse(path)
        assert f"inside the transaction that begins at {start}" in error.reason
        assert f"{UUID}:41" in error.reason


def test_every_cut_gives_whole_transactions_or_an_error(tmp_path: Path):
    made = MadeLog()
    ends = [made.position]
    for number in range(1, 4):
        made.add_transaction(BEGIN, *INSERT_1, COMMIT, number=number)
        ends.append(made.position)
    path = tmp_path / "binlog.000001"
    for cut in sorted({*range(0, len(made.data), 3), *ends}):
        path.write_bytes(made.data[:cut])
        if cut in ends:
            assert len(read(path)) == ends.index(cut)
        else:
            refuse(path)


def test_a_flipped_bit_in_any_byte_is_an_error(tmp_path: Path):
    made = MadeLog()
    made.add_transaction(BEGIN, *INSERT_1, COMMIT)
    made.add(ROTATE, struct.pack("<Q", 4) + b"binlog.000002")
    path = tmp_path / "binlog.000001"
    in_use_flag = 4 + 17
    for at in range(len(made.data)):
        bit = 7 if at == in_use_flag else at % 8
        damaged = bytearray(made.data)
        damaged[at] ^= 1 << bit
        path.write_bytes(damaged)
        refuse(path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"\xfeb", "is cut off in its first bytes"),
        (b"\xfdbin" + bytes(600), "is encrypted (binlog_encryption); the key is on its server"),
        (b"CREATE TABLE a (b INT);", "is not a binary log: it begins with other bytes"),
        (b"\xfebin", "the file ends inside this event"),
        (b"\xfebin" + bytes(100), "a FORMAT event was expected here"),
        (MadeLog(flags=0x40).data, "is a relay log"),
    ],
)
def test_what_is_no_log_is_named(tmp_path: Path, data: bytes, reason: str):
    path = tmp_path / "binlog.000001"
    path.write_bytes(data)
    assert reason in refuse(path).reason


def test_a_missing_file_and_a_folder_are_errors_of_logs(tmp_path: Path):
    for path, reason in ((tmp_path / "binlog.000009", "No such file"), (tmp_path, "regular file")):
        with pytest.raises(BinlogError, match=reason):
            read(path)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([(XID, bytes(8))], "the event (XID) is outside of a transaction"),
        ([INSERT_1[0]], "the event (TABLE_MAP) is outside of a transaction"),
        ([(GTID, gtid_body()), (GTID, gtid_body())], "begins before the last one has ended"),
        ([(GTID, gtid_body()), INSERT_1[0]], "the event (TABLE_MAP) is before BEGIN"),
        ([(GTID, gtid_body()), (XID, bytes(8))], "the event (XID) is before BEGIN"),
        ([(GTID, gtid_body()), BEGIN, (ROTATE, bytes(10))], "(ROTATE) that is never in a trans"),
        ([(GTID, b"abc")], "the GTID event is too short"),
        ([(GTID, gtid_body(length=1 << 16)), BEGIN, COMMIT], "bytes instead of 65,536"),
        ([(STOP, b""), (GTID, gtid_body())], "the event (GTID) follows the end of the file"),
        ([(ANONYMOUS_GTID, gtid_body()), BEGIN, COMMIT, BEGIN], "(QUERY) is outside of a trans"),
        ([(99, b"")], "the event (of unknown type 99) is outside of a transaction"),
        ([(164, bytes(13))], "is encrypted (binlog_encryption)"),
        ([(PREVIOUS_GTIDS, bytes([2]) + bytes(7))], "PREVIOUS_GTIDS is too short"),
        ([(ROTATE, bytes(8))], "the ROTATE event names no file"),
    ],
)
def test_events_where_they_cannot_be_are_refused(
    tmp_path: Path, events: list[tuple[int, bytes]], reason: str
):
    made = MadeLog()
    for kind, body in events:
        made.add(kind, body)
    made.add(STOP, b"")
    assert reason in refuse(made.write(tmp_path)).reason


def test_a_bad_table_map_is_refused(tmp_path: Path):
    made = MadeLog()
    made.add_transaction(BEGIN, (TABLE_MAP, table_map_body(1, b"game", b"a")[:14]), COMMIT)
    assert "TABLE_MAP" in refuse(made.write(tmp_path)).reason


def test_an_event_that_was_not_at_this_place_is_refused(tmp_path: Path):
    made = MadeLog()
    first = made.add_transaction(BEGIN, COMMIT)
    made.add_transaction(BEGIN, COMMIT, number=2)
    path = tmp_path / "binlog.000001"
    path.write_bytes(made.data[:first] + made.data[made.data.index(made.data[first:], first) :])
    path.write_bytes(made.data[:first] + made.data[first + 20 :])
    assert "no event begins here" in refuse(path).reason
