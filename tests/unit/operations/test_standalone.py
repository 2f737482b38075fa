import pytest

from rewound.engine.boot import no_memory, no_space, port_taken
from rewound.errors import FREE_DISK, FREE_MEMORY
from rewound.operations.standalone import find_hint_here


@pytest.mark.parametrize(
    ("hint", "here"),
    [
        (FREE_DISK, "--data-dir"),
        ("free some space, or set REWOUND_STATE_DIR to another disk", "--data-dir"),
        ("set REWOUND_STATE_DIR to a folder with a shorter path", "shorter path as --data-dir"),
        (FREE_MEMORY, "raise the limit of the container"),
        (f"{FREE_MEMORY}; ulimit -v counts as well", "raise the limit of the container"),
        (port_taken("x").hint, "--port"),
        (no_space("x").hint, "--data-dir"),
        (no_memory("x").hint, "raise the limit of the container"),
        ("rewound server install", "rewound server install"),
    ],
)
def test_hints_name_what_helps_where_there_is_no_fleet(hint: str | None, here: str):
    found = find_hint_here(hint)
    assert found is not None and here in found
    assert "REWOUND_STATE_DIR" not in found and "--worlds" not in found
