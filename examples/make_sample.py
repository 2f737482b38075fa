"""Make the sample dumps in `examples/backups/`: three small game worlds, two dumps each.

    python examples/make_sample.py [--mysql-root DIR]

Each world gets a private mysqld (a temporary folder, a socket, no network). It is played
up to its first dump, has the game's update 4.2.0 in the night, is played on and dumped
again. On host2 the update goes wrong: see README.md here.

The dumps are what `mysqldump | gzip` gives, save for two things: the time in the closing
line is set to the one in the name, for the sample plays on invented days, and the gzip
header carries no time. So two runs with the same MySQL give the same bytes. All times
are UTC.
"""

import argparse
import getpass
import gzip
import io
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

if TYPE_CHECKING:  # mypy sees this folder as a package, Python as the folder of a script
    from examples.sample_world import CHANGING_TABLES, TABLES, Rows, World
else:
    from sample_world import CHANGING_TABLES, TABLES, Rows, World

HERE = Path(__file__).resolve().parent

SEASON_START = datetime(2026, 2, 20, 12, tzinfo=UTC)
UPDATE_AT = datetime(2026, 3, 3, 6, tzinfo=UTC)
FIRST_EVENING = datetime(2026, 3, 2, 21, tzinfo=UTC)
SECOND_EVENING = datetime(2026, 3, 3, 21, tzinfo=UTC)
DUMP_OPTIONS = (
    *("--single-transaction", "--routines", "--triggers", "--events"),
    *("--databases", "game"),
)


@dataclass(frozen=True, slots=True)
class BonusRun:
    """One call of the update's last step, which grants the bonus for season 6."""

    at: datetime
    """When it ran."""
    last_guild: int
    """How far it came; it always starts with guild 1."""


@dataclass(frozen=True, slots=True)
class Host:
    """One world of the sample."""

    name: str
    """The host that the dumps are named after."""
    seed: int
    """What makes this world unlike the others."""
    players: int
    """How many there are when the season starts."""
    guilds: int
    """How many there are, from first to last."""
    dumped_at: tuple[datetime, datetime]
    """The times in the dumps' names."""
    bonus_runs: tuple[BonusRun, ...]
    """Healthy: one run over all guilds."""

    @property
    def server_uuid(self) -> str:
        """What the dumps' GTIDs begin with; a server would draw one by lot."""
        return f"4a6d3e00-1c7b-11f1-9d2e-52540000000{self.seed}"


HOSTS = (
    Host(
        name="host1",
        seed=1,
        players=140,
        guilds=8,
        dumped_at=(
            datetime(2026, 3, 2, 21, 17, 13, tzinfo=UTC),
            datetime(2026, 3, 3, 21, 15, 8, tzinfo=UTC),
        ),
        bonus_runs=(BonusRun(datetime(2026, 3, 3, 6, 0, 38, tzinfo=UTC), 8),),
    ),
    Host(
        name="host2",
        seed=2,
        players=200,
        guilds=10,
        dumped_at=(
            datetime(2026, 3, 2, 21, 19, 10, tzinfo=UTC),
            datetime(2026, 3, 3, 21, 18, 55, tzinfo=UTC),
        ),
        # The planted fault: the connection was lost after guild 6, and someone ran the
        # whole step once more.
        bonus_runs=(
            BonusRun(datetime(2026, 3, 3, 6, 0, 41, tzinfo=UTC), 6),
            BonusRun(datetime(2026, 3, 3, 6, 23, 7, tzinfo=UTC), 10),
        ),
    ),
    Host(
        name="host3",
        seed=3,
        players=110,
        guilds=7,
        dumped_at=(
            datetime(2026, 3, 2, 21, 20, 31, tzinfo=UTC),
            datetime(2026, 3, 3, 21, 20, 19, tzinfo=UTC),
        ),
        bonus_runs=(BonusRun(datetime(2026, 3, 3, 6, 0, 44, tzinfo=UTC), 7),),
    ),
)


@dataclass(frozen=True, slots=True)
class Programs:
    """How to start the MySQL programs of this host."""

    mysqld: tuple[str, ...]
    """The server: program, or loader and program."""
    server_options: tuple[str, ...]
    """What this installation's server needs to find its files."""
    mysqldump: tuple[str, ...]
    """The same for mysqldump."""


def main() -> None:
    parser = argparse.ArgumentParser(description="make the sample dumps")
    parser.add_argument("--mysql-root", type=Path, help="folder with unpacked MySQL packages")
    parser.add_argument("--output", type=Path, default=HERE / "backups")
    arguments = parser.parse_args()
    root = arguments.mysql_root
    programs = unpacked_programs(root.resolve()) if root else installed_programs()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for host in HOSTS:
        with (
            tempfile.TemporaryDirectory(prefix="rewound-sample-") as folder,
            running_server(programs, Path(folder), server_uuid=host.server_uuid) as socket,
        ):
            live_two_days(host, socket, mysqldump=programs.mysqldump, output=arguments.output)


def live_two_days(host: Host, socket: Path, *, mysqldump: tuple[str, ...], output: Path) -> None:
    """Play one world over both evenings and dump it on each."""
    world = World(host.seed, players=host.players, guilds=host.guilds)
    with game_cursor(socket) as cursor:
        run_script(cursor, HERE / "game_schema.sql", at=SEASON_START)
        write(cursor, world.found(SEASON_START))
        write(cursor, world.play(SEASON_START, FIRST_EVENING, season=6))
        lift_expired_bans(cursor, at=FIRST_EVENING)
        dump(host, host.dumped_at[0], socket, mysqldump=mysqldump, output=output)

        write(cursor, world.play(FIRST_EVENING, UPDATE_AT, season=6))
        run_script(cursor, HERE / "update_4_2_0.sql", at=UPDATE_AT)
        for run in host.bonus_runs:
            set_clock(cursor, run.at)
            cursor.execute("CALL grant_season_bonus(6, 1, %s)", (run.last_guild,))
        write(cursor, world.play(UPDATE_AT.replace(hour=7), SECOND_EVENING, season=7))
        lift_expired_bans(cursor, at=SECOND_EVENING)
        dump(host, host.dumped_at[1], socket, mysqldump=mysqldump, output=output)


def write(cursor: Cursor, rows: Rows) -> None:
    """Write rows as the game would; its trigger turns score events into scores."""
    for table, columns in TABLES.items():
        verb = "REPLACE" if table in CHANGING_TABLES else "INSERT"
        values = ", ".join(["%s"] * len(columns.split(",")))
        cursor.executemany(f"{verb} INTO {table} ({columns}) VALUES ({values})", rows[table])


def lift_expired_bans(cursor: Cursor, *, at: datetime) -> None:
    """Do the hourly event's work, for this server's clock is not the game's."""
    set_clock(cursor, at)
    cursor.execute("CALL lift_expired_bans()")


def run_script(cursor: Cursor, path: Path, *, at: datetime) -> None:
    """Run an SQL file in one go: the server itself knows where a routine's body ends.

    DELIMITER lines are for the mysql client and are dropped.
    """
    set_clock(cursor, at)
    script = re.sub(r"(?m)^DELIMITER .*$", "", path.read_text("utf-8")).replace("$$", ";")
    cursor.execute(script)
    while cursor.nextset():
        pass


def set_clock(cursor: Cursor, at: datetime) -> None:
    """Make NOW() of this session say the game's time."""
    cursor.execute("SET timestamp = %s", (at.timestamp(),))


def dump(
    host: Host, at: datetime, socket: Path, *, mysqldump: tuple[str, ...], output: Path
) -> None:
    """Dump the schema `game` as an operator would, at an invented time."""
    account = [f"--socket={socket}", "--user=root"]
    argv = [*mysqldump, "--no-defaults", *account, *DUMP_OPTIONS]
    done = subprocess.run(argv, check=False, capture_output=True, timeout=120)
    if done.returncode != 0:
        raise SystemExit(f"mysqldump of {host.name} failed: {done.stderr.decode()}")
    closing_line = f"-- Dump completed on {at:%Y-%m-%d %H:%M:%S}\n".encode()
    text, found = re.subn(rb"-- Dump completed on [^\n]*\n\Z", closing_line, done.stdout)
    if not found:
        raise SystemExit(f"mysqldump of {host.name} has no closing line: was it cut off?")
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(text)
    path = output / f"{host.name}_fulldump_{at:%Y%m%d_%H%M%S}.sql.gz"
    path.write_bytes(packed.getvalue())
    print(f"{path.name}: {len(text):,} bytes of SQL, {path.stat().st_size:,} packed")


@contextmanager
def game_cursor(socket: Path) -> Iterator[Cursor]:
    """Log in as the server's root, on the game's clock and time zone."""
    connection = pymysql.connect(
        unix_socket=str(socket),
        user="root",
        charset="utf8mb4",
        autocommit=True,
        ssl_disabled=True,
        client_flag=CLIENT.MULTI_STATEMENTS,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        for account in ("'game_app'@'10.%'", "'game_web'@'10.%'"):
            cursor.execute(f"CREATE USER IF NOT EXISTS {account} ACCOUNT LOCK")
            cursor.execute(f"GRANT ALL ON game.* TO {account}")
        yield cursor


@contextmanager
def running_server(programs: Programs, folder: Path, *, server_uuid: str) -> Iterator[Path]:
    """Initialise and start a mysqld in a folder; give its socket; always stop it."""
    socket, log_path = folder / "mysqld.sock", folder / "mysqld.log"
    argv = [
        *programs.mysqld,
        "--no-defaults",
        *programs.server_options,
        f"--user={getpass.getuser()}",
        f"--datadir={folder / 'data'}",
        f"--socket={socket}",
        f"--pid-file={folder / 'mysqld.pid'}",
        *("--skip-networking", "--mysqlx=OFF", "--event-scheduler=OFF"),
        *("--secure-file-priv=NULL", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"),
    ]
    with log_path.open("wb") as log:
        subprocess.run([*argv, "--initialize-insecure"], check=True, stderr=log, timeout=300)
        (folder / "data/auto.cnf").write_text(f"[auto]\nserver-uuid={server_uuid}\n")
        with subprocess.Popen(argv, stdout=log, stderr=log) as server:
            try:
                wait_until_ready(server, socket, log_path=log_path, timeout_s=60)
                yield socket
            finally:
                server.terminate()
                try:
                    server.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    server.kill()


def wait_until_ready(
    server: subprocess.Popen[bytes], socket: Path, *, log_path: Path, timeout_s: float
) -> None:
    deadline = time.monotonic() + timeout_s
    while server.poll() is None and time.monotonic() < deadline:
        try:
            pymysql.connect(unix_socket=str(socket), user="root", ssl_disabled=True).close()
        except pymysql.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"mysqld did not start; its log says:\n{log_path.read_text('utf-8')}")


def installed_programs() -> Programs:
    """Ask Rewound for the MySQL that it would use itself."""
    import platformdirs

    from rewound.engine.install.installation import get_installation

    installation = get_installation("auto", cache=platformdirs.user_cache_path("rewound"))
    if installation.mysqldump is None:
        raise SystemExit("this MySQL comes without mysqldump; name another with --mysql-root")
    return Programs(installation.mysqld, installation.options, installation.mysqldump)


def unpacked_programs(root: Path) -> Programs:
    """Find the programs of packages that were unpacked, not installed, with their own libc."""
    loader = next(iter(sorted((root / "usr/lib").glob("*/ld-linux*.so.*"))), None)
    if loader is None:
        raise SystemExit(f"no MySQL unpacked with its libraries in {root}")
    start = (str(loader), "--library-path", str(loader.parent))
    usr = root / "usr"
    return Programs(
        mysqld=(*start, str(usr / "sbin/mysqld")),
        server_options=(
            f"--basedir={usr}",
            f"--lc-messages-dir={usr}/share/mysql",
            f"--character-sets-dir={usr}/share/mysql/charsets",
            f"--plugin-dir={usr}/lib/mysql/plugin",
        ),
        mysqldump=(*start, str(usr / "bin/mysqldump")),
    )


if __name__ == "__main__":
    main()
