import gzip
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rewound.catalog.logs.binary_log import BinaryLog
from rewound.catalog.logs.coverage import LogCoverage, cover
from rewound.catalog.logs.reading import read_log
from tests.unit.binlog.made_log import NOW_S, UUID
from tests.unit.catalog.logs.made_logs import write_log

START = datetime.fromtimestamp(NOW_S, UTC)


def second(number: int) -> datetime:
    return START + timedelta(seconds=number)


def cover_files(*paths: Path) -> LogCoverage:
    return cover(read_log(BinaryLog("host2", path, path.stat().st_size)) for path in paths)


def test_files_that_follow_each_other_cover_what_all_of_them_hold(tmp_path: Path):
    third = write_log(tmp_path, 10, 4, is_closed=False, flags=1)
    packed = tmp_path / "mysql-bin.000009.gz"
    packed.write_bytes(gzip.compress(write_log(tmp_path / "plain", 9, 3).read_bytes()))
    coverage = cover_files(third, packed, write_log(tmp_path, 8, 1, 2))
    assert (coverage.first_at, coverage.last_at) == (second(1), second(4))
    assert str(coverage.gtids) == f"{UUID}:1-4"
    assert coverage.files == 3
    assert coverage.size_bytes == sum(p.stat().st_size for p in tmp_path.iterdir() if p.is_file())
    assert coverage.is_closed is False
    assert coverage.findings == ()


def test_missing_files_are_named_with_where_the_logs_reach(tmp_path: Path):
    coverage = cover_files(
        write_log(tmp_path, 123, 1),
        write_log(tmp_path, 125, 3),
        write_log(tmp_path, 126, 4),
        write_log(tmp_path, 131, 9),
        write_log(tmp_path, 134, 10),
    )
    assert coverage.findings == (
        "mysql-bin.000124 is missing between mysql-bin.000123 and mysql-bin.000125;"
        f" the logs reach {second(1):%Y-%m-%d %H:%M:%S} UTC",
        "mysql-bin.000127 to mysql-bin.000130 are missing between mysql-bin.000126 and"
        f" mysql-bin.000131; the logs reach {second(4):%Y-%m-%d %H:%M:%S} UTC",
        "mysql-bin.000132 and mysql-bin.000133 are missing between mysql-bin.000131 and"
        f" mysql-bin.000134; the logs reach {second(9):%Y-%m-%d %H:%M:%S} UTC",
    )
    assert coverage.is_closed is True
    assert str(coverage.gtids) == f"{UUID}:1:3-4:9-10"


def test_gtids_that_do_not_follow_are_named(tmp_path: Path):
    coverage = cover_files(write_log(tmp_path, 1, 1), write_log(tmp_path, 2, 3))
    assert coverage.findings == (
        "mysql-bin.000002: before it were transactions that mysql-bin.000001 does not have:"
        f" {UUID}:2",
    )


def test_a_file_that_is_there_twice_counts_once_and_the_longer_one_stays(tmp_path: Path):
    early = write_log(tmp_path / "early", 1, 1, is_closed=False)
    whole = write_log(tmp_path / "late", 1, 1, 2)
    end = write_log(tmp_path / "late", 2, 3)
    assert cover_files(early, whole, end).findings == (
        f"mysql-bin.000001 occurs twice: {whole} and {early}; the first one contains more",
    )
    copies = [Path(shutil.copy(path, tmp_path / path.name)) for path in (whole, end)]
    coverage = cover_files(whole, end, *copies)
    assert coverage.findings == (f"2 files occur twice, such as {whole} and {copies[0]}",)
    assert coverage.files == 4


def test_a_name_with_other_content_is_another_history(tmp_path: Path):
    first = write_log(tmp_path / "a", 1, 1)
    second_first = write_log(tmp_path / "b", 1, 7)
    [finding] = cover_files(second_first, first).findings
    assert finding.startswith(f"mysql-bin.000001 occurs twice, with different content: {first} and")


def test_a_damaged_file_covers_what_is_whole_in_it(tmp_path: Path):
    cut = write_log(tmp_path, 2, 2, 3)
    cut.write_bytes(cut.read_bytes()[:-60])
    coverage = cover_files(write_log(tmp_path, 1, 1), cut)
    assert (coverage.last_at, coverage.is_closed) == (second(2), None)
    [finding] = coverage.findings
    assert finding.startswith("mysql-bin.000002:")
    assert "copied while in use?" in finding
    assert finding.endswith(
        f"the last whole transaction is {UUID}:2, of {second(2):%Y-%m-%d %H:%M:%S} UTC"
    )
    _, _, missing = cover_files(
        write_log(tmp_path, 1, 1), cut, write_log(tmp_path, 4, 9), write_log(tmp_path, 6, 20)
    ).findings
    assert missing.startswith("mysql-bin.000005 is missing")
    assert (
        "mysql-bin.000003 is missing between mysql-bin.000002 and mysql-bin.000004"
        in cover_files(cut, write_log(tmp_path, 4, 9)).findings
    )


def test_files_without_a_transaction_cover_nothing(tmp_path: Path):
    empty = tmp_path / "mysql-bin.000007"
    empty.write_bytes(b"\xfebin")
    coverage = cover_files(empty)
    assert (coverage.first_at, coverage.last_at, bool(coverage.gtids)) == (None, None, False)
    assert coverage.findings[0].startswith("mysql-bin.000007:4: ")
    quiet = cover_files(write_log(tmp_path, 8))
    assert (quiet.first_at, quiet.findings, quiet.is_closed) == (None, (), True)


def test_a_renamed_log_comes_after_what_it_follows(tmp_path: Path):
    old = write_log(tmp_path, 5, 1, base="z-bin")
    new = write_log(tmp_path, 1, 2, base="a-bin")
    [finding] = cover_files(new, old).findings
    assert finding == "a-bin.000001 does not follow z-bin.000005: z-bin.000006 does"
    old.write_bytes(old.read_bytes()[:-10])
    [damage] = cover_files(write_log(tmp_path, 9, 2, base="a-bin"), old).findings
    assert damage.startswith("z-bin.000005:")


def test_files_whose_names_were_swapped_are_named_and_none_is_missing(tmp_path: Path):
    logs = [write_log(tmp_path, number, number) for number in (1, 2, 3)]
    content = logs[1].read_bytes()
    logs[1].write_bytes(logs[2].read_bytes())
    logs[2].write_bytes(content)
    ending = " (were two files' names swapped?)"
    assert cover_files(*logs).findings == (
        "mysql-bin.000002 does not fit its name: it states that mysql-bin.000004 follows, so its"
        f" server called it mysql-bin.000003{ending}",
        "mysql-bin.000003 does not fit its name: it states that mysql-bin.000003 follows, so its"
        f" server called it mysql-bin.000002{ending}",
    )
    logs[0].rename(tmp_path / "host1-bin.000001")
    assert cover_files(tmp_path / "host1-bin.000001").findings == ()
