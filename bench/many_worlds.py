"""Measure a hundred small worlds on one host: up, ask, reset, down, and what they take.

    .venv/bin/python -m bench.many_worlds [--worlds N]

Each world has a dump of its own content, made from one of examples/backups, so each has a
baseline of its own. Memory is the proportional set size of each mysqld, a while after the
last query: what would be free if it were gone.
"""

import argparse
import gzip
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from bench.page import ROOT, Page
from bench.rewound_command import RewoundCommand
from bench.up_small_worlds import time_command
from rewound.engine.install.installation import get_installation
from rewound.settings import cache_dir

DUMP = ROOT / "examples/backups/host1_fulldump_20260303_211508.sql.gz"
PLAYERS = 155
QUESTION = "SELECT COUNT(*) AS players FROM player"
DEFAULT_WORLDS = 100
GOAL_COLD_S = 55.0
GOAL_READY_S = 20.0
GOAL_SERVER_MB = 80.0
_SETTLING_S = 20.0


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=DEFAULT_WORLDS)
    arguments = parser.parse_args()
    count: int = arguments.worlds
    page = Page(__file__, f"{count} worlds on one host")
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        source = Path(folder) / "dumps"
        write_dumps(source, count)
        with RewoundCommand(Path(folder) / "rewound") as rewound:
            seconds, sizes_mb = measure(rewound, str(source), count)
    page.add(f"{count} worlds of {PLAYERS} players and 5,055 rows each, one run, in seconds:")
    page.add_grid(
        ["", "seconds", "per world"],
        [[name, f"{each:.1f}", f"{each / count:.2f}"] for name, each in seconds.items()],
    )
    cold = seconds["`rewound up`, which leaves baselines"]
    again = seconds["`rewound up` again, from baselines"]
    typical = statistics.median(sizes_mb)
    page.add(
        f"Cold, all are ready in {cold:.0f} s (goal {GOAL_COLD_S:.0f}: {judge(cold, GOAL_COLD_S)}),"
        f" from their baselines in {again:.0f} s (goal {GOAL_READY_S:.0f}:"
        f" {judge(again, GOAL_READY_S)}). An idle server takes {typical:.0f} MB"
        f" of memory, {min(sizes_mb):.0f} to {max(sizes_mb):.0f} (goal {GOAL_SERVER_MB:.0f}:"
        f" {judge(typical, GOAL_SERVER_MB)}), all of them"
        f" {sum(sizes_mb) / 1000:.1f} GB."
    )
    page.write([f"MySQL {get_installation('auto', cache_dir()).version}"])


def judge(measured: float, goal: float) -> str:
    """Return whether a goal was met."""
    return "met" if measured <= goal else "missed"


def write_dumps(folder: Path, count: int) -> None:
    """Write a dump per world, no two of the same content."""
    folder.mkdir()
    text = gzip.decompress(DUMP.read_bytes())
    head, closing = text.rsplit(b"-- Dump completed", 1)
    for number in range(1, count + 1):
        own = head + b"-- world %d\n-- Dump completed" % number + closing
        path = folder / f"world{number}_fulldump_20260303_211508.sql.gz"
        path.write_bytes(gzip.compress(own, 6))


def measure(
    rewound: RewoundCommand, source: str, count: int
) -> tuple[dict[str, float], list[float]]:
    """Return the seconds of each command, and the memory of each idle server in MB."""
    seconds = {"`rewound up`, which leaves baselines": time_command(rewound, "up", source)}
    look(rewound, count)
    rewound.run("down")
    seconds["`rewound up` again, from baselines"] = time_command(rewound, "up", source)
    seconds["`rewound query` of all"] = time_command(rewound, "query", QUESTION)
    look(rewound, count)
    time.sleep(_SETTLING_S)
    sizes_mb = measure_memory(count)
    seconds["`rewound reset` of all"] = time_command(rewound, "reset")
    look(rewound, count)
    seconds["`rewound down`"] = time_command(rewound, "down")
    return seconds, sizes_mb


def look(rewound: RewoundCommand, count: int) -> None:
    """Stop where a world does not hold what its dump does."""
    answers = rewound.run("query", QUESTION, "--format", "csv").split()[1:]
    players = [int(line.split(",")[1]) for line in answers]
    if players != [PLAYERS] * count:
        raise SystemExit(f"{players.count(PLAYERS)} of {count} worlds hold what their dumps do")


def measure_memory(count: int) -> list[float]:
    """Return the proportional set sizes of the newest mysqld processes, in MB."""
    servers = [
        process
        for process in psutil.process_iter(["cmdline", "create_time"])
        if any("/fleets/default/worlds/world" in each for each in process.info["cmdline"] or ())
    ]
    newest = sorted(servers, key=lambda process: -process.info["create_time"])[:count]
    return [process.memory_full_info().pss / 1e6 for process in newest]


if __name__ == "__main__":
    main()
