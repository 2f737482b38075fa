"""The engines that the contract is held to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rewound.engine.choice import EngineKind
from rewound.engine.cloning import CloneMethod
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import Engine

MakeEngine = Callable[[CloneMethod | None], Engine]
"""Makes an engine that clones in the way that is wanted."""


@pytest.fixture(params=list(EngineKind), ids=lambda kind: kind.value)
def make_engine(
    request: pytest.FixtureRequest, installation: Installation, cache_dir: Path
) -> MakeEngine:
    """Every kind of engine in turn."""
    if request.param is EngineKind.PROCESS:
        return lambda wanted: ProcessEngine(installation, cache_dir, wanted=wanted)
    address: str = request.getfixturevalue("docker_address")
    image_name: str = request.getfixturevalue("docker_image")
    from rewound.engine.docker.daemon import Daemon
    from rewound.engine.docker.docker_engine import DockerEngine, current_user
    from rewound.engine.docker.images import ensure_image

    daemon = Daemon(address)
    image = ensure_image(
        daemon, image_name, cache_dir, user=current_user(daemon), pulling=lambda _step: None
    )
    return lambda wanted: DockerEngine(daemon, image, cache_dir, wanted=wanted)


@pytest.fixture
def engine(make_engine: MakeEngine) -> Engine:
    """Every engine in turn, cloning by the cheapest way."""
    return make_engine(None)


@pytest.fixture
def folder(state_dir: Path, engine: Engine, cache_dir: Path) -> Iterator[Path]:
    """A folder that is prepared for servers, which are ended after the test."""
    folder = state_dir / "servers"
    folder.mkdir(mode=0o700)
    engine.prepare(folder, cache_dir)
    yield folder
    engine.end_all(folder)
