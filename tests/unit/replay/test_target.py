from datetime import UTC, datetime, timedelta, timezone

import pytest

from rewound.errors import UsageError
from rewound.replay.target import (
    AtPosition,
    AtTime,
    at_time,
    parse_position,
    parse_transaction,
    show_time,
)

UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562"


@pytest.mark.parametrize(
    ("committed_us", "is_strict", "is_left_out"),
    [(99, False, False), (100, False, False), (101, False, True), (100, True, True), (99, True, 0)],
)
def test_at_time_leaves_out(committed_us: int, is_strict: bool, is_left_out: bool) -> None:
    assert AtTime(100, is_strict).leaves_out(committed_us) == is_left_out


@pytest.mark.parametrize(
    ("moment", "time_us", "shown"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0, "1970-01-01 00:00:00 UTC"),
        (datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC), 1, "1970-01-01 00:00:00.000001 UTC"),
        (
            datetime(2026, 3, 4, 6, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=1))),
            1_772_600_400_250_000,
            "2026-03-04 05:00:00.250000 UTC",
        ),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), -1_000_000, "1969-12-31 23:59:59 UTC"),
    ],
)
def test_at_time_is_exact(moment: datetime, time_us: int, shown: str) -> None:
    assert at_time(moment, is_strict=False).time_us == time_us
    assert show_time(time_us) == shown
    assert str(AtTime(time_us, is_strict=True)) == f"before {shown}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{UUID}:23", f"before transaction {UUID}:23"),
        (f"{UUID.upper()}:23", f"before transaction {UUID}:23"),
        (f"{UUID}:tag:23", f"before transaction {UUID}:tag:23"),
        ("0-1-23", "before transaction 0-1-23"),
    ],
)
def test_parse_transaction(text: str, shown: str) -> None:
    assert str(parse_transaction(text, is_included=False)) == shown
    assert str(parse_transaction(text, is_included=True)) == shown.replace("before", "after")


@pytest.mark.parametrize("text", ["", "x", UUID, f"{UUID}:1-5", f"{UUID}:0", "0-1", f"{UUID}:1:2"])
def test_what_is_no_transaction_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_transaction(text, is_included=True)
    assert "3e11fa47" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("mysql-bin.000042:1337", AtPosition("mysql-bin.000042", 1337)),
        (" a:b.1:4 ", AtPosition("a:b.1", 4)),
    ],
)
def test_parse_position(text: str, position: AtPosition) -> None:
    assert parse_position(text) == position
    assert str(position) == text.strip()


@pytest.mark.parametrize("name", ["binlog.000003.gz", "binlog.000003.ZST", "./binlog.000003"])
def test_a_position_in_a_file_as_the_disk_names_it(name: str) -> None:
    assert parse_position(f"{name}:198") == AtPosition("binlog.000003", 198)


@pytest.mark.parametrize("text", ["", ":4", "a.1", "a.1:", "a.1:-4", "a.1:x", "a.1:٤", "a.1:4.5"])
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a position in a binary log"):
        parse_position(text)
