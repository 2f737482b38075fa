"""Measure restores: `rewound` against what one would do by hand.

    .venv/bin/python -m bench.restore [--runs N] [--size-mb N] [--only NAME] [--quick]

bench/README.md says what each way does. The ways take turns, so that all meet the same state
of the machine; after each, every table must hold the rows that were written into its dump.
The page is written by a run of everything alone. TMPDIR says on which file system to measure.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from bench.by_hand_ways import STOCK, MyLoader, Pipes, tune
from bench.goals import Results
from bench.hand_made import HandMadeServer
from bench.measuring import Cost, Sampler, find_servers
from bench.page import Page
from bench.restore_page import add_introduction, add_scenario, describe
from bench.rewound_command import RewoundCommand
from bench.rewound_ways import Reset, Up
from bench.scenarios import WAYS, Scenario, list_scenarios
from bench.ways import Bench, Way
from bench.workload import Dump, Shape, write_dump
from rewound.engine.install.installation import get_installation
from rewound.settings import cache_dir

SEED = 20260303
SIZE_MB, SMALL_MB = 240.0, 0.3
QUICK_SIZE_MB = 5.0
SMALL_WORLDS, QUICK_SMALL_WORLDS = (20, 100), (3, 6)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the command line asks for."""

    runs: int
    """How often each way is gone."""
    scenarios: Sequence[Scenario]
    """What is measured."""
    is_trial: bool
    """Whether the sizes are too small for the goals."""
    is_whole: bool
    """Whether it is everything, so that the page is worth keeping."""


def main(arguments: Arguments) -> None:
    """Measure, and write the page."""
    installation = get_installation("auto", cache_dir())
    page = Page(__file__, "From dumps to worlds")
    with make_folder() as folder, RewoundCommand(folder / "r") as rewound:
        bench = Bench(folder, installation, folder / "template", rewound)
        make_templates(bench)
        absent = find_absent(bench.rewound)
        texts = [f"({way}) {absent[way]}" for way in absent]
        add_introduction(page, arguments.runs, texts, is_trial=arguments.is_trial)
        for scenario in arguments.scenarios:
            dumps = write_dumps(folder / "dumps" / scenario.name, scenario)
            results = measure(bench, scenario, dumps, runs=arguments.runs, absent=absent)
            add_scenario(page, scenario, dumps, results)
            shutil.rmtree(dumps[0].path.parent)
        facts = [f"MySQL {installation.version}", f"files on {find_file_system(folder)}"]
    page.write(facts, is_kept=arguments.is_whole)


def measure(
    bench: Bench, scenario: Scenario, dumps: Sequence[Dump], *, runs: int, absent: dict[str, str]
) -> Results:
    """Go all ways of one scenario in turns, and return their costs."""
    ways = {way: make_way(way, bench, dumps) for way in scenario.ways if way not in absent}
    results: dict[str, list[Cost]] = {way: [] for way in ways}
    runs = min(runs, scenario.most_runs)
    for run in range(1, runs + 1):
        for letter, way in ways.items():
            cost = measure_once(way, bench.folder, dumps)
            results[letter].append(cost)
            name = f"({letter}) {WAYS[letter]}".replace("\\|", "|")
            print(f"{scenario.name}, run {run} of {runs}, {name}: {describe(cost)}", flush=True)
    for output in bench.folder.glob("mydumper*"):
        shutil.rmtree(output)
    return results


def measure_once(way: Way, folder: Path, dumps: Sequence[Dump]) -> Cost:
    """Go one way once, look whether everything is there, and clear up."""
    way.prepare()
    os.sync()  # what was written before is not this way's to wait for
    cost = Sampler(folder).measure(way.act)
    rows = way.count_rows()
    if rows != [dump.rows for dump in dumps]:
        raise SystemExit(f"the worlds do not hold what their dumps do: {rows}")
    way.clear()
    return cost


def make_way(letter: str, bench: Bench, dumps: Sequence[Dump]) -> Way:
    """Return the way of a letter."""
    source = dumps[0].path.parent
    tuned = tune(len(dumps))
    if letter == "m":
        loader = MyLoader(bench, dumps, tuned, has_redo=False)
        loader.dump()
        return loader
    ways: dict[str, Way] = {
        "a": Pipes(bench, dumps, STOCK),
        "b": Pipes(bench, dumps, tuned, has_redo=False),
        "p": Up(bench, source, dumps, options=("--load", "plain")),
        "c": Up(bench, source, dumps),
        "d": Up(bench, source, dumps, is_cold=False),
        "e": Reset(bench, source, dumps, is_cold=False),
    }
    return ways[letter]


def find_absent(rewound: RewoundCommand) -> dict[str, str]:
    """Return the letters of the ways that cannot be gone, with the reasons."""
    has_loader = all(map(shutil.which, ("mydumper", "myloader")))
    reasons = {
        "m": (has_loader, "mydumper is not on this host (Debian: apt-get install mydumper)"),
        "p": (rewound.has_option("up", "--load"), "this `rewound up` has no `--load`"),
        "d": (rewound.has_command("cache"), "this `rewound` has no baselines"),
        "e": (rewound.has_command("reset"), "this `rewound` has no `reset`"),
    }
    return {way: reason for way, (is_there, reason) in reasons.items() if not is_there}


def make_templates(bench: Bench) -> None:
    """Make the empty data directories of both sides, which no way is timed with."""
    server = HandMadeServer(bench.template, bench.installation, STOCK)
    server.initialise()
    server.start()
    server.stop()
    folder = bench.folder / "first"
    folder.mkdir()
    write_dump(folder, Shape.GAME, world=1, size_bytes=100_000, seed=SEED)
    bench.rewound.run("up", str(folder))
    bench.rewound.run("down")


def write_dumps(folder: Path, scenario: Scenario) -> list[Dump]:
    """Write the dumps of a scenario."""
    folder.mkdir(parents=True)
    started = time.perf_counter()
    size_bytes = int(scenario.size_mb * 1e6)
    dumps = [
        write_dump(folder, scenario.shape, world=world, size_bytes=size_bytes, seed=SEED)
        for world in range(1, scenario.worlds + 1)
    ]
    written_mb = sum(dump.text_bytes for dump in dumps) / 1e6
    seconds = time.perf_counter() - started
    print(f"{scenario.name}: {len(dumps)} dumps, {written_mb:.0f} MB of SQL in {seconds:.0f} s")
    return dumps


@contextmanager
def make_folder() -> Iterator[Path]:
    """Make a folder with a short path; at the end, and on Ctrl-C, nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="rw-"))

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        end_servers(folder)  # what waits for them goes on, and fails
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield folder
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        end_servers(folder)
        shutil.rmtree(folder, ignore_errors=True)


def end_servers(folder: Path) -> None:
    """End every server below a folder."""
    processes = []
    for pid in find_servers(folder):
        try:
            processes.append(psutil.Process(pid))
            processes[-1].kill()
        except psutil.Error:
            continue
    psutil.wait_procs(processes, timeout=30)


def find_file_system(folder: Path) -> str:
    """Return the type of the file system that a folder is on."""
    mounts = [m for m in psutil.disk_partitions(all=True) if folder.is_relative_to(m.mountpoint)]
    return max(mounts, key=lambda mount: len(mount.mountpoint)).fstype


def read_arguments(argv: Sequence[str]) -> Arguments:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.restore")
    parser.add_argument("--runs", type=int, default=3, help="how often each way is gone")
    parser.add_argument("--size-mb", type=float, default=SIZE_MB, help="SQL of each large world")
    parser.add_argument("--only", metavar="NAME", help="one scenario")
    parser.add_argument("--quick", action="store_true", help="small sizes, one run: a trial")
    given = parser.parse_args(argv)
    if given.quick:
        given.runs, given.size_mb = 1, QUICK_SIZE_MB
    many = QUICK_SMALL_WORLDS if given.quick else SMALL_WORLDS
    scenarios = list_scenarios(given.size_mb, SMALL_MB, many)
    names = [scenario.name for scenario in scenarios]
    if given.only is not None and given.only not in names:
        parser.error(f"--only takes one of {', '.join(names)}")
    chosen = [each for each in scenarios if given.only in (None, each.name)]
    is_trial = given.size_mb < SIZE_MB
    return Arguments(given.runs, chosen, is_trial, not is_trial and given.only is None)


if __name__ == "__main__":
    try:
        main(read_arguments(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
