"""What `rewound query` makes of worlds that fail or differ, and of output that nobody takes."""

import itertools
import os
import signal
from collections import Counter

import pytest

from rewound import command
from tests.conftest import EXAMPLES, Cli, Dumps
from tests.server.test_fleet import count_running
from tests.waiting import wait_until

ROWS = 200_000
MANY_ROWS = f"SELECT a.* FROM score_event a, score_event b, score_event c LIMIT {ROWS}"


def test_a_server_that_dies_in_mid_stream_loses_its_own_rows_only(cli: Cli):
    assert cli("up", EXAMPLES).code == 0
    try:
        process = cli.start("query", MANY_ROWS, "--format", "csv")
        assert process.stdout is not None
        first = list(itertools.islice(process.stdout, 1_000))
        [mark] = command.find_daemons(f"--datadir={cli.state_dir}/fleets/default/worlds/host2/")
        os.kill(mark.pid, signal.SIGKILL)
        worlds = [line.partition(",")[0] for line in [*first[1:], *process.stdout]]
        _, stderr = process.communicate(timeout=60)
        assert worlds.count("host1") == worlds.count("host3") == ROWS
        assert 0 < worlds.count("host2") < ROWS
        assert "error: world host2: MySQL error 2013: Lost connection" in stderr
        assert f"(after {worlds.count('host2'):,} rows)" in stderr
        assert "2 ok, 1 failed (host2); " in stderr
        assert process.returncode == 4
        # The next question is answered by those that are left.
        done = cli("query", "SELECT 1 AS one", "--format", "csv")
        assert (done.code, done.lines) == (4, ["world,one", "host1,1", "host3,1"])
        assert "world host2 is stopped; to start again: rewound start\n" in done.stderr
    finally:
        cli("down")


def test_a_reader_that_goes_away_ends_the_question_on_the_servers(sample: Cli):
    process = sample.start("query", MANY_ROWS.replace(str(ROWS), "100000000"), "--format", "tsv")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (141, "")
    _require_quiet(sample)


def test_ctrl_c_ends_the_question_on_the_servers(sample: Cli):
    sql = "SELECT SUM(a.points * b.points) FROM score_event a, score_event b, score_event c"
    process = sample.start("query", sql)
    wait_until(lambda: count_running(sample, sql) == 3, process=process)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=10)
    assert (process.returncode, stderr.strip()) == (130, "interrupted")
    _require_quiet(sample)


def test_a_server_that_says_nothing_is_given_up(cli: Cli):
    assert cli("up", EXAMPLES, "--worlds", "host[1-2]").code == 0
    [mark] = command.find_daemons(f"--datadir={cli.state_dir}/fleets/default/worlds/host2/")
    try:
        process = cli.start("query", "SELECT SLEEP(5) AS s", "--timeout", "8", "--format", "csv")
        list_running = ("query", "SHOW FULL PROCESSLIST", "--worlds", "host2")
        wait_until(lambda: "SLEEP(5)" in cli(*list_running).stdout, process=process)
        os.kill(mark.pid, signal.SIGSTOP)
        stdout, stderr = process.communicate(timeout=30)
        assert stdout == "world,s\nhost1,0\n"
        assert "error: world host2: timed out after 8 s" in stderr
        assert process.returncode == 4
    finally:
        os.kill(mark.pid, signal.SIGCONT)
        cli("down")


@pytest.fixture
def drifted(cli: Cli, dumps: Dumps):
    """Three worlds whose table differs: in a type, and in a name."""
    for world, columns in {
        "w1": "a INT, b INT",
        "w2": "a BIGINT, b INT",
        "w3": "a INT, c INT",
    }.items():
        dumps.write(
            f"CREATE TABLE t ({columns});\nINSERT INTO t VALUES (1, 2);\n",
            name=f"{world}_fulldump_20260302_211500.sql",
        )
    assert cli("up", dumps.folder).code == 0
    yield cli
    cli("down")


def test_worlds_that_differ_in_columns_are_named_and_all_merge(drifted: Cli):
    done = drifted("query", "SELECT * FROM t", "--format", "csv")
    assert done.code == 0
    assert done.lines == ["world,a,c,b", "w1,1,,2", "w2,1,,2", "w3,1,2,"]
    assert "warning: world w2: a is BIGINT, elsewhere INT" in done.stderr
    assert "warning: worlds w[1-2] have no c\nwarning: world w3 has no b\n" in done.stderr
    strict = drifted("query", "SELECT * FROM t", "--strict")
    assert (strict.code, strict.stdout) == (1, "")
    assert "worlds w[1-3] differ from the others; world w1 has no c" in strict.stderr


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--format", "jsonl"], '{"world": "w3", "a": null, "c": null}'),
        (["--format", "jsonl", "--sort-by=-world"], '{"world": "w1", "a": null, "b": null}'),
        (["--format", "markdown"], "| w3 | NULL | NULL |  |"),
        (["--format", "markdown", "--group"], "| w[1-2] | 2 | NULL |  | NULL |"),
        (["--format", "tsv"], r"w1{}\N{}\N{}\N".replace("{}", "\t")),
    ],
)
def test_what_a_world_lacks_is_told_from_null(drifted: Cli, arguments: list[str], line: str):
    done = drifted("query", "SELECT * FROM t UNION ALL SELECT NULL, NULL", *arguments)
    assert (done.code, line in done.lines) == (0, True), done


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--reduce", "SELECT nothing FROM result"], 1, "--reduce: Binder Error"),
        (["--reduce", "SELECT 1", "--group"], 2, "--reduce and --group are mutually exclusive"),
        (["--sort-by", "score"], 2, "--sort-by score: the result has no column score"),
        (["--chart", "world"], 2, "no such numeric column"),
        (["--chart", "n", "--format", "csv"], 2, "--chart requires the table format"),
        (["--format", "parquet"], 2, "--format parquet cannot be written to a terminal or pipe"),
        (["--output", "there.csv"], 2, "the file already exists"),
        (["--output", "no/folder.csv"], 2, "No such file or directory"),
        (["--output", "scores"], 2, "without an ending, the format is unclear"),
        (["--output", "scores.foo"], 2, "the ending .foo is unknown"),
    ],
)
def test_what_cannot_be_shown_says_why(sample: Cli, arguments: list[str], code: int, said: str):
    (sample.cwd / "there.csv").write_text("kept")
    done = sample("query", "SELECT 1 AS n", *arguments)
    assert (done.code, done.stdout) == (code, "")
    assert said in done.stderr
    assert "hint: " in done.stderr
    assert (sample.cwd / "there.csv").read_text() == "kept"
    assert not (sample.cwd / "no").exists()


def test_a_file_that_cannot_be_finished_is_gone(sample: Cli):
    process = sample.start("query", MANY_ROWS, "--output", "unfinished.csv")
    path = sample.cwd / "unfinished.csv"
    wait_until(lambda: path.exists() and path.stat().st_size, process=process, poll_s=0.001)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 130
    assert not path.exists()


def test_a_table_has_an_end_and_says_so(sample: Cli):
    done = sample("query", MANY_ROWS)
    assert done.code == 0
    worlds = [line.split()[0] for line in done.lines[2:]]
    assert Counter(worlds) == {"host1": 1_666, "host2": 1_666, "host3": 1_666}
    assert "host[1-3]: output truncated to 1,666 rows" in done.stderr
    done = sample("query", MANY_ROWS, "--sort-by", "world")
    assert len(done.lines) == 2 + 5_000
    assert "warning: output truncated to 5,000 rows (--format csv shows all)" in done.stderr
    assert " 5,000 rows shown, there are more, " in done.stderr
    done = sample("query", MANY_ROWS, "--total-limit", "5", "--format", "tsv")
    assert len(done.lines) == 6
    assert "output truncated to 5 rows (--total-limit)" in done.stderr
    assert "3 ok; 5 rows shown, there are more, " in done.stderr


def test_a_second_sql_gives_totals_that_are_right(sample: Cli):
    sql = "SELECT COUNT(*) AS players, SUM(player_score) AS total FROM player"
    reduce_sql = (
        "SELECT SUM(players) AS p, SUM(total) AS t, SUM(total) / SUM(players) AS m FROM result"
    )
    done = sample("query", sql, "--reduce", reduce_sql, "--format", "csv")
    assert done.lines == ["p,t,m", f"498,738567,{738567 / 498}"]


def test_every_row_has_a_bar(sample: Cli):
    done = sample("query", "SELECT COUNT(*) AS n FROM player", "--chart", "n", "--sort-by", "-n")
    bars = [line[14:].rstrip() for line in done.lines[2:]]
    assert [len(bar) for bar in bars] == [30, 22, 18]
    assert bars[0] == "█" * 30


def _require_quiet(sample: Cli) -> None:
    sql = "SELECT COUNT(*) AS n FROM information_schema.processlist"
    assert sample("query", sql, "--format", "csv").lines == [
        "world,n",
        *(f"host{n},1" for n in (1, 2, 3)),
    ]


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("SELECT * FROM playr", "hint: did you mean player?"),
        ("SELECT nam FROM player", "hint: did you mean player_name?"),
        ("SELECT player_scroe FROM player", "hint: did you mean player_score?"),
    ],
)
def test_a_misspelt_name_is_answered_with_a_suggestion(sample: Cli, sql: str, hint: str):
    done = sample("query", sql)
    assert (done.code, done.stdout) == (1, "")
    assert hint in done.stderr.splitlines()


@pytest.mark.parametrize("sql", ["SELECT * FROM nosuch.player", "SELECT zzzz FROM player"])
def test_what_is_like_no_name_has_no_misleading_hint(sample: Cli, sql: str):
    done = sample("query", sql)
    assert done.code == 1
    assert "hint:" not in done.stderr


@pytest.mark.parametrize("output_format", ["table", "csv", "json"])
def test_nothing_is_printed_where_every_world_was_too_slow(sample: Cli, output_format: str):
    done = sample("query", "SELECT SLEEP(9)", "--timeout", "0.3", "--format", output_format)
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr == "error: in every world: timed out after 0.3 s\n"


def test_no_total_is_made_of_no_answers(sample: Cli):
    reduced = ("--reduce", "SELECT SUM(s) AS total FROM result")
    done = sample("query", "SELECT SLEEP(9) AS s", "--timeout", "0.3", *reduced)
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr == "error: in every world: timed out after 0.3 s\n"


def test_rows_that_worlds_have_are_printed_though_others_were_too_slow(sample: Cli):
    sql = "SELECT IF((SELECT COUNT(*) FROM player) > 200, SLEEP(9), 0) AS slept"
    done = sample("query", sql, "--timeout", "0.5", "--format", "csv")
    assert (done.code, done.lines) == (4, ["world,slept", "host1,0", "host3,0"])
    assert "error: world host2: timed out after 0.5 s" in done.stderr
