from dataclasses import replace

import pytest

from rewound.engine.server_options import ServerSettings
from rewound.fleet.baseline import make_origin
from rewound.fleet.standalone_world import explain_difference
from rewound.load.options import LoadOptions

FOUND = make_origin(
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
    wanted = replace(FOUND, **change)  # type: ignore[arg-type]  # a field each
    assert explain_difference(FOUND, wanted) == difference
