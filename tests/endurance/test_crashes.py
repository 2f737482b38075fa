"""Commands killed with SIGKILL: what is left tells the truth, and nothing stays behind.

A try is one fleet whose `up`, `reset` and `down` are each killed, at a random moment of the
time that they take undisturbed, or at one of their steps. `REWOUND_TEST_SEED` says at which
random moments.
"""

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random

import pytest

from rewound.engine.installation import Installation
from tests.conftest import Cli, Dumps, make_cache
from tests.endurance.conftest import Effort, Figures
from tests.endurance.crash_fleet import Content, CrashFleet, write_worlds
from tests.endurance.crash_moments import (
    DOWN_STEPS,
    RESET_STEPS,
    UP_STEPS,
    Moment,
    after,
    at_step,
    kill_at,
)

_log = logging.getLogger(__name__)

SEED = os.environ.get("REWOUND_TEST_SEED", "1")
PROMISE = "A crash leaves nothing and tells the truth"
COMMANDS = ("up", "reset", "down")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    effort = Effort(bool(metafunc.config.getoption("--endurance")))
    if "number" in metafunc.fixturenames:
        kills = effort.of(300, short=6)
        metafunc.parametrize("number", range(kills // len(COMMANDS)))
    if "steps" in metafunc.fixturenames:
        count = effort.of(3 * len(UP_STEPS), short=1)
        triples = zip(cycle(UP_STEPS), cycle(RESET_STEPS), cycle(DOWN_STEPS), strict=False)
        metafunc.parametrize("steps", list(islice(triples, count)), ids=", ".join)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What the fleet is where nothing happens to it."""

    content: Content
    seconds: dict[str, float]
    """How long each command takes."""


@pytest.fixture(autouse=True)
def _needs_mysql(installation: Installation) -> None:
    """Skip, or fail, every test of this module where there is no MySQL."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dumps of all these tests."""
    folder = tmp_path_factory.mktemp("backups")
    write_worlds(Dumps(folder))
    return folder


@pytest.fixture(scope="module")
def undisturbed(
    installation: Installation,
    source: Path,
    make_folder: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Undisturbed:
    """A fleet that was brought up, reset and taken down in peace."""
    state, cache = make_folder(), make_cache()
    fleet = CrashFleet(Cli(state, tmp_path_factory.mktemp("cwd"), cache), source)
    try:
        seconds = {"up": measure(lambda: fleet.run("up", source))}
        content = fleet.content()
        seconds["reset"] = measure(lambda: fleet.run("reset"))
        fleet.require_whole(content)
        seconds["down"] = measure(lambda: fleet.run("down"))
    finally:
        fleet.remove()
    return Undisturbed(content, seconds)


@pytest.fixture
def fleet(state_dir: Path, tmp_path: Path, own_cache: Path, source: Path) -> CrashFleet:
    """A fleet that is still to be made, with no baseline to start from."""
    return CrashFleet(Cli(state_dir, tmp_path, own_cache), source)


def test_a_fleet_whose_commands_are_killed_at_random(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, number: int
):
    rng = Random(f"{SEED}-{number}")
    moments = [after(rng.uniform(0, undisturbed.seconds[name])) for name in COMMANDS]
    kill_each_command(fleet, undisturbed, figures, moments, attempt="at a random moment")


def test_a_fleet_whose_commands_are_killed_at_a_step(
    fleet: CrashFleet, undisturbed: Undisturbed, figures: Figures, steps: tuple[str, str, str]
):
    moments = [
        at_step(name, each[name], fleet)
        for name, each in zip(steps, (UP_STEPS, RESET_STEPS, DOWN_STEPS), strict=True)
    ]
    kill_each_command(fleet, undisturbed, figures, moments, attempt="at each of its steps")


def kill_each_command(
    fleet: CrashFleet,
    undisturbed: Undisturbed,
    figures: Figures,
    moments: Sequence[Moment],
    *,
    attempt: str,
) -> None:
    """Kill `up`, then `reset`, then `down`; require after each what has to hold."""
    for command, moment in zip(COMMANDS, moments, strict=True):
        _log.warning("%s is killed %s", command, moment.name)
    whole = undisturbed.content
    up, reset, down = moments
    with figures.trying(PROMISE, f"`rewound up` killed {attempt}") as tried:
        tried.faults += kill_at(fleet.start("up", fleet.source), up)
        fleet.require_truth(whole)
        if fleet.folder.exists():
            refused = fleet.run("up", fleet.source, codes={1})
            assert "fleet default exists already" in refused.stderr
            fleet.require_down()
        fleet.require_up(whole)
    with figures.trying(PROMISE, f"`rewound reset` killed {attempt}") as tried:
        spoiled = fleet.spoil()
        tried.faults += kill_at(fleet.start("reset"), reset)
        fleet.require_truth(whole, spoiled)
        fleet.run("reset")
        fleet.require_whole(whole)
    with figures.trying(PROMISE, f"`rewound down` killed {attempt}") as tried:
        tried.faults += kill_at(fleet.start("down"), down)
        fleet.require_truth(whole)
        fleet.require_down()


def measure(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started
