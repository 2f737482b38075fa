"""A real MySQL for the tests of this folder."""

from pathlib import Path

import platformdirs
import pytest

from rewound.engine.installation import Installation, get_installation
from rewound.errors import HostError


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    """The user's own cache, where `rewound server install` puts its servers."""
    return platformdirs.user_cache_path("rewound")


@pytest.fixture(scope="session")
def installation(cache_dir: Path, pytestconfig: pytest.Config) -> Installation:
    """The MySQL that `--server auto` would take."""
    try:
        return get_installation("auto", cache_dir)
    except HostError as error:
        if pytestconfig.getoption("--require-mysqld"):
            pytest.fail(f"{error}; {error.hint}")
        pytest.skip(str(error))
