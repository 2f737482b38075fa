"""Names and folders that were misread: what is a world, and what a moment."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Cli

HuntSource = Callable[[str], Path]


def list_dumps(cli: Cli, source: Path, *options: str) -> list[tuple[str, str]]:
    """Return (world, time) of each dump."""
    done = cli("dumps", source, "--format", "csv", *options)
    assert done.code == 0, done.stderr
    return [
        (row["world"], row["taken_at"].removesuffix("+00:00"))
        for row in csv.DictReader(io.StringIO(done.stdout))
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ampm-folder", [("host1", "2024-06-18T10:15:00"), ("host1", "2024-06-18T21:15:00")]),
        ("ampm-space", [("host1", "2024-06-18T10:15:08"), ("host1", "2024-06-18T21:15:08")]),
        (
            "weekday",
            [
                (f"db_host{host}", f"2024-06-{day}T03:00:30")
                for host in (1, 2)
                for day in (17, 18, 19)
            ],
        ),
        (
            "yymmdd",
            [(f"host{host}", f"2024-06-{day}T03:00:00") for host in (1, 2) for day in (17, 18, 19)],
        ),
        ("ddmmyy", [("host1", "2024-06-18T00:00:00"), ("host1", "2024-06-19T00:00:00")]),
        ("mon-dd-yy", [("host1", "2024-06-18T00:00:00"), ("host1", "2024-06-19T00:00:00")]),
        ("isoweek", [("host1", "2024-06-18T21:15:30"), ("host1", "2024-06-24T00:00:00")]),
        (
            "sentabi",
            [
                ("db", "2024-06-18T03:00:00"),
                ("db", "2024-06-18T21:00:00"),
                ("db", "2024-06-19T03:00:00"),
            ],
        ),
        ("hm-name", [("host1", "2024-06-18T03:00:00"), ("host1", "2024-06-18T21:00:00")]),
        (
            "isoms",
            [("host1", "2024-06-18T21:15:08.123000"), ("host1", "2024-06-19T21:15:08.456000")],
        ),
        ("zone-est", [("host1", "2024-06-18T21:15:08")]),
        ("nosql-ext", [(f"host{host}", "2024-06-18T00:00:00") for host in range(1, 6)]),
        ("ids10", [(f"customer-100000000{i}", "2024-06-18T03:00:10") for i in (1, 2, 3)]),
    ],
)
def test_names_tell_world_and_time(
    cli: Cli, hunt_source: HuntSource, name: str, expected: list[tuple[str, str]]
):
    assert list_dumps(cli, hunt_source(f"names/{name}")) == expected


def test_a_zone_of_several_meanings_is_warned_of_until_it_is_named(
    cli: Cli, hunt_source: HuntSource
):
    source = hunt_source("names/zone-est")
    assert "EST in 2024-06-18_21-15-08_EST_host1.sql.gz stands for more than one time zone" in (
        cli("dumps", source).stderr
    )
    # There is no EST in June: the name contradicts the zone.
    done = cli("up", source, "--timezone", "America/New_York")
    assert done.code == 1
    assert "is not in EST there" in done.stderr


def test_a_12_hour_clock_stops_everything_before_it_starts(cli: Cli, hunt_source: HuntSource):
    source = hunt_source("names/clock12")
    for arguments in (("up", source), ("verify", source), ("diff", source, *_TWO_TIMES)):
        done = cli(*arguments)
        assert done.code == 2, done.stderr
        assert "12-hour clock without AM and PM" in done.stderr
        assert "--pattern '{world}_{any}'" in done.stderr
    assert "warning: the names of host1 seem to use a 12-hour clock" in cli("dumps", source).stderr
    by_closing_line = list_dumps(cli, source, "--pattern", "{world}_{any}")
    assert [time[11:16] for _, time in by_closing_line] == ["03:30", "11:30", "18:30"]


def test_a_diff_of_a_source_takes_the_pattern_that_the_hint_names(
    cli: Cli, hunt_source: HuntSource
):
    source = hunt_source("names/clock12")
    pattern = ("--pattern", "{world}_{any}")
    done = cli("diff", source, *_TWO_TIMES, *pattern, "--format", "json")
    assert done.code == 1, done.stderr
    assert '"added":1' in done.stdout.replace(" ", "")
    assert cli("diff", "before", "after", *pattern).code == 2


_TWO_TIMES = ("--from", "2024-06-18 04:00", "--to", "2024-06-18 12:00")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("names/perdb", [(f"host{host}", "2024-06-18T00:00:00") for host in (1, 2)]),
        ("names/pertable", [("game", "2024-06-18T00:00:00")]),
        ("names/workbench", [("game", "2024-06-18T00:00:00")]),
        ("names/split", [("host1", "2024-06-18T00:00:00")]),
        ("folders/mdbdir", [("game", "2024-06-18T00:00:00")]),
        ("folders/pertable", [("game", "2024-06-18T00:00:00")]),
        ("folders/pscale", [("game_main", "2024-06-18T21:15:08")]),
    ],
)
def test_several_files_are_one_world(
    cli: Cli, hunt_source: HuntSource, name: str, expected: list[tuple[str, str]]
):
    assert list_dumps(cli, hunt_source(name)) == expected


def test_two_tenants_are_compared_though_their_schemas_differ_in_name(
    cli: Cli, hunt_source: HuntSource
):
    assert cli("up", hunt_source("tenants")).code == 0
    for arguments in (
        ("--world", "a", "b"),
        ("--world", "a", "b", "--schema-pair", "shop_a", "shop_b"),
    ):
        done = cli("diff", *arguments, "--format", "json", "--rows", "3")
        assert done.code == 1, done.stderr
        assert '"table":"t"' in done.stdout.replace(" ", "")
        assert '"changed":1' in done.stdout.replace(" ", "")
    done = cli("diff", "--world", "a", "b", "--schema-pair", "shop_a", "shop_c")
    assert done.code == 2
    assert "no schema shop_c" in done.stderr
    assert cli("down").code == 0
