"""`--deep`: each dump is loaded a second time, the plainest way, and both loads are compared."""

import json
import signal
from pathlib import Path

import pytest

from tests.conftest import Cli, Dumps
from tests.server.test_drill import require_nothing_left
from tests.server.test_fleet import servers_of, write_game, write_slow_dump
from tests.waiting import wait_until

NO_TWO_LOADS_SHARE = "CREATE TABLE t (u CHAR(36));\nINSERT INTO t VALUES (UUID());\n"
TIMES = (
    "CREATE TABLE t (a INT, at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6), n DATETIME(6));\n"
    "INSERT INTO t (a, n) VALUES (1, NOW(6));\n"
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;\n"
)


@pytest.fixture
def cli(state_dir: Path, tmp_path: Path, own_cache: Path) -> Cli:
    """The command line with a cache that has no baseline yet."""
    return Cli(state_dir, tmp_path, own_cache)


def deep_proof(cli: Cli) -> dict[str, object] | None:
    done = cli("report", "--format", "json")
    assert done.code == 0, done.stderr
    proof: dict[str, object] | None = json.loads(done.stdout)["a"]["deep"]
    return proof


@pytest.mark.usefixtures("down")
def test_the_proof_is_kept_with_the_baseline(cli: Cli, dumps: Dumps) -> None:
    write_game(dumps, "a", sql=TIMES)
    assert cli("up", dumps.folder).code == 0
    assert deep_proof(cli) is None
    assert cli("down").code == 0
    # The baseline that `up` left has no such proof: what is served is compared now.
    done = cli("up", dumps.folder, "--deep")
    assert done.code == 0, done.stderr
    assert "a second time, statement by statement, to compare" in done.stderr
    assert "3 rows, from its baseline, identical in a second load" in done.stderr
    assert len(servers_of(cli)) == 1, "the second server is gone"
    assert not list(cli.state_dir.glob("fleets/default/again/*"))
    proof = deep_proof(cli)
    assert proof is not None
    assert (proof["tables"], proof["rows"], proof["definitions"]) == (2, 3, 4)
    assert "second load identical: 3 rows in 2 tables" in cli("report").stdout
    assert cli("down").code == 0
    done = cli("up", dumps.folder, "--deep")
    assert "second time" not in done.stderr
    assert deep_proof(cli) == proof


def test_a_difference_fails_the_world_and_its_baseline_goes(cli: Cli, dumps: Dumps) -> None:
    write_game(dumps, "a", sql=NO_TWO_LOADS_SHARE)
    done = cli("up", dumps.folder, "--deep")
    assert done.code == 1
    assert (
        "the second load, statement by statement, differs: table game.t, row u = '" in done.stderr
    )
    assert " 1 times more" in done.stderr
    assert "--load plain" in done.stderr
    require_nothing_left(cli)
    assert not list(cli.cache_dir.glob("baselines/*"))


def test_a_drill_compares_and_its_receipt_says_so(cli: Cli, dumps: Dumps, tmp_path: Path) -> None:
    write_game(dumps, "a", sql=TIMES)
    write_game(dumps, "b", sql=NO_TWO_LOADS_SHARE)
    receipt = tmp_path / "receipt.json"
    done = cli("verify", dumps.folder, "--restore", "--deep", "--receipt", receipt)
    assert done.code == 4, done.stderr
    good, bad = json.loads(receipt.read_text())["dumps"]
    assert good["ledger"]["deep"]["rows"] == 3
    assert (bad["is_proven"], bad["ledger"]) == (False, None)
    assert "the second load, statement by statement, differs" in bad["error"]
    require_nothing_left(cli)


def test_an_interrupt_ends_both_servers(cli: Cli, dumps: Dumps) -> None:
    write_slow_dump(dumps, "slow_fulldump_20260302_211500.sql")
    write_game(dumps, "a")
    process = cli.start("verify", dumps.folder, "--restore", "--deep")
    wait_until(lambda: list(cli.state_dir.glob("fleets/*/again/a/*.sock")))
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    require_nothing_left(cli)


def test_comparing_needs_a_restore(cli: Cli, dumps: Dumps) -> None:
    done = cli("verify", dumps.folder, "--deep")
    assert done.code == 2
    assert "--restore" in done.stderr
