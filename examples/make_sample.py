"""Make the sample: three small game worlds, two dumps and the binary logs of each.

    python examples/make_sample.py [--mysql-root DIR]

Each world gets a private mysqld (a temporary folder, a socket, no network). It is played
up to its first dump, has the game's update 4.2.0 in the night, is played on and dumped
again. On host2 the update goes wrong: see README.md here.

The dumps in `backups/` are what `mysqldump | gzip` gives, save for two things: the time in
the closing line is set to the one in the name, for the sample plays on invented days, and the
gzip header carries no time. The logs in `binlogs/` are what the servers wrote from the first
dump on, with the invented times of `sample_logs`; all but the last are gzipped. So two runs
with the same MySQL give the same bytes. All times are UTC.
"""

import argparse
import getpass
import gzip
import io
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor

if TYPE_CHECKING:  # mypy sees this folder as a package, Python as the folder of a script
    from examples.sample_logs import Logbook, retime
    from examples.sample_world import CHANGING_TABLES, TABLES, Rows, World, Write
else:
    from sample_logs import Logbook, retime
    from sample_world import CHANGING_TABLES, TABLES, Rows, World, Write

HERE = Path(__file__).resolve().parent

SEASON_START = datetime(2026, 2, 20, 12, tzinfo=UTC)
UPDATE_AT = datetime(2026, 3, 3, 6, tzinfo=UTC)
PLAYED_AGAIN_AT = datetime(2026, 3, 3, 7, tzinfo=UTC)
MIDDAY = datetime(2026, 3, 3, 12, tzinfo=UTC)
FIRST_EVENING = datetime(2026, 3, 2, 21, tzinfo=UTC)
SECOND_EVENING = datetime(2026, 3, 3, 21, tzinfo=UTC)
DUMP_OPTIONS = (
    *("--single-transaction", "--source-data=2", "--routines", "--triggers", "--events"),
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
    parser = argparse.ArgumentParser(description="make the sample's dumps and binary logs")
    parser.add_argument("--mysql-root", type=Path, help="folder with unpacked MySQL packages")
    parser.add_argument("--output", type=Path, default=HERE)
    arguments = parser.parse_args()
    root = arguments.mysql_root
    programs = unpacked_programs(root.resolve()) if root else installed_programs()
    for host in HOSTS:
        with tempfile.TemporaryDirectory(prefix="rewound-sample-") as folder:
            live_two_days(host, Path(folder), programs=programs, output=arguments.output)


def live_two_days(host: Host, folder: Path, *, programs: Programs, output: Path) -> None:
    """Play one world over both evenings, dump it on each, and copy its logs."""
    world = World(host.seed, players=host.players, guilds=host.guilds)
    logbook = Logbook(SEASON_START)
    with running_server(programs, folder, host) as socket, game_cursor(socket) as cursor:
        run_script(cursor, HERE / "game_schema.sql", at=SEASON_START)
        write(cursor, world.found(SEASON_START))
        play(cursor, world.play(SEASON_START, FIRST_EVENING, season=6), logbook)
        lift_expired_bans(cursor, at=FIRST_EVENING)
        logbook.note(cursor)
        logbook.rotate(cursor, at=FIRST_EVENING)
        dump(host, host.dumped_at[0], socket, mysqldump=programs.mysqldump, output=output)

        # The matches that ended while the world was dumped were written afterwards.
        logbook.wait_until(host.dumped_at[0])
        play(cursor, world.play(FIRST_EVENING, UPDATE_AT, season=6), logbook)
        logbook.rotate(cursor, at=UPDATE_AT)
        logbook.wait_until(UPDATE_AT)
        run_script(cursor, HERE / "update_4_2_0.sql", at=UPDATE_AT)
        logbook.note(cursor)
        for run in host.bonus_runs:
            set_clock(cursor, run.at)
            cursor.execute("CALL grant_season_bonus(6, 1, %s)", (run.last_guild,))
            logbook.wait_until(run.at)
            logbook.note(cursor)
        play(cursor, world.play(PLAYED_AGAIN_AT, MIDDAY, season=7), logbook)
        logbook.rotate(cursor, at=MIDDAY)
        play(cursor, world.play(MIDDAY, SECOND_EVENING, season=7), logbook)
        lift_expired_bans(cursor, at=SECOND_EVENING)
        logbook.wait_until(SECOND_EVENING)
        logbook.note(cursor)
        dump(host, host.dumped_at[1], socket, mysqldump=programs.mysqldump, output=output)
        copy_logs(host, folder / "data", logbook, output=output)


def play(cursor: Cursor, writes: Iterable[Write], logbook: Logbook) -> None:
    """Write what is played, each match as one transaction when it has ended."""
    for each in writes:
        set_clock(cursor, each.at)
        cursor.execute("BEGIN")
        write(cursor, each.rows)
        cursor.execute("COMMIT")
        logbook.wait_until(each.at)
        logbook.note(cursor)


def write(cursor: Cursor, rows: Rows) -> None:
    """Write rows as the game would; its trigger turns score events into scores."""
    for table, columns in TABLES.items():
        verb = "REPLACE" if table in CHANGING_TABLES else "INSERT"
        values = ", ".join(["%s"] * len(columns.split(",")))
        if rows[table]:
            cursor.executemany(f"{verb} INTO {table} ({columns}) VALUES ({values})", rows[table])


def lift_expired_bans(cursor: Cursor, *, at: datetime) -> None:
    """Do the hourly event's work, for this server's clock is not the game's."""
    set_clock(cursor, at)
    cursor.execute("CALL lift_expired_bans()")


def run_script(cursor: Cursor, path: Path, *, at: datetime) -> None:
    """Run an SQL file in one go: the server itself knows where a routine's body ends.

    DELIMITER lines are for the mysql client and are dropped, and so are comments between
    statements.
    """
    set_clock(cursor, at)
    script = re.sub(r"(?m)^(?:DELIMITER |--).*\n", "", path.read_text("utf-8")).replace("$$", ";")
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
    path = output / "backups" / f"{host.name}_fulldump_{at:%Y%m%d_%H%M%S}.sql.gz"
    keep(path, text, is_packed=True)


def copy_logs(host: Host, data: Path, logbook: Logbook, *, output: Path) -> None:
    """Copy the server's binary logs while it writes the last; the first has expired."""
    for number in range(2, len(logbook.begun_at) + 1):
        log = data / f"binlog.{number:06}"
        is_closed = number < len(logbook.begun_at)
        name = log.name + ".gz" * is_closed
        content = retime(log, logbook, number=number)
        keep(output / "binlogs" / host.name / name, content, is_packed=is_closed)


def keep(path: Path, content: bytes, *, is_packed: bool) -> None:
    """Write a file of the sample."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(content)
    path.write_bytes(packed.getvalue() if is_packed else content)
    print(
        f"{path.parent.name}/{path.name}: {len(content):,} bytes, {path.stat().st_size:,} on disk"
    )


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
def running_server(programs: Programs, folder: Path, host: Host) -> Iterator[Path]:
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
        *("--log-bin=binlog", f"--server-id={host.seed}"),
    ]
    with log_path.open("wb") as log:
        initialise = [*argv, "--initialize-insecure", "--skip-log-bin"]
        subprocess.run(initialise, check=True, stderr=log, timeout=300)
        (folder / "data/auto.cnf").write_text(f"[auto]\nserver-uuid={host.server_uuid}\n")
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
