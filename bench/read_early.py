"""Measure the time until a large world can be read, with its keys built later and beside its rows.

    .venv/bin/python -m bench.read_early [--size-mb N] [--runs N]

Both ways take turns. Each is `rewound up` of one dump that has no baseline yet. Measured are the
seconds until a SELECT over all rows of all tables is answered, and until the world is ready.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.page import Page
from bench.rewound_command import RewoundCommand
from bench.workload import Dump, Shape, write_dump
from rewound.engine.install.installation import get_installation
from rewound.settings import cache_dir

DEFAULT_SIZE_MB = 244
DEFAULT_RUNS = 3
GOAL_SHARE = 0.6
"""Of the time until it is ready, as it is made without the option."""
FIRST, LATER = "first", "later"


class Times(NamedTuple):
    """What one restore took, in seconds."""

    answer: float
    ready: float


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size-mb", type=int, default=DEFAULT_SIZE_MB)
    parser.add_argument("--runs", type=int, default=DEFAULT_RUNS)
    arguments = parser.parse_args()
    installation = get_installation("auto", cache_dir())
    page = Page(__file__, "From a large dump to its first answer")
    times: dict[str, list[Times]] = {FIRST: [], LATER: []}
    with tempfile.TemporaryDirectory(prefix="rw-") as name:
        folder = Path(name)
        (folder / "dumps").mkdir()
        size_bytes = arguments.size_mb << 20
        dump = write_dump(folder / "dumps", Shape.GAME, world=1, size_bytes=size_bytes, seed=1)
        with RewoundCommand(folder / "rewound") as rewound:
            for run in range(arguments.runs):
                for keys in times:
                    times[keys].append(measure(rewound, dump, keys))
                    print(f"run {run + 1}, --keys {keys}: {times[keys][-1]}")
    page.add(
        f"One world of {dump.text_bytes / 1e6:.0f} MB, without a baseline: seconds until a SELECT"
        " over all rows is answered, and until the world is ready."
    )
    page.add_table(
        "s",
        {
            f"`--keys {keys}`, {what}": [getattr(each, what) for each in of_keys]
            for keys, of_keys in times.items()
            for what in Times._fields
        },
    )
    answer = statistics.median(each.answer for each in times[LATER])
    ready = statistics.median(each.ready for each in times[FIRST])
    page.add(
        f"The first answer with `--keys later` takes {answer / ready:.2f} of the time in which the"
        f" world is ready without it. The goal is {GOAL_SHARE}."
    )
    page.write([f"MySQL {installation.version}"])


def measure(rewound: RewoundCommand, dump: Dump, keys: str) -> Times:
    """Return what a restore took; no fleet is left."""
    rewound.forget_baselines()
    counts = " + ".join(f"(SELECT COUNT(*) FROM {table})" for table in dump.rows)
    began_at = time.perf_counter()
    answer = None
    try:
        with rewound.watch("up", str(dump.path.parent), "--keys", keys) as up:
            assert up.stderr is not None
            for line in up.stderr:
                if answer is None and ": ready" in line:
                    rows = rewound.run("query", f"SELECT {counts}", "--format", "csv").split(",")[
                        -1
                    ]
                    answer = time.perf_counter() - began_at
                    if int(rows) != sum(dump.rows.values()):
                        raise SystemExit(f"{rows.strip()} of {sum(dump.rows.values())} rows")
        ready = time.perf_counter() - began_at
    finally:
        rewound.run("down")
    if answer is None or up.returncode:
        raise SystemExit("the world did not become ready")
    return Times(answer, ready)


if __name__ == "__main__":
    main()
