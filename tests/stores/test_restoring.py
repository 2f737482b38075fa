"""Worlds out of stores: restored as from a folder, once; then from baselines without reading."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, Cli
from tests.stores.cutting_proxy import CuttingProxy, cutting_proxy
from tests.stores.servers import AzureServer, S3Server, SshServer

BACKUPS = EXAMPLES
LOGS = EXAMPLES.parent / "binlogs" / "host2"
NEWEST = "host2_fulldump_20260303_211855.sql.gz"
OLDEST = "host2_fulldump_20260302_211910.sql.gz"
QUESTION = (
    "SELECT COUNT(*), SUM(player_score), MAX(updated_at), SUM(CRC32(CONCAT_WS('|', player_id,"
    " player_score))) FROM game.player"
)
MOMENT = ("--at", "2026-03-03 06:00:00+00:00")

Fill = Callable[[dict[str, Path]], str]
"""Puts files into a store, and returns the URL of their folder."""


@pytest.fixture(params=["s3", "az", "sftp"])
def fill(request: pytest.FixtureRequest, tmp_path: Path) -> Fill:
    if request.param == "s3":
        s3: S3Server = request.getfixturevalue("s3")

        def fill_s3(files: dict[str, Path]) -> str:
            s3.make_bucket("prod")
            for name, file in files.items():
                s3.put("prod", f"{tmp_path.name}/{name}", file.read_bytes())
            return f"s3://prod/{tmp_path.name}"

        return fill_s3
    if request.param == "az":
        azure: AzureServer = request.getfixturevalue("azure")

        def fill_azure(files: dict[str, Path]) -> str:
            name = tmp_path.name.replace("_", "-").strip("-").lower()[:60]
            azure.request("PUT", name, query="restype=container")
            for key, file in files.items():
                azure.request("PUT", f"{name}/{key}", body=file.read_bytes())
            return f"az://{name}/"

        return fill_azure
    sshd: SshServer = request.getfixturevalue("sshd")
    request.getfixturevalue("home")

    def fill_sftp(files: dict[str, Path]) -> str:
        folder = tmp_path / "remote"
        folder.mkdir()
        for name, file in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(file, folder / name)
        return f"sftp://127.0.0.1:{sshd.port}{folder}"

    return fill_sftp


def ask(cli: Cli) -> str:
    """Return what the worlds of the fleet hold."""
    done = cli("query", QUESTION, "--format", "csv")
    assert done.code == 0, done.stderr
    return done.stdout


def test_a_world_of_a_store_is_that_of_the_folder(cli: Cli, fill: Fill):
    logs = {f"host2/{log.name}": log for log in LOGS.iterdir()}
    url = fill({name: BACKUPS / name for name in (NEWEST, OLDEST)} | logs)
    listed = cli("dumps", url)
    assert "world host2: 2 dumps" in listed.stdout, listed.stderr
    assert "    logs: 3 files" in listed.stdout
    verified = cli("verify", url, "--all", "--format", "csv")
    assert verified.code == 0, verified.stderr
    assert verified.stdout.count(",whole,") == 2
    for moment in ((), MOMENT):
        answers = []
        for source in ([BACKUPS, "--worlds", "host2", "--binlogs", LOGS.parent], [url]):
            done = cli("up", *source, *moment, "--no-baseline")
            assert done.code == 0, done.stderr
            answers.append(ask(cli))
            assert cli("down").code == 0
        assert answers[0] == answers[1]


@pytest.fixture
def proxy(s3: S3Server, monkeypatch: pytest.MonkeyPatch):
    with cutting_proxy(s3.port) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        yield proxy


def test_a_second_up_reads_no_dump(cli: Cli, s3: S3Server, proxy: CuttingProxy, own_cache: Path):
    s3.make_bucket("again")
    s3.put("again", NEWEST, (BACKUPS / NEWEST).read_bytes())
    cli.cache_dir = own_cache
    for _ in range(2):
        before = proxy.passed_bytes
        assert cli("up", "s3://again/").code == 0
        passed = proxy.passed_bytes - before
        sha256 = next(
            line for line in cli("report").stdout.splitlines() if line.startswith("  sha256")
        )
        assert cli("down").code == 0
    assert passed < (BACKUPS / NEWEST).stat().st_size / 4
    assert cli("up", BACKUPS, "--worlds", "host2").code == 0
    assert sha256 in cli("report").stdout
    assert cli("down").code == 0


def test_a_world_is_whole_although_its_connection_was_cut(
    cli: Cli, s3: S3Server, proxy: CuttingProxy
):
    s3.make_bucket("cut")
    s3.put("cut", NEWEST, (BACKUPS / NEWEST).read_bytes())
    proxy.cut(1, after_bytes=40_000)
    done = cli("up", "s3://cut/", "--no-baseline")
    assert done.code == 0, done.stderr
    assert proxy.cuts == 1
    assert cli("down").code == 0


def test_a_dump_that_is_replaced_while_it_is_read_makes_no_world(
    cli: Cli, s3: S3Server, proxy: CuttingProxy
):
    s3.make_bucket("replaced")
    s3.put("replaced", NEWEST, (BACKUPS / NEWEST).read_bytes())
    proxy.on_cut = lambda: s3.put("replaced", NEWEST, (BACKUPS / OLDEST).read_bytes())
    proxy.cut(1, after_bytes=40_000)
    done = cli("up", "s3://replaced/", "--no-baseline")
    assert done.code != 0
    assert f"s3://replaced/{NEWEST}: it was replaced" in done.stderr
    assert cli("status").stdout.strip() == ""
