"""Measure what changed in a table of a million rows, against what a user would do instead.

    .venv/bin/python -m bench.diff_tables [RUNS]

Three pairs of worlds, in which 0, 10 and 100,000 rows of one table were changed. Ways take
turns, and each must find as many rows as were changed:

- `rewound diff before after`, the whole command, and the comparison within it;
- `CHECKSUM TABLE` on both sides at once, which says whether they differ and no more;
- `mysqldump`, a row in each line, `sort`, both sides at once, and `diff` of the two;
- reladiff, from PyPI into an environment of its own, where that can be had.
"""

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.page import ROOT, Page
from bench.players import write_players
from rewound.diff.worlds import SchemaPair, compare_worlds
from rewound.engine.install.installation import Installation, get_installation
from rewound.mysql.accounts import READER
from rewound.mysql.endpoint import Endpoint
from rewound.operations.fleets import endpoint, status
from rewound.settings import cache_dir

DEFAULT_RUNS = 5
ROWS = 1_000_000
CHANGES = (0, 10, 100_000)
SIDES = ("before", "after")
LARGEST_FACTOR, LARGEST_GROWTH, LARGEST_MB = 3.0, 1.5, 300
_REWOUND = Path(sys.executable).parent / "rewound"
_COLUMNS = ("player_name", "player_score", "player_level", "balance", "last_login")
_TABLE = """CREATE TABLE player (
  player_id int unsigned NOT NULL AUTO_INCREMENT,
  player_name varchar(64) NOT NULL,
  player_score int NOT NULL,
  player_level smallint NOT NULL,
  balance decimal(12,2) NOT NULL,
  last_login datetime NOT NULL,
  PRIMARY KEY (player_id)
);
"""


def main(runs: int) -> None:
    """Measure, and write the page."""
    installation = get_installation("auto", cache_dir())
    page = Page(__file__, "What changed in a million rows")
    with tempfile.TemporaryDirectory(prefix="rw-") as name:
        folder = Path(name)
        os.environ["REWOUND_STATE_DIR"] = str(folder / "s")
        for side in SIDES:
            for count in CHANGES:
                every = ROWS // count if count and side == "after" else ROWS + 1
                row = partial(make_row, every)
                write_players(folder / side, f"w{count}", ROWS, table=_TABLE, row=row, seed="1")
            run([_REWOUND, "up", folder / side, "--fleet", side, "--no-baseline"])
        try:
            ways = make_ways(folder, installation)
            measure(page, ways, runs)
        finally:
            run([_REWOUND, "down", "--all"])
    page.write([f"MySQL {installation.version}"])


def make_row(every: int, number: int, draw: random.Random) -> str:
    """Return a player; each `every`th one has a point more."""
    score = draw.randrange(10**5)
    return (
        f"{number},'player {draw.randrange(10**9)}',{score + (number % every == 0)},{score % 90},"
        f"{score / 7:.2f},'2026-03-{1 + score % 28:02} 1{score % 10}:22:33'"
    )


Way = Callable[[int], None]
"""Compares the world of so many changes; stops where it finds another number."""


def make_ways(folder: Path, installation: Installation) -> dict[str, Way]:
    """Return the ways by their names."""
    if installation.client is None:
        raise SystemExit(f"{installation.name} has no mysql client")
    by_hand = ByHand(folder, installation)
    ways: dict[str, Way] = {
        "`CHECKSUM TABLE`, both sides": by_hand.checksum,
        "comparison within `rewound diff`": compare,
        "`rewound diff`": run_diff,
        "`mysqldump \\| sort`, `diff`": by_hand.dump_and_diff,
    }
    reladiff = install_reladiff(folder)
    if reladiff is not None:
        ways["reladiff"] = partial(run_reladiff, reladiff)
    return ways


def measure(page: Page, ways: dict[str, Way], runs: int) -> None:
    """Time every way on every pair, in turns, and add what came out."""
    medians: dict[int, dict[str, float]] = {}
    for count in CHANGES:
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(runs):
            for name, way in ways.items():
                started = time.perf_counter()
                try:
                    way(count)
                except ValueError as error:
                    raise SystemExit(f"{name}: {error}") from error
                seconds[name].append(time.perf_counter() - started)
        page.add(f"{ROWS:,} rows, {count:,} of them changed, {runs} runs each:")
        page.add_table("seconds", seconds)
        medians[count] = {name: statistics.median(each) for name, each in seconds.items()}
    scan, ours, *_ = ways
    factor = medians[0][ours] / medians[0][scan]
    growth = medians[10][ours] / medians[0][ours]
    page.add(
        f"Equal tables take {factor:.1f} times as long as `CHECKSUM TABLE`"
        f" (goal {LARGEST_FACTOR:g}: {say(factor <= LARGEST_FACTOR)}), 10 changed rows"
        f" {growth:.2f} times as long as none (goal {LARGEST_GROWTH:g}:"
        f" {say(growth <= LARGEST_GROWTH)})."
    )
    peak = measure_peak()
    page.add(
        f"`rewound diff` of {max(CHANGES):,} changed rows takes {peak:.0f} MB at its peak"
        f" (goal {LARGEST_MB}: {say(peak <= LARGEST_MB)})."
    )
    if "reladiff" not in ways:
        page.add("reladiff could not be installed here.")


def say(is_met: bool) -> str:
    """Return what is said of a goal."""
    return "met" if is_met else "missed"


def find_endpoints(count: int) -> tuple[Endpoint, Endpoint]:
    """Return where both sides of a pair are, for their reader."""
    before, after = (endpoint(side, status(side).worlds[f"w{count}"], READER) for side in SIDES)
    return before, after


def compare(count: int) -> None:
    """Compare within this process."""
    found = compare_worlds(*find_endpoints(count), [SchemaPair("game", "game")])
    diff = found.tables["game", "player"].diff
    require(count, -1 if diff is None else diff.changed)


def run_diff(count: int) -> None:
    """Run the command."""
    done = run([_REWOUND, "diff", *SIDES, *_options(count)])
    require(count, int(done.splitlines()[1].split(",")[5]))


def measure_peak() -> float:
    """Return the MB that the command takes at its peak, for the most changes."""
    process = subprocess.Popen(
        [_REWOUND, "diff", *SIDES, *_options(max(CHANGES))], stdout=subprocess.DEVNULL
    )
    _, code, usage = os.wait4(process.pid, 0)
    process.returncode = code
    if code:
        raise SystemExit(f"rewound diff: exit code {code}")
    return usage.ru_maxrss / 1024


def _options(count: int) -> list[str]:
    return ["--worlds", f"w{count}", "--format", "csv", "--exit-zero"]


class ByHand:
    """Compares with the programs of MySQL and the system."""

    def __init__(self, folder: Path, installation: Installation) -> None:
        client = list(installation.client or ())
        self._client = client
        self._dump = [*client[:-1], client[-1].removesuffix("mysql") + "mysqldump"]
        self._folder = folder
        # Files, so that this process stays small: its own size would count as the peak of the
        # processes that it starts.
        self._outputs = [folder / f"{side}.txt" for side in SIDES]

    def checksum(self, count: int) -> None:
        """Ask both servers for the table's checksum, at once."""
        self._run_both(count, self._client, "-N -e 'CHECKSUM TABLE player' game")
        before, after = (path.read_text() for path in self._outputs)
        require(min(count, 1), int(before != after))

    def dump_and_diff(self, count: int) -> None:
        """Dump and sort both, at once, and compare the lines."""
        options = (
            "--no-create-info --skip-extended-insert --compact --no-tablespaces"
            " --skip-lock-tables --set-gtid-purged=OFF game player | LC_ALL=C sort"
        )
        self._run_both(count, self._dump, options)
        done = subprocess.run(["diff", *self._outputs], capture_output=True, text=True)
        require(count, sum(line.startswith("<") for line in done.stdout.splitlines()))

    def _run_both(self, count: int, program: Sequence[str], options: str) -> None:
        """Run a program on both sides at once, each with its output in a file."""
        processes = []
        for side, point, path in zip(SIDES, find_endpoints(count), self._outputs, strict=True):
            login = self._folder / f"{side}.cnf"
            login.write_text(f"[client]\nuser={point.user}\npassword={point.password}\n")
            login.chmod(0o600)
            line = " ".join([*program, f"--defaults-file={login}", f"--socket={point.socket}"])
            shell = ["bash", "-o", "pipefail", "-c", f"{line} {options} > {path}"]
            processes.append(subprocess.Popen(shell, stderr=subprocess.PIPE, text=True))
        for process in processes:
            _, stderr = process.communicate()
            if process.returncode:
                raise SystemExit(f"{program[-1]}: {stderr}")


def install_reladiff(folder: Path) -> Path | None:
    """Return the program, in an environment of its own; None where it cannot be had."""
    home = folder / "venv"
    venv.create(home, with_pip=True)
    wanted = ["reladiff", "mysql-connector-python"]
    done = subprocess.run(
        [home / "bin/pip", "install", "--quiet", *wanted], capture_output=True, text=True
    )
    if done.returncode:
        print(f"reladiff is left out: {done.stderr.strip().splitlines()[-1]}")
        return None
    return home / "bin/reladiff"


def run_reladiff(program: Path, count: int) -> None:
    """Run it over TCP, as it has no other way, and count the rows that it tells of."""
    arguments: list[str] = []
    for point in find_endpoints(count):
        arguments += [point.url("game"), "player"]
    columns = [word for name in _COLUMNS for word in ("-c", name)]
    done = run([program, *arguments, "-k", "player_id", *columns])

    require(count, len(re.findall(r"^- ", done, re.MULTILINE)))


def require(expected: int, found: int) -> None:
    """Refuse a way that has not found what was changed.

    Raises:
        ValueError: it has found another number.
    """
    if expected != found:
        raise ValueError(f"{found} changes were found where there are {expected}")


def run(arguments: Sequence[object]) -> str:
    """Run a command to its end and return what it prints."""
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{arguments[0]} {arguments[1]}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS)
