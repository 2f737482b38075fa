"""`rewound diff` on the sample, before and after its update."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rewound import command
from rewound.engine.install.installation import Installation
from rewound.files.mounts import remove_tree
from tests.conftest import EXAMPLES, Cli, Dumps
from tests.server.terminal import on_terminal

GAME_SAMPLE = Path(__file__).parents[3] / "shared/data/game-sample"


@pytest.fixture(scope="module")
def moments(
    installation: Installation,
    make_folder: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
    cache_dir: Path,
) -> Iterator[Cli]:
    """The sample as fleets `before` and `after`; only to look at."""
    cli = Cli(make_folder(), tmp_path_factory.mktemp("cwd"), cache_dir)
    try:
        for fleet, at in (("before", "2026-03-02 23:00"), ("after", "2026-03-03 23:00")):
            done = cli("up", EXAMPLES, "--at", at, "--fleet", fleet)
            assert done.code == 0, done.stderr
        yield cli
    finally:
        cli("down", "--all")
        remove_tree(cli.state_dir)


def test_rows_that_a_screen_would_cut_are_shown_line_by_line(moments: Cli):
    asked = ("diff", "before", "after", "--table", "player", "--worlds", "host1", "--rows", "1")
    with on_terminal(moments, *asked, "--show", "player_name", first="host1") as terminal:
        assert terminal.wait() == 1
        lines = terminal.shown.splitlines()
    assert "host1: player 1, player_name=Olivia \\o/" in lines
    assert "  updated_at  2026-03-02 18:33:31 → 2026-03-03 19:17:16" in lines
    assert max(map(len, lines)) <= 80


def test_the_planted_fault_stands_out_in_the_first_line(moments: Cli):
    done = moments("diff", "before", "after")
    assert done.code == 1, done.stderr
    assert done.lines[0] == "before → after: 3 worlds; 2,449 rows differ, in 11 of 14 tables"
    first = done.lines.index("what stands out") + 1
    assert done.lines[first].startswith(
        "  host2: where player.player_score changed, the average change is +278.55;"
        " elsewhere +190.50 to +195.26"
    )
    assert "  host[1-3]: column player.title added" in done.lines
    rows = {tuple(line.split()) for line in done.lines}
    assert ("score_event", "295", "498", "215") in rows
    assert ("mean", "player_score", "+190.50", "+278.55", "+195.26") in rows
    assert "too few rows to judge: ban, game_version, season" in done.lines
    # What reproduces it is a command that runs, and shows the same number.
    command = done.lines[first + 1].split()
    assert command[:2] == ["rewound", "diff"]
    again = moments(*(word.strip("'") for word in command[1:]), "--format", "json")
    [world] = json.loads(again.stdout)["worlds"]
    [table] = world["tables"]
    [column] = table["columns"]
    assert (world["world"], table["table"]) == ("host2", "player")
    assert (column["column"], column["changed"], column["sum"]) == ("player_score", 199, 55431)
    assert round(column["mean"], 2) == 278.55
    assert len(table["rows"]) == 10


def test_a_fleet_does_not_differ_from_itself(moments: Cli):
    done = moments("diff", "after", "after")
    assert done.code == 0
    assert done.stdout == "after → after: 3 worlds; 0 rows differ, in 0 of 15 tables\n"


def test_differences_can_be_no_failure(moments: Cli):
    assert moments("diff", "before", "after", "--exit-zero").code == 0


def test_trouble_is_2_or_more_as_of_diff(moments: Cli):
    done = moments("diff", "before", "nope")
    assert (done.code, done.stdout) == (2, "")
    assert "no fleet named nope" in done.stderr


def test_settings_for_a_source_do_not_stop_a_diff_of_fleets(moments: Cli):
    assert moments("diff", "after", "after", env={"REWOUND_SCHEMA": "game"}).code == 0
    typed = moments("diff", "after", "after", "--schema", "game")
    assert typed.code == 2
    assert "--schema requires a SOURCE" in typed.stderr


@pytest.mark.parametrize("by", ["world", "column"])
def test_columns_are_shown_by_world_or_summed(moments: Cli, by: str):
    done = moments(
        *("diff", "before", "after", "--table", "game.player", "--columns", "player_score"),
        *("--group-by", by, "--format", "csv"),
    )
    assert done.code == 1, done.stderr
    rows = [line.split(",") for line in done.lines]
    sums = {row[2]: int(row[5]) for row in rows[1:]}
    if by == "world":
        assert sums == {"host1": 26861, "host2": 55431, "host3": 22260}
    else:
        assert sums == {"3": 104552}


def test_changed_rows_are_shown_side_by_side(moments: Cli):
    done = moments(
        *("diff", "before", "after", "--table", "item", "--rows", "1", "--columns", "power"),
        *("--worlds", "host1", "--format", "csv"),
    )
    assert done.lines[0] == "world,table,key,change,column,before,after,delta"
    [row] = [line.split(",") for line in done.lines[1:]]
    assert row[:2] == ["host1", "item"]
    assert row[3:5] == ["changed", "power"]
    assert (int(row[6]), row[7]) == (int(row[5]) + 5, "5")


def test_the_report_says_what_was_compared(moments: Cli):
    done = moments("diff", "before", "after", "--worlds", "host1", "--format", "json")
    made = json.loads(done.stdout)["provenance"]
    assert made["options"] == ["before", "after", "--worlds", "host1", "--format", "json"]
    assert made["before"]["target"] == "2026-03-02 23:00"
    assert made["after"]["server"].startswith("MySQL ")
    [dump] = made["after"]["dumps"]
    path = Path(dump["dump"])
    assert path.parent == EXAMPLES
    assert dump["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert dump["bytes"] == path.stat().st_size


def test_a_condition_that_no_row_matches_is_said(moments: Cli):
    nobody = ("--table", "player", "--where", "player_score < -99999")
    done = moments("diff", "before", "after", *nobody)
    assert "; 0 rows differ" in done.lines[0]
    assert "warning: no row matches --where" in done.stderr


def test_the_largest_changes_come_first_and_rows_have_a_name(moments: Cli):
    asked = ("diff", "before", "after", "--table", "player", "--columns", "player_score")
    every = moments(*asked, "--rows", "9999", "--format", "csv")
    deltas = sorted(int(line.split(",")[-1]) for line in every.lines[1:] if line[-1] != ",")
    for order, expected in (("-delta", deltas[::-1]), ("delta", deltas)):
        done = moments(
            *(*asked, "--rows", "4", "--sort", order, "--show", "player_name", "--format", "csv")
        )
        assert done.code == 1, done.stderr
        assert done.lines[0] == "world,table,key,player_name,change,column,before,after,delta"
        rows = [line.split(",") for line in done.lines[1:]]
        assert [int(row[-1]) for row in rows[:4]] == expected[:4]
        assert all(row[3] for row in rows)


def test_a_report_replaces_an_older_one_only_with_force(moments: Cli):
    page = moments.cwd / "report.html"
    page.write_text("older")
    asked = ("diff", "before", "after", "--table", "season", "--html", "report.html")
    refused = moments(*asked)
    assert (refused.code, refused.stdout, page.read_text()) == (2, "", "older")
    assert "--html report.html: the file already exists" in refused.stderr
    assert "replace it with --force" in refused.stderr
    done = moments(*asked, "--force")
    assert done.code == 1, done.stderr
    assert page.read_text().startswith("<!doctype html>")


def test_numbers_and_their_deltas_are_flush_right(moments: Cli):
    done = moments(
        *("diff", "before", "after", "--table", "player", "--rows", "2", "--worlds", "host1"),
    )
    scores = [line.rstrip() for line in done.lines if " player_score " in line]
    assert len(scores) == 2
    assert len({len(line) for line in scores}) == 1
    assert all(re.search(r" \d+ +\d+ +\+\d+$", line) for line in scores)


def test_answers_to_a_query_are_compared(moments: Cli):
    sql = "SELECT kind, COUNT(*) AS n FROM score_event GROUP BY kind"
    done = moments("diff", "before", "after", "--query", sql, "--format", "csv")
    assert done.code == 1, done.stderr
    assert done.lines[0] == "world,kind,change,column,before,after,delta"
    assert "host2,match,changed,n,2142,2346,204" in done.lines
    assert "host2,season_bonus,added,,,n=269," in done.lines
    same = moments("diff", "before", "after", "--query", "SELECT COUNT(*) FROM season WHERE 0")
    assert (same.code, same.stdout) == (0, "")
    assert "no difference in host[1-3]" in same.stderr
    one_fails = moments(
        *("diff", "before", "after", "--query"),
        "SELECT IF(COUNT(*) = 126, (SELECT 1 UNION SELECT 2), 1) AS n FROM player",
    )
    assert one_fails.code == 4
    assert "error: world host3: MySQL error 1242" in one_fails.stderr


def test_rows_of_a_table_are_matched_by_its_primary_key(moments: Cli):
    sql = "SELECT * FROM player WHERE player_id < 20"
    done = moments("query", "--compare", "before,after", sql, "--format", "csv")
    assert done.code == 1, done.stderr
    assert done.lines[0] == "world,player_id,change,column,before,after,delta"
    assert {line.split(",")[2] for line in done.lines[1:]} == {"changed"}
    assert "warning: columns of one side are not compared: title only after\n" in done.stderr
    assert "whole rows" not in done.stderr
    sql = "SELECT patch FROM game_version"
    added = moments("query", "--compare", "before,after", sql, "--worlds", "host1")
    assert "NULL" not in added.stdout
    sql = "SELECT player_level, player_score FROM player"  # nothing identifies a row of it
    whole = moments("query", "--compare", "before,after", sql)
    assert (
        "warning: worlds host[1-3]: several rows have the same player_level, so whole rows are"
        " compared; --key COLUMN,… names columns that identify a row\n"
    ) in whole.stderr


def test_two_worlds_of_one_fleet_are_compared(moments: Cli):
    done = moments("diff", "after", "--world", "host1", "host3", "--table", "season")
    assert done.code == 0, done.stdout
    assert done.lines[0].startswith("host1 → host3: 1 world; 0 rows differ")


def test_two_moments_of_a_source_are_brought_up_and_go(cli: Cli):
    done = cli("diff", EXAMPLES, "--from", "2026-03-02 23:00", "--to", "2026-03-03 23:00")
    assert done.code == 1, done.stderr
    assert done.lines[0].startswith("2026-03-02 23:00 → 2026-03-03 23:00: 3 worlds; 2,449 rows")
    assert "fleet diff-before: " in done.stderr
    assert cli("status", "--all", "--format", "csv").lines[1:] == []


def test_worlds_without_counterpart_and_tables_that_fail_are_named(cli: Cli, dumps: Dumps):
    table = "CREATE TABLE t (a INT PRIMARY KEY);\n"
    for world in ("w1", "w2"):
        dumps.write(table, name=f"{world}_fulldump_20260302_211500.sql")
    for world in ("w2", "w3"):
        rows = "INSERT INTO t VALUES (1);\n"
        dumps.write(table + rows, name=f"{world}_fulldump_20260303_211500.sql")
    old = ("--at", "2026-03-02", "--fleet", "old", "--allow-missing")
    try:
        assert cli("up", dumps.folder, *old).code == 0
        assert cli("up", dumps.folder, "--worlds", "w[2-3]", "--fleet", "new").code == 0
        done = cli("diff", "old", "new", "--format", "csv")
        assert (done.code, done.lines[1:]) == (1, ["w2,game,t,1,0,0,0,"])
        assert "warning: world w1: only before, so not compared" in done.stderr
        assert "warning: world w3: only after, so not compared" in done.stderr
        for worlds, said in (
            ("w1", "w1 is only in fleet old"),
            ("w[1,3]", "w1 is only in fleet old, w3 is only in fleet new"),
        ):
            unpaired = cli("diff", "old", "new", "--worlds", worlds)
            assert (unpaired.code, unpaired.stdout) == (2, "")
            assert f"error: {said}\n" in unpaired.stderr
            assert "hint: worlds are paired by name" in unpaired.stderr
        failing = cli("diff", "old", "new", "--table", "t", "--where", "nothing = 1")
        assert (failing.code, failing.stdout) == (2, "")
        assert "no row matches" not in failing.stderr
        assert "error: no table could be compared\n" in failing.stderr
        assert "rows of game.t of w2 not compared: MySQL error 1054" in failing.stderr
    finally:
        cli("down", "--all")


def test_a_world_whose_server_died_does_not_stop_the_others(cli: Cli):
    for fleet in ("old", "new"):
        assert cli("up", EXAMPLES, "--fleet", fleet).code == 0
    try:
        [mark] = command.find_daemons(f"--datadir={cli.state_dir}/fleets/new/worlds/host2/")
        command.kill(mark)
        done = cli("diff", "old", "new")
        assert done.code == 4
        assert done.lines[0] == "old → new: 2 worlds; 0 rows differ, in 0 of 15 tables"
        remedy = "to start again: rewound start --fleet new"
        assert f"error: world host2 is stopped in fleet new; {remedy}\n" in done.stderr
    finally:
        cli("down", "--all")


@pytest.mark.skipif(not GAME_SAMPLE.exists(), reason="the studio's dumps are not here")
def test_the_studios_dumps_differ_as_is_known_of_them(cli: Cli):
    times = ("--from", "2024-06-17", "--to", "2024-06-18")
    done = cli("diff", GAME_SAMPLE, *times, "--group-by", "world", "--format", "json")
    assert done.code == 1, done.stderr
    sums = {}
    for world in json.loads(done.stdout)["worlds"]:
        [table] = world["tables"]
        assert (table["added"], table["removed"], table["same"]) == (0, 0, 0)
        scores = next(each for each in table["columns"] if each["column"] == "player_score")
        assert scores["changed"] == table["changed"]
        sums[world["world"]] = (table["changed"], scores["sum"])
    assert sums == {"host1": (5, 22), "host2": (7, 58), "host3": (4, 14)}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give two fleets, or a SOURCE with --from and --to"),
        (["before"], "give two fleets, or a SOURCE with --from and --to"),
        (["before", "after", "--from", "2026-03-02"], "--from and --to must be used together"),
        (["before", "after", "--where", "1"], "--where requires --table"),
        (["before", "after", "--table", "nope"], "no table matches nope"),
        (["before", "after", "--table", "player", "--table", "nope"], "no table matches nope"),
        (["before", "after", "--table", "plaier"], "did you mean player?"),
        (["before", "after", "--columns", "player_scroe"], "did you mean player_score?"),
        (["before", "after", "--ignore-columns", "nope*"], "no column matches nope*"),
        (["before", "after", "--table", "item", "--columns", "player_score"], "no column of item"),
        (["before", "after", "--key", "id"], "--key requires --query"),
        (["before", "after", "--force"], "--force requires --html"),
        (["before", "after", "--html", "no/folder.html"], "--html no/folder.html: No such file"),
        (["before", "after", "--query", "SELECT 1", "--rows", "9"], "--rows and --query are"),
        (["before", "after", "--rows", "9", "--group-by", "world"], "are mutually exclusive"),
        (
            ["before", "after", "--query", "SELECT 1; SELECT 2"],
            "--query: expected one statement, got 2",
        ),
        (["before", "after", "--query", "SELECT 1 AS n", "--key", "m"], "has no column m"),
    ],
)
def test_what_cannot_be_compared_is_a_usage_error(moments: Cli, arguments: list[str], said: str):
    done = moments("diff", *arguments)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr
