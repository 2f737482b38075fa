"""Fleets from the command line, on the sample and on broken dumps."""

import json
import os
import signal
import socket
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from rewound import command
from rewound.engine.install.installation import Installation
from rewound.errors import CommandFailed
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.conftest import EXAMPLES, Cli, Dumps, Finished
from tests.endurance.small_disk import small_disk
from tests.waiting import wait_until

ROWS = {"host1": 5055, "host2": 7556, "host3": 4085}
SCORES = [("host1", 155, 221298), ("host2", 217, 346338), ("host3", 126, 170931)]
LONGEST_INTERRUPT_S = 5.0


def status_of(cli: Cli, *arguments: str) -> dict[str, dict[str, object]]:
    done = cli("status", "--format", "json", *arguments)
    assert done.code == 0, done.stderr
    return {row["world"]: row for row in json.loads(done.stdout)}


def states_of(cli: Cli) -> dict[str, object]:
    return {world: row["state"] for world, row in status_of(cli).items()}


def servers_of(cli: Cli, world: str | None = None) -> list[psutil.Process]:
    """The servers of all fleets, or the one of a world of the fleet `default`."""
    folder = cli.state_dir if world is None else cli.state_dir / "fleets/default/worlds" / world
    marks = command.find_daemons(f"--datadir={folder}{os.sep}")
    return [psutil.Process(mark.pid) for mark in marks if command.is_running(mark)]


def kill_server(cli: Cli, world: str) -> None:
    [victim] = servers_of(cli, world)
    victim.kill()
    wait_until(lambda: not servers_of(cli, world))


def count_running(cli: Cli, sql: str) -> int:
    """Count the worlds in which this statement runs."""
    asked = cli(
        *("query", "SELECT info FROM information_schema.processlist WHERE info = @sql"),
        *("--param", f"sql={sql}", "--format", "tsv"),
    )
    return len(asked.lines) - 1


def login_of(cli: Cli, world: str, user: str) -> dict[str, str]:
    done = cli("connect", world, "--print", "--user", user)
    assert done.code == 0, done.stderr
    return dict(line.split(": ", 1) for line in done.lines)


def is_free(port: int) -> bool:
    with closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def write_slow_dump(dumps: Dumps, name: str) -> Path:
    """Write a dump that takes far longer than a test to load: minutes, on any machine."""
    table = (
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s TEXT,"
        " slow CHAR(128) AS (SHA2(REPEAT(s, 10000), 512)) STORED);\n"
    )
    rows = [
        f"INSERT INTO t (id, s) VALUES ({number},'some text of a row that is one of very many');\n"
        for number in range(1, 100_001)
    ]
    return dumps.write(
        table + "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';\n" + "".join(rows), name=name
    )


def wait_for_state(cli: Cli, state: str, *, fleet: str = "default") -> None:
    record = cli.state_dir / f"fleets/{fleet}/fleet.json"
    wait_until(lambda: record.exists() and f'"state":"{state}"' in record.read_text())


def write_game(dumps: Dumps, world: str, *, day: int = 2, sql: str = "") -> Path:
    return dumps.write(
        "CREATE TABLE player (id INT PRIMARY KEY);\n"
        f"INSERT INTO player VALUES (1), ({day});\n{sql}",
        name=f"{world}_fulldump_202603{day:02}_211500.sql.gz",
    )


# The sample, looked at.


def test_status_and_the_cache_for_people_fit_80_columns(sample: Cli):
    header, _, *lines = sample("status").lines
    assert header.split() == ["world", "state", "as", "of", "(UTC)", "rows", "address", "disk"]
    assert lines[0].startswith("host1   ready   2026-03-03 21:15:08   5,055   127.0.0.1:")
    assert max(map(len, lines)) <= 80
    assert sample("status", "--all").lines[0].split()[0] == "fleet"
    some = sample("status", "host[1,3]", "--format", "csv")
    assert [line.split(",")[1] for line in some.lines] == ["world", "host1", "host3"]
    assert "did you mean host1?" in sample("status", "hots1").stderr
    assert "hint: rewound down --fleet default\n" in sample("down", "default").stderr
    header, *_ = sample("cache", "list").lines
    assert header.split() == ["baseline", "disk", "used", "dump", "worlds"]


def test_status_shows_three_worlds_with_their_rows(sample: Cli):
    rows = status_of(sample)
    assert {world: row["rows"] for world, row in rows.items()} == ROWS
    assert {row["state"] for row in rows.values()} == {"ready"}
    assert {row["schemas"] for row in rows.values()} == {"game"}
    assert rows["host1"]["dump"] == "host1_fulldump_20260303_211508.sql.gz"


def test_query_merges_the_answers_of_all_worlds(sample: Cli):
    done = sample("query", "SELECT COUNT(*), SUM(player_score) FROM player", "--format", "csv")
    assert done.code == 0, done.stderr
    assert done.lines[1:] == [f"{world},{players},{total}" for world, players, total in SCORES]


def test_query_finds_the_planted_fault_in_one_world_only(sample: Cli):
    done = sample(
        "query",
        "SELECT COUNT(*) FROM (SELECT player_id FROM score_event WHERE kind = 'season_bonus'"
        " AND season_id = 6 GROUP BY player_id HAVING COUNT(*) > 1) AS twice",
        "--format",
        "tsv",
    )
    assert done.lines[1:] == ["host1\t0", "host2\t99", "host3\t0"]


def test_query_can_be_limited_to_some_worlds(sample: Cli):
    done = sample("query", "SELECT 1 AS one", "--worlds", "host[2-3]", "--format", "csv")
    assert done.lines == ["world,one", "host2,1", "host3,1"]


def test_query_of_a_table_that_no_world_has_is_one_error(sample: Cli):
    done = sample("query", "SELECT * FROM playr")
    assert done.code == 1
    assert done.stdout == ""
    assert done.stderr == (
        "error: in every world: MySQL error 1146: Table 'game.playr' doesn't exist\n"
        "hint: did you mean player?\n"
    )


def test_query_ends_at_once_on_ctrl_c(sample: Cli):
    sql = "SELECT SLEEP(20)"
    process = sample.start("query", sql)
    wait_until(lambda: count_running(sample, sql) == 3, process=process)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert time.monotonic() - started < LONGEST_INTERRUPT_S
    assert (process.returncode, stderr.strip()) == (130, "interrupted")


def test_report_states_the_proof_of_every_world(sample: Cli):
    done = sample("report", "--format", "json")
    ledgers = json.loads(done.stdout)
    assert list(ledgers) == list(ROWS)
    for world, ledger in ledgers.items():
        assert sum(table["counted"] for table in ledger["tables"]) == ROWS[world]
        assert ledger["dump"]["is_whole"] is True
        assert len(ledger["dump"]["sha256"]) == 64
    assert [*json.loads(sample("report", "host1", "host2", "--format", "json").stdout)] == [
        "host1",
        "host2",
    ]
    text = sample("report", "host2")
    assert text.lines[0] == "world host2: 7,556 rows in 15 tables, every one counted"
    # Counts that are all 0 are left out, so the table fits 80 columns.
    assert "schema   table            in_dump   loaded   counted" in text.lines
    listed = sample("report", "host2", "--format", "csv").lines[0]
    assert listed == ("world,schema,table,rows_in_dump,duplicates,loaded,by_others,by_logs,counted")


def test_connect_prints_an_address_and_a_url_of_the_same_login(sample: Cli):
    login = login_of(sample, "host1", "reader")
    url = sample("connect", "host1", "--url", "--user", "reader").stdout.strip()
    assert url == (
        f"mysql://reader:{login['password']}@{login['host']}:{login['port']}/{login['schemas']}"
    )
    assert (sample.state_dir / "fleets/default/reader.cnf").stat().st_mode & 0o777 == 0o600


class Client:
    """The real mysql client on host1, over TCP, with what `connect --print` says."""

    def __init__(self, argv: tuple[str, ...], sample: Cli, folder: Path) -> None:
        self._argv = argv
        self._folder = folder
        self._logins = {user: login_of(sample, "host1", user) for user in ("dev", "reader")}

    def run(self, user: str, sql: str) -> str:
        login = self._logins[user]
        options = self._folder / f"{user}.cnf"
        options.write_text(f"[client]\npassword={login['password']}\n")
        address = ["--protocol=tcp", f"--host={login['host']}", f"--port={login['port']}"]
        argv = [*self._argv, f"--defaults-file={options}", *address, f"--user={user}"]
        return command.run(
            [*argv, "--batch", "--skip-column-names", f"--execute={sql}", login["schemas"]],
            timeout_s=30,
        )


@pytest.fixture(scope="module")
def client(
    installation: Installation, sample: Cli, tmp_path_factory: pytest.TempPathFactory
) -> Client:
    if installation.client is None:
        pytest.skip("no mysql client found")
    return Client(installation.client, sample, tmp_path_factory.mktemp("client"))


@pytest.mark.parametrize("user", ["dev", "reader"])
def test_the_mysql_client_logs_in_over_tcp(client: Client, user: str):
    answer = client.run(user, "SELECT CURRENT_USER(), COUNT(*) FROM player")
    assert answer == f"{user}@%\t155\n"


@pytest.mark.parametrize("user", ["dev", "reader"])
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1 INTO OUTFILE '/tmp/rewound-test-outfile'", "Access denied"),
        ("LOAD DATA INFILE '/etc/passwd' INTO TABLE ban", "denied"),
        ("SELECT * FROM mysql.user", "denied"),
        ("CREATE USER x", "Access denied|READ ONLY"),
        ("GRANT SELECT ON game.* TO reader", "denied|READ ONLY"),
        ("SET GLOBAL local_infile = ON", "Access denied"),
        ("SHUTDOWN", "Access denied"),
        ("CREATE DATABASE another", "Access denied|READ ONLY"),
    ],
)
def test_no_account_gets_out_of_its_world(client: Client, user: str, sql: str, said: str):
    with pytest.raises(CommandFailed, match=said):
        client.run(user, sql)


@pytest.mark.parametrize("user", ["dev", "reader"])
def test_no_account_reads_a_file_of_the_host(client: Client, user: str):
    answer = client.run(user, "SELECT LOAD_FILE('/etc/passwd')")
    assert answer == "NULL\n"


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM ban",
        "INSERT INTO season_reward SELECT * FROM season_reward",
        "UPDATE player SET player_score = 0",
        "CREATE TABLE mine (id INT)",
        "CALL lift_expired_bans()",
        "DROP TABLE ban",
    ],
)
def test_reader_cannot_write(client: Client, sql: str):
    with pytest.raises(CommandFailed, match=r"denied|READ ONLY"):
        client.run("reader", sql)


def test_dev_can_write(client: Client):
    answer = client.run(
        "dev",
        "CREATE TABLE mine (id INT); INSERT INTO mine VALUES (7); SELECT id FROM mine;"
        " DROP TABLE mine",
    )
    assert answer == "7\n"


def test_connect_says_which_worlds_there_are(sample: Cli):
    done = sample("connect", "host9", "--print")
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr == ("error: no world matches 'host9'\nhint: known: host[1-3]\n")


def test_up_of_a_fleet_that_is_up_changes_nothing(sample: Cli):
    done = sample("up", EXAMPLES)
    assert done.code == 1
    assert "fleet default already exists" in done.stderr
    assert "hint: --add adds worlds that it lacks, --replace restores it again" in done.stderr
    assert states_of(sample) == dict.fromkeys(ROWS, "ready")


def test_a_second_fleet_lives_beside_the_first(sample: Cli):
    done = sample("up", EXAMPLES, "--at", "2026-03-02 22:00", "--fleet", "before",
                  "--worlds", "host1")  # fmt: skip
    try:
        assert done.code == 0, done.stderr
        sql = "SELECT SUM(player_score) FROM player"
        before = sample("query", sql, "--fleet", "before", "--format", "csv")
        assert before.lines[1:] == ["host1,194408"]
        after = sample("query", sql, "--worlds", "host1", "--format", "csv")
        assert after.lines[1:] == ["host1,221298"]
        everything = sample("status", "--all", "--format", "csv")
        assert [line.split(",")[:2] for line in everything.lines[1:]] == [
            ["before", "host1"],
            *(["default", world] for world in ROWS),
        ]
    finally:
        assert sample("down", "--fleet", "before").code == 0
    assert states_of(sample) == dict.fromkeys(ROWS, "ready")


# Fleets of their own: ends, good and bad.


def require_gone(cli: Cli) -> None:
    assert servers_of(cli) == []
    assert list(cli.state_dir.glob("fleets/*/")) == []


def test_down_leaves_no_process_socket_port_or_folder(cli: Cli, dumps: Dumps):
    write_game(dumps, "a")
    assert cli("up", dumps.folder).code == 0
    login = login_of(cli, "a", "dev")
    assert Path(login["socket"]).is_socket()
    done = cli("down")
    assert done.code == 0
    assert done.stderr == "fleet default deleted: 1 server stopped\n"
    require_gone(cli)
    assert is_free(int(login["port"]))
    assert not Path(login["socket"]).exists()
    again = cli("down")
    assert (again.code, again.stdout) == (0, "")
    assert again.stderr == "no fleet named default; nothing to do (there are no fleets at all)\n"
    assert list(cli.state_dir.glob("fleets/*")) == []


def test_down_says_who_is_cut_off(cli: Cli, dumps: Dumps):
    write_game(dumps, "a")
    assert cli("up", dumps.folder).code == 0
    login = login_of(cli, "a", "dev")
    endpoint = Endpoint(Path(login["socket"]), login["host"], 0, "dev", login["password"])
    with Connection(endpoint):
        done = cli("down")
    assert done.code == 0
    assert done.stderr.splitlines()[0] == "a: connections closed: 1 (dev@localhost 1)"
    require_gone(cli)


@pytest.mark.parametrize("arguments", [("down",), ("down", "--all")], ids=" ".join)
def test_the_next_down_ends_what_a_killed_one_began(cli: Cli, arguments: tuple[str, ...]):
    half_deleted = cli.state_dir / "fleets/.default.going/worlds/a/data"
    half_deleted.mkdir(parents=True)
    assert "no fleet named" in cli("status").stderr
    done = cli(*arguments)
    assert (done.code, done.stdout) == (0, "")
    assert done.stderr == "fleet default deleted: 0 servers stopped\n"
    require_gone(cli)
    assert "nothing to do" in cli("down").stderr


def test_the_next_up_ends_what_a_killed_down_began(cli: Cli, dumps: Dumps):
    half_deleted = cli.state_dir / "fleets/.default.going"
    half_deleted.mkdir(parents=True)
    write_game(dumps, "a")
    assert cli("up", dumps.folder).code == 0
    assert not half_deleted.exists()
    assert cli("down").code == 0
    require_gone(cli)


@pytest.mark.parametrize("moment", ["--initialize-insecure", "--port="])
def test_an_up_that_is_killed_while_it_makes_the_template_leaves_no_server(
    cli: Cli, dumps: Dumps, own_cache: Path, moment: str
):
    write_game(dumps, "a")
    (own_cache / "templates").unlink()
    cli = Cli(cli.state_dir, cli.cwd, own_cache)
    templates = f"--datadir={own_cache}/templates/"

    def find_servers() -> list[psutil.Process]:
        return [psutil.Process(mark.pid) for mark in command.find_daemons(templates)]

    def has_come() -> bool:
        arguments = [word for server in find_servers() for word in server.cmdline()]
        return any(word.startswith(moment) for word in arguments)

    process = cli.start("up", dumps.folder)
    wait_until(has_come, timeout_s=60, process=process)
    process.kill()
    process.communicate()
    assert cli("down", "--all").code == 0
    assert find_servers() == []
    [making] = (own_cache / "templates").glob("making-*")
    done = cli("up", dumps.folder)
    assert done.code == 0, done.stderr
    assert list((own_cache / "templates").glob("making-*")) == []
    assert not Path(tempfile.gettempdir(), f"rewound-{making.name}").exists()
    assert cli("down").code == 0
    require_gone(cli)


def test_a_killed_server_is_stopped_and_the_others_answer(cli: Cli, dumps: Dumps):
    write_game(dumps, "a")
    write_game(dumps, "b")
    assert cli("up", dumps.folder).code == 0
    kill_server(cli, "a")
    assert states_of(cli) == {"a": "stopped", "b": "ready"}
    done = cli("query", "SELECT COUNT(*) AS players FROM player", "--format", "csv")
    assert done.code == 4
    assert done.lines == ["world,players", "b,2"]
    assert "error: world a is stopped; to start again: rewound start\n" in done.stderr
    assert "1 ok, 1 failed" in done.stderr
    assert cli("connect", "a", "--url").stderr == (
        "error: world a of fleet default is stopped\n"
        "hint: rewound start a starts it again; rewound reset a brings it back as it was restored\n"
    )
    some = cli("connect", "--all", "--url")
    assert (some.code, len(some.lines), some.lines[0][:2]) == (4, 1, "b ")
    assert "error: 1 of 2 worlds is not ready" in some.stderr
    assert cli("down").code == 0
    require_gone(cli)


@pytest.mark.parametrize("load", ["fast", "plain"])
def test_an_up_that_was_killed_is_interrupted_and_never_ready(cli: Cli, dumps: Dumps, load: str):
    write_slow_dump(dumps, "a_fulldump_20260302_211500.sql.gz")
    process = cli.start("up", dumps.folder, "--load", load)
    wait_for_state(cli, "loading")
    process.kill()
    process.communicate()
    assert states_of(cli) == {"a": "interrupted"}
    assert cli("query", "SELECT 1").code != 0
    assert cli("up", dumps.folder).code == 1
    assert len(servers_of(cli)) == 1
    assert cli("down").code == 0
    require_gone(cli)


@pytest.mark.parametrize("load", ["fast", "plain"])
def test_a_server_killed_while_it_loads_fails_its_world_alone(cli: Cli, dumps: Dumps, load: str):
    write_slow_dump(dumps, "a_fulldump_20260302_211500.sql.gz")
    write_game(dumps, "b")
    process = cli.start("up", dumps.folder, "--load", load)
    wait_for_state(cli, "loading")
    wait_until(lambda: servers_of(cli, "a"), process=process)
    time.sleep(1)
    servers_of(cli, "a")[0].kill()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "error: world a: " in stderr
    assert states_of(cli) == {"a": "failed", "b": "ready"}
    assert len(servers_of(cli)) == 1
    assert cli("down").code == 0
    require_gone(cli)


@pytest.mark.parametrize(
    ("number", "state", "load"),
    [
        (signal.SIGINT, "starting", "fast"),
        (signal.SIGINT, "loading", "fast"),
        (signal.SIGINT, "loading", "plain"),
        (signal.SIGTERM, "loading", "fast"),
        (signal.SIGHUP, "loading", "plain"),
    ],
)
def test_a_signal_ends_up_quickly_with_nothing_left(
    cli: Cli, dumps: Dumps, number: signal.Signals, state: str, load: str
):
    write_slow_dump(dumps, "a_fulldump_20260302_211500.sql.gz")
    write_game(dumps, "b")
    # Below nohup it would be ignored, as it should be.
    heard = ("env", "--default-signal=HUP")
    process = cli.start("up", dumps.folder, "--load", load, by=heard)
    wait_for_state(cli, state)
    time.sleep(0.2)
    started = time.monotonic()
    process.send_signal(number)
    # An impatient user does not spoil the cleaning up.
    process.send_signal(number)
    _, stderr = process.communicate(timeout=30)
    assert time.monotonic() - started < LONGEST_INTERRUPT_S
    assert process.returncode == 130
    assert stderr.endswith("interrupted\n")
    require_gone(cli)


def test_other_commands_leave_a_fleet_alone_that_is_being_made(cli: Cli, dumps: Dumps):
    write_slow_dump(dumps, "a_fulldump_20260302_211500.sql.gz")
    process = cli.start("up", dumps.folder)
    try:
        wait_for_state(cli, "loading")
        for arguments in (["up", str(dumps.folder)], ["down"]):
            done = cli(*arguments)
            assert done.code == 1
            assert "another command is working on fleet default" in done.stderr
        assert states_of(cli) == {"a": "loading"}
        done = cli("query", "SELECT 1")
        assert (done.code, done.stdout) == (1, "")
        assert "is loading" in done.stderr
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    require_gone(cli)


def corrupt(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 0xFF  # a byte of the CRC or the length behind the data
    path.write_bytes(content)


def test_one_corrupt_dump_fails_its_world_alone(cli: Cli, dumps: Dumps):
    write_game(dumps, "a")
    corrupt(write_game(dumps, "b"))
    write_game(dumps, "c")
    done = cli("up", dumps.folder)
    assert done.code == 4
    assert "error: world b:" in done.stderr
    assert "the gzip data is damaged" in done.stderr
    assert "1 of 3 worlds failed, the others are ready" in done.stderr
    rows = status_of(cli)
    assert {world: row["state"] for world, row in rows.items()} == {
        "a": "ready",
        "b": "failed",
        "c": "ready",
    }
    assert "damaged" in str(rows["b"]["reason"])
    assert len(servers_of(cli)) == 2
    assert not (cli.state_dir / "fleets/default/worlds/b").exists()
    assert cli("query", "SELECT 1").code == 4
    assert cli("down").code == 0
    require_gone(cli)


def test_when_all_worlds_fail_nothing_is_left(cli: Cli, dumps: Dumps):
    for world in ("a", "b"):
        corrupt(write_game(dumps, world))
    done = cli("up", dumps.folder)
    assert (done.code, done.stdout) == (1, "")
    assert "no world of fleet default could be restored; nothing was left behind" in done.stderr
    require_gone(cli)


def test_when_the_host_fails_all_worlds_the_exit_code_says_so(cli: Cli, dumps: Dumps):
    full = "CREATE TABLE m (s VARCHAR(1000)) ENGINE=MyISAM MAX_ROWS=1 AVG_ROW_LENGTH=1;\n" + 20 * (
        f"INSERT INTO m VALUES {', '.join(['(REPEAT(1, 1000))'] * 1000)};\n"
    )
    for world in ("a", "b"):
        write_game(dumps, world, sql=full)
    done = cli("up", dumps.folder)
    assert (done.code, done.stdout) == (3, "")
    assert done.stderr.count("hint: free some disk space") == 1
    require_gone(cli)


def test_a_table_that_would_wait_for_room_on_a_full_disk_fails_its_world(
    cli: Cli, dumps: Dumps, tmp_path: Path
):
    rows = ",".join(f"({number}, '{'x' * 900}')" for number in range(1000))
    dumps.write(
        "CREATE TABLE player (id INT, s TEXT) ENGINE=MyISAM;\n"
        + f"INSERT INTO player VALUES {rows};\n" * 200,
        name="a_fulldump_20260302_211500.sql.gz",
    )
    (cli.state_dir / "fleets").mkdir()
    with small_disk(cli.state_dir / "fleets", kind="tmpfs", mib=260, image=tmp_path / "image"):
        done = cli("up", dumps.folder)
        assert (done.code, done.stdout) == (3, "")
        assert "error: the load of world a was stopped with less than 64 MiB free" in done.stderr
        require_gone(cli)


def test_fallback_takes_the_next_older_whole_dump_and_says_so(cli: Cli, dumps: Dumps):
    write_game(dumps, "a", day=2)
    corrupt(write_game(dumps, "a", day=3))
    assert cli("up", dumps.folder).code == 1
    done = cli("up", dumps.folder, "--fallback")
    assert done.code == 0, done.stderr
    assert "trying the next older dump" in done.stderr
    assert "a       ready, older   2026-03-02 21:15:00" in done.stdout
    passed_over = "a_fulldump_20260303_211500.sql.gz failed (--fallback)"
    assert passed_over in done.stderr
    row = status_of(cli)["a"]
    assert row["dump"] == "a_fulldump_20260302_211500.sql.gz"
    assert (row["older"], row["passed_over"]) == (1, "a_fulldump_20260303_211500.sql.gz")
    assert row["taken_at"] == "2026-03-02T21:15:00+00:00"
    assert (row["host"], str(row["socket"])[-12:]) == ("127.0.0.1", "/mysqld.sock")
    assert row["address"] == f"127.0.0.1:{row['port']}"
    shown = cli("status")
    assert "ready, older" in shown.stdout
    assert passed_over in shown.stderr
    assert cli("query", "SELECT MAX(id) FROM player", "--format", "csv").lines[1:] == ["a,2"]
    assert cli("down").code == 0
    require_gone(cli)


def test_a_world_without_a_dump_stops_up_unless_it_may_be_missing(cli: Cli, dumps: Dumps):
    write_game(dumps, "a", day=2)
    write_game(dumps, "b", day=3)
    at = ("--at", "2026-03-02 22:00")
    done = cli("up", dumps.folder, *at)
    assert (done.code, done.stdout) == (1, "")
    assert "no dump at or before 2026-03-02 22:00 of b" in done.stderr
    assert "--allow-missing" in done.stderr
    require_gone(cli)
    done = cli("up", dumps.folder, *at, "--allow-missing")
    assert done.code == 0, done.stderr
    assert states_of(cli) == {"a": "ready"}
    assert cli("down").code == 0
    require_gone(cli)


def test_ports_follow_the_base_and_one_that_is_taken_stops_up(cli: Cli, dumps: Dumps):
    write_game(dumps, "a")
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = cli("up", dumps.folder, "--port-base", port)
        assert (done.code, done.stdout) == (3, "")
        assert f"port {port} of 127.0.0.1 is already in use" in done.stderr
        require_gone(cli)
    assert cli("up", dumps.folder, "--port-base", port).code == 0
    assert login_of(cli, "a", "dev")["port"] == str(port)
    assert cli("down").code == 0
    require_gone(cli)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("INSERT INTO player VALUES (1);\n", "MySQL error 1062: Duplicate entry '1'"),
        ("INSTALL PLUGIN x SONAME 'x.so';\n", "refused by rule unknown-statement"),
        ("INSERT INTO player VALUES ('open\n", "refused by rule"),
        (
            "CREATE TRIGGER t AFTER INSERT ON player FOR EACH ROW SET @n = 1;\nDROP TABLE player;\n"
            "CREATE TABLE player (id INT);\nSET sql_mode = '';\nINSERT INTO player VALUES ('x');\n",
            "the world would differ from the dump: rule value-invalid: ",
        ),
    ],
)
def test_a_dump_that_cannot_be_restored_is_one_clear_error(
    cli: Cli, dumps: Dumps, sql: str, said: str
):
    dump = write_game(dumps, "a", sql=sql)
    done: Finished = cli("up", dumps.folder)
    assert (done.code, done.stdout) == (1, "")
    assert f"error: {dump}" in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    require_gone(cli)


def test_what_a_dump_says_cannot_steer_the_terminal(cli: Cli, dumps: Dumps):
    write_game(
        dumps, "a", sql="CREATE TABLE `\x1b[31mred` (id INT);\nINSERT INTO player VALUES (1);\n"
    )
    done = cli("up", dumps.folder)
    assert done.code == 1
    assert "\x1b" not in done.stderr
    require_gone(cli)


def test_a_fleet_that_does_not_exist_is_answered_with_how_to_choose_one(sample: Cli):
    done = sample("status", "--fleet", "nope")
    assert (done.code, done.stdout) == (1, "")
    assert done.stderr.endswith("hint: --fleet chooses one of: default\n")
