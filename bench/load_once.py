"""Load one dump into one server, and print what that costs: for trying settings out.

    .venv/bin/python -m bench.load_once [--method fast|plain] [--cores N] [--size-mb MB]
        [--shape game|giant|no_load_data] [--sort-buffer-mb MB] [--sql STATEMENT] [--runs N]

Only the load is measured: not the start and end of the server, no baseline, no grants.
Prints, and writes no page.
"""

import argparse
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.workload import Shape, write_dump
from rewound.dump.file.location import DumpFiles, one_file
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import get_installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.engine.server_options import LOADING_STATEMENTS
from rewound.load import rows
from rewound.load.cpu_budget import CpuBudget
from rewound.load.ledger import find_imbalances
from rewound.load.loader import load_dump
from rewound.load.options import LoadMethod, LoadOptions
from rewound.mysql.accounts import ACCOUNTS, LOADER, ROOT, account_statements
from rewound.mysql.client import Connection
from rewound.settings import cache_dir

PASSWORD = "secret"
POOL_BYTES = 1 << 30
SORT_BUFFER = "SET SESSION innodb_ddl_buffer_size = "


def main() -> None:
    """Make the dump, and load it as often as is asked for."""
    given = read_arguments()
    if given.sort_buffer_mb:
        others = [sql for sql in rows.DEFINING if not str(sql).startswith(SORT_BUFFER)]
        rows.DEFINING = (*others, f"{SORT_BUFFER}{given.sort_buffer_mb << 20}")
    # A short path: that of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="rw-") as name:
        folder = Path(name)
        shape = Shape(given.shape)
        dump = write_dump(folder, shape, world=1, size_bytes=given.size_mb << 20, seed=1)
        for _ in range(given.runs):
            options = LoadOptions(method=LoadMethod(given.method))
            cost = measure(
                one_file(dump.path), folder / "server", options, cores=given.cores, sql=given.sql
            )
            print(cost, flush=True)


@dataclass(frozen=True, slots=True)
class LoadCost:
    """What one load took."""

    rows: int
    seconds: float
    server_cpu_s: float
    own_cpu_s: float
    written_mb: int

    def __str__(self) -> str:
        return (
            f"{self.rows:,} rows: {self.seconds:.1f} s, CPU-seconds of mysqld"
            f" {self.server_cpu_s:.1f}, of our own {self.own_cpu_s:.1f},"
            f" {self.written_mb:,} MB written"
        )


def measure(
    dump: DumpFiles,
    folder: Path,
    options: LoadOptions,
    *,
    cores: int,
    sql: Sequence[str] = (),
) -> LoadCost:
    """Load a dump into a server of its own in a new folder, which is removed again."""
    engine = ProcessEngine(get_installation("auto", cache_dir()), cache_dir())
    engine.prepare(folder.parent, folder.parent)
    folder.mkdir()
    try:
        server = engine.start(
            ServerSpec("bench", folder, pick_ports(1, base=None)[0], POOL_BYTES, PASSWORD)
        )
        accounts = account_statements(dict.fromkeys(ACCOUNTS, PASSWORD))
        with Connection(server.endpoint(ROOT, PASSWORD)) as connection:
            for statement in [*accounts, *LOADING_STATEMENTS, *sql]:
                connection.execute_sql(statement)
        mysqld, own = psutil.Process(server.identity.pid), psutil.Process()
        before, started = (cpu_s(mysqld), cpu_s(own)), time.perf_counter()
        ledger = load_dump(
            server.endpoint(LOADER, PASSWORD),
            dump,
            options=options,
            progress=lambda _bytes_read, _table: None,
            cancelled=threading.Event(),
            cpu_budget=CpuBudget(cores),
        )
        seconds = time.perf_counter() - started
        if problems := find_imbalances(ledger):
            raise SystemExit("; ".join(problems))
        used, ours = cpu_s(mysqld) - before[0], cpu_s(own) - before[1]
        written = mysqld.io_counters().write_bytes >> 20
        return LoadCost(ledger.rows, seconds, used, ours, written)
    finally:
        engine.end_all(folder)
        shutil.rmtree(folder)


def cpu_s(process: psutil.Process) -> float:
    """Return the CPU-seconds that a process has used."""
    times = process.cpu_times()
    return times.user + times.system


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.load_once")
    parser.add_argument("--method", choices=[m.value for m in LoadMethod], default="fast")
    parser.add_argument("--cores", type=int, default=psutil.cpu_count() or 1)
    parser.add_argument("--size-mb", type=int, default=240)
    parser.add_argument("--shape", choices=[s.value for s in Shape], default=Shape.GAME.value)
    parser.add_argument("--sort-buffer-mb", type=int, default=0)
    parser.add_argument("--sql", action="append", default=[], help="root runs it before the load")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
