from dataclasses import replace

import pytest

from rewound.engine.boot import no_memory, no_space, port_taken
from rewound.engine.server_options import ServerSettings
from rewound.errors import FREE_DISK, FREE_MEMORY
from rewound.fleet.baseline import make_origin
from rewound.load.loader import LoadOptions
from rewound.operations.standalone import explain_difference, find_hint_here

HELD = make_origin(
    "a" * 64,
    LoadOptions(),
    installation="mysql-9.7.4",
    server_version="9.7.4",
    settings=ServerSettings(),
)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"dump_sha256": "b" * 64, "schema": "game"}, "of another dump"),
        (
            {"server_version": "9.8.0", "installation": "mysql-9.8.0"},
            "restored with MySQL 9.7.4, not 9.8.0",
        ),
        ({"schema": "game"}, "restored with other options (schema)"),
        ({"allowed": ("x",), "method": "plain"}, "restored with other options (allowed, method)"),
        ({"check_foreign_keys": True}, "restored with other options (check foreign keys)"),
    ],
)
def test_explain_difference(change: dict[str, object], difference: str):
    wanted = replace(HELD, **change)  # type: ignore[arg-type]  # a field each
    assert explain_difference(HELD, wanted) == difference


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
