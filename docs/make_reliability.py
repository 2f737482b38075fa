"""Write docs/reliability.md from what the tests of `make endurance` counted.

    .venv/bin/python docs/make_reliability.py FOLDER

FOLDER has the counts of each worker, those of tests that failed among them.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

PAGE = Path(__file__).parent / "reliability.md"
ROOT = PAGE.parents[1]

INTRODUCTION = """\
# How we tried to break it

<!-- Made by docs/make_reliability.py (make endurance). -->

Each line is one kind of attack that `make endurance` ran against Rewound: how often it was tried,
how often it took effect (a fault; for example, a command may end before it can be killed), and
how often it broke a promise (a failure). `make test` runs a few of each kind.

Plain text has no checksum: a damaged dump that is still valid SQL and whose ledger balances is
restored in its damaged form. In these cases the test requires the same result from the `mysql`
client.
Not tried: a power failure, and a disk that returns other bytes than were written.
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """One line of the page."""

    promise: str
    attempt: str
    tries: int
    faults: int
    failures: int


def main(folder: Path) -> None:
    """Write the page."""
    counted = read_counts(folder)
    if not counted:
        raise SystemExit(f"{folder} holds no counts")
    PAGE.write_text("\n".join([INTRODUCTION, *format_counts(counted), describe_run()]) + "\n")


def read_counts(folder: Path) -> list[Counted]:
    """Return the counts of all workers together, by promise."""
    found: dict[tuple[str, str], Counted] = {}
    for path in sorted(folder.glob("*.json")):
        for row in json.loads(path.read_text()):
            new = Counted(**row)
            old = found.get((new.promise, new.attempt), Counted(new.promise, new.attempt, 0, 0, 0))
            found[new.promise, new.attempt] = replace(
                new,
                tries=old.tries + new.tries,
                faults=old.faults + new.faults,
                failures=old.failures + new.failures,
            )
    return sorted(found.values(), key=lambda each: (each.promise, each.attempt))


def format_counts(counted: Sequence[Counted]) -> list[str]:
    """Return a table per promise."""
    lines: list[str] = []
    for promise in dict.fromkeys(each.promise for each in counted):
        lines += [f"## {promise}", "", "| what was done | tries | faults | failures |"]
        lines += ["| --- | ---: | ---: | ---: |"]
        lines += [
            f"| {each.attempt} | {each.tries:,} | {each.faults:,} | {each.failures:,} |"
            for each in counted
            if each.promise == promise
        ]
        lines.append("")
    return lines


def describe_run() -> str:
    """Say when and where."""
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True
    ).stdout.strip()
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit}; {os.cpu_count()} cores,"
        f" {memory:.0f} GiB of memory, {platform.system()} {platform.release()}."
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
