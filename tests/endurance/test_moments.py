"""Hundreds of dumps taken to random transactions of their server's binary logs."""

from pathlib import Path

import pytest

from tests.endurance.conftest import SEED, Figures
from tests.server.conftest import engine, server, source, world  # noqa: F401 - fixtures
from tests.server.load_server import LoadServer
from tests.server.replaying import (
    Source,
    content_of,
    make_moment,
    make_targets,
    restore,
)

PROMISE = "A dump and its binary logs give the moment that was asked for"
ATTEMPT = "a random workload on a source server, taken to a random transaction by {}"
_SWITCHES_GTIDS_OFF = (
    "SET GLOBAL gtid_mode=ON_PERMISSIVE",
    "SET GLOBAL gtid_mode=OFF_PERMISSIVE",
    "SET GLOBAL gtid_mode=OFF",
    "SET GLOBAL enforce_gtid_consistency=OFF",
    "FLUSH BINARY LOGS",
)
_SWITCHES_GTIDS_ON = (
    "SET GLOBAL enforce_gtid_consistency=ON",
    "SET GLOBAL gtid_mode=OFF_PERMISSIVE",
    "SET GLOBAL gtid_mode=ON_PERMISSIVE",
    "SET GLOBAL gtid_mode=ON",
    "FLUSH BINARY LOGS",
)


@pytest.mark.tries(200, short=2)
def test_a_random_moment_is_the_sources(
    number: int,
    source: Source,  # noqa: F811
    world: LoadServer,  # noqa: F811
    figures: Figures,
    tmp_path: Path,
) -> None:
    has_gtids = number % 4 != 3
    try:
        if not has_gtids:
            source.run(*_SWITCHES_GTIDS_OFF)
        dump, moment = make_moment(source, f"{SEED}, moments, {number}", tmp_path)
        targets = [*make_targets(source, moment).items()]
        name, target = targets[number % len(targets)]
        with figures.trying(PROMISE, ATTEMPT.format(name)):
            restore(world, dump, source.logs(), target)
            assert content_of(world) == moment.content
    finally:
        if not has_gtids:
            source.run(*_SWITCHES_GTIDS_ON)
