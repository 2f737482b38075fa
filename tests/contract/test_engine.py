"""What every engine promises: servers that answer, are shut in, and can be ended."""

import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest

from rewound import command
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.engine.server_options import ServerSettings
from rewound.errors import HostError, MysqlError
from rewound.fleet import serving
from rewound.mysql.accounts import ROOT
from rewound.mysql.client import Connection, Value
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.stream import CONNECTION_LOST
from tests.endurance.small_disk import small_disk
from tests.waiting import wait_until

PASSWORD = "the root password"
PAGE_BYTES = 16 << 10

SAFE_SETTINGS: dict[str, Value] = {
    "@@secure_file_priv": "NULL",
    "@@local_infile": 0,
    "@@event_scheduler": "DISABLED",
    "@@log_bin": 0,
    "@@partial_revokes": 1,
    "@@performance_schema": 0,
    "@@have_symlink": "DISABLED",
    "@@skip_name_resolve": 1,
    "@@init_connect": "SET SESSION transaction_read_only = (CURRENT_USER() LIKE 'reader@%')",
    "@@time_zone": "+00:00",
    "@@system_time_zone": "UTC",
    "@@lower_case_table_names": 0,
}


def make_spec(
    folder: Path,
    *,
    name: str = "one",
    port: int | None = None,
    settings: ServerSettings = ServerSettings(),  # noqa: B008 - frozen value
) -> ServerSpec:
    own = folder / name
    own.mkdir(mode=0o700)
    return ServerSpec(
        name=name,
        folder=own,
        port=port or pick_ports(1, base=None)[0],
        buffer_pool_bytes=16 << 20,
        root_password=PASSWORD,
        settings=settings,
    )


def connect(server: Server, *, password: str = PASSWORD) -> Connection:
    return Connection(Endpoint(server.socket, server.host, server.port, ROOT, password))


def ask(server: Server, sql: str) -> Value:
    with connect(server) as connection:
        return connection.query(sql).rows[0][0]


def test_prepare_again_changes_nothing(engine: Engine, cache_dir: Path, folder: Path):
    files = list((cache_dir / "templates").glob("*-recipe*/*"))
    assert files
    before = {path: path.stat().st_mtime_ns for path in files}
    engine.prepare(folder, cache_dir)
    assert {path: path.stat().st_mtime_ns for path in files} == before


def test_a_server_has_the_settings_that_decide_its_content(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    spec = make_spec(folder, settings=ServerSettings("Europe/Berlin", 1))
    server = engine.start(spec)
    summer = "'2024-06-18 12:00:00'"
    assert ask(server, f"SELECT UNIX_TIMESTAMP({summer}) - 1718704800") == 0
    assert ask(server, f"SELECT CONVERT_TZ({summer}, 'UTC', 'America/New_York')") == (
        "2024-06-18 08:00:00"
    )
    with connect(server) as connection:
        connection.execute_sql("SET time_zone = 'SYSTEM'")
        assert connection.names(f"SELECT UNIX_TIMESTAMP({summer})") == ["1718712000"]
        connection.execute_sql("CREATE DATABASE Game")
        connection.execute_sql("CREATE TABLE Game.Player (id int)")
        assert connection.names("SHOW TABLES FROM game") == ["player"]


def test_a_statement_does_not_get_all_memory_of_the_host(engine: Engine, folder: Path):
    server = engine.start(make_spec(folder))
    long = "REPEAT('x', 1000000000)"
    with connect(server) as connection, pytest.raises(MysqlError) as caught:
        connection.query(f"SELECT {' + '.join([f'LENGTH({long})'] * 8)}")
    assert caught.value.is_out_of_memory or caught.value.number == CONNECTION_LOST


def test_a_server_that_ends_while_it_is_looked_at_again_is_said_to_have_ended(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def look(connection: Connection, ledger: object, *, counts_rows: bool) -> None:
        engine.end_all(folder)
        connection.query("SELECT 1")

    monkeypatch.setattr(serving, "find_losses", look)
    with pytest.raises(HostError, match=r"of one (ended unexpectedly|is gone)"):
        serving.serve(engine, make_spec(folder), Mock(), counts_rows=True)


def test_start_returns_a_server_that_answers_as_asked_and_is_shut_in(
    engine: Engine, folder: Path, subtests: pytest.Subtests
):
    spec = make_spec(folder)
    server = engine.start(spec)
    with subtests.test("it runs"):
        assert engine.is_running(server)
    with subtests.test("the port is the one that was asked for, on loopback alone"):
        assert (server.host, server.port) == ("127.0.0.1", spec.port)
        listening = [
            each.laddr
            for each in psutil.net_connections("inet")
            if each.status == psutil.CONN_LISTEN
        ]
        assert [each for each in listening if spec.port in each] == [("127.0.0.1", spec.port)]
    with subtests.test("nobody gets in without the password"):
        for password in ("", "wrong"):
            with pytest.raises(MysqlError, match="Access denied"):
                connect(server, password=password)
    for variable, expected in SAFE_SETTINGS.items():
        with subtests.test(variable):
            assert ask(server, f"SELECT {variable}") == expected
    with subtests.test("the X plugin is not active"):
        plugins = "SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_status = 'ACTIVE'"
        assert ask(server, f"{plugins} AND plugin_name = 'mysqlx'") == 0
    with (
        subtests.test("the event scheduler cannot be switched on"),
        connect(server) as connection,
        pytest.raises(MysqlError, match="DISABLED"),
    ):
        connection.execute_sql("SET GLOBAL event_scheduler = ON")
    with subtests.test("only root has a login"):
        accounts = "SELECT GROUP_CONCAT(user) FROM mysql.user WHERE NOT account_locked = 'Y'"
        assert ask(server, accounts) == "root"
    with subtests.test("everything of it is in its folder, which is the user's alone"):
        assert server.socket.is_relative_to(spec.folder)
        assert spec.folder.stat().st_mode & 0o777 == 0o700
        assert (spec.folder / "data").stat().st_mode & 0o777 == 0o700
        assert (spec.folder / "tmp").stat().st_mode & 0o777 == 0o700
    with subtests.test("no file with the password is left"):
        texts = [path for path in spec.folder.rglob("*") if path.suffix in (".sql", ".log", ".cnf")]
        assert not [path for path in texts if PASSWORD in path.read_text(errors="replace")]
        assert PASSWORD not in " ".join(psutil.Process(server.identity.pid).cmdline())


@pytest.mark.parametrize("pool_mib", [16, 48, 128])
def test_a_server_has_the_buffer_pool_that_is_planned(engine: Engine, folder: Path, pool_mib: int):
    spec = replace(make_spec(folder), buffer_pool_bytes=pool_mib << 20)
    server = engine.start(spec)
    assert ask(server, "SELECT @@innodb_buffer_pool_size") == spec.buffer_pool_bytes
    pages = "SELECT variable_value FROM performance_schema.global_status WHERE variable_name ="
    wait_until(
        lambda: (
            int(str(ask(server, f"{pages} 'Innodb_buffer_pool_pages_total'")))
            > spec.buffer_pool_bytes // PAGE_BYTES * 0.9
        )
    )


def test_servers_have_uuids_and_data_of_their_own(engine: Engine, folder: Path):
    one, two = (engine.start(make_spec(folder, name=name)) for name in ("one", "two"))
    assert ask(one, "SELECT @@server_uuid") != ask(two, "SELECT @@server_uuid")
    with connect(one) as connection:
        connection.execute_sql("CREATE DATABASE only_in_one")
    assert ask(two, "SELECT COUNT(*) FROM information_schema.schemata") == 4


def test_end_all_ends_every_server_below_a_folder_and_no_other(engine: Engine, folder: Path):
    mine, others = folder / "a", folder / "ab"
    for each in (mine, others):
        each.mkdir(mode=0o700)
    ended = [engine.start(make_spec(mine, name=name)) for name in ("one", "two")]
    kept = engine.start(make_spec(others))
    assert engine.end_all(mine) == 2
    assert not any(engine.is_running(server) for server in ended)
    assert not any(psutil.pid_exists(server.identity.pid) for server in ended)
    assert engine.is_running(kept)
    assert engine.end_all(mine) == 0


def test_end_all_gives_the_port_back(engine: Engine, folder: Path):
    server = engine.start(make_spec(folder))
    engine.end_all(folder)
    with closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((server.host, server.port))


def test_is_running_tells_a_killed_server(engine: Engine, folder: Path):
    server = engine.start(make_spec(folder))
    command.kill(server.identity)
    assert not engine.is_running(server)


def test_start_on_a_port_that_is_taken_says_so_and_leaves_no_process(engine: Engine, folder: Path):
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(HostError, match="has just taken the port of one"):
            engine.start(make_spec(folder, port=port))
    assert engine.find_folders(folder) == []


def test_start_that_fails_shows_the_end_of_the_log_and_leaves_no_process(
    engine: Engine, folder: Path
):
    spec = make_spec(folder)
    (spec.folder / "mysqld.log").write_text("the last words of mysqld\n")
    # A folder where the socket belongs: mysqld cannot make it and gives up.
    (spec.folder / "mysqld.sock").mkdir()
    with pytest.raises(HostError, match=r"server of one ended unexpectedly.*log") as caught:
        engine.start(spec)
    assert "socket" in str(caught.value).lower()
    assert engine.find_folders(folder) == []


def test_a_server_on_a_full_disk_is_an_error_that_names_it(
    engine: Engine, folder: Path, tmp_path: Path
):
    spec = make_spec(folder)
    with small_disk(spec.folder, kind="tmpfs", mib=250, image=tmp_path / "image") as disk:
        engine.stop(engine.start(spec))
        disk.fill(leave_bytes=0)
        with pytest.raises(HostError, match=r"[Nn]o space (is )?left on") as caught:
            engine.start(spec)
        assert "free some" in str(caught.value.hint)
    assert engine.find_folders(folder) == []


def test_a_server_is_reached_whatever_the_length_of_its_path(engine: Engine, folder: Path):
    deep = folder / ("x" * 200)
    deep.mkdir(mode=0o700)
    server = engine.start(make_spec(deep))
    assert len(str(server.socket)) > 200
    assert ask(server, "SELECT 1") == 1
    engine.stop(server)
    assert not engine.is_running(server)


def test_start_refuses_a_path_that_mysqld_would_cut(
    installation: Installation, cache_dir: Path, state_dir: Path
):
    engine = ProcessEngine(installation, cache_dir)
    deep = state_dir / ("x" * 200) / ("x" * 200)
    deep.mkdir(mode=0o700, parents=True)
    engine.prepare(deep, cache_dir)
    with pytest.raises(HostError, match="mysqld takes 400") as caught:
        engine.start(make_spec(deep))
    assert "REWOUND_STATE_DIR" in str(caught.value.hint)
    assert list((deep / "one").iterdir()) == []
