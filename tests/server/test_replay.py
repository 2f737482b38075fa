"""Dumps taken to a transaction of their server's binary logs: equal to what it held then."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.replay.target import AtPosition
from tests.server.load_server import LoadServer
from tests.server.random_workload import Workload
from tests.server.replaying import Moment, Source, content_of, restore, running_source

_STEPS_BEFORE_DUMP, _STEPS_AFTER = 15, 60


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
    random = Random(f"replay {number}")
    workload = Workload(source.connection, f"replay {number}")
    workload.create()
    for _ in range(_STEPS_BEFORE_DUMP):
        workload.step()
    dump = source.dump(tmp_path / "w.sql")
    wanted = random.randrange(_STEPS_AFTER)
    moment: Moment | None = None
    for step in range(_STEPS_AFTER):
        workload.step()
        if random.randrange(15) == 0:
            source.run("FLUSH BINARY LOGS")
        if step == wanted:
            moment = source.moment()
    assert moment is not None
    target = AtPosition(moment.log_name, moment.position)
    restore(world, dump, source.logs(), target)
    assert content_of(world) == moment.content
