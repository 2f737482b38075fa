"""Names of a fleet that is up, at the Tab key of a real shell."""

from pathlib import Path

import pytest

from tests.cli.test_help_and_completion import complete
from tests.conftest import Cli


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("rewound query --fleet ", ["default"]),
        ("rewound diff d", ["default"]),
        ("rewound reset h", ["host1", "host2", "host3"]),
        ("rewound connect host2", ["host2"]),
        ("rewound query --worlds host1,host", ["host1,host1", "host1,host2", "host1,host3"]),
        ("rewound reset --fleet nope ", []),
        ("rewound diff default default --table pl", ["player"]),
        ("rewound diff default default --columns player_s", ["player_score"]),
    ],
)
def test_names_complete(sample: Cli, tmp_path: Path, line: str, offered: list[str]):
    found = complete(sample, line, tmp_path)
    assert [name for name in found if not name.startswith("player_") or name in offered] == offered
