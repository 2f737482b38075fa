"""What Python programs pass to the functions of `rewound`, and what they are told."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import rewound
from rewound.api.arguments import (
    Folders,
    Moment,
    Worlds,
    Zone,
    read_destination,
    read_folders,
    read_moment,
    read_params,
    read_texts,
    read_worlds,
    read_zone,
    select,
)
from rewound.errors import UsageError
from rewound.operations.destinations import Direction


@pytest.mark.parametrize(
    ("worlds", "read"),
    [
        (None, None),
        ("host[1-3],eu-*", "host[1-3],eu-*"),
        (["host1", "eu-*"], "host1,eu-*"),
        (("host1",), "host1"),
        ({"host1": 1}.keys(), "host1"),
    ],
)
def test_worlds_are_a_selection_or_a_list(worlds: Worlds, read: str | None):
    assert read_worlds(worlds) == read


def test_an_empty_list_of_worlds_does_not_mean_all():
    with pytest.raises(UsageError, match="worlds is an empty list"):
        read_worlds([])


_MOMENT = datetime.fromisoformat("2026-03-03 06:23:07.077406")


@pytest.mark.parametrize(
    ("moment", "at_utc", "states_zone"),
    [
        ("2026-03-03 06:23:07.077406+00:00", "2026-03-03 06:23:07.077406", True),
        (_MOMENT.replace(tzinfo=UTC), "2026-03-03 06:23:07.077406", True),
        (
            _MOMENT.replace(tzinfo=timezone(timedelta(hours=5, minutes=30))),
            "2026-03-03 00:53:07.077406",
            True,
        ),
        (
            datetime(2026, 7, 1, 8, tzinfo=ZoneInfo("Europe/Berlin")),
            "2026-07-01 06:00:00",
            True,
        ),
        (_MOMENT, "2026-03-03 06:23:07.077406", False),
        (date(2026, 3, 3), "2026-03-03 23:59:59.999999", False),
    ],
)
def test_a_moment_is_a_text_a_datetime_or_a_date(moment: Moment, at_utc: str, states_zone: bool):
    target = select("backups", at=moment).target
    assert target is not None
    assert target.at == datetime.fromisoformat(f"{at_utc}+00:00")
    assert target.states_zone is states_zone


@pytest.mark.parametrize("zone", ["Europe/Berlin", ZoneInfo("Europe/Berlin")])
def test_a_datetime_without_a_zone_is_in_that_of_the_argument(zone: Zone):
    target = select(
        "backups", before=datetime.fromisoformat("2026-03-03 07:00"), timezone=zone
    ).target
    assert target is not None
    assert target.at == datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert target.strictly_before
    assert target.states_zone


def test_a_destination_is_one_moment():
    with pytest.raises(UsageError, match="at and step are mutually exclusive") as caught:
        read_destination(at="2026-03-04", step="back")
    assert caught.value.hint == "give one moment to seek"
    with pytest.raises(UsageError, match="no moment is given"):
        read_destination()
    assert read_destination(step="back").step is Direction.BACK


def test_a_zone_is_a_name_or_a_zone_that_has_one():
    zones: list[Zone] = [None, "UTC", ZoneInfo("Asia/Tokyo"), UTC]
    assert [read_zone(zone) for zone in zones] == [None, "UTC", "Asia/Tokyo", "UTC"]
    with pytest.raises(TypeError, match="timezone must be a text such as 'Europe/Berlin' or a Zo"):
        read_zone(timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("folders", "read"),
    [
        (None, []),
        ("logs", ["logs"]),
        (Path("logs"), ["logs"]),
        (["logs", Path("more")], ["logs", "more"]),
        ((), []),
    ],
)
def test_folders_are_one_or_a_list(folders: Folders, read: list[str]):
    assert read_folders("binlogs", folders) == [Path(folder) for folder in read]


def test_texts_are_one_or_a_list():
    assert read_texts("tables", "player") == ["player"]
    assert read_texts("tables", ("player", "score_*")) == ["player", "score_*"]


def test_values_of_variables_mean_in_sql_what_they_mean_in_python():
    key = uuid.UUID(int=7)
    values = {"n": 3, "d": Decimal("1.10"), "on": True, "t": _MOMENT, "k": key, "s": "x"}
    assert read_params(values) == {
        "n": "3",
        "d": "1.10",
        "on": "1",
        "t": "2026-03-03 06:23:07.077406",
        "k": str(key),
        "s": "x",
    }
    assert read_params(None) == {}


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        (read_worlds, [5], "worlds must be a text or a list of texts, not 5"),
        (read_worlds, [[5]], "each of worlds must be a text, not 5"),
        (read_worlds, [b"host1"], "worlds must be a text or a list of texts, not b'host1'"),
        (read_moment, ["at", 1709446987], "at must be a text such as .*, a datetime or a date"),
        (read_folders, ["binlogs", 3], "binlogs must be a folder or a list of folders, not 3"),
        (read_folders, ["binlogs", [3]], "each of binlogs must be a folder, not 3"),
        (read_params, [{"x": None}], r"params\['x'\] must be a text, a number or a time, not None"),
        (read_params, [{"x": b"1"}], r"params\['x'\] must be a text"),
        (read_params, [["x"]], "params must be a dict of names and values, not"),
        (rewound.dumps, [5], "source must be a folder or a dump, not 5"),
        (rewound.Fleet, [3], "name must be a text, not 3"),
    ],
)
def test_a_value_of_another_type_is_a_mistake_that_names_the_argument(
    function: Callable[..., object], arguments: list[object], said: str
):
    with pytest.raises(TypeError, match=said):
        function(*arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"fleet": 7}, "fleet must be a text, not 7"),
        ({"at": 3.5}, "at must be a text such as"),
        ({"timezone": 2}, "timezone must be a text such as"),
        ({"worlds": 7}, "worlds must be a text or a list of texts"),
        ({"at_position": ("binlog.000001", 4)}, "at_position must be a text"),
    ],
)
def test_up_refuses_a_value_of_another_type_before_it_looks_for_dumps(
    arguments: dict[str, Any], said: str
):
    with pytest.raises(TypeError, match=said):
        rewound.up("nowhere", **arguments)
