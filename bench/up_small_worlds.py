"""Measure the time from three dumps to three servers that answer.

    .venv/bin/python -m bench.up_small_worlds [RUNS]

Ways to the same end take turns, so that all meet the same state of the machine:

- `rewound up examples/backups`, a fresh process, until it has exited with all worlds ready;
  the dumps have no baselines yet, and get them;
- the same again, from these baselines, and `rewound reset` of all three;
- by hand: for each dump, all three at once, `mysqld --initialize-insecure`, start it, wait
  until it answers, `zcat dump | mysql`.

Both use the same MySQL. Ending the servers is not measured, nor are Rewound's first steps on
a host (getting a MySQL, making the template), which a warm-up run takes.
"""

import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.hand_made import HandMadeServer
from bench.page import ROOT, Page
from bench.rewound_command import RewoundCommand
from rewound.engine.install.installation import Installation, get_installation
from rewound.settings import cache_dir

DUMPS = sorted(ROOT.glob("examples/backups/host?_fulldump_20260303_*.sql.gz"))
PLAYERS = [155, 217, 126]
"""What the dumps hold, so that no way can be fast by losing rows."""
COUNT = "SELECT COUNT(*) AS players FROM game.player"
DEFAULT_RUNS = 7
GOAL_S = 2.0


def main(runs: int) -> None:
    """Measure, and write the page."""
    installation = get_installation("auto", cache_dir())
    page = Page(__file__, "From three dumps to three servers")
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        ours = RewoundCommand(Path(folder) / "rewound")
        measure_rewound(ours)
        first, again, reset, by_hand = [], [], [], []
        for run in range(1, runs + 1):
            seconds = measure_rewound(ours)
            first.append(seconds[0])
            again.append(seconds[1])
            reset.append(seconds[2])
            by_hand.append(measure_by_hand(Path(folder) / f"hand{run}", installation))
            shown = ", ".join(f"{each:.2f}" for each in (*seconds, by_hand[-1]))
            print(f"run {run}: up, up again, reset, by hand: {shown} s")
    page.add(f"Three small worlds ready, from the dumps in examples/backups, {runs} runs each:")
    name = "by hand: `mysqld --initialize-insecure`, `zcat \\| mysql`"
    page.add_table(
        "seconds",
        {
            "`rewound up`, which leaves baselines": first,
            "`rewound up` again, from baselines": again,
            "`rewound reset` of all three": reset,
            name: by_hand,
        },
    )
    median, theirs = statistics.median(first), statistics.median(by_hand)
    page.add(
        f"Doing it by hand takes {theirs / median:.1f} times as long as the first `rewound up`. The"
        f" goal for `rewound up` is {GOAL_S:.0f} s on two cores:"
        f" {'met' if median < GOAL_S else 'missed'}."
    )
    page.write([f"MySQL {installation.version}"])


def measure_rewound(rewound: RewoundCommand) -> tuple[float, float, float]:
    """Return the seconds of the first `up`, the next one and a reset; no fleet is left."""
    source = str(ROOT / "examples/backups")
    rewound.forget_baselines()
    try:
        first = time_command(rewound, "up", source)
        look(rewound)
        rewound.run("down")
        again, reset = time_command(rewound, "up", source), time_command(rewound, "reset")
        look(rewound)
    finally:
        rewound.run("down")
    return first, again, reset


def time_command(rewound: RewoundCommand, *arguments: str) -> float:
    """Return the seconds that a command takes."""
    started = time.perf_counter()
    rewound.run(*arguments)
    return time.perf_counter() - started


def look(rewound: RewoundCommand) -> None:
    """Stop where a world does not hold what its dump does."""
    answer = rewound.run("query", COUNT, "--format", "csv").split()
    require_players([int(line.split(",")[1]) for line in answer[1:]])


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
