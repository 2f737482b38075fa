"""Measure a thousand small worlds that sleep: up, ask all, ask those awake, reset, down.

    .venv/bin/python -m bench.sleeping_worlds [--worlds N] [--contents N]

Dumps of `--contents` different contents are restored first, so that each has a baseline that was
counted; then the worlds, several of each content. Memory is the proportional set size of all
servers and the doorkeeper together, looked at twice a second.
"""

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path

import psutil

from bench.many_worlds import PLAYERS, QUESTION, write_dumps
from bench.page import Page
from bench.rewound_command import RewoundCommand
from bench.up_small_worlds import time_command
from rewound import command
from rewound.engine.install.installation import get_installation
from rewound.settings import cache_dir

DEFAULT_WORLDS = 1000
DEFAULT_CONTENTS = 100
GOAL_UP_S = 20.0
GOAL_QUERY_S = 200.0
GOAL_GB = 4.0
_SLEEP = ("--sleep-after", "1h")
_LOOK_S = 0.5


class CpuTimes:
    """CPU-seconds of the doorkeeper of a fleet, and of its servers that have ended."""

    def __init__(self, folder: Path) -> None:
        [keeper] = command.find_daemons(f"--fleet-folder={folder}")
        times = psutil.Process(keeper.pid).cpu_times()
        self.own_s = times.user + times.system
        self.servers_s = times.children_user + times.children_system


class MemoryWatch(threading.Thread):
    """Looks at what the processes of a fleet take; the most is kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = str(folder)
        self._ended = threading.Event()
        self.most_bytes = self.most_servers = 0

    def run(self) -> None:
        """Look until `end` is called."""
        while not self._ended.wait(_LOOK_S):
            sizes = [size for pid in psutil.pids() if (size := self._measure(pid)) is not None]
            self.most_bytes = max(self.most_bytes, sum(sizes))
            self.most_servers = max(self.most_servers, len(sizes) - 1)

    def end(self) -> None:
        """End it."""
        self._ended.set()
        self.join()

    def _measure(self, pid: int) -> int | None:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            is_ours = any(
                word.startswith((f"--datadir={self._folder}", f"--fleet-folder={self._folder}"))
                for word in words
            )
            return int(psutil.Process(pid).memory_full_info().pss) if is_ours else None
        except (OSError, psutil.Error):
            return None  # it has ended


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=DEFAULT_WORLDS)
    parser.add_argument("--contents", type=int, default=DEFAULT_CONTENTS)
    arguments = parser.parse_args()
    count, contents = arguments.worlds, min(arguments.contents, arguments.worlds)
    page = Page(__file__, f"{count:,} worlds that sleep")
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        place = Path(folder)
        write_dumps(place / "contents", contents)
        repeat_dumps(place / "contents", place / "dumps", count)
        with RewoundCommand(place / "rewound") as rewound:
            for _ in range(2):  # the first leaves baselines, the second counts them
                rewound.run("up", str(place / "contents"), *_SLEEP)
                rewound.run("down")
            watch = MemoryWatch(place / "rewound")
            watch.start()
            seconds, cpu = measure(rewound, str(place / "dumps"), count, folder=place / "rewound")
            watch.end()
    page.add(
        f"{count:,} worlds of {PLAYERS} players and 5,055 rows each, of {contents} different"
        " contents whose baselines were used before; `up --sleep-after 1h`, one run, in seconds:"
    )
    page.add_grid(
        ["", "seconds", "ms per world"],
        [[name, f"{each:.1f}", f"{1000 * each / count:.0f}"] for name, each in seconds.items()],
    )
    up_s, query_s, *_ = seconds.values()
    most_gb = watch.most_bytes / 1e9
    page.add(
        f"`up`: goal {GOAL_UP_S:.0f} s, {say(up_s <= GOAL_UP_S)}. First `query`: goal"
        f" {GOAL_QUERY_S:.0f} s, {say(query_s <= GOAL_QUERY_S)}; it starts and stops each server"
        f" once. {cpu} At most {watch.most_servers} servers ran at a time; with the doorkeeper they"
        f" took up to {most_gb:.1f} GB (goal {GOAL_GB:.0f}: {say(most_gb <= GOAL_GB)})."
    )
    page.write([f"MySQL {get_installation('auto', cache_dir()).version}"])


def say(is_met: bool) -> str:
    """Return whether a goal is met, in a word."""
    return "met" if is_met else "missed"


def repeat_dumps(contents: Path, folder: Path, count: int) -> None:
    """Give each of `count` worlds a dump of one of the contents, in turn."""
    folder.mkdir()
    dumps = sorted(contents.iterdir())
    for number in range(1, count + 1):
        os.link(
            dumps[number % len(dumps)],
            folder / f"world{number}_fulldump_20260303_211508.sql.gz",
        )


def measure(
    rewound: RewoundCommand, source: str, count: int, *, folder: Path
) -> tuple[dict[str, float], str]:
    """Return the seconds of each command, and what the first query took of the CPU.

    Stop where a world does not hold what its dump does.
    """
    seconds = {"`rewound up`": time_command(rewound, "up", source, *_SLEEP)}
    before, began_at = CpuTimes(folder), time.perf_counter()
    answers = rewound.run("query", QUESTION, "--format", "csv").split()[1:]
    seconds["first `rewound query` of all"] = time.perf_counter() - began_at
    after = CpuTimes(folder)
    players = [int(line.split(",")[1]) for line in answers]
    if players != [PLAYERS] * count:
        raise SystemExit(f"{players.count(PLAYERS)} of {count} worlds hold what their dumps do")
    rows = [line.split(",") for line in rewound.run("status", "--format", "csv").splitlines()]
    awake = [row[1] for row in rows if row[2] == "ready"]
    servers_s = (after.servers_s - before.servers_s) / max(1, count - len(awake))
    cpu = (
        f"A server took {servers_s:.2f} CPU-seconds from its start to its end, the doorkeeper"
        f" {(after.own_s - before.own_s) / count:.3f} per world."
    )
    name = f"`rewound query` of the {len(awake)} that are awake"
    seconds[name] = time_command(rewound, "query", QUESTION, "--worlds", ",".join(awake))
    seconds["`rewound status`"] = time_command(rewound, "status", "--format", "csv")
    seconds["`rewound reset` of all"] = time_command(rewound, "reset")
    seconds["`rewound down`"] = time_command(rewound, "down")
    return seconds, cpu


if __name__ == "__main__":
    main()
