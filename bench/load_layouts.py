"""Measure how long the same rows take from one file, from a file for each table, and from --tab.

    .venv/bin/python -m bench.load_layouts [--size-mb N] [--runs N]

A source server holds the tables, and the same mysqldump dumps it in three ways. Each is then loaded
into a server of its own, in turns; only the load is measured, with its proof. All must give the
same number of rows. The way by hand, `mysqlimport --local`, is no comparison: one of the tables has
a JSON column, which it reads as binary, and the server refuses that (9.7.4).
"""

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.load_once import LoadCost, measure
from bench.page import Page
from bench.workload import Shape, write_dump
from rewound.dump.file.location import DumpFiles, DumpPart, Holds, one_file
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation, get_installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.load.options import LoadOptions
from rewound.mysql.client import Connection
from rewound.settings import cache_dir
from tests.server.source_server import start_source

DEFAULT_SIZE_MB = 120
DEFAULT_RUNS = 5
SCHEMA = "game"
ONE, TABLES, TAB = "one file", "a file for each table", "--tab"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.load_layouts")
    parser.add_argument("--size-mb", type=int, default=DEFAULT_SIZE_MB)
    parser.add_argument("--runs", type=int, default=DEFAULT_RUNS)
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    installation = get_installation("auto", cache_dir())
    page = Page(__file__, "The same rows from one file and from many")
    walls: dict[str, list[float]] = {ONE: [], TABLES: [], TAB: []}
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
