"""Which wishes for an engine go together."""

import pytest

from rewound.errors import UsageError
from rewound.operations.engines import EngineRequest


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (EngineRequest(image="mysql:8.4", server="match"), "exclude each other"),
        (EngineRequest(engine="docker", server="mysql-9.7.4"), "does not run the server"),
        (EngineRequest(engine="process", image="mysql:8.4"), "are for containers"),
        (EngineRequest(engine="process", memory_limit_bytes=1), "are for containers"),
    ],
)
def test_wishes_that_exclude_each_other_are_refused(wish: EngineRequest, why: str):
    with pytest.raises(UsageError, match=why):
        wish.require_sense()


@pytest.mark.parametrize(
    "wish",
    [
        EngineRequest(),
        EngineRequest(server="match"),
        EngineRequest(engine="docker", server="match"),
        EngineRequest(image="percona/percona-server:8.0", memory_limit_bytes=1 << 30),
        EngineRequest(engine="process", server="path"),
    ],
)
def test_wishes_that_go_together_are_not(wish: EngineRequest):
    wish.require_sense()
    assert wish.is_for_docker is (wish.engine == "docker" or wish.image is not None)
