"""Events of the real logs beside this file: what was seen in them by SHOW BINLOG EVENTS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.binlog.events.checksums import is_intact
from rewound.binlog.events.gtid import read_start
from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.mariadb import to_mysql
from rewound.binlog.events.packed import (
    read_packed,
    read_signed_varint,
    read_varint,
    write_packed,
)
from rewound.binlog.events.query import read_query
from rewound.binlog.events.statement_events import (
    IntVar,
    UserVar,
    XaPrepare,
    read_intvar,
    read_rows_query,
    read_user_var,
    read_xa_prepare,
    read_xid,
)
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import iter_replay_events
from rewound.binlog.rows.decimals import read_decimal
from rewound.binlog.rows.json_values import show_double
from rewound.binlog.transactions import TransactionReader

LOGS = Path(__file__).parent / "logs"
MYSQL, MARIADB = LOGS / "mysql-9.7.4.000001.gz", LOGS / "mariadb-10.11.19.000001.gz"


def iter_bodies(path: Path, kind: int) -> Iterator[bytes]:
    for event in iter_events(path, kind):
        yield event.body


def iter_events(path: Path, kind: int) -> Iterator[LogEvent]:
    with LogFile(path) as log:
        for transaction in TransactionReader(log).iter_transactions():
            yield from (event for event in transaction.iter_events() if event.kind == kind)


def test_what_a_statement_finds_in_its_session_is_read():
    assert list(map(read_intvar, iter_bodies(MYSQL, 5))) == [
        IntVar("last_insert_id", 1),
        IntVar("insert_id", 3),
    ]
    assert list(map(read_user_var, iter_bodies(MYSQL, 14))) == [
        UserVar(b"u", b"q", "string", 255, is_unsigned=False)
    ]


def test_a_statement_beside_its_rows_is_read():
    (text,) = map(read_rows_query, iter_bodies(MYSQL, 29))
    assert text == b"INSERT INTO plain VALUES (3,'rq')"


def test_xa_transactions_are_named_as_sql_has_them():
    prepared = list(map(read_xa_prepare, iter_bodies(MYSQL, 38)))
    assert prepared == [
        XaPrepare(1, b"x1", b"", is_one_phase=False),
        XaPrepare(3, b"x2", b"b2", is_one_phase=False),
        XaPrepare(1, b"x3", b"", is_one_phase=True),
    ]
    assert prepared[1].xid == b"X'7832',X'6232',3"
    starts = [read_start(162, event.body, event.server_id) for event in iter_events(MARIADB, 162)]
    assert [start.xid for start in starts if start.xid] == [b"X'7831',X'',1", b"X'7832',X'6232',3"]


def test_commits_are_numbered():
    numbers = list(map(read_xid, iter_bodies(MYSQL, 16)))
    assert numbers == sorted(numbers)


def test_tagged_gtids_are_read():
    ((gtid, committed_us, originally_us, length, *_),) = (
        (start.gtid, start.committed_us, start.originally_committed_us, start.length)
        for start in (read_start(42, body, 1) for body in iter_bodies(MYSQL, 42))
    )
    assert str(gtid) == "37f1aaa8-ebe6-11f1-b156-02fc00000001:tag1:1"
    assert committed_us == originally_us
    assert length is not None


def test_a_compressed_statement_of_mariadb_is_as_mysql_would_log_it():
    events = list(iter_events(MARIADB, 165))
    assert events
    for event in events:
        rewritten = to_mysql(event)
        assert rewritten.kind == 2
        assert is_intact(rewritten.data)
        assert read_query(rewritten) == read_query(event)
        assert read_query(event).session.unknown == ()


@pytest.mark.parametrize("path", [MYSQL, MARIADB], ids=["mysql", "mariadb"])
def test_events_for_a_replay_have_checksums_and_their_length(path: Path):
    with LogFile(path) as log:
        assert is_intact(log.format.replay_event)
        for transaction in TransactionReader(log).iter_transactions():
            for event in iter_replay_events(transaction):
                assert is_intact(event.data)
                assert int.from_bytes(event.data[9:13], "little") == len(event.data)


@given(st.integers(0, (1 << 64) - 1))
def test_numbers_of_variable_length(number: int):
    packed = write_packed(number)
    assert read_packed(packed, 0) == (number, len(packed))
    varint = write_varint(number)
    assert read_varint(b"\0" + varint, 1) == (number, 1 + len(varint))


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_signed_numbers_of_variable_length(number: int):
    varint = write_varint(number << 1 if number >= 0 else (~number << 1) | 1)
    assert read_signed_varint(varint, 0) == (number, len(varint))


def write_varint(number: int) -> bytes:
    """Write a number in the fewest bytes: as many low bits of the first as others follow."""
    more = next((n for n in range(8) if number < 1 << 7 * (n + 1)), 8)
    if more == 8:
        return b"\xff" + number.to_bytes(8, "little")
    return ((number << more + 1) | (1 << more) - 1).to_bytes(more + 1, "little")


@pytest.mark.parametrize("first", [251, 255])
def test_what_begins_no_number_is_refused(first: int):
    with pytest.raises(MalformedEvent):
        read_packed(bytes([first]) + bytes(9), 0)


@given(
    st.integers(1, 65).flatmap(lambda d: st.tuples(st.just(d), st.integers(0, min(d, 30)))),
    st.data(),
)
def test_decimals_are_read_as_they_were_written(shape: tuple[int, int], data: st.DataObject):
    digits, decimals = shape
    number = data.draw(st.integers(-(10**digits) + 1, 10**digits - 1))
    text = f"{abs(number):0{digits}d}"
    whole, fraction = text[: digits - decimals], text[digits - decimals :]
    shown = (whole.lstrip("0") or "0") + (f".{fraction}" if decimals else "")
    expected = f"-{shown}" if number < 0 else shown
    assert read_decimal(write_decimal(number, whole, fraction), digits, decimals).decode() == (
        expected
    )


def write_decimal(number: int, whole: str, fraction: str) -> bytes:
    """Write groups of nine digits in four bytes, the incomplete ones at both ends in fewer."""
    sizes = (0, 1, 1, 2, 2, 3, 3, 4, 4, 4)
    first = len(whole) % 9
    groups = [whole[:first], *(whole[n : n + 9] for n in range(first, len(whole), 9))]
    groups += [fraction[n : n + 9] for n in range(0, len(fraction), 9)]
    raw = bytearray(b"".join(int(g).to_bytes(sizes[len(g)], "big") for g in groups if g))
    if number < 0:
        raw = bytearray(byte ^ 0xFF for byte in raw)
    raw[0] ^= 0x80
    return bytes(raw)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.5, "1.5"),
        (100.0, "100.0"),
        (1e15, "1e15"),
        (1e14, "100000000000000.0"),
        (1e-7, "0.0000001"),
        (1.25e-20, "1.25e-20"),
        (-1e100, "-1e100"),
    ],
)
def test_doubles_in_json_are_shown_as_mysql_does(number: float, shown: str):
    assert show_double(number) == shown.encode()
