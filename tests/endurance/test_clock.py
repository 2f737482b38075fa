"""The clock of the host is set back, or ahead, while a fleet is made and reset.

Not the host's own, which others need: a small library (`wrong_clock.c`) shifts it for the
command and its servers. libfaketime 0.9.10 would not do: Python's time.sleep fails under it.
"""

import shutil
import struct
import time
from pathlib import Path
from random import Random

import pytest

from rewound import command
from tests.endurance.conftest import SEED, Figures, Undisturbed
from tests.endurance.crash_fleet import CRASH_PROMISE, CrashFleet

SHIFTS_S = (-1, -60, -3_700, -90 * 86_400, -3 * 365 * 86_400, 86_400)


class Clock:
    """The clock that some commands go by."""

    def __init__(self, library: Path, shift: Path) -> None:
        self._shift = shift
        shift.write_bytes(struct.pack("q", 0))
        self.env = {"LD_PRELOAD": str(library), "WRONG_CLOCK": str(shift)}

    def set(self, seconds: int) -> None:
        """Set it ahead, or back, of the right time."""
        with self._shift.open("r+b") as file:
            file.write(struct.pack("q", seconds))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that shifts a clock, compiled."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler for the library that shifts the clock")
    target = tmp_path_factory.mktemp("clock") / "wrong_clock.so"
    source = Path(__file__).with_name("wrong_clock.c")
    command.run(["cc", "-shared", "-fPIC", "-o", str(target), str(source)], timeout_s=60)
    return target


@pytest.mark.tries(12, short=0)
def test_the_clock_is_set_while_a_fleet_is_made(
    fleet: CrashFleet,
    undisturbed: Undisturbed,
    figures: Figures,
    library: Path,
    tmp_path: Path,
    number: int,
):
    rng = Random(f"{SEED}-{number}")
    clock = Clock(library, tmp_path / "shift")
    whole = undisturbed.content
    with figures.trying(CRASH_PROMISE, "the clock set during `up`") as tried:
        process = fleet.start(*fleet.up, env=clock.env)
        time.sleep(rng.uniform(0.1, 0.9) * undisturbed.seconds["up"])
        tried.faults += process.poll() is None
        clock.set(rng.choice(SHIFTS_S))
        done = fleet.finish(process)
        assert done.code == 0, done.stderr
        fleet.require_whole(whole)
    with figures.trying(CRASH_PROMISE, "the clock set during `reset`") as tried:
        fleet.spoil()
        process = fleet.start("reset", env=clock.env)
        time.sleep(rng.uniform(0.1, 0.9) * undisturbed.seconds["reset"])
        tried.faults += process.poll() is None
        clock.set(rng.choice(SHIFTS_S))
        done = fleet.finish(process)
        assert done.code == 0, done.stderr
        fleet.require_whole(whole)
        fleet.require_again(whole)  # by the right clock, from what the wrong one left
