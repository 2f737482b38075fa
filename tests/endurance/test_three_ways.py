"""Thousands of random scripts, each loaded fast, plainly and by the real `mysql` client."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rewound.engine.install.installation import Installation
from tests.endurance.conftest import SEED, Figures
from tests.server.conftest import engine, server  # noqa: F401 - fixtures
from tests.server.load_server import LoadServer
from tests.server.random_load_script import make_script
from tests.server.test_three_ways import find_disagreement, make_ways
from tests.server.three_ways import ThreeWays

PROMISE = "A dump gives one world, however it is loaded"
ATTEMPT = "a random script of definitions, rows and settings, loaded fast, plainly and by `mysql`"
SCRIPTS_A_TRY = 50


@pytest.fixture(scope="module")
def ways(installation: Installation, server: LoadServer) -> Iterator[ThreeWays]:  # noqa: F811
    """The three ways, into the server of this module."""
    folder = Path(tempfile.mkdtemp(prefix="rewound-ways-"))
    yield make_ways(installation, server, folder)
    server.clear()
    shutil.rmtree(folder)


@pytest.mark.tries(64, short=0)
def test_random_scripts_give_the_same_three_ways(
    number: int, ways: ThreeWays, figures: Figures
) -> None:
    found: list[str] = []
    for place in range(SCRIPTS_A_TRY):
        seed = f"{SEED}, endurance, {number}, {place}"
        try:
            with figures.trying(PROMISE, ATTEMPT) as figure:
                usual = place % 4 == 0
                difference = ways.compare(b"".join(make_script(seed)), usual_thresholds=usual)
                figure.faults += ways.last.content is not None
                assert difference is None
        except AssertionError:
            found.append(str(find_disagreement(ways, seed)))
    assert found == []
