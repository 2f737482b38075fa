"""The ways without Rewound: a client or myloader, into a server with chosen settings."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from bench.hand_made import HandMadeServer
from bench.ways import Bench, Rows, count_sql
from bench.workload import Dump

STOCK = (
    "--skip-name-resolve",
    "--log-bin",
    "--sync-binlog=1",
    "--innodb-doublewrite=ON",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=128M",
    "--performance-schema=ON",
)
"""What the Docker image runs with; all but the first are MySQL's defaults."""

_TUNED = (
    "--skip-name-resolve",
    "--skip-log-bin",
    "--innodb-doublewrite=OFF",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-redo-log-capacity=1G",
    "--performance-schema=OFF",
)
_LARGEST_POOL_MIB = 1024
_SHARE_OF_MEMORY = 0.5
_LOADER_THREADS = 2
_DUMPER_OPTIONS = ("--database=game", "--compress", "--trx-consistency-only")


def tune(worlds: int) -> list[str]:
    """Return the settings of a server that is thrown away: one of some that share the host."""
    share = int(psutil.virtual_memory().total * _SHARE_OF_MEMORY / worlds) >> 20
    return [*_TUNED, f"--innodb-buffer-pool-size={min(share, _LARGEST_POOL_MIB)}M"]


@dataclass(slots=True)
class Pipes:
    """For each dump, at once: start a server on an empty data directory, `zcat | mysql`."""

    bench: Bench
    dumps: Sequence[Dump]
    settings: Sequence[str]
    has_redo: bool = True
    servers: list[HandMadeServer] = field(default_factory=list)

    def prepare(self) -> None:
        """Copy an empty data directory for each world."""
        folder = self.bench.folder / "hand"
        folder.mkdir()
        for number in range(len(self.dumps)):
            data = folder / f"w{number}"
            self.servers.append(HandMadeServer(data, self.bench.installation, self.settings))
            self.servers[-1].copy(self.bench.template)

    def act(self) -> None:
        """Start all servers, and load their dumps."""
        pairs = zip(self.servers, self.dumps, strict=True)
        at_once([partial(self.make, server, dump) for server, dump in pairs])

    def make(self, server: HandMadeServer, dump: Dump) -> None:
        """Start one server, and load its dump."""
        self._start(server)
        server.load(dump.path)

    def _start(self, server: HandMadeServer) -> None:
        server.start()
        if not self.has_redo:
            server.execute("ALTER INSTANCE DISABLE INNODB REDO_LOG")

    def count_rows(self) -> Rows:
        """Ask every server."""
        sql = count_sql(self.dumps[0])
        answers = [server.execute(sql).split() for server in self.servers]
        return [dict(zip(a[::2], map(int, a[1::2]), strict=True)) for a in answers]

    def clear(self) -> None:
        """End the servers, and delete their data."""
        for server in self.servers:
            server.end()
        self.servers.clear()
        shutil.rmtree(self.bench.folder / "hand", ignore_errors=True)


@dataclass(slots=True)
class MyLoader(Pipes):
    """The same server, filled by myloader from what mydumper wrote of the same world."""

    outputs: list[Path] = field(default_factory=list)

    def dump(self) -> None:
        """Restore the worlds, one after the other, and let mydumper dump them."""
        dumper = Pipes(self.bench, self.dumps, self.settings, self.has_redo)
        dumper.prepare()
        for number, (server, dump) in enumerate(zip(dumper.servers, self.dumps, strict=True)):
            output = self.bench.folder / f"mydumper{number}"
            dumper.make(server, dump)
            options = [*login(server), *_DUMPER_OPTIONS, f"--outputdir={output}"]
            run_quietly(["mydumper", *options])
            server.end()
            self.outputs.append(output)
        dumper.clear()

    def act(self) -> None:
        """Start all servers, and let a myloader fill each."""
        pairs = zip(self.servers, self.outputs, strict=True)
        at_once([partial(self._load, server, output) for server, output in pairs])

    def _load(self, server: HandMadeServer, output: Path) -> None:
        self._start(server)
        run_quietly(
            ["myloader", *login(server), f"--directory={output}", f"--threads={_LOADER_THREADS}"]
        )


def at_once(acts: Sequence[Callable[[], None]]) -> None:
    """Do all of this at the same time."""
    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result()


def login(server: HandMadeServer) -> list[str]:
    """Return how mydumper and myloader connect."""
    return ["--user=root", f"--socket={server.socket}"]


def run_quietly(argv: Sequence[str]) -> None:
    """Run a program that must succeed."""
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(argv)}:\n{done.stderr}")
