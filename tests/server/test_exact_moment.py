"""`up` and `seek` with binary logs, as a user runs them, against what the source held."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import rewound
from rewound.errors import RewoundError, UsageError
from tests.conftest import Cli
from tests.server.replaying import Source

_SUM = "SELECT COUNT(*) AS players, SUM(score) AS score FROM player"


@dataclass(frozen=True, slots=True)
class Story:
    """Backups of two hosts with one history, of which host3 has no logs."""

    backups: Path
    before: datetime
    """Between two transactions: when the score was 300."""
    gtid: str
    """The transaction that doubled it."""


@pytest.fixture(scope="module")
def story(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("backups")
    for host in ("host1", "host2", "host3"):
        (folder / host).mkdir()
    source.run(
        "CREATE DATABASE game",
        "CREATE TABLE game.player (id INT PRIMARY KEY, name VARCHAR(20), score INT)",
        "INSERT INTO game.player VALUES (1,'ann',100),(2,'bob',100)",
    )
    old = source.dump(folder / "host1" / f"host1_{_stamp()}.sql")
    time.sleep(1.1)
    source.run("INSERT INTO game.player VALUES (3,'cid',100)")
    new = source.dump(folder / "host1" / f"host1_{_stamp()}.sql")
    source.run("FLUSH BINARY LOGS", "CREATE INDEX by_score ON game.player (score)")
    time.sleep(0.3)
    before = datetime.now(UTC)
    time.sleep(0.3)
    source.run("UPDATE game.player SET score = score * 2")
    uuid, _, numbers = source.moment().gtids.rpartition(":")
    gtid = f"{uuid}:{numbers.rpartition('-')[2]}"
    source.run("DELETE FROM game.player WHERE id = 1", "FLUSH BINARY LOGS")
    source.run("INSERT INTO game.player VALUES (9,'zoe',9)")
    for log in source.logs():
        shutil.copy(log, folder / "host1")
    shutil.copytree(folder / "host1", folder / "host2", dirs_exist_ok=True)
    for dump in (old, new):
        (folder / "host2" / dump.name).rename(
            folder / "host2" / dump.name.replace("host1", "host2")
        )
    shutil.copy(new, folder / "host3" / new.name.replace("host1", "host3"))
    return Story(folder, before, gtid)


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y%m%d_%H%M%S}"


@pytest.fixture(autouse=True)
def _down(cli: Cli) -> Iterator[None]:
    yield
    cli("down")


def _ask(cli: Cli, sql: str = _SUM) -> dict[str, tuple[int, int]]:
    asked = cli("query", sql, "--format", "json")
    assert asked.code == 0, asked.stderr
    return {row["world"]: (row["players"], int(row["score"])) for row in json.loads(asked.stdout)}


def test_each_world_is_taken_to_the_moment_before_a_transaction(story: Story, cli: Cli) -> None:
    at = story.before.isoformat(" ")
    done = cli("up", story.backups, "--at", at, "--worlds", "host[1-2]")
    assert done.code == 0, done.stderr
    assert "host1: replaying 1 transaction from binlog.000001:" in done.stderr
    assert _ask(cli) == {"host1": (3, 300), "host2": (3, 300)}

    report = cli("report", "host1").stdout
    assert "found by the dump's position and its GTIDs, which agree" in report
    assert f"({story.gtid})" in report  # the first that was left out
    status = json.loads(cli("status", "--format", "json").stdout)
    assert status[0]["moment"].startswith(f"{story.before:%Y-%m-%dT%H:%M:%S}")

    moved = cli("seek", "--step", "forward")
    assert moved.code == 0, moved.stderr
    assert story.gtid in moved.stderr
    receipt = json.loads(cli("report", "host1", "--format", "json").stdout)["host1"]["receipt"]
    assert receipt["transactions"] == 2  # of which one was replayed now
    assert receipt["first"]["log_name"] == "binlog.000002"
    assert [file["name"] for file in receipt["files"]] == ["binlog.000001", "binlog.000002"]
    assert _ask(cli) == {"host1": (3, 600), "host2": (3, 600)}
    moved = cli("seek", "--after-transaction", story.gtid.rpartition(":")[0] + ":8", "host2")
    assert moved.code == 0, moved.stderr
    assert _ask(cli)["host2"] == (3, 409)
    assert cli("seek", "--step", "back", "host1").code == 0
    assert _ask(cli)["host1"] == (3, 300)

    changed = cli("query", "--write", "DELETE FROM player", "--worlds", "host1")
    assert changed.code == 0, changed.stderr
    assert cli("reset", "host1").code == 0
    assert _ask(cli)["host1"] == (3, 300)


def test_the_second_time_a_moment_comes_from_its_baseline(story: Story, cli: Cli) -> None:
    arguments = ("up", story.backups, "--before-transaction", story.gtid, "--worlds", "host1")
    assert cli(*arguments).code == 0
    assert cli("down").code == 0
    again = cli(*arguments)
    assert again.code == 0
    assert "from its baseline" in again.stderr
    assert _ask(cli) == {"host1": (3, 300)}


def test_a_world_without_logs_stays_at_its_dump_and_is_named(story: Story, cli: Cli) -> None:
    done = cli("up", story.backups, "--at", story.before.isoformat(" "))
    assert done.code == 0, done.stderr
    assert "without binary logs, as of their dumps: world host3" in done.stderr
    assert _ask(cli)["host3"] == (3, 300)
    moved = cli("seek", "--step", "forward")
    assert moved.code == 2
    assert moved.stderr == (
        "error: world host3 has no binary logs to seek in\n"
        "hint: name the worlds that have some: host1 host2\n"
    )
    moved = cli("seek", "--step", "forward", "host3")
    assert f"hint: rewound dumps {story.backups} shows which worlds have some\n" in moved.stderr
    again = cli("up", story.backups, "--at", "2030-01-01 00:00+00:00")
    assert "hint: rewound seek TIME takes it to another moment by its binary logs; " in again.stderr
    assert _ask(cli)["host1"] == (3, 300)


@pytest.mark.parametrize(
    "moment",
    [
        ("--step", "back"),
        ("2030-01-01 00:00+00:00",),
        ("--at-position", "binlog.000001:4", "host3"),
    ],
)
def test_a_fleet_without_logs_tells_how_to_get_some(
    story: Story, cli: Cli, tmp_path: Path, moment: tuple[str, ...]
) -> None:
    shutil.copytree(story.backups / "host3", tmp_path / "backups" / "host3")
    assert cli("up", tmp_path / "backups").code == 0
    moved = cli("seek", *moment)
    assert (moved.code, moved.stdout) == (2, "")
    assert moved.stderr == (
        "error: fleet default was brought up without binary logs, so it cannot seek: there are none"
        f" below {tmp_path}/backups\n"
        "hint: put them there, in a folder with the name of each world; or restore the fleet with"
        f" the folder that has them: rewound up {tmp_path}/backups --binlogs FOLDER --at TIME"
        " --replace\n"
    )


def test_a_time_needs_a_zone_where_there_are_logs(story: Story, cli: Cli) -> None:
    text = f"{story.before:%Y-%m-%d %H:%M:%S}"
    refused = cli("up", story.backups, "--at", text)
    assert refused.code == 2
    assert "names no time zone" in refused.stderr
    assert cli("up", story.backups, "--at", text, "--timezone", "UTC", "--no-binlogs").code == 0


def test_a_fleet_of_dumps_alone_gets_no_world_of_another_moment(story: Story, cli: Cli) -> None:
    assert cli("up", story.backups, "--no-binlogs", "--worlds", "host1").code == 0
    added = cli("up", story.backups, "--add", "--after-transaction", story.gtid)
    assert added.code == 2
    assert "--no-binlogs and a moment in the binary logs are mutually exclusive" in added.stderr
    assert list(_ask(cli)) == ["host1"]


def test_an_older_dump_is_taken_where_the_newest_has_the_transaction(
    story: Story, cli: Cli
) -> None:
    uuid = story.gtid.rpartition(":")[0]
    done = cli("up", story.backups, "--before-transaction", f"{uuid}:4", "--worlds", "host1")
    assert done.code == 0, done.stderr
    assert _ask(cli) == {"host1": (2, 200)}


def test_a_missing_log_fails_its_world_alone(story: Story, cli: Cli, tmp_path: Path) -> None:
    backups = shutil.copytree(story.backups, tmp_path / "backups")
    (backups / "host1" / "binlog.000002").unlink()
    done = cli("up", backups, "--at", "2099-01-01 00:00+00:00", "--worlds", "host[1-2]")
    assert done.code == 4
    assert "binlog.000002 is missing between binlog.000001 and binlog.000003" in done.stderr
    assert "host2: the logs end before 2099-01-01 00:00:00 UTC" in done.stderr
    shutil.copy(story.backups / "host1" / "binlog.000002", backups / "host1")
    added = cli("up", backups, "--add", "--worlds", "host[1-2]")
    assert added.code == 0, added.stderr
    assert _ask(cli) == {"host1": (3, 409), "host2": (3, 409)}


def test_the_same_from_python(story: Story, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWOUND_STATE_DIR", str(cli.state_dir))
    monkeypatch.setenv("REWOUND_CACHE_DIR", str(cli.cache_dir))
    with rewound.up(
        story.backups, before_transaction=story.gtid, worlds="host1", fleet="py"
    ) as fleet:
        receipt = fleet.report()["host1"].receipt
        assert receipt is not None
        assert receipt.first_left_out is not None
        assert receipt.first_left_out.gtid == story.gtid
        fleet.seek(step="forward")
        receipt = fleet.report()["host1"].receipt
        assert receipt is not None
        assert receipt.last is not None
        assert receipt.last.gtid == story.gtid
        assert (receipt.read.updated, receipt.server.updated) == (3, 3)
        with pytest.raises(UsageError, match="no moment is given"):
            fleet.seek()
        with pytest.raises(RewoundError, match="is in none of the logs"):
            fleet.seek(after_transaction=story.gtid + "99")
        assert fleet.report()["host1"].receipt == receipt
        added = fleet.add(story.backups, worlds="host2", after_transaction=story.gtid)
        assert added == ["host2"]
        receipt = fleet.report()["host2"].receipt
        assert receipt is not None
        assert receipt.last is not None
        assert receipt.last.gtid == story.gtid


def test_tables_of_another_engine_are_taken_to_their_moment(
    source: Source, cli: Cli, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    (folder / "host1").mkdir(parents=True)
    source.run("CREATE TABLE game.old (id INT PRIMARY KEY) ENGINE=MyISAM")
    source.run("INSERT INTO game.old VALUES (1)")
    source.dump(folder / "host1" / "host1_20260303.sql")
    source.run("INSERT INTO game.old VALUES (2)")
    moment = source.moment()
    source.run("INSERT INTO game.old VALUES (3)")
    for log in source.logs():
        shutil.copy(log, folder / "host1")
    position = f"{moment.log_name}:{moment.position}"
    for _ in range(2):
        done = cli("up", folder, "--at-position", position)
        assert done.code == 0, done.stderr
        rows = _ask(cli, "SELECT COUNT(*) AS players, SUM(id) AS score FROM old")
        assert rows == {"host1": (2, 3)}
        moved = cli("seek", "--step", "forward")
        assert moved.code == 0, moved.stderr
        rows = _ask(cli, "SELECT COUNT(*) AS players, SUM(id) AS score FROM old")
        assert rows == {"host1": (3, 6)}
        assert cli("down").code == 0


def test_logs_of_other_content_are_replayed_anew(source: Source, cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    (folder / "host1").mkdir(parents=True)
    source.run(
        "CREATE DATABASE IF NOT EXISTS game",
        "CREATE TABLE game.word (id INT PRIMARY KEY, word CHAR(9))",
    )
    source.dump(folder / "host1" / "host1_20260303.sql")
    source.run("SET GLOBAL binlog_checksum=NONE", "INSERT INTO game.word VALUES (1,'HELLO')")
    moment = source.moment()
    source.run("SET GLOBAL binlog_checksum=CRC32")
    for log in source.logs():
        shutil.copy(log, folder / "host1")
    whole = folder / "host1" / moment.log_name
    content = whole.read_bytes()
    assert content.count(b"HELLO") == 1
    position = f"{moment.log_name}:{moment.position}"
    for word in (b"HELLP", b"HELLO"):
        whole.write_bytes(content.replace(b"HELLO", word))
        done = cli("up", folder, "--at-position", position, "--replace")
        assert done.code == 0, done.stderr
        asked = cli("query", "SELECT word FROM word", "--format", "csv")
        assert asked.lines[1:] == [f"host1,{word.decode()}"]
        assert "binlog_checksum=NONE" in cli("report").stdout


def test_rows_are_compared_unless_it_is_left_out(story: Story, cli: Cli) -> None:
    moment = ("--after-transaction", story.gtid, "--worlds", "host1")
    for options, is_compared in (((), True), (("--no-verify-images", "--replace"), False)):
        done = cli("up", story.backups, *moment, *options)
        assert done.code == 0, done.stderr
        assert _ask(cli) == {"host1": (3, 600)}
        report = cli("report", "host1").stdout
        assert ("compared    3 of 3 rows" in report) is is_compared
        assert ("not compared (--no-verify-images)" in report) is not is_compared
    moved = cli("seek", "--step", "forward", "--verify-images")
    assert moved.code == 0, moved.stderr
    assert "compared    " in cli("report", "host1").stdout


def test_statements_are_executed_again_if_they_are_allowed(
    source: Source, cli: Cli, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    (folder / "host1").mkdir(parents=True)
    source.run("CREATE DATABASE IF NOT EXISTS game", "CREATE TABLE game.said (id INT PRIMARY KEY)")
    source.dump(folder / "host1" / "host1_20260303.sql")
    source.run("SET SESSION binlog_format=STATEMENT", "INSERT INTO game.said VALUES (1), (2)")
    source.run("SET SESSION binlog_format=ROW")
    moment = source.moment()
    for log in source.logs():
        shutil.copy(log, folder / "host1")
    position = f"{moment.log_name}:{moment.position}"
    done = cli("up", folder, "--at-position", position)
    assert done.code == 1
    assert "--allow statement-replayed" in done.stderr
    done = cli("up", folder, "--at-position", position, "--allow", "statement-replayed")
    assert done.code == 0, done.stderr
    assert "rule statement-replayed" in done.stderr
    rows = _ask(cli, "SELECT COUNT(*) AS players, SUM(id) AS score FROM said")
    assert rows == {"host1": (2, 3)}
    report = cli("report", "host1").stdout
    assert "+ 2 by replayed statements = 2" in report
    assert "not proved  that the rows of game.said are those of the source" in report
