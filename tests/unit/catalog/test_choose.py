import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.catalog import (
    Catalog,
    Doubt,
    Dump,
    NotUnderstood,
    TimeSource,
    choose_dumps,
    describe_missing,
    parse_target,
    require_all,
    require_settled,
)
from rewound.errors import CatalogError, UsageError

BERLIN = ZoneInfo("Europe/Berlin")
HAVANA, CAIRO = ZoneInfo("America/Havana"), ZoneInfo("Africa/Cairo")
BEIRUT, APIA = ZoneInfo("Asia/Beirut"), ZoneInfo("Pacific/Apia")


def utc(year, month, day, hour=0, minute=0, second=0, microsecond=0):
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)


def make_dump(world, taken_at, *, name=None, day_only=False, other_at=None):
    return Dump(
        world=world,
        taken_at=taken_at,
        location=Path(name or f"{world}_{taken_at:%Y%m%dT%H%M%S}.sql"),
        size_bytes=1,
        time_source=TimeSource.NAME,
        day_only=day_only,
        other_at=other_at,
    )


def make_catalog(*dumps, ambiguous=None, not_understood=()):
    return Catalog(
        Path("backups"),
        dumps=dumps,
        not_understood=not_understood,
        warnings=(),
        ambiguous=ambiguous or {},
    )


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2024-06-18 21:16", UTC, utc(2024, 6, 18, 21, 16)),
        ("2024-06-18T21:16:30", UTC, utc(2024, 6, 18, 21, 16, 30)),
        ("2024-06-18 21:16", BERLIN, utc(2024, 6, 18, 19, 16)),
        ("2024-12-18 21:16", BERLIN, utc(2024, 12, 18, 20, 16)),
        ("2024-06-18T21:16Z", BERLIN, utc(2024, 6, 18, 21, 16)),
        ("2024-06-18T21:16-05:00", BERLIN, utc(2024, 6, 19, 2, 16)),
        (" 2024-06-18 21:16:00 +0200 ", UTC, utc(2024, 6, 18, 19, 16)),
        ("2024-06-18 21:16:30.077406 UTC", BERLIN, utc(2024, 6, 18, 21, 16, 30, 77406)),
        ("2024-06-18T21:16 utc", BERLIN, utc(2024, 6, 18, 21, 16)),
        ("2024-06-18 UTC", BERLIN, utc(2024, 6, 18, 23, 59, 59, 999999)),
        ("20240618T211600", UTC, utc(2024, 6, 18, 21, 16)),
        ("2024-06-18", UTC, utc(2024, 6, 18, 23, 59, 59, 999999)),
        ("2024-06-18", BERLIN, utc(2024, 6, 18, 21, 59, 59, 999999)),
        # The day on which summer time ends has 25 hours.
        ("2024-10-27", BERLIN, utc(2024, 10, 27, 22, 59, 59, 999999)),
        ("2024-10-27 02:30+02:00", BERLIN, utc(2024, 10, 27, 0, 30)),
        ("2024-10-27 02:30+01:00", BERLIN, utc(2024, 10, 27, 1, 30)),
        ("2024-10-27 01:59:59", BERLIN, utc(2024, 10, 26, 23, 59, 59)),
        ("2024-10-27 03:00", BERLIN, utc(2024, 10, 27, 2)),
        ("2024-03-31 01:59:59", BERLIN, utc(2024, 3, 31, 0, 59, 59)),
        ("2024-03-31 03:00", BERLIN, utc(2024, 3, 31, 1)),
        # Where clocks change at midnight, a day is whole all the same: the hour before it twice,
        ("2024-10-31", CAIRO, utc(2024, 10, 31, 21, 59, 59, 999999)),
        # the hour after it twice,
        ("2024-11-02", HAVANA, utc(2024, 11, 3, 3, 59, 59, 999999)),
        # and a day that was left out, at the date line.
        ("2011-12-30", APIA, utc(2011, 12, 30, 9, 59, 59, 999999)),
    ],
)
def test_a_target_time_is_read_in_its_own_zone_or_the_given_one(text, zone, at):
    target = parse_target(text, zone)
    assert target.at == at
    assert target.at.tzinfo is UTC
    assert not target.strictly_before


def test_utc_at_the_end_states_the_zone_of_a_time_and_not_the_one_to_show():
    target = parse_target("2024-06-18 21:16 UTC", BERLIN, zone_is_chosen=False)
    assert target.states_zone
    assert target.timezone is BERLIN
    assert not parse_target("2024-06-18 21:16", UTC, zone_is_chosen=False).states_zone


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2024-06-18", UTC, utc(2024, 6, 18)),
        ("2024-06-18", BERLIN, utc(2024, 6, 17, 22)),
        ("2024-11-03", HAVANA, utc(2024, 11, 3, 4)),  # 00:00 twice
        ("2024-04-26", CAIRO, utc(2024, 4, 25, 22)),  # no 00:00
        ("2024-03-31", BEIRUT, utc(2024, 3, 30, 22)),  # no 00:00
    ],
    ids=str,
)
def test_before_a_day_is_before_its_start(text, zone, at):
    target = parse_target(text, zone, strictly_before=True)
    assert target.at == at
    assert not target.admits(at)
    assert target.admits(at - timedelta(microseconds=1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "18.06.2024",
        "2024-06",
        "2024-02-30",
        "2024-06-18 25:00",
        "21:16",
        "UTC",
        "2024-06-18 21:16+02:00 UTC",
        "2024-06-18 +02:00",
        "2024-06-18-05:00",
    ],
)
def test_a_text_that_is_not_a_time_is_a_usage_error_with_examples(text):
    with pytest.raises(UsageError, match="is not a valid time") as raised:
        parse_target(text, UTC)
    assert "'2024-06-18 21:16+00:00'" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("text", "zone", "readings"),
    [
        ("2026-10-25 02:30", BERLIN, ["2026-10-25 02:30:00+02:00", "2026-10-25 02:30:00+01:00"]),
        ("2026-10-25 02:00", BERLIN, ["2026-10-25 02:00:00+02:00", "2026-10-25 02:00:00+01:00"]),
        ("2026-11-01 00:00", HAVANA, ["2026-11-01 00:00:00-04:00", "2026-11-01 00:00:00-05:00"]),
        (
            "2026-10-25T02:59:59.5",
            BERLIN,
            ["2026-10-25 02:59:59.500000+02:00", "2026-10-25 02:59:59.500000+01:00"],
        ),
    ],
)
@pytest.mark.parametrize("is_before", [False, True])
def test_a_time_that_clocks_show_twice_is_refused_with_both_meanings(
    text, zone, readings, is_before
):
    with pytest.raises(UsageError, match="exists twice in") as raised:
        parse_target(text, zone, strictly_before=is_before)
    assert all(reading in str(raised.value) for reading in readings)
    first, second = (parse_target(reading, zone) for reading in readings)
    assert second.at - first.at == timedelta(hours=1)
    assert all(f"'{reading}'" in str(raised.value.hint) for reading in readings)


@pytest.mark.parametrize(
    ("text", "zone", "readings"),
    [
        ("2026-03-29 02:30", BERLIN, ["2026-03-29 03:30:00+02:00", "2026-03-29 01:30:00+01:00"]),
        ("2026-03-29 00:00", BEIRUT, ["2026-03-29 01:00:00+03:00", "2026-03-28 23:00:00+02:00"]),
    ],
)
def test_a_time_that_clocks_never_show_is_refused_with_what_it_would_mean(text, zone, readings):
    with pytest.raises(UsageError, match="does not exist in") as raised:
        parse_target(text, zone)
    assert all(reading in str(raised.value) for reading in readings)
    assert all(f"'{reading}'" in str(raised.value.hint) for reading in readings)


def test_a_dump_whose_time_clocks_show_twice_may_be_newer_than_asked():
    dump = make_dump("host1", utc(2026, 10, 25, 0, 30), other_at=utc(2026, 10, 25, 1, 30))
    target = parse_target("2026-10-25 02:45+02:00", BERLIN)
    [warning] = choose_dumps(make_catalog(dump), target).warnings
    assert "twice, at 2026-10-25 02:30:00+02:00 and at 2026-10-25 02:30:00+01:00" in warning
    assert "may have been taken after 2026-10-25 02:45+02:00" in warning
    for text in ("2026-10-25 02:30+01:00", "2026-10-25 03:00"):
        assert not choose_dumps(make_catalog(dump), parse_target(text, BERLIN)).warnings


def test_a_dump_whose_time_clocks_show_twice_may_be_newer_than_the_chosen_one():
    early = make_dump("host1", utc(2026, 10, 25, 0, 10), other_at=utc(2026, 10, 25, 1, 10))
    late = make_dump("host1", utc(2026, 10, 25, 0, 40), other_at=utc(2026, 10, 25, 1, 40))
    for target in (None, parse_target("2026-10-26", BERLIN)):
        choice = choose_dumps(make_catalog(early, late), target)
        assert choice.chosen[0].dump == late
        [warning] = choice.warnings
        assert f"may be newer than {late.location.name}" in warning
    next_day = make_dump("host1", utc(2026, 10, 26))
    assert not choose_dumps(make_catalog(early, late, next_day), None).warnings


def test_a_time_outside_of_the_calendar_is_a_usage_error():
    with pytest.raises(UsageError):
        parse_target("9999-12-31", timezone(timedelta(hours=-3)))


def test_the_newest_dump_at_or_before_the_target_is_chosen():
    dumps = [make_dump("host1", utc(2024, 6, day)) for day in (15, 16, 17, 18)]
    target = parse_target("2024-06-17 00:00", UTC)
    choice = choose_dumps(make_catalog(*dumps), target)
    [chosen] = choice.chosen
    assert chosen.dump == dumps[2]
    assert chosen.skipped_newer == (dumps[3],)
    assert chosen.older == (dumps[1], dumps[0])
    assert chosen.age == timedelta(0)
    assert choice.missing == ()

    before = parse_target("2024-06-17 00:00", UTC, strictly_before=True)
    [chosen] = choose_dumps(make_catalog(*dumps), before).chosen
    assert chosen.dump == dumps[1]
    assert chosen.age == timedelta(days=1)


def test_without_target_the_newest_is_chosen_and_has_no_age():
    dumps = [make_dump("host1", utc(2024, 6, day)) for day in (15, 16)]
    [chosen] = choose_dumps(make_catalog(*dumps), None).chosen
    assert (chosen.dump, chosen.age, chosen.skipped_newer) == (dumps[1], None, ())


def test_zones_are_respected_around_the_end_of_summer_time():
    first, second = utc(2024, 10, 27, 0, 30), utc(2024, 10, 27, 1, 30)  # both 02:30 in Berlin
    catalog = make_catalog(make_dump("host1", first), make_dump("host1", second))
    [chosen] = choose_dumps(catalog, parse_target("2024-10-27 02:45+02:00", BERLIN)).chosen
    assert chosen.dump.taken_at == first
    [chosen] = choose_dumps(catalog, parse_target("2024-10-26 21:30-04:00", BERLIN)).chosen
    assert chosen.dump.taken_at == second


def test_a_world_without_old_enough_dump_is_missing_and_required():
    catalog = make_catalog(
        make_dump("host10", utc(2024, 6, 20)),
        make_dump("host2", utc(2024, 6, 19, 3)),
        make_dump("host2", utc(2024, 6, 21)),
        make_dump("host1", utc(2024, 6, 17)),
    )
    target = parse_target("2024-06-18 21:16", BERLIN)
    choice = choose_dumps(catalog, target)
    assert [chosen.dump.world for chosen in choice.chosen] == ["host1"]
    assert choice.missing == ("host2", "host10")
    with pytest.raises(CatalogError) as raised:
        require_all(choice, target)
    assert raised.value.message == (
        "no dump at or before 2024-06-18 21:16 of host2 (oldest: 2024-06-19 05:00:00+02:00), "
        "host10 (oldest: 2024-06-20 02:00:00+02:00)"
    )
    assert "--allow-missing" in str(raised.value.hint)


def test_many_missing_worlds_are_folded_with_the_time_from_which_on_none_is():
    catalog = make_catalog(*(make_dump(f"host{n}", utc(2024, 6, 18 + n)) for n in range(1, 6)))
    target = parse_target("2024-06-18", UTC)
    choice = choose_dumps(catalog, target)
    told = (
        "worlds host[1-5] have no dump at or before 2024-06-18;"
        " all of them have one from 2024-06-23 00:00:00+00:00 on"
    )
    assert describe_missing(choice, target) == told
    with pytest.raises(CatalogError, match=re.escape(told)):
        require_all(choice, target)


def test_require_all_accepts_a_complete_choice():
    catalog = make_catalog(make_dump("host1", utc(2024, 6, 17)))
    require_all(choose_dumps(catalog, None), None)


def test_two_dumps_of_the_chosen_time_are_refused_by_name():
    twins = [make_dump("host1", utc(2024, 6, 17), name=name) for name in ("a.sql", "b.sql.gz")]
    newer = make_dump("host1", utc(2024, 6, 18))
    with pytest.raises(CatalogError, match=r"a\.sql and b\.sql\.gz") as raised:
        choose_dumps(make_catalog(*twins, newer), parse_target("2024-06-17", UTC))
    assert raised.value.hint


def test_two_dumps_of_one_time_do_not_matter_when_another_is_chosen():
    twins = [make_dump("host1", utc(2024, 6, 17), name=name) for name in ("a.sql", "b.sql.gz")]
    newer = make_dump("host1", utc(2024, 6, 18))
    [chosen] = choose_dumps(make_catalog(*twins, newer), None).chosen
    assert chosen.dump == newer


def test_an_ambiguous_world_is_refused_unless_left_out():
    dumps = make_dump("game", utc(2024, 6, 17)), make_dump("host1", utc(2024, 6, 17))
    catalog = make_catalog(*dumps, ambiguous={"game": "two folders"})
    with pytest.raises(CatalogError, match="game: two folders") as raised:
        choose_dumps(catalog, None)
    assert "--pattern" in str(raised.value.hint)
    assert len(choose_dumps(catalog.only(["host1"]), None).chosen) == 1


def test_a_doubt_is_a_usage_error_unless_its_worlds_are_left_out():
    dumps = make_dump("db_03", utc(2024, 6, 17)), make_dump("host1", utc(2024, 6, 17))
    doubt = Doubt(frozenset({"db_03"}), "db_03 may be an hour", "use --pattern")
    catalog = replace(make_catalog(*dumps), doubts=(doubt,))
    with pytest.raises(UsageError, match="db_03 may be an hour") as raised:
        require_settled(catalog)
    assert raised.value.hint == "use --pattern"
    require_settled(catalog.only(["host1"]))


@pytest.mark.parametrize(("text", "warns"), [("2024-06-20", True), ("2024-06-23", False)])
def test_a_dump_of_an_unknown_day_of_the_week_is_warned_of_if_it_may_be_too_new(text, warns):
    dump = replace(make_dump("host1", utc(2024, 6, 17), day_only=True), open_days=7)
    choice = choose_dumps(make_catalog(dump), parse_target(text, UTC))
    assert [("the week but no day" in each) for each in choice.warnings] == [True] * warns


def test_a_catalog_without_dumps_says_why():
    catalog = make_catalog(not_understood=(NotUnderstood(Path("README"), "not a dump"),))
    with pytest.raises(CatalogError, match="no dumps in backups; README: not a dump"):
        choose_dumps(catalog, None)


@pytest.mark.parametrize(
    ("text", "warns"),
    [("2024-06-18 12:00", True), ("2024-06-18", False), ("2024-06-19 00:00", False)],
)
@pytest.mark.parametrize("zone", [UTC, BERLIN], ids=str)
def test_a_dump_of_an_unknown_hour_is_warned_of_if_it_may_be_too_new(text, warns, zone):
    start = datetime(2024, 6, 18, tzinfo=zone).astimezone(UTC)
    catalog = make_catalog(make_dump("host1", start, day_only=True))
    choice = choose_dumps(catalog, parse_target(text, zone))
    assert len(choice.chosen) == 1
    assert bool(choice.warnings) == warns


MOMENTS = st.integers(0, 30).map(lambda hours: utc(2024, 10, 26) + timedelta(hours=hours))


@given(
    dumps=st.sets(st.tuples(st.sampled_from(["host1", "host2", "host10"]), MOMENTS), min_size=1),
    moment=MOMENTS,
    zone=st.sampled_from([UTC, BERLIN, timezone(timedelta(hours=-7))]),
    strictly_before=st.booleans(),
)
def test_the_choice_agrees_with_a_naive_search(dumps, moment, zone, strictly_before):
    catalog = make_catalog(*(make_dump(world, taken_at) for world, taken_at in dumps))
    target = parse_target(
        moment.astimezone(zone).isoformat(), zone, strictly_before=strictly_before
    )
    choice = choose_dumps(catalog, target)

    expected: dict[str, datetime] = {}
    for world, taken_at in dumps:
        fits = taken_at < moment or (taken_at == moment and not strictly_before)
        if fits and (world not in expected or taken_at > expected[world]):
            expected[world] = taken_at
    assert {chosen.dump.world: chosen.dump.taken_at for chosen in choice.chosen} == expected
    assert set(choice.missing) == {world for world, _ in dumps} - set(expected)
    for chosen in choice.chosen:
        assert len(chosen.older) + 1 + len(chosen.skipped_newer) == sum(
            world == chosen.dump.world for world, _ in dumps
        )
        assert list(chosen.older) == sorted(chosen.older, key=lambda d: d.taken_at, reverse=True)
        assert chosen.age == moment - chosen.dump.taken_at


def test_allow_missing_still_needs_one_world():
    catalog = make_catalog(make_dump("a", utc(2026, 3, 2)), make_dump("b", utc(2026, 3, 2)))
    target = parse_target("2026-03-01", UTC)
    choice = choose_dumps(catalog, target)
    with pytest.raises(CatalogError, match="no dump") as caught:
        require_all(choice, target, allows_missing=True)
    assert "--allow-missing" not in str(caught.value.hint)
