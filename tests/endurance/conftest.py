"""Tests that break things many times: a few in `make test`, all of them in `make endurance`.

What they did is counted, for docs/reliability.md: a promise is worth what was tried.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from tests.conftest import Cli, Dumps, make_cache
from tests.endurance.crash_fleet import Content, CrashFleet, write_worlds
from tests.endurance.journey import QUESTION, Journey, write_journey
from tests.server.replaying import running_source

FOLDER_VARIABLE = "REWOUND_FIGURES"
"""Names the folder where each worker leaves what it counted."""
SEED = os.environ.get("REWOUND_TEST_SEED", "1")
"""Of all that is random here."""

_ONLY_LONG = pytest.param(0, marks=pytest.mark.skip(reason="only with --endurance"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tries(whole, short): run it so often, as `number` 0, 1, …")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if (marker := metafunc.definition.get_closest_marker("tries")) is not None:
        count = get_effort(metafunc.config).of(*marker.args, **marker.kwargs)
        metafunc.parametrize("number", range(count) if count else [_ONLY_LONG])


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is to be done."""

    is_whole: bool
    """As `make endurance` asks for it."""

    def of(self, whole: int, *, short: int) -> int:
        """Return how many tries to make."""
        return whole if self.is_whole else short


@dataclass(slots=True)
class Figure:
    """What was done once or many times to break one promise."""

    promise: str
    attempt: str
    tries: int = 0
    faults: int = 0
    """Tries in which what was to go wrong did, such as a command that was killed in time."""
    failures: int = 0
    """Tries that the promise did not hold against."""


class Figures:
    """Counts for each promise and attempt."""

    def __init__(self) -> None:
        self._figures: dict[tuple[str, str], Figure] = {}

    @contextmanager
    def trying(self, promise: str, attempt: str) -> Iterator[Figure]:
        """Count a try, and a failure where the block raises.

        The block adds to `faults` of what it is given when it has seen one happen.
        """
        figure = self._figures.setdefault((promise, attempt), Figure(promise, attempt))
        figure.tries += 1
        try:
            yield figure
        except KeyboardInterrupt:
            figure.tries -= 1  # it was not made
            raise
        except BaseException:
            figure.failures += 1
            raise

    def write(self, path: Path) -> None:
        """Leave the counts in a file."""
        path.write_text(json.dumps([asdict(figure) for figure in self._figures.values()]))


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a fleet is that nothing happens to."""

    content: Content
    seconds: dict[str, float]
    """How long each command takes: `up` that loads, `reset`, `down`; as last seen."""


def get_effort(config: pytest.Config) -> Effort:
    """Return how much a run is to do."""
    return Effort(bool(config.getoption("--endurance")))


@pytest.fixture(scope="session")
def effort(pytestconfig: pytest.Config) -> Effort:
    """How much this run is to do."""
    return get_effort(pytestconfig)


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """Where the tests of this worker count; written at the end, where a folder is named."""
    counted = Figures()
    yield counted
    if folder := os.environ.get(FOLDER_VARIABLE):
        Path(folder).mkdir(parents=True, exist_ok=True)
        counted.write(Path(folder) / f"{os.getpid()}.json")


@pytest.fixture(scope="session")
def source(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dumps of fleets that something happens to."""
    folder = tmp_path_factory.mktemp("backups")
    write_worlds(Dumps(folder))
    return folder


@pytest.fixture(scope="session")
def undisturbed(
    source: Path, make_folder: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    """A fleet that was brought up, reset and taken down in peace."""
    cli = Cli(make_folder(), tmp_path_factory.mktemp("cwd"), make_cache())
    return _watch(CrashFleet(cli, source))


@pytest.fixture(scope="session")
def undisturbed_containers(
    source: Path,
    make_folder: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
    docker_image: str,
) -> Undisturbed:
    """The same with the servers in containers."""
    cli = Cli(make_folder(), tmp_path_factory.mktemp("cwd"), make_cache())
    return _watch(CrashFleet(cli, source, "--image", docker_image))


@pytest.fixture(scope="session")
def journey(
    installation: Installation,
    run_root: Path,
    make_folder: Callable[[], Path],
    cache_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Journey:
    """Backups of two worlds with binary logs."""
    engine = ProcessEngine(installation, cache_dir)
    engine.prepare(run_root, cache_dir)
    with running_source(installation, engine, cache_dir, make_folder) as source:
        return write_journey(source, tmp_path_factory.mktemp("journey"))


@pytest.fixture(scope="session")
def undisturbed_journey(
    journey: Journey, make_folder: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, float]:
    """How many seconds each command of a fleet takes that travels in peace; as last seen."""
    cli = Cli(make_folder(), tmp_path_factory.mktemp("cwd"), make_cache())
    fleet = CrashFleet(cli, journey.backups, question=QUESTION)
    first, second, third = journey.stops
    try:
        return {
            "up": _measure(lambda: fleet.run(*fleet.up, *second.option)),
            "seek ahead": _measure(lambda: fleet.run("seek", *third.option)),
            "seek back": _measure(lambda: fleet.run("seek", *first.option)),
            "seek --step": _measure(lambda: fleet.run("seek", "--step", "back")),
            "down": _measure(lambda: fleet.run("down")),
        }
    finally:
        fleet.remove()


@pytest.fixture
def traveller(state_dir: Path, tmp_path: Path, own_cache: Path, journey: Journey) -> CrashFleet:
    """A fleet of worlds with binary logs that is still to be made."""
    return CrashFleet(Cli(state_dir, tmp_path, own_cache), journey.backups, question=QUESTION)


@pytest.fixture
def fleet(state_dir: Path, tmp_path: Path, own_cache: Path, source: Path) -> CrashFleet:
    """A fleet that is still to be made, with no baseline to start from."""
    return CrashFleet(Cli(state_dir, tmp_path, own_cache), source)


@pytest.fixture
def container_fleet(
    state_dir: Path, tmp_path: Path, own_cache: Path, source: Path, docker_image: str
) -> CrashFleet:
    """The same with the servers in containers."""
    return CrashFleet(Cli(state_dir, tmp_path, own_cache), source, "--image", docker_image)


def _watch(fleet: CrashFleet) -> Undisturbed:
    try:
        seconds = {"up": _measure(lambda: fleet.run(*fleet.up))}
        content = fleet.content()
        seconds["reset"] = _measure(lambda: fleet.run("reset"))
        seconds["down"] = _measure(lambda: fleet.run("down"))
    finally:
        fleet.remove()
    return Undisturbed(content, seconds)


def _measure(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started
