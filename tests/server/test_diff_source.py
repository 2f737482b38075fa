"""`rewound diff SOURCE`: the options of `up` hold, and what it prints can be run as it stands."""

import json
import shlex
from collections.abc import Iterator

import pytest

from tests.conftest import Cli, Dumps, Finished

HEADER = "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n"
TIMES = ("--from", "2026-03-01", "--to", "2026-03-02")


@pytest.fixture
def odd(cli: Cli, dumps: Dumps) -> Dumps:
    """Three worlds at two moments, and a fourth at the later one; the dumps name no database."""
    table = "CREATE TABLE player (id INT PRIMARY KEY, score INT);\n"
    for day, gains in (("01", (0, 0, 0)), ("02", (5, 6, 900))):
        for number, gain in enumerate(gains, 1):
            values = ",".join(f"({key},{key + gain})" for key in range(1, 31))
            rows = f"INSERT INTO player VALUES {values};\n"
            dumps.write(table + rows, name=f"day_202603{day}_w{number}.sql", header=HEADER)
    dumps.write(table, name="day_20260302_w4.sql", header=HEADER)
    (cli.cwd / "rewound.toml").write_text(
        "schema = 'game'\npattern = 'day_{time:%Y%m%d}_{world}'\nallow-missing = true\n"
    )
    return dumps


def find_command(done: Finished) -> list[str]:
    """Return the command below the first finding."""
    first = done.lines.index("what stands out") + 1
    words = shlex.split(done.lines[first + 1])
    assert words[0] == "rewound"
    return words[1:]


def test_the_settings_file_holds_and_printed_commands_work(cli: Cli, odd: Dumps):
    done = cli("diff", odd.folder, *TIMES, "--skip-table", "log_*")
    assert done.code == 1, done.stderr
    assert done.lines[0].startswith("2026-03-01 → 2026-03-02: 3 worlds; 90 rows differ")
    assert "warning: world w4: only after" in done.stderr
    assert "warning: --skip-table log_*: no dump contains such a table" in done.stderr
    again = find_command(done)
    assert again[again.index("--skip-table") + 1] == "log_*"
    shown = cli(*again)
    assert shown.code == 1, shown.stderr
    assert {line.split()[0] for line in shown.lines[2:]} == {"w3"}
    assert cli("status", "--all", "--format", "csv").lines[1:] == []


def test_after_keep_the_printed_command_names_the_kept_fleets(cli: Cli, odd: Dumps):
    try:
        done = cli("diff", odd.folder, *TIMES, "--keep")
        again = find_command(done)
        assert again[:3] == ["diff", "diff-before", "diff-after"]
        shown = cli(*again)
        assert shown.code == 1, shown.stderr
        assert {line.split()[0] for line in shown.lines[2:]} == {"w3"}
        twice = cli("diff", odd.folder, *TIMES)
        assert twice.code == 2
        assert "rewound diff diff-before diff-after" in twice.stderr
    finally:
        cli("down", "--all")


def test_a_world_without_a_dump_at_the_earlier_moment_stops_it(cli: Cli, odd: Dumps):
    (cli.cwd / "rewound.toml").write_text("pattern = 'day_{time:%Y%m%d}_{world}'\n")
    done = cli("diff", odd.folder, *TIMES)
    assert (done.code, done.stdout) == (2, "")
    assert "no dump at or before 2026-03-01 of w4" in done.stderr
    assert "--allow-missing" in done.stderr


def test_one_dump_at_both_moments_is_said(cli: Cli, odd: Dumps):
    done = cli("diff", odd.folder, "--from", "2026-03-02", "--to", "2026-03-03")
    assert done.code == 0, done.stderr
    assert "warning: w[1-4] have the same dump on both sides" in done.stderr
    sql = ("--query", "SELECT COUNT(*) AS players FROM player")
    asked = cli("diff", odd.folder, "--from", "2026-03-02", "--to", "2026-03-03", *sql)
    assert "warning: w[1-4] have the same dump on both sides" in asked.stderr


@pytest.fixture
def fleets_with_one_old_world(cli: Cli, dumps: Dumps) -> Iterator[Cli]:
    """Fleets `old` and `new`: three worlds gain a column and scores, w4 has one dump for both."""
    columns = ("id INT PRIMARY KEY, score INT", "id INT PRIMARY KEY, score INT, title INT")
    for day, (column_list, gain, end) in enumerate(zip(columns, (0, 5), ("", ",1"), strict=True)):
        values = ",".join(f"({key},{key + gain}{end})" for key in range(1, 31))
        table = f"CREATE TABLE player ({column_list});\nINSERT INTO player VALUES {values};\n"
        for number in range(1, 4 if day else 5):
            dumps.write(table, name=f"w{number}_fulldump_2026030{day + 1}_211500.sql")
    try:
        for fleet, at in (("old", "2026-03-01 23:00"), ("new", "2026-03-02 23:00")):
            done = cli("up", dumps.folder, "--at", at, "--fleet", fleet)
            assert done.code == 0, done.stderr
        yield cli
    finally:
        cli("down", "--all")


def test_a_world_with_one_dump_on_both_sides_is_not_judged(fleets_with_one_old_world: Cli):
    cli = fleets_with_one_old_world
    done = cli("diff", "old", "new")
    assert done.code == 1, done.stderr
    assert "no world stands out: all changed alike" in done.lines
    assert "warning: w4 has the same dump on both sides" in done.stderr
    report = json.loads(cli("diff", "old", "new", "--format", "json").stdout)
    assert (report["same_dumps"], report["findings"]) == (["w4"], [])
    assert [world["world"] for world in report["worlds"]] == ["w1", "w2", "w3", "w4"]
    # What was written after the restore is a difference like any other.
    written = cli(
        "query", "UPDATE player SET score = 0", *("--fleet", "new", "--worlds", "w4", "--write")
    )
    assert written.code == 0, written.stderr
    report = json.loads(cli("diff", "old", "new", "--format", "json").stdout)
    assert report["same_dumps"] == []
    assert {world for each in report["findings"] for world in each["worlds"]} == {"w4"}
