"""How hard the properties are tried: a little here, more in `make test` and `make endurance`."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("REWOUND_TEST_EXAMPLES", "20"))

settings.register_profile(
    "unit",
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("unit")
