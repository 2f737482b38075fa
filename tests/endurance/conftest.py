"""Tests that break things many times: a few in `make test`, all of them in `make endurance`.

What they did is counted, for docs/reliability.md: a promise is worth what was tried.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

FOLDER_VARIABLE = "REWOUND_FIGURES"
"""Names the folder where each worker leaves what it counted."""


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
        except BaseException:
            figure.failures += 1
            raise

    def write(self, path: Path) -> None:
        """Leave the counts in a file."""
        path.write_text(json.dumps([asdict(figure) for figure in self._figures.values()]))


@pytest.fixture(scope="session")
def effort(pytestconfig: pytest.Config) -> Effort:
    """How much this run is to do."""
    return Effort(bool(pytestconfig.getoption("--endurance")))


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """Where the tests of this worker count; written at the end, where a folder is named."""
    counted = Figures()
    yield counted
    if folder := os.environ.get(FOLDER_VARIABLE):
        Path(folder).mkdir(parents=True, exist_ok=True)
        counted.write(Path(folder) / f"{os.getpid()}.json")
