"""What `seek` says, and what `status` says of where worlds are, on the sample and its logs."""

import gzip
import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import EXAMPLES, Cli
from tests.waiting import wait_until

LOGS = EXAMPLES.parent / "binlogs"
BONUS = "4a6d3e00-1c7b-11f1-9d2e-525400000002:674"
"""A transaction of host2, at 06:23:07.077406."""
DUMP = "host1_fulldump_20260303_211508.sql.gz"
TAKEN = ("20260303_211508", "20260302_211713")


@pytest.fixture(autouse=True)
def _down(cli: Cli) -> Iterator[None]:
    yield
    cli("down")


def up(cli: Cli, *arguments: object, source: Path = EXAMPLES) -> str:
    done = cli("up", source, "--binlogs", LOGS, *arguments)
    assert done.code in (0, 4), done.stderr
    return done.stderr


def seek(cli: Cli, *arguments: object) -> str:
    done = cli("seek", *arguments)
    assert done.code == 0, done.stderr
    return done.stderr


def silence(dump: Path) -> None:
    """Take from a dump what it says of its place in the logs."""
    lines = gzip.decompress(dump.read_bytes()).splitlines(keepends=True)
    silent = [line for line in lines if b"GTID_PURGED=" not in line and b"-- CHANGE " not in line]
    assert len(silent) < len(lines)
    dump.write_bytes(gzip.compress(b"".join(silent)))


def status(cli: Cli, world: str) -> dict[str, Any]:
    rows = json.loads(cli("status", world, "--format", "json").stdout)
    return dict(rows[0])


def test_status_tells_the_moments_around_a_transaction_apart(cli: Cli) -> None:
    up(cli, "--before-transaction", BONUS, "--worlds", "host2")
    before = status(cli, "host2")
    assert before["moment_asked"] == f"before transaction {BONUS}"
    assert before["last_transaction"] == BONUS.replace(":674", ":673")
    assert before["taken_at"] == "2026-03-02T21:19:10+00:00"  # of the dump
    assert before["as_of"] == before["moment"] != before["taken_at"]

    seek(cli, "2026-03-03 06:23:07.077406+00:00")
    at = status(cli, "host2")
    seek(cli, "--before", "2026-03-03 06:23:07.077406+00:00")
    just_before = status(cli, "host2")
    assert at["as_of"] == just_before["as_of"] == "2026-03-03T06:23:07.077406+00:00"
    assert (at["last_transaction"], just_before["last_transaction"]) == (
        BONUS,
        BONUS.replace(":674", ":673"),
    )
    assert just_before["moment_asked"] == f"before {at['moment_asked']}"
    refused = cli("seek", "2026-10-25 02:30", "--timezone", "Europe/Berlin")
    assert refused.code == 2
    assert "exists twice in Europe/Berlin" in refused.stderr
    header, _, row = cli("status").lines
    assert header.split()[:6] == ["world", "state", "as", "of", "(UTC)", "last"]
    assert row.split()[3:5] == ["06:23:07", ":673"]


def test_seek_says_what_up_and_reset_say(cli: Cli) -> None:
    up(cli, "--at", "2026-03-03 06:23:07+00:00", "--worlds", "host[1-2]")
    assert cli("query", "--write", "DELETE FROM score_event", "--worlds", "host1").code == 0
    asking = cli.start("query", "SELECT SLEEP(60)", "--worlds", "host1")
    sleeping = "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info LIKE '%(60)%'"

    def is_asked() -> bool:
        asked = cli("query", sleeping, "--worlds", "host1", "--format", "json")
        return int(json.loads(asked.stdout)[0]["n"]) > 1

    wait_until(is_asked, process=asking)
    said = seek(cli, "2027-01-01 00:00+00:00", "host1")
    asking.communicate(timeout=30)
    assert "host1: connections closed: 1 (reader@" in said
    assert "host1: changes lost: game.score_event" in said
    assert "warning: host1: the logs end before 2027-01-01 00:00:00 UTC" in said
    assert "changes lost" not in seek(cli, "--step", "back", "host1")
    refused = cli("seek", "--at-position", "binlog.000003:28936")
    assert refused.code == 2
    assert "hint: name that world: rewound seek --at-position binlog.000003:28936 host2\n" in (
        refused.stderr
    )


def test_a_ledger_times_what_was_done_last(cli: Cli) -> None:
    up(cli, "--at", "2026-03-03 06:23:07+00:00", "--worlds", "host1")

    def read_times() -> tuple[str, str]:
        ledger = json.loads(cli("report", "host1", "--format", "json").stdout)["host1"]
        return ledger["started_at"], ledger["ended_at"]

    _, up_ended_at = read_times()
    for _ in ("by replay", "by replay"):
        seek(cli, "--step", "forward")
        started_at, ended_at = read_times()
        assert up_ended_at < started_at < ended_at
    seek(cli, "2026-03-03 06:00:30+00:00")
    assert read_times()[0] > ended_at


def test_a_world_that_was_never_ready_holds_no_step_up(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "backups"
    shutil.copytree(EXAMPLES, source)
    for dump in source.glob("host1_*"):
        dump.write_bytes(dump.read_bytes()[:-400])
    up(cli, "--at", "2026-03-03 06:23:07+00:00", "--worlds", "host[1-2]", source=source)
    said = seek(cli, "--step", "forward")
    assert "warning: not taken along: host1 has failed; rewound seek TIME host1 restores" in said
    assert status(cli, "host2")["last_transaction"] == BONUS
    for named in ("host1", "host[1-2]"):
        refused = cli("seek", "--step", "back", named)
        assert refused.code == 1
        assert "there is nothing to take a step from: host1 has failed" in refused.stderr
    for dump in EXAMPLES.glob("host1_*"):
        shutil.copy(dump, source)
    seek(cli, "2026-03-03 06:23:07+00:00", "host1")
    assert status(cli, "host1")["state"] == "ready"


def test_an_interrupted_seek_says_how_to_go_on(cli: Cli) -> None:
    up(cli, "--at", "2026-03-03 06:23:07+00:00", "--worlds", "host1")
    before = status(cli, "host1")
    record = cli.state_dir / "fleets/default/fleet.json"
    for hour in range(12, 20):  # a seek takes a second, and may be over before the signal comes
        process = cli.start("seek", f"2026-03-03 {hour}:00+00:00")
        wait_until(lambda: '"state":"ready"' not in record.read_text(), process=process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        if status(cli, "host1")["state"] == "interrupted":
            break
        seek(cli, "2026-03-03 06:23:07+00:00")
    assert process.returncode == 130
    assert (
        "interrupted: world host1; run the command again, or go back to the moment before it:"
        " rewound reset host1\n" in said
    )
    told = cli("status").stderr
    assert "to take world host1 back to the moment before: rewound reset host1\n" in told
    assert "--add" not in told
    asked = cli("query", "SELECT 1")
    assert "was interrupted; rewound status shows what repairs it" in asked.stderr
    assert cli("reset", "host1").code == 0
    assert status(cli, "host1")["last_transaction"] == before["last_transaction"]


def test_a_world_that_a_seek_fails_on_can_be_taken_back(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "backups"
    shutil.copytree(EXAMPLES, source)
    for path in source.glob("host2_*"):
        text = gzip.decompress(path.read_bytes())
        assert b",'DE'," in text
        path.write_bytes(gzip.compress(text.replace(b",'DE',", b",'AT',")))
    chosen = ("--worlds", "host2", "--no-verify-images")
    up(cli, "--at", "2026-03-02 21:20:00+00:00", *chosen, source=source)
    before = status(cli, "host2")
    failed = cli("seek", "2026-03-03 06:00+00:00", "--verify-images")
    assert failed.code == 1
    assert "a row that it changes is not here" in failed.stderr
    way_back = "back to the moment before it: rewound reset host2"
    assert f"world host2 has no server now; {way_back}" in failed.stderr
    assert "rewound reset host2" in cli("status").stderr
    assert cli("reset", "host2").code == 0
    after = status(cli, "host2")
    assert (after["state"], after["as_of"]) == ("ready", before["as_of"])


def test_nobody_has_to_read_what_is_told_on_the_way(cli: Cli) -> None:
    """As in `rewound seek … 2>&1 | head -1`, and with stderr on a full disk."""
    up(cli, "--at", "2026-03-03 06:23:07+00:00", "--worlds", "host1")
    with cli.start("seek", "2026-03-03 12:00+00:00") as process:
        assert process.stderr is not None
        assert process.stdout is not None
        process.stderr.close()
        assert "host1" in process.stdout.read()
    assert process.returncode == 0
    onto_full_disk = ("sh", "-c", 'exec "$@" 2>/dev/full', "sh")
    assert cli("seek", "2026-03-03 13:00+00:00", by=onto_full_disk).code == 0
    assert status(cli, "host1")["state"] == "ready"
    assert "13:00" in status(cli, "host1")["moment_asked"]


def test_names_of_another_zone_are_told_from_their_place_in_the_logs(cli: Cli) -> None:
    said = up(cli, "--at", "2026-03-04 08:00", "--timezone", "Asia/Tokyo", "--worlds", "host1")
    assert f"warning: world host1: the time of {DUMP}, read in Asia/Tokyo (--timezone)" in said
    assert "8 h 45 min later; what is replayed is exact" in said
    assert "before the requested time" not in said  # it is exactly that
    # A seek reads the names as when the fleet was made, whatever the zone of its time.
    assert "read in Asia/Tokyo" in seek(cli, "2026-03-03 23:30+00:00")


def test_a_dump_at_the_start_of_its_logs_is_of_no_earlier_moment(cli: Cli, tmp_path: Path) -> None:
    """Its name says 18:00, and nothing that the logs have contradicts that."""
    source, logs = tmp_path / "backups", tmp_path / "logs" / "host1"
    source.mkdir()
    logs.mkdir(parents=True)
    [last] = (LOGS / "host1").glob("binlog.000004*")
    shutil.copy(last, logs)
    [dump] = EXAMPLES.glob("host1_fulldump_20260303_*")
    shutil.copy(dump, source / "host1_20260303_180000.sql.gz")
    refused = cli("up", source, "--binlogs", logs.parent, "--at", "2026-03-03 18:30+00:00")
    assert refused.code == 1
    assert (
        "of these changes is later than" in refused.stderr or "has changes up to" in refused.stderr
    )


def test_the_older_dump_that_solves_it_is_named(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "backups"
    shutil.copytree(EXAMPLES, source)
    newest, older = (source / f"host1_fulldump_{at}.sql.gz" for at in TAKEN)
    silence(newest)
    arguments = ("--binlogs", LOGS, "--worlds", "host1", "--at", "2026-03-03 21:40+00:00")
    failed = cli("up", source, *arguments)
    assert failed.code == 1
    assert f"hint: up --fallback takes the older dump {older.name}" in failed.stderr
    done = cli("up", source, *arguments, "--fallback")
    assert done.code == 0, done.stderr
    assert "--fallback takes" not in done.stderr
    seek(cli, "2026-03-03 06:23:07+00:00")
    assert "trying the next older dump" in seek(cli, "2026-03-03 21:30+00:00")


def test_a_place_of_the_report_can_be_asked_for(cli: Cli) -> None:
    up(cli, "--at", "2026-03-03 06:23:07+00:00", "--worlds", "host2")
    ledger = json.loads(cli("report", "host2", "--format", "json").stdout)["host2"]
    place, _, _ = ledger["receipt"]["definitions"][0].partition(": ")
    assert place == "binlog.000003:198"
    report = cli("report", "host2").stdout
    assert not report.endswith("\n\n")
    assert not any(line.endswith(" ") for line in report.splitlines())
    seek(cli, "--at-position", place.replace(":", ".gz:"))
    assert status(cli, "host2")["moment_asked"] == place


def test_a_step_that_some_worlds_lack_names_the_others(cli: Cli) -> None:
    up(cli, "--at", "2026-03-03 06:23:07+00:00", "--worlds", "host[1-3]")
    seek(cli, "2026-03-05 00:00+00:00", "host1")
    before = status(cli, "host2")["last_transaction"]
    refused = cli("seek", "--step", "forward")
    assert refused.code == 1
    assert refused.stdout == ""
    assert "world host1: no transaction follows in the logs binlog.000002 to" in refused.stderr
    assert "; no world was moved\n" in refused.stderr
    assert "hint: to move the others: rewound seek --step forward 'host[2-3]'" in refused.stderr
    assert status(cli, "host2")["last_transaction"] == before
    assert "host3: one step forward, over" in seek(cli, "--step", "forward", "host[2-3]")
    refused = cli("seek", "--step", "forward", "host1")
    assert refused.code == 1
    assert "no world was moved" not in refused.stderr
    assert "hint" not in refused.stderr


def test_a_seek_that_fails_prints_no_table(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "backups"
    shutil.copytree(EXAMPLES, source)
    up(cli, "--at", "2026-03-02 22:00+00:00", "--worlds", "host1", source=source)
    silence(source / f"host1_fulldump_{TAKEN[0]}.sql.gz")
    failed = cli("seek", "2026-03-03 21:30+00:00")
    assert failed.code == 1
    assert failed.stdout == ""
    assert "no world was moved" in failed.stderr
