"""The engines that the contract is held to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rewound.engine.installation import Installation
from rewound.engine.process import ProcessEngine
from rewound.engine.protocol import Engine


@pytest.fixture(params=["process"])
def engine(request: pytest.FixtureRequest, installation: Installation, cache_dir: Path) -> Engine:
    """Every engine in turn."""
    engines: dict[str, Callable[[], Engine]] = {
        "process": lambda: ProcessEngine(installation, cache_dir)
    }
    return engines[request.param]()


@pytest.fixture
def folder(state_dir: Path, engine: Engine) -> Iterator[Path]:
    """A folder for servers, which are ended after the test."""
    folder = state_dir / "servers"
    folder.mkdir(mode=0o700)
    yield folder
    engine.end_all(folder)
