"""`rewound transactions`: what binary logs have, on the sample and on logs of real servers."""

import json
import shutil
from pathlib import Path

import pytest

from rewound.binlog.survey import survey_log
from tests.cli.test_dumps_with_logs import REAL_LOGS
from tests.conftest import EXAMPLES, Cli

SAMPLE = ("transactions", EXAMPLES, "--binlogs", EXAMPLES.parent / "binlogs")
BONUS = "4a6d3e00-1c7b-11f1-9d2e-525400000002:674"


def test_a_transaction_is_shown_with_its_time_place_and_rows(cli: Cli) -> None:
    times = ("--from", "2026-03-03 06:20", "--to", "2026-03-03 06:30")
    done = cli(*SAMPLE, "--worlds", "host2", *times)
    assert done.code == 0, done.stderr
    assert done.lines == [
        "world host2",
        "  2026-03-03 06:23:07.077406 UTC  binlog.000003:28936",
        f"    {BONUS}",
        "    game.player: 170 updated; game.score_event: 170 inserted",
    ]
    assert done.stderr == "1 transaction\n"


def test_rows_have_what_up_and_seek_take(cli: Cli) -> None:
    rows = json.loads(cli(*SAMPLE, "--worlds", "host2", "--format", "json").stdout)
    assert len(rows) == 717 - 645 + 1
    (bonus,) = (row for row in rows if row["gtid"] == BONUS)
    assert bonus == {
        "world": "host2",
        "committed_at": "2026-03-03T06:23:07.077406+00:00",
        "gtid": BONUS,
        "position": "binlog.000003:28936",
        "kind": "rows",
        "inserted": 170,
        "updated": 170,
        "deleted": 0,
        "changes": "game.player: 170 updated; game.score_event: 170 inserted",
    }
    (altered,) = (row for row in rows if row["changes"].startswith("ALTER TABLE"))
    assert (altered["kind"], altered["inserted"]) == ("ddl", 0)
    lines = cli(*SAMPLE, "--worlds", "host2", "--format", "tsv").lines
    assert [line.split("\t")[3] for line in lines[1:]] == [row["position"] for row in rows]


@pytest.mark.parametrize(
    ("times", "gtids"),
    [
        (("--from", "2026-03-03 06:23:07.077406", "--to", "2026-03-03 06:23:07.077406"), [BONUS]),
        (("--from", "2026-03-03 06:23:07.077407", "--to", "2026-03-03 07:00"), []),
        (("--from", "2026-03-03 07:20+01:00", "--to", "2026-03-03 07:30+01:00"), [BONUS]),
        (
            ("--from", "2026-03-03 07:20", "--to", "2026-03-03 07:30", "--timezone", "Europe/Oslo"),
            [BONUS],
        ),
        (("--to", "2026-03-01"), []),
        (("--from", "2026-03-04"), []),
    ],
)
def test_both_ends_of_a_time_belong_to_it(cli: Cli, times: tuple[str, ...], gtids: list[str]):
    done = cli(*SAMPLE, "--worlds", "host2", *times, "--format", "json")
    assert done.code == 0, done.stderr
    assert [row["gtid"] for row in json.loads(done.stdout)] == gtids


def test_a_time_without_transactions_shows_what_the_logs_have(cli: Cli) -> None:
    done = cli(*SAMPLE, "--worlds", "host[1-2]", "--to", "2026-03-01")
    assert (done.code, done.stdout) == (0, "")
    assert done.stderr == (
        "0 transactions\n"
        "host1: the logs cover 2026-03-02 21:25:26 to 2026-03-03 21:00:00 UTC\n"
        "host2: the logs cover 2026-03-02 21:26:56 to 2026-03-03 21:00:00 UTC\n"
    )
    done = cli(*SAMPLE, "--worlds", "host1", "--to", "2026-03-01", "--format", "json")
    assert json.loads(done.stdout) == []
    assert done.stderr.startswith("host1: the logs cover 2026")


def test_a_time_that_ends_before_it_begins_is_refused(cli: Cli) -> None:
    done = cli(*SAMPLE, "--from", "2026-03-04", "--to", "2026-03-03 12:00")
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == (
        "error: --from 2026-03-04 is later than --to 2026-03-03 12:00\nhint: swap the two times\n"
    )


@pytest.mark.parametrize("log", sorted(REAL_LOGS.glob("*.000001*")), ids=lambda path: path.name)
def test_logs_of_every_server_are_listed(cli: Cli, tmp_path: Path, log: Path) -> None:
    (tmp_path / "logs" / "host1").mkdir(parents=True)
    suffix = log.name.partition(".000001")[2]
    copy = tmp_path / "logs" / "host1" / f"mysql-bin.000001{suffix}"
    shutil.copy(log, copy)
    done = cli("transactions", EXAMPLES, "--binlogs", tmp_path / "logs", "--format", "jsonl")
    assert done.code == 0, done.stderr
    rows = [json.loads(line) for line in done.lines]
    assert len(rows) == survey_log(copy).transactions
    assert sum(row["inserted"] for row in rows) > 0
    shown = cli("transactions", EXAMPLES, "--binlogs", tmp_path / "logs")
    assert f"{len(rows)} transaction" in shown.stderr
    assert ("  about 20" in shown.stdout) == ("mariadb" in log.name or "5.7" in log.name)


def test_a_damaged_file_is_listed_up_to_its_damage(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES.parent / "binlogs", tmp_path / "binlogs")
    (log,) = (tmp_path / "binlogs").rglob("host2/binlog.000004*")
    log.write_bytes(log.read_bytes()[:-100])
    done = cli("transactions", EXAMPLES, "--binlogs", tmp_path / "binlogs", "--worlds", "host2")
    assert done.code == 0
    assert "warning: host2: " in done.stderr
    assert BONUS in done.stdout


def test_worlds_without_logs_are_refused(cli: Cli) -> None:
    done = cli("transactions", EXAMPLES)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: there are no binary logs of these worlds\n")
