"""`rewound query` put to several fleets, to two that are compared, and to servers by their URLs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, Cli

PLAYERS = "SELECT COUNT(*) AS players FROM player"


@pytest.fixture(scope="module")
def both(sample: Cli) -> Iterator[Cli]:
    """The sample after the update as fleet `default`, and before it as `before`."""
    done = sample("up", EXAMPLES, "--before", "2026-03-03 04:00", "--fleet", "before")
    assert done.code == 0, done.stderr
    yield sample
    sample("down", "--fleet", "before")


def test_several_fleets_have_a_column_in_front(both: Cli):
    done = both("query", PLAYERS, "--fleet", "before,default", "--format", "csv")
    assert done.code == 0, done.stderr
    assert done.lines == [
        "fleet,world,players",
        *("before,host1,154", "before,host2,217", "before,host3,126"),
        *("default,host1,155", "default,host2,217", "default,host3,126"),
    ]
    assert "6 ok; 6 rows" in done.stderr


def test_worlds_of_several_fleets_are_named_with_their_fleet(both: Cli):
    options = ("--fleet", "before,default", "--worlds", "host[1-2]")
    done = both("query", "SELECT MAX(version) AS v FROM game_version", *options, "--group")
    assert [line.split() for line in done.lines[2:]] == [
        ["before/host[1-2]", "2", "4.1.3"],
        ["default/host[1-2]", "2", "4.2.0"],
    ]
    failed = both("query", "SELECT 1 AS fleet, title AS world FROM player LIMIT 1", *options)
    assert failed.code == 4
    assert "worlds before/host[1-2]: MySQL error 1054: Unknown column 'title'" in failed.stderr
    assert "2 ok, 2 failed (before/host[1-2]); 2 rows" in failed.stderr
    assert failed.lines[0].split() == ["fleet", "world", "fleet_2", "world_2"]
    cut = both("query", "SELECT a.* FROM score_event a, season b, item c", *options)
    assert "before/host[1-2],default/host[1-2]: output truncated to 1,250 rows" in cut.stderr


@pytest.mark.parametrize("fleets", ["before,", ",", "before,nope"])
def test_fleets_that_do_not_exist_are_named(both: Cli, fleets: str):
    done = both("query", PLAYERS, "--fleet", fleets)
    assert done.code in (1, 2)
    assert "a name is missing" in done.stderr or "no fleet named nope" in done.stderr


def test_two_fleets_are_compared_as_diff_does(both: Cli):
    done = both("query", "--compare", "before,default", PLAYERS, "--format", "csv")
    assert done.code == 1, done.stderr
    assert done.lines == [
        "world,change,column,before,after,delta",
        "host1,changed,players,154,155,1",
    ]
    assert "no difference in host[2-3]" in done.stderr
    diff = both("diff", "before", "default", "--query", PLAYERS, "--format", "csv")
    assert (diff.code, diff.stdout) == (done.code, done.stdout)
    assert both("query", "--compare", "before,default", "SELECT 1").code == 0
    assert both("query", "--compare", "before,default", "SELECT nothing").code == 2
    options = ("--param", "add=1", "--worlds", "host1", "--format", "csv")
    done = both("query", "--compare", "before,default", f"{PLAYERS} WHERE @add = 1", *options)
    assert done.lines == diff.lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--compare", "before"], "expected two fleets"),
        (
            ["--compare", "before,default", "--group"],
            "--compare and --group are mutually exclusive",
        ),
        (["--compare", "before,default", "--fleet", "a"], "--compare and --fleet are mutually"),
        (["--url", "mysql://h/d", "--fleet", "a"], "--url and --fleet are mutually exclusive"),
        (["--key", "a"], "--key requires --compare"),
        (["--force"], "--force requires --output"),
    ],
)
def test_options_that_do_not_go_together_are_refused(both: Cli, arguments: list[str], said: str):
    done = both("query", PLAYERS, *arguments)
    assert (done.code, done.stdout) == (2, "")
    assert said in done.stderr


def find_url(cli: Cli, world: str) -> str:
    return cli("connect", world, "--user", "dev", "--url").stdout.strip()


def test_servers_are_asked_by_their_urls(both: Cli, tmp_path: Path):
    one, two = find_url(both, "host1"), find_url(both, "host2")
    other = two.replace("mysql://", "mysql+pymysql://")
    done = both("query", PLAYERS, "--url", f"first={one}", "--url", other, "--format", "csv")
    assert (done.code, done.lines) == (0, ["world,players", "first,155", "127.0.0.1,217"])
    path = tmp_path / "urls.txt"
    path.write_text(f"# the worlds\n\n{one}\n{two}\n")
    done = both("query", PLAYERS, "--url", f"@{path}", "--format", "csv")
    ports = [url.rpartition(":")[2].partition("/")[0] for url in (one, two)]
    expected = [f"127.0.0.1:{ports[0]},155", f"127.0.0.1:{ports[1]},217"]
    assert done.lines == ["world,players", *expected]


def test_a_server_is_only_read_unless_write_is_given(both: Cli):
    url = find_url(both, "host1")  # of dev, who may change everything
    for sql in ("DROP DATABASE game", "CREATE TABLE x (a INT)", "CALL p()", "SET GLOBAL a = 1"):
        done = both("query", f"SELECT 1; {sql}", "--url", url)
        assert (done.code, done.stdout) == (2, "")
        assert "servers are only read, unless changes are allowed" in done.stderr, sql
        assert "hint: --write allows them" in done.stderr
    done = both("query", "WITH a AS (SELECT 1) DELETE FROM player", "--url", url)
    assert done.code == 1
    assert "MySQL error 1792" in done.stderr
    assert "--write allows changes" in done.stderr
    done = both("query", "DELETE FROM player WHERE player_id = 0", "--url", url, "--write")
    assert done.code == 0, done.stderr
    reader = both("connect", "host1", "--user", "reader", "--url").stdout.strip()
    done = both("query", "DELETE FROM player", "--url", reader, "--write")
    assert "DELETE command denied to user 'reader'" in done.stderr
    assert "--write" not in done.stderr  # it is there


@pytest.mark.parametrize("mode", ["DISABLED", "PREFERRED", "REQUIRED"])
def test_a_connection_over_a_network_is_encrypted_where_it_can_be(both: Cli, mode: str):
    sql = "SELECT variable_value <> '' AS c FROM performance_schema.session_status"
    # From then on, the server knows the password: without encryption, it takes no first login.
    known = both("query", "SELECT 1", "--url", f"{find_url(both, 'host1')}?ssl-mode=REQUIRED")
    assert known.code == 0, known.stderr
    done = both(
        *("query", f"{sql} WHERE variable_name = 'Ssl_cipher'", "--format", "tsv"),
        *("--url", f"{find_url(both, 'host1')}?ssl-mode={mode}"),
    )
    assert done.lines[1:] == [f"127.0.0.1\t{0 if mode == 'DISABLED' else 1}"], done.stderr


def test_no_message_tells_a_password(both: Cli):
    url = find_url(both, "host1")
    password = url.split(":")[2].partition("@")[0]
    wrong = url.replace(password, "se%2Fcret")
    unreachable = "mysql://u:se%2Fcret@127.0.0.1:1/game"
    for arguments in (["--url", wrong], ["--url", unreachable], ["-v", "--url", wrong]):
        options = [each for each in arguments if each != "-v"]
        verbose = ["-v"] if "-v" in arguments else []
        done = both(*verbose, "query", "SELECT 1", *options)
        assert done.code == 1
        assert "cret" not in done.stdout + done.stderr
    without = url.replace(f":{password}@", "@")
    done = both("query", PLAYERS, "--url", without, "--format", "csv", env={"MYSQL_PWD": password})
    assert done.lines[1:] == ["127.0.0.1,155"], done.stderr


def test_a_file_is_replaced_by_force_and_only_by_a_whole_one(both: Cli):
    path = both.cwd / "forced.csv"
    path.write_text("older")
    for sql in ("SELECT nothing", "SELECT SLEEP(5) AS s FROM player"):
        options = ("--output", path, "--timeout", "0.3", "--worlds", "host1")
        done = both("query", sql, *options, "--force")
        assert done.code == 1
    link = both.cwd / "link.csv"
    link.symlink_to(path)
    done = both("query", "SELECT 1 AS a", "--output", link, "--force", "--worlds", "host1")
    assert done.code == 0, done.stderr
    assert path.read_text() == "world,a\nhost1,1\n"
    assert link.is_symlink()
    assert [each.name for each in both.cwd.glob(".*csv*")] == []
