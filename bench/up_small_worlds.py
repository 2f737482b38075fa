"""Measure the time from three dumps to three servers that answer; write RESULTS.md.

    .venv/bin/python bench/up_small_worlds.py [RUNS]

Two ways to the same end take turns, so that both meet the same state of the machine:

- `rewound up examples/backups`, a fresh process, until it has exited with all worlds ready;
- by hand: for each dump, all three at once, `mysqld --initialize-insecure`, start it, wait
  until it answers, `zcat dump | mysql`.

Both use the same MySQL. Ending the servers is not measured, nor are Rewound's first steps on
a host (getting a MySQL, making the template), which a warm-up run takes.
"""

import getpass
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psutil

from rewound.engine.installation import Installation, get_installation
from rewound.settings import cache_dir

ROOT = Path(__file__).parent.parent
DUMPS = sorted(ROOT.glob("examples/backups/host?_fulldump_20260303_*.sql.gz"))
PLAYERS = [155, 217, 126]
"""What the dumps hold, so that no way can be fast by losing rows."""
COUNT = "SELECT COUNT(*) AS players FROM game.player"
REWOUND = Path(sys.executable).parent / "rewound"
DEFAULT_RUNS = 7
GOAL_S = 5.0
START_TIMEOUT_S = 60.0
BUSY_SHARE = 0.25  # of the cores, before the first run


def main(runs: int) -> None:
    """Measure, and write the page."""
    installation = get_installation("auto", cache_dir())
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        measure_rewound(Path(folder))
        rewound, by_hand = [], []
        for run in range(1, runs + 1):
            rewound.append(measure_rewound(Path(folder)))
            by_hand.append(measure_by_hand(Path(folder) / f"hand{run}", installation))
            print(f"run {run}: rewound {rewound[-1]:.2f} s, by hand {by_hand[-1]:.2f} s")
    page = describe(rewound, by_hand, installation, load)
    (ROOT / "bench/RESULTS.md").write_text(page)
    print(page)


def measure_rewound(folder: Path) -> float:
    """Return the seconds that `rewound up` takes; the fleet is gone afterwards."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REWOUND_")}
    environment |= {"REWOUND_STATE_DIR": str(folder), "REWOUND_CACHE_DIR": str(cache_dir())}

    def rewound(*arguments: str) -> str:
        return subprocess.run(
            [REWOUND, *arguments], env=environment, cwd=folder, check=True, capture_output=True
        ).stdout.decode()

    started = time.perf_counter()
    rewound("up", str(ROOT / "examples/backups"))
    seconds = time.perf_counter() - started
    try:
        answer = rewound("query", COUNT, "--format", "csv").split()
        require_players([int(line.split(",")[1]) for line in answer[1:]])
    finally:
        rewound("down")
    return seconds


def measure_by_hand(folder: Path, installation: Installation) -> float:
    """Return the seconds until three servers made by hand hold the dumps."""
    folder.mkdir()
    servers = [HandMadeServer(folder / f"world{n}", installation) for n in range(len(DUMPS))]
    started = time.perf_counter()
    try:
        with ThreadPoolExecutor(len(servers)) as pool:
            list(pool.map(HandMadeServer.make, servers, DUMPS))
        seconds = time.perf_counter() - started
        require_players([int(server.execute(COUNT)) for server in servers])
    finally:
        for server in servers:
            server.end()
    return seconds


class HandMadeServer:
    """One mysqld with MySQL's own defaults, reachable by its socket."""

    def __init__(self, data: Path, installation: Installation) -> None:
        self.options = [f"--datadir={data}", f"--user={getpass.getuser()}", *installation.options]
        self.socket = data.with_suffix(".sock")
        self.log = data.with_suffix(".log")
        self.mysqld = installation.mysqld
        if installation.client is None:
            raise SystemExit("the mysql client is missing: rewound server install brings one")
        self.client = [*installation.client, "--no-defaults", "-uroot", f"-S{self.socket}"]
        self.process: subprocess.Popen[bytes] | None = None

    def make(self, dump: Path) -> None:
        """Initialise, start, wait, load."""
        with self.log.open("wb") as log:
            start = [*self.mysqld, "--no-defaults", *self.options]
            subprocess.run([*start, "--initialize-insecure"], stderr=log, check=True)
            # Debian's own folder for files is not there, and the sockets must not collide.
            listen = ["--secure-file-priv=NULL", "--skip-networking", "--mysqlx=OFF"]
            server = [*start, *listen, f"--socket={self.socket}"]
            self.process = subprocess.Popen(server, stdout=log, stderr=log)
        self.wait()
        with subprocess.Popen(["zcat", dump], stdout=subprocess.PIPE) as zcat:
            subprocess.run(self.client, stdin=zcat.stdout, check=True)

    def wait(self) -> None:
        """Wait until the server answers."""
        deadline = time.monotonic() + START_TIMEOUT_S
        probe = [*self.client, "-e", "SELECT 1"]
        while subprocess.run(probe, capture_output=True).returncode:
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise SystemExit(f"mysqld does not answer:\n{self.log.read_text()}")
            time.sleep(0.05)

    def execute(self, sql: str) -> str:
        """Return what one statement answers."""
        argv = [*self.client, "--batch", "--skip-column-names", "-e", sql]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    def end(self) -> None:
        """End the server; its data is not needed any more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def require_players(players: list[int]) -> None:
    """Stop where a world does not hold what its dump does."""
    if players != PLAYERS:
        raise SystemExit(f"the worlds hold {players} players where the dumps hold {PLAYERS}")


def describe(
    rewound: list[float], by_hand: list[float], installation: Installation, load: float
) -> str:
    """Return the page of results."""
    cores = os.cpu_count() or 1
    ours, theirs = statistics.median(rewound), statistics.median(by_hand)
    commit = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    lines = [
        "# Results",
        "",
        "<!-- Made by bench/up_small_worlds.py (make bench). -->",
        "",
        f"Three small worlds ready, from the dumps in examples/backups, {len(rewound)} runs each:",
        "",
        "| | median | fastest | slowest |",
        "| --- | ---: | ---: | ---: |",
        show_row("`rewound up`", rewound),
        show_row("by hand: `mysqld --initialize-insecure`, `zcat \\| mysql`", by_hand),
        "",
        f"By hand takes {theirs / ours:.1f} times as long. The goal for `rewound up` is"
        f" {GOAL_S:.0f} s on two cores: {'met' if ours < GOAL_S else 'missed'}.",
        "",
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit"
        f" {subprocess.run(commit, capture_output=True, text=True).stdout.strip() or 'unknown'}",
        f"- {cores} cores ({find_cpu()}), {psutil.virtual_memory().total / 2**30:.0f} GiB of"
        f" memory, {platform.system()} {platform.release()}",
        f"- MySQL {installation.version}, Python {platform.python_version()}",
        f"- load average before the first run: {load:.2f}",
    ]
    if load > BUSY_SHARE * cores:
        lines += ["", "**Other work ran on this machine: measure again when it is idle.**"]
    return "\n".join(lines) + "\n"


def show_row(name: str, seconds: list[float]) -> str:
    """Return one way's row."""
    numbers = (statistics.median(seconds), min(seconds), max(seconds))
    return f"| {name} | " + " | ".join(f"{number:.2f} s" for number in numbers) + " |"


def find_cpu() -> str:
    """Return the processor's name, where the system tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS)
