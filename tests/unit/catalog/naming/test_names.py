from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.catalog import NameProblem, ParsedName
from rewound.catalog.naming.endings import find_foreign_reason, strip_extension
from rewound.catalog.naming.names import MARKER_WORDS, parse_stem
from rewound.catalog.naming.reading import read_stems

DAY = datetime(2024, 6, 18, tzinfo=UTC)
MINUTE = DAY.replace(hour=21, minute=15)
SECOND = MINUTE.replace(second=8)
AUTO = DAY.replace(hour=6, minute=25)


def parse(text, timezone=UTC):
    """Read a name as if it were all there is."""
    path = PurePosixPath(text)
    reason = find_foreign_reason(path)
    if reason is not None:
        return NameProblem(reason)
    stem = strip_extension(path)
    return parse_stem(stem, read_stems([stem], timezone, today=date(2099, 1, 1))[stem])


@pytest.mark.parametrize(
    ("path", "world", "taken_at"),
    [
        ("host1_fulldump_20240618_211508.sql.gz", "host1", SECOND),
        ("host1-2024-06-18T21-15-08Z.sql.zst", "host1", SECOND),
        ("host1.2024-06-18.sql.gz", "host1", DAY),
        ("host1/2024-06-18_2115.sql.gz", "host1", MINUTE),
        ("2024-06-18/host1.sql.gz", "host1", DAY),
        ("host1-1718745308.sql.gz", "host1", SECOND),
        ("2024-06-18_host1.sql.gz", "host1", DAY),
        ("backup-host1-20240618.sql.gz", "host1", DAY),
        ("2024/06/18/host1.sql.gz", "host1", DAY),
        ("host1/2024/06/18.sql.xz", "host1", DAY),
        ("host1_20240618T211508Z.sql.bz2", "host1", SECOND),
        ("host1_20240618T211508+0200.sql", "host1", SECOND.replace(hour=19)),
        ("HOST1_FULLDUMP_20240618.SQL.GZ", "HOST1", DAY),
        ("host1-backups/dump-2024-06-18.sql.gz", "host1", DAY),
        ("db.eu-1.example.com_20240618.sql.gz", "db.eu-1.example.com", DAY),
        ("1001_20240618.sql.gz", "1001", DAY),
        ("2024-06-18/host1_20240618_211508.sql.gz", "host1", SECOND),
        ("2024-06-19/host1_20240618_211508.sql.gz", "host1", SECOND),
        ("20240618_211508/host1_2024-06-18.sql.gz", "host1", SECOND),
        ("2024/2024-06/host1_20240618.sql.gz", "host1", DAY),
        ("host1_2024-06-18/dump.sql.gz", "host1", DAY),
        ("may_20240618.sql.gz", "may", DAY),
        ("host1_2024-06-18_Tue.sql.gz", "host1", DAY),
        ("2024-06-18--21-15_host1.sql.gz", "host1", MINUTE),
        ("host1__20240618__211508.sql.gz", "host1", SECOND),
        ("host1.sql.gz", "host1", None),
        ("host1/full_backup.sql", "host1", None),
        ("host1_Monday.sql.gz", "host1", None),
        ("daily.3/host1/mysqldump.sql.gz", "host1", None),
        ("host1_18Jun2024.sql.gz", "host1", DAY),
        ("host1_18-06-2024.sql.gz", "host1", DAY),
    ],
)
def test_usual_shapes_tell_world_and_time(path, world, taken_at):
    parsed = parse(path)
    assert isinstance(parsed, ParsedName), parsed
    assert (parsed.world, parsed.taken_at) == (world, taken_at)
    assert parsed.origin == ()


@pytest.mark.parametrize(
    ("path", "world", "origin"),
    [
        ("daily/game/daily_game_2024-06-18_06h25m_Tuesday.sql.gz", "game", ()),
        ("latest/daily_game_2024-06-18_06h25m_Tuesday.sql.gz", "game", ()),
        ("weekly/game/weekly_game_2024-06-18_06h25m_25.sql.gz", "game", ()),
        ("monthly/game/monthly_game_2024-06-18_06h25m_June.sql.gz", "game", ()),
        ("host1/daily/game/daily_game_2024-06-18_06h25m_Tuesday.sql.gz", "host1", ("game",)),
        ("host1/latest/daily_game_2024-06-18_06h25m_Tuesday.sql.gz", "host1", ("game",)),
        ("host1/backups/daily/game/game_2024-06-18_06h25m.Tuesday.sql.gz", "host1", ("game",)),
    ],
)
def test_automysqlbackup_names_the_host_above_daily_if_there_is_one(path, world, origin):
    parsed = parse(path)
    assert isinstance(parsed, ParsedName), parsed
    assert (parsed.world, parsed.taken_at, parsed.origin) == (world, AUTO, origin)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("host1/game_20240618.sql.gz", ("host1",)),
        ("eu/host1/game_20240618.sql.gz", ("eu", "host1")),
        ("host1-2024-06-18/game.sql.gz", ("host1",)),
        # 2024 may be a tenant if the dump is not of that year.
        ("2024/game_20230618.sql.gz", ("2024",)),
        ("06/game_20240618.sql.gz", ("06",)),
        ("2024/06/game_20240618.sql.gz", ()),
        ("game/daily/game_20240618.sql.gz", ()),
    ],
)
def test_folders_that_may_be_hosts_are_the_origin(path, origin):
    parsed = parse(path)
    assert isinstance(parsed, ParsedName), parsed
    assert (parsed.world, parsed.origin) == ("game", origin)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("host1_20240618_eu.sql.gz", "both sides of the time, 'host1' and 'eu'"),
        ("host1-20240618-1.sql.gz", "both sides"),
        ("host1_2024-06-18_Mon.sql.gz", "both sides"),
        ("host1_20240618_20240619.sql.gz", "two times in one name"),
        ("2024-06-18/host1_20240801.sql.gz", "two different times"),
        ("2024-06-18/2115.sql.gz", "2115 may be a world or a time of day"),
        ("acme/2024-06-18/1001.sql.gz", "1001 may be a world or a time of day"),
        ("host1_05-06-2024.sql.gz", "05-06-2024 may be 2024-06-05 or 2024-05-06"),
        ("host1_05062024.sql.gz", "05062024 may be 2024-06-05 or 2024-05-06, or a number"),
        ("host1_30-30-2024.sql.gz", "30-30-2024 looks like a date that is not recognised"),
        ("host1-20240230.sql.gz", "20240230 looks like a date but is not a valid one"),
        (
            "host1_20241303_211855.sql.gz",
            "is not a valid one",
        ),
        ("host1-20240230211855.sql.gz", "20240230211855 looks like a time"),
        ("backup_20240618.sql.gz", "no world in the path"),
        ("daily/2024-06-18.sql.gz", "no world in the path"),
        ("my game_20240618.sql.gz", "is not a valid name of a world"),
        ("h\u00f6st_20240618.sql.gz", "is not a valid name of a world"),
        ("+x_20240618.sql.gz", "is not a valid name of a world"),
        ("host1:3306_20240618.sql.gz", "is not a valid name of a world"),
        ("x" * 254 + ".sql.gz", "is not a valid name of a world"),
        ("host1\n.sql.gz", "is not a valid name of a world"),
        ("host1_20240618.sql.gz.sha256", "a checksum"),
        ("host1_20240618.sql.gz.md5", "a checksum"),
        ("host1_20240618.sql.gz.tmp", "an unfinished copy"),
        ("host1_20240618.sql.zip", "packed in an unsupported format"),
        (".host1_20240618.sql.gz", "a hidden file"),
        (".sql.gz", "a hidden file"),
    ],
)
def test_what_could_be_misread_is_a_problem_with_its_reason(path, reason):
    parsed = parse(path)
    assert isinstance(parsed, NameProblem), parsed
    assert reason in parsed.reason


def test_times_without_zone_are_read_in_the_given_zone():
    berlin = ZoneInfo("Europe/Berlin")
    summer, winter = parse("a_2024-06-18_2115.sql", berlin), parse("a_2024-12-18_2115.sql", berlin)
    assert summer.taken_at == datetime(2024, 6, 18, 19, 15, tzinfo=UTC)
    assert winter.taken_at == datetime(2024, 12, 18, 20, 15, tzinfo=UTC)


def test_a_day_without_clock_is_said_to_be_one():
    assert parse("host1_20240618.sql").day_only
    assert not parse("host1_20240618_2115.sql").day_only
    assert not parse("host1.sql").day_only


def test_kind_words_tell_differently_named_dumps_of_one_world_apart():
    assert parse("host1_dump_20240618.sql").kind_words == ("dump",)
    assert parse("daily/host1_daily_backup_20240618.sql").kind_words == ("backup",)


@given(st.text(max_size=80).filter(lambda text: "\0" not in text))
def test_any_name_is_either_a_safe_world_or_a_problem(text):
    parsed = parse(text + ".sql.gz")
    if isinstance(parsed, ParsedName):
        assert parsed.world not in (".", "..")
        assert parsed.world.isascii()
        assert "/" not in parsed.world


PIECES = ["/", "-", "_", ".", "latest", "daily", "2024", "06", "20240618", "2115", "host1", "game"]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join))
def test_no_path_breaks_the_reading(text):
    assert isinstance(parse(text.strip("/") + ".sql"), ParsedName | NameProblem)


@given(
    world=st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z][a-z0-9]{0,5})?", fullmatch=True).filter(
        lambda world: not MARKER_WORDS & set(world.split("-"))
    ),
    moment=st.integers(950_000_000, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
)
def test_a_world_comes_back_whichever_side_of_the_time_it_stands(world, moment):
    stamp = moment.strftime("%Y%m%d_%H%M%S")
    for path in (f"{world}_{stamp}.sql.gz", f"{stamp}_{world}.sql", f"{world}/{stamp}.sql.zst"):
        assert parse(path).world == world
