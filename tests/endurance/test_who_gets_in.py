"""Who gets in: other users of the host, other hosts, and the accounts of a world."""

import os
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from rewound.engine.choice import EngineKind
from rewound.errors import MysqlError
from rewound.mysql.accounts import ACCOUNTS, DEV, READER, ROOT
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.conftest import EXAMPLES, Cli, Finished
from tests.endurance.conftest import Figures

STRANGERS = "Other users of the host have no access"
NETWORK = "Servers listen on loopback only"
LIMITS = "The accounts of a world are confined to it"
SECRETS = "Passwords are never shown"

NOBODY = 65_534

# What neither dev nor reader may do. `{0}` is where a file would be.
FOR_NOBODY = (
    "SELECT 1 INTO OUTFILE '{0}'",
    "SELECT 1 INTO DUMPFILE '{0}'",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE ban",
    "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE ban",
    "LOAD XML INFILE '/etc/passwd' INTO TABLE ban",
    "IMPORT TABLE FROM '/etc/*.sdi'",
    "CREATE TABLE leak (id INT) DATA DIRECTORY = '/tmp'",
    "CREATE TABLESPACE leak ADD DATAFILE '{0}.ibd'",
    "CREATE UNDO TABLESPACE leak ADD DATAFILE '{0}.ibu'",
    "SELECT * FROM mysql.user",
    "HANDLER mysql.user OPEN",
    "UPDATE mysql.user SET authentication_string = ''",
    "INSERT INTO mysql.db SELECT * FROM mysql.db",
    "DROP DATABASE sys",
    "DROP TABLE mysql.user",
    "CREATE DATABASE another",
    "CREATE USER stranger",
    "CREATE ROLE stranger",
    "DROP USER rewound@localhost",
    "RENAME USER root@localhost TO r@localhost",
    "ALTER USER root@localhost IDENTIFIED BY 'x'",
    "ALTER USER rewound@localhost ACCOUNT UNLOCK",
    "SET PASSWORD FOR root@localhost = 'x'",
    "GRANT ALL ON *.* TO reader",
    "GRANT SELECT ON game.* TO reader",
    "GRANT PROXY ON root@localhost TO dev",
    "REVOKE ALL ON game.* FROM reader",
    "SHOW GRANTS FOR root@localhost",
    "SHOW CREATE USER root@localhost",
    "SET GLOBAL local_infile = ON",
    "SET GLOBAL event_scheduler = ON",
    "SET GLOBAL general_log_file = '{0}'",
    "SET PERSIST max_connections = 1",
    "SET PERSIST_ONLY secure_file_priv = '/'",
    "SET SESSION sql_log_bin = OFF",
    "RESET PERSIST max_connections",
    "INSTALL PLUGIN x SONAME 'auth_socket.so'",
    "INSTALL COMPONENT 'file://component_validate_password'",
    "UNINSTALL COMPONENT 'file://component_classic_hashing'",
    "CREATE FUNCTION sys_exec RETURNS INT SONAME 'lib_mysqludf_sys.so'",
    "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST '10.0.0.1')",
    "CREATE DEFINER = root@localhost VIEW leak AS SELECT 1",
    "CREATE DEFINER = root@localhost PROCEDURE leak() SELECT 1",
    "CREATE RESOURCE GROUP g TYPE = USER",
    "ALTER INSTANCE DISABLE INNODB REDO_LOG",
    "ALTER INSTANCE RELOAD TLS",
    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.0.0.1'",
    "START REPLICA",
    "CLONE INSTANCE FROM a@b:1 IDENTIFIED BY 'x'",
    "BINLOG 'x'",
    "FLUSH PRIVILEGES",
    "FLUSH TABLES WITH READ LOCK",
    "FLUSH LOGS",
    "LOCK INSTANCE FOR BACKUP",
    "SHOW ENGINE INNODB STATUS",
    "SELECT * FROM information_schema.innodb_tables",
    "XA RECOVER",
    "KILL {1}",
    "SHUTDOWN",
    "RESTART",
)
FOR_DEV_ONLY = (
    "DELETE FROM ban",
    "INSERT INTO season_reward SELECT * FROM season_reward",
    "UPDATE player SET player_score = 0",
    "REPLACE INTO ban SELECT * FROM ban",
    "TRUNCATE TABLE ban",
    "CREATE TABLE mine (id INT)",
    "CREATE TEMPORARY TABLE mine (id INT)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE PROCEDURE mine() SELECT 1",
    "CREATE EVENT mine ON SCHEDULE EVERY 1 SECOND DO DELETE FROM ban",
    "CREATE TRIGGER mine BEFORE INSERT ON ban FOR EACH ROW SET @x = 1",
    "ALTER TABLE ban ADD COLUMN mine INT",
    "RENAME TABLE ban TO mine",
    "DROP TABLE ban",
    "DROP DATABASE game",
    "CALL lift_expired_bans()",
    "LOCK TABLES ban WRITE",
    "SELECT * FROM ban FOR UPDATE",
)


class World:
    """One world that is up, and what `up` showed of itself."""

    def __init__(self, cli: Cli, done: Finished, command_lines: set[str]) -> None:
        self.cli = cli
        self.done = done
        self.command_lines = command_lines
        self.folder = cli.state_dir / "fleets/default"
        self.passwords = {
            account: (self.folder / f"{account}.cnf").read_text().split("password=")[1].strip()
            for account in ACCOUNTS
        }
        self.socket = self.folder / "worlds/host1/mysqld.sock"
        shown = cli("connect", "host1", "--print").stdout
        self.port = int(dict(line.split(": ") for line in shown.splitlines())["port"])

    def connect(self, account: str) -> Connection:
        endpoint = Endpoint(self.socket, "127.0.0.1", self.port, account, self.passwords[account])
        connection = Connection(endpoint)
        if account != ROOT:
            connection.execute_sql("USE game")
        return connection


@pytest.fixture(scope="module", params=list(EngineKind), ids=lambda kind: kind.value)
def world(
    request: pytest.FixtureRequest,
    run_root: Path,
    cache_dir: Path,
    installation: object,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """A world of each engine, brought up with all that can be told of it."""
    options = ["--engine", request.param.value]
    if request.param is EngineKind.DOCKER:
        request.getfixturevalue("docker_address")
        options += ["--image", request.getfixturevalue("docker_image")]
    state_dir = run_root / f"who-{request.param.value}"
    state_dir.mkdir(mode=0o700)
    cli = Cli(state_dir, tmp_path_factory.mktemp("who"), cache_dir)
    command_lines: set[str] = set()
    stop = threading.Event()
    watcher = threading.Thread(target=watch_command_lines, args=(command_lines, stop))
    watcher.start()
    done = cli("-v", "up", EXAMPLES, "--worlds", "host1", *options)
    stop.set()
    watcher.join()
    assert done.code == 0, done.stderr
    yield World(cli, done, command_lines)
    assert cli("down", "--all").code == 0
    (state_dir / "fleets").rmdir()
    for leftover in state_dir.glob("*"):
        leftover.unlink()
    state_dir.rmdir()


def watch_command_lines(seen: set[str], stop: threading.Event) -> None:
    """Collect the arguments and the environment of every process that can be seen."""
    while not stop.wait(0.005):
        for process in Path("/proc").glob("[0-9]*"):
            for name in ("cmdline", "environ"):
                try:
                    seen.add((process / name).read_text(errors="replace"))
                except OSError:
                    continue


def run_as_nobody(code: str, *arguments: object) -> str:
    """Run Python as another user of this host; return what it printed."""
    if os.getuid() != 0:
        pytest.skip("only root can be somebody else")
    done = subprocess.run(
        ["/usr/bin/env", "python3", "-I", "-c", code, *map(str, arguments)],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_no_mode_lets_others_in(world: World, figures: Figures):
    secret = [world.folder, *world.folder.glob("*.cnf"), *world.folder.rglob("*.json")]
    secret += [world.folder / "worlds/host1", world.folder / "worlds/host1/data"]
    baselines = world.cli.cache_dir / "baselines"
    secret += [baselines, *baselines.rglob("*")]
    assert len(secret) > 50
    for path in secret:
        with figures.trying(STRANGERS, "the mode of a file or folder was checked"):
            if path.is_symlink():  # a lease: to the folder of a fleet, which may be gone
                continue
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_another_user_reads_nothing_and_reaches_no_socket(world: World, figures: Figures):
    code = (
        "import os, socket, sys\n"
        "path, how = sys.argv[1:]\n"
        "try:\n"
        "    if how == 'connect': socket.socket(socket.AF_UNIX).connect(path)\n"
        "    elif how == 'list': os.listdir(path)\n"
        "    else: open(path, 'rb').read(1)\n"
        "except PermissionError: print('denied')\n"
        "else: print('got in')\n"
    )
    attempts = [(world.socket, "connect"), (world.folder, "list")]
    attempts += [(world.folder / "worlds/host1/data", "list")]
    attempts += [(world.folder / f"{account}.cnf", "read") for account in ACCOUNTS]
    attempts += [
        (world.folder / "fleet.json", "read"),
        (world.folder / "ledgers/host1.json", "read"),
    ]
    attempts += [(world.folder / "worlds/host1/data/ibdata1", "read")]
    [description, *_] = world.cli.cache_dir.glob("baselines/*/baseline.json")
    attempts += [(description, "read"), (description.parent / "data/ibdata1", "read")]
    for path, how in attempts:
        with figures.trying(STRANGERS, "another user tried to read, list or connect") as figure:
            assert run_as_nobody(code, path, how) == "denied", path
            figure.faults += 1


def test_only_loopback_leads_to_a_server(world: World, figures: Figures):
    with figures.trying(NETWORK, "all listening sockets of the host were checked"):
        leading_in = {
            each.laddr
            for each in psutil.net_connections("inet")
            if each.status == psutil.CONN_LISTEN and world.port in each.laddr
        }
        assert leading_in == {("127.0.0.1", world.port)}
    others = {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family in (socket.AF_INET, socket.AF_INET6)
        and not address.address.startswith(("127.", "::1"))
    }
    for address in sorted(others):
        with figures.trying(NETWORK, "the port was tried at another address of the host"):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with closing(socket.socket(family)) as stranger, pytest.raises(OSError):
                stranger.settimeout(2)
                stranger.connect((address, world.port))


@pytest.mark.parametrize("account", [DEV, READER])
def test_an_account_stays_in_its_world(
    world: World, figures: Figures, account: str, tmp_path: Path, subtests: pytest.Subtests
):
    before = look_at_server(world)
    canary = Path("/tmp") / f"rewound-canary-{os.getpid()}-{account}"
    with world.connect(ROOT) as root:
        of_root = root.query("SELECT CONNECTION_ID()").rows[0][0]
        attempts = [*FOR_NOBODY, *(FOR_DEV_ONLY if account == READER else ())]
        for sql in attempts:
            with (
                subtests.test(sql),
                figures.trying(LIMITS, f"{account} tried a statement beyond its rights"),
                world.connect(account) as connection,
                pytest.raises(MysqlError),
            ):
                connection.query(sql.format(canary, of_root))
    with world.connect(account) as connection:
        assert connection.query("SELECT LOAD_FILE('/etc/passwd')").rows == ((None,),)
        shown = connection.query("SHOW DATABASES").rows
        assert {name for (name,) in shown} <= {"game", "information_schema", "performance_schema"}
        owners = connection.query("SELECT DISTINCT user FROM information_schema.processlist").rows
        assert owners == ((account,),)
    assert look_at_server(world) == before
    assert not list(Path("/tmp").glob(f"{canary.name}*"))


def look_at_server(world: World) -> list[object]:
    """Return what no attempt may have changed: settings, accounts, plugins, rows."""
    with world.connect(ROOT) as root:
        return [
            root.query("SHOW GLOBAL VARIABLES WHERE variable_name <> 'timestamp'").rows,
            root.query("SELECT * FROM mysql.user").rows,
            root.query("SELECT * FROM mysql.db").rows,
            root.query("SELECT * FROM mysql.component").rows,
            root.query("SELECT * FROM mysql.func").rows,
            root.query("SELECT * FROM mysql.servers").rows,
            root.query("SELECT * FROM mysql.tables_priv").rows,
            root.query("SHOW DATABASES").rows,
            root.query("CHECKSUM TABLE game.ban, game.player, game.season_reward").rows,
            root.query("SELECT event_name, status FROM information_schema.events").rows,
            root.query("SELECT table_name FROM information_schema.tables").rows,
        ]


def test_no_password_is_seen_anywhere_but_in_its_file(world: World, figures: Figures):
    cli = world.cli
    failed = cli("query", "SELECT * FROM no_such_table")
    told = {
        "the output of up -v": world.done.stdout + world.done.stderr,
        "command lines and environments": "\n".join(world.command_lines),
        "status": cli("status", "--format", "json").stdout,
        "report": cli("report", "--format", "json").stdout,
        "an error": failed.stdout + failed.stderr,
        "repr of an endpoint": repr(
            Endpoint(world.socket, "127.0.0.1", 1, DEV, world.passwords[DEV])
        ),
    }
    for path in world.folder.rglob("*"):
        if path.suffix in (".json", ".log", ".lock") and path.is_file():
            told[str(path)] = path.read_text(errors="replace")
    assert any("mysqld" in line for line in world.command_lines)
    for place, text in told.items():
        for account, password in world.passwords.items():
            with figures.trying(SECRETS, "a text was searched for a password"):
                assert password not in text, (place, account)


def test_the_reader_of_one_fleet_is_a_stranger_to_another(world: World, figures: Figures):
    cli = world.cli
    assert cli("up", EXAMPLES, "--worlds", "host1", "--fleet", "other").code == 0
    try:
        shown = cli("connect", "host1", "--print", "--fleet", "other").stdout
        login = dict(line.split(": ") for line in shown.splitlines())
        for account in ACCOUNTS:
            with figures.trying(LIMITS, "a login of one fleet was tried at another"):
                endpoint = Endpoint(Path(login["socket"]), "", 0, account, world.passwords[account])
                with pytest.raises(MysqlError, match=r"Access denied|locked"):
                    Connection(endpoint).close()
    finally:
        assert cli("down", "--fleet", "other").code == 0
