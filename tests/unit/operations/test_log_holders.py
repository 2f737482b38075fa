"""Which worlds a transaction or a position can be asked of."""

from pathlib import Path

import pytest

from rewound.binlog.commit_points import iter_commit_points
from rewound.binlog.gtids import parse_gtid
from rewound.binlog.log_file import LogFile
from rewound.catalog.logs.binary_log import BinaryLog
from rewound.catalog.logs.coverage import LogFacts
from rewound.catalog.logs.reading import read_log
from rewound.errors import ReplayError, WorldsNotNamed
from rewound.operations.log_holders import require_holders, require_one_world
from rewound.replay.target import AtPosition
from tests.unit.binlog.made_log import UUID
from tests.unit.catalog.logs.made_logs import write_log


def read(path: Path) -> list[LogFacts]:
    return [read_log(BinaryLog("w", path, path.stat().st_size))]


@pytest.fixture
def logs(tmp_path: Path) -> dict[str, list[LogFacts]]:
    """The first two worlds share transactions; those of the third begin after number 6."""
    return {
        "host1": read(write_log(tmp_path / "1", 1, 1, 2, 3)),
        "host2": read(write_log(tmp_path / "2", 1, 2, 3, 4)),
        "host3": read(write_log(tmp_path / "3", 1, 7)),
    }


def require(logs: dict[str, list[LogFacts]], number: int) -> None:
    require_holders(logs, parse_gtid(f"{UUID}:{number}"))


def test_a_transaction_that_only_some_worlds_have_names_them(
    logs: dict[str, list[LogFacts]],
) -> None:
    with pytest.raises(WorldsNotNamed) as caught:
        require(logs, 7)
    assert caught.value.worlds == "host3"
    assert caught.value.message == (
        f"transaction {UUID}:7 is in the logs of world host3, and not in those of worlds host[1-2]"
    )
    assert caught.value.hint == "name those that have it: --worlds 'host3'"
    del logs["host3"]
    require(logs, 3)


def test_what_was_before_the_logs_is_no_other_worlds(logs: dict[str, list[LogFacts]]) -> None:
    require(logs, 1)  # host2 and host3 state that it was before their first file


def test_a_transaction_of_none_shows_what_they_have(
    logs: dict[str, list[LogFacts]], tmp_path: Path
) -> None:
    with pytest.raises(ReplayError) as caught:
        require(logs, 99)
    assert caught.value.message == (
        f"transaction {UUID}:99 is in none of the logs of worlds host[1-3], which have {UUID}:1-3"
        f" (host1); {UUID}:2-4 (host2); {UUID}:7 (host3)"
    )
    with pytest.raises(ReplayError, match=rf"of world host1, which have {UUID}:1-3\n"):
        require({"host1": logs["host1"]}, 99)
    empty = tmp_path / "mysql-bin.000002"
    empty.write_bytes(b"")
    logs["host3"] += read(empty)
    require(logs, 99)  # the file that is empty may have had it


def test_a_position_is_of_one_world(logs: dict[str, list[LogFacts]]) -> None:
    def require_one(position: int, *worlds: str) -> None:
        require_one_world(files, worlds, AtPosition("mysql-bin.000001", position))

    files = [
        BinaryLog(world, each.location, each.size_bytes)
        for world, facts in logs.items()
        for each in facts
    ]
    files.append(BinaryLog("copy", files[0].location, files[0].size_bytes))
    with LogFile(files[0].location) as log:
        third = [point.start for point in iter_commit_points(log)][2]
    require_one(third, "host1")  # whatever is there, it is found when the replay is planned
    with pytest.raises(WorldsNotNamed) as caught:
        require_one(third, "host1", "host3")
    assert caught.value.message == (
        "a position belongs to the logs of one world, and worlds host[1,3] are asked for"
        f" mysql-bin.000001:{third}; a transaction begins there in the logs of host1 alone"
    )
    assert (caught.value.asking, caught.value.worlds) == ("name that world", "host1")
    for position, worlds in ((third + 1, ("host1", "host3")), (third, ("host1", "copy"))):
        with pytest.raises(WorldsNotNamed) as caught:
            require_one(position, *worlds)
        assert "begins there" not in caught.value.message
        assert caught.value.hint == "name the world: --worlds 'WORLD'"
