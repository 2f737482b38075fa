"""Worlds named by hosts of any length, in state folders of any length."""

from pathlib import Path

import pytest

from rewound.engine.install.installation import Installation
from tests.conftest import Cli, Dumps

FQDN = "db01." + "prod.eu-central-1.games." * 9 + "example.com"
TABLE = "CREATE TABLE player (id INT PRIMARY KEY);\nINSERT INTO player VALUES (1),(2);\n"


@pytest.fixture
def far(state_dir: Path, tmp_path: Path, cache_dir: Path) -> Cli:
    """Runs `rewound` with a state folder in which no socket has a path that fits."""
    folder = state_dir / ("s" * 100)
    folder.mkdir(mode=0o700)
    return Cli(folder, tmp_path, cache_dir)


def test_no_name_of_a_world_is_too_long(far: Cli, dumps: Dumps, installation: Installation):
    for world in (FQDN, "host1"):
        dumps.write(
            "CREATE DATABASE game;\nUSE game;\n" + TABLE, name=f"{world}_20260302_211500.sql"
        )
    up = far("up", dumps.folder)
    assert up.code == 0, up.stderr
    try:
        for _ in range(2):
            done = far("query", "SELECT COUNT(*) AS n FROM player", "--format", "csv")
            assert done.lines == ["world,n", f"{FQDN},2", "host1,2"]
            assert far("reset").code == 0
        assert len(far("report", "--format", "csv").lines) == 3
        assert far("doctor", "--format", "csv").stdout.count("fleets,ok") == 1
    finally:
        assert far("down").code == 0


def test_the_socket_that_is_printed_fits(cli: Cli, dumps: Dumps, installation: Installation):
    world = "db01." + "prod.games." * 9 + "example.com"
    dumps.write("CREATE DATABASE game;\n", name=f"{world}_20260302_211500.sql")
    up = cli("up", dumps.folder)
    assert up.code == 0, up.stderr
    try:
        shown = dict(each.split(": ") for each in cli("connect", world, "--print").lines)
        assert len(shown["socket"]) <= 107
        assert Path(shown["socket"]).is_socket()
    finally:
        assert cli("down").code == 0
