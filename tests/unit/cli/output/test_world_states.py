from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rewound.cli.output.world_states import (
    describe_older,
    describe_remedies,
    list_moments,
    warn_of_older,
)
from rewound.fleet.request import RestoreRequest
from rewound.fleet.world import World, WorldState
from rewound.load.options import LoadOptions
from tests.unit.fleet.test_state import RECORD

NIGHT = datetime(2026, 3, 3, 21, 15, 8, tzinfo=UTC)


def ready(name: str, before: timedelta = timedelta(), *passed_over: str) -> World:
    return World(
        name,
        WorldState.READY,
        f"{name}.sql",
        NIGHT - before,
        4000,
        schemas=("game",),
        passed_over=passed_over,
    )


@pytest.mark.parametrize(
    ("before", "gap"),
    [
        (timedelta(hours=14), "14 hours"),
        (timedelta(hours=23, minutes=58), "a day"),
        (timedelta(days=9), "9 days"),
    ],
)
def test_a_world_without_a_newer_dump_is_explained(before: timedelta, gap: str):
    [told] = describe_older([ready("a"), ready("b", before), ready("c")])
    assert told == (
        f"world b's newest dump when it was restored was that of {NIGHT - before:%Y-%m-%d %H:%M:%S}"
        f" UTC, {gap} before the newest of the others"
    )


def test_a_world_that_logs_took_to_an_earlier_moment_is_not_one_of_an_older_dump(capsys):
    earlier = replace(ready("b"), moment=NIGHT - timedelta(hours=15))
    [told] = describe_older([ready("a"), earlier])
    assert told == (
        "world b was taken by its binary logs to 2026-03-03 06:15:08 UTC, 15 hours before the"
        " newest of the others"
    )
    worlds = {each.name: each for each in (ready("a"), earlier)}
    warn_of_older("default", worlds, worlds)
    assert capsys.readouterr().err == (
        "warning: world b is of an earlier moment than others; rewound status shows why\n"
    )


def test_a_table_has_the_moments_in_utc_without_their_microseconds():
    moment = datetime(2026, 3, 3, 7, 23, 7, 77406, tzinfo=ZoneInfo("Europe/Berlin"))
    logged = replace(ready("a"), moment=moment, last_transaction=f"{'0' * 8}-1-2-3-4:674")
    names, cells = list_moments([ready("b"), logged])
    assert names == ["as of (UTC)", "last"]
    assert cells[0] == [NIGHT, None]
    assert cells[1][0] == datetime(2026, 3, 3, 6, 23, 7, tzinfo=UTC)
    assert list_moments([ready("b")]) == (["as of (UTC)"], [[NIGHT]])


def test_a_world_that_fell_back_names_what_failed_and_the_others_nothing():
    worlds = [ready("a"), ready("b", timedelta(days=1), "new.sql")]
    [told] = describe_older(worlds)
    assert told == "world b holds an older dump, b.sql: new.sql failed (--fallback)"
    worlds += [ready(name, timedelta(days=1), f"new_{name}.sql") for name in ("c", "d")]
    [told] = describe_older(worlds)
    assert told == (
        "worlds b,c,d hold older dumps (--fallback), because these failed: new.sql, new_c.sql,"
        " new_d.sql"
    )
    assert list(describe_older([])) == []
    assert list(describe_older(worlds, {"a"})) == []


def test_a_question_warns_in_one_line_of_the_older_worlds_that_it_asks(capsys):
    fell_back = ready("b", timedelta(), "new.sql")
    worlds = {each.name: each for each in (ready("a"), fell_back, ready("c", timedelta(days=1)))}
    warn_of_older("default", worlds, worlds)
    warn_of_older("before", worlds, {"a", "b"})
    warn_of_older("default", worlds, {"a"})
    assert capsys.readouterr().err == (
        "warning: worlds b,c hold older dumps; rewound status shows why\n"
        "warning: world b of fleet before holds an older dump; rewound status --fleet before shows"
        " why\n"
    )


@pytest.mark.parametrize("no_binlogs", [True, False])
def test_worlds_that_were_interrupted_may_be_taken_to_a_moment(*, no_binlogs: bool):
    worlds = {
        name: replace(ready(name), state=state)
        for name, state in (("a", WorldState.FAILED), ("b", WorldState.INTERRUPTED))
    }
    request = RestoreRequest(LoadOptions(), no_binlogs=no_binlogs)
    told = list(describe_remedies(replace(RECORD, name="x", worlds=worlds, request=request)))
    assert "--add --fleet x --worlds a,b" in told[0]
    seeking = "to take world b to a moment of the binary logs: rewound seek --fleet x TIME b"
    assert told[1:] == ([] if no_binlogs else [seeking])
    worlds["b"] = replace(worlds["b"], baseline="key")
    told = list(describe_remedies(replace(RECORD, name="x", worlds=worlds, request=request)))
    assert told[0] == "to take world b back to the moment before: rewound reset --fleet x b"
    assert told[1].endswith("--add --fleet x --worlds a")
