import struct
from pathlib import Path

import pytest

from rewound.binlog.chain import next_log_name, read_chain
from rewound.errors import BinlogError
from tests.unit.binlog.made_log import (
    BEGIN,
    COMMIT,
    INSERT_1,
    PREVIOUS_GTIDS,
    ROTATE,
    STOP,
    UUID,
    MadeLog,
)

_GTID_LIST, _MARIADB_GTID, _XID = 163, 162, 16


def previous(end: int) -> tuple[int, bytes]:
    """Return PREVIOUS_GTIDS of the transactions before `end`."""
    runs = struct.pack("<16sQQQ", bytes.fromhex(UUID.replace("-", "")), 1, 1, end)
    return PREVIOUS_GTIDS, struct.pack("<Q", int(end > 1)) + (runs if end > 1 else b"")


def rotate(number: int) -> tuple[int, bytes]:
    return ROTATE, struct.pack("<Q", 4) + b"binlog.%06d" % number


def write(
    folder: Path,
    number: int,
    *,
    gtids: tuple[int, ...],
    ending: tuple[int, bytes] | None,
    has_previous: bool = True,
    flags: int = 0,
) -> Path:
    made = MadeLog(flags=flags)
    if has_previous:
        made.add(*previous(min(gtids, default=1)))
    for gtid in gtids:
        made.add_transaction(BEGIN, *INSERT_1, COMMIT, number=gtid)
    if ending is not None:
        made.add(*ending)
    return made.write(folder, f"binlog.{number:06}")


def refuse(logs: list[Path]) -> str:
    with pytest.raises(BinlogError) as caught:
        read_chain(logs)
    assert caught.value.hint
    return caught.value.reason


def test_files_that_follow_each_other_are_a_chain(tmp_path: Path):
    logs = [
        write(tmp_path, 1, gtids=(1, 2), ending=rotate(2)),
        write(tmp_path, 2, gtids=(3,), ending=(STOP, b"")),
        write(tmp_path, 3, gtids=(4,), ending=None, flags=1),
    ]
    surveys = read_chain(logs)
    assert [survey.transactions for survey in surveys] == [2, 1, 1]
    assert [survey.ending.is_closed for survey in surveys] == [True, True, False]
    assert str(surveys[0].gtids) == f"{UUID}:1-2"
    assert surveys[0].first is not None
    assert surveys[0].last is not None
    assert (surveys[0].first.gtid, surveys[0].last.gtid) == ((UUID, 1), (UUID, 2))


def test_a_missing_file_is_named_with_where_the_logs_reach(tmp_path: Path):
    logs = [
        write(tmp_path, 1, gtids=(1,), ending=rotate(2)),
        write(tmp_path, 3, gtids=(9,), ending=rotate(4)),
    ]
    reason = refuse(logs)
    assert "binlog.000002 is missing between binlog.000001 and binlog.000003" in reason
    assert "the logs reach 2026-11-29 11:17:28 UTC" in reason
    logs[1] = write(tmp_path, 5, gtids=(9,), ending=rotate(6))
    assert "binlog.000002 to binlog.000004 are missing between binlog.000001" in refuse(logs)
    assert "does not follow" in refuse([logs[1], logs[0]])
    assert "occurs twice" in refuse([logs[0], logs[0]])


def test_gtids_tell_that_transactions_are_missing_or_of_another_history(tmp_path: Path):
    first = write(tmp_path, 1, gtids=(1,), ending=rotate(2))
    assert f"does not have: {UUID}:2" in refuse(
        [first, write(tmp_path, 2, gtids=(3,), ending=None)]
    )
    assert "does not know of transactions" in refuse(
        [first, write(tmp_path, 2, gtids=(1,), ending=None)]
    )


def test_a_file_cut_between_transactions_is_refused_unless_gtids_prove_it(tmp_path: Path):
    whole = write(tmp_path, 2, gtids=(2,), ending=None)
    assert len(read_chain([write(tmp_path, 1, gtids=(1,), ending=None), whole])) == 2
    logs = [
        write(tmp_path, number, gtids=(number,), ending=None, has_previous=False)
        for number in (1, 2)
    ]
    assert "the end of the file is missing" in refuse(logs)


def mariadb(folder: Path, number: int, *, before: int, gtids: tuple[int, ...]) -> Path:
    made = MadeLog("10.11.19-MariaDB-log")
    count = int(before > 0)
    known = struct.pack("<IIQ", 0, 1, before) if count else b""
    made.add(_GTID_LIST, struct.pack("<I", count) + known)
    for gtid in gtids:
        made.add(_MARIADB_GTID, struct.pack("<QIB6x", gtid, 0, 0))
        made.add(_XID, bytes(8))
    made.add(*rotate(number + 1))
    return made.write(folder, f"binlog.{number:06}")


def test_mariadbs_lists_of_gtids_prove_a_chain(tmp_path: Path):
    first = mariadb(tmp_path, 1, before=0, gtids=(1, 2))
    assert len(read_chain([first, mariadb(tmp_path, 2, before=2, gtids=(3,))])) == 2
    assert "the last transaction of 0-1 was 7; binlog.000001 ends with 2" in refuse(
        [first, mariadb(tmp_path, 2, before=7, gtids=(8,))]
    )


@pytest.mark.parametrize(
    ("name", "following"),
    [("binlog.000009", "binlog.000010"), ("a.b.999999", "a.b.1000000"), ("binlog", None)],
)
def test_names_count_on(name: str, following: str | None):
    assert next_log_name(name) == following
