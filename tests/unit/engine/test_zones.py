import random
import re
from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from rewound.engine import zones
from rewound.engine.zones import Zone, is_zone, iter_zone_statements, read_zone


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("+00:00", True),
        ("-13:59", True),
        ("+14:00", True),
        ("Europe/Berlin", True),
        ("UTC", True),
        ("-14:00", False),
        ("+14:01", False),
        ("+01:60", False),
        ("2:00", False),
        ("SYSTEM", False),
        ("Europe/Nowhere", False),
        ("../etc/passwd", False),
        ("", False),
    ],
)
def test_is_zone_knows_offsets_and_names(name: str, is_one: bool):
    assert is_zone(name) is is_one


def find_offset_s(zone: Zone, second: int) -> int:
    """Return what MySQL does: the type of the last transition before."""
    index = next((index for at, index in reversed(zone.transitions) if at <= second), None)
    if index is None:
        index = next((i for i, each in enumerate(zone.types) if not each.is_dst), 0)
    return zone.types[index].offset_s


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Africa/Casablanca", "Asia/Kolkata", "Etc/GMT+5"]
)
def test_read_zone_gives_the_offsets_of_the_database(name: str):
    content = zones._read(name)
    zone, reference = read_zone(content), ZoneInfo.from_file(BytesIO(content))
    choose = random.Random(name)
    for _ in range(500):
        second = choose.randrange(86_400, int(datetime(2038, 1, 1, tzinfo=UTC).timestamp()))
        offset = datetime.fromtimestamp(second, reference).utcoffset()
        assert offset is not None
        assert find_offset_s(zone, second) == offset.total_seconds(), second


def test_zones_fill_the_four_tables_with_little_text():
    statements = list(iter_zone_statements())
    tables = [re.match(r"INSERT INTO mysql\.(\w+) VALUES", each)[1] for each in statements]  # type: ignore[index]
    assert list(dict.fromkeys(tables)) == [
        "time_zone",
        "time_zone_name",
        "time_zone_transition_type",
        "time_zone_transition",
    ]
    assert sum(map(len, statements)) < 1 << 20
