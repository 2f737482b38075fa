"""What is served: its zone, its rows after the last start, its read-only reader."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Cli

INPUTS = (
    "engines/memory",
    "fkcase/wintrigger",
    "tz/viewtz",
    "tz/settz",
    "tzhost/utc",
    "adversary/f09-convert-tz",
    "adversary/f21-timezone-baseline",
    "adversary/g01-view-writes",
    "adversary/g03-view-doubling-14",
    "adversary/f18-float",
    "adversary/f19-year-0000",
)


@pytest.fixture
def fleet(
    hunt_source: Callable[[str], Path], state_dir: Path, tmp_path: Path, own_cache: Path
) -> Iterator[Cli]:
    """The command line with all inputs up, restored by a shell in Berlin."""
    source = tmp_path / "source"
    source.mkdir()
    for name in INPUTS:
        for dump in hunt_source(name).glob("*.sql"):
            shutil.copy(dump, source)
    cli = Cli(state_dir, tmp_path, own_cache)
    try:
        done = cli("up", source, env={"TZ": "Europe/Berlin"}, timeout_s=180)
        assert done.code == 0, done.stderr
        assert "f21-timezone-baseline: the dump sets no time zone" in done.stderr
        yield cli
    finally:
        cli("down")


def ask(cli: Cli, worlds: str, sql: str, *more: str, zone: str = "UTC") -> list[str]:
    done = cli("query", sql, "--worlds", worlds, "--format", "csv", *more, env={"TZ": zone})
    assert done.code == 0, done.stderr
    return [line.partition(",")[2] for line in done.lines[1:]]


def test_what_is_served_is_what_the_dump_says(fleet: Cli):
    times = "f21-timezone-baseline,utc,viewtz"
    noon = ["2024-06-18 12:00:00"] * 3
    assert ask(fleet, times, "SELECT ts FROM t", zone="Europe/Berlin") == noon
    assert fleet("reset", times, env={"TZ": "Asia/Tokyo"}).code == 0
    assert ask(fleet, times, "SELECT ts FROM t", zone="America/New_York") == noon
    assert ask(fleet, "utc", "SELECT @@system_time_zone, UNIX_TIMESTAMP(ts) FROM t") == [
        "UTC,1718712000"
    ]
    assert ask(fleet, "settz", "SELECT ts FROM t") == ["2024-06-18 16:00:00"]
    assert ask(fleet, "viewtz", "SELECT berlin FROM local") == ["2024-06-18 14:00:00"]
    berlin = "2024-01-01 01:00:00"
    assert ask(fleet, "f09*", "SELECT local, u.at FROM t, u") == [f"{berlin},{berlin}"]

    written = fleet("query", "SELECT * FROM v", "--worlds", "g01*")
    assert "Cannot execute statement in a READ ONLY transaction" in written.stderr
    assert ask(fleet, "g01*", "SELECT gold FROM player") == ["100", "200"]
    assert ask(fleet, "g01*", "SELECT COUNT(*) FROM log") == ["0"]
    assert ask(fleet, "g03*", "SELECT COUNT(*) FROM v0") == ["1"]

    assert fleet("reset", "memory,wintrigger").code == 0
    assert ask(fleet, "memory", "SELECT id FROM session ORDER BY id") == ["1", "2", "3"]
    assert ask(fleet, "wintrigger", "SELECT @@lower_case_table_names, id FROM Player") == ["1,1"]
    add = "INSERT INTO player VALUES (2, 'b')"
    assert fleet("query", add, "--worlds", "wintrigger", "--write").code == 0
    assert ask(fleet, "wintrigger", "SELECT name FROM player WHERE id = 2") == ["B"]

    first = ask(fleet, "f19*", "SELECT dt, id FROM t", "--sort-by", "-dt")
    assert [line[-1] for line in first] == ["2", "1", "3"]
    year_0 = ("SELECT id, dt FROM t", "--reduce", "SELECT 'a', dt FROM result ORDER BY id LIMIT 1")
    assert ask(fleet, "f19*", *year_0) == ["0000-01-01 00:00:00"]
    assert ask(fleet, "w1,w2", "SELECT f, g, h FROM t") == [
        "16777216,0.3,16777216.000",
        "16777218,0.30000004,16777218.000",
    ]
    grouped = fleet("query", "SELECT f FROM t", "--worlds", "w1,w2", "--group", "--format", "csv")
    assert len(grouped.lines) == 3, grouped.stdout
