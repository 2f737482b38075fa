"""Dumps taken to a transaction of their server's binary logs: equal to what it held then."""

from pathlib import Path

import pytest

from tests.server.load_server import LoadServer
from tests.server.replaying import (
    Source,
    content_of,
    make_moment,
    make_targets,
    restore,
)


@pytest.mark.parametrize("number", range(10))
def test_random_moments_are_the_sources(
    number: int, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    dump, moment = make_moment(source, f"replay {number}", tmp_path)
    targets = [*make_targets(source, moment).values()]
    restore(world, dump, source.logs(), targets[number % len(targets)])
    assert content_of(world) == moment.content
