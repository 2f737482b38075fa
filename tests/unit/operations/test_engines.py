"""Which engine requests are consistent."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.catalog import Dump
from rewound.catalog.dump import TimeSource
from rewound.errors import DumpError, UsageError
from rewound.operations.engine_maker import _find_release
from rewound.operations.engine_request import EngineRequest


@pytest.mark.parametrize(
    ("engine_request", "why"),
    [
        (EngineRequest(image="mysql:8.4", server="match"), "are mutually exclusive"),
        (EngineRequest(engine="docker", server="mysql-9.7.4"), "cannot run the server"),
        (EngineRequest(engine="process", image="mysql:8.4"), "require containers"),
        (EngineRequest(engine="process", memory_limit_bytes=1), "require containers"),
    ],
)
def test_contradictory_requests_are_refused(engine_request: EngineRequest, why: str):
    with pytest.raises(UsageError, match=why):
        engine_request.require_sense()


@pytest.mark.parametrize(
    "engine_request",
    [
        EngineRequest(),
        EngineRequest(server="match"),
        EngineRequest(engine="docker", server="match"),
        EngineRequest(image="percona/percona-server:8.0", memory_limit_bytes=1 << 30),
        EngineRequest(engine="process", server="path"),
    ],
)
def test_consistent_requests_are_not_refused(engine_request: EngineRequest):
    engine_request.require_sense()
    assert engine_request.is_for_docker is (
        engine_request.engine == "docker" or engine_request.image is not None
    )


def test_the_release_is_that_of_the_dumps_that_can_be_read(tmp_path):
    whole = tmp_path / "host2.sql"
    whole.write_text("-- MySQL dump 10.13\n-- Server version\t8.4.3\n")
    paths = {"host1": Path("/proc/self/mem"), "host2": whole}
    dumps = [
        Dump(world, datetime(2026, 3, 2, tzinfo=UTC), path, 1, TimeSource.NAME)
        for world, path in paths.items()
    ]
    assert _find_release(dumps) == "8.4"
    with pytest.raises(DumpError, match="Input/output error"):
        _find_release(dumps[:1])
