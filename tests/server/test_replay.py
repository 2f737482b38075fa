"""Dumps taken to a transaction of their server's binary logs: equal to what it held then."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from tests.server.load_server import LoadServer
from tests.server.replaying import (
    Source,
    content_of,
    make_moment,
    make_targets,
    restore,
    running_source,
)


@pytest.fixture(scope="module")
def source(
    installation: Installation,
    engine: ProcessEngine,
    cache_dir: Path,
    make_folder: Callable[[], Path],
) -> Iterator[Source]:
    with running_source(installation, engine, cache_dir, make_folder) as source:
        yield source


@pytest.mark.parametrize("number", range(10))
def test_random_moments_are_the_sources(
    number: int, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    dump, moment = make_moment(source, f"replay {number}", tmp_path)
    targets = [*make_targets(source, moment).values()]
    restore(world, dump, source.logs(), targets[number % len(targets)])
    assert content_of(world) == moment.content
