"""Measure the time from many small dumps to as many servers that answer, against doing it by hand.

    .venv/bin/python -m bench.up_cold_worlds [--worlds N]... [--runs N]

Ways to the same end take turns, so that all meet the same state of the machine:

- `rewound up`, a fresh process, until it has exited with all worlds ready; the dumps have no
  baselines yet, and get them;
- by hand: for each dump, all at once, copy an empty data directory that was made before, start
  `mysqld` on it, wait until it answers, `zcat dump | mysql`.

Both use the same MySQL. Ending the servers is not measured.
"""

import argparse
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.hand_made import HandMadeServer
from bench.many_worlds import PLAYERS, QUESTION, write_dumps
from bench.page import Page
from bench.rewound_command import RewoundCommand
from bench.up_small_worlds import time_command
from rewound.engine.install.installation import Installation, get_installation
from rewound.settings import cache_dir

DEFAULT_WORLDS = (3, 20, 100)
DEFAULT_RUNS = 5
GOAL_SHARE = 0.8
"""Of the time by hand."""


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, action="append")
    parser.add_argument("--runs", type=int, default=DEFAULT_RUNS)
    arguments = parser.parse_args()
    counts: list[int] = arguments.worlds or list(DEFAULT_WORLDS)
    installation = get_installation("auto", cache_dir())
    page = Page(__file__, "From many small dumps to as many servers")
    rows = []
    for count in counts:
        ours, theirs = measure(count, installation, arguments.runs)
        share = statistics.median(ours) / statistics.median(theirs)
        rows.append([str(count), show(ours), show(theirs), f"{share:.2f}"])
    page.add(
        f"Worlds of {PLAYERS} players each, without baselines, seconds until all are ready:"
        f" median of {arguments.runs} runs (lowest to highest)."
    )
    page.add_grid(["worlds", "`rewound up`", "by hand", "share"], rows)
    page.add(
        f"The share is the time of `rewound up` divided by that by hand; the goal is {GOAL_SHARE}."
    )
    page.write([f"MySQL {installation.version}"])


def measure(count: int, installation: Installation, runs: int) -> tuple[list[float], list[float]]:
    """Return the seconds of both ways, run by run."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory(prefix="rw-") as name:
        folder = Path(name)
        write_dumps(folder / "dumps", count)
        dumps = sorted((folder / "dumps").iterdir())
        template = make_template(folder / "template", installation)
        with RewoundCommand(folder / "rewound") as rewound:
            measure_rewound(rewound, folder / "dumps", count)  # makes its template
            for run in range(runs):
                ours.append(measure_rewound(rewound, folder / "dumps", count))
                theirs.append(measure_by_hand(folder / f"hand{run}", dumps, template, installation))
                print(
                    f"{count} worlds, run {run + 1}: {ours[-1]:.2f} s, {theirs[-1]:.2f} s by hand"
                )
    return ours, theirs


def make_template(data: Path, installation: Installation) -> Path:
    """Return an empty data directory, as one would keep it for this."""
    server = HandMadeServer(data, installation)
    server.initialise()
    return data


def measure_rewound(rewound: RewoundCommand, source: Path, count: int) -> float:
    """Return the seconds of the first `up`; no fleet is left."""
    rewound.forget_baselines()
    try:
        seconds = time_command(rewound, "up", str(source))
        answers = rewound.run("query", QUESTION, "--format", "csv").split()[1:]
    finally:
        rewound.run("down")
    require_players([int(line.split(",")[1]) for line in answers], count)
    return seconds


def measure_by_hand(
    folder: Path, dumps: list[Path], template: Path, installation: Installation
) -> float:
    """Return the seconds until servers made by hand hold the dumps."""
    folder.mkdir()
    servers = [HandMadeServer(folder / f"world{n}", installation) for n in range(len(dumps))]

    def make(server: HandMadeServer, dump: Path) -> None:
        server.copy(template)
        server.start()
        server.load(dump)

    started = time.perf_counter()
    try:
        with ThreadPoolExecutor(len(servers)) as pool:
            list(pool.map(make, servers, dumps))
        seconds = time.perf_counter() - started
        players = [int(server.execute(f"USE game; {QUESTION}")) for server in servers]
        require_players(players, len(dumps))
    finally:
        for server in servers:
            server.end()
    return seconds


def require_players(players: list[int], worlds: int) -> None:
    """Stop where worlds do not hold what their dumps do, so that no way is fast by losing rows."""
    if players != [PLAYERS] * worlds:
        raise SystemExit(f"the worlds hold {players} players")


def show(seconds: list[float]) -> str:
    """Return the median, and the spread."""
    return f"{statistics.median(seconds):.1f} ({min(seconds):.1f} to {max(seconds):.1f})"


if __name__ == "__main__":
    main()
