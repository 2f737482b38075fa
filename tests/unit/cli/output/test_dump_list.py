from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from rewound.binlog.gtids import GtidSet
from rewound.catalog.dump import Dump, TimeSource
from rewound.catalog.logs.coverage import LogCoverage
from rewound.cli.output.dump_list import list_dumps

SOURCE = Path("/backups")
UUID = "37f1aaa8-ebe6-11f1-b156-02fc00000001"


def make_dump(world: str, day: int, size_bytes: int, name: str | None = None) -> Dump:
    path = SOURCE / (name or f"{world}/2024-06-{day}.sql.gz")
    return Dump(
        world, datetime(2024, 6, day, 21, 15, tzinfo=UTC), path, size_bytes, TimeSource.NAME
    )


DUMPS = [
    make_dump("host1", 17, 0),
    make_dump("host1", 18, 2_500_000),
    make_dump("host2", 18, 100),
]


def test_dumps_are_listed_world_by_world_with_a_summary():
    lines = list(list_dumps(DUMPS, {DUMPS[1].location}, source=SOURCE, timezone=UTC))
    assert lines == [
        "world host1: 2 dumps, 2.4 MiB, 2024-06-17 21:15 to 2024-06-18 21:15",
        "    2024-06-17 21:15:00    empty  host1/2024-06-17.sql.gz",
        "  * 2024-06-18 21:15:00  2.4 MiB  host1/2024-06-18.sql.gz",
        "world host2: 1 dump, 100 B, 2024-06-18 21:15",
        "    2024-06-18 21:15:00    100 B  host2/2024-06-18.sql.gz",
    ]


def test_a_world_with_logs_has_a_line_for_them_and_one_for_each_finding():
    gtids = GtidSet.parse(f"{UUID}:1-12482")
    first, last = (datetime(2024, 6, 18, 21, second, 8, tzinfo=UTC) for second in (3, 59))
    whole = LogCoverage(3, 2_500_000, first, last, gtids, False, ())
    quiet = LogCoverage(1, 126, None, None, GtidSet(), True, ("a file is missing", "another"))
    zone = timezone(timedelta(hours=2))
    lines = list(
        list_dumps(DUMPS, (), source=SOURCE, timezone=zone, logs={"host1": whole, "host2": quiet})
    )
    assert lines[0].endswith("2024-06-17 23:15 to 2024-06-18 23:15 UTC+02:00")
    assert lines[3] == (
        "    logs: 3 files, 2.4 MiB, 2024-06-18 21:03:08 to 2024-06-18 21:59:08 UTC,"
        f" GTIDs {UUID}:1-12482, the last file still open"
    )
    assert lines[6:] == [
        "    logs: 1 file, 126 B, no transaction",
        "      a file is missing",
        "      another",
    ]


@pytest.mark.parametrize("width", [60, 80])
def test_a_long_path_keeps_its_two_ends_where_the_screen_is_narrow(width: int):
    name = "x" * 40 + "/" + "y" * 40 + "_20240618.sql.gz"
    dump = make_dump("host1", 18, 100, name)
    *_, line = list_dumps([dump], (), source=SOURCE, timezone=UTC, width=width)
    assert len(line) == width
    assert line.endswith("_20240618.sql.gz")
    assert "xx…" in line
    *_, line = list_dumps([dump], (), source=SOURCE, timezone=UTC)
    assert line.endswith(f"  {name}")


def test_one_file_as_source_is_shown_by_its_name():
    dump = make_dump("host1", 18, 1)
    *_, line = list_dumps([dump], (), source=dump.location, timezone=UTC)
    assert line.endswith("  2024-06-18.sql.gz")
