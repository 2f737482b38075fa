"""The drill: restored, proven, gone, and a receipt."""

import json
import os
import signal
from pathlib import Path

from rewound import command
from tests.conftest import EXAMPLES, Cli, Dumps
from tests.server.test_fleet import servers_of, wait_for_state, write_game, write_slow_dump

FLEET = "verify--restore"


def require_nothing_left(cli: Cli) -> None:
    assert servers_of(cli) == []
    assert not list(cli.state_dir.glob("fleets/*/"))


def test_all_dumps_are_proven_and_the_receipt_has_the_proof(
    own_cache: Path, cli: Cli, tmp_path: Path
):
    receipt = tmp_path / "receipt.json"
    receipt.write_text("of yesterday")
    drilled = Cli(cli.state_dir, tmp_path, own_cache)(
        *("verify", EXAMPLES, "--restore", "--all", "--receipt", receipt, "--format", "json")
    )
    assert drilled.code == 0, drilled.stderr
    found = json.loads(drilled.stdout)
    assert [each["state"] for each in found] == ["proven"] * len(list(EXAMPLES.glob("*.gz")))
    written = json.loads(receipt.read_text())
    assert written["engine"]["kind"] == "process"
    assert [each["world"] for each in written["dumps"]] == [each["world"] for each in found]
    for each, row in zip(written["dumps"], found, strict=True):
        assert each["is_proven"] is True
        assert len(each["ledger"]["dump"]["sha256"]) == 64
        assert sum(table["counted"] for table in each["ledger"]["tables"]) == row["rows"]
    require_nothing_left(cli)
    assert not list(own_cache.glob("baselines/*")), "a drill leaves no baseline"


def test_a_bad_dump_is_distinguished_from_good_ones(cli: Cli, dumps: Dumps, tmp_path: Path):
    write_game(dumps, "good")
    write_game(dumps, "bad", sql="INSERT INTO player VALUES (1);\n")
    receipt = tmp_path / "receipt.json"
    done = cli("verify", dumps.folder, "--restore", "--receipt", receipt)
    assert done.code == 4, done.stderr
    assert "1 of 2 dumps could not be restored and proven, the others could" in done.stderr
    bad, good = json.loads(receipt.read_text())["dumps"]
    assert (bad["is_proven"], bad["ledger"]) == (False, None)
    assert "Duplicate entry" in bad["error"]
    assert (good["is_proven"], good["error"]) == (True, None)
    require_nothing_left(cli)


def test_the_receipt_lists_every_statement_that_is_refused(cli: Cli, dumps: Dumps, tmp_path: Path):
    sequences = "".join(f"CREATE SEQUENCE s{number};\n" for number in range(30))
    write_game(dumps, "bad", sql=sequences + "CALL p();\n")
    receipt = tmp_path / "receipt.json"
    done = cli("verify", dumps.folder, "--restore", "--receipt", receipt)
    assert done.code == 1, done.stderr
    [bad] = json.loads(receipt.read_text())["dumps"]
    assert "refused by rule mariadb-only" in bad["error"]
    rules = [each["rule"] for each in bad["refused"]]
    assert rules == ["mariadb-only"] * 30 + ["unknown-statement"]
    assert [each["excerpt"] for each in bad["refused"]][29:] == ["CREATE SEQUENCE s29", "CALL p()"]


def test_the_ledger_lists_every_statement_that_is_left_out(cli: Cli, dumps: Dumps, tmp_path: Path):
    sequences = "".join(f"CREATE SEQUENCE s{number};\n" for number in range(30))
    write_game(dumps, "good", sql=sequences)
    receipt = tmp_path / "receipt.json"
    done = cli(
        *("verify", dumps.folder, "--restore", "--receipt", receipt, "--allow", "object-lost")
    )
    assert done.code == 0, done.stderr
    [good] = json.loads(receipt.read_text())["dumps"]
    [lost] = [use for use in good["ledger"]["rules"] if use["rule"] == "object-lost"]
    assert lost["count"] == 30
    assert [use["detail"] for use in lost["uses"]] == [f"CREATE SEQUENCE s{n}" for n in range(30)]
    assert good["refused"] == []


def test_where_no_dump_is_good_the_exit_code_is_1(cli: Cli, dumps: Dumps):
    write_game(dumps, "bad", sql="INSERT INTO player VALUES (1);\n")
    done = cli("verify", dumps.folder, "--restore")
    assert done.code == 1
    assert done.stderr.endswith("error: the dump could not be restored and proven\n")


def test_a_drill_that_is_killed_leaves_nothing_to_the_next_one(cli: Cli, dumps: Dumps):
    slow = write_slow_dump(dumps, "slow_fulldump_20260302_211500.sql")
    process = cli.start("verify", dumps.folder, "--restore")
    wait_for_state(cli, "loading", fleet=FLEET)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    left = command.find_daemons(f"--datadir={cli.state_dir}{os.sep}")
    assert len(left) == 1
    slow.unlink()
    write_game(dumps, "a")
    done = cli("verify", dumps.folder, "--restore")
    assert done.code == 0, done.stderr
    require_nothing_left(cli)


def test_an_interrupt_ends_a_drill_and_all_of_it(cli: Cli, dumps: Dumps):
    write_slow_dump(dumps, "slow_fulldump_20260302_211500.sql")
    process = cli.start("verify", dumps.folder, "--restore")
    wait_for_state(cli, "loading", fleet=FLEET)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 130
    require_nothing_left(cli)


def test_a_receipt_is_only_of_a_drill(cli: Cli, dumps: Dumps, tmp_path: Path):
    done = cli("verify", dumps.folder, "--receipt", tmp_path / "receipt.json")
    assert done.code == 2
    assert "--restore" in done.stderr
