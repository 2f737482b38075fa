"""The ways from dumps to worlds, each with the same four steps.

`prepare` is not timed, `act` is, `count_rows` proves that nothing is missing, `clear` leaves
no server behind. A way that cannot be gone on this host or with this Rewound says so when it
is made.
"""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import psutil

from bench.hand_made import HandMadeServer
from bench.rewound_command import RewoundCommand
from bench.workload import Dump
from rewound.engine.installation import Installation

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
_DAMAGE = "DELETE FROM game.score_event LIMIT 10000; DROP TABLE IF EXISTS game.purchase;\n"

Rows = list[dict[str, int]]
"""The number of rows of each table, for each world."""


def tune(worlds: int) -> list[str]:
    """Return the settings of a server that is thrown away: one of some that share the host."""
    share = int(psutil.virtual_memory().total * _SHARE_OF_MEMORY / worlds) >> 20
    return [*_TUNED, f"--innodb-buffer-pool-size={min(share, _LARGEST_POOL_MIB)}M"]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the ways are gone."""

    folder: Path
    """A folder for everything."""
    installation: Installation
    """The MySQL of all of them."""
    template: Path
    """An empty data directory."""
    rewound: RewoundCommand
    """The command that is measured."""


class Way(Protocol):
    """One way from dumps to worlds."""

    def prepare(self) -> None:
        """Make a fresh state."""

    def act(self) -> None:
        """Bring all worlds up."""

    def count_rows(self) -> Rows:
        """Return what the worlds hold."""

    def clear(self) -> None:
        """End the servers, and delete their data."""


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


@dataclass(slots=True)
class Up:
    """`rewound up`."""

    bench: Bench
    source: Path
    dumps: Sequence[Dump]
    options: tuple[str, ...] = ()
    is_cold: bool = True

    def prepare(self) -> None:
        """Empty the cache of baselines, or see that it has them."""
        rewound = self.bench.rewound
        if self.is_cold:
            rewound.forget_baselines()
        elif not rewound.has_baselines():
            self._up()
            rewound.run("down")
            if not rewound.has_baselines():
                raise SystemExit("rewound up left no baseline in its cache")

    def act(self) -> None:
        """Run `rewound up` to its end."""
        self._up()

    def _up(self) -> None:
        self.bench.rewound.run("up", str(self.source), *self.options)

    def count_rows(self) -> Rows:
        """Ask every world."""
        answer = self.bench.rewound.run("query", count_sql(self.dumps[0]), "--format", "csv")
        worlds: dict[str, dict[str, int]] = {}
        for line in answer.splitlines()[1:]:
            world, table, rows = line.split(",")
            worlds.setdefault(world, {})[table] = int(rows)
        return [worlds[world] for world in sorted(worlds)]

    def clear(self) -> None:
        """Run `rewound down`."""
        self.bench.rewound.run("down")


@dataclass(slots=True)
class Reset(Up):
    """`rewound reset`, after someone deleted rows of one table and dropped another."""

    def prepare(self) -> None:
        """Bring the worlds up, and damage them."""
        Up.prepare(self)
        self._up()
        for dump in self.dumps:
            world = dump.path.name.partition("_")[0]
            self.bench.rewound.run("connect", world, text=_DAMAGE)

    def act(self) -> None:
        """Run `rewound reset` to its end."""
        self.bench.rewound.run("reset")


def count_sql(dump: Dump) -> str:
    """Return the statement that counts the rows of all tables."""
    return " UNION ALL ".join(
        f"SELECT '{table}' AS name, COUNT(*) AS row_count FROM game.{table}" for table in dump.rows
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
