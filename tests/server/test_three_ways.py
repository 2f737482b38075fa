"""A random script gives the same world fast, plainly and by the real `mysql` client.

`make endurance` runs thousands of them. `REWOUND_TEST_SEED` sets which ones.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rewound.engine.install.installation import Installation
from rewound.mysql.accounts import LOADER, option_file
from tests.server.load_server import LoadServer
from tests.server.random_load_script import make_script
from tests.server.three_ways import ThreeWays, shrink

SCRIPTS = 60
SEED = os.environ.get("REWOUND_TEST_SEED", "1")


@pytest.fixture(scope="module")
def ways(
    installation: Installation, server: LoadServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ThreeWays]:
    """The three ways, into the server of this module."""
    if installation.client is None:
        pytest.fail("this MySQL has no client")
    folder = tmp_path_factory.mktemp("ways")
    yield make_ways(installation, server, folder)
    server.clear()


def make_ways(installation: Installation, server: LoadServer, folder: Path) -> ThreeWays:
    """Return the ways into a server, with the client's login in a folder."""
    assert installation.client is not None
    login = folder / "login.cnf"
    login.write_text(f"{option_file(LOADER, 'secret')}socket={server.loader.socket}\n")
    return ThreeWays(server, [*installation.client, f"--defaults-file={login}"], folder)


def find_disagreement(ways: ThreeWays, seed: str) -> str | None:
    """Return the shortest script that is found where the ways differ, and how."""
    statements = make_script(seed)
    if ways.compare(b"".join(statements), usual_thresholds=True) is None:
        return None
    shortest = b"".join(shrink(ways, statements))
    difference = ways.compare(shortest, usual_thresholds=True)
    return f"script {seed}:\n{shortest.decode()}\n{difference}"


def test_random_scripts_give_the_same_three_ways(ways: ThreeWays) -> None:
    found = [find_disagreement(ways, f"{SEED}, {number}") for number in range(SCRIPTS)]
    assert [each for each in found if each is not None] == []
    assert ways.outcomes["ready"] > SCRIPTS // 3
    assert {"rows-as-fields", "indexes-deferred", "inserts-gathered"} <= ways.rules.keys()
