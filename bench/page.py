"""What the pages of results share: a table of timings, and the machine they were taken on."""

import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
BUSY_SHARE = 0.25  # of the cores, before the first run


class Page:
    """One page of results, written beside the script that measures; made before the first run."""

    def __init__(self, script: str, title: str) -> None:
        self._script = Path(script)
        self._load = os.getloadavg()[0]
        self._lines = [
            f"# {title}",
            "",
            f"<!-- Made by bench/{self._script.name} (make bench). -->",
        ]

    def add(self, paragraph: str) -> None:
        """Add a paragraph."""
        self._lines += ["", paragraph]

    def add_table(self, unit: str, rows: dict[str, list[float]]) -> None:
        """Add the median and the extremes of each row's measurements, in `unit`."""
        cells = [
            [name, *map(show_number, (statistics.median(numbers), min(numbers), max(numbers)))]
            for name, numbers in rows.items()
        ]
        self.add_grid([unit, "median", "lowest", "highest"], cells)

    def add_grid(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Add a table of texts, the first column for names and the others for numbers."""
        rule = ["---", *["---:"] * (len(header) - 1)]
        self._lines += ["", *("| " + " | ".join(cells) + " |" for cells in (header, rule, *rows))]

    def write(self, versions: Iterable[str], *, is_kept: bool = True) -> None:
        """Write the page, with the machine, `versions` of what was measured, and the commit.

        One that is not kept is only printed.
        """
        cores = os.cpu_count() or 1
        commit = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
        known = subprocess.run(commit, capture_output=True, text=True).stdout.strip()
        facts = [
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {known or 'unknown'}",
            f"{cores} cores ({find_cpu()}), {psutil.virtual_memory().total / 2**30:.0f} GiB of"
            f" memory, {platform.system()} {platform.release()}",
            ", ".join([*versions, f"Python {platform.python_version()}"]),
            f"load average before the first run: {self._load:.2f}",
        ]
        self._lines += ["", *(f"- {fact}" for fact in facts)]
        if self._load > BUSY_SHARE * cores:
            self.add("**Other work ran on this machine: measure again when it is idle.**")
        text = "\n".join(self._lines) + "\n"
        if is_kept:
            self._script.with_suffix(".md").write_text(text)
        print(text)


def show_number(number: float) -> str:
    """Return a number with three digits that count."""
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def find_cpu() -> str:
    """Return the processor's name, where the system tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
