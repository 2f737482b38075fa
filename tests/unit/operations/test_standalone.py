from dataclasses import replace

import pytest

from rewound.engine.options import ServerSettings
from rewound.fleet.baseline import make_origin
from rewound.load.loader import LoadOptions
from rewound.operations.standalone import explain_difference

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
            "made with MySQL 9.7.4, not 9.8.0",
        ),
        ({"schema": "game"}, "made with another schema"),
        ({"allowed": ("x",), "method": "plain"}, "made with another allowed, method"),
        ({"check_foreign_keys": True}, "made with another check foreign keys"),
    ],
)
def test_explain_difference(change: dict[str, object], difference: str):
    wanted = replace(HELD, **change)  # type: ignore[arg-type]  # a field each
    assert explain_difference(HELD, wanted) == difference
