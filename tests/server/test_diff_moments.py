"""`rewound diff SOURCE` with binary logs: two moments of the sample, one transaction apart."""

import csv
import json
import shlex
import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, Cli, Finished

BINLOGS = EXAMPLES.parent / "binlogs"
SECOND_PAYMENT = "4a6d3e00-1c7b-11f1-9d2e-525400000002:674"
"""The transaction of host2 that pays the bonus of season 6 a second time."""
COMMITTED_AT = "2026-03-03 06:23:07.077406"
"""When it was committed, in UTC."""
RIGHT_BEFORE = "2026-03-03 06:23:07.077405"
HELD_ON_BOTH_SIDES = "the same dump on both sides"


def count_rows(done: Finished) -> dict[str, dict[str, tuple[int, int, int]]]:
    """Return how many rows were added, removed and changed, by world and table that differ."""
    report = json.loads(done.stdout)
    return {
        world["world"]: {
            table["table"]: (table["added"], table["removed"], table["changed"])
            for table in world["tables"]
            if table["added"] or table["removed"] or table["changed"]
        }
        for world in report["worlds"]
    }


THE_PAYMENT_ALONE = {
    "host1": {},
    "host2": {"player": (0, 0, 170), "score_event": (170, 0, 0)},
    "host3": {},
}


@pytest.fixture(autouse=True)
def _down(cli: Cli) -> Iterator[None]:
    yield
    cli("down", "--all")


def test_before_and_after_the_second_payment_differ_by_exactly_its_rows(cli: Cli) -> None:
    source = (EXAMPLES, "--binlogs", BINLOGS)
    for fleet in ("before", "after"):
        up = cli("up", *source, "--before", f"{COMMITTED_AT}+00:00", "--fleet", fleet)
        assert up.code == 0, up.stderr
    moved = cli("seek", "--step", "forward", "host2", "--fleet", "after")
    assert moved.code == 0, moved.stderr
    assert f"{SECOND_PAYMENT}, {COMMITTED_AT} UTC" in moved.stderr
    as_of = COMMITTED_AT.partition(".")[0]
    assert moved.lines[-1].split() == ["host2", *as_of.split(), ":674", "7,210"]
    for world in ("host1", "host3"):  # one transaction further would be later
        moved = cli("seek", f"{COMMITTED_AT}+00:00", world, "--fleet", "after")
        assert moved.code == 0, moved.stderr

    done = cli("diff", "before", "after", "--format", "json", "--exhaustive")
    assert done.code == 1, done.stderr
    assert count_rows(done) == THE_PAYMENT_ALONE
    guilds = read_numbers(cli, "SELECT player_id, guild_id FROM guild_member")
    paid = (
        "SELECT s.player_id, s.points FROM score_event s JOIN guild_member m USING (player_id)"
        " WHERE s.kind = 'season_bonus' AND s.season_id = 6 AND s.scored_at = '2026-03-03 06:23:07'"
    )
    payment = read_numbers(cli, paid)
    assert set(payment) == set(guilds)
    rows = cli("diff", "before", "after", "--rows", "1000", "--format", "csv", "--exit-zero")
    changed: dict[str, set[int]] = {}
    for row in csv.DictReader(StringIO(rows.stdout)):
        assert row["world"] == "host2"
        if row["table"] == "player":
            changed.setdefault(row["column"], set()).add(int(row["key"]))
            if row["column"] == "player_score":
                assert int(row["delta"]) == payment[int(row["key"])]
    assert set(changed) == {"player_score", "player_level", "updated_at"}
    assert changed["updated_at"] == set(payment)
    assert changed["player_score"] == {player for player, points in payment.items() if points}


def read_numbers(cli: Cli, sql: str) -> dict[int, int]:
    """Return the second column of an answer of host2 after the payment, by the first."""
    asked = cli("query", sql, "--fleet", "after", "--worlds", "host2", "--format", "tsv")
    assert asked.code == 0, asked.stderr
    rows = (line.split("\t")[1:] for line in asked.lines[1:])
    return {int(key): int(number) for key, number in rows}


def test_the_logs_lead_from_the_first_dump_to_the_second(cli: Cli) -> None:
    last = "2026-03-03 21:00:30+00:00"  # before the second dumps, and after the last transaction
    up = cli("up", EXAMPLES, "--binlogs", BINLOGS, "--at", last, "--fleet", "replayed")
    assert up.code == 0, up.stderr
    assert "host3_fulldump_20260302_212031.sql.gz" in up.stderr
    assert cli("up", EXAMPLES, "--fleet", "dumped").code == 0
    done = cli("diff", "replayed", "dumped", "--exhaustive")
    assert done.code == 0, done.stdout + done.stderr
    assert "3 worlds; 0 rows differ" in done.lines[0]


def test_moments_of_a_source_differ_by_what_was_committed_in_between(cli: Cli) -> None:
    source = ("diff", EXAMPLES, "--binlogs", BINLOGS)
    done = cli(*source, "--from", f"{RIGHT_BEFORE}Z", "--to", f"{COMMITTED_AT}Z")
    assert done.code == 1, done.stderr
    assert done.lines[0].startswith(f"{RIGHT_BEFORE}Z → {COMMITTED_AT}Z: 3 worlds; 340 rows")
    # Nothing was committed in the other worlds, which is known: they are judged.
    assert HELD_ON_BOTH_SIDES not in done.stderr
    found = done.lines.index("what stands out")
    assert done.lines[found + 1].startswith("  host2: ")
    again = shlex.split(done.lines[found + 2])
    assert again[0] == "rewound"
    assert "--binlogs" in again
    shown = cli(*again[1:])
    assert shown.code == 1, shown.stderr
    assert {line.split()[0] for line in shown.lines[2:]} == {"host2"}

    rest = ("--from", RIGHT_BEFORE, "--timezone", "UTC", "--format", "json")
    done = cli(*source, *rest, "--to", COMMITTED_AT)
    assert count_rows(done) == THE_PAYMENT_ALONE
    provenance = json.loads(done.stdout)["provenance"]
    [moment] = {
        dump["taken_at"] for dump in provenance["after"]["dumps"] if dump["world"] == "host2"
    }
    assert moment == f"{COMMITTED_AT.replace(' ', 'T')}+00:00"
    none = cli(
        *source,
        "--from",
        "2026-03-03 06:01:00Z",
        "--to",
        f"2026-03-03 07:{RIGHT_BEFORE[14:]}+01:00",
    )
    assert none.code == 0, none.stderr
    assert cli("status", "--all", "--format", "csv").lines[1:] == []


def test_one_transaction_is_compared_by_its_gtid(cli: Cli) -> None:
    source = ("diff", EXAMPLES, "--binlogs", BINLOGS, "--transaction", SECOND_PAYMENT)
    done = cli(*source, "--worlds", "host2", "--format", "json")
    assert done.code == 1, done.stderr
    assert count_rows(done) == {"host2": THE_PAYMENT_ALONE["host2"]}
    report = json.loads(done.stdout)
    assert (report["before"], report["after"]) == (
        f"before {SECOND_PAYMENT}",
        f"after {SECOND_PAYMENT}",
    )
    others = cli(*source)
    assert (others.code, others.stdout) == (2, "")
    assert (
        f"error: transaction {SECOND_PAYMENT} is in the logs of world host2, and not in those of"
        " worlds host[1,3]\nhint: name those that have it: rewound diff"
    ) in others.stderr
    again = shlex.split(others.stderr.partition("name those that have it: ")[2].splitlines()[0])
    assert count_rows(cli(*again[1:], "--format", "json")) == count_rows(done)
    assert cli("status", "--all", "--format", "csv").lines[1:] == []


def test_worlds_without_logs_are_of_their_dumps(cli: Cli, tmp_path: Path) -> None:
    backups = shutil.copytree(EXAMPLES, tmp_path / "backups")
    shutil.copytree(BINLOGS / "host2", backups / "host2")
    moments = ("--from", f"{RIGHT_BEFORE}Z", "--to", f"{COMMITTED_AT}Z")
    done = cli("diff", backups, *moments, "--format", "json")
    assert done.code == 1, done.stderr
    assert "without binary logs, as of their dumps: worlds host[1,3]" in done.stderr
    assert count_rows(done) == THE_PAYMENT_ALONE
    assert f"host[1,3] have {HELD_ON_BOTH_SIDES}" in done.stderr

    done = cli("diff", backups, *moments, "--no-binlogs")
    assert done.code == 0, done.stderr
    assert f"host[1-3] have {HELD_ON_BOTH_SIDES}" in done.stderr


def test_moments_in_logs_need_a_zone(cli: Cli) -> None:
    source = ("diff", EXAMPLES, "--binlogs", BINLOGS)
    done = cli(*source, "--from", "2026-03-02", "--to", "2026-03-03")
    assert (done.code, done.stdout) == (2, "")
    assert "'2026-03-02' names no time zone" in done.stderr
    assert "--no-binlogs of up and diff restores the dumps' own moments" in done.stderr
    done = cli(*source, "--from", f"{RIGHT_BEFORE}Z", "--to", COMMITTED_AT)
    assert (done.code, done.stdout) == (2, "")
    assert f"'{RIGHT_BEFORE}Z' names a time zone, '{COMMITTED_AT}' does not" in done.stderr
    assert "fleet diff-before" not in done.stderr
