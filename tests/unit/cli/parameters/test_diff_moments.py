"""The two moments of a diff: which words name them, and which contradict each other."""

from pathlib import Path

import pytest

from rewound.cli.parameters.diff_moments import Moments
from rewound.errors import UsageError

GTID = "3e11fa47-71ca-11e1-9e33-c80aa9429562:23"
SOURCE = Path("backups")


@pytest.mark.parametrize(
    ("moments", "names_two"),
    [
        (Moments(), False),
        (Moments("2026-03-02", "2026-03-03"), True),
        (Moments(transaction=GTID), True),
        (Moments(binlogs=(Path("logs"),)), False),
    ],
)
def test_whether_two_moments_are_named(moments: Moments, names_two: bool) -> None:
    moments.require_whole()
    assert bool(moments) is names_two


@pytest.mark.parametrize(
    ("moments", "message"),
    [
        (Moments("2026-03-02"), "must be used together"),
        (Moments(after="2026-03-03"), "must be used together"),
        (Moments("2026-03-02", "2026-03-03", GTID), "mutually exclusive"),
        (Moments("2026-03-02", transaction=GTID), "mutually exclusive"),
    ],
)
def test_moments_that_are_not_two_are_refused(moments: Moments, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        moments.require_whole()


@pytest.mark.parametrize(
    ("moments", "message"),
    [
        (Moments("2026-03-02 22:00+01:00", "2026-03-02 23:00"), "23:00' does not"),
        (Moments("2026-03-02 22:00", "2026-03-02 23:00Z"), "22:00' does not"),
        (Moments("2026-03-02 22:00", "late"), "not a valid time"),
        (Moments(transaction="23"), "is not a GTID"),
        (Moments(transaction=GTID, no_binlogs=True), "mutually exclusive"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_starts(
    moments: Moments, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        moments.select(SOURCE, None)


@pytest.mark.parametrize(
    "moments",
    [
        Moments("2026-03-02 22:00", "2026-03-02 23:00"),
        Moments("2026-03-02 22:00Z", "2026-03-02 23:00+01:00"),
        Moments("2026-03-02 22:00Z", "2026-03-02", timezone="Europe/Berlin"),
    ],
)
def test_times_are_read_alike_on_both_sides(moments: Moments) -> None:
    before, after = moments.select(SOURCE, "host2")
    assert before.target is not None
    assert after.target is not None
    assert (before.target.text, after.target.text) == moments.labels
    assert before.worlds == after.worlds == "host2"


def test_the_sides_of_a_transaction_have_its_logs() -> None:
    moments = Moments(transaction=GTID, binlogs=(Path("logs"),))
    before, after = moments.select(SOURCE, None)
    assert (str(before.point), str(after.point)) == (
        f"before transaction {GTID}",
        f"after transaction {GTID}",
    )
    assert before.binlogs == after.binlogs == (Path("logs"),)
