from datetime import UTC, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest

from rewound.catalog import NameProblem, ParsedName, compile_pattern
from rewound.errors import UsageError

SECOND = datetime(2024, 6, 18, 21, 15, 8, tzinfo=UTC)
MINUTE = SECOND.replace(second=0)
DAY = datetime(2024, 6, 18, tzinfo=UTC)


def parse(pattern, path, timezone=UTC):
    return compile_pattern(pattern).parse_path(PurePosixPath(path), timezone)


@pytest.mark.parametrize(
    ("pattern", "path", "world", "taken_at"),
    [
        (
            "{world}_fulldump_{time:%Y%m%d_%H%M%S}",
            "a/b/host1_fulldump_20240618_211508.sql.gz",
            "host1",
            SECOND,
        ),
        ("{world}-{time:%d-%m-%Y}", "host1-18-06-2024.sql", "host1", DAY),
        ("{world}/{any}{time}", "host1/game-2024-06-18_2115.sql.gz", "host1", MINUTE),
        ("{world}-{time}-{any}", "eu-1-20240618-part-7.sql", "eu-1", DAY),
        ("{time:%Y/%m/%d}/{world}", "x/2024/06/18/1001.sql.gz", "1001", DAY),
        ("{world}.{time:%s}", "host1.1718745308.sql", "host1", SECOND),
        ("{world} {time:%d %b %y %I.%M %p}", "host1 18 Jun 24 09.15 PM.sql", "host1", MINUTE),
        ("{world}_{time:%Y-%j}", "host1_2024-170.sql", "host1", DAY),
        ("{world}_{time:%A-%d-%B-%Y}", "host1_Tuesday-18-June-2024.sql", "host1", DAY),
        (
            "{world}_{time:%Y%m%dT%H%M%S%z}",
            "host1_20240618T231508+0200.sql",
            "host1",
            SECOND,
        ),
        ("{world}_{time:%Y%%%m%%%d}", "host1_2024%06%18.sql", "host1", DAY),
        ("prod.{world}", "prod.host1.sql.gz", "host1", None),
        ("{world}_{time:%G-W%V-%u}", "host1_2024-W25-2.sql", "host1", DAY),
        ("{world}_{time:%G-W%V}", "host1_2024-W25.sql", "host1", DAY.replace(day=17)),
        (
            "{world}_{time:%H%M%S.%f_%Y%m%d}",
            "host1_211508.123_20240618.sql",
            "host1",
            SECOND.replace(microsecond=123000),
        ),
        ("{world}-{time:%s}", "host1-1718745308000.sql", "host1", SECOND),
        ("{time:%d. %B %Y}/{world}", "18. Juni 2024/host1.sql", "host1", DAY),
        ("{world}_{time:%Y%m%d_%H%M%S %Z}", "a_20240618_231508 CEST.sql", "a", SECOND),
        ("{time:%Y-%m-%d}/{world}_{time:%H%M}", "2024-06-18/host1_2115.sql", "host1", MINUTE),
    ],
)
def test_a_pattern_reads_world_and_time(pattern, path, world, taken_at):
    parsed = parse(pattern, path)
    assert isinstance(parsed, ParsedName), parsed
    assert (parsed.world, parsed.taken_at) == (world, taken_at)


@pytest.mark.parametrize(
    ("pattern", "path", "reason"),
    [
        ("{world}_{time:%Y%m%d}", "host1-20240618.sql", "does not match the pattern"),
        ("dump_{world}", "mydump_host1.sql", "does not match the pattern"),
        ("{world}_{time:%Y%m%d}", "host1_20240230.sql", "20240230 is not a valid time"),
        ("{world}_{time}", "host1_20240230.sql", "20240230 is not a valid time"),
        ("{world}_{time}", "my host_20240618.sql", "is not a valid name of a world"),
        ("{world}", "a/.host1.sql", "a hidden file"),
    ],
)
def test_a_path_that_does_not_fit_is_a_problem(pattern, path, reason):
    parsed = parse(pattern, path)
    assert isinstance(parsed, NameProblem), parsed
    assert reason in parsed.reason


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "needs {world} exactly once"),
        ("dump_{time}", "needs {world} exactly once"),
        ("{world}/{world}", "needs {world} exactly once"),
        ("{world}{time}{time:%Y%m%d}", "{time} at most once"),
        ("{world", "an unmatched brace"),
        ("{world}}", "an unmatched brace"),
        ("{world}_{host}", "unknown placeholder {host}"),
        ("{world:x}", "unknown placeholder {world:x}"),
        ("{world}_{time:%Y%m%q}", "unknown directive %q"),
        ("{world}_{time:%Y%m%d%}", "unknown directive %"),
        ("{world}_{time:%Y%m%Y}", "a directive twice"),
        ("{world}_{time:%m%d}", "lacks the year"),
        ("{world}_{time:%Y%m}", "lacks the day"),
        ("{world}_{time:%Y%d}", "lacks the day"),
        ("{world}_{time:%Y%m%d%I}", "needs %I and %p together"),
        ("{world}_{time:%Y%m%d%M}", "lacks the hour"),
        ("{world}_{time:%s%Y}", "mixes %s"),
        ("{world}_{time:}", "lacks the year"),
        ("{world}_{time:%G}", "needs %G and %V together"),
        ("{world}_{time:%V}", "needs %G and %V together"),
        ("{world}_{time:%G-W%V-%m}", "mixes the week"),
        ("{world}_{time:%Y%m%d_%H%M.%f}", "lacks the seconds"),
        ("{world}_{time:%Y%m%d}_{time:%Y}", "a directive twice"),
        ("{world}_{time}.sql.gz", "ends in an extension"),
    ],
)
def test_a_bad_pattern_is_a_usage_error_with_a_hint(pattern, message):
    with pytest.raises(UsageError) as raised:
        compile_pattern(pattern)
    assert message in raised.value.message
    assert raised.value.hint


def test_a_pattern_s_time_without_zone_is_read_in_the_given_zone():
    parsed = parse("{world}_{time:%Y%m%d%H}", "a_2024061821.sql", ZoneInfo("Europe/Berlin"))
    assert parsed.taken_at == datetime(2024, 6, 18, 19, tzinfo=UTC)


def test_a_format_without_hour_is_a_day_only():
    assert parse("{world}_{time:%Y%m%d}", "a_20240618.sql").day_only
    assert not parse("{world}_{time:%s}", "a_1718745308.sql").day_only
    assert not parse("{world}_{time:%Y%m%d%H}", "a_2024061821.sql").day_only
