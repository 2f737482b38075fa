"""Measure how long the same rows take from one file, from a file for each table, and from --tab.

    .venv/bin/python -m bench.load_layouts [--size-mb N] [--runs N]

A source server holds the tables, and the same mysqldump dumps it in three ways. Each is then loaded
into a server of its own, in turns; only the load is measured, with its proof. Beside them, the way
by hand for --tab: `mysql` for the definitions, and then `mysqlimport --local --use-threads`, into
the same server. All must give the same number of rows.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.load_once import PASSWORD, POOL_BYTES, LoadCost, measure
from bench.page import Page
from bench.workload import Shape, write_dump
from rewound.dump.file.location import DumpFiles, DumpPart, Holds, one_file
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation, get_installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.engine.server_options import LOADING_STATEMENTS
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import ACCOUNTS, ROOT, account_statements
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.settings import cache_dir
from tests.server.source_server import start_source

DEFAULT_SIZE_MB = 120
DEFAULT_RUNS = 5
SCHEMA = "game"
ONE, TABLES, TAB, BY_HAND = "one file", "a file for each table", "--tab", "--tab, by hand"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.load_layouts")
    parser.add_argument("--size-mb", type=int, default=DEFAULT_SIZE_MB)
    parser.add_argument("--runs", type=int, default=DEFAULT_RUNS)
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    installation = get_installation("auto", cache_dir())
    page = Page(__file__, "The same rows from one file and from many")
    walls: dict[str, list[float]] = {ONE: [], TABLES: [], TAB: [], BY_HAND: []}
    cpus: dict[str, list[float]] = {ONE: [], TABLES: [], TAB: []}
    with tempfile.TemporaryDirectory(prefix="rw-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        written = write_dump(folder, Shape.GAME, world=1, size_bytes=given.size_mb << 20, seed=1)
        dumps = make_layouts(installation, written.path, folder)
        options = LoadOptions(schema=SCHEMA, allow_unfinished=True)
        rows = set()
        for run in range(given.runs):
            for layout, dump in dumps.items():
                cost: LoadCost = measure(dump, folder / "server", options, cores=cores)
                rows.add(cost.rows)
                walls[layout].append(cost.seconds)
                cpus[layout].append(cost.own_cpu_s)
                print(f"run {run + 1}, {layout}: {cost}", flush=True)
            seconds, count = load_by_hand(installation, folder, cores=cores)
            rows.add(count)
            walls[BY_HAND].append(seconds)
            print(f"run {run + 1}, {BY_HAND}: {seconds:.1f} s", flush=True)
    if len(rows) != 1:
        raise SystemExit(f"the ways give different numbers of rows: {rows}")
    page.add(
        f"One world of {written.text_bytes / 1e6:.0f} MB, {rows.pop():,} rows in six tables. Runs:"
        f" {given.runs}, in turns."
    )
    page.add_table("s", walls)
    page.add_table("CPU-s of Rewound itself", cpus)
    page.write([f"MySQL {installation.version}"])


def make_layouts(installation: Installation, dump: Path, folder: Path) -> dict[str, DumpFiles]:
    """Load a dump into a source server, and dump that in each way."""
    if installation.mysqldump is None or installation.client is None:
        raise SystemExit("this MySQL has no mysqldump")
    data = folder / "source"
    data.mkdir()
    [port] = pick_ports(1, base=None)
    own = ("--secure-file-priv=", "--innodb-buffer-pool-size=1G", "--skip-log-bin")
    source = start_source(installation, cache_dir(), data, port=port, options=own)
    login = ("--no-defaults", "--user=root", f"--socket={source.socket}")
    argv = [*installation.mysqldump, *login, "--set-gtid-purged=OFF", "--column-statistics=0"]
    try:
        with Connection(source) as connection:
            connection.execute_sql(f"CREATE DATABASE {SCHEMA}")
        open_dump = "zcat" if dump.suffix == ".gz" else "cat"
        feed = subprocess.Popen([open_dump, str(dump)], stdout=subprocess.PIPE)
        run([*installation.client, *login, SCHEMA], stdin=feed.stdout)
        feed.wait()
        tab = folder / "tab"
        tab.mkdir(mode=0o777)
        tab.chmod(0o777)
        write([*argv, SCHEMA], folder / "one.sql")
        run([*argv, f"--tab={tab}", SCHEMA])
        tables = sorted(path.stem for path in tab.glob("*.txt"))
        for table in tables:
            write([*argv, SCHEMA, table], folder / f"{table}.sql")
    finally:
        ProcessEngine(installation, cache_dir()).end_all(data)
        shutil.rmtree(data)
    text = [
        part
        for table in tables
        for part in (
            DumpPart(tab / f"{table}.sql", database=SCHEMA),
            DumpPart(tab / f"{table}.txt", Holds.ROWS, SCHEMA, table),
        )
    ]
    return {
        ONE: one_file(folder / "one.sql"),
        TABLES: DumpFiles(folder, tuple(DumpPart(folder / f"{each}.sql") for each in tables)),
        TAB: DumpFiles(tab, tuple(text)),
    }


def load_by_hand(installation: Installation, folder: Path, *, cores: int) -> tuple[float, int]:
    """Load the --tab folder with the programs of MySQL; return the seconds and the rows."""
    if installation.client is None:
        raise SystemExit("this MySQL has no client")
    mysqlimport = [*installation.client[:-1], f"{installation.client[-1]}import"]
    tab = folder / "tab"
    with running_server(installation, folder / "server") as endpoint:
        login = (
            *("--no-defaults", f"--user={ROOT}", f"--socket={endpoint.socket}"),
            f"--password={PASSWORD}",
        )
        started = time.perf_counter()
        for path in sorted(tab.glob("*.sql")):
            with path.open("rb") as file:
                run([*installation.client, *login, SCHEMA], stdin=file)
        texts = [str(path) for path in sorted(tab.glob("*.txt"))]
        threads = f"--use-threads={cores}"
        character_set = "--default-character-set=utf8mb3"  # utf8mb4 means binary to it
        run([*mysqlimport, *login, character_set, "--local", threads, SCHEMA, *texts])
        seconds = time.perf_counter() - started
        with Connection(endpoint) as connection:
            names = connection.names(
                f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{SCHEMA}'"
                " AND table_type = 'BASE TABLE'"
            )
            counts = [
                connection.query(f"SELECT COUNT(*) FROM {SCHEMA}.`{name}`").rows[0][0]
                for name in names
            ]
    return seconds, sum(int(str(count)) for count in counts)


@contextmanager
def running_server(installation: Installation, folder: Path) -> Iterator[Endpoint]:
    """Run an empty server such as loads get."""
    engine = ProcessEngine(installation, cache_dir())
    folder.mkdir()
    try:
        [port] = pick_ports(1, base=None)
        server = engine.start(ServerSpec("bench", folder, port, POOL_BYTES, PASSWORD))
        accounts = account_statements(dict.fromkeys(ACCOUNTS, PASSWORD))
        with Connection(server.endpoint(ROOT, PASSWORD)) as connection:
            # The files come in any order, and mysqlimport has no option for it.
            own = (f"CREATE DATABASE {SCHEMA}", "SET GLOBAL foreign_key_checks = 0")
            for statement in [*accounts, *LOADING_STATEMENTS, *own]:
                connection.execute_sql(statement)
        yield server.endpoint(ROOT, PASSWORD)
    finally:
        engine.end_all(folder)
        shutil.rmtree(folder)


def write(argv: Sequence[str], path: Path) -> None:
    """Run a program with its output in a file."""
    with path.open("wb") as file:
        subprocess.run(argv, stdout=file, check=True)


def run(argv: Sequence[str], stdin: object = subprocess.DEVNULL) -> None:
    """Run a program; what it says of passwords is left out."""
    done = subprocess.run(argv, stdin=stdin, stderr=subprocess.PIPE, check=False)  # type: ignore[call-overload]
    if done.returncode:
        raise SystemExit(done.stderr.decode(errors="replace"))


if __name__ == "__main__":
    main()
