"""`rewound dumps` where binary logs of real servers lie beside the dumps."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, Cli

REAL_LOGS = Path(__file__).parents[1] / "unit" / "binlog" / "logs"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The sample, with the logs of two hosts in folders of their names."""
    folder = tmp_path / "backups"
    shutil.copytree(EXAMPLES, folder)
    for world, server in (("host1", "mysql-9.7.4"), ("host2", "mariadb-10.11.19")):
        (folder / world).mkdir()
        shutil.copy(REAL_LOGS / f"{server}.000001.gz", folder / world / "mysql-bin.000001.gz")
    return folder


def test_the_logs_of_a_world_are_shown_below_its_dumps(cli: Cli, source: Path):
    plain = cli("dumps", EXAMPLES).lines
    done = cli("dumps", source)
    assert (done.code, done.stderr) == (0, "")
    added = [line for line in done.lines if line not in plain]
    assert len(added) == 2
    assert all(line.startswith("    logs: 1 file, ") and " UTC" in line for line in added)
    assert [line for line in done.lines if line in plain] == plain


def test_rows_have_the_logs_of_their_world(cli: Cli, source: Path):
    rows = json.loads(cli("dumps", source, "--format", "json").stdout)
    by_world = {row["world"]: row for row in rows}
    assert len(rows) == len(json.loads(cli("dumps", EXAMPLES, "--format", "json").stdout))
    assert [by_world[f"host{number}"]["log_files"] for number in (1, 2, 3)] == [1, 1, 0]
    assert by_world["host1"]["log_first_at"] <= by_world["host1"]["log_last_at"]
    assert by_world["host1"]["log_gtids"].endswith(":1-21:tag1:1")
    assert by_world["host2"]["log_gtids"] == "0-5-1 to 0-5-31, 3-5-1"
    assert by_world["host3"]["log_first_at"] is None


def test_a_setting_names_the_folders_of_logs(cli: Cli, source: Path):
    logs = cli.cwd / "logs"
    for world in ("host1", "host2"):
        (logs / world).mkdir(parents=True)
        (source / world).rename(logs / world / "more")

    def count(**variables: str) -> int:
        done = cli("dumps", source, env=variables)
        assert done.code == 0, done.stderr
        return done.stdout.count("    logs: ")

    assert count() == 0
    assert count(REWOUND_BINLOGS=f"{logs / 'host1'}:{logs}") == 2
    config = cli.cwd / "rewound.toml"
    config.write_text("binlogs = 'logs'\n")
    assert count() == 2
    config.write_text("binlogs = ['logs/host1/..', 'logs']\n")
    assert count() == 2
    config.write_text("binlogs = 'nowhere'\n")
    assert count(REWOUND_BINLOGS=str(logs)) == 2
    gone = cli("dumps", source)
    assert f"error: no folder {cli.cwd}/nowhere\n" in gone.stderr


def test_logs_may_be_in_folders_of_their_own(cli: Cli, source: Path, tmp_path: Path):
    logs = tmp_path / "logs"
    logs.mkdir()
    for world in ("host1", "host2"):
        (source / world).rename(logs / world)
    shutil.copy(REAL_LOGS / "mariadb-10.11.19.000004.gz", logs / "host2" / "mysql-bin.000004.gz")
    assert "log" not in cli("dumps", source, "--format", "csv").lines[0]
    done = cli("dumps", source, "--binlogs", logs / "host1", "--binlogs", logs)
    assert sum(line.startswith("    logs: ") for line in done.lines) == 2
    assert "    logs: 2 files, " in done.stdout
    assert "      mysql-bin.000002 and mysql-bin.000003 are missing between " in done.stdout
    gone = cli("dumps", source, "--binlogs", tmp_path / "gone")
    assert (gone.code, gone.stdout) == (1, "")
    assert gone.stderr.startswith(f"error: no folder {tmp_path}/gone\n")


def test_much_to_read_is_announced(cli: Cli, source: Path):
    large = source / "host1" / "mysql-bin.000002"
    large.write_bytes(b"\xfebin")
    os.truncate(large, 1 << 30)
    done = cli("dumps", source)
    assert done.stderr == "reading 1.0 GiB of binary logs\n"
    assert "      mysql-bin.000002:4: " in done.stdout


def test_up_does_not_call_logs_misunderstood(cli: Cli, source: Path):
    done = cli("verify", source)
    assert done.code == 0
    assert "mysql-bin" not in done.stderr


def test_logs_of_a_world_without_dumps_are_known_for_what_they_are(cli: Cli, source: Path):
    (source / "host2").rename(source / "host9")
    done = cli("dumps", source)
    path = source / "host9" / "mysql-bin.000001.gz"
    assert done.stderr == f"warning: {path} is a binary log of world host9, which has no dump\n"
    for dump in source.glob("*.sql*"):
        dump.unlink()
    refused = cli("up", source)
    assert refused.code == 1
    assert "hint: SOURCE is the folder of the dumps; give the folder of the binary logs with" in (
        refused.stderr
    )


def test_a_file_of_the_series_that_is_no_log_is_named_in_its_place(cli: Cli, source: Path):
    shutil.copy(REAL_LOGS / "mariadb-10.11.19.000004.gz", source / "host2" / "mysql-bin.000003.gz")
    (source / "host2" / "mysql-bin.000002").write_bytes(b"")
    done = cli("dumps", source)
    assert (done.code, done.stderr) == (0, "")
    assert "      mysql-bin.000002: is empty (copied while it was being created?)" in done.lines
    assert "missing" not in done.stdout
