"""Measure the time from three dumps to three servers that answer.

    .venv/bin/python -m bench.up_small_worlds [RUNS]

Two ways to the same end take turns, so that both meet the same state of the machine:

- `rewound up examples/backups`, a fresh process, until it has exited with all worlds ready;
- by hand: for each dump, all three at once, `mysqld --initialize-insecure`, start it, wait
  until it answers, `zcat dump | mysql`.

Both use the same MySQL. Ending the servers is not measured, nor are Rewound's first steps on
a host (getting a MySQL, making the template), which a warm-up run takes.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.hand_made import HandMadeServer
from bench.page import ROOT, Page
from rewound.engine.installation import Installation, get_installation
from rewound.settings import cache_dir

DUMPS = sorted(ROOT.glob("examples/backups/host?_fulldump_20260303_*.sql.gz"))
PLAYERS = [155, 217, 126]
"""What the dumps hold, so that no way can be fast by losing rows."""
COUNT = "SELECT COUNT(*) AS players FROM game.player"
REWOUND = Path(sys.executable).parent / "rewound"
DEFAULT_RUNS = 7
GOAL_S = 5.0


def main(runs: int) -> None:
    """Measure, and write the page."""
    installation = get_installation("auto", cache_dir())
    page = Page(__file__, "From three dumps to three servers")
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        measure_rewound(Path(folder))
        rewound, by_hand = [], []
        for run in range(1, runs + 1):
            rewound.append(measure_rewound(Path(folder)))
            by_hand.append(measure_by_hand(Path(folder) / f"hand{run}", installation))
            print(f"run {run}: rewound {rewound[-1]:.2f} s, by hand {by_hand[-1]:.2f} s")
    page.add(f"Three small worlds ready, from the dumps in examples/backups, {runs} runs each:")
    name = "by hand: `mysqld --initialize-insecure`, `zcat \\| mysql`"
    page.add_table("seconds", {"`rewound up`": rewound, name: by_hand})
    ours, theirs = statistics.median(rewound), statistics.median(by_hand)
    page.add(
        f"By hand takes {theirs / ours:.1f} times as long. The goal for `rewound up` is"
        f" {GOAL_S:.0f} s on two cores: {'met' if ours < GOAL_S else 'missed'}."
    )
    page.write([f"MySQL {installation.version}"])


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
            list(pool.map(make, servers, DUMPS))
        seconds = time.perf_counter() - started
        require_players([int(server.execute(COUNT)) for server in servers])
    finally:
        for server in servers:
            server.end()
    return seconds


def make(server: HandMadeServer, dump: Path) -> None:
    """Initialise, start, load."""
    server.initialise()
    server.start()
    server.load(dump)


def require_players(players: list[int]) -> None:
    """Stop where a world does not hold what its dump does."""
    if players != PLAYERS:
        raise SystemExit(f"the worlds hold {players} players where the dumps hold {PLAYERS}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS)
