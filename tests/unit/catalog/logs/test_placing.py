from datetime import UTC, date
from pathlib import Path, PurePosixPath

import pytest

from rewound.catalog.logs.placing import LogNaming, place_logs
from rewound.catalog.naming.pattern import compile_pattern
from rewound.catalog.walk import SourceFile

WORLDS = ("host1", "host2", "eu-host1")


def place(*paths: str, pattern: str | None = None, above: str = ""):
    files = [
        SourceFile(Path("/logs") / path, PurePosixPath(path), 10, (1, number))
        for number, path in enumerate(paths)
    ]
    compiled = None if pattern is None else compile_pattern(pattern)
    placed, lost = place_logs(files, LogNaming(WORLDS, UTC, date(2026, 6, 1), compiled, above))
    return [log.world for log in placed], [(str(each.location), each.reason) for each in lost]


@pytest.mark.parametrize(
    "path",
    [
        "host1/binlog.000123",
        "host1/mysql-bin.000042.gz",
        "2026-03-03/host1/mysql-bin.000042",
        "host1/2026-03-03/binlog.000001.zst",
        "host1/mysql/binlogs/binlog.000001",
        "host1_2026-03-03/binlog.000001",
        "host1-bin.000042",
        "host1-mysql-bin.000042",
        "host1.binlog.000042",
        "host2/host1/binlog.000001",
        "03-04-26/host1/binlog.000001",
    ],
)
def test_the_path_tells_the_world(path: str):
    assert place(path) == (["host1"], [])


def test_a_folder_given_by_itself_may_have_the_name_of_a_world():
    assert place("binlog.000001", above="host2") == (["host2"], [])
    worlds, [(_, reason)] = place("binlog.000001", above="backups")
    assert worlds == []
    assert reason.startswith("a binary log, but no world in the path; put the logs of each world")


def test_a_pattern_has_the_first_word_and_the_usual_shapes_the_second():
    assert place("eu/host1/mysql-bin.000001", pattern="eu/{world}/{any}")[0] == ["host1"]
    assert place("host2/a/host1.000001", pattern="{world}/{any}/{any}")[0] == ["host2"]
    assert place("host1/binlog.000001", pattern="{world}_fulldump_{time:%Y%m%d}")[0] == ["host1"]


def test_logs_without_a_world_are_one_entry_for_each_folder():
    names = [f"host9/binlog.00000{number}" for number in range(1, 4)]
    worlds, lost = place("host1/binlog.000001", *names, "host8/binlog.000001")
    assert worlds == ["host1"]
    assert lost == [
        ("/logs/host8/binlog.000001", "a binary log of world host8, which has no dump"),
        (
            "/logs/host9/binlog.000001",
            "a binary log of world host9, which has no dump; so are 2 more files beside it",
        ),
    ]
    _, [(_, reason)] = place(*names[:2])
    assert reason.endswith("; so is binlog.000002")
