import os
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from rewound.catalog import TimeSource, discover
from rewound.dump.file.location import Location
from rewound.errors import CatalogError, DumpError, UsageError

CLOSED_AT = datetime(2024, 6, 17, 3, 0, 9, tzinfo=UTC)


def make_files(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"-- a dump\n")


def reasons(catalog):
    return {entry.location.name: entry.reason for entry in catalog.not_understood}


def test_every_file_is_a_dump_or_is_listed_with_a_reason(tmp_path):
    names = [
        "host10_fulldump_20240618_211508.sql.gz",
        "host2_fulldump_20240618_211508.sql.gz",
        "host2_fulldump_20240617_211508.sql.gz",
        "host2_fulldump_20240617_211508.sql.gz.sha256",
        "README",
        ".hidden.sql",
    ]
    make_files(tmp_path, *names)
    catalog = discover(tmp_path)
    assert catalog.source == tmp_path
    assert catalog.worlds == ("host2", "host10")
    assert [dump.location.name for dump in catalog.dumps] == [names[2], names[1], names[0]]
    assert catalog.dumps[0].size_bytes == 10
    assert {dump.time_source for dump in catalog.dumps} == {TimeSource.NAME}
    assert set(reasons(catalog)) == set(names[3:])
    assert catalog.warnings == ()
    assert catalog.ambiguous == {}


def test_a_single_file_is_a_catalog_of_one_dump(tmp_path):
    make_files(tmp_path, "host1_20240618.sql.gz")
    [dump] = discover(tmp_path / "host1_20240618.sql.gz").dumps
    assert (dump.world, dump.location) == ("host1", tmp_path / "host1_20240618.sql.gz")
    assert dump.day_only


def test_the_closing_line_is_asked_only_where_the_path_tells_no_time(tmp_path):
    make_files(tmp_path, "host1.sql", "host2_20240618.sql")
    asked = []

    def read_closing_time(path: Location):
        asked.append(path.name)
        return CLOSED_AT.astimezone(timezone(timedelta(hours=2)))

    first, second = discover(tmp_path, read_closing_time=read_closing_time).dumps
    assert asked == ["host1.sql"]
    assert (first.taken_at, first.time_source) == (CLOSED_AT, TimeSource.CLOSING_LINE)
    assert first.taken_at.tzinfo is UTC
    assert second.time_source is TimeSource.NAME


def test_without_name_or_closing_line_the_modification_time_does_not_help(tmp_path):
    make_files(tmp_path, "host1.sql")
    for read_closing_time in (None, lambda path: None):
        catalog = discover(tmp_path, read_closing_time=read_closing_time)
        assert catalog.dumps == ()
        assert reasons(catalog) == {"host1.sql": "no time in the name, and no closing line"}


def test_a_dump_whose_closing_line_cannot_be_read_is_not_understood(tmp_path):
    make_files(tmp_path, "host1.sql.gz")

    def read_closing_time(path: Location):
        raise DumpError(path, "not a gzip file")

    catalog = discover(tmp_path, read_closing_time=read_closing_time)
    assert reasons(catalog) == {"host1.sql.gz": "no time in the name, and not a gzip file"}


def test_a_pattern_replaces_the_usual_shapes(tmp_path):
    make_files(
        tmp_path, "host1/game-18.06.2024.sql", "host2/game-18.06.2024.sql", "eu_20240618.sql"
    )
    catalog = discover(tmp_path, pattern="{world}/game-{time:%d.%m.%Y}")
    assert catalog.worlds == ("host1", "host2")
    assert catalog.ambiguous == {}
    assert "does not match the pattern" in reasons(catalog)["eu_20240618.sql"]
    with pytest.raises(UsageError):
        discover(tmp_path, pattern="{")


def test_times_are_read_in_the_given_zone(tmp_path):
    make_files(tmp_path, "host1_20240618_2115.sql")
    [dump] = discover(tmp_path, timezone=ZoneInfo("Europe/Berlin")).dumps
    assert dump.taken_at == datetime(2024, 6, 18, 19, 15, tzinfo=UTC)


def test_a_closing_line_is_read_in_the_given_zone_where_it_has_the_time(tmp_path):
    make_files(tmp_path, "host1.sql", "host2_20240617_0230.sql")
    first, second = discover(
        tmp_path, timezone=ZoneInfo("America/New_York"), read_closing_time=lambda path: CLOSED_AT
    ).dumps
    assert first.taken_at == datetime(2024, 6, 17, 7, 0, 9, tzinfo=UTC)
    assert second.taken_at == datetime(2024, 6, 17, 6, 30, tzinfo=UTC)


def test_a_name_whose_time_clocks_show_twice_keeps_both_meanings(tmp_path):
    make_files(tmp_path, "host1_20261025_0230.sql", "host2_20261025_0230_CET.sql", "host3.sql")
    first, second, third = discover(
        tmp_path,
        timezone=ZoneInfo("Europe/Berlin"),
        read_closing_time=lambda path: datetime(2026, 10, 25, 2, 45, tzinfo=UTC),
    ).dumps
    meanings = [
        (dump.taken_at.hour, dump.other_at and dump.other_at.hour) for dump in (first, third)
    ]
    assert meanings == [(0, 1), (0, 1)]
    assert (second.taken_at.hour, second.other_at) == (1, None)
    assert discover(tmp_path / "host1_20261025_0230.sql").dumps[0].other_at is None


def test_a_name_with_a_time_that_clocks_never_show_is_a_warning(tmp_path):
    make_files(tmp_path, "host1_20260329_0230.sql", "host2_20260329_0230.sql")
    [warning] = discover(tmp_path, timezone=ZoneInfo("Europe/Berlin")).warnings
    assert "host1_20260329_0230.sql does not exist in Europe/Berlin" in warning
    assert not discover(tmp_path).warnings


def test_an_empty_folder_is_an_error_with_a_hint(tmp_path):
    with pytest.raises(CatalogError, match=r"no dumps in .*: the folder is empty") as raised:
        discover(tmp_path)
    assert raised.value.hint


@pytest.mark.parametrize(
    "names",
    [
        ("host1/game-20240618.sql", "host2/game-20240618.sql"),
        ("host1/game-20240618.sql", "host2/game-20240619.sql"),
        ("game-20240618.sql", "old/game-20240617.sql"),
        ("game-host/daily/a/a_20240618.sql", "game-host/daily/b/b_20240618.sql"),
        ("host1-2024-06-18/game.sql", "host2-2024-06-18/game.sql"),
    ],
)
def test_one_name_out_of_different_folders_is_ambiguous(tmp_path, names):
    make_files(tmp_path, *names)
    catalog = discover(tmp_path)
    [reason] = catalog.ambiguous.values()
    assert all(name in reason for name in names)


@pytest.mark.parametrize(
    "names",
    [
        ("2024-06-17/host1.sql", "2024-06-18/host1.sql"),
        ("2024/05/host1_20240518.sql", "2024/06/host1_20240618.sql"),
        ("daily/host1_20240618.sql", "weekly/host1_20240616.sql"),
        ("host1/20240618.sql", "host1_20240619.sql"),
        ("monday/host1/20240617.sql", "tuesday/host1/20240618.sql"),
    ],
)
def test_folders_of_dates_and_periods_hold_one_world(tmp_path, names):
    make_files(tmp_path, *names)
    catalog = discover(tmp_path)
    assert catalog.worlds == ("host1",)
    assert len(catalog.dumps) == 2
    assert catalog.ambiguous == {}
    assert catalog.warnings == ()


def test_two_kinds_of_names_for_one_world_are_a_warning(tmp_path):
    make_files(tmp_path, "host1_dump_20240618.sql", "host1_backup_20240617.sql")
    catalog = discover(tmp_path)
    [warning] = catalog.warnings
    assert "host1_dump_20240618.sql" in warning
    assert "host1_backup_20240617.sql" in warning
    assert catalog.ambiguous == {}


def test_a_second_hard_link_to_a_dump_counts_once(tmp_path):
    make_files(tmp_path, "daily/host1_20240618.sql")
    (tmp_path / "latest").mkdir()
    for second_name in ("latest/host1_20240618.sql", "host1_latest.sql"):
        os.link(tmp_path / "daily/host1_20240618.sql", tmp_path / second_name)
    catalog = discover(tmp_path, read_closing_time=lambda path: CLOSED_AT)
    assert [dump.location.parent.name for dump in catalog.dumps] == ["daily"]
    assert all("the same file as" in entry.reason for entry in catalog.not_understood)
    assert len(catalog.not_understood) == 2


def test_equal_dumps_of_two_worlds_or_days_stay_apart_when_linked_to_save_space(tmp_path):
    make_files(tmp_path, "host1_20240618.sql")
    for other in ("host2_20240618.sql", "host1_20240619.sql"):
        os.link(tmp_path / "host1_20240618.sql", tmp_path / other)
    assert len(discover(tmp_path).dumps) == 3


@pytest.mark.parametrize(
    ("closing", "taken_at", "source"),
    [
        ("2024-06-21", "2024-06-21", TimeSource.CLOSING_LINE),
        (None, "2024-06-17", TimeSource.NAME),
        ("2024-02-11", "2024-06-17", TimeSource.NAME),
    ],
)
def test_the_closing_line_tells_the_day_of_a_week_in_a_pattern(tmp_path, closing, taken_at, source):
    make_files(tmp_path, "host1-2024-W25.sql")
    closed_at = closing and datetime.fromisoformat(closing).replace(tzinfo=UTC)
    [dump] = discover(
        tmp_path, pattern="{world}-{time:%G-W%V}", read_closing_time=lambda path: closed_at
    ).dumps
    assert (f"{dump.taken_at.date()}", dump.time_source) == (taken_at, source)
    assert dump.day_only == (source is TimeSource.NAME)


def test_a_damaged_dump_with_a_week_in_its_name_keeps_its_place(tmp_path):
    def read_closing_time(path):
        raise DumpError(path, "data is cut off")

    make_files(tmp_path, "host1-2024-W25.sql")
    [dump] = discover(tmp_path, read_closing_time=read_closing_time).dumps
    assert (dump.time_source, dump.open_days) == (TimeSource.NAME, 7)


def test_a_month_that_its_closing_line_denies_comes_with_a_pattern(tmp_path):
    make_files(tmp_path, "host1-2024-06.sql")
    catalog = discover(tmp_path, read_closing_time=lambda path: datetime(2024, 2, 11, tzinfo=UTC))
    [reason] = reasons(catalog).values()
    assert reason == (
        "2024-06 looks like a month, but the closing line has the date 2024-02-11;"
        " use --pattern '{world}-{any}'"
    )


def test_dumps_that_are_named_as_older_ones_come_with_all_ways_out(tmp_path):
    closed_at = {"host1-latest.sql": CLOSED_AT, "host1-old.sql": CLOSED_AT - timedelta(days=7)}
    make_files(tmp_path, *closed_at)
    [doubt] = discover(tmp_path, read_closing_time=lambda path: closed_at[path.name]).doubts
    assert doubt.hint == (
        "--worlds 'host1' leaves them out; --pattern '{world}-{word}' if they are one world;"
        " --pattern '{world}' if each is a world"
    )
