"""How hard the properties are tried (more in `make test` and `make endurance`), and garbage."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("REWOUND_TEST_EXAMPLES", "20"))

settings.register_profile(
    "unit",
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("unit")


def pytest_collection_finish(session: pytest.Session) -> None:
    # What the collected tests hold stays to the end: looking through it takes each worker 1 s.
    gc.freeze()
