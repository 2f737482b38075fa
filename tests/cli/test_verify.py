"""`verify` on whole and on bad dumps, without any MySQL."""

import gzip
import json

import pytest

from tests.conftest import EXAMPLES, Cli, Dumps

TABLE = "CREATE TABLE t (id INT);\nINSERT INTO t VALUES (1),(2);\n"
NAME = "host{}_20260302_211500.sql"


def test_the_sample_is_whole(cli: Cli):
    done = cli("verify", EXAMPLES, "--format", "json")
    assert done.code == 0, done.stderr
    found = json.loads(done.stdout)
    assert [each["state"] for each in found] == ["whole"] * 3
    assert all(each["rows"] > 4000 and each["tables"] == 15 for each in found)
    assert "rules that would be used: definer" in done.stderr


def test_all_dumps_are_read_where_asked(cli: Cli):
    done = cli("verify", EXAMPLES, "--all", "--format", "json")
    assert len(json.loads(done.stdout)) == len(list(EXAMPLES.glob("*.gz")))


@pytest.mark.parametrize(
    ("sql", "closing", "state", "words"),
    [
        (TABLE + "INSTALL PLUGIN p SONAME 'p.so';\n", None, "refused", "line 10: refused by rule"),
        (TABLE, "", "cut off", "the closing line (-- Dump completed) is missing"),
        (TABLE + "INSERT INTO t VALUES ('", "", "cut off", "the dump ends inside"),
        (
            "USE mysql;\nCREATE TABLE t (a INT);\n",
            None,
            "refused",
            "only schemas that belong to the server",
        ),
    ],
)
def test_what_keeps_a_dump_from_being_restored_is_said(
    cli: Cli, dumps: Dumps, sql: str, closing: str | None, state: str, words: str
):
    options = {} if closing is None else {"closing": closing}
    dumps.write(sql, name=NAME.format(1), **options)
    done = cli("verify", dumps.folder, "--format", "json")
    [found] = json.loads(done.stdout)
    assert (done.code, found["state"]) == (1, state)
    assert words in done.stderr
    assert done.stderr.endswith("error: the dump cannot be restored\n")


def test_a_file_that_ends_too_early_is_unreadable(cli: Cli, dumps: Dumps):
    path = dumps.folder / (NAME.format(1) + ".gz")
    path.write_bytes(gzip.compress(b"x" * 100_000)[:-20])
    done = cli("verify", dumps.folder)
    assert done.code == 1
    assert "unreadable" in done.stdout
    assert "hint: " in done.stderr


def test_the_good_ones_are_told_from_the_bad_ones(cli: Cli, dumps: Dumps):
    dumps.write(TABLE, name=NAME.format(1))
    dumps.write(TABLE, name=NAME.format(2), closing="")
    done = cli("verify", dumps.folder)
    assert done.code == 4
    assert "error: 1 of 2 dumps cannot be restored, the others can" in done.stderr


def test_options_change_what_can_be_restored(cli: Cli, dumps: Dumps):
    dumps.write("CREATE TABLE t (a INT);\nCREATE SEQUENCE s;\n", name=NAME.format(1), header="")
    done = cli("verify", dumps.folder)
    assert (done.code, "hint: name the database with --schema" in done.stderr) == (1, True)
    dumps.write("CREATE TABLE t (a INT);\n", name=NAME.format(1), header="", closing="")
    done = cli("verify", dumps.folder, "--schema", "game")
    assert (done.code, "end unproven" in done.stdout) == (1, True)
    assert "--allow-unfinished accepts" in done.stderr
    done = cli("verify", dumps.folder, "--schema", "game", "--allow-unfinished")
    assert (done.code, "--allow-unfinished" in done.stderr) == (0, False)
    dumps.write("CREATE SEQUENCE s;\n", name=NAME.format(1), header="", closing="")
    done = cli("verify", dumps.folder, "--schema", "game", "--allow-unfinished")
    assert (done.code, "--allow-unfinished" in done.stderr) == (1, False)
    dumps.write("CREATE TABLE t (a INT) WITH SYSTEM VERSIONING;\n", name=NAME.format(1))
    done = cli("verify", dumps.folder)
    assert "--allow object-lost" in done.stderr
    done = cli("verify", dumps.folder, "--allow", "object-lost")
    assert ("--skip-table" in done.stderr, "--allow object-lost" in done.stderr) == (True, False)


def test_statements_that_one_rule_refuses_are_told_together(cli: Cli, dumps: Dumps):
    dumps.write(TABLE + "CREATE SEQUENCE s;\n" * 30 + "SHUTDOWN;\n", name=NAME.format(1))
    done = cli("verify", dumps.folder)
    refused = [line for line in done.stderr.splitlines() if "refused by rule" in line]
    assert len(refused) == 2
    assert refused[0].endswith("CREATE SEQUENCE s, and 29 more by this rule")


def test_json_lists_every_refused_statement_and_every_use_of_a_rule(cli: Cli, dumps: Dumps):
    sequences = "".join(f"CREATE SEQUENCE s{number};\n" for number in range(30))
    dumps.write(f"{TABLE}{sequences}FLUSH LOGS;\nFLUSH TABLES;\n", name=NAME.format(1))
    [found] = json.loads(cli("verify", dumps.folder, "--format", "json").stdout)
    assert [each["excerpt"] for each in found["refused"]] == [
        f"CREATE SEQUENCE s{number}" for number in range(30)
    ]
    [flush] = [each for each in found["rule_uses"] if each["rule"] == "flush"]
    assert [use["detail"] for use in flush["uses"]] == ["FLUSH LOGS", "FLUSH TABLES"]
    assert [use["line"] for use in flush["uses"]] == [
        flush["first_line"],
        flush["first_line"] + 1,
    ]


def test_a_part_that_a_dump_does_not_hold_is_said(cli: Cli, dumps: Dumps):
    dumps.write(TABLE + "CREATE VIEW v AS SELECT 1;\n", name=NAME.format(1))
    assert cli("verify", dumps.folder, "--only-table", "v").code == 0
    done = cli("verify", dumps.folder, "--only-table", "scroe")
    assert done.code == 1
    assert "nothing in this dump matches --only-table scroe" in done.stderr


def test_all_and_a_time_exclude_each_other(cli: Cli, dumps: Dumps):
    assert cli("verify", dumps.folder, "--all", "--at", "2026-03-02").code == 2


def test_each_dump_is_listed_once(cli: Cli):
    done = cli("verify", EXAMPLES)
    assert (done.code, done.stdout.count("host1_fulldump_20260303_211508.sql.gz")) == (0, 1)
    assert "host1_fulldump" not in done.stderr
    done = cli("verify", EXAMPLES, "--format", "csv")
    assert "host1: host1_fulldump_20260303_211508.sql.gz: whole, 5,055 rows in 15" in done.stderr
