import gzip
import struct
from pathlib import Path

import pytest

from rewound.binlog.commit_points import (
    CommitPoint,
    find_first_after,
    iter_commit_points,
    require_start,
)
from rewound.binlog.log_file import LogFile
from rewound.binlog.transactions import TransactionReader
from rewound.errors import BinlogError
from tests.unit.binlog.made_log import (
    BEGIN,
    COMMIT,
    INSERT_1,
    NOW_US,
    QUERY,
    ROTATE,
    MadeLog,
    query_body,
)


def make_log(times_us: list[int]) -> MadeLog:
    made = MadeLog()
    for number, time_us in enumerate(times_us, 1):
        made.add_transaction(
            BEGIN, *INSERT_1 * (number % 5), COMMIT, number=number, committed_us=time_us
        )
    made.add(ROTATE, struct.pack("<Q", 4) + b"binlog.000002")
    return made


@pytest.mark.parametrize("count", [0, 1, 300])
@pytest.mark.parametrize("packed", [False, True])
def test_jumping_finds_what_reading_finds(tmp_path: Path, count: int, packed: bool):
    path = tmp_path / "binlog.000001"
    data = make_log([NOW_US + number for number in range(count)]).data
    path.write_bytes(gzip.compress(data) if packed else data)
    with LogFile(path) as log:
        read = TransactionReader(log).iter_transactions()
        expected = [
            CommitPoint(
                t.start, t.end, t.gtid, t.committed_us, t.originally_committed_us, t.has_exact_time
            )
            for t in read
        ]
        assert list(iter_commit_points(log)) == expected


def test_a_log_without_lengths_is_read_whole(tmp_path: Path):
    made = MadeLog("5.6.51")
    starts = []
    for _ in range(3):
        starts.append(made.add(*BEGIN))
        made.add(QUERY, query_body(b"COMMIT"))
    with LogFile(made.write(tmp_path)) as log:
        points = list(iter_commit_points(log))
    assert [point.start for point in points] == starts
    assert not any(point.has_exact_time for point in points)


def test_the_first_later_transaction_is_the_first_in_the_log(tmp_path: Path):
    with LogFile(make_log([10, 20, 30, 25, 30, 40]).write(tmp_path)) as log:

        def find(time_us: int, *, or_at: bool = False) -> int | None:
            point = find_first_after(log, time_us, or_at=or_at)
            return None if point is None or point.gtid is None else point.gtid.number

        assert find(5) == 1
        assert find(20) == 3
        assert find(20, or_at=True) == 2
        assert find(26) == 3  # and not 4, which came later and was committed earlier
        assert find(40) is None


def test_a_cut_file_gives_whole_points_or_an_error(tmp_path: Path):
    data = make_log([10, 20]).data
    path = tmp_path / "binlog.000001"
    with LogFile(make_log([10, 20]).write(tmp_path)) as log:
        whole = list(iter_commit_points(log))
    for cut in range(whole[0].start + 1, len(data)):
        path.write_bytes(data[:cut])
        with LogFile(path) as log:
            found: list[CommitPoint] = []
            try:
                found += iter_commit_points(log)
            except BinlogError:
                assert cut not in (whole[0].end, whole[1].end)
            else:
                assert found == [point for point in whole if point.end <= cut]


def test_a_position_must_be_the_start_of_a_transaction(tmp_path: Path):
    made = make_log([10, 20, 30])
    path = made.write(tmp_path)
    with LogFile(path) as log:
        points = list(iter_commit_points(log))
        starts = {log.first_position, points[-1].end, len(made.data)}
        starts |= {point.start for point in points}
        for position in range(5, len(made.data) + 3):
            if position in starts:
                assert require_start(log, position) == position
                continue
            with pytest.raises(BinlogError, match="is not the start of a transaction"):
                require_start(log, position)
        assert require_start(log, 4) == require_start(log, 0) == log.first_position


def test_the_refused_position_names_its_neighbours(tmp_path: Path):
    with LogFile(make_log([10, 20, 30]).write(tmp_path)) as log:
        point = list(iter_commit_points(log))[1]
        with pytest.raises(BinlogError) as caught:
            require_start(log, point.start + 1)
        assert f"from {point.start} to {point.end}" in caught.value.reason
        with pytest.raises(BinlogError, match="the file ends at"):
            require_start(log, 10**9)
