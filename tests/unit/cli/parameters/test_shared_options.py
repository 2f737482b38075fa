from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest

from rewound.cli.parameters.shared_options import parse_duration, parse_size
from rewound.errors import UsageError
from rewound.operations.dump_selection import Selection, read_selection

NONE: dict[str, Any] = dict.fromkeys(("at", "before", "pattern", "timezone", "worlds"))


def read(**options: str) -> Selection:
    return read_selection(Path("backups"), **{**NONE, **options})


def test_read_selection_of_nothing_means_the_newest_in_utc():
    assert read() == Selection(Path("backups"), timezone=UTC)


def test_read_selection_reads_the_time_in_the_zone():
    selection = read(at="2024-06-18 21:16", timezone="Europe/Berlin")
    assert selection.timezone == ZoneInfo("Europe/Berlin")
    assert selection.target is not None
    assert selection.target.at == datetime(2024, 6, 18, 19, 16, tzinfo=UTC)
    assert not selection.target.strictly_before


def test_read_selection_tells_before_from_at():
    target = read(before="2024-06-18").target
    assert target is not None
    assert target.strictly_before
    assert target.at == datetime(2024, 6, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "options",
    [
        {"at": "2024-06-18", "before": "2024-06-18"},
        {"at": ""},
        {"timezone": "../etc/passwd"},
        {"timezone": ""},
        {"timezone": "Nowhere"},
    ],
)
def test_read_selection_refuses_what_it_cannot_follow(options: dict[str, str]):
    with pytest.raises(UsageError):
        read(**options)


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("0", 0),
        ("1000", 1000),
        ("500M", 500 << 20),
        ("20GiB", 20 << 30),
        ("20 gb", 20 << 30),
        ("1.5k", 1536),
        ("2T", 2 << 40),
    ],
)
def test_parse_size_reads_what_people_write(text: str, size_bytes: int):
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize("text", ["", "GiB", "-1", "1 X", "1e3", "20GiBs"])
def test_parse_size_refuses_the_rest(text: str):
    with pytest.raises(click.BadParameter, match="is not a size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("8h", 28800), ("90min", 5400), ("90 m", 5400), ("1.5D", 129600)]
)
def test_parse_duration_reads_what_people_write(text: str, seconds: float):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "8", "h", "0h", "-1h", "8 weeks", "1e3s"])
def test_parse_duration_refuses_the_rest(text: str):
    with pytest.raises(click.BadParameter, match="is not a time"):
        parse_duration(text)
