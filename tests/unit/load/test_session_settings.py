"""Which settings matter to other sessions than the dump's own."""

from rewound.dump.settings import variables
from rewound.load.session_settings import CARRIAGE


def test_every_setting_that_a_dump_may_make_is_classed() -> None:
    assert variables.EXECUTED | {"default_storage_engine"} == CARRIAGE.keys() - OURS


OURS = {"default_collation_for_utf8mb4"}
"""What no dump sets, but rules do."""
