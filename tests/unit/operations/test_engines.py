"""Which wishes for an engine go together."""

import pytest

from rewound.errors import UsageError
from rewound.operations.engines import EngineWish


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (EngineWish(image="mysql:8.4", server="match"), "exclude each other"),
        (EngineWish(engine="docker", server="mysql-9.7.4"), "does not run the server"),
        (EngineWish(engine="process", image="mysql:8.4"), "are for containers"),
        (EngineWish(engine="process", memory_limit_bytes=1), "are for containers"),
    ],
)
def test_wishes_that_exclude_each_other_are_refused(wish: EngineWish, why: str):
    with pytest.raises(UsageError, match=why):
        wish.require_sense()


@pytest.mark.parametrize(
    "wish",
    [
        EngineWish(),
        EngineWish(server="match"),
        EngineWish(engine="docker", server="match"),
        EngineWish(image="percona/percona-server:8.0", memory_limit_bytes=1 << 30),
        EngineWish(engine="process", server="path"),
    ],
)
def test_wishes_that_go_together_are_not(wish: EngineWish):
    wish.require_sense()
    assert wish.is_for_docker is (wish.engine == "docker" or wish.image is not None)
